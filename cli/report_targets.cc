#include "cli/report_targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <system_error>

#include "platform/output.h"
#include "verifier/base/bytes.h"

namespace attest::cli {
namespace {

std::string joined(const std::vector<std::string>& names, const char* between) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : between) + name;
  return out;
}

// "html=report.html".
Result<ReportTarget> target_from(const std::string& given, const std::vector<std::string>& forms) {
  const size_t sign = given.find('=');
  if (sign == std::string::npos || sign + 1 == given.size())
    return error(fmt::format("--report: expected FORM=FILE, as in html=report.html, found \"{}\"",
                             printable(given)));
  const std::string form = given.substr(0, sign);
  if (std::find(forms.begin(), forms.end(), form) == forms.end())
    return error(
        fmt::format("--report: expected {}, found \"{}\"", joined(forms, "|"), printable(form)));
  return ReportTarget{.form = find_form(form), .file = given.substr(sign + 1)};
}

}  // namespace

bool any_form(const std::vector<ReportTarget>& targets, bool ReportForm::*has) {
  return std::any_of(targets.begin(), targets.end(),
                     [&](const ReportTarget& target) { return target.form->*has; });
}

bool same_file(const std::string& a, const std::string& b) {
  const auto is_stdout = [](const std::string& path) { return path.empty() || path == "-"; };
  if (is_stdout(a) || is_stdout(b)) return is_stdout(a) && is_stdout(b);
  if (Output::is_stream(a) || Output::is_stream(b)) return false;
  std::error_code failed;
  if (std::filesystem::equivalent(a, b, failed)) return true;
  const auto whole = [&](const std::string& path) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path, failed), failed);
  };
  return whole(a) == whole(b);
}

Result<std::vector<ReportTarget>> report_targets(const std::string& format, const std::string& file,
                                                 const std::vector<std::string>& reports,
                                                 const std::vector<std::string>& forms,
                                                 const std::vector<std::string>& others) {
  std::vector<ReportTarget> out{{.form = find_form(format), .file = file}};
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
  for (const ReportTarget& target : out) {
    for (const std::string& other : others) {
      if (!other.empty() && same_file(target.file, other))
        return error(
            fmt::format("{}: expected a file for the report alone, found one that is "
                        "written or read beside it",
                        other));
    }
    if (auto can = Output::can_open(target.file); !can) return tl::unexpected(can.error());
  }
  return out;
}

std::optional<Error> overwritten(const std::vector<ReportTarget>& targets, const Reading& reading) {
  for (const ReportTarget& target : targets) {
    for (const EvidenceFile& file : reading.files) {
      if (!file.holds.empty() && !Output::is_stream(target.file) &&
          same_file(file.path, target.file))
        return Error{
            .what = fmt::format("{}: expected another file for the report, found evidence there",
                                target.file),
            .offset = {}};
    }
  }
  return std::nullopt;
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
                  joined(files, ", "));
  console.err << console.secrets.leave_out(printable(line)) + "\n" << std::flush;
}

}  // namespace attest::cli
