// The ledger's part of a verification: a device about which every fact is right is approved, and
// one wrong fact a row gives one finding, on that fact.

#include <algorithm>
#include <functional>
#include <set>

#include "fixtures/forge/device_builder.h"
#include "tests/support/ledger_world.h"
#include "verifier/checks/catalogue.h"
#include "verifier/matter/onboarding_payload.h"

using namespace attest;
using namespace attest::test;
using namespace attest::test::ledger_world;

namespace {

// The fact of a device as another value.
void instead(World& w, FactId fact, FactValue value) {
  std::erase_if(w.facts.statements, [&](const Statement& s) { return s.fact == fact; });
  w.facts.say(fact, std::move(value), {.path = "device.json", .offset = {}, .item = {}});
}

// A label of the device.
void label(World& w, uint8_t flow, uint8_t capabilities, bool manual = false) {
  OnboardingPayload p;
  p.vendor_id = 0xFFE0;
  p.product_id = 0x8000;
  p.flow = flow;
  p.capabilities = capabilities;
  p.discriminator = 1234;
  p.passcode = 34567890;
  const auto code = manual ? make_manual_code(p) : make_qr(p);
  REQUIRE(code);
  w.facts.say(manual ? FactId::manual_code : FactId::qr_payload, *code,
              {.path = "label.txt", .offset = {}, .item = {}});
}
void factory(World& w, FactId fact, uint64_t value) {
  w.facts.say(fact, value, {.path = "factory.bin", .offset = 64, .item = {}});
}

struct Row {
  const char* what;
  const char* id;
  Status status;
  const char* words;
  std::function<void(World&)> change;
};

const Row kRows[] = {
    {"no vendor entry", "ledger.vendor-is-known", Status::warn, " is not on the ledger testnet-2.0",
     [](World& w) { w.ledger.vendor_info = Absent{kFrom}; }},
    {"vendor not answered", "ledger.vendor-is-known", Status::unknown,
     " is on the ledger is not known: cut off",
     [](World& w) { w.ledger.vendor_info = Unknown{"cut off"}; }},
    {"vendor name", "ledger.vendor-name-matches", Status::warn, "they differ",
     [](World& w) {
       std::get<Found<VendorInfo>>(w.ledger.vendor_info).value.vendor_name = "Forger";
     }},
    {"vendor name with blanks", "ledger.vendor-name-matches", Status::warn,
     "they differ only in blanks",
     [](World& w) {
       std::get<Found<VendorInfo>>(w.ledger.vendor_info).value.vendor_name = " Forgery ";
     }},
    {"vendor name too long for a device", "ledger.vendor-name-matches", Status::warn,
     "longer than the 32 bytes",
     [](World& w) {
       std::get<Found<VendorInfo>>(w.ledger.vendor_info).value.vendor_name = std::string(40, 'x');
     }},
    {"no model", "ledger.model-is-known", Status::warn,
     "product 0x8000 of vendor 0xFFE0 is not on the ledger",
     [](World& w) { w.ledger.model_fact = Absent{kFrom}; }},
    {"model not answered", "ledger.model-is-known", Status::unknown, "is not known: 500",
     [](World& w) { w.ledger.model_fact = Unknown{"500"}; }},
    {"product name", "ledger.product-name-matches", Status::warn, "they differ",
     [](World& w) { w.ledger.model_value.product_name = "lamp"; }},
    {"device type of the CD", "ledger.device-type-matches-cd", Status::fail,
     "names another device type",
     [](World& w) {
       w.ledger.model_value.device_type_id = 256;
       instead(w, FactId::device_type_id, uint64_t{256});
     }},
    {"device type of the device", "ledger.device-type-matches-device", Status::warn,
     "the device names another device type",
     [](World& w) { instead(w, FactId::device_type_id, uint64_t{256}); }},
    {"flow of the label", "ledger.commissioning-flow-matches", Status::fail,
     "the QR code in label.txt and the ledger's entry of product 0x8000 of vendor 0xFFE0 give "
     "different commissioning flows",
     [](World& w) { label(w, 2, 4); }},
    {"flow of the ledger", "ledger.commissioning-flow-matches", Status::fail,
     "the QR code in label.txt and the ledger's entry",
     [](World& w) {
       label(w, 0, 4);
       w.ledger.model_value.commissioning_custom_flow = 1;
     }},
    {"flow of a short manual code", "ledger.commissioning-flow-matches", Status::fail,
     "the manual code in label.txt and the ledger's entry",
     [](World& w) {
       label(w, 0, 4, true);
       w.ledger.model_value.commissioning_custom_flow = 1;
     }},
    {"a long manual code does not say which flow", "", Status::pass, "",
     [](World& w) {
       label(w, 2, 4, true);
       w.ledger.model_value.commissioning_custom_flow = 1;
     }},
    {"flow of the factory data", "ledger.commissioning-flow-matches", Status::fail,
     "the factory data in factory.bin at 0x40 and the ledger's entry",
     [](World& w) { factory(w, FactId::commissioning_flow, 1); }},
    {"flow of label, factory data and ledger", "", Status::pass, "",
     [](World& w) {
       label(w, 2, 4);
       factory(w, FactId::commissioning_flow, 2);
       w.ledger.model_value.commissioning_custom_flow = 2;
     }},
    {"discovery of the label", "ledger.discovery-capabilities-match", Status::warn,
     "the QR code in label.txt and the ledger's entry of product 0x8000 of vendor 0xFFE0 give "
     "different discovery capabilities",
     [](World& w) {
       label(w, 0, 6);
       w.ledger.model_value.discovery_capabilities = 2;
     }},
    {"discovery of the factory data", "ledger.discovery-capabilities-match", Status::warn,
     "the factory data in factory.bin at 0x40",
     [](World& w) {
       factory(w, FactId::discovery_capabilities, 4);
       w.ledger.model_value.discovery_capabilities = 2;
     }},
    {"soft AP and Thread are not on the ledger", "", Status::pass, "",
     [](World& w) {
       label(w, 0, 0x23);
       w.ledger.model_value.discovery_capabilities = 2;
     }},
    {"discovery that the ledger does not give", "", Status::pass, "",
     [](World& w) { label(w, 0, 6); }},
    {"no version", "ledger.version-is-known", Status::warn, "software version 7 of product 0x8000",
     [](World& w) { w.ledger.version_fact = Absent{kFrom}; }},
    {"no version, but others", "ledger.version-is-known", Status::warn,
     "is not on the ledger testnet-2.0 (known versions: 1, 6)",
     [](World& w) {
       w.ledger.version_fact = Absent{kFrom, " (known versions: 1, 6)"};
     }},
    {"version string", "ledger.version-string-matches", Status::fail,
     "software version string is not the ledger's",
     [](World& w) { w.ledger.version_value.software_version_string = "7.1"; }},
    {"version withdrawn", "ledger.version-is-valid", Status::fail, "not to be used",
     [](World& w) { w.ledger.version_value.valid = false; }},
    {"CD version number", "ledger.cd-version-number-matches", Status::fail,
     "version number is not the ledger's",
     [](World& w) { w.ledger.version_value.cd_version_number = 9; }},
    {"CD version number without a version entry", "ledger.cd-version-number-matches", Status::fail,
     "version number is not the ledger's",
     [](World& w) {
       w.ledger.version_fact = Absent{kFrom};
       w.ledger.compliance_value.cd_version_number = 9;
     }},
    {"no certification", "ledger.compliance-is-known", Status::warn,
     "a Matter certification of software version 7",
     [](World& w) {
       w.ledger.compliance_fact = Absent{kFrom};
       w.ledger.covered = Found<CertificateCoverage>{{.certificate_id = "",
                                                      .entries = {{.vid = 0xFFE0,
                                                                   .pid = 0x8000,
                                                                   .software_version = 6,
                                                                   .certification_type = "matter",
                                                                   .software_version_string = "",
                                                                   .cd_version_number = 1,
                                                                   .status = 2,
                                                                   .date = "",
                                                                   .reason = "",
                                                                   .certificate_id = "",
                                                                   .specification_version = 0}}},
                                                     kFrom};
     }},
    {"certification revoked", "ledger.is-certified", Status::warn,
     "the certification was revoked: recall",
     [](World& w) {
       w.ledger.compliance_value.status = 3;
       w.ledger.compliance_value.reason = "recall";
     }},
    {"certification of no known status", "ledger.is-certified", Status::warn,
     "the product is not certified", [](World& w) { w.ledger.compliance_value.status = 7; }},
    {"certified ahead", "ledger.certification-is-past", Status::fail, "lies in the future",
     [](World& w) { w.ledger.compliance_value.date = "2027-01-01T00:00:00Z"; }},
    {"date unreadable", "ledger.certification-is-past", Status::fail, "cannot be read",
     [](World& w) { w.ledger.compliance_value.date = "yesterday"; }},
    {"certificate id", "ledger.certificate-id-matches-cd", Status::fail,
     "certificate id is not the ledger's",
     [](World& w) { w.ledger.compliance_value.certificate_id = "FORGED0000000002-00"; }},
    {"specification version", "ledger.specification-version-matches", Status::warn,
     "specification version is not the ledger's",
     [](World& w) { w.ledger.compliance_value.specification_version = 16973824; }},
    {"version string of the certification", "ledger.version-string-matches", Status::fail,
     "that the ledger's certification gives",
     [](World& w) { w.ledger.compliance_value.software_version_string = "7.1"; }},
    {"CD version number of the certification", "ledger.cd-version-number-matches", Status::fail,
     "the one that the ledger's certification gives",
     [](World& w) { w.ledger.compliance_value.cd_version_number = 9; }},
    {"certificate of other products", "ledger.certificate-covers-product", Status::warn,
     "lacks product 0x8000 of vendor 0xFFE0; its own certification names that certificate, which "
     "decides",
     [](World& w) {
       w.ledger.compliance_value.status = 2;
       w.ledger.covered = Found<CertificateCoverage>{{.certificate_id = "", .entries = {}}, kFrom};
     }},
    {"certificate not on the ledger", "ledger.certificate-covers-product", Status::warn,
     "lists no products under certificate", [](World& w) { w.ledger.compliance_value.status = 2; }},
    {"coverage not answered", "ledger.certificate-covers-product", Status::unknown,
     "is not known: cut off",
     [](World& w) {
       w.ledger.compliance_value.status = 2;
       w.ledger.covered = Unknown{"cut off"};
     }},
    {"another product under the id of a provisional one", "", Status::pass, "",
     [](World& w) {
       ComplianceInfo other = w.ledger.compliance_value;
       other.pid = 0x9000;
       other.status = 2;
       w.ledger.covered = Found<CertificateCoverage>{
           {.certificate_id = other.certificate_id, .entries = {other}}, kFrom};
     }},
    {"another product under the id of a certified one", "ledger.certificate-covers-product",
     Status::warn, "lacks product 0x8000",
     [](World& w) {
       w.ledger.compliance_value.status = 2;
       ComplianceInfo other = w.ledger.compliance_value;
       other.pid = 0x9000;
       w.ledger.covered = Found<CertificateCoverage>{
           {.certificate_id = other.certificate_id, .entries = {other}}, kFrom};
     }},
    {"PAA not approved", "ledger.paa-is-approved", Status::warn, "is not on the ledger",
     [](World& w) { w.ledger.paa = Absent{kFrom}; }},
    {"another certificate approved", "ledger.paa-is-approved", Status::warn,
     "is not the one the ledger approves",
     [](World& w) {
       std::get<Found<std::vector<LedgerCertificate>>>(w.ledger.paa).value[0].der.push_back(0);
     }},
    {"a root for signing vendor ids", "ledger.paa-is-approved", Status::warn,
     "not as a PAA for devices", [](World& w) { root_of_type(w, "VIDSignerPKI"); }},
    {"a root for operational certificates", "ledger.paa-is-approved", Status::warn,
     "not as a PAA for devices", [](World& w) { root_of_type(w, "OperationalPKI"); }},
    {"a root of a type nobody knows", "ledger.paa-is-approved", Status::warn,
     "not as a PAA for devices", [](World& w) { root_of_type(w, "deviceattestationpki"); }},
    {"a root of no type", "ledger.paa-is-approved", Status::unknown,
     "does not say what it is for (no certificateType)", [](World& w) { root_of_type(w, ""); }},
    {"PAA revoked, by its signature's twin", "ledger.paa-is-not-revoked", Status::fail,
     "the PAA was revoked on the ledger", [](World& w) { revoke(w, *w.paa, twin_of(*w.paa)); }},
    {"PAI revoked, by its signature's twin", "ledger.pai-is-not-revoked", Status::fail,
     "the PAI was revoked on the ledger", [](World& w) { revoke(w, *w.pai, twin_of(*w.pai)); }},
    {"PAA revoked, and issued again with its serial number", "ledger.paa-is-not-revoked",
     Status::fail, "the PAA was revoked on the ledger",
     [](World& w) { revoke(w, *w.paa, changed_at(*w.paa, w.paa->signature, 20)); }},
    {"PAI revoked, and issued again with its serial number", "ledger.pai-is-not-revoked",
     Status::fail, "the PAI was revoked on the ledger",
     [](World& w) { revoke(w, *w.pai, changed_at(*w.pai, w.pai->signature, 20)); }},
    {"another certificate with the PAA's key revoked", "ledger.paa-key-is-not-revoked",
     Status::warn, "another certificate with the PAA's key",
     [](World& w) { revoke(w, *w.paa, changed_at(*w.paa, w.paa->serial, 0)); }},
    {"another certificate with the PAI's key revoked", "ledger.pai-key-is-not-revoked",
     Status::warn, "another certificate with the PAI's key",
     [](World& w) { revoke(w, *w.pai, changed_at(*w.pai, w.pai->serial, 0)); }},
    {"a revoked certificate of another key under the PAI's key id and serial number, of its issuer",
     "ledger.pai-is-not-revoked", Status::fail, "the PAI was revoked on the ledger",
     [](World& w) { revoke(w, *w.pai, changed_at(*w.pai, w.pai->public_key, 8)); }},
    {"a revoked entry that cannot be read", "ledger.pai-is-not-revoked", Status::unknown,
     "cannot be read",
     [](World& w) {
       revoke(w, *w.pai, Bytes{0x30, 0x00});
     }},
    {"PAA revoked", "ledger.paa-is-not-revoked", Status::fail, "the PAA was revoked on the ledger",
     [](World& w) {
       w.ledger.revoked_key = *w.paa->skid();
       w.ledger.revoked = Found<std::vector<LedgerCertificate>>{{{.der = w.paa->der}}, kFrom};
     }},
    {"PAI revoked", "ledger.pai-is-not-revoked", Status::fail, "the PAI was revoked on the ledger",
     [](World& w) {
       w.ledger.revoked_key = *w.pai->skid();
       w.ledger.revoked = Found<std::vector<LedgerCertificate>>{{{.der = w.pai->der}}, kFrom};
     }},
    {"a renewal of the PAI revoked", "", Status::pass, "",
     [](World& w) {
       w.ledger.revoked_key = *w.pai->skid();
       w.ledger.revoked = Found<std::vector<LedgerCertificate>>{{{.der = w.paa->der}}, kFrom};
     }},
    {"facts two days old", "ledger.facts-are-fresh", Status::warn,
     "the ledger's facts are 2 days old",
     [](World& w) { w.ledger.state.synced_at = {w.at.seconds - 48 * 3600}; }},
    {"facts a little older than a day", "ledger.facts-are-fresh", Status::warn, "1441 minutes old",
     [](World& w) { w.ledger.state.synced_at = {w.at.seconds - 24 * 3600 - 60}; }},
    {"facts a second older than a day", "ledger.facts-are-fresh", Status::warn, "86401 seconds old",
     [](World& w) { w.ledger.state.synced_at = {w.at.seconds - 24 * 3600 - 1}; }},
    {"nothing read", "ledger.answers", Status::unknown,
     "the test ledger could not be reached: no internet",
     [](World& w) {
       w.ledger.state = {.chain_id = "testnet-2.0",
                         .height = 0,
                         .synced_at = {},
                         .trust = LedgerTrust::none,
                         .source = ""};
       w.ledger.vendor_info = Unknown{"no such host"};
     }},
    {"software version not told", "ledger.version-is-known", Status::unknown,
     "software version is not in the evidence",
     [](World& w) {
       std::erase_if(w.facts.statements,
                     [](const Statement& s) { return s.fact == FactId::software_version; });
     }},
};

}  // namespace

