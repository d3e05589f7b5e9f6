// Judging in a test as the verify command does it, without its process and without any ledger:
// options and evidence in, report and text out.
#pragma once

#include <string>
#include <vector>

#include "cli/options.h"
#include "verifier/judge/judge.h"
#include "verifier/report.h"

namespace attest::test {

struct Judged {
  std::string name;
  std::vector<std::string> errors;  // what would have ended the command with exit code 2
  Evidence evidence;
  Report report;
  std::string text;  // what expected.txt of a fixture keeps

  std::vector<std::string> ids(Status status) const;
};

// What the words of verify's command line say, by the command line's own reading of them.
struct GivenBy {
  Policy policy;
  TrustStore trust;
  std::vector<Secret> secrets;
  std::vector<std::string> evidence, revocation_sets;
};
Result<GivenBy> given_by(const std::vector<std::string>& words);

// Of what was read already.
Judged judge(Reading reading, const Policy& policy, const TrustStore& trust);
// Of a command line: the words of a fixture's options file.
Judged judge(const std::vector<std::string>& words);
const std::vector<std::string>&
whole_reports();  // the fixtures whose expected report is the whole one
Judged judge_fixture(const std::string& name);   // fixtures/devices/<name>, from its options
Judged gather_fixture(const std::string& name);  // its evidence alone: no rule has been asked
std::vector<std::string> fixture_names();        // sorted
const std::vector<Judged>& judged_fixtures();    // all of them, judged once

}  // namespace attest::test
