// A manifest as a kind of evidence: what is one, and what is read of it.

#include <algorithm>
#include <initializer_list>

#include "verifier/base/csv.h"
#include "verifier/base/json.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/tables/manifest.h"
#include "verifier/readers/tables/table_credentials.h"
#include "verifier/readers/text/decoded_text.h"
#include "verifier/readers/text/plain_text.h"

namespace attest {
namespace {

using Column = ManifestColumn;

bool has_any(const ManifestHeader& header, std::initializer_list<Column> columns) {
  return std::any_of(columns.begin(), columns.end(), [&](Column c) { return header.has(c); });
}
// Of a parts list: whose it is, by something that only a device has.
bool is_of_parts(const ManifestHeader& header) {
  return has_any(header, {Column::common_name, Column::dac_sha256, Column::mac});
}
bool is_of_labels(const ManifestHeader& header) {
  return header.names_devices() &&
         has_any(header, {Column::passcode, Column::discriminator, Column::manual_code,
                          Column::qr_payload, Column::spake2p_verifier});
}

// Of a list of many megabytes the first row tells whether the rest is to be read.
bool begins_as_manifest(std::string_view all) {
  constexpr size_t kLongestRow = 65'536;
  constexpr int kMostTries = 16;  // a text in it may have such a brace
  all = all.substr(all.find('[') + 1);
  const size_t from = all.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos || all[from] != '{') return false;
  const std::string_view row = all.substr(from, kLongestRow);
  size_t end = 0;
  for (int tries = 0; tries < kMostTries; ++tries) {
    end = row.find('}', end + 1);
    if (end == std::string_view::npos) return false;
    const std::string one = "[" + std::string(row.substr(0, end + 1)) + "]";
    const auto table = manifest_text(view(one));
    if (!table) continue;
    const auto header = read_manifest_header(*table->rewritten);
    return header && (is_of_parts(*header) || is_of_labels(*header));
  }
  return false;
}

bool is_json_manifest(View bytes) {
  if (!begins_as_manifest(text(bytes))) return false;
  const auto table = manifest_text(bytes);
  if (!table) return true;  // it breaks off behind its first row
  if (!table->of_json || !table->has_cells_only) return false;
  const auto header = read_manifest_header(*table->rewritten);
  if (!header) return false;
  CsvRows rows(*table->rewritten, header->separator, header->rows_at);
  CsvRecord record;
  const auto first = rows.next(record);
  if (!first || !*first) return false;
  const ManifestRow row = partial_row(*header, record, 1);
  if (is_of_parts(*header)) return true;
  const auto second = rows.next(record);
  if (!second || !*second || !is_of_labels(*header)) return false;
  // A code of another trade is none.
  return has_any(*header, {Column::passcode, Column::discriminator, Column::manual_code,
                           Column::spake2p_verifier}) ||
         row.of(Column::qr_payload).starts_with("MT:");
}

bool is_table_of_devices(View bytes) {
  if (bytes.size() < 4 || (bytes[0] == 0x30 && bytes[1] >= 0x80) || !is_plain_text(bytes))
    return false;
  const size_t from = text(bytes.first(std::min<size_t>(bytes.size(), 64)))
                          .find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (from != std::string_view::npos && bytes[from] == '[') return is_json_manifest(bytes);
  if (bytes[0] == '{') return false;
  const auto header = read_manifest_header(text(bytes));
  if (!header || header->fields < 2) return false;
  // A manual code alone names no device there: tools list codes of all sorts.
  bool by_label = header->has(Column::spake2p_verifier);
  for (size_t i = 0; i < static_cast<size_t>(Column::passcode); ++i)
    by_label = by_label || header->has(static_cast<Column>(i));
  if (!by_label) return false;
  // A tool's codes of one device (onb_codes.csv) are evidence about it: nothing in them tells which
  // device.
  const bool only_codes = !header->has(Column::serial_number) && !header->has(Column::name) &&
                          !header->has(Column::common_name) && !header->has(Column::dac_sha256) &&
                          !header->has(Column::dac) && !header->has(Column::mac);
  CsvRows rows(text(bytes), header->separator, header->rows_at);
  rows.without_comments();
  CsvRecord record;
  const auto first = rows.next(record);
  if (!first || !*first) return false;
  if (!only_codes) return true;
  const auto second = rows.next(record);
  return second && *second;
}

bool recognises(const Source& s) {
  return is_table_of_devices(s.bytes);
}

// A table is about many devices, and its columns say nothing of the one that is judged: lot
// compares it row by row. The credentials in it are evidence as they are anywhere.
Result<void> read(const Source& s, Reading& reading) {
  reading.holds("manifest");
  read_table_credentials(s, reading);
  return {};
}

}  // namespace

bool is_manifest(View bytes) {
  const auto decoded = decoded_text(bytes);
  return is_table_of_devices(decoded ? View(decoded->utf8()) : bytes);
}

const Reader manifest_reader{.kind = "manifest",
                             .expects = "a table of devices",
                             .content = Content::text,
                             .recognises = recognises,
                             .read = read};

}  // namespace attest
