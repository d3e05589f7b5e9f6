#include "verifier/csv.h"

#include <algorithm>

namespace attest {
namespace {

char separator_of(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  for (const char c : {',', ';', '\t'}) {
    if (line.find(c) != std::string_view::npos) return c;
  }
  return ',';
}

}  // namespace

Result<std::vector<CsvRecord>> parse_csv(std::string_view text, size_t limit) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const char separator = separator_of(text);
  std::vector<CsvRecord> records;
  CsvRecord record(1);
  for (size_t at = 0; at < text.size() && records.size() < limit;) {
    std::string& field = record.back();
    if (text[at] == '"' && field.empty()) {
      const size_t opened = at++;
      for (;; ++at) {
        if (at >= text.size()) return error("csv: a quote opens and never closes", opened);
        if (text[at] == '"') {
          if (at + 1 >= text.size() || text[at + 1] != '"') break;
          ++at;   // "" inside quotes is one quote
        }
        field += text[at];
      }
      ++at;
    } else if (text[at] == separator) {
      record.emplace_back();
      ++at;
    } else if (text[at] == '\n' || text[at] == '\r') {
      if (record.size() > 1 || !record[0].empty()) records.push_back(std::exchange(record, CsvRecord(1)));
      ++at;
    } else {
      field += text[at++];
    }
  }
  if (records.size() < limit && (record.size() > 1 || !record[0].empty())) records.push_back(std::move(record));
  return records;
}

}  // namespace attest
