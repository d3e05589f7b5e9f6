// Basic Information: rows of facts, what each rule makes of them, and the devices of the lab.

#include <set>

#include "tests/support/check_rows.h"
#include "tests/support/readings.h"
#include "verifier/matter/basic_information.h"

using namespace attest;
using namespace attest::test;

namespace {

Given n(FactId fact, uint64_t value) {
  return {fact, value};
}
Given t(FactId fact, const char* value) {
  return {fact, std::string(value)};
}
Given rotating(Bytes value) {
  return {FactId::rotating_id_unique_id, std::move(value)};
}
const Bytes kSdkSecret(kFallbackRotatingId.begin(), kFallbackRotatingId.end());

struct Bound {
  const char* id;
  FactId fact;
  uint64_t least, most, widest;  // that a reader takes
};
// Every rule that is two bounds.
constexpr Bound kBounds[] = {
    {"basic.vendor-id-is-in-range", FactId::vendor_id, 1, 0xFFF4, 0xFFFF},
    {"basic.product-id-is-in-range", FactId::product_id, 1, 65534, 0xFFFF},
    {"basic.hardware-version-is-in-range", FactId::hardware_version, 0, 65534, 0xFFFF},
    {"basic.software-version-is-in-range", FactId::software_version, 0, 4294967294, 0xFFFFFFFF},
    {"basic.local-configuration-is-on", FactId::local_config_disabled, 0, 0, 1},
    {"basic.device-is-reachable", FactId::reachable, 1, 1, 1},
    {"basic.paths-per-invoke-are-in-range", FactId::max_paths_per_invoke, 1, 65535, 65535},
    {"basic.configuration-version-is-in-range", FactId::configuration_version, 1, 4294967295,
     4294967295},
    {"basic.capability-minima-are-enough", FactId::case_sessions_per_fabric, 3, 10000, 65535},
    {"basic.capability-minima-are-enough", FactId::subscriptions_per_fabric, 3, 10000, 65535},
    {"basic.capability-minima-are-enough", FactId::simultaneous_invocations_supported, 1, 10000,
     65535},
    {"basic.capability-minima-are-enough", FactId::simultaneous_writes_supported, 1, 10000, 65535},
    {"basic.capability-minima-are-enough", FactId::read_paths_supported, 9, 10000, 65535},
    {"basic.capability-minima-are-enough", FactId::subscribe_paths_supported, 3, 10000, 65535},
    {"basic.appearance-is-defined", FactId::product_finish, 0, 5, 255},
    {"basic.appearance-is-defined", FactId::product_primary_color, 0, 20, 255},
    {"basic.appearance-is-defined", FactId::area_type, 0, 0x5F, 255},
};

std::vector<CheckRow> bounds() {
  std::vector<CheckRow> rows;
  for (const Bound& b : kBounds) {
    const auto wrong = [&](uint64_t value) {
      const auto words = [&](uint64_t v) { return value_text(b.fact, v); };
      const std::string right = b.least == b.most
                                    ? words(b.least)
                                    : fmt::format("{} to {}", words(b.least), words(b.most));
      rows.push_back({b.id,
                      {n(b.fact, value)},
                      Status::warn,
                      fmt::format("{} in factory.bin is {}\n{} | {}", fact_name(b.fact),
                                  words(value), right, words(value))});
    };
    rows.push_back({b.id, {n(b.fact, b.least)}, Status::pass, ""});
    rows.push_back({b.id, {n(b.fact, b.most)}, Status::pass, ""});
    if (b.least > 0) wrong(b.least - 1);
    if (b.most < b.widest) wrong(b.most + 1);
    if (b.most < b.widest) wrong(b.widest);
  }
  return rows;
}

std::vector<CheckRow> others() {
  constexpr const char *kTest = "basic.names-do-not-say-test",
                       *kFallback = "basic.no-sdk-fallback-values",
                       *kUrl = "basic.product-url-is-a-web-address",
                       *kLabel = "basic.product-label-does-not-name-the-vendor",
                       *kUnique = "basic.unique-id-is-not-the-serial-number",
                       *kWhere = "basic.location-is-a-country",
                       *kVersion = "basic.specification-version-is-known",
                       *kModel = "basic.data-model-fits-specification",
                       *kSecret = "basic.rotating-id-is-long-enough",
                       *kVendor = "basic.vendor-id-is-no-test-vendor";
  std::vector<CheckRow> rows = {
      {kVendor, {n(FactId::vendor_id, 0xFFF0)}, Status::pass, ""},
      {kVendor,
       {n(FactId::vendor_id, 0xFFF1)},
       Status::warn,
       "vendor_id in factory.bin is 0xFFF1, which is reserved for tests"},
      {kTest, {t(FactId::vendor_name, "Acme"), t(FactId::product_name, "Lamp")}, Status::pass, ""},
      {kTest,
       {t(FactId::vendor_name, "MyTest"), t(FactId::product_name, "a TESTER")},
       Status::warn,
       "vendor_name in factory.bin is \"MyTest\"; product_name in factory.bin is \"a TESTER\""},
      // What is left in is told of as that, once.
      {kTest, {t(FactId::vendor_name, "TEST_VENDOR")}, Status::pass, ""},
      {kFallback, {t(FactId::vendor_name, "TEST_VENDORS")}, Status::pass, ""},
      {kFallback,
       {t(FactId::vendor_name, "TEST_VENDOR"), t(FactId::product_name, "TEST_PRODUCT"),
        t(FactId::hardware_version_string, "TEST_VERSION"), t(FactId::serial_number, "TEST_SN"),
        rotating(kSdkSecret)},
       Status::warn,
       "vendor_name in factory.bin is TEST_VENDOR, the default of the Matter SDK; product_name in "
       "factory.bin is TEST_PRODUCT, the default of the Matter SDK; hardware_version_string in "
       "factory.bin is TEST_VERSION, the default of the Matter SDK; serial_number in factory.bin "
       "is TEST_SN, the default of the Matter SDK; rotating_id_unique_id in factory.bin is the "
       "default of the Matter SDK\na value of the product's own | TEST_VENDOR"},
      // Another fact may have the same words.
      {kFallback, {t(FactId::product_name, "TEST_SN")}, Status::pass, ""},
      {kSecret, {rotating(Bytes(16, 7))}, Status::pass, ""},
      {kSecret,
       {rotating(Bytes(15, 7))},
       Status::warn,
       "rotating_id_unique_id in factory.bin has 15 bytes\n16 bytes or more | 15 bytes"},
      {kLabel,
       {t(FactId::product_label, "Lamp 5"), t(FactId::vendor_name, "Acme")},
       Status::pass,
       ""},
      {kLabel,
       {t(FactId::product_label, "Acme Lamp"), t(FactId::vendor_name, "Acme")},
       Status::warn,
       "product_label in factory.bin contains the vendor's name, \"Acme\""},
      {kLabel,
       {t(FactId::product_label, "Acme"), t(FactId::vendor_name, "")},
       Status::skipped,
       "the evidence does not state both product label and vendor name"},
      {kUnique, {t(FactId::unique_id, "a"), t(FactId::serial_number, "b")}, Status::pass, ""},
      {kUnique,
       {t(FactId::unique_id, "SN-1"), t(FactId::serial_number, "SN-1")},
       Status::warn,
       "unique_id in factory.bin is the serial number in factory.bin"},
      {kUnique,
       {t(FactId::unique_id, "SN-1")},
       Status::skipped,
       "the evidence does not state both unique id and serial number"},
      {kUnique, {t(FactId::unique_id, ""), t(FactId::serial_number, "")}, Status::pass, ""},
      {kVersion, {n(FactId::specification_version, 0x01030500)}, Status::pass, ""},
      {kVersion,
       {n(FactId::specification_version, 0x01040001)},
       Status::warn,
       "specification_version in factory.bin is 1.4 (0x01040001): no version of Matter"},
      {kVersion,
       {n(FactId::specification_version, 0x01070000)},
       Status::unknown,
       "specification_version in factory.bin is 1.7 (0x01070000), newer than this program knows"},
      {kModel,
       {n(FactId::data_model_revision, 18), n(FactId::specification_version, 0x01050000)},
       Status::warn,
       "data_model_revision in factory.bin is 18, the specification version in factory.bin is 1.5 "
       "(0x01050000)\n19 | 18"},
      {kModel,
       {n(FactId::data_model_revision, 22), n(FactId::specification_version, 0x01070000)},
       Status::unknown,
       "which data model 1.7 (0x01070000) has is not known"},
      {kModel,
       {n(FactId::data_model_revision, 18)},
       Status::warn,
       "data_model_revision in factory.bin is 18, and no specification version is stated"},
      {kModel,
       {n(FactId::data_model_revision, 18), n(FactId::specification_version, 1)},
       Status::blocked,
       kVersion},
  };
  for (CheckRow& row : rows) {
    if (row.id == kVendor) row.network = Network::main;  // elsewhere it is as it should be
  }
  for (const uint64_t revision : {1, 16, 17})
    rows.push_back({kModel, {n(FactId::data_model_revision, revision)}, Status::pass, ""});
  const std::pair<uint64_t, uint64_t> pairs[] = {
      {0x01030000, 17}, {0x01030100, 17}, {0x01040000, 18}, {0x01040100, 18},
      {0x01040200, 19}, {0x01050000, 19}, {0x01050100, 20}, {0x01060000, 21}};
  for (const auto& [version, revision] : pairs)
    rows.push_back(
        {kModel,
         {n(FactId::data_model_revision, revision), n(FactId::specification_version, version)},
         Status::pass,
         ""});
  for (const uint64_t version : {0x00000000, 0x01000000, 0x01020000, 0x01030001, 0x01040201,
                                 0x01050001, 0x01060001, 0x01070001, 0x1E060000})
    rows.push_back({kVersion,
                    {n(FactId::specification_version, version)},
                    Status::warn,
                    fmt::format("specification_version in factory.bin is {}: no version of Matter",
                                specification_text(version))});
  for (const uint64_t version : {0x01040300, 0x0104FF00, 0x01050200, 0x01060100, 0x01070000}) {
    rows.push_back(
        {kVersion,
         {n(FactId::specification_version, version)},
         Status::unknown,
         fmt::format("specification_version in factory.bin is {}, newer than this program knows",
                     specification_text(version))});
    rows.push_back(
        {kModel,
         {n(FactId::data_model_revision, 20), n(FactId::specification_version, version)},
         Status::unknown,
         fmt::format("which data model {} has is not known", specification_text(version))});
  }
  for (const char* url :
       {"https://example.com", "http://example.com/", "HTTPS://EXAMPLE.COM:8443/a",
        "https://user@example.com/a%20b?c=d&e#f/g?", "http://192.0.2.1/x",
        "http://[2001:db8::1]:80/", "https://xn--bcher-kva.example/(a)"})
    rows.push_back({kUrl, {t(FactId::product_url, url)}, Status::pass, ""});
  const std::pair<const char*, const char*> urls[] = {
      {"ftp://x", "is no http or https URL"},
      {"example.com", "is no http or https URL"},
      {"https:/example.com", "is no http or https URL"},
      {"javascript:alert(1)", "is no http or https URL"},
      {"https://", "has no host, or one that cannot be"},
      {"https:///path", "has no host, or one that cannot be"},
      {"https://-a.example", "has no host, or one that cannot be"},
      {"https://a..b", "has no host, or one that cannot be"},
      {"https://[::1", "has no host, or one that cannot be"},
      {"https://exam ple.com", "has no host, or one that cannot be"},
      {"https://b\xC3\xBC.example", "has no host, or one that cannot be"},
      {"https://example.com:99999", "has a port that is none"},
      {"https://example.com/a b", "has characters that no URL has"},
      {"https://example.com/%zz", "has characters that no URL has"},
      {"https://example.com/%2", "has characters that no URL has"},
      {"https://example.com/#a#b", "has characters that no URL has"},
      {"https://example.com/\xC3\xBC", "has characters that no URL has"}};
  for (const auto& [url, problem] : urls)
    rows.push_back({kUrl,
                    {t(FactId::product_url, url)},
                    Status::warn,
                    fmt::format("product_url in factory.bin {}", problem)});
  for (const char* country : {"XX", "US", "DE", "ZW", "AD"})
    rows.push_back({kWhere, {t(FactId::location, country)}, Status::pass, ""});
  for (const char* country : {"", "U", "us", "USA", "ZZ", "XA", "D ", "E A", "UK"})
    rows.push_back({kWhere,
                    {t(FactId::location, country)},
                    Status::warn,
                    fmt::format("location in factory.bin is \"{}\"", country)});
  return rows;
}

// What a judge says of a device.json, of basic.* alone.
std::set<std::string> noticed(const std::string& json, Stage stage) {
  Policy policy{.network = Network::none,
                .stage = stage,
                .at = *parse_rfc3339("2026-11-20T22:00:00Z"),
                .required = {}};
  Evidence e = gather(read_bytes(view(json), {}, "device.json"), policy, TrustStore::builtin(false),
                      nullptr, openssl_engine(), std::nullopt);
  std::set<std::string> out;
  for (const Finding& f : judge(e).findings) {
    if (std::string_view(f.check->id).starts_with("basic.") &&
        (f.status == Status::fail || f.status == Status::warn || f.status == Status::unknown))
      out.insert(fmt::format("{} {}", status_name(f.status), f.check->id));
  }
  return out;
}
std::set<std::string> as(const char* status, std::initializer_list<const char*> ids) {
  std::set<std::string> out;
  for (const char* id : ids) out.insert(fmt::format("{} basic.{}", status, id));
  return out;
}

}  // namespace

