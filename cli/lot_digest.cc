#include "cli/lot_digest.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/lot_output.h"
#include "platform/files.h"
#include "verifier/checks/catalogue.h"
#include "verifier/crypto/crypto.h"

namespace attest::cli {
namespace {

// Of a file, or of all files of a folder; what cannot be read says so elsewhere.
uint64_t content_digest(const std::string& path) {
  uint64_t all = 0;
  for (const std::string& file : files_below(path).value_or(std::vector<std::string>{})) {
    const auto bytes = FileBytes::open(file);
    all = 31 * all + (bytes ? siphash(SipKey{}, bytes->view()) : 1);
  }
  return all;
}

// A text of everything that was added, in which nothing runs into its neighbour.
class Inputs {
 public:
  Inputs& add(std::string_view value) {
    text_ += fmt::format("{}:{}\n", value.size(), value);
    return *this;
  }
  Inputs& add(const std::vector<std::string>& list) {
    add(std::to_string(list.size()));
    for (const std::string& one : list) add(one);
    return *this;
  }
  Inputs& add(const std::string& value) { return add(std::string_view(value)); }
  Inputs& add(const char* value) { return add(std::string_view(value)); }
  Inputs& add(bool value) { return add(value ? "yes" : "no"); }
  Inputs& add(long long value) { return add(std::to_string(value)); }
  // Paths, and what stands there now.
  Inputs& files(const std::vector<std::string>& paths) {
    add(paths);
    for (const std::string& one : paths) add(fmt::format("{:x}", content_digest(one)));
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

struct Given {
  const LotOptions& lot;
  const JudgeOptions& judge;
  const LedgerArguments& ledger;
  const std::vector<Secret>& secrets;
  const Environment& environment;
};

void add_secrets(Inputs& all, const Given& g) {
  for (const Secret& secret : g.secrets)
    all.add(text(secret.bytes)).add(secret.passphrase ? "passphrase" : "key");
}
void add_part(Inputs& all, const Given& g) {
  all.add(g.lot.part.empty()
              ? ""
              : part_mark(part_key(g.lot.part, g.environment).value_or(SipKey{}), {}).key);
}

constexpr struct {
  const char* option;
  void (*add)(Inputs&, const Given&);
} kDigested[] = {
    {"--network", [](Inputs& all, const Given& g) { all.add(network_of(g.judge)); }},
    {"--stage", [](Inputs& all, const Given& g) { all.add(g.judge.stage == "lab"); }},
    {"--trust-paa", [](Inputs& all, const Given& g) { all.files(g.judge.trust_paa); }},
    {"--trust-cd-signer", [](Inputs& all, const Given& g) { all.files(g.judge.trust_cd_signer); }},
    {"--revocation-set", [](Inputs& all, const Given& g) { all.files(g.judge.revocation_sets); }},
    {"--paa-store", [](Inputs& all, const Given& g) { all.files({g.judge.paa_store}); }},
    {"--unlock", add_secrets},
    {"--require", [](Inputs& all, const Given& g) { all.add(g.judge.require); }},
    {"--fail-on", [](Inputs& all, const Given& g) { all.add(g.judge.fail_on); }},
    {"--waive", [](Inputs& all, const Given& g) { all.add(g.judge.waive); }},
    {"--waivers", [](Inputs& all, const Given& g) { all.files(g.judge.waivers); }},
    {"--show-passcode", [](Inputs& all, const Given& g) { all.add(g.judge.show_passcode); }},
    {"--ledger", [](Inputs& all, const Given& g) { all.files({g.ledger.ledger}); }},
    {"--chain-id", [](Inputs& all, const Given& g) { all.add(g.ledger.chain_id); }},
    {"--cache-dir", [](Inputs& all, const Given& g) { all.add(g.ledger.cache_dir); }},
    {"--offline", [](Inputs& all, const Given& g) { all.add(g.ledger.offline); }},
    {"--allow-private-hosts",
     [](Inputs& all, const Given& g) { all.add(g.ledger.allow_private_hosts); }},
    {"--max-age", [](Inputs& all, const Given& g) { all.add(g.ledger.max_age); }},
    {"--manifest", [](Inputs& all, const Given& g) { all.files(g.lot.manifests); }},
    {"--column", [](Inputs& all, const Given& g) { all.add(g.lot.columns); }},
    {"--expect", [](Inputs& all, const Given& g) { all.files({g.lot.expect}); }},
    {"--pai", [](Inputs& all, const Given& g) { all.files({g.lot.roles.pai}); }},
    {"--cd", [](Inputs& all, const Given& g) { all.files({g.lot.roles.cd}); }},
    {"--full", [](Inputs& all, const Given& g) { all.add(g.lot.full); }},
    {"--sample", [](Inputs& all, const Given& g) { all.add(g.lot.sample); }},
    {"--seed", [](Inputs& all, const Given& g) { all.add(g.lot.sample > 0 ? g.lot.seed : 0); }},
    {"--part", add_part},
    {"INPUT", [](Inputs& all, const Given& g) { all.add(g.lot.inputs); }},
};

constexpr Harmless kHarmless[] = {
    {"--at", "stands in the journal's head"},
    {"--stream", "how soon lines come"},
    {"--format", "the form of the report"},
    {"-o,--output", "where the report goes"},
    {"--report", "more forms of the report, and where they go"},
    {"--schema", "nothing is judged"},
    {"--jobs", "how many judge at a time"},
    {"--resume", "the journal itself"},
    {"--engine", "who checks signatures: each says the same"},
    {"--engine-library", "where one of them is"},
    {"--color", "how the report looks"},
    {"-v,--verbose", "the same"},
    {"-q,--quiet", "what is said beside the report"},
};

}  // namespace

Result<SipKey> part_key(const std::string& secret, const Environment& environment) {
  const auto secrets = secrets_from({secret}, environment, "--part");
  if (!secrets) return tl::unexpected(secrets.error());
  const Sha256 digest = sha256(view("matter-attest lot part "), secrets->front().bytes);
  SipKey key{};
  std::copy_n(digest.begin(), key.size(), key.begin());
  return key;
}

uint64_t options_digest(const LotOptions& options, const std::vector<Secret>& secrets,
                        const Environment& environment, const SipKey& key) {
  const Given given{.lot = options,
                    .judge = options.judge,
                    .ledger = options.judge.ledger,
                    .secrets = secrets,
                    .environment = environment};
  Inputs all;
  all.add(MATTER_ATTEST_VERSION);
  for (const Check* check : catalogue()) all.add(check->id);
  for (const auto& row : kDigested) {
    all.add(row.option);
    row.add(all, given);
  }
  return siphash(key, view(all.text()));
}

std::vector<std::string> digested_options() {
  std::vector<std::string> out;
  for (const auto& row : kDigested) out.emplace_back(row.option);
  return out;
}
std::span<const Harmless> harmless_options() {
  return kHarmless;
}

}  // namespace attest::cli
