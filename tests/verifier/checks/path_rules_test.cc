// What path validators refuse, seen from outside: the SDK's code beside each finding, and the files
// that people sent.

#include <algorithm>

#include "fixtures/forge/device_builder.h"
#include "tests/support/judged.h"
#include "tests/support/support.h"
#include "verifier/checks/catalogue.h"
#include "verifier/judge/judge.h"
#include "verifier/pki/der.h"
#include "verifier/pki/extension_content.h"
#include "verifier/pki/name.h"

using namespace attest;
using namespace attest::test;

namespace {

Judged judge_field(const std::string& name) {
  const std::string folder = (shared() / "field" / name).string();
  std::vector<std::string> words{"--network", "none", "--at", "2026-06-01T00:00:00Z"};
  words.insert(words.end(), {"--trust-paa", folder + ".trust/paa.der", "--trust-cd-signer",
                             folder + ".trust/cd-signer.der"});
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    words.push_back(entry.path().string());
  return judge(words);
}

std::string first_message(const Judged& device, Status status) {
  const Finding* f = device.report.first(status);
  return f == nullptr ? std::string() : f->message.str();
}

}  // namespace

TEST_CASE("the SDK's code stands beside what it refuses, and 0 beside what it lets pass") {
  const struct {
    const char* name;
    int code;
  } rows[] = {{"dac-ext-key-usage-garbage", 301},
              {"pai-ext-key-usage-garbage", 301},
              {"paa-ext-key-usage-garbage", 301},
              {"dac-ext-key-usage-twice", 301},
              {"dac-critical-policies-garbage", 0},
              {"pai-name-constraints-violated", 301},
              {"pai-name-constraints-hold", 0},
              {"dac-name-is-no-utf-8", 303},
              {"pai-name-is-no-utf-8", 203},
              {"dac-vendor-id-is-an-integer", 303},
              {"dac-ids-in-a-common-name-of-wrong-type", 0},
              {"dac-serial-number-negative", 0},
              {"dac-with-a-unique-id", 0},
              {"dac-has-its-pais-key", 0},
              {"dac-issued-by-a-root", 203},
              {"dac-issued-by-a-root-no-pai", 207},
              {"cms-digest-with-null", 602},
              {"cms-signer-digest-with-integer", 600},
              {"cms-signer-algorithm-with-oid", 600},
              {"cms-content-alone", 600}};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(judge_fixture(row.name).report.sdk.number() == row.code);
  }
}

TEST_CASE("a keyUsage of nine bits, as a public authority writes it, is a warning") {
  if (!have_shared("field/33-aws-keyusage-nine-bits")) return;
  const Judged device = judge_field("33-aws-keyusage-nine-bits");
  CHECK(device.report.verdict == Verdict::approve);
  const auto warned = device.ids(Status::warn);
  CHECK(std::count(warned.begin(), warned.end(), std::string("pai.encoding-is-der")) == 1);
}

TEST_CASE("a declaration that a general CMS tool signed is a declaration, and refused as one") {
  if (!have_shared("field/46-openssl-cms-sign")) return;
  const Judged device = judge_field("46-openssl-cms-sign");
  CHECK(device.report.verdict == Verdict::reject);
  CHECK(device.ids(Status::fail) == std::vector<std::string>{"cms.has-nothing-extra"});
  CHECK(device.report.sdk.number() == 600);
}

TEST_CASE("below a PAA of path length 0 there is no chain, to the SDK too") {
  if (!have_shared("field/71-paa-pathlen-0")) return;
  const Judged device = judge_field("71-paa-pathlen-0");
  CHECK(device.ids(Status::fail) == std::vector<std::string>{"paa.is-an-authority"});
  CHECK(device.report.sdk.number() == 301);
}

TEST_CASE("a declaration without its CMS is called unsigned") {
  const Judged device = judge_fixture("cms-content-alone");
  CHECK(device.ids(Status::fail) == std::vector<std::string>{"cms.is-signed-data"});
  CHECK(first_message(device, Status::fail).find("is not signed") != std::string::npos);
}

TEST_CASE("a signer's certificate that is expired, not yet valid or for something else is judged") {
  const struct {
    const char *name, *id;
    Severity on_main;
  } rows[] = {{"cd-signer-not-yet-valid", "cd.signer-is-valid-already", Severity::error},
              {"cd-signer-for-crls-alone", "cd.signer-may-sign", Severity::error},
              {"cd-signer-expired", "cd.signer-has-not-expired", Severity::warning}};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto warned = judge_fixture(row.name).ids(Status::warn);
    CHECK(std::count(warned.begin(), warned.end(), std::string(row.id)) == 1);
    CHECK(find_check(row.id)->severity.main == row.on_main);
  }
}