TEST_CASE("basic: every attribute's rule passes and fails as the test plan has it") {
  std::vector<CheckRow> rows = bounds();
  for (CheckRow& row : others()) rows.push_back(std::move(row));
  check_rows(rows, {});
  std::set<std::string> passed, noticed;
  for (const CheckRow& row : rows) (row.status == Status::pass ? passed : noticed).insert(row.id);
  for (const Check& check : basic_checks()) {
    CHECK_MESSAGE(passed.count(check.id) == 1, std::string(check.id) << ": no row passes it");
    CHECK_MESSAGE(noticed.count(check.id) == 1, std::string(check.id) << ": no row fails it");
    // A script's rule: the lab's errors are everybody else's warnings.
    CHECK((check.severity.under(Network::main, Stage::lab) == Severity::error));
    CHECK((check.severity.under(Network::main, Stage::network) == Severity::warning));
    // What nobody states is no fault.
    const CheckRow none{check.id, {}, Status::skipped, ""};
    CHECK((judge(evidence_of(none)).findings[check_index(*find_check(check.id))].status ==
           Status::skipped));
  }
}

TEST_CASE("basic: the default secret of a rotating id is never printed") {
  const CheckRow row{"basic.no-sdk-fallback-values", {rotating(kSdkSecret)}, Status::warn, ""};
  const Report report = judge(evidence_of(row));
  for (const Finding& f : report.findings) {
    CHECK(said(f).find("00112233") == std::string::npos);
    CHECK(said(f).find("AABBCC") == std::string::npos);
  }
}

