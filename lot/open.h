// An INPUT of a lot: a folder, an archive, a file of records, a table or a single device.
#pragma once

#include "lot/input.h"

namespace attest {

// An INPUT: its devices, and what stands beside them.
struct LotInput {
  std::unique_ptr<LotSource> source;       // null: only manifests
  std::vector<LotFile> shared, manifests;  // whole
  std::vector<NotUsed> not_used;           // beside the devices
};
Result<LotInput> open_lot_input(const std::string& path, const std::vector<Secret>& secrets,
                                bool digests);

}  // namespace attest