TEST_CASE("a subtree of names holds what begins with it, whatever the letters") {
  const auto shown = judge_fixture("pai-name-constraints-violated");
  const Certificate& pai = *shown.evidence.pai.certificate;
  const auto constraints = constraints_of(pai);
  REQUIRE(constraints);
  REQUIRE(constraints->permitted.size() == 1);
  const Name& base = *constraints->permitted[0].directory;
  CHECK_FALSE(is_within(base, pai.subject));
  CHECK(is_within(base, base));
  CHECK(is_within(Name{}, base));
  CHECK(violation(*constraints, *shown.evidence.dac.certificate).has_value());
}

TEST_CASE("a root with the profile of a PAI is no PAI, though a commissioner takes it for one") {
  forge::DevicePlan plan = forge::good_plan("root in the place of a PAI");
  const forge::KeyPair key = forge::key_named("root in the place of a PAI");
  forge::CertificatePlan root = forge::paa_plan("Forged PAA", key, "FFF1");
  root.replace(forge::basic_constraints(true, 0));
  plan.dac.issuer = root.subject;
  plan.dac.replace(forge::authority_key_id(forge::key_id_of(key)));
  plan.dac_issuer = key;
  const forge::Device device = forge::make(plan);
  const auto parsed = [](const Bytes& der) { return parse_certificate(der).value(); };
  const Bytes root_der = forge::certificate(root, key);
  TrustStore trust = TrustStore::builtin(false);
  REQUIRE(trust.add_paa(parsed(root_der), Origin::given, "root"));
  const forge::Anchor& signer = forge::cd_signer();
  REQUIRE(trust.add_cd_signer(parsed(forge::certificate(signer.plan, signer.key)), Origin::given,
                              "signer", openssl_engine()));
  Reading reading;
  for (const auto& [fact, bytes] :
       {std::pair(FactId::dac, &device.dac), std::pair(FactId::pai, &root_der),
        std::pair(FactId::cd, &device.cd)})
    reading.device.say(fact, *bytes, {.path = "x.der", .offset = {}, .item = {}});
  Policy policy;
  policy.network = Network::none;
  policy.at = parse_rfc3339(forge::kAt).value();
  const Judged judged = judge(std::move(reading), policy, trust);
  CHECK(judged.ids(Status::fail) ==
        std::vector<std::string>{"paa.is-an-authority", "chain.dac-issuer-is-no-root"});
  CHECK(judged.report.sdk.number() == 0);
}

TEST_CASE(
    "a declaration by a general CMS tool is one fault, however many fields it has otherwise") {
  forge::DevicePlan plan = forge::good_plan("declaration by a general tool");
  plan.cms.version = plan.cms.signer_version = 1;
  plan.cms.signer_by_serial = true;
  const forge::Anchor& signer = forge::cd_signer();
  const Bytes certificate = forge::certificate(signer.plan, signer.key);
  for (const bool inside : {false, true}) {
    plan.cms.certificates = inside ? certificate : Bytes();
    Reading reading;
    reading.device.say(FactId::cd, forge::make(plan).cd,
                       {.path = "cd.der", .offset = {}, .item = {}});
    Policy policy;
    policy.network = Network::none;
    policy.at = parse_rfc3339(forge::kAt).value();
    const Judged judged = judge(std::move(reading), policy, TrustStore::builtin(false));
    CHECK(judged.ids(Status::fail) ==
          std::vector<std::string>{inside ? "cms.has-nothing-extra"
                                          : "cms.signer-is-named-by-key-id"});
  }
}

TEST_CASE("name constraints: more names and subtrees than anybody compares are refused") {
  const auto names = [](size_t count) {
    return std::vector<GeneralName>(
        count, {.tag = der::context(6), .value = {}, .directory = std::nullopt});
  };
  const auto below = parse_certificate(forge::make(forge::good_plan("good")).dac).value();
  CHECK(!violation(NameConstraints{.permitted = names(1'000), .excluded = {}}, *below));
  const auto many = violation(NameConstraints{.permitted = names(200'000), .excluded = {}}, *below);
  REQUIRE(many);
  CHECK(many->find("more than are compared") != std::string::npos);
}
