// ManifestRows: a factory's table against the devices: which row a device has, what of it the device contradicts, and what
// is wrong with the rows themselves. Of a row an offset and a few bytes are kept; its text is read again where it is
// needed. Immutable once opened, so that workers may share it.
#pragma once

#include "verifier/evidence.h"
#include "verifier/lot/roll.h"
#include "verifier/readers/manifest.h"

namespace attest {

// A row's number as a spreadsheet shows it: the header is row 1.
inline uint64_t row_number(uint64_t index) { return index + 2; }

class ManifestRows {
 public:
  // `text` outlives it. `path` is how messages name the table. Reads every row once.
  static Result<ManifestRows> open(std::string path, std::string_view text, const std::vector<ColumnName>& named);

  const std::string& path() const { return path_; }
  uint64_t size() const { return size_; }
  uint64_t digest() const;   // of its text: parts of a lot are joined with the table they were judged with
  // What is wrong with the rows themselves: unreadable, invalid codes, columns that disagree, values used twice.
  const FindingList& findings() const { return findings_; }

  // The row about this device, found by what names devices; nullopt: none.
  std::optional<uint32_t> row_of(const std::string& name, const Device& device) const;
  ManifestRow row(uint32_t index) const;
  // "row 12 (SN0011)"
  std::string row_text(uint32_t index) const;

  // A part that brings no code of its own is judged with those of its row: they are what is printed on it.
  void lend_codes(uint32_t index, Device& device) const;
  // The columns in which the row says otherwise than the device. What the row itself has wrong is not told again.
  std::vector<ManifestColumn> contradictions(uint32_t index, const Evidence& evidence) const;

 private:
  // Of a value in a column: 32 bits of its digest, and the row. Who finds an entry compares the value itself.
  struct Entry {
    uint32_t digest, row;
    bool operator<(const Entry& o) const { return digest != o.digest ? digest < o.digest : row < o.row; }
  };
  struct Index {
    ManifestColumn column;
    std::vector<Entry> entries;
  };
  std::optional<uint32_t> find(const Index& index, const std::string& value) const;
  Result<ManifestRow> read_row(uint32_t index) const;
  void judge_row(const ManifestRow& row);
  void find_repetitions();

  std::string path_;
  std::string_view text_;
  ManifestHeader header_;
  uint64_t size_ = 0;
  std::vector<uint64_t> offsets_;   // of every kStep-th row
  std::vector<Index> indexes_;
  FindingList findings_;
};

}  // namespace attest
