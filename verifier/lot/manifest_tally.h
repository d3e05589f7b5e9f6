// ManifestTally: which rows of the manifests have had their device, and which devices have no row.
#pragma once

#include "verifier/lot/manifest_rows.h"

namespace attest {

class ManifestTally {
 public:
  // The first `given` tables were handed over as manifests; the others were found beside the devices. A device must stand
  // in one of each sort, where there are any. The tables outlive it.
  ManifestTally(std::span<const ManifestRows> manifests, size_t given);
  void add(const std::string& device, std::span<const std::pair<uint32_t, uint32_t>> rows);
  // What is wrong with the tables, and who is missing on either side. `whole`: every device of the lot was looked at, so that
  // a row without one is a finding.
  FindingList findings(bool whole) const;
  uint64_t rows() const;

 private:
  struct Unlisted {
    uint64_t count = 0;
    std::vector<std::string> names;   // the first, sorted
  };
  std::span<const ManifestRows> manifests_;
  size_t given_;
  std::vector<std::vector<bool>> seen_;
  std::array<Unlisted, 2> unlisted_;   // in the given ones, in the found ones
};

}  // namespace attest
