// Manifests of the command line: opened, mapped and read once, in the order in which findings
// number them.
#pragma once

#include <deque>

#include "lot/manifest_rows.h"
#include "platform/files.h"

namespace attest {

class LotManifests {
 public:
  // Those named with --manifest (a table, or JSON of one), with the columns of --column.
  Result<void> open(const std::vector<std::string>& paths, const std::vector<std::string>& columns);
  // One that lay beside the devices. What names no device there is left alone: false. One that is
  // there already is taken once. `beside`: the input whose devices it is about; nullopt: it is an
  // input itself, about those of all. An error: JSON that began as a table and breaks off.
  Result<bool> add_found(const std::string& path, Bytes content, std::optional<uint32_t> beside);

  std::vector<ManifestRows> take() { return std::move(rows_); }
  size_t given() const { return given_; }
  // The files of the rows, without those found where `all` is not wanted.
  std::vector<std::string> tables(bool all) const;

 private:
  Result<ManifestRows> rows_of(const std::string& path, View content,
                               const std::vector<ColumnName>& named);

  std::deque<FileBytes> files_;        // the tables' texts
  std::deque<Bytes> found_;            // the same of those found
  std::deque<std::string> rewritten_;  // from JSON or UTF-16
  std::vector<ManifestRows> rows_;
  std::vector<std::string> tables_;  // of rows_, which may have been taken
  size_t given_ = 0;
};

}  // namespace attest
