// Post-quantum chains (Matter 1.7, a draft): every permitted and forbidden one, each fault, two
// chains of one device. No library is needed: the engine is a toy, so that what is tried is the
// rules.

#include <functional>

#include "tests/support/post_quantum_device.h"
#include "tests/support/support.h"
#include "verifier/checks/catalogue.h"

using namespace attest;
using namespace attest::test;

namespace {

// ML-DSA-87, and ML-DSA-44 with SHA-512 before it (FIPS 204, 5.4).
constexpr const char *kOid87 = "2.16.840.1.101.3.4.3.19", *kOidHash44 = "2.16.840.1.101.3.4.3.32";

forge::ExtensionPlan filler(size_t bytes) {
  return {.oid = "1.2.3.4", .critical = false, .value = Bytes(bytes, 7)};
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
       [](Chain& c) { c.dac.extensions.push_back(filler(2000)); },
       {},
       {"dac.is-short-enough"}},
      {"a key one byte too short",
       "44/44/P256",
       [](Chain& c) { c.pai.public_key.pop_back(); },
       {},
       {"pai.key-is-p256"}},
      {"no key at all",
       "65/44/P256",
       [](Chain& c) { c.pai.public_key.clear(); },
       {},
       {"pai.key-is-p256"}},
      {"a key of ML-DSA-87, which Matter does not have",
       "65/65/P256",
       [](Chain& c) {
         c.pai.key_algorithm = kOid87;
         c.pai.public_key = Bytes(2592, 1);
       },
       {},
       {"pai.key-is-p256"}},
      {"the DAC's key of P-256 under an OID of ML-DSA",
       "44/44/P256",
       [](Chain& c) {
         c.dac.key_algorithm = kOid44;
         c.dac.curve.clear();
       },
       {},
       {"dac.key-is-p256"}},
      {"the PAI's signature one byte longer",
       "44/44/P256",
       [](Chain& c) { c.pai.signature = Bytes(2421, 1); },
       {},
       {"pai.signature-verifies"}},
      {"the DAC's signature of the other set's size",
       "44/44/P256",
       [](Chain& c) { c.dac.signature = Bytes(3309, 1); },
       {},
       {"dac.signature-verifies"}},
      {"the PAI says another set inside than outside",
       "65/65/P256",
       [](Chain& c) { c.pai.tbs_algorithm = kOid44; },
       {},
       {"pai.signature-algorithm-is-ecdsa-sha256"}},
      {"the DAC says ML-DSA-87",
       "65/65/P256",
       [](Chain& c) { c.dac.algorithm = c.dac.tbs_algorithm = kOid87; },
       {},
       {"dac.signature-algorithm-is-ecdsa-sha256"}},
      {"the DAC says the pre-hash form",
       "44/44/P256",
       [](Chain& c) { c.dac.algorithm = c.dac.tbs_algorithm = kOidHash44; },
       {},
       {"dac.signature-algorithm-is-ecdsa-sha256"}},
      {"a PAI of more than 4732 bytes below ML-DSA-44",
       "44/P256/P256",
       [](Chain& c) { c.pai.extensions.push_back(filler(2500)); },
       {},
       {"pai.is-short-enough"}},
      {"a PAI of more than 6261 bytes below ML-DSA-65",
       "65/65/P256",
       [](Chain& c) { c.pai.extensions.push_back(filler(1000)); },
       {},
       {"pai.is-short-enough"}},
      {"a PAI of 64 KiB",
       "65/44/P256",
       [](Chain& c) { c.pai.extensions.push_back(filler(60'000)); },
       {},
       {"pai.is-short-enough"}},
      {"the PAI has the key of its PAA",
       "44/44/P256",
       [](Chain& c) {
         c.pai_key = c.paa_key;
         c.pai_key.put_into(c.pai);
         c.pai_key.issue(c.dac);
       },
       {},
       {"chain.keys-differ"}},
      {"NULL behind the PAA's signature algorithm",
       "65/44/P256",
       [](Chain& c) { c.paa.null_parameters = true; },
       {},
       {"paa.signature-algorithm-is-ecdsa-sha256"}},
      {"NULL behind the PAA's key algorithm",
       "44/P256/P256",
       [](Chain& c) { c.paa.key_null_parameters = true; },
       {},
       {"paa.key-is-p256"}},
      {"the PAA says ecdsa above a key of ML-DSA",
       "44/44/P256",
       [](Chain& c) { c.paa.algorithm = c.paa.tbs_algorithm = forge::kEcdsaWithSha256; },
       {},
       {"chain.signature-algorithms-fit-keys"}},
      {"a PAA of more than 6261 bytes",
       "65/65/P256",
       [](Chain& c) { c.paa.extensions.push_back(filler(1000)); },
       {},
       {"paa.is-short-enough"}},
      {"the PAI's signature twice as long, and the certificate with it",
       "44/44/P256",
       [](Chain& c) { c.pai.signature = Bytes(4840, 1); },
       {},
       {"pai.signature-verifies"}},
      {"the PAI's signature of the other set's size, longer than the certificate may be",
       "44/44/P256",
       [](Chain& c) { c.pai.signature = Bytes(3309, 1); },
       {},
       {"pai.signature-verifies"}},
      {"the PAI's key four times as long",
       "44/44/P256",
       [](Chain& c) { c.pai.public_key.resize(5248); },
       {},
       {"pai.key-is-p256"}},
      {"a PAI that is too long without its signature's excess, too",
       "44/44/P256",
       [](Chain& c) {
         c.pai.signature = Bytes(3309, 1);
         c.pai.extensions.push_back(filler(2500));
       },
       {},
       {"pai.is-short-enough", "pai.signature-verifies"}},
      {"the PAI of ML-DSA says ecdsa below a root of ML-DSA",
       "44/44/P256",
       [](Chain& c) { c.pai.algorithm = c.pai.tbs_algorithm = forge::kEcdsaWithSha256; },
       {},
       {"chain.signature-algorithms-fit-keys"}},
      {"the PAI of ML-DSA-65 says ML-DSA-44 below a root of ML-DSA-65",
       "65/65/P256",
       [](Chain& c) { c.pai.algorithm = c.pai.tbs_algorithm = kOid44; },
       {},
       {"chain.signature-algorithms-fit-keys"}},
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

TEST_CASE("post-quantum: a DAC of ML-DSA beside the legacy one is one finding") {
  ToyEngine engine(true);
  const Chain legacy("P256/P256/P256", "legacy");
  for (const char* kinds : {"44/44/44", "65/65/65", "65/44/44", "P256/P256/65"}) {
    CAPTURE(std::string(kinds));
    const Chain other(kinds, "other");
    CHECK(listed(judge_chains({&legacy, &other}, engine).ids(Status::fail)) == "dac.key-is-p256");
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
  Chain noise("65/65/P256");
  noise.paa.signature = Bytes(3309, 1);
  CHECK(status({&noise}, "paa.is-self-signed") == Status::warn);
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
