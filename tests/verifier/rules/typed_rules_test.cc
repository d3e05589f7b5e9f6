// What a rule's type promises: it may be asked of any device whatever is missing there, it is
// shared by devices that agree in what it sees, and no short cut of lots passes by a rule that sees
// more. (views.h, check.h)

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <new>
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
    {"the NOCSR response", [](Evidence& e) { e.nocsr.reset(); }},
    {"the NOCSR elements",
     [](Evidence& e) {
       if (e.nocsr) e.nocsr->elements.reset(), e.nocsr->csr.reset();
     }},
    {"the NOCSR elements' place",
     [](Evidence& e) {
       if (e.nocsr) e.nocsr->place.reset();
     }},
    {"the NOCSR response's challenge",
     [](Evidence& e) {
       if (e.nocsr) e.nocsr->challenge.reset();
     }},
    {"the revocation sets", [](Evidence& e) { e.revocation_sets.clear(); }},
    {"what a revocation set holds",
     [](Evidence& e) {
       for (RevocationSetEvidence& one : e.revocation_sets) one.set = nullptr;
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

// Numbers and texts that few fixtures state: rules on them are asked, too.
void state_everything(Evidence& e) {
  Device& device = e.device;
  const Place place{.path = "everything.json", .offset = {}, .item = {}};
  const auto say = [&](FactId fact, FactValue value) {
    if (device.first(fact) == nullptr) device.say(fact, std::move(value), place);
  };
  for (const FactId fact : {FactId::vendor_id,
                            FactId::product_id,
                            FactId::device_type_id,
                            FactId::software_version,
                            FactId::hardware_version,
                            FactId::specification_version,
                            FactId::discriminator,
                            FactId::passcode,
                            FactId::commissioning_flow,
                            FactId::discovery_capabilities,
                            FactId::spake2p_iterations,
                            FactId::commissioner_result,
                            FactId::logged_dac_vendor_id,
                            FactId::logged_dac_product_id,
                            FactId::logged_cd_vendor_id,
                            FactId::data_model_revision,
                            FactId::local_config_disabled,
                            FactId::reachable,
                            FactId::case_sessions_per_fabric,
                            FactId::subscriptions_per_fabric,
                            FactId::simultaneous_invocations_supported,
                            FactId::simultaneous_writes_supported,
                            FactId::read_paths_supported,
                            FactId::subscribe_paths_supported,
                            FactId::product_finish,
                            FactId::product_primary_color,
                            FactId::max_paths_per_invoke,
                            FactId::area_type,
                            FactId::configuration_version,
                            FactId::opcreds_feature_map,
                            FactId::paa_supported_profiles,
                            FactId::pai_supported_profiles,
                            FactId::dac_supported_profiles,
                            FactId::cd_supported_profiles})
    say(fact, uint64_t{1});
  for (const FactId fact :
       {FactId::vendor_name, FactId::product_name, FactId::product_label, FactId::product_url,
        FactId::part_number, FactId::software_version_string, FactId::hardware_version_string,
        FactId::serial_number, FactId::manufacturing_date, FactId::unique_id, FactId::node_label,
        FactId::location, FactId::location_name})
    say(fact, std::string("x"));
  for (const FactId fact : {FactId::firmware_information, FactId::rotating_id_unique_id})
    say(fact, Bytes(16, 1));
  // The statements lie elsewhere now; what gather chose of them is the first of its kind.
  const auto moved = [&](Maybe<Bytes>& chosen, FactId fact) {
    if (chosen != nullptr) chosen = device.bytes(fact);
  };
  if (e.elements_statement != nullptr)
    e.elements_statement = device.first(FactId::attestation_elements);
  moved(e.signature, FactId::attestation_signature);
  moved(e.nonce, FactId::attestation_nonce);
  moved(e.challenge, FactId::attestation_challenge);
}

struct Progress {  // in memory that the asking process shares
  size_t asked;
  char now[200], why[200];
};

// Asks from there on; how the process ended says whether it came to the end.
int ask_all(size_t from, Progress& progress) {
  size_t i = 0;
  for (const auto& [what, lose] : kLosses) {
    for (const std::string& name : fixture_names()) {
      if (from >= i + catalogue().size()) {
        i += catalogue().size();
        continue;
      }
      Judged device = gather_fixture(name);
      if (i / catalogue().size() % 2 == 1) state_everything(device.evidence);
      lose(device.evidence);
      const Views views(device.evidence);
      for (const Check* check : catalogue()) {
        if (i++ < from) continue;
        progress.asked = i;
        *fmt::format_to_n(progress.now, sizeof progress.now - 1, "{} asked of {} without {}",
                          check->id, name, what)
             .out = '\0';
        try {
          const Outcome outcome = check->run.ask(views);
          if (outcome.status == Status::blocked && find_check(outcome.constant) == nullptr)
            return 2;
        } catch (const std::exception& thrown) {
          *fmt::format_to_n(progress.why, sizeof progress.why - 1, "threw: {}", thrown.what()).out =
              '\0';
          return 3;
        }
      }
    }
  }
  return 0;
}

}  // namespace

// In a process of its own: what ends it, a null as well as an exception, is told by the rule's
// name.
TEST_CASE("typed rules: each may be asked of every device, whatever is missing there") {
  void* shared =
      mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  REQUIRE(shared != MAP_FAILED);
  Progress& progress = *new (shared) Progress{};
  size_t faults = 0;
  for (int status = -1; status != 0 && faults < 20;) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      for (const int number : {SIGSEGV, SIGABRT, SIGFPE, SIGILL}) std::signal(number, SIG_DFL);
      _exit(ask_all(progress.asked, progress));
    }
    REQUIRE(waitpid(child, &status, 0) == child);
    if (status == 0) break;
    ++faults;
    const std::string how = WIFSIGNALED(status)
                                ? fmt::format("ended by signal {}", WTERMSIG(status))
                            : WEXITSTATUS(status) == 2 ? "blocked by no check"
                                                       : progress.why;
    FAIL_CHECK(std::string(progress.now) << ": " << how);
  }
  CHECK(progress.asked > 1'000'000);
  munmap(shared, sizeof(Progress));
}

TEST_CASE("typed rules: none looks behind what may be missing") {
  // What a view or the evidence may lack, and the ways of looking behind it in one breath.
  const std::regex unseen(
      R"(_if_any->|\*\w+\.\w+_if_any|\be\.(dac|pai|paa_shown)\.certificate->|\*e\.(dac|pai|paa_shown)\.(certificate|place)|\be\.(paa|cms|cd|cd_signer|elements|elements_statement|dac_key)->|\*e\.(cd|cms|paa|cd_place|dac_key_place|elements)\b|\.get\(\)->|\*\w+(\.\w+)*\.get\(\))");
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
      CHECK_MESSAGE(j != i, std::string(catalogue()[i]->id));
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
    CHECK_MESSAGE(alike_may_pass_by(*check),
                  std::string(check->id)
                      << " sees the whole device: take RecordView, or say in its row (.alike) "
                         "why a record that is alike may pass it by");
    CHECK_MESSAGE((device || *check->alike == '\0'), std::string(check->id)
                                                         << ": needs no word about that");
  }
  MESSAGE(shared << " rules see a lot, " << records << " a record, " << devices << " a device");
  CHECK(shared > 100);
}
