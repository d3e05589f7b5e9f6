// Post-quantum chains (Matter 1.7, a draft): every permitted and forbidden one, each fault, two
// chains of one device. No library is needed: the test's own engine takes for a signature of ML-DSA
// what repeats a digest of key and message, so that what is tried is the rules.

#include <functional>
#include <set>

#include "fixtures/forge/device_builder.h"
#include "tests/support/judged.h"
#include "tests/support/support.h"
#include "verifier/checks/catalogue.h"
#include "verifier/pki/algorithms.h"
#include "verifier/verify.h"

using namespace attest;
using namespace attest::test;

namespace {

constexpr const char *kOid44 = "2.16.840.1.101.3.4.3.17", *kOid65 = "2.16.840.1.101.3.4.3.18";

Bytes repeated(View digest, size_t size) {
  Bytes out;
  while (out.size() < size) out.push_back(digest[out.size() % digest.size()]);
  return out;
}

class ToyEngine final : public SignatureEngine {
 public:
  explicit ToyEngine(bool has) : has_(has) {}
  const char* name() const override { return "toy"; }
  void verify(std::span<const SignatureJob> jobs, std::span<uint8_t> answers) override {
    openssl_engine().verify(jobs, answers);
  }
  bool has(MlDsa) const override { return has_; }
  Checked verify_ml_dsa(const MlDsaJob& job) override {
    if (job.key.size() != sizes_of(job.set).key ||
        job.signature.size() != sizes_of(job.set).signature)
      return Checked::refused;
    if (!has_) return Checked::unsupported;
    ++asked;
    const Bytes right = repeated(sha256(job.key, job.message), job.signature.size());
    return equal(job.signature, right) ? Checked::verified : Checked::refused;
  }
  size_t asked = 0;

 private:
  bool has_;
};

// A key of one of the three kinds, which follows from its name.
struct AnyKey {
  enum class Kind : uint8_t { p256, set_44, set_65 } kind;
  forge::KeyPair pair;
  Bytes bytes;

  AnyKey(std::string_view which, const std::string& name) : kind(Kind::p256) {
    pair = forge::key_named(name);
    bytes = to_bytes(pair.point);
    if (which == "P256") return;
    kind = which == "44" ? Kind::set_44 : Kind::set_65;
    bytes = repeated(sha256(view(name)), sizes_of(set()).key);
  }
  MlDsa set() const { return kind == Kind::set_44 ? MlDsa::set_44 : MlDsa::set_65; }
  const char* oid() const { return kind == Kind::set_44 ? kOid44 : kOid65; }
  Bytes id() const {
    const Sha256 digest = sha256(bytes);
    return {digest.begin(), digest.begin() + 20};
  }
  Bytes sign(View tbs) const {
    if (kind == Kind::p256) return forge::ecdsa_der(forge::sign(pair, tbs));
    return repeated(sha256(bytes, tbs), sizes_of(set()).signature);
  }
  void put_into(forge::CertificatePlan& plan) const {
    plan.public_key = bytes;
    plan.replace(forge::subject_key_id(id()));
    if (kind == Kind::p256) return;
    plan.key_algorithm = oid();
    plan.curve.clear();
  }
  // As the issuer of what the plan makes.
  void issue(forge::CertificatePlan& plan) const {
    plan.replace(forge::authority_key_id(id()));
    if (kind != Kind::p256) plan.algorithm = plan.tbs_algorithm = oid();
  }
};

struct Chain {
  AnyKey paa_key, pai_key, dac_key;
  forge::CertificatePlan paa, pai, dac;
  forge::DevicePlan device;

