// Checks of a part against its order (--expect): a fact a check. What the order does not say is
// free; what the evidence does not show is an open question.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/checks/catalogue.h"
#include "verifier/crypto/crypto.h"
#include "verifier/readers/same_value.h"

namespace attest {
namespace {

constexpr const char* kNoOrder = "no order to compare with (--expect)";

// A value that the evidence gives for an ordered fact, wherever it stands.
struct Found {
  FactValue value;
  std::string where;
};

// Vendor and product stand in the DAC and in codes as well, discriminator and the like in codes.
void add_from_dac(const LotView& lot, const DacProfile& dac, FactId fact, std::vector<Found>& out) {
  if (fact != FactId::vendor_id && fact != FactId::product_id) return;
  const auto cd = lot.cd_if_any;
  if (cd != nullptr && (cd->dac_origin_vendor_id || cd->dac_origin_product_id)) return;
  if (const auto id = fact == FactId::vendor_id ? dac.vid() : dac.pid())
    out.push_back({.value = uint64_t{*id}, .where = fmt::format("the DAC in {}", dac.where())});
}

MaybeValue<FactValue> in_code(const OnboardingPayload& p, FactId fact) {
  const auto number = [](const auto& n) {
    return n ? MaybeValue<FactValue>(uint64_t{*n}) : std::nullopt;
  };
  switch (fact) {
    case FactId::vendor_id:
      return number(p.vendor_id);
    case FactId::product_id:
      return number(p.product_id);
    case FactId::discriminator:
      return p.manual ? std::nullopt : MaybeValue<FactValue>(uint64_t{p.discriminator});
    case FactId::passcode:
      return FactValue(uint64_t{p.passcode});
    case FactId::commissioning_flow:
      return number(p.flow);
    case FactId::discovery_capabilities:
      return number(p.capabilities);
    case FactId::serial_number:
      return p.serial_number ? MaybeValue<FactValue>(*p.serial_number) : std::nullopt;
    default:
      return std::nullopt;
  }
}

template <FactId F>
std::vector<Found> found(const RecordView& record, const Stated<F>& stated) {
  std::vector<Found> out;
  for (const Statement* s : stated.all())
    out.push_back({.value = s->value, .where = place_text(s->place)});
  if (const auto& dac = record.dac_if_any) add_from_dac(record, *dac, F, out);
  for (const CodeEvidence& code : record.onboarding.codes) {
    const auto value =
        code.has_values() && !code.other_device ? in_code(code.payload, F) : std::nullopt;
    if (value)
      out.push_back(
          {.value = *value,
           .where = fmt::format("the {} in {}", code.payload.manual ? "manual code" : "QR code",
                                place_text(code.place))});
  }
  return out;
}

// The name of a fact in a sentence: "vendor id".
std::string words(FactId fact) {
  std::string out = fact_name(fact);
  std::replace(out.begin(), out.end(), '_', ' ');
  return out;
}

template <FactId F>
Outcome as_ordered(const RecordView& record, const Stated<F>& stated) {
  if (!record.ordered) return skipped(kNoOrder);
  const Maybe<Statement> order = record.ordered->first(F);
  if (order == nullptr) return skipped(fmt::format("the order names no {}", words(F)));
  const bool hidden = is_masked(F) && !record.policy.show_passcode;
  const std::string wanted = hidden ? "the one that was ordered" : value_text(F, order->value);
  const OnboardingEvidence& onboarding = record.onboarding;
  const auto verifier = record.device.first<FactId::spake2p_verifier>();
  if (F == FactId::passcode && verifier != nullptr &&
      onboarding.verifier_is_of_ordered_passcode == false) {
    const std::string where = place_text(verifier->place);
    return fail(
        fmt::format("the SPAKE2+ verifier in {} is not the one of the ordered passcode", where),
        wanted, "the verifier of another", where);
  }
  const auto values = found(record, stated);
  for (const Found& f : values) {
    if (same_value(F, f.value, order->value)) continue;
    const std::string actual = hidden ? "another one" : value_text(F, f.value);
    return fail(fmt::format("{} in {} is {}, ordered was {} ({})", words(F), f.where, actual,
                            hidden ? "a different one" : wanted, place_text(order->place)),
                wanted, actual, f.where);
  }
  if (values.empty() && onboarding.verifier_is_of_ordered_passcode != true)
    return unknown(fmt::format("ordered was a {} ({}), the evidence gives none", words(F),
                               place_text(order->place)));
  return pass();
}

// Certificates and declarations that the order brings along, compared as bytes.
struct Credential {
  FactId fact;
  const char *name, *presence;  // the check that says why there is none
};
Outcome same_as_ordered(const Credential& what, const MaybeValue<Device>& ordered,
                        const MaybeValue<Place>& place, const Bytes& bytes) {
  if (!ordered) return skipped(kNoOrder);
  const Maybe<Statement> order = ordered->first(what.fact);
  if (order == nullptr) return skipped(fmt::format("the order brings no {}", what.name));
  if (!place) return blocked(what.presence);
  const Bytes& wanted = std::get<Bytes>(order->value);
  if (wanted == bytes) return pass();
  return fail(fmt::format("the {} in {} is not the ordered one ({})", what.name, place_text(*place),
                          place_text(order->place)),
              fmt::format("sha256 {}", hex(sha256(wanted))),
              fmt::format("sha256 {}", hex(sha256(bytes))), place_text(*place));
}
Outcome same_dac_as_ordered(const Evidence& e) {
  return same_as_ordered({.fact = FactId::dac, .name = "DAC", .presence = "dac.is-present"},
                         e.ordered, e.dac.place, e.dac.bytes);
}
Outcome same_pai_as_ordered(const RecordView& record) {
  return same_as_ordered({.fact = FactId::pai, .name = "PAI", .presence = "pai.is-present"},
                         record.ordered, record.pai.place, record.pai.bytes);
}
Outcome same_cd_as_ordered(const RecordView& record) {
  return same_as_ordered(
      {.fact = FactId::cd, .name = "certification declaration", .presence = "cd.is-present"},
      record.ordered, record.cd_place, record.cd_bytes);
}

std::string scope(const Certificate& pai) {
  const auto vid = pai.vid(), pid = pai.pid();
  return fmt::format("{}{}", vid ? "vendor " + hex_id(*vid) : "no vendor",
                     pid ? " and product " + hex_id(*pid) : ", every product");
}

// Orders are filled from a PAI for the whole vendor or from one for the product. Either may issue
// for the ordered product; one for another product may not, and where the order brings its PAI
// along, the kind is the one that was ordered.
Outcome pai_scope(const RecordView& record) {
  if (!record.ordered) return skipped(kNoOrder);
  const auto vid = record.ordered->number(FactId::vendor_id),
             pid = record.ordered->number(FactId::product_id);
  const Maybe<Statement> order = record.ordered->first(FactId::pai);
  const auto ordered_pai = order == nullptr ? Result<CertificatePtr>(nullptr)
                                            : parse_certificate(std::get<Bytes>(order->value));
  if (!vid && !pid && order == nullptr)
    return skipped("the order names no vendor, no product and no PAI");
  const auto found = record.pai_if_any;
  if (found == nullptr)
    return blocked(record.pai.present() ? "pai.is-one-certificate" : "pai.is-present");
  const Certificate& pai = *found;
  const bool other_vendor = vid && pai.vid() && *pai.vid() != *vid,
             other_product = pid && pai.pid() && *pai.pid() != *pid;
  const bool other_kind =
      ordered_pai && *ordered_pai != nullptr &&
      ((*ordered_pai)->vid() != pai.vid() || (*ordered_pai)->pid() != pai.pid());
  if (!other_vendor && !other_product && !other_kind) return pass();
  const std::string wanted =
      other_kind ? scope(**ordered_pai)
                 : fmt::format("vendor {}{}", vid ? hex_id(*vid) : "any",
                               pid ? fmt::format(", every product or {}", hex_id(*pid)) : "");
  const std::string where = place_text(*record.pai.place);
  return fail(
      fmt::format("the PAI in {} is for {}, ordered was one for {}", where, scope(pai), wanted),
      wanted, scope(pai), where);
}

// One of the checks below compares it; expect_checks_test.cc tries every fact.
bool is_compared(FactId fact) {
  switch (fact) {
    case FactId::dac:
    case FactId::pai:
    case FactId::cd:
    case FactId::qr_payload:
    case FactId::manual_code:
      return true;
    default:
      return fact <= FactId::unique_id;
  }
}

Outcome order_is_readable(const RecordView& record) {
  if (!record.ordered) return skipped(kNoOrder);
  if (record.ordered->integrity.empty()) {
    const auto& all = record.ordered->statements;
    return !record.ordered->posture.ordered.empty() ||
                   std::any_of(all.begin(), all.end(),
                               [](const Statement& s) { return is_compared(s.fact); })
               ? pass()
               : unknown("the order names nothing that can be compared",
                         "name what was ordered: a cpms.json, or the keys of device.json");
  }
  const IntegrityProblem& first = first_of(record.ordered->integrity);
  return unknown(fmt::format("{} in {} cannot be compared: {}", first.what, place_text(first.place),
                             first.problem));
}

Outcome keys_are_known(const RecordView& record) {
  if (!record.ordered) return skipped(kNoOrder);
  for (const Noted& noted : record.ordered->remarks) {
    if (noted.remark == Remark::unknown_key)
      return fail(fmt::format("{} in the order, so nothing is compared with it", noted.message),
                  "a key of device.json or cpms.json", "another", place_text(noted.place));
  }
  // A whole device.json may be handed over as the order: what belongs to one session is in it.
  for (const Statement& s : record.ordered->statements) {
    if (!is_compared(s.fact))
      return fail(fmt::format("{} in {} is no fact of an order, so nothing is compared with it",
                              words(s.fact), place_text(s.place)),
                  "what the part is to carry", words(s.fact), place_text(s.place));
  }
  return pass();
}

constexpr const char* kRemedy = "have the part made again as ordered, or correct the order";
constexpr const char* kRule = "The part carries what was ordered.";
constexpr const char* kShow =
    "hand over evidence that shows it (device.json, a log, a dump, the label), or take it out of "
    "the order";

constexpr const char* kNoOrders = "a record with an order to compare it with is alike to none";

template <FactId F>
constexpr Check ordered(const char* id, const char* title) {
  return {
      .id = id,
      .title = title,
      .proves_authenticity = false,
      .run = rule<as_ordered<F>>,
      .alike = differs_between_alike(F) ? kNoOrders : "",
      .rule = kRule,
      .remedy = kRemedy,
      .when_unknown = kShow,
  };
}

constexpr Check kChecks[] = {
    {
        .id = "expect.order-is-readable",
        .title = "every value of the order can be compared",
        .proves_authenticity = false,
        .run = rule<order_is_readable>,
        .rule = "A value of a wrong kind would be one that nobody compares.",
        .remedy = "correct the value in the order",
        .when_unknown = "correct the value in the order",
    },
    {
        .id = "expect.keys-are-known",
        .title = "every key of the order is known",
        .severity = kWarning,
        .proves_authenticity = false,
        .run = rule<keys_are_known>,
        .rule = "A misspelled key would be a fact that nobody compares.",
        .remedy = "correct the spelling, or leave the key out",
    },
    ordered<FactId::vendor_id>("expect.vendor-id-is-as-ordered", "the vendor is the ordered one"),
    ordered<FactId::product_id>("expect.product-id-is-as-ordered",
                                "the product is the ordered one"),
    ordered<FactId::vendor_name>("expect.vendor-name-is-as-ordered",
                                 "the vendor's name is the ordered one"),
    ordered<FactId::product_name>("expect.product-name-is-as-ordered",
                                  "the product's name is the ordered one"),
    ordered<FactId::product_label>("expect.product-label-is-as-ordered",
                                   "the product's label is the ordered one"),
    ordered<FactId::product_url>("expect.product-url-is-as-ordered",
                                 "the product's address is the ordered one"),
    ordered<FactId::part_number>("expect.part-number-is-as-ordered",
                                 "the part number is the ordered one"),
    ordered<FactId::device_type_id>("expect.device-type-is-as-ordered",
                                    "the device type is the ordered one"),
    ordered<FactId::software_version>("expect.software-version-is-as-ordered",
                                      "the software version is the ordered one"),
    ordered<FactId::software_version_string>("expect.software-version-string-is-as-ordered",
                                             "the software version's text is the ordered one"),
    ordered<FactId::hardware_version>("expect.hardware-version-is-as-ordered",
                                      "the hardware version is the ordered one"),
    ordered<FactId::hardware_version_string>("expect.hardware-version-string-is-as-ordered",
                                             "the hardware version's text is the ordered one"),
    ordered<FactId::serial_number>("expect.serial-number-is-as-ordered",
                                   "the serial number is the ordered one"),
    ordered<FactId::manufacturing_date>("expect.manufacturing-date-is-as-ordered",
                                        "the manufacturing date is the ordered one"),
    ordered<FactId::specification_version>("expect.specification-version-is-as-ordered",
                                           "the specification version is the ordered one"),
    ordered<FactId::firmware_information>("expect.firmware-information-is-as-ordered",
                                          "the firmware information is the ordered one"),
    ordered<FactId::discriminator>("expect.discriminator-is-as-ordered",
                                   "the discriminator is the ordered one"),
    ordered<FactId::passcode>("expect.passcode-is-as-ordered", "the passcode is the ordered one"),
    ordered<FactId::commissioning_flow>("expect.flow-is-as-ordered",
                                        "the commissioning flow is the ordered one"),
    ordered<FactId::discovery_capabilities>("expect.capabilities-are-as-ordered",
                                            "the discovery capabilities are the ordered ones"),
    ordered<FactId::spake2p_iterations>("expect.iterations-are-as-ordered",
                                        "the SPAKE2+ iterations are the ordered ones"),
    ordered<FactId::spake2p_salt>("expect.salt-is-as-ordered",
                                  "the SPAKE2+ salt is the ordered one"),
    ordered<FactId::spake2p_verifier>("expect.verifier-is-as-ordered",
                                      "the SPAKE2+ verifier is the ordered one"),
    ordered<FactId::rotating_id_unique_id>("expect.rotating-id-is-as-ordered",
                                           "the unique id for rotating ids is the ordered one"),
    ordered<FactId::unique_id>("expect.unique-id-is-as-ordered",
                               "the unique id is the ordered one"),
    ordered<FactId::qr_payload>("expect.qr-code-is-as-ordered", "the QR code is the ordered one"),
    ordered<FactId::manual_code>("expect.manual-code-is-as-ordered",
                                 "the manual code is the ordered one"),
    {
        .id = "expect.pai-scope-is-as-ordered",
        .title = "the PAI may issue for what was ordered",
        .consequence_of = {"expect.vendor-id-is-as-ordered", "expect.product-id-is-as-ordered"},
        .proves_authenticity = false,
        .run = rule<pai_scope>,
        .rule = "A PAI for the vendor alone, or for vendor and product, as the order has it filled "
                "in; never one for another product.",
        .remedy = kRemedy,
    },
    {
        .id = "expect.dac-is-as-ordered",
        .title = "the DAC is the ordered one",
        .proves_authenticity = false,
        .run = rule<same_dac_as_ordered>,
        .alike = kNoOrders,
        .rule = kRule,
        .remedy = kRemedy,
    },
    {
        .id = "expect.pai-is-as-ordered",
        .title = "the PAI is the ordered one",
        .consequence_of = {"expect.pai-scope-is-as-ordered"},
        .proves_authenticity = false,
        .run = rule<same_pai_as_ordered>,
        .rule = kRule,
        .remedy = kRemedy,
    },
    {
        .id = "expect.cd-is-as-ordered",
        .title = "the certification declaration is the ordered one",
        .proves_authenticity = false,
        .run = rule<same_cd_as_ordered>,
        .rule = kRule,
        .remedy = kRemedy,
    },
};

}  // namespace

std::span<const Check> expect_checks() {
  return kChecks;
}

}  // namespace attest
