// A rule that is new, made by the book: no short cut of lots may pass it by before somebody has
// looked at what it reads.

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/judged.h"
#include "tests/support.h"
#include "verifier/batch.h"
#include "verifier/catalogue.h"
#include "verifier/json.h"
#include "verifier/lot/alike.h"
#include "verifier/lot/record.h"

using namespace attest;
using namespace attest::test;

namespace {

Outcome serial_is_not_default(const Evidence& e) {
  const std::string* serial = e.device.string(FactId::serial_number);
  return serial != nullptr && *serial == "TEST_SN" ? fail("the serial number is a default")
                                                   : pass();
}

// As somebody would write it: no word about lots.
constexpr Check kNew[] = {
    {.id = "factory.serial-number-is-not-default",
     .title = "the serial number is no default",
     .run = serial_is_not_default},
    {.id = "pai.serial-number-is-not-default",
     .title = "the serial number is no default",
     .run = serial_is_not_default},
    {.id = "cd.serial-number-is-not-default",
     .title = "the serial number is no default",
     .run = serial_is_not_default},
    {.id = "cms.serial-number-is-not-default",
     .title = "the serial number is no default",
     .run = serial_is_not_default},
};

std::string record_of(const Device& d) {
  Json out{Json::Object{}};
  out.set("id", "d1").set("serial_number", "S-0001");
  const std::pair<const char*, FactId> credentials[] = {
      {"dac", FactId::dac}, {"pai", FactId::pai}, {"cd", FactId::cd}};
  for (const auto& [key, fact] : credentials) {
    if (const Bytes* bytes = d.bytes(fact)) out.set(key, base64(*bytes));
  }
  return dump(out);
}

std::string missing(std::span<const std::string_view> listed, bool all) {
  std::string out;
  for (const std::string_view id : listed) {
    if (find_check(id) == nullptr) out += fmt::format("\n  no such check: {}", id);
  }
  for (const Check* check : catalogue()) {
    if (all && std::find(listed.begin(), listed.end(), std::string_view(check->id)) == listed.end())
      out += fmt::format("\n    \"{}\",", check->id);
  }
  return out;
}

}  // namespace

TEST_CASE("a new rule is asked of every device of a lot") {
  const auto& devices = judged_fixtures();
  const auto good = std::find_if(devices.begin(), devices.end(),
                                 [](const test::Judged& d) { return d.name == "good"; });
  REQUIRE(good != devices.end());
  const std::string line = record_of(good->evidence.device);
  TrustStore trust = TrustStore::builtin(false);
  REQUIRE(trust.add_paa(good->evidence.paa->certificate, Origin::given, "paa").has_value());
  auto record = read_record(line, "unnamed", false);
  REQUIRE(record.has_value());
  std::vector<Reading> one;
  one.push_back(std::move(record->reading));
  BatchJudge judge(good->evidence.policy, trust, nullptr, openssl_engine());
  const auto judged = judge.judge(std::move(one), false);
  const Evidence& e = judged.front().evidence;
  REQUIRE(AlikeRecords::to(line, e).has_value());
  for (const Check& check : kNew) {
    CAPTURE(check.id);
    std::vector<const Check*> with(catalogue().begin(), catalogue().end());
    with.push_back(&check);
    CHECK(!AlikeRecords::to(line, e, with).has_value());
    CHECK(!alike_knows(check));
    CHECK(!is_shared(check));
  }
}

// Not for the verdict's sake, which a check that is not listed is safe for: for the lot's speed.
TEST_CASE("every check was looked at: may a record that is alike pass it by?") {
  const std::string ids = missing(ids_alike_knows(), true);
  CHECK_MESSAGE(ids.empty(), "verifier/lot/alike_checks.cc lacks, or has too many:" << ids);
  const std::string shared = missing(shared_ids(), false);
  CHECK_MESSAGE(shared.empty(), "verifier/shared_answers.cc:" << shared);
}
