// Questions to the ledger that need an id which the evidence does not give.

#include <memory>
#include <optional>
#include <string>

#include "tests/support/support.h"
#include "verifier/checks/catalogue.h"
#include "verifier/judge/judge.h"

using namespace attest;

namespace {

// A ledger that was asked and answers, about a device of which these ids alone are known.
Report asked_with(std::optional<uint16_t> vid, std::optional<uint16_t> pid,
                  std::optional<uint32_t> version) {
  LedgerFacts facts;
  facts.asked = true;
  facts.vid = vid;
  facts.pid = pid;
  facts.software_version = version;
  Evidence e;
  e.policy.network = Network::main;
  e.ledger.height = 359;
  e.facts = std::make_shared<const LedgerFacts>(facts);
  return judge(e);
}

const Finding& of(const Report& report, const char* id) {
  return report.findings[check_index(*find_check(id))];
}

}  // namespace

TEST_CASE("the ledger's checks name no id that the evidence does not give") {
  for (const bool has_vid : {false, true}) {
    for (const bool has_pid : {false, true}) {
      for (const bool has_version : {false, true}) {
        const Report report = asked_with(has_vid ? std::optional<uint16_t>(0xFFF1) : std::nullopt,
                                         has_pid ? std::optional<uint16_t>(0x8000) : std::nullopt,
                                         has_version ? std::optional<uint32_t>(7) : std::nullopt);
        CAPTURE(has_vid);
        CAPTURE(has_pid);
        CAPTURE(has_version);
        CHECK(report.verdict != Verdict::approve);
        for (const Finding& f : report.findings) {
          CAPTURE(f.check->id);
          CHECK(f.message.find("0x0000") == std::string::npos);
        }
        // One missing id is told of once; what else needs it waits, and stays open.
        const auto waits = [&](const char* id, const char* owner) {
          CAPTURE(id);
          const Finding& f = of(report, id);
          CHECK(f.status == Status::blocked);
          CHECK(f.could_not_be_made);
          if (f.blocked_by != nullptr) CHECK(f.blocked_by->id == std::string(owner));
        };
        const Finding& vendor = of(report, "ledger.vendor-is-known");
        CHECK(vendor.status == Status::unknown);
        CHECK((vendor.message == "the device's vendor id is not in the evidence") == !has_vid);
        const Finding& model = of(report, "ledger.model-is-known");
        if (has_pid && !has_vid) {
          waits("ledger.model-is-known", "ledger.vendor-is-known");
        } else {
          CHECK(model.status == Status::unknown);
          CHECK((model.message == "the device's product id is not in the evidence") == !has_pid);
        }
        for (const char* id : {"ledger.version-is-known", "ledger.compliance-is-known"}) {
          if (has_version && !(has_vid && has_pid)) {
            waits(id, has_pid ? "ledger.vendor-is-known" : "ledger.model-is-known");
          } else {
            CHECK(of(report, id).status == Status::unknown);
          }
        }
      }
    }
  }
}
