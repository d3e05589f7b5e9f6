#include "cli/report_output.h"

#include <unistd.h>

#include "cli/options.h"
#include "platform/files.h"
#include "platform/terminal.h"
#include "report/forms.h"

namespace attest::cli {
void add_report_output(Command& command, ReportOutput& output) {
  command
      .choice("--format", device_forms(), output.format, "how the report is written (default text)")
      .text("-o,--output", "FILE", output.file, "write the report there instead of stdout")
      .flag("--all", output.all, "show the checks that passed, too");
}

tl::expected<void, Error> write_report(const ReportOutput& output, const Evidence& evidence,
                                       const Report& report) {
  const bool to_terminal = output.file.empty();
  return write_output(output.file,
                      find_form(output.format)
                          ->of_device(evidence, report,
                                      {.colour = to_terminal && wants_colour(STDOUT_FILENO),
                                       .width = to_terminal ? terminal_width() : 80,
                                       .all_checks = output.all}));
}

}  // namespace attest::cli