TEST_CASE("a device whose every fact is right is approved on its network") {
  World world;
  world.ledger.points = Found<std::vector<RevocationPoint>>{{}, kFrom};
  const Report report = world.judge();
  std::string fails;
  for (const Finding* f : report.all(Status::fail))
    fails += std::string(f->check->id) + ": " + f->message.str() + "\n";
  CHECK_MESSAGE(report.verdict == Verdict::approve, fails);
  for (const std::string& id : noticed(report)) CHECK_MESSAGE(!id.starts_with("ledger."), id);
}

TEST_CASE("one wrong fact on the ledger is one finding on that fact") {
  const std::set<std::string> before = noticed(World().judge());
  std::set<std::string> covered;
  for (const Row& row : kRows) {
    CAPTURE(std::string(row.what));
    World world;
    row.change(world);
    const Report report = world.judge();
    std::set<std::string> more;
    for (const std::string& id : noticed(report)) {
      // Where nothing was read at all, revocation is not known either; without a version, neither
      // is the certification.
      const bool follows =
          (std::string_view(row.id) == "ledger.answers" && id.starts_with("revocation.")) ||
          (std::string_view(row.what) == "software version not told" &&
           id == "ledger.compliance-is-known") ||
          (std::string_view(row.what) == "CD version number without a version entry" &&
           id == "ledger.version-is-known");
      if (before.count(id) == 0 && !follows) more.insert(id);
    }
    if (row.id[0] == '\0') {
      CHECK(more.empty());
      continue;
    }
    covered.insert(row.id);
    std::string list;
    for (const std::string& id : more) list += id + " ";
    CHECK_MESSAGE(more == std::set<std::string>{row.id}, list);
    const auto at =
        std::find_if(report.findings.begin(), report.findings.end(),
                     [&](const Finding& f) { return std::string_view(f.check->id) == row.id; });
    REQUIRE(at != report.findings.end());
    const std::string message = at->message;
    CHECK(status_name(at->status) == std::string(status_name(row.status)));
    CHECK_MESSAGE(message.find(row.words) != std::string::npos, message);
  }
  for (const Check& check : ledger_checks()) {
    // Of other elements, and of another declaration: below.
    const std::string_view id = check.id;
    if (id == "ledger.firmware-information-matches" || id == "ledger.status-matches-cd") continue;
    CHECK_MESSAGE(covered.count(check.id) == 1, check.id << ": no row");
  }
}