TEST_CASE("basic: both devices of the lab, every fault named and no other") {
  if (!have_shared("lab/basic-information-device.json")) return;
  const auto device = [](const char* name) {
    return std::string(text(slurp(std::string("../shared/data/lab/") + name)));
  };
  const std::string full = device("basic-information-device.json"),
                    fallbacks = device("sdk-fallbacks-device.json");
  const auto of_full = {
      "manufacturing-date-is-a-date",      "texts-fit-their-attributes",
      "vendor-id-is-no-test-vendor",       "hardware-version-is-in-range",
      "software-version-is-in-range",      "names-do-not-say-test",
      "product-url-is-a-web-address",      "product-label-does-not-name-the-vendor",
      "unique-id-is-not-the-serial-number"};
  CHECK(noticed(full, Stage::lab) == as("fail", of_full));
  CHECK(noticed(fallbacks, Stage::lab) ==
        as("fail", {"no-sdk-fallback-values", "manufacturing-date-is-plausible"}));
  CHECK(noticed(fallbacks, Stage::network) ==
        as("warn", {"no-sdk-fallback-values", "manufacturing-date-is-plausible"}));
}

TEST_CASE("basic: a device that is in order has no finding at the lab") {
  CHECK(noticed(R"({"vendor_id": "0x1234", "product_id": 1, "vendor_name": "Acme",
    "product_name": "Lamp", "product_label": "Lamp 5", "product_url": "https://example.com/lamp",
    "part_number": "L-5", "hardware_version": 0, "hardware_version_string": "A",
    "software_version": 1, "software_version_string": "1.0", "serial_number": "SN-1",
    "unique_id": "6b2f", "manufacturing_date": "20261119", "data_model_revision": 19,
    "specification_version": "0x01040200", "node_label": "", "location": "XX",
    "local_config_disabled": false, "reachable": true, "max_paths_per_invoke": 1,
    "configuration_version": 1, "capability_minima": {"case_sessions_per_fabric": 3,
    "subscriptions_per_fabric": 3, "simultaneous_invocations_supported": 1,
    "simultaneous_writes_supported": 1, "read_paths_supported": 9, "subscribe_paths_supported": 3},
    "product_appearance": {"finish": 1, "primary_color": null},
    "device_location": {"location_name": "Kitchen", "floor_number": -1, "area_type": 7},
    "rotating_id_unique_id": "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "discriminator": 4095})",
                Stage::lab) == std::set<std::string>{});
}