  // "65/44/P256": the keys of PAA, PAI, DAC. `name` makes the keys of the authorities, the DAC's
  // key is one for all.
  explicit Chain(const std::string& kinds, const std::string& name = "pq")
      : paa_key(part(kinds, 0), name + " paa"),
        pai_key(part(kinds, 1), name + " pai"),
        dac_key(part(kinds, 2), "pq dac dac"),
        device(forge::good_plan("pq dac")) {
    paa = forge::paa_plan("Forged PAA " + name, forge::key_named(name), "FFF1");
    pai = device.pai;
    dac = device.dac;
    pai.issuer = paa.subject;
    pai.subject = {forge::common_name("Forged PAI " + name), forge::vid("FFF1")};
    dac.issuer = pai.subject;
    dac.serial = {1, static_cast<uint8_t>(kinds.size() + name.size())};
    paa_key.put_into(paa);
    paa_key.issue(paa);
    pai_key.put_into(pai);
    paa_key.issue(pai);
    dac_key.put_into(dac);
    pai_key.issue(dac);
  }
  static std::string part(const std::string& kinds, int which) {
    size_t from = 0;
    for (int i = 0; i < which; ++i) from = kinds.find('/', from) + 1;
    return kinds.substr(from, kinds.find('/', from) - from);
  }
  Bytes make(const forge::CertificatePlan& plan, const AnyKey& key) const {
    return forge::certificate(plan, [&](View tbs) { return key.sign(tbs); });
  }
  Bytes paa_der() const { return make(paa, paa_key); }
  Bytes pai_der() const { return make(pai, paa_key); }
  Bytes dac_der() const { return make(dac, pai_key); }
};

using Certificates = std::vector<Bytes>;
Judged judge_chains(const std::vector<const Chain*>& chains, SignatureEngine& engine,
                    const std::function<void(Certificates&)>& change = {},
                    const std::vector<Bytes>& beside = {}, std::vector<Waiver> waivers = {}) {
  const forge::Anchor& signer = forge::cd_signer();
  TrustStore trust = TrustStore::builtin(false);
  const auto parsed = [](const Bytes& der) { return parse_certificate(der).value(); };
  REQUIRE(trust.add_cd_signer(parsed(forge::certificate(signer.plan, signer.key)), Origin::given,
                              "signer", engine));
  Reading reading;
  const auto say = [&](FactId fact, Bytes bytes, const char* path) {
    reading.device.say(fact, std::move(bytes), {.path = path, .offset = {}, .item = {}});
  };
  for (const Chain* chain : chains) {
    REQUIRE(trust.add_paa(parsed(chain->paa_der()), Origin::given, "paa.der"));
    Certificates made = {chain->pai_der(), chain->dac_der()};
    if (change) change(made);
    say(FactId::certificate, made[0], "pai.der");
    say(FactId::certificate, made[1], "dac.der");
  }
  for (const Bytes& one : beside) say(FactId::certificate, one, "beside.der");
  const forge::Device device = forge::make(chains.front()->device);
  say(FactId::cd, device.cd, "cd.der");
  say(FactId::attestation_elements, device.elements, "device.json");
  say(FactId::attestation_signature, device.signature, "device.json");
  say(FactId::attestation_nonce, device.nonce, "device.json");
  say(FactId::attestation_challenge, device.challenge, "device.json");
  Policy policy;
  policy.network = Network::none;
  policy.at = parse_rfc3339(forge::kAt).value();
  policy.waivers = std::move(waivers);
  Judged out;
  auto [evidence, report] =
      verify({.reading = std::move(reading), .policy = policy, .trust = trust, .engine = engine});
  out.evidence = std::move(evidence);
  out.report = std::move(report);
  return out;
}

using Failed = std::vector<std::string>;
std::string listed(const Failed& ids) {
  std::string out;
  for (const std::string& id : ids) out += (out.empty() ? "" : " ") + id;
  return out;
}

}  // namespace

TEST_CASE("post-quantum: the permitted chains pass, the others fail by the one rule they break") {
  const struct {
    const char* kinds;
    Failed failed;
  } rows[] = {
      {"P256/P256/P256", {}},
      {"44/44/P256", {}},
      {"44/P256/P256", {}},
      {"65/65/P256", {}},
      {"65/44/P256", {}},
      {"65/P256/P256", {}},
      {"44/65/P256", {"chain.strength-does-not-rise"}},
      {"P256/44/P256", {"chain.strength-does-not-rise"}},
      {"P256/65/P256", {"chain.strength-does-not-rise"}},
      {"44/44/44", {"dac.key-is-p256"}},
      {"65/65/65", {"dac.key-is-p256"}},
      {"65/65/44", {"dac.key-is-p256"}},
      {"65/44/44", {"dac.key-is-p256"}},
      {"44/P256/44", {"dac.key-is-p256"}},
      {"P256/P256/65", {"dac.key-is-p256"}},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.kinds));
    ToyEngine engine(true);
    const Chain chain(row.kinds);
    const Judged judged = judge_chains({&chain}, engine);
    CHECK(listed(judged.ids(Status::fail)) == listed(row.failed));
    CHECK((judged.report.verdict == Verdict::approve) == row.failed.empty());
    const auto warned = judged.ids(Status::warn);
    const bool draft =
        std::count(warned.begin(), warned.end(), "chain.algorithms-are-released") != 0;
    const bool uses = std::string(row.kinds).substr(0, 9) != "P256/P256";
    CHECK(draft == uses);
  }
}

