// dcl audit: the health of a vendor's products on the ledger.
#include <fmt/format.h>

#include <string>

#include "audit/audit.h"
#include "cli/dcl.h"
#include "cli/options.h"
#include "platform/output.h"
#include "report/audit_report.h"
#include "report/wording.h"

namespace attest::cli {
namespace {

constexpr int kUsage = 2;

Result<audit::AuditOptions> options_of(const DclArguments& arguments,
                                       const dcl::LedgerOptions& ledger, const Console& console) {
  const auto& operands = arguments.operands;
  const auto vid = number_of("VID", operands[0], 0xFFFF);
  if (!vid) return tl::unexpected(vid.error());
  audit::AuditOptions out{.vid = static_cast<uint16_t>(*vid),
                          .pid = {},
                          .fetch = arguments.fetch,
                          .fast_track = arguments.fast_track,
                          .offline = ledger.offline,
                          .network = ledger.network.name == "test" ? Network::test : Network::main,
                          .at = console.now,
                          .engine = openssl_engine()};
  if (operands.size() > 1) {
    const auto pid = number_of("PID", operands[1], 0xFFFF);
    if (!pid) return tl::unexpected(pid.error());
    out.pid = static_cast<uint16_t>(*pid);
  }
  if (!arguments.at.empty()) {
    const auto at = parse_rfc3339(arguments.at);
    if (!at) return error("--at: " + at.error().what);
    out.at = *at;
  }
  if (!arguments.fetch) return out;
  if (ledger.offline)
    return error(
        "--fetch reads from the network: expected no --offline (nor "
        "MATTER_ATTEST_OFFLINE in the environment)");
  const auto folder = cache_folder(arguments.ledger.cache_dir, console.environment);
  if (!folder) return tl::unexpected(folder.error());
  out.folder = *folder + "/ota";
  out.downloader = ledger.downloader;
  return out;
}

}  // namespace

int run_audit(const DclArguments& arguments, const Verbosity& verbosity,
              const dcl::LedgerOptions& options) {
  const Console& console = verbosity.console();
  const auto asked = options_of(arguments, options, console);
  if (!asked) return print_error(console, asked.error().what, kUsage);
  if (const auto can = Output::can_open(arguments.output); !can)
    return print_error(console, can.error().what, kUsage);
  auto ledger = dcl::CachedLedger::open(options);
  if (!ledger) return print_error(console, ledger.error().what, kUsage);
  const audit::AuditReport report = audit::audit(**ledger, *asked, verbosity);
  for (const std::string& note : (*ledger)->notes()) verbosity.note(note);
  auto out = Output::open(arguments.output, console);
  if (!out) return print_error(console, out.error().what, kUsage);
  const bool shown = out->is_console();
  const std::string text =
      arguments.format == "json" ? audit_json(report)
      : arguments.format == "html"
          ? audit_html(report)
          : audit_text(report, {.width = shown ? console.columns() : Console::kColumns,
                                .all_checks = arguments.all});
  if (const auto written = out->write(text); !written)
    return print_error(console, written.error().what, kUsage);
  if (const auto closed = out->close(); !closed)
    return print_error(console, closed.error().what, kUsage);
  if (!shown) verbosity.note(audit_line(report));
  return exit_code(report.verdict);
}

}  // namespace attest::cli
