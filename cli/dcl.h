// dcl: the ledger from the command line.
#pragma once

#include <string>
#include <vector>

#include "platform/ledger_options.h"

namespace attest::cli {

struct DclArguments {
  std::string action;                 // "sync", "vendor", …
  std::vector<std::string> operands;  // VID, PID, SKID, FILE
  LedgerArguments ledger;
  std::string from;             // sync: the node to read from
  bool all_versions = false;    // sync: --versions all
  std::string vid, pid;         // sync: whose software versions to read too
  std::string format = "text";  // text, json, pem, der, chip
  std::string output;           // revocation --format chip: where the set goes
  bool quiet = false;
  bool both = false;  // status: of the test network, too
};

// 0: done, absence included. 2: usage, or a file that cannot be read. 3: the node cannot be reached
// or believed, or the fact is unknown.
int run_dcl(const DclArguments& arguments, const Console& console);

// The actions that only show (dcl_show.cc).
bool shows(const std::string& action);
int show(const DclArguments& arguments, const Verbosity& verbosity, dcl::LedgerOptions options);

// A vendor's or product's number: decimal or 0x.
Result<uint64_t> number(const char* name, const std::string& text, uint64_t max);

}  // namespace attest::cli
