#include "cli/report_output.h"

#include "cli/options.h"
#include "platform/output.h"
#include "report/forms.h"

namespace attest::cli {
void add_report_output(Command& command, ReportOutput& output) {
  command.group(Group::output)
      .choice("--format", device_forms(), output.format, "how the report is written (default text)")
      .text("-o,--output", "FILE", output.file, "write the report there instead of stdout")
      .flag("--all", output.all, "show the checks that passed, too")
      .colour();
}

tl::expected<void, Error> write_report(const ReportOutput& output, const Evidence& evidence,
                                       const Report& report, const Console& console) {
  auto out = Output::open(output.file, console);
  if (!out) return tl::unexpected(out.error());
  const bool shown = out->is_console();
  if (auto written =
          out->write(find_form(output.format)
                         ->of_device(evidence, report,
                                     {.colour = shown && console.colours_out(),
                                      .width = shown ? console.columns() : Console::kColumns,
                                      .all_checks = output.all}));
      !written)
    return written;
  return out->close();
}

}  // namespace attest::cli
