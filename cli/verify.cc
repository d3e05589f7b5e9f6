// verify: one device, one verdict.

#include <unistd.h>

#include "cli/commands.h"
#include "cli/expected.h"
#include "cli/files.h"
#include "cli/options.h"
#include "cli/report_html.h"
#include "cli/report_json.h"
#include "cli/report_junit.h"
#include "cli/report_sarif.h"
#include "cli/report_text.h"
#include "cli/report_words.h"
#include "verifier/gather.h"

namespace attest::cli {
namespace {

struct VerifyOptions {
  JudgeOptions judge;
  std::vector<std::string> evidence;
  std::string format = "text", output, expect;
  bool all = false;
};

std::string rendered(const VerifyOptions& options, const Evidence& evidence, const Report& report) {
  if (options.format == "json") return dump_pretty(report_json(evidence, report));
  if (options.format == "html") return report_html(evidence, report);
  if (options.format == "junit") return report_junit(evidence, report);
  if (options.format == "sarif") return dump_pretty(report_sarif(evidence, report));
  const bool to_terminal = options.output.empty();
  return report_text(evidence, report, {.colour = to_terminal && wants_colour(STDOUT_FILENO), .width = to_terminal ? terminal_width() : 80, .all_checks = options.all});
}

int verify(const VerifyOptions& options) {
  const auto policy = policy_from(options.judge);
  if (!policy) return complain(policy.error().what);
  const auto trust = trust_from(options.judge, policy->network);
  if (!trust) return complain(trust.error().what);
  const auto ledger = ledger_from(options.judge);
  if (!ledger) return complain(ledger.error().what);
  auto secrets = secrets_from(options.judge.unlock);
  if (!secrets) return complain(secrets.error().what);

  Reading reading;
  reading.secrets = std::move(*secrets);
  if (const auto errors = read_paths(options.evidence, reading); !errors.empty()) return complain(errors);

  std::optional<Device> ordered;
  if (!options.expect.empty()) {
    auto expected = expected_from(options.expect);
    if (!expected) return complain(expected.error().what);
    ordered = std::move(*expected);
  }
  Evidence evidence = gather(std::move(reading), *policy, *trust, ledger->get(), std::move(ordered));
  verify_signatures(evidence, openssl_engine());
  const Report report = judge(evidence);
  if (*ledger) {
    for (const std::string& note : (*ledger)->notes()) complain(note);
  }

  const std::string text = rendered(options, evidence, report);
  if (const auto written = write_output(options.output, text); !written) return complain(written.error().what);
  return exit_code(report.verdict);
}

}  // namespace

void add_verify(Command& root) {
  static VerifyOptions options;
  Command& command = root.subcommand("verify", "judge one device from the files that describe it");
  add_judge_options(command, options.judge);
  command.choice("--format", {"text", "json", "junit", "sarif", "html"}, options.format, "how the report is written (default text)")
      .text("-o,--output", "FILE", options.output, "write the report there instead of stdout")
      .text("--expect", "FILE", options.expect, "what was ordered, a cpms.json or the keys of device.json: every difference is a finding")
      .flag("--all", options.all, "show the checks that passed, too")
      .positionals("EVIDENCE", options.evidence, "files and folders that together describe one device; - is stdin", true)
      .footer("Exit codes: 0 approve, 1 reject, 3 undecided, 2 usage or unreadable evidence")
      .run([] { return verify(options); });
}

}  // namespace attest::cli
