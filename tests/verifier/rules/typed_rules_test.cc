// What a rule's type promises: it may be asked of any device whatever is missing there, it is
// shared by devices that agree in what it sees, and no short cut of lots passes by a rule that sees
// more. (views.h, check.h)

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/judged.h"
#include "tests/support/support.h"
#include "verifier/checks/catalogue.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"
#include "verifier/rules/check.h"

using namespace attest;
using namespace attest::test;

namespace fs = std::filesystem;

namespace {

// Ways in which something may be missing from a device's evidence.
const std::vector<std::pair<const char*, std::function<void(Evidence&)>>> kLosses = {
    {"nothing", [](Evidence&) {}},
    {"the DAC", [](Evidence& e) { e.dac = {}; }},
    {"the DAC's certificate", [](Evidence& e) { e.dac.certificate = nullptr; }},
    {"the DAC's place", [](Evidence& e) { e.dac.place.reset(); }},
    {"the PAI", [](Evidence& e) { e.pai = {}; }},
    {"the PAI's certificate", [](Evidence& e) { e.pai.certificate = nullptr; }},
    {"the PAI's place", [](Evidence& e) { e.pai.place.reset(); }},
    {"the PAA",
     [](Evidence& e) {
       e.paa = nullptr;
       e.paa_found = Evidence::PaaFound::none;
     }},
    {"the PAA's certificate",
     [](Evidence& e) {
       if (!e.paa) return;
       Paa paa = *e.paa;
       paa.certificate = nullptr;
       e.paa = std::make_shared<const Paa>(std::move(paa));
     }},
    {"the CMS", [](Evidence& e) { e.cms = nullptr; }},
    {"the CMS's signers",
     [](Evidence& e) {
       if (!e.cms) return;
       Cms cms = *e.cms;
       cms.signers.clear();
       e.cms = std::make_shared<const Cms>(std::move(cms));
     }},
    {"the declaration", [](Evidence& e) { e.cd = nullptr; }},
    {"the declaration's place", [](Evidence& e) { e.cd_place.reset(); }},
    {"the declaration's signer", [](Evidence& e) { e.cd_signer = nullptr; }},
    {"the elements", [](Evidence& e) { e.elements.reset(); }},
    {"the response",
     [](Evidence& e) {
       e.elements.reset();
       e.elements_statement = nullptr;
       e.signature = e.nonce = e.challenge = nullptr;
     }},
    {"the key's place", [](Evidence& e) { e.dac_key_place.reset(); }},
    {"the key", [](Evidence& e) { e.dac_key.reset(); }},
    {"every fact",
     [](Evidence& e) {
       e.elements_statement = nullptr;
       e.signature = e.nonce = e.challenge = nullptr;
       e.device = {};
     }},
    {"the ledger's facts", [](Evidence& e) { e.facts = no_facts(); }},
    {"the order", [](Evidence& e) { e.ordered.reset(); }},
    {"the approved sample", [](Evidence& e) { e.after.reset(); }},
    {"every answer", [](Evidence& e) { e.answers = {}; }},
    {"all", [](Evidence& e) { e = Evidence(); }},
};

std::string text_of(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("typed rules: each may be asked of every device, whatever is missing there") {
  size_t asked = 0;
  for (const auto& [what, lose] : kLosses) {
    CAPTURE(what);
    for (const std::string& name : fixture_names()) {
      Judged device = judge_fixture(name);
      CAPTURE(name);
      lose(device.evidence);
      const Views views(device.evidence);
      for (const Check* check : catalogue()) {
        CAPTURE(check->id);
        const Outcome outcome = check->run.ask(views);
        ++asked;
        if (outcome.status == Status::blocked && find_check(outcome.constant) == nullptr)
          FAIL_CHECK(check->id << " is blocked by no check");
      }
    }
  }
  CHECK(asked > 1'000'000);
}

TEST_CASE("typed rules: none looks behind what may be missing") {
  // What a view or the evidence may lack, and the ways of looking behind it in one breath.
  const std::regex unseen(
      R"(_if_any->|\*\w+\.\w+_if_any|\be\.(dac|pai|paa_shown)\.certificate->|\*e\.(dac|pai|paa_shown)\.(certificate|place)|\be\.(paa|cms|cd|cd_signer|elements|elements_statement|dac_key)->|\*e\.(cd|cms|paa|cd_place|dac_key_place|elements)\b)");
  size_t files = 0;
  for (const auto& entry : fs::directory_iterator("verifier/checks")) {
    ++files;
    std::istringstream in(text_of(entry.path()));
    size_t number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      if (std::regex_search(line, unseen))
        FAIL_CHECK(entry.path().string() << ":" << number << ": " << line);
    }
  }
  CHECK(files > 20);
}

TEST_CASE("typed rules: no check waits for itself") {
  std::vector<std::vector<size_t>> above(catalogue().size());
  for (size_t i = 0; i < catalogue().size(); ++i) {
    const Check& check = *catalogue()[i];
    const auto add = [&](std::span<const char* const> ids) {
      for (const char* id : ids) {
        if (id == nullptr) break;
        const Check* other = find_check(id);
        REQUIRE_MESSAGE(other != nullptr, check.id << " builds on " << id);
        above[i].push_back(check_index(*other));
      }
    };
    add(check.after);
    add(check.run.needs);
  }
  for (size_t i = 0; i < above.size(); ++i) {
    std::vector<size_t> todo = above[i];
    std::vector<bool> seen(above.size());
    while (!todo.empty()) {
      const size_t j = todo.back();
      todo.pop_back();
      if (seen[j]) continue;
      seen[j] = true;
      CHECK_MESSAGE(j != i, catalogue()[i]->id);
      todo.insert(todo.end(), above[j].begin(), above[j].end());
    }
  }
}

// Not for the verdict's sake, which a rule without a word is safe for: for the lot's speed.
TEST_CASE("typed rules: each that sees the whole device says why an alike record may pass it by") {
  size_t shared = 0, records = 0, devices = 0;
  for (const Check* check : catalogue()) {
    const bool device = check->run.sees == Sees::device;
    shared += check->run.sees == Sees::lot ? 1 : 0;
    records += check->run.sees == Sees::record ? 1 : 0;
    devices += device ? 1 : 0;
    CHECK_MESSAGE(
        alike_may_pass_by(*check),
        check->id << " sees the whole device: take RecordView, or say in its row (.alike) "
                     "why a record that is alike may pass it by");
    CHECK_MESSAGE((device || *check->alike == '\0'), check->id << ": needs no word about that");
  }
  MESSAGE(shared << " rules see a lot, " << records << " a record, " << devices << " a device");
  CHECK(shared > 100);
}
