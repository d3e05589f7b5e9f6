// PQCDeviceAttestationProfile against the chains of a device, and its readers: device.json, a
// controller's attributes, logs.

#include "tests/support/post_quantum_device.h"
#include "tests/support/readings.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest::test;

namespace {

constexpr uint64_t kP256 = 1, k44 = 2, k65 = 4;

std::vector<Given> profiles(uint64_t paa, uint64_t pai, uint64_t dac) {
  return {{FactId::paa_supported_profiles, paa, "device.json"},
          {FactId::pai_supported_profiles, pai, "device.json"},
          {FactId::dac_supported_profiles, dac, "device.json"}};
}

// "id status", of the five rules, what was found.
std::string told(const Judged& judged) {
  std::string out;
  for (const Finding& f : judged.report.findings) {
    const std::string id = f.check->id;
    const bool ours = id.starts_with("attestation.profiles-") ||
                      id == "attestation.dac-profile-is-p256" || id == "attestation.feature-is-set";
    if (!ours || f.status == Status::pass || f.status == Status::skipped ||
        f.status == Status::blocked)
      continue;
    out += (out.empty() ? "" : "; ") + std::string(status_name(f.status)) + " " + id;
  }
  return out;
}

}  // namespace

TEST_CASE("attestation profiles: what they name and the chains that a device has") {
  constexpr const char *kDac = "fail attestation.dac-profile-is-p256",
                       *kUnknown = "warn attestation.profiles-are-known",
                       *kNotNamed = "warn attestation.profiles-name-each-chain",
                       *kNotThere = "warn attestation.profiles-have-chains",
                       *kFeature = "warn attestation.feature-is-set";
  const auto features = [](uint64_t bits) { return Given{FactId::opcreds_feature_map, bits}; };
  const auto with_feature = [&](uint64_t bits, std::vector<Given> facts) {
    facts.push_back(features(bits));
    return facts;
  };
  const struct {
    const char* kinds;  // of the chain beside the legacy one; "": none
    std::vector<Given> facts;
    std::string told;
  } rows[] = {
      {"", {}, ""},
      {"65/65/P256", {}, ""},
      {"", profiles(kP256, kP256, kP256), ""},
      {"65/65/P256", profiles(kP256 | k65, kP256 | k65, kP256), ""},
      {"65/44/P256", profiles(kP256 | k65, kP256 | k44, kP256), ""},
      {"44/44/P256", profiles(kP256 | k44, kP256 | k44, kP256), ""},
      // Of a PAI of P-256 below ML-DSA its signature may count, or its key alone.
      {"65/P256/P256", profiles(kP256 | k65, kP256, kP256), ""},
      {"65/P256/P256", profiles(kP256 | k65, kP256 | k65, kP256), ""},
      {"65/44/P256", profiles(kP256 | k65, kP256 | k44 | k65, kP256), ""},
      // One profile alone, as where a log has no more.
      {"65/65/P256", {{FactId::dac_supported_profiles, kP256}}, ""},
      {"", {{FactId::dac_supported_profiles, kP256 | k44}}, kDac},
      {"65/65/P256", profiles(kP256 | k65, kP256 | k65, kP256 | k65), kDac},
      {"65/65/P256", profiles(kP256 | k65, kP256 | k65, k65), kDac},
      {"65/65/P256", profiles(kP256 | k65, kP256 | k65, kP256 | k44 | k65), kDac},
      {"", {{FactId::cd_supported_profiles, kP256 | k44}}, kDac},
      {"", {{FactId::cd_supported_profiles, kP256}}, ""},
      {"", profiles(kP256, kP256, kP256 | 8), kUnknown},
      {"", profiles(kP256, kP256, 0), kUnknown},
      {"", {{FactId::cd_supported_profiles, uint64_t{0x80000000}}}, kUnknown},
      {"", profiles(kP256 | 0x10, kP256, kP256), kUnknown},
      {"65/65/P256", profiles(kP256, kP256, kP256), kNotNamed},
      {"65/65/P256", profiles(kP256 | k65, kP256, kP256), kNotNamed},
      {"44/44/P256", profiles(k44, kP256 | k44, kP256), kNotNamed},
      {"65/P256/P256", profiles(kP256, kP256, kP256), kNotNamed},
      {"", profiles(kP256 | k65, kP256 | k65, kP256), kNotThere},
      {"", profiles(kP256, kP256 | k44, kP256), kNotThere},
      {"44/44/P256", profiles(kP256 | k44 | k65, kP256 | k44, kP256), kNotThere},
      {"44/44/P256", profiles(kP256 | k65, kP256 | k44, kP256),
       std::string(kNotNamed) + "; " + kNotThere},
      {"", {features(0)}, ""},
      {"", {features(1)}, ""},
      {"65/65/P256", {features(1)}, ""},
      {"65/65/P256", with_feature(1, profiles(kP256 | k65, kP256 | k65, kP256)), ""},
      {"65/65/P256", {features(0)}, kFeature},
      {"44/P256/P256", {features(0)}, kFeature},
      {"", with_feature(0, profiles(kP256, kP256, kP256)), kFeature},
      {"", with_feature(0, {{FactId::dac_supported_profiles, kP256}}), kFeature},
      {"", {features(2)}, kFeature},
      {"65/65/P256", {features(3)}, kFeature},
  };
  const Chain legacy("P256/P256/P256", "legacy");
  for (const auto& row : rows) {
    ToyEngine engine(true);
    std::vector<const Chain*> chains = {&legacy};
    std::optional<Chain> other;
    if (*row.kinds != 0) chains.push_back(&other.emplace(row.kinds, "other"));
    const Judged judged = judge_chains(chains, engine, {}, {}, {}, row.facts);
    CAPTURE(std::string(row.kinds));
    CAPTURE(row.told);
    CHECK(told(judged) == row.told);
    const bool fails = row.told.starts_with("fail");
    CHECK(judged.report.verdict == (fails ? Verdict::reject : Verdict::approve));
    CHECK(judged.ids(Status::fail).size() == (fails ? 1 : 0));
  }
}

