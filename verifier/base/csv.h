// Csv: tables as factories' tools write them (RFC 4180): quoted fields that may span lines, CRLF or
// LF, a BOM.
#pragma once

#include "verifier/base/bytes.h"

namespace attest {

using CsvRecord = std::vector<std::string>;

// The separator of a table by its first line: of ',', ';', tab and '|' outside of quotes the most
// frequent one; ',' where there is none.
char csv_separator(std::string_view text);

// "# ..." to the end of its line, or a '#' in a line that has no separator.
bool is_comment(std::string_view line, char separator);

// Behind the comments before a table's line of column names, and how many `lines` they are; `from`
// where there are none.
size_t behind_comments(std::string_view head, size_t from, uint64_t& lines);

// Reads a table record by record, so that one of a million rows need not be held. `text` outlives
// it.
class CsvRows {
 public:
  explicit CsvRows(std::string_view text) : CsvRows(text, csv_separator(text)) {}
  CsvRows(std::string_view text, char separator, size_t from = 0);

  // Of a table whose header was read: lines that are comments are no records, and count as empty
  // ones. ("#" may be a column, and "#1" a serial number.)
  CsvRows& without_comments() {
    comments_ = true;
    return *this;
  }

  // The next record; false at the end. Empty lines are none. A quote that never closes is an error
  // with its offset.
  Result<bool> next(CsvRecord& record);
  size_t offset() const { return at_; }  // where the next record begins, or blank lines before it
  size_t empty_lines() const { return empty_lines_; }  // passed so far

 private:
  std::string_view text_;
  char separator_;
  size_t at_;
  size_t empty_lines_ = 0;
  bool comments_ = false;  // are passed
};

// At most `limit` records.
Result<std::vector<CsvRecord>> parse_csv(std::string_view text, size_t limit = SIZE_MAX);

}  // namespace attest
