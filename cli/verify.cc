// verify: one device, one verdict.

#include <unistd.h>

#include <chrono>

#include "cli/commands.h"
#include "cli/expected.h"
#include "cli/files.h"
#include "cli/options.h"
#include "cli/ota.h"
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
  std::string format = "text", output, expect, ota;
  bool all = false, fetch_ota = false;
};

std::string rendered(const VerifyOptions& options, const Evidence& evidence, const Report& report) {
  if (options.format == "json") return dump_pretty(report_json(evidence, report));
  if (options.format == "html") return report_html(evidence, report);
  if (options.format == "junit") return report_junit(evidence, report);
  if (options.format == "sarif") return dump_pretty(report_sarif(evidence, report));
  const bool to_terminal = options.output.empty();
  return report_text(evidence, report, {.colour = to_terminal && wants_colour(STDOUT_FILENO), .width = to_terminal ? terminal_width() : 80, .all_checks = options.all});
}

// An image may be large and its server far away, where a list of facts is not.
constexpr std::chrono::minutes kImageTime{30};
constexpr uint64_t kMaxImage = uint64_t{4} << 30;

Result<OtaFetchOptions> ota_fetch_options(const JudgeOptions& options) {
  const auto folder = cache_folder(options.ledger.cache_dir, variable);
  if (!folder) return tl::unexpected(folder.error());
  return OtaFetchOptions{.folder = *folder + "/ota", .offline = options.ledger.offline, .limits = {.total = kImageTime, .bytes = kMaxImage}};
}

int verify(const VerifyOptions& options) {
  const auto policy = policy_from(options.judge);
  if (!policy) return complain(policy.error().what);
  const auto trust = trust_from(options.judge, policy->network);
  if (!trust) return complain(trust.error().what);
  const auto ledger = ledger_from(options.judge);
  if (!ledger) return complain(ledger.error().what);
  if (options.fetch_ota && *ledger == nullptr) return complain("--fetch-ota: expected a ledger that names the image, found --network none");
  auto secrets = secrets_from(options.judge.unlock);
  if (!secrets) return complain(secrets.error().what);

  Reading reading;
  reading.secrets = std::move(*secrets);
  reading.ota_digests = digests_for(ledger->get());
  if (const auto errors = read_paths(options.evidence, reading); !errors.empty()) return complain(errors);

  if (!options.ota.empty()) {
    if (const auto done = read_ota_image(options.ota, reading); !done) return complain("--ota: " + done.error().what);
  }

  std::optional<Device> ordered;
  if (!options.expect.empty()) {
    auto expected = expected_from(options.expect);
    if (!expected) return complain(expected.error().what);
    ordered = std::move(*expected);
  }
  Evidence evidence = gather(std::move(reading), *policy, *trust, ledger->get(), std::move(ordered));
  if (options.fetch_ota) {
    const auto where = ota_fetch_options(options.judge);
    if (!where) return complain(where.error().what);
    fetch_ota_image(evidence, **ledger, [&] { return downloader_from(options.judge.ledger, variable); }, *where);
  }
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
      .text("--ota", "FILE", options.ota, "a software image to judge with the device, by itself and against the ledger's entry of its version")
      .flag("--fetch-ota", options.fetch_ota, "fetch the software image that the ledger names for the device's version, and judge it, too")
      .flag("--all", options.all, "show the checks that passed, too")
      .positionals("EVIDENCE", options.evidence, "files and folders that together describe one device; - is stdin", true)
      .footer("Exit codes: 0 approve, 1 reject, 3 undecided, 2 usage or unreadable evidence")
      .run([] { return verify(options); });
}

}  // namespace attest::cli