TEST_CASE("attestation profiles: a post-quantum chain alone, and what two places say") {
  ToyEngine engine(true);
  const Chain alone("65/44/P256");
  CHECK(told(judge_chains({&alone}, engine, {}, {}, {}, profiles(k65, k44, kP256))) == "");
  CHECK(told(judge_chains({&alone}, engine, {}, {}, {}, profiles(kP256 | k65, k44, kP256))) ==
        "warn attestation.profiles-have-chains");
  auto twice = profiles(k65, k44, kP256);
  twice.push_back({FactId::dac_supported_profiles, uint64_t{kP256 | k44}, "chip.log"});
  const Judged differ = judge_chains({&alone}, engine, {}, {}, {}, twice);
  CHECK(listed(differ.ids(Status::fail)) == "identity.facts-agree attestation.dac-profile-is-p256");
  const Finding* dac = differ.report.of(find_check("attestation.dac-profile-is-p256"));
  CHECK(dac->source == "chip.log");
  CHECK(dac->message ==
        "dac_supported_profiles in chip.log names ML-DSA-44, which the draft of Matter 1.7 does "
        "not permit there");
  CHECK(
      said(*differ.report.of(find_check("identity.facts-agree"))).find("dac_supported_profiles") !=
      std::string::npos);
  // Messages of the others.
  const auto message = [&](const char* id, std::vector<Given> facts) {
    return said(*judge_chains({&alone}, engine, {}, {}, {}, facts).report.of(find_check(id)));
  };
  CHECK(message("attestation.profiles-are-known", profiles(k65, k44, 0x21)) ==
        "dac_supported_profiles in device.json is 0x21, with bits of no profile (0x20)\nbits 0 to "
        "2: P-256 and ML-DSA-44 and ML-DSA-65 | 0x21");
  CHECK(message("attestation.profiles-name-each-chain", profiles(k44, k44, kP256)) ==
        "paa_supported_profiles in device.json does not name ML-DSA-65, and the device has a chain "
        "with such a PAA\nML-DSA-65 | ML-DSA-44");
  CHECK(message("attestation.profiles-have-chains", profiles(k65, k44 | kP256, kP256)) ==
        "pai_supported_profiles in device.json names P-256, and no chain in the evidence has such "
        "a PAI\nML-DSA-44 and ML-DSA-65 | P-256 and ML-DSA-44");
}

