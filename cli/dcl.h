// dcl: the ledger from the command line.
#pragma once

#include <string>
#include <vector>

#include "dcl/snapshot.h"
#include "dcl/sync.h"
#include "platform/ledger_options.h"

namespace attest::cli {

struct DclArguments {
  std::string action;                 // "sync", "vendor", …
  std::vector<std::string> operands;  // VID, PID, SKID, FILE
  LedgerArguments ledger;
  std::string from;           // sync: the node to read from
  bool all_versions = false;  // sync: --versions all
  std::string vid, pid;       // sync, watch: whose software versions to read too
  bool fetch = false, fast_track = false, all = false;  // audit
  std::string at;                                       // audit
  std::string output;           // audit; revocation --format chip: where the set goes
  std::string since, atom;      // watch
  std::string format = "text";  // text, json, pem, der, chip
  bool quiet = false;
  bool both = false;  // status: of the test network, too
};

// 0: done, absence included. audit: the exit codes of verify. watch: 4: something has changed. 2:
// usage, or a file that cannot be read. 3: the node cannot be reached or believed, or the fact is
// unknown.
int run_dcl(const DclArguments& arguments, const Console& console);

// The actions that only show (dcl_show.cc).
bool shows(const std::string& action);
int show(const DclArguments& arguments, const Verbosity& verbosity, dcl::LedgerOptions options);

// What stopped an action, and the exit code that this means.
struct DclFailure {
  std::string what;
  int exit_code = 3;
};
// The ledger read into the cache, and the revocation lists that it names.
struct Synced {
  dcl::SyncResult result;
  size_t points = 0, lists = 0;  // revocation points, and how many of their lists can be used
};
tl::expected<Synced, DclFailure> sync_cache(const DclArguments& arguments,
                                            const Verbosity& verbosity,
                                            const dcl::LedgerOptions& options);
// What is cached for a network, as a snapshot.
Result<dcl::Snapshot> cached_snapshot(const std::string& folder, const std::string& chain_id);

// The actions that have a file of their own.
int run_audit(const DclArguments& arguments, const Verbosity& verbosity,
              const dcl::LedgerOptions& options);
int run_watch(const DclArguments& arguments, const Verbosity& verbosity,
              const dcl::LedgerOptions& options);
int run_export_chip(const DclArguments& arguments, const Verbosity& verbosity,
                    const dcl::LedgerOptions& options);

}  // namespace attest::cli
