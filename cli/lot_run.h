// LotRun: one lot from the command line's words to the exit code.
#pragma once

#include <limits>

#include "cli/engine_option.h"
#include "cli/options.h"
#include "verifier/report.h"

namespace attest::cli {

inline constexpr long long kAllDevices =
    std::numeric_limits<long long>::min();  // no sample is drawn

struct LotOptions {
  JudgeOptions judge;
  std::vector<std::string> inputs, manifests, columns, reports;
  std::string format, output, expect, resume, part;
  RoleFiles roles;  // lent to every device that has none of its own
  EngineOption engine;
  long long jobs = 0, sample = kAllDevices, seed = 1;
  bool stream = false, full = false, schema = false, quiet = false, verbose = false;
};
void add_lot_options(Command& command, LotOptions& options);

int run_lot(const LotOptions& options, const Console& console);

struct MergeOptions {
  std::vector<std::string> parts, manifests, columns, reports;
  std::string format, output;
  bool quiet = false;
};
int run_merge(const MergeOptions& options, const Console& console);

int lot_exit_code(Verdict verdict);

}  // namespace attest::cli
