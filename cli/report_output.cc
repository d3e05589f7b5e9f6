#include "cli/report_output.h"

#include <fmt/format.h>

#include "platform/output.h"
#include "platform/text_lines.h"
#include "report/report_text.h"

namespace attest::cli {
void add_report_output(Command& command, ReportOutput& output) {
  command.group(Group::output)
      .choice("--format", device_forms(), output.format, "how the report is written (default text)")
      .text("-o,--output", "FILE", output.file,
            output_help("write the report there instead of stdout"))
      .list("--report", "FORM=FILE", output.reports,
            "one more form of the same run, as in html=report.html; repeatable")
      .flag("--plan", output.plan,
            "by the certification lab's test cases: the same as --format plan")
      .needs_form("plan")
      .flag("--all", output.all, "show the checks that passed, too")
      .colour();
}

Result<std::vector<ReportTarget>> targets_of(const ReportOutput& output, const CommandFiles& files,
                                             bool quiet) {
  std::string format = output.format;
  if (output.plan) {
    if (format.empty()) format = "text";
    if (format != "text" && format != "plan" && format != "junit-plan")
      return error(fmt::format(
          "--plan: expected no other --format, found {}; beside another form it is --report "
          "plan=FILE",
          format));
    // By the ending of -o, as without --plan: the plan has fewer forms.
    const std::string_view promised = form_of_ending(output.file);
    if (format == "text" && promised == "junit") format = "junit-plan";
    if (format == "text" && !promised.empty())
      return error(fmt::format(
          "{}: expected a file of --plan, which is text (.txt) or JUnit (.xml), found an ending of "
          "{}; beside another form it is --report plan=FILE",
          output.file, promised));
    if (format == "text") format = "plan";
  }
  return report_targets(format, output.file, output.reports, device_forms(), files, quiet);
}

Result<void> write_reports(const std::vector<ReportTarget>& targets, bool all_checks,
                           bool files_are_here, const Evidence& evidence, const Report& report,
                           const Verbosity& verbosity) {
  const Console& console = verbosity.console();
  TextLines lines;
  for (const ReportTarget& target : targets) {
    auto out = Output::open(target.file, console);
    if (!out) return tl::unexpected(out.error());
    const bool shown = out->is_console();
    if (auto written = out->write(target.form->of_device(
            evidence, report,
            {.colour = shown && console.colours_out(),
             .width = shown ? console.columns() : Console::kColumns,
             .rows = shown && console.out_is_terminal ? console.rows() : 0,
             .line_of =
                 [&](const Place& place) {
                   return files_are_here ? lines.line_of(place) : std::nullopt;
                 },
             .all_checks = all_checks}));
        !written)
      return written;
    if (auto closed = out->close(); !closed) return closed;
  }
  tell_written(targets, verdict_line(evidence, report), verbosity);
  return {};
}

}  // namespace attest::cli
