// Report targets: the forms in which one run is written down, and where each goes: --format with
// -o, and every --report. What is wrong with them is told before any work is done.
#pragma once

#include <string>
#include <vector>

#include "cli/command_files.h"
#include "platform/verbosity.h"
#include "report/forms.h"

namespace attest::cli {

struct ReportTarget {
  const ReportForm* form = nullptr;
  std::string file;  // stdout for "" and "-"
};

// The first is that of --format (none: text) and -o; who is `quiet` and asks for neither wants the
// exit code alone. `reports` are FORM=FILE, each FORM one of `forms`. None is written twice, nor
// over what the command uses.
Result<std::vector<ReportTarget>> report_targets(const std::string& format, const std::string& file,
                                                 const std::vector<std::string>& reports,
                                                 const std::vector<std::string>& forms,
                                                 const CommandFiles& files, bool quiet);
bool any_form(const std::vector<ReportTarget>& targets, bool ReportForm::*has);

// On stderr, in one line, where a file was written: "REJECT  a lamp: why; written to report.xml".
// Where the verdict stands already (a text on stdout, an empty `verdict_line`) only the files.
void tell_written(const std::vector<ReportTarget>& targets, const std::string& verdict_line,
                  const Verbosity& verbosity);

}  // namespace attest::cli
