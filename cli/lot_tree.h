// LotTree: which files of a folder or archive are one device's. A subfolder is a device, with all that is below it; so is a
// single file that says something of a device. Between them lie what a factory's tools write beside the devices: tables
// of the lot (manifests), and the PAI and CD that all of them share.
#pragma once

#include <functional>

#include "cli/lot_input.h"

namespace attest::cli {

// What a file is to a lot.
enum class FileRole : uint8_t {
  device,     // evidence about one device
  shared,     // nothing but PAIs, PAAs or certification declarations: of all devices
  manifest,   // a table of devices
  records,    // NDJSON
  archive,    // a zip or tar: its members are files like these
  none,       // nothing known
};
// By its content.
FileRole file_role(const std::string& path, View bytes);

struct LotUnit {
  std::string name;                  // within the lot: "0001", "line-a/0001"
  std::vector<std::string> files;    // relative paths
};
struct LotTree {
  std::vector<LotUnit> units;        // sorted by path
  std::vector<std::string> shared, manifests, records, ignored;
};
// `files`: relative paths, sorted. `role` is asked as few times as needed: it may have to read.
LotTree lot_tree(const std::vector<std::string>& files, const std::function<FileRole(const std::string&)>& role);

// An INPUT: its devices, and what stands beside them.
struct LotInput {
  std::unique_ptr<LotSource> source;                            // null: only manifests
  std::vector<LotFile> shared, manifests;                       // whole
  uint64_t ignored = 0;
  std::vector<std::string> ignored_names;                       // the first of them
};
Result<LotInput> open_lot_input(const std::string& path, const std::vector<Secret>& secrets, bool digests);

}  // namespace attest::cli
