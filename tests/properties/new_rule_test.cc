// A rule that is new, made by the book: no short cut of lots may pass it by before its row says
// why.

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lot/alike.h"
#include "lot/record.h"
#include "tests/support/judged.h"
#include "tests/support/support.h"
#include "verifier/base/json.h"
#include "verifier/batch/batch.h"
#include "verifier/checks/catalogue.h"
#include "verifier/judge/judge.h"

using namespace attest;
using namespace attest::test;

namespace {

Outcome serial_is_not_default(const Evidence& e) {
  const std::string* serial = e.device.string(FactId::serial_number);
  return serial != nullptr && *serial == "TEST_SN" ? fail("the serial number is a default")
                                                   : pass();
}

// What differs between alike records cannot even be asked for by a rule that sees no further.
template <FactId F>
concept MayBeAsked = requires(const RecordView& record) {
  record.device.first<F>();
};
static_assert(MayBeAsked<FactId::vendor_id>);
static_assert(!MayBeAsked<FactId::serial_number>);
static_assert(!MayBeAsked<FactId::dac>);
static_assert(!MayBeAsked<FactId::attestation_nonce>);

// As somebody would write it: no word about lots.
constexpr Check kNew[] = {
    {.id = "factory.serial-number-is-not-default",
     .title = "the serial number is no default",
     .run = rule<serial_is_not_default>},
    {.id = "pai.serial-number-is-not-default",
     .title = "the serial number is no default",
     .run = rule<serial_is_not_default>},
    {.id = "cd.serial-number-is-not-default",
     .title = "the serial number is no default",
     .run = rule<serial_is_not_default>},
    {.id = "cms.serial-number-is-not-default",
     .title = "the serial number is no default",
     .run = rule<serial_is_not_default>},
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
    CHECK(!alike_may_pass_by(check));
    CHECK(!is_shared(check));
  }
}
