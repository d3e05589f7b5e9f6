// A manifest as a kind of evidence: what is one, and what is read of it.

#include <algorithm>
#include <initializer_list>

#include "verifier/base/csv.h"
#include "verifier/base/json.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/tables/manifest.h"
#include "verifier/readers/tables/table_credentials.h"
#include "verifier/readers/text/plain_text.h"

namespace attest {
namespace {

using Column = ManifestColumn;

// Cells are words and numbers: what has lists and objects in it is some program's own record.
bool has_cells_only(View bytes) {
  const auto json = parse_json(text(bytes));
  if (!json || json->array() == nullptr) return false;
  return std::all_of(json->array()->begin(), json->array()->end(), [](const Json& row) {
    return !row.is_object() ||
           std::all_of(row.object()->begin(), row.object()->end(), [](const auto& member) {
             return member.second.array() == nullptr && member.second.object() == nullptr;
           });
  });
}

bool is_json_manifest(View bytes) {
  if (!has_cells_only(bytes)) return false;
  const auto table = manifest_text(bytes);
  if (!table || !table->of_json) return false;
  const auto header = read_manifest_header(*table->rewritten);
  if (!header) return false;
  CsvRows rows(*table->rewritten, header->separator, header->rows_at);
  CsvRecord record;
  const auto first = rows.next(record);
  if (!first || !*first) return false;
  const ManifestRow row = partial_row(*header, record, 1);
  const auto has = [&](std::initializer_list<Column> columns) {
    return std::any_of(columns.begin(), columns.end(), [&](Column c) { return header->has(c); });
  };
  if (has({Column::common_name, Column::dac_sha256, Column::mac})) return true;
  const auto second = rows.next(record);
  if (!second || !*second || !header->names_devices()) return false;
  return has({Column::passcode, Column::discriminator, Column::manual_code,
              Column::spake2p_verifier}) ||
         row.of(Column::qr_payload).starts_with("MT:");
}

}  // namespace

bool is_manifest(View bytes) {
  if (const auto utf8 = table_of_utf16(bytes)) return is_manifest(view(*utf8));
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

namespace {

bool recognises(const Source& s) {
  return is_manifest(s.bytes);
}

// A table is about many devices, and its columns say nothing of the one that is judged: lot
// compares it row by row. The credentials in it are evidence as they are anywhere.
Result<void> read(const Source& s, Reading& reading) {
  reading.holds("manifest");
  const auto utf8 = table_of_utf16(s.bytes);
  Source plain = s;
  if (utf8) plain.bytes = view(*utf8);
  read_table_credentials(plain, reading);
  return {};
}

}  // namespace

const Reader manifest_reader{
    .kind = "manifest", .expects = "a table of devices", .recognises = recognises, .read = read};

}  // namespace attest
