// The catalogue about itself: its ids, its links, and that every check has been seen both ways.

#include "verifier/checks/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "report/check_text.h"
#include "tests/support/judged.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest::test;

namespace {

std::vector<std::string> ids_of(const Ids& ids) {
  std::vector<std::string> out;
  for (const char* id : ids) {
    if (id != nullptr) out.emplace_back(id);
  }
  return out;
}

// The subjects that users rely on.
constexpr const char* kSubjects[] = {
    "paa",        "pai", "dac",        "chain",   "cd",      "cms",      "attestation", "identity",
    "key",        "csr", "onboarding", "spake2p", "factory", "network",  "credentials", "ledger",
    "revocation", "ota", "expect",     "lot",     "basic",   "evidence", "nocsr",       "security"};

}  // namespace

TEST_CASE("ids of checks are unique and well formed") {
  std::set<std::string> seen;
  for (const Check* check : catalogue()) {
    const std::string id = check->id;
    CAPTURE(id);
    CHECK(seen.insert(id).second);
    CHECK(id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == std::string::npos);
    CHECK(std::count(id.begin(), id.end(), '.') == 1);
    const std::string subject = id.substr(0, id.find('.'));
    CHECK(std::find(std::begin(kSubjects), std::end(kSubjects), subject) != std::end(kSubjects));
    CHECK(find_check(id) == check);
  }
}

TEST_CASE("every check says what it is and what to do") {
  for (const Check* check : catalogue()) {
    CAPTURE(check->id);
    CHECK((check->run.ask != nullptr));
    CHECK(std::string_view(check->title).size() > 10);
    CHECK(!std::string_view(check->title).ends_with("."));
    CHECK(std::string_view(check->rule).ends_with("."));
    const bool only_notes = check->severity.main == Severity::info;
    CHECK((only_notes || std::string_view(check->remedy).size() > 10));
    if (check->sdk != 0) CHECK(sdk_code_name(check->sdk) != nullptr);
  }
}

TEST_CASE("every rule about lots says what it is and what to do, under an id of its own") {
  std::set<std::string> seen;
  for (const LotRule& rule : lot_rules()) {
    CAPTURE(rule.id);
    CHECK(seen.insert(rule.id).second);
    CHECK(std::string_view(rule.id).starts_with("lot."));
    CHECK(find_lot_rule(rule.id) == &rule);
    CHECK(find_check(rule.id) == nullptr);
    CHECK(!std::string_view(rule.title).ends_with("."));
    CHECK(std::string_view(rule.rule).ends_with("."));
    CHECK(std::string_view(rule.remedy).size() > 10);
  }
  CHECK(&lot_rule::manifest_names_no_other == find_lot_rule("lot.manifest-names-no-other"));
}

TEST_CASE("no after repeats a need, unless to be named before another") {
  for (const Check* check : catalogue()) {
    const auto in_order = [&](const char* without) {
      std::vector<std::string> out;
      const auto add = [&](const char* id) {
        if (id != nullptr && std::find(out.begin(), out.end(), id) == out.end()) out.push_back(id);
      };
      for (const char* id : check->after) {
        if (id != without) add(id);
      }
      for (const char* id : check->run.needs) add(id);
      return out;
    };
    const auto& needs = check->run.needs;
    for (const char* id : check->after) {
      if (id == nullptr) break;
      const bool need = std::any_of(needs.begin(), needs.end(), [&](const char* n) {
        return n != nullptr && std::string_view(n) == id;
      });
      CHECK_MESSAGE(!(need && in_order(id) == in_order(nullptr)), std::string(check->id)
                                                                      << " after " << id);
    }
  }
}

TEST_CASE("links between checks lead somewhere and never in a circle") {
  for (const Check* check : catalogue()) {
    for (const Ids& ids : {check->after, check->consequence_of}) {
      for (const std::string& id : ids_of(ids))
        CHECK_MESSAGE(find_check(id) != nullptr,
                      std::string(check->id) << " is linked to " << id << ", which is no check");
    }
  }
  std::set<const Check*> done, open;
  const std::function<void(const Check*)> visit = [&](const Check* check) {
    if (done.count(check) != 0) return;
    REQUIRE_MESSAGE(open.insert(check).second, std::string(check->id) << " is linked in a circle");
    for (const Ids& ids : {check->after, check->consequence_of}) {
      for (const std::string& id : ids_of(ids)) visit(find_check(id));
    }
    open.erase(check);
    done.insert(check);
  };
  for (const Check* check : catalogue()) visit(check);
}

// These are seen both ways in tables (check_rows.h), which assert the same of themselves: their
// input is a line of facts, for which a folder each would be much paper.
constexpr const char* kInTables[] = {"basic",      "csr",      "evidence",   "expect",
                                     "factory",    "ledger",   "onboarding", "ota",
                                     "revocation", "security", "spake2p"};

// Seen both ways in post_quantum_test.cc: no fixture can be forged without a library for ML-DSA.
constexpr const char* kPostQuantum[] = {"chain.strength-does-not-rise",
                                        "chain.algorithms-are-released",
                                        "identity.chains-agree",
                                        "attestation.feature-is-set",
                                        "attestation.profiles-are-known",
                                        "attestation.dac-profile-is-p256",
                                        "attestation.profiles-name-each-chain",
                                        "attestation.profiles-have-chains"};

TEST_CASE("every check has a fixture that passes it and one that does not") {
  std::set<std::string> passed, noticed;
  for (const Judged& device : judged_fixtures()) {
    for (const Finding& f : device.report.findings) {
      if (f.status == Status::pass && (f.severity != Severity::info || f.message.empty()))
        passed.insert(f.check->id);
      const bool note =
          f.severity == Severity::info && f.status == Status::pass && !f.message.empty();
      if (f.status == Status::fail || f.status == Status::warn || f.status == Status::unknown ||
          note)
        noticed.insert(f.check->id);
      // Only the CSA's own signature passes this one, which no fixture can have;
      // sdk_vectors_test.cc has a declaration with it.
      if (std::string_view(f.check->id) == "cd.signer-is-csa") passed.insert(f.check->id);
      // Of the SDK's built-in test PAAs there is no certificate to be had: that is all this one
      // ever says.
      if (std::string_view(f.check->id) == "paa.certificate-is-at-hand" &&
          f.status == Status::skipped)
        noticed.insert(f.check->id);
    }
  }
  std::string without;
  for (const Check* check : catalogue()) {
    const std::string id = check->id;
    if (std::find(std::begin(kPostQuantum), std::end(kPostQuantum), id) != std::end(kPostQuantum))
      continue;
    if (std::find(std::begin(kInTables), std::end(kInTables), id.substr(0, id.find('.'))) !=
        std::end(kInTables))
      continue;
    if (passed.count(check->id) == 0) without += fmt::format("{}: no fixture passes\n", check->id);
    if (noticed.count(check->id) == 0) without += fmt::format("{}: no fixture fails\n", check->id);
  }
  CHECK_MESSAGE(without.empty(), without);
}

TEST_CASE("docs/checks.md is the catalogue") {
  const Bytes file = slurp("docs/checks.md");
  const bool same = text(file) == checks_markdown();
  CHECK_MESSAGE(
      same,
      "docs/checks.md is not what matter-attest checks --format markdown prints: tests/accept.sh");
}
