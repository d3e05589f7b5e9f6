// OnboardingPayload: QR codes (MT:...) and manual pairing codes, parsed strictly and made. Rules:
// Core 5.1. The two forms are in qr_code.cc and manual_code.cc, what they share and the search in
// free text in onboarding_payload.cc.
#pragma once

#include "verifier/base/bytes.h"
#include "verifier/base/maybe.h"

namespace attest {

// A rule that a code breaks. `id` is the last part of a check id ("qr-check-digit" ...); a code
// with only warnings still has its values.
struct PayloadProblem {
  std::string
      id;  // "prefix", "alphabet", "length", "group-overflow", "version", "flow-reserved",
           // "capability-reserved", "capability-none", "padding", "vendor-range", "product-zero",
           // "tlv-malformed", "tlv-type", "passcode-range", "passcode-forbidden", "characters",
           // "check-digit", "version-digit", "part-range"
  bool warning = false;
  std::string message;  // what was expected and what was found; the passcode itself is never in it
  bool operator==(const PayloadProblem&) const = default;
};

struct OnboardingPayload {
  bool manual = false;
  std::string text;    // the code as given: for a QR with its prefix, for a manual code digits only
  std::string joined;  // the whole QR code, where this payload is one of several in it
  uint8_t version = 0;
  std::optional<uint16_t> vendor_id,
      product_id;  // nullopt when not given: 0 (product: beside vendor 0), or a short manual code
  std::optional<uint8_t>
      flow;  // 0 standard, 1 user intent, 2 custom; nullopt where a manual code cannot tell
  bool long_form = false;            // manual code of 21 digits: flow is not standard
  MaybeValue<uint8_t> capabilities;  // discovery capabilities; QR only
  uint16_t discriminator = 0;        // 12 bits from a QR; for a manual code the short one (4 bits)
  uint32_t passcode = 0;
  // TLV extension, QR only.
  MaybeValue<std::string> serial_number;
  MaybeValue<uint64_t> pbkdf_iterations, number_of_devices, commissioning_timeout;
  MaybeValue<Bytes> pbkdf_salt;
  struct VendorElement {
    uint32_t tag = 0;
    std::string value;     // as text
    bool integer = false;  // it was a number; else a string
    bool operator==(const VendorElement&) const = default;
  };
  std::vector<VendorElement> vendor_elements;

  std::vector<PayloadProblem> problems;

  bool operator==(const OnboardingPayload&) const = default;
  bool valid() const;  // no problem that is more than a warning
  uint8_t short_discriminator() const {
    return static_cast<uint8_t>(manual ? discriminator : discriminator >> 8);
  }
};

// "0xFFF2 / 0x8001"; "no vendor".
std::string product_text(const OnboardingPayload& payload);

// "MT:" + base 38, several bodies joined by '*': one payload each. Always at least one; problems
// say what is wrong.
std::vector<OnboardingPayload> parse_qr(std::string_view text);
// 11 or 21 digits; '-' may group them. Blanks are refused, as the SDK does.
OnboardingPayload parse_manual_code(std::string_view text);

Result<std::string> make_qr(
    const OnboardingPayload& payload);  // refuses what parse_qr would refuse
Result<std::string> make_manual_code(
    const OnboardingPayload&
        payload);  // long form when flow is not 0; discriminator is the long one

// Core 5.1.7.1: 0 and above 99999998, repdigits, 12345678, 87654321.
std::optional<PayloadProblem> judge_passcode(uint64_t passcode);

// Finds MT: payloads and 11/21-digit manual codes (grouped by '-' as printed) in free text.
std::vector<OnboardingPayload> find_payloads(std::string_view text);

}  // namespace attest
