// What `spake2p gen-verifier` of the Matter SDK writes: "Index,PIN Code,Iteration Count,Salt,
// Verifier" with a row a device, or a row alone without that line; of the script in Python the
// verifier alone. A row is evidence about the device; with more rows it is a manifest.

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "verifier/readers/credentials/loose_credentials.h"
#include "verifier/readers/factory_item.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/tables/device_json.h"
#include "verifier/readers/tables/manifest.h"
#include "verifier/readers/text/plain_text.h"
#include "verifier/readers/unreadable.h"

namespace attest {
namespace {

constexpr size_t kVerifier = 97, kPointAt = 32, kMostTable = 64u << 10;
constexpr uint8_t kUncompressed = 0x04;

// A scalar and a point: 32 bytes, and 65 that begin with 04.
bool is_verifier(View bytes) {
  return bytes.size() == kVerifier && bytes[kPointAt] == kUncompressed;
}
bool is_verifier_alone(View bytes) {
  constexpr size_t kMost = 256;
  if (bytes.size() > kMost || !is_plain_text(bytes)) return false;
  const auto base = from_base64_lines(text(bytes));
  if (base) return is_verifier(*base);
  const auto digits = from_hex_lenient(text(bytes));
  return digits && is_verifier(*digits);
}

struct OneRow {
  ManifestHeader header;
  CsvRecord record;
  ManifestRow row;
  size_t begin = 0, end = 0;  // of the row in the text
};
std::optional<OneRow> one_row(View bytes) {
  if (bytes.size() > kMostTable || !is_plain_text(bytes)) return std::nullopt;
  const auto header = read_manifest_header(text(bytes));
  if (!header || !header->has(ManifestColumn::spake2p_verifier) || header->fields < 3)
    return std::nullopt;
  CsvRows rows(text(bytes), header->separator, header->rows_at);
  rows.without_comments();
  CsvRecord record, second;
  size_t begin = rows.offset();
  const auto first = rows.next(record);
  if (!first || !*first) return std::nullopt;
  const size_t end = rows.offset();
  // (Comments and blank lines before it are not of it.)
  for (size_t at = begin; at < end;) {
    const std::string_view line = text(bytes).substr(at, text(bytes).find('\n', at) - at);
    if (!is_comment(line, header->separator) &&
        line.find_first_not_of("\r") != std::string_view::npos)
      break;
    at = begin = at + line.size() + 1;
  }
  const auto more = rows.next(second);
  if (more && *more) return std::nullopt;
  return OneRow{.header = *header,
                .record = record,
                .row = partial_row(*header, record, 1),
                .begin = begin,
                .end = end};
}

void say(ManifestColumn column, const std::string& written, const std::string& path,
         Reading& reading) {
  const auto fact = column_fact(column);
  if (!fact || written.empty()) return;
  const Place place{.path = path, .offset = {}, .item = column_name(column)};
  const auto value = column_value(column, written);
  if (!value) {
    say_unreadable(reading.device, *fact, place, column_name(column), value.error().what);
  } else if (const auto* number = std::get_if<uint64_t>(&*value)) {
    say_number(*fact, *number, place, reading);
  } else if (const auto* bytes = std::get_if<Bytes>(&*value)) {
    say_item({.fact = *fact, .form = ItemForm::bytes}, *bytes, place, reading);
  }
}

Result<void> read(const Source& s, Reading& reading) {
  const auto table = one_row(s.bytes);
  if (!table) {
    std::string written(text(s.bytes));
    std::erase_if(written, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
    say(ManifestColumn::spake2p_verifier, written, s.path, reading);
    return {};
  }
  std::vector<bool> said(table->record.size());
  const Before before = Before::of(reading);
  for (size_t i = 0; i < kManifestColumns; ++i) {
    const auto column = static_cast<ManifestColumn>(i);
    if (!column_fact(column) || column == ManifestColumn::dac) continue;
    say(column, table->row.of(column), s.path, reading);
    if (const auto place = table->header.place[i]; place && *place < said.size())
      said[*place] = true;
  }
  // What a cell is that says none of these is for its content to tell.
  const Place place{.path = s.path, .offset = s.base + table->begin, .item = "row 1"};
  for (size_t i = 0; i < said.size(); ++i) {
    if (said[i]) continue;
    for (const Loose& loose : loose_in_value(table->record[i], true))
      read_loose(s, loose, place, reading);
  }
  std::string rest(text(s.bytes));
  blank(rest, table->begin, table->end);
  read_loose_text(s, rest, before, reading);
  return {};
}

}  // namespace

std::optional<size_t> gen_verifier_row(const CsvRecord& record) {
  constexpr size_t kFields = 4, kLeastSalt = 8, kMostSalt = 64, kMostDigits = 8;
  if (record.size() != kFields && record.size() != kFields + 1) return std::nullopt;
  const size_t first = record.size() - kFields;
  const auto number = [&](size_t i) {
    return !record[i].empty() && record[i].size() <= kMostDigits &&
           record[i].find_first_not_of("0123456789") == std::string::npos;
  };
  const auto salt = from_base64(record[first + 2]);
  const auto verifier = from_base64_lines(record[first + 3]);
  const bool is_one = (first == 0 || number(0)) && number(first) && number(first + 1) && salt &&
                      salt->size() >= kLeastSalt && salt->size() <= kMostSalt && verifier &&
                      verifier->size() > kPointAt && (*verifier)[kPointAt] == kUncompressed;
  return is_one ? std::optional(first) : std::nullopt;
}

const Reader spake2p_table_reader{
    .kind = "onboarding-text",
    .expects = "what spake2p gen-verifier writes",
    .content = Content::text,
    .recognises = [](const Source& s) { return one_row(s.bytes) || is_verifier_alone(s.bytes); },
    .read = read};

}  // namespace attest