TEST_CASE("basic: the date of manufacture, and the calendar ahead of Greenwich") {
  const auto dated = [](const char* date) {
    return noticed(fmt::format(R"({{"vendor_id": 1, "manufacturing_date": "{}"}})", date),
                   Stage::lab);
  };
  const auto none = std::set<std::string>{};
  for (const char* date : {"20261120", "2026-11-20", "20261121", "20221004", "20240229",
                           "20261120-LINE-7", "2026-11-20-LINE-7"})
    CHECK_MESSAGE(dated(date) == none, date);
  for (const char* date : {"20261122", "20221003", "20200101", "2020-01-01"})
    CHECK_MESSAGE(dated(date) == as("fail", {"manufacturing-date-is-plausible"}), date);
  for (const char* date : {"20260229", "20261301", "20260431", "2026", "2026112"})
    CHECK_MESSAGE(dated(date) == as("fail", {"manufacturing-date-is-a-date"}), date);
  for (const char* date : {"20261120ABCDEFGHI", "2026-11-20ABCDEFGHI"})
    CHECK_MESSAGE(dated(date) == as("fail", {"texts-fit-their-attributes"}), date);
}

TEST_CASE("basic: a version text that is given as empty is told of, other texts are not given") {
  for (const char* key : {"software_version_string", "hardware_version_string"}) {
    const std::string json = fmt::format(R"({{"vendor_id": 1, "{}": ""}})", key);
    CHECK(noticed(json, Stage::lab) == as("fail", {"texts-fit-their-attributes"}));
  }
  CHECK(noticed(R"({"vendor_id": 1, "vendor_name": "", "serial_number": "", "location": ""})",
                Stage::lab) == std::set<std::string>{});
}