TEST_CASE("on the main network what the ledger lacks or leaves open keeps a device out") {
  World world;
  world.network = Network::main;
  world.ledger.model_fact = Unknown{"cut off"};
  Report report = world.judge();
  CHECK(report.verdict != Verdict::approve);
  for (const Check& check : ledger_checks()) {
    const bool names = std::string_view(check.id).ends_with("-name-matches") ||
                       check.severity.main != Severity::error;
    if (!names)
      CHECK_MESSAGE(check.severity.under(Network::main, Stage::network) == Severity::error,
                    check.id);
  }
  // An open revocation question is one on main, and is told elsewhere.
  World open;
  open.ledger.points =
      Found<std::vector<RevocationPoint>>{{{.vid = 0xFFE0,
                                            .pid = 0,
                                            .label = "a",
                                            .issuer_subject_key_id = {},
                                            .is_paa = false,
                                            .crl_signer = {},
                                            .crl_signer_delegator = {},
                                            .data_url = "https://example.com/a.crl",
                                            .data_file_size = 0,
                                            .data_digest = "",
                                            .data_digest_type = 0,
                                            .revocation_type = 1}},
                                          kFrom};
  report = open.judge();
  const auto dac = std::find_if(
      report.findings.begin(), report.findings.end(),
      [](const Finding& f) { return std::string_view(f.check->id) == "dac.is-not-revoked"; });
  CHECK(dac->status == Status::unknown);
  CHECK(dac->message ==
        "whether the DAC was revoked is not known: https://example.com/a.crl: the ledger's signer "
        "is not a certificate: certificate: expected SEQUENCE (0x30), found the end");
  CHECK(report.verdict == Verdict::approve);
  // On main it keeps the verdict open, as every unknown there does; a ledger that names no list at
  // all is warned of.
  for (const bool named : {true, false}) {
    World main;
    main.network = Network::main;
    if (named) main.ledger.points = open.ledger.points;
    report = main.judge();
    const auto of = [&](std::string_view id) {
      return std::find_if(report.findings.begin(), report.findings.end(),
                          [&](const Finding& f) { return std::string_view(f.check->id) == id; });
    };
    CHECK(of("dac.is-not-revoked")->status == (named ? Status::unknown : Status::skipped));
    CHECK(of("dac.is-not-revoked")->severity == Severity::error);
    CHECK(of("dac.is-not-revoked")->check->open_on_main_only);
    CHECK(of("revocation.list-is-published")->status == (named ? Status::pass : Status::warn));
    CHECK(of("revocation.lists-can-be-used")->status == (named ? Status::warn : Status::skipped));
  }
}