TEST_CASE("post-quantum: each fault of a chain is one finding that names the rule") {
  const struct {
    const char *name, *kinds;
    std::function<void(Chain&)> plan;
    std::function<void(Certificates&)> bytes;
    Failed failed;
  } rows[] = {
      {"NULL behind the PAI's signature algorithm",
       "65/65/P256",
       [](Chain& c) { c.pai.null_parameters = true; },
       {},
       {"pai.signature-algorithm-is-ecdsa-sha256"}},
      {"NULL behind the PAI's key algorithm",
       "44/44/P256",
       [](Chain& c) { c.pai.key_null_parameters = true; },
       {},
       {"pai.key-is-p256"}},
      {"NULL behind the DAC's signature algorithm",
       "44/44/P256",
       [](Chain& c) { c.dac.null_parameters = true; },
       {},
       {"dac.signature-algorithm-is-ecdsa-sha256"}},
      {"a P-256 key under an OID of ML-DSA",
       "65/65/P256",
       [](Chain& c) { c.pai.public_key = AnyKey("P256", "other").bytes; },
       {},
       {"pai.key-is-p256"}},
      {"a key of the other set under the OID",
       "65/65/P256",
       [](Chain& c) { c.pai.public_key.resize(1312); },
       {},
       {"pai.key-is-p256"}},
      {"a key one byte too long",
       "44/44/P256",
       [](Chain& c) { c.pai.public_key.push_back(0); },
       {},
       {"pai.key-is-p256"}},
      {"the PAI's signature flipped",
       "65/44/P256",
       {},
       [](Certificates& made) { made[0].back() ^= 1; },
       {"pai.signature-verifies"}},
      {"the DAC's signature flipped",
       "44/44/P256",
       {},
       [](Certificates& made) { made[1].back() ^= 1; },
       {"dac.signature-verifies"}},
      {"the DAC says ecdsa below a PAI of ML-DSA",
       "44/44/P256",
       [](Chain& c) { c.dac.algorithm = c.dac.tbs_algorithm = forge::kEcdsaWithSha256; },
       {},
       {"chain.signature-algorithms-fit-keys"}},
      {"the DAC says the other set",
       "44/44/P256",
       [](Chain& c) { c.dac.algorithm = c.dac.tbs_algorithm = kOid65; },
       {},
       {"chain.signature-algorithms-fit-keys"}},
      {"the PAI says ecdsa below a root of ML-DSA",
       "44/P256/P256",
       [](Chain& c) { c.pai.algorithm = c.pai.tbs_algorithm = forge::kEcdsaWithSha256; },
       {},
       {"chain.signature-algorithms-fit-keys"}},
      {"the PAI's signature cut",
       "44/44/P256",
       [](Chain& c) { c.pai.signature = Bytes(2419, 1); },
       {},
       {"pai.signature-verifies"}},
      {"a DAC of 4733 bytes below ML-DSA-44",
       "44/44/P256",
       [](Chain& c) {
         c.dac.extensions.push_back({.oid = "1.2.3.4", .critical = false, .value = Bytes(2000, 7)});
       },
       {},
       {"dac.is-short-enough"}},
      {"a DAC of another vendor",
       "65/65/P256",
       [](Chain& c) {
         c.dac.subject = {forge::common_name("Forged DAC"), forge::vid("FFF2"), forge::pid("8000")};
       },
       {},
       {"dac.vendor-matches-pai"}},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.name));
    ToyEngine engine(true);
    Chain chain(row.kinds);
    if (row.plan) row.plan(chain);
    const Judged judged = judge_chains({&chain}, engine, row.bytes);
    CHECK(listed(judged.ids(Status::fail)) == listed(row.failed));
  }
}

