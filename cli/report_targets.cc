#include "cli/report_targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "platform/output.h"
#include "verifier/base/bytes.h"

namespace attest::cli {
namespace {

// "html=report.html".
Result<ReportTarget> target_from(const std::string& given, const std::vector<std::string>& forms) {
  const size_t sign = given.find('=');
  if (sign == std::string::npos || sign + 1 == given.size())
    return error(fmt::format("--report: expected FORM=FILE, as in html=report.html, found \"{}\"",
                             printable(given)));
  const std::string form = given.substr(0, sign);
  if (std::find(forms.begin(), forms.end(), form) == forms.end())
    return error(
        fmt::format("--report: expected {}, found \"{}\"", fmt::join(forms, "|"), printable(form)));
  return ReportTarget{.form = find_form(form), .file = given.substr(sign + 1)};
}

}  // namespace

bool any_form(const std::vector<ReportTarget>& targets, bool ReportForm::*has) {
  return std::any_of(targets.begin(), targets.end(),
                     [&](const ReportTarget& target) { return target.form->*has; });
}

Result<std::vector<ReportTarget>> report_targets(const std::string& format, const std::string& file,
                                                 const std::vector<std::string>& reports,
                                                 const std::vector<std::string>& forms,
                                                 const CommandFiles& files, bool quiet) {
  std::vector<ReportTarget> out;
  if (!quiet || !format.empty() || !file.empty())
    out.push_back({.form = find_form(format.empty() ? "text" : format), .file = file});
  for (const std::string& given : reports) {
    auto target = target_from(given, forms);
    if (!target) return tl::unexpected(target.error());
    for (const ReportTarget& before : out) {
      if (same_file(before.file, target->file))
        return error(fmt::format("--report: expected a file for each form, found {} for {} and {}",
                                 target->file == "-" ? "stdout" : target->file, before.form->name,
                                 target->form->name));
    }
    out.push_back(std::move(*target));
  }
  std::vector<std::string> paths;
  for (const ReportTarget& target : out) paths.push_back(target.file);
  if (auto can = may_write(paths, files); !can) return tl::unexpected(can.error());
  return out;
}

void tell_written(const std::vector<ReportTarget>& targets, const std::string& verdict_line,
                  const Verbosity& verbosity) {
  std::vector<std::string> files;
  bool shown = false;
  for (const ReportTarget& target : targets) {
    if (!Output::is_stream(target.file)) files.push_back(target.file);
    shown |=
        (target.file.empty() || target.file == "-") && target.form->name == std::string("text");
  }
  if (files.empty() || verbosity.quiet()) return;
  const Console& console = verbosity.console();
  const std::string line =
      fmt::format("{}written to {}", shown || verdict_line.empty() ? "" : verdict_line + "; ",
                  fmt::join(files, ", "));
  console.err << console.secrets.leave_out(printable(line)) + "\n" << std::flush;
}

}  // namespace attest::cli