namespace {

const Finding& found_by(const Report& report, std::string_view id) {
  const auto at = std::find_if(report.findings.begin(), report.findings.end(),
                               [&](const Finding& f) { return f.check->id == id; });
  REQUIRE(at != report.findings.end());
  return *at;
}

// The device answers with these elements instead.
void answer_with(Device& device, const std::optional<Bytes>& firmware) {
  const auto bytes = [&](FactId fact) -> Bytes {
    const Statement* said = device.first(fact);
    REQUIRE(said != nullptr);
    return std::get<Bytes>(said->value);
  };
  const Bytes elements =
      forge::elements_of(bytes(FactId::cd), bytes(FactId::attestation_nonce), 0, firmware);
  for (Statement& s : device.statements) {
    if (s.fact == FactId::attestation_elements) s.value = elements;
  }
}

}  // namespace

// Bytes on the wire, text on the ledger.
TEST_CASE("ledger: firmware information, in each form that the ledger may keep it in") {
  const Bytes sent = {0x41, 0x42, 0x43, 0x44};
  const struct {
    const char* ledger;
    std::optional<Bytes> sent;
    Status status;
    const char* words;
  } rows[] = {
      {"ABCD", sent, Status::pass, ""},
      {"41424344", sent, Status::pass, ""},
      {"QUJDRA==", sent, Status::pass, ""},
      {"ABCE", sent, Status::fail, "the device's firmware information is not the ledger's"},
      {"", sent, Status::skipped, "the ledger has no firmware information"},
      {"ABCD", std::nullopt, Status::skipped, "the device sends no firmware information"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.ledger);
    World w;
    w.ledger.version_value.firmware_information = row.ledger;
    w.change = [&](Device& device) { answer_with(device, row.sent); };
    const Report report = w.judge();
    const Finding& got = found_by(report, "ledger.firmware-information-matches");
    CHECK(status_name(got.status) == std::string(status_name(row.status)));
    CHECK(got.message == row.words);
    if (row.status == Status::fail) CHECK(got.actual == "41424344");
  }
}

