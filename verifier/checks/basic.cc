// Checks on Basic Information (cluster 0x0028): what the test cases TC-BINFO-2.1 and TC-IDM-13.1
// demand of each attribute, and the values that firmware answers with where nobody wrote any. An
// attribute that the evidence does not state is nobody's fault.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "verifier/base/characters.h"
#include "verifier/checks/catalogue.h"
#include "verifier/checks/statement_faults.h"
#include "verifier/matter/basic_information.h"
#include "verifier/readers/quoted.h"

namespace attest {
namespace {

constexpr const char* kSpec = "TC-BINFO-2.1";
constexpr uint64_t kMostCapability = 10'000;

// Each of these facts, wherever it is stated, lies between its bounds.
struct Range {
  uint64_t least, most;
};
template <FactId F>
void add_range(const Stated<F>& stated, Range range, StatementFaults& faults, bool& any) {
  for (const Statement* s : stated.all()) {
    const Maybe<uint64_t> number = std::get_if<uint64_t>(&s->value);
    if (number == nullptr) continue;
    any = true;
    if (*number >= range.least && *number <= range.most) continue;
    const std::string found = value_text(F, s->value);
    faults.add(*s, "is " + found,
               range.least == range.most
                   ? value_text(F, range.least)
                   : fmt::format("{} to {}", value_text(F, range.least), value_text(F, range.most)),
               found);
  }
}
template <FactId F, uint64_t Least, uint64_t Most>
Outcome is_in_range(const Stated<F>& stated) {
  StatementFaults faults;
  bool any = false;
  add_range(stated, {Least, Most}, faults, any);
  return faults.outcome(any, "the evidence does not state it");
}

Outcome vendor_is_no_test_vendor(const Stated<FactId::vendor_id>& stated) {
  StatementFaults faults;
  bool any = false;
  for (const Statement* s : stated.all()) {
    const Maybe<uint64_t> id = std::get_if<uint64_t>(&s->value);
    any = any || id != nullptr;
    if (id != nullptr && *id <= 0xFFFF && is_test_vendor(static_cast<uint16_t>(*id)))
      faults.add(*s, fmt::format("is {}, which is reserved for tests", hex_id(*id)),
                 "a vendor id that the CSA assigned", hex_id(*id));
  }
  return faults.outcome(any, "no vendor id in the evidence");
}

// --- values that nobody wrote ---

const char* sdk_fallback(FactId fact) {
  switch (fact) {
    case FactId::vendor_name:
      return kFallbackVendorName;
    case FactId::product_name:
      return kFallbackProductName;
    case FactId::hardware_version_string:
      return kFallbackHardwareVersionString;
    case FactId::serial_number:
      return kFallbackSerialNumber;
    default:
      return nullptr;
  }
}

// src/include/platform/CHIPDeviceConfig.h; the date is the affair of
// manufacturing-date-is-plausible.
Outcome no_sdk_fallback(const Evidence& e) {
  StatementFaults faults;
  bool any = false;
  for (const Statement& s : e.device.statements) {
    if (const Maybe<Bytes> bytes = std::get_if<Bytes>(&s.value);
        bytes != nullptr && s.fact == FactId::rotating_id_unique_id) {
      any = true;
      if (equal(*bytes, kFallbackRotatingId))
        faults.add(s, "is the default of the Matter SDK", "a secret of the device's own",
                   "the default of the Matter SDK");
    }
    const Maybe<std::string> text = std::get_if<std::string>(&s.value);
    const char* fallback = sdk_fallback(s.fact);
    if (text == nullptr || fallback == nullptr) continue;
    any = true;
    if (*text == fallback)
      faults.add(s, fmt::format("is {}, the default of the Matter SDK", fallback),
                 "a value of the product's own", fallback);
  }
  return faults.outcome(any, "none of the values that the SDK has a default for is stated");
}

bool says_test(std::string_view name) {
  constexpr std::string_view kTest = "test";
  return std::search(name.begin(), name.end(), kTest.begin(), kTest.end(),
                     [](char a, char b) { return to_lower(a) == b; }) != name.end();
}
template <FactId F>
void add_test_names(const Stated<F>& stated, StatementFaults& faults, bool& any) {
  for (const Statement* s : stated.all()) {
    const Maybe<std::string> name = std::get_if<std::string>(&s->value);
    if (name == nullptr) continue;
    any = true;
    if (*name == sdk_fallback(F) || !says_test(*name)) continue;  // told of as that
    faults.add(*s, fmt::format("is \"{}\"", shown_text(*name)), "a name without \"Test\"",
               shown_text(*name));
  }
}
Outcome names_do_not_say_test(const Stated<FactId::vendor_name>& vendor,
                              const Stated<FactId::product_name>& product) {
  StatementFaults faults;
  bool any = false;
  add_test_names(vendor, faults, any);
  add_test_names(product, faults, any);
  return faults.outcome(any, "no names in the evidence");
}

// --- texts ---

Outcome url_is_of_the_web(const Stated<FactId::product_url>& stated) {
  StatementFaults faults;
  bool any = false;
  for (const Statement* s : stated.all()) {
    const Maybe<std::string> url = std::get_if<std::string>(&s->value);
    if (url == nullptr || url->empty()) continue;
    any = true;
    if (const char* problem = web_address_problem(*url))
      faults.add(*s, problem, "http://… or https://… as RFC 3986 has it", shown_text(*url));
  }
  return faults.outcome(any, "no product URL in the evidence");
}

Outcome label_does_not_name_the_vendor(const Stated<FactId::product_label>& labels,
                                       const Stated<FactId::vendor_name>& vendors) {
  StatementFaults faults;
  bool any = false;
  for (const Statement* s : labels.all()) {
    const Maybe<std::string> label = std::get_if<std::string>(&s->value);
    if (label == nullptr) continue;
    for (const Statement* v : vendors.all()) {
      const Maybe<std::string> vendor = std::get_if<std::string>(&v->value);
      if (vendor == nullptr || vendor->empty()) continue;
      any = true;
      if (label->find(*vendor) == std::string::npos) continue;
      faults.add(*s, fmt::format("contains the vendor's name, \"{}\"", shown_text(*vendor)),
                 "a label without the vendor's name", shown_text(*label));
      break;
    }
  }
  return faults.outcome(any, "the evidence does not state both product label and vendor name");
}

Outcome unique_id_is_not_the_serial_number(const Stated<FactId::unique_id>& ids,
                                           const Stated<FactId::serial_number>& serials) {
  StatementFaults faults;
  const auto all = serials.all();
  for (const Statement* s : ids.all()) {
    const Maybe<std::string> id = std::get_if<std::string>(&s->value);
    const auto same = std::find_if(
        all.begin(), all.end(), [&](const Statement* serial) { return serial->value == s->value; });
    if (id != nullptr && !id->empty() && same != all.end())
      faults.add(*s, fmt::format("is the serial number in {}", place_text((*same)->place)),
                 "an id that is not the serial number", value_text(s->fact, s->value));
  }
  return faults.outcome(!all.empty() && !ids.all().empty(),
                        "the evidence does not state both unique id and serial number");
}

Outcome location_is_a_country(const Stated<FactId::location>& stated) {
  StatementFaults faults;
  bool any = false;
  for (const Statement* s : stated.all()) {
    const Maybe<std::string> country = std::get_if<std::string>(&s->value);
    if (country == nullptr) continue;
    any = true;
    if (!is_country(*country))
      faults.add(*s, fmt::format("is \"{}\"", shown_text(*country)),
                 "a country of ISO 3166-1 in two letters, or XX", shown_text(*country));
  }
  return faults.outcome(any, "no location in the evidence");
}

// --- numbers ---

Outcome capabilities_are_enough(
    const Stated<FactId::case_sessions_per_fabric>& sessions,
    const Stated<FactId::subscriptions_per_fabric>& subscriptions,
    const Stated<FactId::simultaneous_invocations_supported>& invocations,
    const Stated<FactId::simultaneous_writes_supported>& writes,
    const Stated<FactId::read_paths_supported>& reads,
    const Stated<FactId::subscribe_paths_supported>& subscribes) {
  StatementFaults faults;
  bool any = false;
  add_range(sessions, {3, kMostCapability}, faults, any);
  add_range(subscriptions, {3, kMostCapability}, faults, any);
  add_range(invocations, {1, kMostCapability}, faults, any);
  add_range(writes, {1, kMostCapability}, faults, any);
  add_range(reads, {9, kMostCapability}, faults, any);
  add_range(subscribes, {3, kMostCapability}, faults, any);
  return faults.outcome(any, "no capability minima in the evidence");
}

Outcome appearance_is_defined(const Stated<FactId::product_finish>& finish,
                              const Stated<FactId::product_primary_color>& color,
                              const Stated<FactId::area_type>& area) {
  constexpr uint64_t kMostFinish = 5, kMostColor = 20, kMostArea = 0x5F;
  StatementFaults faults;
  bool any = false;
  add_range(finish, {0, kMostFinish}, faults, any);
  add_range(color, {0, kMostColor}, faults, any);
  add_range(area, {0, kMostArea}, faults, any);
  return faults.outcome(any, "no appearance and no room in the evidence");
}

// --- versions of Matter ---

Outcome specification_is_known(const Stated<FactId::specification_version>& stated) {
  StatementFaults faults;
  bool any = false;
  std::string newer;
  for (const Statement* s : stated.all()) {
    const Maybe<uint64_t> version = std::get_if<uint64_t>(&s->value);
    if (version == nullptr) continue;
    any = true;
    if (data_model_of(*version)) continue;
    const std::string found = specification_text(*version);
    if (is_newer_specification(*version)) {
      newer = fmt::format("{} in {} is {}, newer than this program knows", fact_name(s->fact),
                          place_text(s->place), found);
    } else {
      faults.add(*s, fmt::format("is {}: no version of Matter", found), known_specifications(),
                 found);
    }
  }
  Outcome out = faults.outcome(any, "no specification version in the evidence");
  return out.status == Status::pass && !newer.empty() ? unknown_aside(std::move(newer))
                                                      : std::move(out);
}

Outcome data_model_fits_specification(const Stated<FactId::data_model_revision>& revisions,
                                      const Stated<FactId::specification_version>& versions) {
  StatementFaults faults;
  const auto said = versions.all();
  const Maybe<uint64_t> version =
      said.empty() ? nullptr : std::get_if<uint64_t>(&first_of(said)->value);
  const auto expected = version == nullptr ? std::nullopt : data_model_of(*version);
  bool any = false;
  for (const Statement* s : revisions.all()) {
    const Maybe<uint64_t> revision = std::get_if<uint64_t>(&s->value);
    if (revision == nullptr) continue;
    any = true;
    if (version == nullptr) {
      if (*revision != 1 && *revision != 16 && *revision != 17)
        faults.add(*s, fmt::format("is {}, and no specification version is stated", *revision),
                   "1, 16 or 17 before Matter 1.3", std::to_string(*revision));
    } else if (!expected) {
      if (!is_newer_specification(*version)) return blocked("basic.specification-version-is-known");
      return unknown_aside(
          fmt::format("which data model {} has is not known", specification_text(*version)));
    } else if (*revision != *expected) {
      faults.add(*s,
                 fmt::format("is {}, the specification version in {} is {}", *revision,
                             place_text(first_of(said)->place), specification_text(*version)),
                 std::to_string(*expected), std::to_string(*revision));
    }
  }
  return faults.outcome(any, "no data model revision in the evidence");
}

Outcome rotating_id_is_long_enough(const Stated<FactId::rotating_id_unique_id>& stated) {
  constexpr size_t kLeast = 16;
  StatementFaults faults;
  bool any = false;
  for (const Statement* s : stated.all()) {
    const Maybe<Bytes> secret = std::get_if<Bytes>(&s->value);
    if (secret == nullptr) continue;
    any = true;
    if (secret->size() < kLeast)
      faults.add(*s, fmt::format("has {} bytes", secret->size()), "16 bytes or more",
                 fmt::format("{} bytes", secret->size()));
  }
  return faults.outcome(any, "no unique id of a rotating id in the evidence");
}

// A number between two bounds: most rows of Basic Information are that.
constexpr const char* kCorrect = "correct the value in the factory data or the firmware";
template <FactId F, uint64_t Least, uint64_t Most>
constexpr Check in_range(const char* id, const char* title, const char* rule_text,
                         const char* echo_of = nullptr) {
  Check out{
      .id = id,
      .title = title,
      .severity = kErrorAtLab,
      .spec = kSpec,
      .proves_authenticity = false,
      .run = rule<is_in_range<F, Least, Most>>,
      .rule = rule_text,
      .remedy = kCorrect,
  };
  out.consequence_of.at(0) = echo_of;
  return out;
}

constexpr Check kChecks[] = {
    in_range<FactId::vendor_id, 1, 0xFFF4>(
        "basic.vendor-id-is-in-range", "the vendor id is one that a vendor can have",
        "VendorID is 0x0001 to 0xFFF4; 0 is nobody's, and what lies above is reserved.",
        "cd.vendor-matches-basic-information"),
    {
        .id = "basic.vendor-id-is-no-test-vendor",
        .title = "the vendor id is not reserved for tests",
        .severity = {Severity::warning, Severity::info, Severity::info, Severity::error},
        .spec = "TC-IDM-13.1",
        .consequence_of = {"credentials.no-test-vendor"},
        .proves_authenticity = false,
        .run = rule<vendor_is_no_test_vendor>,
        .rule = "0xFFF1 to 0xFFF4 are the SDK's, whose firmware answers with the first of them "
                "where nobody configured another.",
        .remedy = "configure the vendor id that the CSA assigned",
    },
    in_range<FactId::product_id, 1, 65534>(
        "basic.product-id-is-in-range", "the product id is one that a product can have",
        "ProductID is 1 to 65534.", "cd.product-ids-include-basic-information"),
    in_range<FactId::hardware_version, 0, 65534>("basic.hardware-version-is-in-range",
                                                 "the hardware version is at most 65534",
                                                 "HardwareVersion is 0 to 65534."),
    in_range<FactId::software_version, 0, 4294967294>(
        "basic.software-version-is-in-range", "the software version is at most 4294967294",
        "SoftwareVersion is 0 to 4294967294. Above the highest no update could ever follow."),
    {
        .id = "basic.no-sdk-fallback-values",
        .title = "no value is the one that the SDK has where nobody wrote any",
        .severity = kErrorAtLab,
        .spec = "Matter Core 11.1.5",
        .proves_authenticity = false,
        .run = rule<no_sdk_fallback>,
        .alike = "of what alike records differ in it looks at the serial number alone, and one "
                 "with the SDK's is alike to none",
        .rule = "Firmware without factory data of its own answers with TEST_VENDOR, TEST_PRODUCT, "
                "TEST_VERSION, TEST_SN, and with a secret for its rotating id that is published: "
                "with it anyone can follow the device.",
        .remedy = "write the product's values and each device's own into the factory data; look "
                  "why the firmware does not read them",
    },
    {
        .id = "basic.names-do-not-say-test",
        .title = "vendor and product name do not contain \"Test\"",
        .severity = kErrorAtLab,
        .spec = "TC-IDM-13.1",
        .proves_authenticity = false,
        .run = rule<names_do_not_say_test>,
        .rule = "A name with \"test\" in it, in whatever case, is mostly left over from "
                "development. The lab takes one that is rightly so by declaration.",
        .remedy = "give the names under which the product is sold; where they are these, declare "
                  "it (AllowTestInVendorName, AllowTestInProductName)",
    },
    {
        .id = "basic.product-url-is-a-web-address",
        .title = "the product URL is a web address",
        .severity = kErrorAtLab,
        .spec = kSpec,
        .proves_authenticity = false,
        .run = rule<url_is_of_the_web>,
        .rule = "ProductURL is an http or https URL in the syntax of RFC 3986, with a host.",
        .remedy = "give the address of the product's page, whole, with https://",
    },
    {
        .id = "basic.product-label-does-not-name-the-vendor",
        .title = "the product label does not contain the vendor's name",
        .severity = kErrorAtLab,
        .spec = kSpec,
        .proves_authenticity = false,
        .run = rule<label_does_not_name_the_vendor>,
        .rule = "Controllers show vendor name and product label side by side; ProductLabel does "
                "not include VendorName.",
        .remedy = "leave the vendor's name out of the label",
    },
    {
        .id = "basic.unique-id-is-not-the-serial-number",
        .title = "the unique id is not the serial number",
        .severity = kErrorAtLab,
        .spec = kSpec,
        .proves_authenticity = false,
        .run = rule<unique_id_is_not_the_serial_number>,
        .alike = "of what alike records differ in it looks at the serial number alone, and one "
                 "that is the unique id is alike to none",
        .rule = "UniqueID tells a device apart without telling who sold it to whom, as a serial "
                "number does.",
        .remedy = "make the unique id of random bytes",
    },
    {
        .id = "basic.location-is-a-country",
        .title = "the location is a country",
        .severity = kErrorAtLab,
        .spec = kSpec,
        .proves_authenticity = false,
        .run = rule<location_is_a_country>,
        .rule = "Location is a country of ISO 3166-1 in two capital letters, or XX.",
        .remedy = "write XX, or the country in two capital letters",
    },
    {
        .id = "basic.capability-minima-are-enough",
        .title = "the device can do as much at a time as every device has to",
        .severity = kErrorAtLab,
        .spec = kSpec,
        .proves_authenticity = false,
        .run = rule<capabilities_are_enough>,
        .rule = "CapabilityMinima: three sessions and three subscriptions a fabric; one "
                "invocation, one write, nine paths of a read and three of a subscription; none "
                "above 10000.",
        .remedy = "correct the firmware's configuration",
    },
    in_range<FactId::local_config_disabled, 0, 0>(
        "basic.local-configuration-is-on", "local configuration is not disabled",
        "LocalConfigDisabled is false as a device comes to the lab."),
    in_range<FactId::reachable, 1, 1>("basic.device-is-reachable", "the device is reachable",
                                      "Reachable is true in what a device says of itself."),
    in_range<FactId::max_paths_per_invoke, 1, 65535>("basic.paths-per-invoke-are-in-range",
                                                     "an invocation may have a path",
                                                     "MaxPathsPerInvoke is at least 1."),
    in_range<FactId::configuration_version, 1, 4294967295>(
        "basic.configuration-version-is-in-range", "the configuration version is at least 1",
        "ConfigurationVersion is at least 1."),
    {
        .id = "basic.appearance-is-defined",
        .title = "finish, color and kind of room are defined ones",
        .severity = kErrorAtLab,
        .spec = kSpec,
        .proves_authenticity = false,
        .run = rule<appearance_is_defined>,
        .rule = "ProductAppearance has a finish of 0 to 5 and a color of 0 to 20, DeviceLocation "
                "an area of 0 to 0x5F.",
        .remedy = kCorrect,
    },
    {
        .id = "basic.specification-version-is-known",
        .title = "the specification version is a version of Matter",
        .severity = kErrorAtLab,
        .spec = kSpec,
        .proves_authenticity = false,
        .run = rule<specification_is_known>,
        .rule = "SpecificationVersion has major, minor and dot in a byte each, and a last byte of "
                "0. Before 1.4 the dot was free.",
        .remedy = "correct the version that the firmware states",
        .when_unknown = "take a version of this program that knows the specification",
    },
    {
        .id = "basic.data-model-fits-specification",
        .title = "data model revision and specification version belong together",
        .severity = kErrorAtLab,
        .spec = kSpec,
        .proves_authenticity = false,
        .run = rule<data_model_fits_specification>,
        .rule = "Each version of Matter has its revision of the data model: 1.3 has 17, 1.4 and "
                "1.4.1 have 18, 1.4.2 and 1.5 have 19, 1.5.1 has 20, 1.6 has 21; a device from "
                "before 1.3 states 1, 16 or 17 and no version.",
        .remedy = "correct the one that is wrong: firmware takes both from the SDK it was built "
                  "with",
        .when_unknown = "take a version of this program that knows the specification",
    },
    {
        .id = "basic.rotating-id-is-long-enough",
        .title = "the secret of the rotating id has 128 bits or more",
        .severity = kErrorAtLab,
        .spec = "Matter Core 5.4.2.4.5",
        .proves_authenticity = false,
        .run = rule<rotating_id_is_long_enough>,
        .rule = "A rotating id is derived from a random secret of 16 bytes or more; a shorter one "
                "can be guessed, and the device followed.",
        .remedy = "write a random secret of 16 bytes into each device",
    },
};

}  // namespace

std::span<const Check> basic_checks() {
  return kChecks;
}

}  // namespace attest
