// Checks of onboarding codes against each other and against every other place that says the same:
// factory data, Basic Information, the certificates.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/checks/onboarding_rules.h"
#include "verifier/readers/quoted.h"

namespace attest {
namespace {

using namespace onboarding_rules;

// --- codes against each other ---

std::vector<const Code*> readable(const OnboardingEvidence& onboarding, Form form) {
  std::vector<const Code*> out;
  for (const Code& code : onboarding.codes) {
    if (is_of(code, form) && code.has_values() && !code.other_device) out.push_back(&code);
  }
  return out;
}

std::string id_text(const MaybeValue<uint16_t>& id) {
  return id ? hex_id(*id) : "none";
}

// What the manual code says otherwise than the QR code, as "short discriminator 14 instead of 15".
std::string differences(const OnboardingPayload& qr, const OnboardingPayload& manual,
                        bool show_passcode) {
  std::string out;
  const auto add = [&](std::string what) { out += (out.empty() ? "" : ", ") + what; };
  if (manual.short_discriminator() != qr.short_discriminator())
    add(fmt::format("short discriminator {} instead of {}", manual.short_discriminator(),
                    qr.short_discriminator()));
  if (manual.passcode != qr.passcode)
    add(show_passcode ? fmt::format("passcode {:08} instead of {:08}", manual.passcode, qr.passcode)
                      : "another passcode");
  if (manual.long_form && manual.vendor_id != qr.vendor_id)
    add(fmt::format("vendor {} instead of {}", id_text(manual.vendor_id), id_text(qr.vendor_id)));
  if (manual.long_form && manual.product_id != qr.product_id)
    add(fmt::format("product {} instead of {}", id_text(manual.product_id),
                    id_text(qr.product_id)));
  if (qr.flow && manual.long_form != (*qr.flow != 0))
    add(fmt::format("{} digits for flow {}", manual.long_form ? 21 : 11, *qr.flow));
  return out;
}

Outcome qr_matches_manual(const RecordView& record) {
  const auto qr = readable(record.onboarding, Form::qr),
             manual = readable(record.onboarding, Form::manual);
  if (qr.empty() || manual.empty())
    return skipped("not both a QR code and a manual code in the evidence");
  for (const Code* a : qr) {
    for (const Code* b : manual) {
      const std::string other = differences(a->payload, b->payload, record.policy.show_passcode);
      if (other.empty()) continue;
      return fail(
          fmt::format("the manual code in {} and the QR code in {} are not of one device: {}",
                      where(*b), where(*a), other),
          "what the QR code says", other, where(*b));
    }
  }
  return pass();
}

// --- codes against the other places ---

constexpr const char* kNoCode = "no readable onboarding code in the evidence";

template <class T>
Outcome differs(const char* what, const StatedValue<T>& said, const Code& code,
                std::string expected, std::string actual) {
  return fail(fmt::format("the {} in {} is not the one of the {} in {}", what, said.where(),
                          kind(code), where(code)),
              std::move(expected), std::move(actual), said.where());
}

// Of a code that differs in more than one of these nothing is of this device.
std::string another_devices(const RecordView& record, const Code& code);

bool same_discriminator(const Code& code, uint64_t number) {
  const bool brief = code.payload.manual;  // it has the upper four of the twelve bits
  return (brief ? number >> 8 : number) == code.payload.discriminator;
}

Outcome discriminator_agrees(const RecordView& record) {
  const auto said = record.device.said<FactId::discriminator, uint64_t>();
  const Maybe<Code> code = record.onboarding.main_code();
  if (!said) return skipped("no discriminator beside the codes in the evidence");
  if (code == nullptr) return skipped(kNoCode);
  const uint64_t number = *said;
  if (same_discriminator(*code, number)) return pass();
  Outcome out = differs("discriminator", said, *code,
                        code->payload.manual ? fmt::format("one whose upper four bits are {}",
                                                           code->payload.discriminator)
                                             : std::to_string(code->payload.discriminator),
                        std::to_string(number));
  out.texts->message += another_devices(record, *code);
  return out;
}

Outcome passcode_agrees(const RecordView& record) {
  const auto said = record.device.said<FactId::passcode, uint64_t>();
  const Maybe<Code> code = record.onboarding.main_code();
  if (!said) return skipped("no passcode beside the codes in the evidence");
  if (code == nullptr) return skipped(kNoCode);
  const uint64_t number = *said;
  if (number == code->payload.passcode) return pass();
  Outcome out = differs("passcode", said, *code,
                        record.policy.show_passcode ? fmt::format("{:08}", code->payload.passcode)
                                                    : "the same in both",
                        record.policy.show_passcode ? fmt::format("{:08}", number) : "they differ");
  for (const PasscodeEvidence& p : record.onboarding.passcodes) {
    if (p.fits_verifier == true)
      out.texts->message +=
          fmt::format("; the SPAKE2+ verifier belongs to the one in {}", place_text(p.place));
  }
  out.texts->message += another_devices(record, *code);
  return out;
}

// Somebody beside the codes who names the vendor or the product.
struct Witness {
  const char* name;
  Place place;
  std::vector<uint16_t> ids;
};

template <bool Vendor>
std::vector<Witness> witnesses(const RecordView& record) {
  std::vector<Witness> out;
  const auto add = [&](const char* name, const MaybeValue<Place>& place,
                       std::vector<uint16_t> ids) {
    if (place && !ids.empty())
      out.push_back({.name = name, .place = *place, .ids = std::move(ids)});
  };
  const auto one = [](const MaybeValue<uint16_t>& id) {
    return id ? std::vector<uint16_t>{*id} : std::vector<uint16_t>{};
  };
  constexpr FactId kOwn = Vendor ? FactId::vendor_id : FactId::product_id;
  if (const auto said = record.device.first<kOwn>())
    add("Basic Information", said->place, one(Vendor ? record.vid : record.pid));
  // A declaration with dac_origin says that the DAC speaks for another vendor or product.
  const auto cd = record.cd_if_any;
  const bool foreign_dac =
      cd != nullptr && (Vendor ? cd->dac_origin_vendor_id : cd->dac_origin_product_id).has_value();
  if (const auto& dac = record.dac_if_any; dac && !foreign_dac)
    add("DAC", dac->place(), one(Vendor ? dac->vid() : dac->pid()));
  if (cd != nullptr && out.empty())
    add("certification declaration", record.cd_place,
        Vendor ? one(cd->vendor_id) : cd->product_ids);
  return out;
}

template <bool Vendor>
bool is_named(const std::vector<Witness>& all, const Code& code) {
  const auto id = Vendor ? code.payload.vendor_id : code.payload.product_id;
  return !id || all.empty() || std::any_of(all.begin(), all.end(), [&](const Witness& w) {
    return std::find(w.ids.begin(), w.ids.end(), *id) != w.ids.end();
  });
}

std::string another_devices(const RecordView& record, const Code& code) {
  std::vector<std::string_view> other;
  if (!is_named<true>(witnesses<true>(record), code)) {
    other.emplace_back("vendor");
  } else if (!is_named<false>(witnesses<false>(record), code)) {
    other.emplace_back("product");
  }
  const auto passcode = record.device.said<FactId::passcode, uint64_t>();
  if (passcode && *passcode != code.payload.passcode) other.emplace_back("passcode");
  const auto discriminator = record.device.said<FactId::discriminator, uint64_t>();
  if (discriminator && !same_discriminator(code, *discriminator))
    other.emplace_back("discriminator");
  if (other.size() < 2) return {};
  std::string list(first_of(other));
  for (size_t i = 1; i < other.size(); ++i)
    list += fmt::format("{}{}", i + 1 == other.size() ? " and " : ", ", other[i]);
  return fmt::format("; it differs in {}: the code is another device's", list);
}

// The odd one out is at fault: where Basic Information and the DAC differ, their own checks say so,
// and a code that sides with either of them is not blamed.
template <bool Vendor>
Outcome names_agree(const RecordView& record) {
  const char* what = Vendor ? "vendor" : "product";
  constexpr const char* kNobodyAsks =
      Vendor ? "no code in the evidence names a vendor" : "no code in the evidence names a product";
  if (record.onboarding.codes.empty()) return skipped(kNobodyAsks);
  const auto all = witnesses<Vendor>(record);
  if (all.empty()) return skipped(fmt::format("no {} id beside the codes in the evidence", what));
  size_t asked = 0;
  for (const Code& code : record.onboarding.codes) {
    // (Who joins codes of several devices joins those of one vendor.)
    if (!code.has_values() || (code.other_device && !Vendor)) continue;
    const auto id = Vendor ? code.payload.vendor_id : code.payload.product_id;
    if (!id) continue;
    ++asked;
    if (is_named<Vendor>(all, code)) continue;
    const Witness& w = first_of(all);
    const std::string expected = w.ids.size() == 1
                                     ? hex_id(first_of(w.ids))
                                     : fmt::format("one of {} products", w.ids.size());
    return fail(fmt::format("the {} in {} names {} {}, the {} in {} {}: it is of {}{}", kind(code),
                            where(code), what, hex_id(*id), w.name, place_text(w.place), expected,
                            product_text(code.payload), another_devices(record, code)),
                expected, hex_id(*id), where(code));
  }
  return asked == 0 ? skipped(kNobodyAsks) : pass();
}

Outcome flow_agrees(const RecordView& record) {
  const auto said = record.device.said<FactId::commissioning_flow, uint64_t>();
  const Maybe<Code> code = record.onboarding.main_code();
  if (!said) return skipped("no commissioning flow beside the codes in the evidence");
  if (code == nullptr) return skipped(kNoCode);
  const uint64_t number = *said;
  const OnboardingPayload& p = code->payload;
  if (p.manual ? p.long_form == (number != 0) : p.flow == number) return pass();
  return differs("commissioning flow", said, *code,
                 p.manual ? (p.long_form ? "1 or 2" : "0")
                 : p.flow ? std::to_string(*p.flow)
                          : "none",
                 std::to_string(number));
}

Outcome capabilities_agree(const RecordView& record) {
  const auto said = record.device.said<FactId::discovery_capabilities, uint64_t>();
  if (!said) return skipped("no discovery capabilities beside the codes in the evidence");
  const auto qr = readable(record.onboarding, Form::qr);
  if (qr.empty() || !first_of(qr)->payload.capabilities)
    return skipped("no readable QR code in the evidence");
  const uint8_t in_code = *first_of(qr)->payload.capabilities;
  if (*said == in_code) return pass();
  return differs("set of discovery capabilities", said, *first_of(qr),
                 fmt::format("0x{:02X}", in_code), fmt::format("0x{:02X}", *said));
}

// A QR code's TLV extension repeats facts of the factory data.
Outcome extension_agrees(const Evidence& e) {
  size_t compared = 0;
  for (const Code* code : readable(e.onboarding, Form::qr)) {
    const OnboardingPayload& p = code->payload;
    if (const StatedValue<std::string> said(e.device.first(FactId::serial_number));
        p.serial_number && said) {
      ++compared;
      if (*said != *p.serial_number)
        return differs("serial number", said, *code, shown_text(*p.serial_number),
                       shown_text(*said));
    }
    if (const StatedValue<uint64_t> said(e.device.first(FactId::spake2p_iterations));
        p.pbkdf_iterations && said) {
      ++compared;
      if (*said != *p.pbkdf_iterations)
        return differs("number of PBKDF iterations", said, *code,
                       std::to_string(*p.pbkdf_iterations), std::to_string(*said));
    }
    if (const StatedValue<Bytes> said(e.device.first(FactId::spake2p_salt)); p.pbkdf_salt && said) {
      ++compared;
      if (*said != *p.pbkdf_salt)
        return differs("PBKDF salt", said, *code,
                       e.policy.show_passcode ? hex(*p.pbkdf_salt) : "the same in both",
                       e.policy.show_passcode ? hex(*said) : "they differ");
    }
  }
  return compared == 0 ? skipped("no QR code repeats a fact in its extension") : pass();
}

constexpr const char* kSameDevice =
    "print the label from the same record that the part was written from";
// What every comparison with the other places follows from.
constexpr Ids kEchoes = {"identity.facts-agree", "onboarding.qr-matches-manual-code"};
// One wrong code is one fault, in how many values it may differ: the first of these tells of all.
constexpr Ids kAfterIds = {"identity.facts-agree", "onboarding.qr-matches-manual-code",
                           "onboarding.vendor-agrees", "onboarding.product-agrees"},
              kAfterPasscode = {"identity.facts-agree", "onboarding.qr-matches-manual-code",
                                "onboarding.vendor-agrees", "onboarding.product-agrees",
                                "onboarding.passcode-agrees"},
              kAfterAll = {"identity.facts-agree",       "onboarding.qr-matches-manual-code",
                           "onboarding.vendor-agrees",   "onboarding.product-agrees",
                           "onboarding.passcode-agrees", "onboarding.discriminator-agrees"};

constexpr Check kChecks[] = {
    {
        .id = "onboarding.qr-matches-manual-code",
        .title = "QR code and manual code are of one device",
        .spec = kCodeSpec,
        .consequence_of = {"identity.facts-agree", "onboarding.qr-flow-is-defined",
                           "onboarding.qr-padding-is-zero", "onboarding.passcode-is-in-range"},
        .proves_authenticity = false,
        .run = rule<qr_matches_manual>,
        .rule = "Both stand on one label. Where they differ, one of them opens another device, or "
                "none.",
        .remedy = kSameDevice,
    },
    {
        .id = "onboarding.discriminator-agrees",
        .title = "the discriminator is the one of the codes",
        .spec = kCodeSpec,
        .consequence_of = kAfterPasscode,
        .proves_authenticity = false,
        .run = rule<discriminator_agrees>,
        .rule =
            "The device advertises its own discriminator; a commissioner looks for the label's.",
        .remedy = kSameDevice,
    },
    {
        .id = "onboarding.passcode-agrees",
        .title = "the passcode is the one of the codes",
        .spec = kCodeSpec,
        .consequence_of = kAfterIds,
        .proves_authenticity = false,
        .run = rule<passcode_agrees>,
        .rule = "With another passcode on the label nobody can commission the device.",
        .remedy = kSameDevice,
    },
    {
        .id = "onboarding.vendor-agrees",
        .title = "the codes name the device's vendor",
        .spec = kCodeSpec,
        .consequence_of = kEchoes,
        .proves_authenticity = false,
        .run = rule<names_agree<true>>,
        .rule = "A commissioner compares the label's vendor with Basic Information and looks the "
                "product up in the ledger by it.",
        .remedy = kSameDevice,
    },
    {
        .id = "onboarding.product-agrees",
        .title = "the codes name the device's product",
        .spec = kCodeSpec,
        .consequence_of = {"identity.facts-agree", "onboarding.qr-matches-manual-code",
                           "onboarding.vendor-agrees"},
        .proves_authenticity = false,
        .run = rule<names_agree<false>>,
        .rule = "A commissioner compares the label's product with Basic Information and looks it "
                "up in the ledger.",
        .remedy = kSameDevice,
    },
    {
        .id = "onboarding.flow-agrees",
        .title = "the commissioning flow is the one of the codes",
        .spec = kCodeSpec,
        .consequence_of = kAfterAll,
        .proves_authenticity = false,
        .run = rule<flow_agrees>,
        .rule = "The flow decides what the user is asked to do before the device can be found.",
        .remedy = kSameDevice,
    },
    {
        .id = "onboarding.capabilities-agree",
        .title = "the discovery capabilities are those of the QR code",
        .spec = kCodeSpec,
        .consequence_of = kAfterAll,
        .proves_authenticity = false,
        .run = rule<capabilities_agree>,
        .rule = "A commissioner looks for the device only in the ways that the code names.",
        .remedy = kSameDevice,
    },
    {
        .id = "onboarding.extension-agrees",
        .title = "the QR code's extension repeats the facts as they are",
        .spec = "Matter Core 5.1.5",
        .consequence_of = kAfterAll,
        .proves_authenticity = false,
        .run = rule<extension_agrees>,
        .alike = "it compares codes, and a record with a code is alike to none",
        .rule =
            "Serial number, PBKDF iterations and salt in the extension are those of this device.",
        .remedy = kSameDevice,
    },
};

}  // namespace

std::span<const Check> onboarding_agreement_checks() {
  return kChecks;
}

}  // namespace attest
