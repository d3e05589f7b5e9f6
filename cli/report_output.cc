#include "cli/report_output.h"

#include <unistd.h>

#include "cli/options.h"
#include "platform/files.h"
#include "platform/terminal.h"
#include "report/report_html.h"
#include "report/report_json.h"
#include "report/report_junit.h"
#include "report/report_sarif.h"
#include "report/report_text.h"

namespace attest::cli {
namespace {

std::string rendered(const ReportOutput& output, const Evidence& evidence, const Report& report) {
  if (output.format == "json") return dump_pretty(report_json(evidence, report));
  if (output.format == "html") return report_html(evidence, report);
  if (output.format == "junit") return report_junit(evidence, report);
  if (output.format == "sarif") return dump_pretty(report_sarif(evidence, report));
  const bool to_terminal = output.file.empty();
  return report_text(evidence, report,
                     {.colour = to_terminal && wants_colour(STDOUT_FILENO),
                      .width = to_terminal ? terminal_width() : 80,
                      .all_checks = output.all});
}

}  // namespace

void add_report_output(Command& command, ReportOutput& output) {
  command
      .choice("--format", {"text", "json", "junit", "sarif", "html"}, output.format,
              "how the report is written (default text)")
      .text("-o,--output", "FILE", output.file, "write the report there instead of stdout")
      .flag("--all", output.all, "show the checks that passed, too");
}

tl::expected<void, Error> write_report(const ReportOutput& output, const Evidence& evidence,
                                       const Report& report) {
  return write_output(output.file, rendered(output, evidence, report));
}

}  // namespace attest::cli
