#include "verifier/base/csv.h"

#include <algorithm>
#include <utility>

namespace attest {

char csv_separator(std::string_view text) {
  constexpr std::string_view kSeparators = ",;\t|";
  std::array<size_t, kSeparators.size()> seen{};
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n' || c == '\r') break;
    if (const size_t i = kSeparators.find(c); i != std::string_view::npos) ++seen[i];
  }
  return kSeparators[static_cast<size_t>(std::max_element(seen.begin(), seen.end()) -
                                         seen.begin())];
}

bool is_comment(std::string_view line, char separator) {
  line = line.substr(0, line.find_first_of("\r\n"));
  if (!line.starts_with('#')) return false;
  if (line.find(separator) == std::string_view::npos) return true;
  return line[1] != separator && (line[1] == ' ' || line[1] == '\t');
}

size_t behind_comments(std::string_view head, size_t from, uint64_t& lines) {
  constexpr std::string_view kSeparators = ",;\t|", kMark = "\xEF\xBB\xBF";
  size_t at = from == 0 && head.starts_with(kMark) ? kMark.size() : from;
  uint64_t passed = 0;
  for (; at < head.size(); ++passed) {
    const std::string_view line = head.substr(at, head.find('\n', at) - at);
    const bool columns = line.find_first_of(kSeparators) != std::string_view::npos;
    if (columns && passed != 0 && !line.starts_with('#')) {
      lines = passed;
      return at;
    }
    if (columns || !line.starts_with('#')) return from;
    at += std::min(line.size() + 1, head.size() - at);
  }
  return from;
}

CsvRows::CsvRows(std::string_view text, char separator, size_t from)
    : text_(text), separator_(separator), at_(from) {
  if (from == 0 && text.starts_with("\xEF\xBB\xBF")) at_ = 3;
}

Result<bool> CsvRows::next(CsvRecord& record) {
  record.assign(1, {});
  bool begins = true;
  while (at_ < text_.size()) {
    std::string& field = record.back();
    if (comments_ && std::exchange(begins, false) && is_comment(text_.substr(at_), separator_)) {
      at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
      continue;
    }
    if (text_[at_] == '"' && field.empty()) {
      const size_t opened = at_++;
      for (;; ++at_) {
        if (at_ >= text_.size()) return error("csv: a quote opens and never closes", opened);
        if (text_[at_] == '"') {
          if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') break;
          ++at_;  // "" inside quotes is one quote
        }
        field += text_[at_];
      }
      ++at_;
    } else if (text_[at_] == separator_) {
      record.emplace_back();
      ++at_;
    } else if (text_[at_] == '\n' || text_[at_] == '\r') {
      const bool second =
          text_[at_] == '\n' && at_ > 0 && text_[at_ - 1] == '\r';  // half of a line's end
      ++at_;
      if (record.size() > 1 || !record[0].empty()) return true;
      if (!second) ++empty_lines_;
      begins = true;
    } else {
      field += text_[at_++];
    }
  }
  return record.size() > 1 || !record[0].empty();
}

Result<std::vector<CsvRecord>> parse_csv(std::string_view text, size_t limit) {
  CsvRows rows(text);
  std::vector<CsvRecord> records;
  CsvRecord record;
  while (records.size() < limit) {
    const auto more = rows.next(record);
    if (!more) return tl::unexpected(more.error());
    if (!*more) break;
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace attest
