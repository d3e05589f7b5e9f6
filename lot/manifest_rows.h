// ManifestRows: a factory's table against the devices: which row a device has, what of it the
// device contradicts, and what is wrong with the rows themselves. Of a row an offset and a few
// bytes are kept; its text is read again where it is needed. Immutable once opened, so that workers
// may share it.
#pragma once

#include <algorithm>

#include "lot/roster.h"
#include "verifier/gather/evidence.h"
#include "verifier/readers/tables/manifest.h"

namespace attest {

class ManifestRows {
 public:
  // Of a spreadsheet the header is line 1; of JSON the first object is the first row.
  enum class Numbers : uint8_t { lines, objects };
  // `text` outlives it. `path` is how messages name the table. Reads every row once.
  static Result<ManifestRows> open(std::string path, std::string_view text,
                                   const std::vector<ColumnName>& named,
                                   Numbers numbers = Numbers::lines);

  const std::string& path() const { return path_; }
  uint64_t size() const { return size_; }
  uint64_t digest()
      const;  // of its text: parts of a lot are joined with the table they were judged with
  // What is wrong with the rows themselves: unreadable, invalid codes, columns that disagree,
  // values used twice.
  const FindingList& findings() const { return findings_; }

  // Columns of its header that nobody understands, or that are not used.
  const std::vector<std::string>& unknown_columns() const { return header_.unknown; }
  // Which columns it has: tables with the same ones are of one kind.
  uint32_t columns() const;
  // The row about this device, found by what names devices; nullopt: none.
  std::optional<uint32_t> row_of(const std::string& name, const Device& device) const;
  // As far as it can be read. Its number is the one that a spreadsheet shows, or its place in JSON.
  ManifestRow row(uint32_t index) const;
  // Rows that stand there twice, each with the first of its like: it has its device when the first
  // one has.
  const std::vector<std::pair<uint32_t, uint32_t>>& same_rows() const { return same_; }
  // Rows with something that belongs to one device, and that a row of the other table has, too;
  // each with the first such.
  std::vector<std::pair<uint32_t, uint32_t>> rows_also_in(const ManifestRows& other) const;
  // "row 12 (SN0011)"
  std::string row_text(uint32_t index) const;

  // Of one that was found beside some inputs' devices: whether it lay beside this one's. One that
  // was handed over is about all.
  bool is_about(uint32_t input) const {
    return beside_.empty() || std::find(beside_.begin(), beside_.end(), input) != beside_.end();
  }
  void lies_beside(uint32_t input) { beside_.push_back(input); }

  // A part that brings no code of its own is judged with those of its row: they are what is printed
  // on it.
  void lend_codes(uint32_t index, Device& device) const;
  // The columns in which the row says otherwise than the device. What the row itself has wrong is
  // not told again.
  std::vector<ManifestColumn> contradictions(uint32_t index, const Evidence& evidence) const;

 private:
  // Of a value in a column: 32 bits of its digest, and the row. Who finds an entry compares the
  // value itself.
  struct Entry {
    uint32_t digest, row;
    bool operator<(const Entry& o) const {
      return digest != o.digest ? digest < o.digest : row < o.row;
    }
  };
  struct Index {
    ManifestColumn column;
    std::vector<Entry> entries;
  };
  // Where a row is read again: of every so many rows.
  struct Mark {
    uint64_t offset, line;
  };
  // Record by record, with the line of each as a spreadsheet counts. Records without a value are no
  // rows.
  class Reader;
  std::vector<uint32_t> find(const Index& index, const std::string& value) const;
  std::vector<uint32_t> find_by_name(const Index& index, const std::string& name) const;
  std::vector<uint32_t> candidates(const Index& index, const std::string& name,
                                   const Device& device) const;
  bool is_unreadable(uint32_t index) const;
  void judge_row(const ManifestRow& row);
  void remember_same(ManifestColumn column, const std::vector<uint32_t>& members);
  void find_repetitions();

  std::string path_;
  std::string_view text_;
  std::vector<uint32_t> beside_;  // inputs; none: all
  ManifestHeader header_;
  uint64_t size_ = 0;
  std::vector<Mark> marks_;
  std::vector<Index> indexes_;
  std::vector<uint32_t> unreadable_;  // sorted
  std::vector<std::pair<uint32_t, uint32_t>> same_;
  FindingList findings_;
};

}  // namespace attest
