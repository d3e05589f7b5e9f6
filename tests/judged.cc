#include "tests/judged.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "platform/files.h"
#include "report/report_text.h"
#include "tests/support.h"
#include "verifier/check.h"
#include "verifier/gather.h"

namespace attest::test {

std::vector<std::string> Judged::ids(Status status) const {
  std::vector<std::string> out;
  for (const Finding* f : report.all(status)) out.emplace_back(f->check->id);
  return out;
}

Judged judge(Reading reading, const Policy& policy, const TrustStore& trust) {
  Judged out;
  out.evidence = gather(std::move(reading), policy, trust, nullptr, openssl_engine());
  verify_signatures(out.evidence, openssl_engine());
  out.report = attest::judge(out.evidence);
  out.text = report_text(out.evidence, out.report, {.golden = true});
  return out;
}

Judged judge(const std::vector<std::string>& words) {
  cli::JudgeOptions options;
  std::vector<std::string> paths;
  Judged out;
  for (size_t i = 0; i < words.size(); ++i) {
    const auto value = [&] { return i + 1 < words.size() ? words[++i] : std::string(); };
    if (words[i] == "--network") {
      options.network = value();
    } else if (words[i] == "--at") {
      options.at = value();
    } else if (words[i] == "--trust-paa") {
      options.trust_paa.push_back(value());
    } else if (words[i] == "--trust-cd-signer") {
      options.trust_cd_signer.push_back(value());
    } else if (words[i] == "--require") {
      options.require.push_back(value());
    } else if (words[i].starts_with("--")) {
      out.errors.push_back("an option that no fixture has used so far: " + words[i]);
    } else {
      paths.push_back(words[i]);
    }
  }
  const auto policy = cli::policy_from(options);
  const auto trust = cli::trust_from(options, policy ? policy->network : Network::none);
  if (!policy) out.errors.push_back(policy.error().what);
  if (!trust) out.errors.push_back(trust.error().what);
  Reading reading;
  for (std::string& line : read_paths(paths, reading)) out.errors.push_back(std::move(line));
  return out.errors.empty() ? judge(std::move(reading), *policy, *trust) : std::move(out);
}

const std::vector<std::string>& whole_reports() {
  static const std::vector<std::string> names = {
      "cd-missing",       "cd-of-another-product",   "cd-provisional",
      "dac-missing",      "development-dac-on-main", "good",
      "good-key-in-dump", "key-of-another-device"};
  return names;
}

Judged judge_fixture(const std::string& name) {
  std::ifstream in("fixtures/devices/" + name + "/options");
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  Judged out = judge(words);
  out.name = name;
  const auto& whole = whole_reports();
  if (out.errors.empty() && std::find(whole.begin(), whole.end(), name) != whole.end())
    out.text = report_text(out.evidence, out.report, {.all_checks = true});
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
