#include "tests/support/judged.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "platform/files.h"
#include "platform/revocation_sets.h"
#include "report/report_text.h"
#include "tests/support/support.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"
#include "verifier/rules/check.h"

namespace attest::test {

std::vector<std::string> Judged::ids(Status status) const {
  std::vector<std::string> out;
  for (const Finding* f : report.all(status)) out.emplace_back(f->check->id);
  return out;
}

namespace {

Judged gathered(Reading reading, const Policy& policy, const TrustStore& trust) {
  Judged out;
  out.evidence = gather(std::move(reading), policy, trust, nullptr, openssl_engine());
  verify_signatures(out.evidence, openssl_engine());
  return out;
}

using Judging = Judged (*)(Reading, const Policy&, const TrustStore&);

Judged with(const std::vector<std::string>& words, Judging judging) {
  Judged out;
  auto given = given_by(words);
  if (!given) {
    out.errors.push_back(given.error().what);
    return out;
  }
  Reading reading;
  reading.secrets = std::move(given->secrets);
  out.errors = read_paths(given->evidence, reading);
  if (const auto done = read_revocation_sets(given->revocation_sets, reading); !done)
    out.errors.push_back(done.error().what);
  return out.errors.empty() ? judging(std::move(reading), given->policy, given->trust)
                            : std::move(out);
}

std::vector<std::string> options_of(const std::string& fixture) {
  std::ifstream in("fixtures/devices/" + fixture + "/options");
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

}  // namespace

Judged judge(Reading reading, const Policy& policy, const TrustStore& trust) {
  Judged out = gathered(std::move(reading), policy, trust);
  out.report = attest::judge(out.evidence);
  out.text = report_text(out.evidence, out.report, {.golden = true});
  return out;
}

Result<GivenBy> given_by(const std::vector<std::string>& words) {
  cli::JudgeOptions options;
  std::vector<std::string> evidence;
  cli::Command root("matter-attest", "", nullptr);
  cli::Command& verify = root.subcommand("verify", "");
  cli::add_judge_options(verify, options);
  cli::add_stage(verify, options);
  verify.positionals("EVIDENCE", evidence, "", false).run([](const Console&) { return 0; });
  std::ostringstream told;
  const Console process = process_console();
  Console heard{.out = told, .err = told, .environment = process.environment, .now = process.now};
  std::vector<std::string> all = {"verify"};
  all.insert(all.end(), words.begin(), words.end());
  if (cli::parse_and_run(root, all, heard) != 0) return error(told.str());
  if (!options.ledger.ledger.empty()) return error("--ledger: no ledger is asked here");
  auto policy = cli::policy_from(options, heard.now);
  if (!policy) return tl::unexpected(policy.error());
  auto trust = cli::trust_from(options, policy->network);
  if (!trust) return tl::unexpected(trust.error());
  auto secrets = cli::secrets_from(options.unlock, heard.environment);
  if (!secrets) return tl::unexpected(secrets.error());
  return GivenBy{.policy = std::move(*policy),
                 .trust = std::move(*trust),
                 .secrets = std::move(*secrets),
                 .evidence = std::move(evidence),
                 .revocation_sets = std::move(options.revocation_sets)};
}

Judged judge(const std::vector<std::string>& words) {
  return with(words, judge);
}

const std::vector<std::string>& whole_reports() {
  static const std::vector<std::string> names = {
      "cd-missing",       "cd-of-another-product",   "cd-provisional",
      "dac-missing",      "development-dac-on-main", "good",
      "good-key-in-dump", "key-of-another-device"};
  return names;
}

Judged judge_fixture(const std::string& name) {
  Judged out = judge(options_of(name));
  out.name = name;
  const auto& whole = whole_reports();
  if (out.errors.empty() && std::find(whole.begin(), whole.end(), name) != whole.end())
    out.text = report_text(out.evidence, out.report, {.all_checks = true});
  return out;
}

Judged gather_fixture(const std::string& name) {
  Judged out = with(options_of(name), gathered);
  out.name = name;
  return out;
}

std::vector<std::string> fixture_names() {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator("fixtures/devices"))
    out.push_back(entry.path().filename().string());
  std::sort(out.begin(), out.end());
  REQUIRE(out.size() >= 250);  // a test over none of them would pass
  return out;
}

const std::vector<Judged>& judged_fixtures() {
  static const std::vector<Judged> all = [] {
    std::vector<Judged> out;
    for (const std::string& name : fixture_names()) out.push_back(judge_fixture(name));
    return out;
  }();
  return all;
}

}  // namespace attest::test
