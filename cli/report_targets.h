// Report targets: the forms in which one run is written down, and where each goes: --format with
// -o, and every --report. What is wrong with them is told before any work is done.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/verbosity.h"
#include "report/forms.h"
#include "verifier/readers/reader.h"

namespace attest::cli {

struct ReportTarget {
  const ReportForm* form = nullptr;
  std::string file;  // stdout for "" and "-"
};

// The first is that of --format and -o. `reports` are FORM=FILE, each FORM one of `forms`. `others`
// are files that the command writes beside: none may be written twice.
Result<std::vector<ReportTarget>> report_targets(const std::string& format, const std::string& file,
                                                 const std::vector<std::string>& reports,
                                                 const std::vector<std::string>& forms,
                                                 const std::vector<std::string>& others = {});
bool any_form(const std::vector<ReportTarget>& targets, bool ReportForm::*has);
bool same_file(const std::string& a, const std::string& b);

// A report that would be written over the evidence that it is about.
std::optional<Error> overwritten(const std::vector<ReportTarget>& targets, const Reading& reading);

// On stderr, in one line, where a file was written: "REJECT  a lamp: why; written to report.xml".
// Where the verdict stands already (a text on stdout, an empty `verdict_line`) only the files.
void tell_written(const std::vector<ReportTarget>& targets, const std::string& verdict_line,
                  const Verbosity& verbosity);

}  // namespace attest::cli
