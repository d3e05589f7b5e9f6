// What devices of a lot share is shared rightly: a shared check's answer does not move when
// everything that is the device's own is exchanged for another device's.

#include "tests/support/judged.h"
#include "tests/support/support.h"
#include "verifier/checks/catalogue.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"

using namespace attest;
using namespace attest::test;

namespace {

// What BatchJudge compares, and what follows from it.
void share(Evidence& to, const Evidence& from) {
  to.policy = from.policy;
  to.ledger = from.ledger;
  to.facts = from.facts;
  to.given_anchors = from.given_anchors;
  to.pai = from.pai;
  to.paa_shown = from.paa_shown;
  to.paa = from.paa;
  to.paa_found = from.paa_found;
  to.paa_unknown_why = from.paa_unknown_why;
  to.cd_place = from.cd_place;
  to.cd_bytes = from.cd_bytes;
  to.cms = from.cms;
  to.cms_problem = from.cms_problem;
  to.cms_trailing = from.cms_trailing;
  to.cd = from.cd;
  to.cd_problem = from.cd_problem;
  to.cd_signer = from.cd_signer;
  to.cd_signer_unknown_why = from.cd_signer_unknown_why;
  to.vid = from.vid;
  to.pid = from.pid;
  for (const Signed what : {Signed::pai, Signed::paa_self, Signed::cd})
    to.answers[static_cast<size_t>(what)] = from.answer(what);
}

// The status, and by what it is blocked.
std::pair<Status, std::string_view> answer_of(const Check& check, const Evidence& e) {
  const Outcome outcome = ask(check, e);
  return {outcome.status, outcome.status == Status::blocked ? outcome.constant : ""};
}

}  // namespace

TEST_CASE("a shared check looks at nothing that is the device's own") {
  size_t asked = 0;
  std::vector<Judged> others;
  for (const std::string& name : fixture_names()) others.push_back(judge_fixture(name));
  for (const Judged& device : judged_fixtures()) {
    const Evidence& e = device.evidence;
    if (!e.pai.certificate || !e.cms || !e.cd) continue;  // such a device shares nothing
    std::vector<std::pair<size_t, std::pair<Status, std::string_view>>> expected;
    for (size_t i = 0; i < catalogue().size(); ++i) {
      const Status status = device.report.findings[i].status;
      if (is_shared(*catalogue()[i]) && (status == Status::pass || status == Status::fail ||
                                         status == Status::warn || status == Status::unknown))
        expected.emplace_back(i, answer_of(*catalogue()[i], e));
    }
    for (Judged& other : others) {
      share(other.evidence, e);
      for (const auto& [i, answer] : expected) {
        const bool same = answer_of(*catalogue()[i], other.evidence) == answer;
        if (!same)
          FAIL_CHECK(catalogue()[i]->id << " of " << device.name << " changes with what "
                                        << other.name << " has of its own");
        ++asked;
      }
    }
  }
  CHECK(asked > 100'000);
}
