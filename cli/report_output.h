// A report in the form that was asked for, where it was asked for: what verify and replay have in
// common.
#pragma once

#include "cli/arguments.h"
#include "verifier/report.h"

namespace attest::cli {

struct ReportOutput {
  std::string format = "text",
              file;  // no file: stdout, in colour and at its width where it is a terminal
  bool all = false;  // text: also the checks that passed
};
void add_report_output(Command& command, ReportOutput& output);
tl::expected<void, Error> write_report(const ReportOutput& output, const Evidence& evidence,
                                       const Report& report, const Console& console);

}  // namespace attest::cli