TEST_CASE("basic: common words in another program's file are neither device.json nor damage") {
  for (const char* json :
       {R"({"location": "Berlin", "reachable": true})", R"({"node_label": "a", "location": "b"})",
        R"({"device_location": "Berlin", "configuration_version": 3})"}) {
    const Reading reading = read_bytes(view(std::string(json)), {}, "settings.json");
    CHECK(reading.device.statements.empty());
    CHECK_MESSAGE(kind(reading) != "device-json", json);
  }
  const Reading mixed = read_bytes(view(std::string(
      R"({"vendor_id": 1, "product_id": 1, "location": {"line": 3}, "reachable": "by bus",
          "device_location": "Hall 3", "configuration_version": "B"})")));
  CHECK(problems(mixed) == "");
  CHECK(count(mixed, FactId::location) + count(mixed, FactId::reachable) == 0);
  size_t unknown = 0;
  for (const Noted& n : mixed.device.remarks) unknown += n.remark == Remark::unknown_key;
  CHECK(unknown == 4);
}

TEST_CASE("basic: a unique id whose random digits begin as a certificate does is no damaged one") {
  const Reading reading = read_bytes(
      view(std::string(R"({"vendor_id": 1, "unique_id": "3081a4a003248ad644deefb0a79b4af5"})")), {},
      "device.json");
  CHECK(*reading.device.string(FactId::unique_id) == "3081a4a003248ad644deefb0a79b4af5");
  CHECK_FALSE(reading.device.noted(Remark::damaged_credential));
  CHECK(problems(reading) == "");
}