namespace {

std::string features_read(std::string_view text) {
  const Reading reading = read_bytes(view(text));
  const auto number = reading.device.number(FactId::opcreds_feature_map);
  return problems(reading) + (number ? std::to_string(*number) : "-");
}

// "paa pai dac cd", - for what is not stated.
std::string read_as(std::string_view text) {
  const Reading reading = read_bytes(view(text));
  std::string out = problems(reading);
  for (const FactId fact : {FactId::paa_supported_profiles, FactId::pai_supported_profiles,
                            FactId::dac_supported_profiles, FactId::cd_supported_profiles}) {
    const auto number = reading.device.number(fact);
    out += (out.empty() ? "" : " ") + (number ? std::to_string(*number) : "-");
  }
  return out;
}

}  // namespace

TEST_CASE("attestation profiles: read from device.json, a controller's attributes, logs") {
  // device.json
  CHECK(read_as(R"({"vendor_id": 65521, "pqc_device_attestation_profile":
    {"paa_supported_profiles": 5, "pai_supported_profiles": "0x5", "dac_supported_profiles": 1}})") ==
        "5 5 1 -");
  CHECK(read_as(R"({"vendor_id": 65521, "dac_supported_profiles": 3})") == "- - 3 -");
  CHECK(read_as(R"({"pqc_device_attestation_profile": {"dac_supported_profiles": 3}})") ==
        "- - 3 -");
  CHECK(has_problem(
      read_bytes(view(
          R"({"vendor_id": 65521, "pqc_device_attestation_profile": {"dac_supported_profiles": "x"}})")),
      "pqc_device_attestation_profile.dac_supported_profiles: expected a whole number"));
  CHECK(has_problem(
      read_bytes(view(
          R"({"vendor_id": 65521, "pqc_device_attestation_profile": {"dac_supported_profiles": 4294967296}})")),
      "expected a number up to 4294967295"));
  CHECK(
      has_problem(read_bytes(view(R"({"vendor_id": 65521, "pqc_device_attestation_profile": 5})")),
                  "pqc_device_attestation_profile"));
  // A controller's attributes: by field id and by name.
  CHECK(read_as(R"({"attributes": {"0/40/2": 65521, "0/62/6": {"0": 5, "1": 5, "2": 1}}})") ==
        "5 5 1 -");
  CHECK(read_as(R"({"attributes": {"0/62/6": {"PAASupportedProfiles": 5,
    "paiSupportedProfiles": 3, "DACSupportedProfiles": 1, "CDSupportedProfiles": 1}}})") ==
        "5 3 1 1");
  CHECK(has_problem(read_bytes(view(R"({"attributes": {"0/40/2": 1, "0/62/6": 5}})")),
                    "expected its fields, found number"));
  CHECK(has_problem(read_bytes(view(R"({"attributes": {"0/62/6": {"2": "one"}}})")),
                    "DACSupportedProfiles: expected a whole number"));
  CHECK(read_as(R"({"attributes": {"0/40/2": 1, "0/62/5": 1, "0/62/6": null}})") == "- - - -");
  // The SDK's messages.
  const std::string message =
      "CHIP:DMG: AttributeDataIB =\nCHIP:DMG: {\nCHIP:DMG: AttributePathIB =\nCHIP:DMG: {\n"
      "CHIP:DMG: Endpoint = 0x0,\nCHIP:DMG: Cluster = 0x3e,\n"
      "CHIP:DMG: Attribute = 0x0000_0006,\nCHIP:DMG: }\nCHIP:DMG: Data = \nCHIP:DMG: {\n"
      "CHIP:DMG: 0x0 = 5 (unsigned),\nCHIP:DMG: 0x1 = 5 (unsigned),\n"
      "CHIP:DMG: 0x2 = 3 (unsigned),\nCHIP:DMG: },\n";
  CHECK(read_as(message) == "5 5 3 -");
  // The same fields of another attribute, or of another cluster, are something else.
  const auto instead = [&](const std::string& from, const std::string& to) {
    std::string out = message;
    return out.replace(out.find(from), from.size(), to);
  };
  CHECK(read_as(instead("0x0000_0006", "0x0000_0001")).ends_with("- - - -"));
  CHECK(read_as(instead("0x3e", "0x28")).ends_with("- - - -"));
  // chip-tool's read-out.
  const std::string read_out =
      "[1.2] [1:2] [TOO] Endpoint: 0 Cluster: 0x0000_003E Attribute 0x0000_0006 DataVersion: 9\n"
      "[1.2] [1:2] [TOO]   PQCDeviceAttestationProfile: {\n"
      "[1.2] [1:2] [TOO]     PAASupportedProfiles: 5\n"
      "[1.2] [1:2] [TOO]     PAISupportedProfiles: 3\n"
      "[1.2] [1:2] [TOO]     DACSupportedProfiles: 1\n"
      "[1.2] [1:2] [TOO]    }\n";
  CHECK(read_as(read_out) == "5 3 1 -");
  CHECK(read_as("[TOO] Endpoint: 0 Cluster: 0x0000_0028 Attribute 0x0000_0002 DataVersion: 1\n"
                "[TOO]   VendorID: 65521\n" +
                read_out) == "5 3 1 -");
}

