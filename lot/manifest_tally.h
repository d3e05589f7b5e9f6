// ManifestTally: which rows of the manifests have had their device, and which devices have no row.
#pragma once

#include "lot/manifest_rows.h"

namespace attest {

class ManifestTally {
 public:
  // The first `given` tables were handed over as manifests; the others were found beside the
  // devices. A device must stand in one of each sort, where there are any about it; of those found
  // also in one of each kind that has most devices of the lot, as tools write several tables of all
  // of them. The tables outlive it.
  ManifestTally(std::span<const ManifestRows> manifests, size_t given);
  // `input`: which of the inputs the device is of.
  void add(const std::string& device, std::span<const std::pair<uint32_t, uint32_t>> rows,
           uint32_t input = 0);
  // What is wrong with the tables, and who is missing on either side. `whole`: every device of the
  // lot was looked at, so that a row without one is a finding.
  FindingList findings(bool whole) const;
  // What a reader should know: columns of the given tables that were not understood.
  std::vector<std::string> notes() const;
  uint64_t rows() const;

 private:
  struct Unlisted {
    uint64_t count = 0;
    std::vector<std::string> names;  // the first, sorted
    void add(const std::string& device);
  };
  // Given tables of one kind are parts of one: no row of them stands in another.
  void add_repeated(FindingList& out) const;
  // Tables with the same columns.
  struct Kind {
    uint32_t columns = 0;
    std::string path;  // of the first
    uint64_t listed = 0;
    Unlisted unlisted;  // among those that stand in another kind
  };
  std::span<const ManifestRows> manifests_;
  size_t given_;
  std::vector<std::vector<bool>> seen_;
  std::array<Unlisted, 2> unlisted_;  // in the given ones, in the found ones
  std::vector<Kind> kinds_;           // of the found ones
  std::vector<size_t> kind_of_;       // of each table; of a given one meaningless
};

}  // namespace attest
