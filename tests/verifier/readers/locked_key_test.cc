// Unknown is no pass: a private key that nobody opened, flash that is ciphertext, a slot whose
// bytes are no key, a list whose signature nobody here checks.

#include <algorithm>

#include "tests/support/judged.h"
#include "tests/support/support.h"
#include "verifier/checks/catalogue.h"
#include "verifier/judge/judge.h"

using namespace attest;
using namespace attest::test;

namespace {

const Finding& of(const Report& report, const char* id) {
  const Finding* f = report.of(find_check(id));
  REQUIRE(f != nullptr);
  return *f;
}

}  // namespace

TEST_CASE("an encrypted private key that nobody opened is an open question, and said to be one") {
  const Judged approved = judge_fixture("key-encrypted");
  CHECK(approved.report.verdict == Verdict::approve);
  const Finding& open = of(approved.report, "factory.is-unlocked");
  CHECK(open.status == Status::unknown);
  CHECK_FALSE(open.keeps_open);
  CHECK(approved.report.summary.find("1 check could not be made: factory data") !=
        std::string::npos);
  Policy policy = approved.evidence.policy;
  policy.fail_on_unknown = true;
  const Outline kept_out = Judge(policy).outline(approved.evidence);
  CHECK(kept_out.verdict == Verdict::undecided);
  Policy required = approved.evidence.policy;
  required.required = {"factory.is-unlocked"};
  CHECK(Judge(required).outline(approved.evidence).verdict == Verdict::undecided);
}

TEST_CASE("one certificate in both slots is one fault") {
  for (const Judged& device : judged_fixtures()) {
    const auto failed = device.ids(Status::fail);
    const auto has = [&](const char* id) {
      return std::find(failed.begin(), failed.end(), id) != failed.end();
    };
    CAPTURE(device.name);
    CHECK_FALSE((has("chain.keys-differ") &&
                 (has("pai.is-not-a-device-certificate") || has("dac.is-not-the-pai"))));
  }
}
