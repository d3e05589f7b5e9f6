// A report in the forms that were asked for, where they were asked for: what verify and replay have
// in common.
#pragma once

#include "cli/arguments.h"
#include "cli/report_targets.h"
#include "verifier/report.h"

namespace attest::cli {

struct ReportOutput {
  std::string format;  // none: text
  std::string file;    // none: stdout, in colour and at its width where it is a terminal
  std::vector<std::string> reports;  // FORM=FILE
  bool plan = false;                 // --format plan in a word
  bool all = false;                  // text: also the checks that passed
};
void add_report_output(Command& command, ReportOutput& output);
// Before any work.
Result<std::vector<ReportTarget>> targets_of(const ReportOutput& output, const CommandFiles& files,
                                             bool quiet);
// And, where files were written, a line of it on stderr. `files_are_here`: the evidence's paths are
// those that were read just now.
Result<void> write_reports(const std::vector<ReportTarget>& targets, bool all_checks,
                           bool files_are_here, const Evidence& evidence, const Report& report,
                           const Verbosity& verbosity);

}  // namespace attest::cli