TEST_CASE("post-quantum: what is wrong with one chain is told, whatever the check is about") {
  ToyEngine engine(true);
  const Chain legacy("P256/P256/P256", "legacy"), other("65/65/P256", "other");
  const auto with_root = [&](bool damaged) {
    Bytes root = other.paa_der();
    if (damaged) root.back() ^= 1;
    return judge_chains({&legacy, &other}, engine, {}, {root});
  };
  CHECK(listed(with_root(false).ids(Status::fail)) == "");
  CHECK(listed(with_root(true).ids(Status::fail)) == "evidence.credentials-are-readable");
  // A certificate of neither is judged with the first, and two of one chain are two.
  const Chain stray("44/44/P256", "stray");
  const Judged beside = judge_chains({&legacy, &other}, engine, {}, {stray.pai_der()});
  CHECK(listed(beside.ids(Status::fail)) == "identity.one-pai");
  // Copies are one.
  const Judged copies =
      judge_chains({&legacy, &other}, engine, {}, std::vector<Bytes>(70, other.dac_der()));
  CHECK(listed(copies.ids(Status::fail)) == "");
  // Two chains of one strength and one key.
  const Chain below("65/44/P256", "below");
  CHECK(listed(judge_chains({&legacy, &other, &below}, engine).ids(Status::fail)) == "");
}

TEST_CASE("post-quantum: a waiver that another chain needs is told, and not called needless") {
  ToyEngine engine(true);
  const Chain legacy("P256/P256/P256", "legacy"), other("65/65/P256", "other");
  const auto flip_second = [n = 0](Certificates& made) mutable {
    if (n++ == 1) made[1].back() ^= 1;
  };
  const Judged judged = judge_chains({&legacy, &other}, engine, flip_second, {},
                                     {{.id = "dac.signature-verifies",
                                       .reason = "known",
                                       .who = "",
                                       .until = {},
                                       .until_text = "",
                                       .device = ""}});
  CHECK(judged.report.verdict == Verdict::approve);
  const Finding* dac = judged.report.of(find_check("dac.signature-verifies"));
  CHECK(dac->waived == "known");
  CHECK(judged.report.of(find_check("expect.waivers-are-used"))->status != Status::warn);
  CHECK(judged.report.summary.find("a waiver") != std::string::npos);
}

TEST_CASE("post-quantum: a commissioner of either kind is heard") {
  const Chain legacy("P256/P256/P256", "legacy"), other("65/65/P256", "other");
  ToyEngine with(true), without(false);
  CHECK(judge_chains({&legacy, &other}, with).report.sdk.number() == 0);
  CHECK(judge_chains({&legacy, &other}, without).report.sdk.number() == 703);
}

TEST_CASE("post-quantum: what no fixture shows is seen to pass and not to pass") {
  ToyEngine engine(true);
  const Chain legacy("P256/P256/P256", "legacy"), other("65/65/P256", "other"),
      rising("44/65/P256");
  Chain differs("65/65/P256", "other");
  differs.dac.subject = {forge::common_name("Forged DAC"), forge::vid("FFF1"), forge::pid("8001")};
  const auto status = [&](const std::vector<const Chain*>& chains, const char* id) {
    return judge_chains(chains, engine).report.of(find_check(id))->status;
  };
  Chain misnamed("44/44/P256");
  misnamed.dac.algorithm = misnamed.dac.tbs_algorithm = kOid65;
  CHECK(status({&legacy}, "chain.signature-algorithms-fit-keys") == Status::pass);
  CHECK(status({&misnamed}, "chain.signature-algorithms-fit-keys") == Status::fail);
  CHECK(status({&legacy}, "chain.strength-does-not-rise") == Status::pass);
  CHECK(status({&rising}, "chain.strength-does-not-rise") == Status::fail);
  CHECK(status({&legacy}, "chain.algorithms-are-released") == Status::pass);
  CHECK(status({&other}, "chain.algorithms-are-released") == Status::warn);
  CHECK(status({&legacy}, "identity.chains-agree") == Status::skipped);
  CHECK(status({&legacy, &other}, "identity.chains-agree") == Status::pass);
  CHECK(status({&legacy, &differs}, "identity.chains-agree") == Status::fail);
}