TEST_CASE("ledger: the status of the certification is the declaration's") {
  const struct {
    const char* fixture;
    uint32_t status;
    Status expected;
    const char* words;
  } rows[] = {
      {"cd-provisional", 1, Status::pass, ""},
      {"cd-provisional", 2, Status::pass, "the declaration is still the provisional one"},
      {"cd-signer-not-csa", 2, Status::pass, ""},
      {"cd-signer-not-csa", 1, Status::fail, "status is not the declaration's"},
      {"cd-signer-not-csa", 3, Status::skipped, "neither provisional nor certified"},
      {"development-cd-on-main", 1, Status::skipped, "stands on no ledger"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.fixture);
    CAPTURE(row.status);
    World w;
    w.fixture = row.fixture;
    w.ledger.compliance_value.status = row.status;
    const Report report = w.judge();
    const Finding& got = found_by(report, "ledger.status-matches-cd");
    CHECK(status_name(got.status) == std::string(status_name(row.expected)));
    CHECK_MESSAGE(got.message.find(row.words) != std::string::npos, got.message);
    if (row.words[0] == '\0') CHECK(got.message.empty());
  }
}

// What the ledger lacks agrees with nothing: a rule that compares does not pass for want of an
// entry.
TEST_CASE("ledger: where it has no entry, no rule that compares with it passes") {
  for (int missing = 1; missing < 16; ++missing) {
    World w;
    if ((missing & 1) != 0) w.ledger.vendor_info = Absent{kFrom};
    if ((missing & 2) != 0) w.ledger.model_fact = Absent{kFrom};
    if ((missing & 4) != 0) w.ledger.version_fact = Absent{kFrom};
    if ((missing & 8) != 0) w.ledger.compliance_fact = Absent{kFrom};
    const Report report = w.judge();
    const auto passes = [&](const char* id) { return found_by(report, id).status == Status::pass; };
    CAPTURE(missing);
    CHECK(passes("ledger.vendor-name-matches") == ((missing & 1) == 0));
    CHECK(passes("ledger.product-name-matches") == ((missing & 2) == 0));
    CHECK(passes("ledger.version-string-matches") == ((missing & 12) != 12));
    CHECK(passes("ledger.cd-version-number-matches") == ((missing & 12) != 12));
    CHECK(passes("ledger.status-matches-cd") == ((missing & 8) == 0));
    CHECK(passes("ledger.certificate-id-matches-cd") == ((missing & 8) == 0));
  }
}
