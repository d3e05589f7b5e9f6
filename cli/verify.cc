// verify: one device, one verdict.

#include "verifier/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "bundle/bundle_writer.h"
#include "cli/commands.h"
#include "cli/engine_option.h"
#include "cli/options.h"
#include "cli/report_output.h"
#include "platform/expected.h"
#include "platform/files.h"
#include "platform/no_evidence.h"
#include "platform/ota.h"
#include "platform/revocation_sets.h"
#include "platform/verbosity.h"
#include "report/schemas.h"
#include "report/wording.h"
#include "verifier/readers/secret_paths.h"

namespace attest::cli {
namespace {

struct VerifyOptions {
  JudgeOptions judge;
  std::vector<std::string> evidence;
  RoleFiles roles;
  ReportOutput output;
  std::string expect, ota, after, signed_by, bundle;
  Signer signer;
  EngineOption engine{.libraries = {}, .of_one = true};
  bool fetch_ota = false, schema = false, quiet = false, verbose = false;
};

// What the verdict came from, for --verbose.
void tell_details(const Evidence& e, const Verbosity& verbosity) {
  if (!verbosity.verbose()) return;
  for (const EvidenceFile& file : e.files) {
    std::string holds;
    for (const std::string& what : file.holds) holds += (holds.empty() ? ", holds " : " ") + what;
    verbosity.detail(
        fmt::format("read {}: {}, {} bytes{}", file.path, file.kind, file.size, holds));
  }
  if (e.paa)
    verbosity.detail(
        fmt::format("PAA {} from {}", hex_colons(e.paa->subject_key_id), e.paa->source));
  if (e.cd_signer)
    verbosity.detail(fmt::format("CD signer {} from {}", e.cd_signer->name, e.cd_signer->source));
  if (!e.ledger.chain_id.empty())
    verbosity.detail(fmt::format("ledger {}, {}", ledger_text(e.ledger), e.ledger.source));
  verbosity.detail(fmt::format("{}, as of {}", policy_text(e.policy.network, e.policy.stage),
                               rfc3339(e.policy.at)));
}

// What stopped the ledger stands in the report, where a finding says what to do about it.
bool is_told(const std::string& note, const Report& report) {
  const size_t colon = note.find(": ");
  if (colon == std::string::npos) return false;
  return std::any_of(report.findings.begin(), report.findings.end(), [&](const Finding& f) {
    return f.status == Status::unknown &&
           f.actual.find(note.substr(colon + 2)) != std::string::npos;
  });
}

// An image may be large and its server far away, where a list of facts is not.
constexpr std::chrono::minutes kImageTime{30};
constexpr uint64_t kMaxImage = uint64_t{4} << 30;

Result<OtaFetchOptions> ota_fetch_options(const JudgeOptions& options, const Console& console) {
  const auto folder = cache_folder(options.ledger.cache_dir, console.environment);
  if (!folder) return tl::unexpected(folder.error());
  return OtaFetchOptions{.folder = *folder + "/ota",
                         .offline = options.ledger.offline,
                         .limits = {.total = kImageTime, .bytes = kMaxImage}};
}

// `ordered`: what was read with --expect.
CommandFiles files_of(const VerifyOptions& o, const std::vector<std::string>& ordered,
                      const Console& console) {
  CommandFiles out(console);
  out.evidence = o.evidence;
  out.roles(o.roles).judging(o.judge, console);
  out.add({o.expect, o.ota, o.after, o.signed_by, o.signer.key, o.signer.certificate});
  out.written.emplace_back(o.bundle, "the bundle");
  out.add(o.engine.libraries).add(ordered);
  return out;
}

// Options of which one says nothing without the other. Empty: there is none.
std::string contradiction(const VerifyOptions& options) {
  if (options.bundle == "-") return "--bundle: expected a file, found - (stdout is for the report)";
  if (options.after.empty() && !options.signed_by.empty())
    return "--signed-by is about the bundle of --after: expected --after BUNDLE, too";
  if (options.bundle.empty() && !options.signer.key.empty())
    return "--sign-with signs a bundle: expected --bundle FILE, too";
  if (options.signer.key.empty() && !options.signer.certificate.empty()) return kCertificateAlone;
  return {};
}

// Evidence, revocation sets and image of the command line. What comes back is what stopped it.
std::vector<std::string> read_given(const VerifyOptions& options, Reading& reading,
                                    const Verbosity& verbosity) {
  if (auto errors = read_all(options.roles, options.evidence, reading, verbosity); !errors.empty())
    return errors;
  if (const auto done = read_revocation_sets(options.judge.revocation_sets, reading); !done)
    return {done.error().what};
  if (options.ota.empty()) return {};
  if (const auto done = read_ota_image(options.ota, reading, verbosity); !done)
    return {"--ota: " + done.error().what};
  return {};
}

// What the ledger had to say and no finding says.
void tell_notes(dcl::CachedLedger* ledger, const Report& report, const Verbosity& verbosity) {
  if (ledger == nullptr) return;
  for (const std::string& note : ledger->notes()) {
    if (!is_told(note, report)) verbosity.note(note);
  }
}

int verify(const VerifyOptions& options, const Console& console) {
  const Verbosity verbosity(console, options.quiet, options.verbose);
  if (const std::string what = contradiction(options); !what.empty())
    return print_error(console, what);
  if (options.schema) return show(std::string(report_schema()), console);
  if (options.evidence.empty() && !options.roles.any())
    return print_error(console, is_required("EVIDENCE", "verify", console));
  auto order = order_from(options.expect);
  auto targets =
      targets_of(options.output, files_of(options, files_read(order), console), options.quiet);
  if (!targets) return print_error(console, targets.error().what);
  if (!order) return print_error(console, order.error().what);
  const auto policy = policy_from(options.judge, console);
  if (!policy) return print_error(console, policy.error().what);
  Reading reading;
  const auto trust = trust_from(options.judge, policy->network, &reading.not_used);
  if (!trust) return print_error(console, trust.error().what);
  const auto ledger = ledger_from(options.judge, verbosity);
  if (!ledger) return print_error(console, ledger.error().what);
  if (options.fetch_ota && *ledger == nullptr)
    return print_error(console,
                       "--fetch-ota: expected a ledger that names the image, found --network none");
  const auto engine = engine_from(options.engine);
  if (!engine) return print_error(console, engine.error().what);
  auto secrets = secrets_from(options.judge.unlock, console.environment);
  if (!secrets) return print_error(console, secrets.error().what);

  reading.secrets = std::move(*secrets);
  reading.ota_digests = digests_for(ledger->get());
  if (const auto stopped = read_given(options, reading, verbosity); !stopped.empty())
    return print_error(console, stopped);

  std::optional<ApprovedPart> after;
  if (!options.after.empty()) {
    auto sample = approved_part_from(options.after, options.signed_by, **engine);
    if (!sample) return print_error(console, sample.error().what);
    after = std::move(*sample);
  }
  BundleWriter bundling;
  mask_paths(reading, policy->show_passcode);
  Ledger* const asked =
      options.bundle.empty() ? ledger->get() : bundling.begin(reading, ledger->get());
  std::vector<std::string> errors;
  const auto [evidence, report] = attest::verify({
      .reading = std::move(reading),
      .policy = *policy,
      .trust = *trust,
      .engine = **engine,
      .ledger = asked,
      .ordered = std::move(order->device),
      .approved = std::move(after),
      .between =
          [&](Evidence& found) {
            errors = named_in_vain(options.evidence, found);
            if (!errors.empty() || !options.fetch_ota) return errors.empty();
            const auto where = ota_fetch_options(options.judge, console);
            if (!where) {
              errors.push_back(where.error().what);
              return false;
            }
            fetch_ota_image(
                found, **ledger, [&] { return downloader_from(options.judge.ledger, console); },
                *where, verbosity);
            return true;
          },
  });
  if (!errors.empty()) return print_error(console, errors);
  tell_notes(ledger->get(), report, verbosity);
  tell_details(evidence, verbosity);
  if (!options.bundle.empty()) {
    if (const auto written =
            bundling.write(options.bundle, evidence, report, *trust, options.signer, **engine);
        !written)
      return print_error(console, written.error().what);
    verbosity.detail(fmt::format("bundle written to {}", options.bundle));
  }

  if (const auto written =
          write_reports(*targets, options.output.all, true, evidence, report, verbosity);
      !written)
    return print_error(console, written.error().what);
  return exit_code(report.verdict);
}

}  // namespace

void add_verify(Command& root) {
  auto options = std::make_shared<VerifyOptions>();
  Command& command = root.subcommand("verify", "judge one device from the files that describe it");
  add_judge_options(command, options->judge);
  add_stage(command, options->judge);
  add_roles(command, options->roles);
  add_engine_option(command, options->engine);
  add_report_output(command, options->output);
  command.flag("--schema", options->schema, "print the JSON Schema of --format json, and no more")
      .group(Group::ordered)
      .text(
          "--expect", "FILE", options->expect,
          "what was ordered, a cpms.json or the keys of device.json: every difference is a finding")
      .group(Group::software)
      .text("--ota", "FILE", options->ota,
            "a software image to judge with the device, by itself and against the ledger's entry "
            "of its version")
      .flag("--fetch-ota", options->fetch_ota,
            "fetch the software image that the ledger names for the device's version, and judge "
            "it, too")
      .group(Group::bundle)
      .text("--after", "BUNDLE", options->after,
            "the approved Test sample that this one follows: what changed is told of, what may not "
            "have is a finding");
  add_signed_by(command, "of the bundle of --after", options->signed_by);
  command.text("--bundle", "FILE", options->bundle,
               "keep evidence, ledger facts and report in one file for replay, secrets left out");
  add_signer(command, "the bundle", options->signer.key, options->signer.certificate);
  command.group(Group::input)
      .positionals("EVIDENCE", options->evidence,
                   "files and folders that together describe one device, and onboarding codes "
                   "(MT:..., 11 or 21 digits); - is stdin",
                   false);
  add_verbosity(command, options->quiet, options->verbose, Says::verdict);
  command.example("matter-attest verify --network test dac.der pai.der cd.der device.json")
      .example("matter-attest verify --network main sample/")
      .footer("Exit codes: 0 approve, 1 reject, 3 undecided, 2 usage or unreadable evidence")
      .run(runs(options, verify));
}

}  // namespace attest::cli
