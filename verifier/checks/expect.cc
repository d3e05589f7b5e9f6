// Checks of a part against its order (--expect): a fact a check. What the order does not say is
// free; what the evidence does not show is an open question.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/catalogue.h"
#include "verifier/crypto.h"

namespace attest {
namespace {

constexpr const char* kNoOrder = "no order to compare with (--expect)";

// Codes that are written with and without dashes are the same.
FactValue plain(FactId fact, const FactValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return fact == FactId::manual_code && text != nullptr ? FactValue(parse_manual_code(*text).text)
                                                        : value;
}

// A value that the evidence gives for an ordered fact, wherever it stands.
struct Found {
  FactValue value;
  std::string where;
};

// Vendor and product stand in certificates and codes as well, discriminator and the like in codes.
void add_from_certificates(const Evidence& e, FactId fact, std::vector<Found>& out) {
  const auto add = [&](const char* name, const CertificateEvidence& c, bool foreign) {
    if (!c.certificate || foreign) return;
    const auto id = fact == FactId::vendor_id ? c.certificate->vid() : c.certificate->pid();
    if (id)
      out.push_back({.value = uint64_t{*id},
                     .where = fmt::format("the {} in {}", name, place_text(*c.place))});
  };
  const bool origin = e.cd && (e.cd->dac_origin_vendor_id || e.cd->dac_origin_product_id);
  if (fact == FactId::vendor_id || fact == FactId::product_id) add("DAC", e.dac, origin);
}

std::optional<FactValue> in_code(const OnboardingPayload& p, FactId fact) {
  const auto number = [](const auto& n) {
    return n ? std::optional<FactValue>(uint64_t{*n}) : std::nullopt;
  };
  switch (fact) {
    case FactId::vendor_id:
      return number(p.vendor_id);
    case FactId::product_id:
      return number(p.product_id);
    case FactId::discriminator:
      return p.manual ? std::nullopt : std::optional<FactValue>(uint64_t{p.discriminator});
    case FactId::passcode:
      return FactValue(uint64_t{p.passcode});
    case FactId::commissioning_flow:
      return number(p.flow);
    case FactId::discovery_capabilities:
      return number(p.capabilities);
    case FactId::serial_number:
      return p.serial_number ? std::optional<FactValue>(*p.serial_number) : std::nullopt;
    default:
      return std::nullopt;
  }
}

std::vector<Found> found(const Evidence& e, FactId fact) {
  std::vector<Found> out;
  for (const Statement& s : e.device.statements) {
    if (s.fact == fact)
      out.push_back({.value = plain(fact, s.value), .where = place_text(s.place)});
  }
  add_from_certificates(e, fact, out);
  for (const CodeEvidence& code : e.onboarding.codes) {
    const auto value =
        code.has_values() && !code.other_device ? in_code(code.payload, fact) : std::nullopt;
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
Outcome as_ordered(const Evidence& e) {
  if (!e.ordered) return skipped(kNoOrder);
  const Statement* order = e.ordered->first(F);
  if (order == nullptr) return skipped(fmt::format("the order names no {}", words(F)));
  const bool hidden = is_masked(F) && !e.policy.show_passcode;
  const std::string wanted = hidden ? "the one that was ordered" : value_text(F, order->value);
  if (F == FactId::passcode && e.onboarding.verifier_is_of_ordered_passcode == false) {
    const std::string where = place_text(e.device.first(FactId::spake2p_verifier)->place);
    return fail(
        fmt::format("the SPAKE2+ verifier in {} is not the one of the ordered passcode", where),
        wanted, "the verifier of another", where);
  }
  const auto values = found(e, F);
  for (const Found& f : values) {
    if (f.value == plain(F, order->value)) continue;
    const std::string actual = hidden ? "another one" : value_text(F, f.value);
    return fail(fmt::format("{} in {} is {}, ordered was {} ({})", words(F), f.where, actual,
                            hidden ? "a different one" : wanted, place_text(order->place)),
                wanted, actual, f.where);
  }
  if (values.empty() && e.onboarding.verifier_is_of_ordered_passcode != true)
    return unknown(fmt::format("ordered was a {} ({}), the evidence gives none", words(F),
                               place_text(order->place)));
  return pass();
}

// Certificates and declarations that the order brings along, compared as bytes.
template <FactId F>
Outcome same_as_ordered(const Evidence& e) {
  constexpr const char* kName = F == FactId::dac   ? "DAC"
                                : F == FactId::pai ? "PAI"
                                                   : "certification declaration";
  if (!e.ordered) return skipped(kNoOrder);
  const Statement* order = e.ordered->first(F);
  if (order == nullptr) return skipped(fmt::format("the order brings no {}", kName));
  const std::optional<Place>& place = F == FactId::dac   ? e.dac.place
                                      : F == FactId::pai ? e.pai.place
                                                         : e.cd_place;
  const Bytes& bytes = F == FactId::dac ? e.dac.bytes : F == FactId::pai ? e.pai.bytes : e.cd_bytes;
  if (!place)
    return blocked(F == FactId::dac   ? "dac.is-present"
                   : F == FactId::pai ? "pai.is-present"
                                      : "cd.is-present");
  const Bytes& wanted = std::get<Bytes>(order->value);
  if (wanted == bytes) return pass();
  return fail(fmt::format("the {} in {} is not the ordered one ({})", kName, place_text(*place),
                          place_text(order->place)),
              fmt::format("sha256 {}", hex(sha256(wanted))),
              fmt::format("sha256 {}", hex(sha256(bytes))), place_text(*place));
}

std::string scope(const Certificate& pai) {
  const auto vid = pai.vid(), pid = pai.pid();
  return fmt::format("{}{}", vid ? "vendor " + hex_id(*vid) : "no vendor",
                     pid ? " and product " + hex_id(*pid) : ", every product");
}

// Orders are filled from a PAI for the whole vendor or from one for the product. Either may issue
// for the ordered product; one for another product may not, and where the order brings its PAI
// along, the kind is the one that was ordered.
Outcome pai_scope(const Evidence& e) {
  if (!e.ordered) return skipped(kNoOrder);
  const auto vid = e.ordered->number(FactId::vendor_id),
             pid = e.ordered->number(FactId::product_id);
  const Statement* order = e.ordered->first(FactId::pai);
  const auto ordered_pai = order == nullptr ? Result<CertificatePtr>(nullptr)
                                            : parse_certificate(std::get<Bytes>(order->value));
  if (!vid && !pid && order == nullptr)
    return skipped("the order names no vendor, no product and no PAI");
  if (!e.pai.certificate)
    return blocked(e.pai.present() ? "pai.is-one-certificate" : "pai.is-present");
  const Certificate& pai = *e.pai.certificate;
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
  return fail(fmt::format("the PAI in {} is for {}, ordered was one for {}",
                          place_text(*e.pai.place), scope(pai), wanted),
              wanted, scope(pai), place_text(*e.pai.place));
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

Outcome order_is_readable(const Evidence& e) {
  if (!e.ordered) return skipped(kNoOrder);
  if (e.ordered->integrity.empty()) {
    const auto& all = e.ordered->statements;
    return std::any_of(all.begin(), all.end(),
                       [](const Statement& s) { return is_compared(s.fact); })
               ? pass()
               : unknown("the order names nothing that can be compared",
                         "name what was ordered: a cpms.json, or the keys of device.json");
  }
  const IntegrityProblem& first = e.ordered->integrity.front();
  return unknown(fmt::format("{} in {} cannot be compared: {}", first.what, place_text(first.place),
                             first.problem));
}

Outcome keys_are_known(const Evidence& e) {
  if (!e.ordered) return skipped(kNoOrder);
  for (const Noted& noted : e.ordered->remarks) {
    if (noted.remark == Remark::unknown_key)
      return fail(fmt::format("{} in the order, so nothing is compared with it", noted.message),
                  "a key of device.json or cpms.json", "another", place_text(noted.place));
  }
  // A whole device.json may be handed over as the order: what belongs to one session is in it.
  for (const Statement& s : e.ordered->statements) {
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

#define ORDERED(ID, FACT, TITLE)                                                              \
  {                                                                                           \
    .id = "expect." ID, .title = TITLE, .proves_authenticity = false,                         \
    .run = as_ordered<FactId::FACT>, .rule = kRule, .remedy = kRemedy, .when_unknown = kShow, \
  }

constexpr Check kChecks[] = {
    {
        .id = "expect.order-is-readable",
        .title = "every value of the order can be compared",
        .proves_authenticity = false,
        .run = order_is_readable,
        .rule = "A value of a wrong kind would be one that nobody compares.",
        .remedy = "correct the value in the order",
        .when_unknown = "correct the value in the order",
    },
    {
        .id = "expect.keys-are-known",
        .title = "every key of the order is known",
        .severity = kWarning,
        .proves_authenticity = false,
        .run = keys_are_known,
        .rule = "A misspelled key would be a fact that nobody compares.",
        .remedy = "correct the spelling, or leave the key out",
    },
    ORDERED("vendor-id-is-as-ordered", vendor_id, "the vendor is the ordered one"),
    ORDERED("product-id-is-as-ordered", product_id, "the product is the ordered one"),
    ORDERED("vendor-name-is-as-ordered", vendor_name, "the vendor's name is the ordered one"),
    ORDERED("product-name-is-as-ordered", product_name, "the product's name is the ordered one"),
    ORDERED("product-label-is-as-ordered", product_label, "the product's label is the ordered one"),
    ORDERED("product-url-is-as-ordered", product_url, "the product's address is the ordered one"),
    ORDERED("part-number-is-as-ordered", part_number, "the part number is the ordered one"),
    ORDERED("device-type-is-as-ordered", device_type_id, "the device type is the ordered one"),
    ORDERED("software-version-is-as-ordered", software_version,
            "the software version is the ordered one"),
    ORDERED("software-version-string-is-as-ordered", software_version_string,
            "the software version's text is the ordered one"),
    ORDERED("hardware-version-is-as-ordered", hardware_version,
            "the hardware version is the ordered one"),
    ORDERED("hardware-version-string-is-as-ordered", hardware_version_string,
            "the hardware version's text is the ordered one"),
    ORDERED("serial-number-is-as-ordered", serial_number, "the serial number is the ordered one"),
    ORDERED("manufacturing-date-is-as-ordered", manufacturing_date,
            "the manufacturing date is the ordered one"),
    ORDERED("specification-version-is-as-ordered", specification_version,
            "the specification version is the ordered one"),
    ORDERED("firmware-information-is-as-ordered", firmware_information,
            "the firmware information is the ordered one"),
    ORDERED("discriminator-is-as-ordered", discriminator, "the discriminator is the ordered one"),
    ORDERED("passcode-is-as-ordered", passcode, "the passcode is the ordered one"),
    ORDERED("flow-is-as-ordered", commissioning_flow, "the commissioning flow is the ordered one"),
    ORDERED("capabilities-are-as-ordered", discovery_capabilities,
            "the discovery capabilities are the ordered ones"),
    ORDERED("iterations-are-as-ordered", spake2p_iterations,
            "the SPAKE2+ iterations are the ordered ones"),
    ORDERED("salt-is-as-ordered", spake2p_salt, "the SPAKE2+ salt is the ordered one"),
    ORDERED("verifier-is-as-ordered", spake2p_verifier, "the SPAKE2+ verifier is the ordered one"),
    ORDERED("rotating-id-is-as-ordered", rotating_id_unique_id,
            "the unique id for rotating ids is the ordered one"),
    ORDERED("unique-id-is-as-ordered", unique_id, "the unique id is the ordered one"),
    ORDERED("qr-code-is-as-ordered", qr_payload, "the QR code is the ordered one"),
    ORDERED("manual-code-is-as-ordered", manual_code, "the manual code is the ordered one"),
    {
        .id = "expect.pai-scope-is-as-ordered",
        .title = "the PAI may issue for what was ordered",
        .proves_authenticity = false,
        .run = pai_scope,
        .rule = "A PAI for the vendor alone, or for vendor and product, as the order has it filled "
                "in; never one for another product.",
        .remedy = kRemedy,
    },
    {
        .id = "expect.dac-is-as-ordered",
        .title = "the DAC is the ordered one",
        .proves_authenticity = false,
        .run = same_as_ordered<FactId::dac>,
        .rule = kRule,
        .remedy = kRemedy,
    },
    {
        .id = "expect.pai-is-as-ordered",
        .title = "the PAI is the ordered one",
        .consequence_of = {"expect.pai-scope-is-as-ordered"},
        .proves_authenticity = false,
        .run = same_as_ordered<FactId::pai>,
        .rule = kRule,
        .remedy = kRemedy,
    },
    {
        .id = "expect.cd-is-as-ordered",
        .title = "the certification declaration is the ordered one",
        .proves_authenticity = false,
        .run = same_as_ordered<FactId::cd>,
        .rule = kRule,
        .remedy = kRemedy,
    },
};

}  // namespace

std::span<const Check> expect_checks() {
  return kChecks;
}

}  // namespace attest