TEST_CASE("attestation profiles: the feature is read from device.json, attributes, logs") {
  CHECK(features_read(R"({"vendor_id": 65521, "operational_credentials_feature_map": "0x1"})") ==
        "1");
  CHECK(has_problem(
      read_bytes(view(R"({"vendor_id": 65521, "operational_credentials_feature_map": true})")),
      "operational_credentials_feature_map: expected a whole number"));
  CHECK(features_read(R"({"attributes": {"0/40/2": 65521, "0/62/65532": 1}})") == "1");
  // That of another cluster is another's.
  CHECK(features_read(R"({"attributes": {"0/40/2": 65521, "0/40/65532": 1}})") == "-");
  CHECK(features_read(R"({"attributes": {"0/40/2": 65521, "1/62/65532": 1}})") == "-");
  CHECK(has_problem(read_bytes(view(R"({"attributes": {"0/62/65532": "one"}})")),
                    "FeatureMap: expected a whole number"));
  const std::string read_out =
      "[1.2] [1:2] [TOO] Endpoint: 0 Cluster: 0x0000_003E Attribute 0x0000_FFFC DataVersion: 9\n"
      "[1.2] [1:2] [TOO]   FeatureMap: 1\n";
  CHECK(features_read(read_out) == "1");
  std::string other = read_out;
  CHECK(features_read(other.replace(other.find("003E"), 4, "0028")).ends_with("-"));
  const std::string message =
      "CHIP:DMG: AttributeDataIB =\nCHIP:DMG: {\nCHIP:DMG: AttributePathIB =\nCHIP:DMG: {\n"
      "CHIP:DMG: Endpoint = 0x0,\nCHIP:DMG: Cluster = 0x3e,\n"
      "CHIP:DMG: Attribute = 0x0000_FFFC,\nCHIP:DMG: }\nCHIP:DMG: Data = 1 (unsigned),\n";
  CHECK(features_read(message) == "1");
}