TEST_CASE("post-quantum: without a library the answer is open: no pass, no reject, 703") {
  for (const char* kinds :
       {"65/65/P256", "65/44/P256", "44/44/P256", "44/P256/P256", "65/P256/P256"}) {
    CAPTURE(std::string(kinds));
    ToyEngine engine(false);
    const Chain chain(kinds);
    const Judged judged = judge_chains({&chain}, engine);
    CHECK(judged.report.verdict == Verdict::undecided);
    CHECK(listed(judged.ids(Status::fail)) == "");
    const auto open = judged.ids(Status::unknown);
    CHECK(std::count(open.begin(), open.end(), "pai.signature-verifies") == 1);
    CHECK(judged.report.sdk.number() == 703);
    const Finding* pai = judged.report.of(find_check("pai.signature-verifies"));
    REQUIRE(pai != nullptr);
    CHECK(pai->message.find("no library here checks") != std::string::npos);
    CHECK(pai->remedy.find("OpenSSL is 3.5 or later") != std::string::npos);
    CHECK(pai->remedy.find("--engine-library") != std::string::npos);
  }
}

TEST_CASE(
    "post-quantum: two chains of one device are judged together, each finding says of which") {
  ToyEngine engine(true);
  const Chain legacy("P256/P256/P256", "legacy");
  for (const char* kinds : {"44/44/P256", "65/P256/P256", "65/65/P256"}) {
    CAPTURE(std::string(kinds));
    const Chain other(kinds, "other");
    const Judged good = judge_chains({&legacy, &other}, engine);
    CHECK(listed(good.ids(Status::fail)) == "");
    CHECK(good.report.verdict == Verdict::approve);
    CHECK(good.evidence.other_chains.size() == 1);
    CHECK(good.report.summary.find("(chains: legacy: approve, ML-DSA-") != std::string::npos);
    const auto flip_first = [n = 0](Certificates& made) mutable {
      if (n++ == 1) made[1].back() ^= 1;
    };
    const Judged bad = judge_chains({&legacy, &other}, engine, flip_first);
    CHECK(listed(bad.ids(Status::fail)) == listed(Failed{"dac.signature-verifies"}));
    const Finding* dac = bad.report.of(find_check("dac.signature-verifies"));
    CHECK(dac->message.starts_with("in the ML-DSA-"));
  }
  Chain other("65/65/P256", "other");
  other.dac.subject = {forge::common_name("Forged DAC"), forge::vid("FFF1"), forge::pid("8001")};
  const Judged differs = judge_chains({&legacy, &other}, engine);
  const auto failed = differs.ids(Status::fail);
  CHECK(std::count(failed.begin(), failed.end(), "identity.chains-agree") == 1);
  CHECK(differs.report.verdict == Verdict::reject);
  const Finding* agree = differs.report.of(find_check("identity.chains-agree"));
  CHECK(agree->source == "dac.der and dac.der");
  CHECK(agree->message ==
        "the DAC of the ML-DSA-65 chain in dac.der has another product id than that of the legacy "
        "chain in dac.der");
  const Chain fourty_four("44/44/P256", "44"), sixty_five("65/65/P256", "65");
  const Judged three = judge_chains({&legacy, &fourty_four, &sixty_five}, engine);
  CHECK(listed(three.ids(Status::fail)) == "");
  CHECK(three.evidence.other_chains.size() == 2);
}

// Nothing in a DAC below a P-256 PAI tells that the root is of ML-DSA.
TEST_CASE("post-quantum: a DAC whose PAI is missing is a chain with a question, no second device") {
  ToyEngine engine(true);
  const Chain legacy("P256/P256/P256", "legacy");
  for (const char* kinds : {"44/P256/P256", "65/P256/P256"}) {
    CAPTURE(std::string(kinds));
    const Chain other(kinds, "other");
    const Judged judged = judge_chains({&legacy}, engine, {}, {other.dac_der()});
    CHECK(listed(judged.ids(Status::fail)) == "");
    const auto open = judged.ids(Status::unknown);
    CHECK(std::count(open.begin(), open.end(), "pai.is-present") == 1);
    CHECK(judged.report.verdict == Verdict::undecided);
    CHECK(judged.report.summary.find("in the other chain: no PAI") != std::string::npos);
  }
  // Of another product it is a fault all the same.
  Chain product("44/P256/P256", "other");
  product.dac.subject = {forge::common_name("Forged DAC"), forge::vid("FFF1"), forge::pid("8001")};
  const auto failed = judge_chains({&legacy}, engine, {}, {product.dac_der()}).ids(Status::fail);
  CHECK(std::count(failed.begin(), failed.end(), "identity.chains-agree") == 1);
}
