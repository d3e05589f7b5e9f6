// Manual pairing codes (Core 5.1.4): 11 digits, or 21 with vendor and product.
#include <fmt/format.h>

#include <array>

#include "verifier/matter/onboarding_payload.h"
#include "verifier/matter/onboarding_rules.h"

namespace attest {
namespace {

constexpr size_t kShortDigits = 11, kLongDigits = 21;
constexpr unsigned kLongFormBit = 4;

// Verhoeff's check digit (Core 5.1.4) works in the dihedral group D5: 0 to 4 are rotations, 5 to 9
// reflections.
constexpr unsigned product_d5(unsigned a, unsigned b) {
  if (a < 5) return b < 5 ? (a + b) % 5 : 5 + (a + b - 5) % 5;
  return b < 5 ? 5 + (a - b) % 5 : (5 + a - b) % 5;
}

// The digit at position i from the right is permuted i times, the check digit itself being position
// 0.
char check_digit(std::string_view digits) {
  constexpr std::array<uint8_t, 10> kPermutation{1, 5, 7, 6, 2, 8, 3, 0, 9, 4};
  constexpr std::array<char, 10> kInverse{'0', '4', '3', '2', '1', '5', '6', '7', '8', '9'};
  constexpr size_t kOrder = 8;  // the permutation applied so often changes nothing
  unsigned sum = 0;
  for (size_t i = 1; i <= digits.size(); ++i) {
    unsigned digit = static_cast<unsigned>(digits[digits.size() - i] - '0');
    for (size_t k = 0; k < i % kOrder; ++k) digit = kPermutation[digit];
    sum = product_d5(sum, digit);
  }
  return kInverse[sum];
}

struct Part {
  const char* name;
  size_t at, digits;
  uint32_t max;
  bool secret;  // holds a piece of the passcode, so no message shows it
};
constexpr Part kLowPart{"digits 2 to 6", 1, 5, 0xFFFF,
                        true};  // passcode bits 0-13, short discriminator bits 0-1
constexpr Part kHighPart{"digits 7 to 10", 6, 4, 0x1FFF, true};  // passcode bits 14-26
constexpr Part kVendorPart{"digits 11 to 15 (vendor id)", 10, 5, 0xFFFF, false};
constexpr Part kProductPart{"digits 16 to 20 (product id)", 15, 5, 0xFFFF, false};

// The number in a part. Digits beyond the part's bits are refused: masking them, as the SDK does,
// gives one passcode many codes.
std::optional<uint32_t> number_in(OnboardingPayload* payload, const Part& part) {
  uint32_t value = 0;
  for (const char c : payload->text.substr(part.at, part.digits))
    value = value * 10 + static_cast<uint32_t>(c - '0');
  if (value <= part.max) return value;
  add_problem(payload, "part-range",
              fmt::format("{}: expected at most {}, found {}", part.name, part.max,
                          part.secret ? "a larger number" : std::to_string(value)));
  return std::nullopt;
}

// Digits only, of a length, first digit and check digit that a code can have; false when reading on
// makes no sense.
bool read_frame(OnboardingPayload* payload) {
  const std::string& digits = payload->text;
  if (digits.size() != kShortDigits && digits.size() != kLongDigits) {
    add_problem(payload, "length",
                fmt::format("manual code: expected {} or {} digits, found {}", kShortDigits,
                            kLongDigits, digits.size()));
    return false;
  }
  if (digits[0] > '7') {
    add_problem(
        payload, "version-digit",
        fmt::format("first digit: expected 0 to 7 (version 0), found {}", digits.substr(0, 1)));
    return false;
  }
  if (check_digit(std::string_view(digits).substr(0, digits.size() - 1)) != digits.back()) {
    add_problem(
        payload, "check-digit",
        "check digit: expected the one that belongs to the digits before it, found another");
    return false;
  }
  payload->long_form = ((static_cast<unsigned>(digits[0]) - '0') & kLongFormBit) != 0;
  const size_t wanted = payload->long_form ? kLongDigits : kShortDigits;
  if (digits.size() == wanted) return true;
  add_problem(payload, "length",
              fmt::format("manual code: expected {} digits after a first digit {}, found {}",
                          wanted, digits.substr(0, 1), digits.size()));
  return false;
}

std::string with_check_digit(std::string digits) {
  digits += check_digit(digits);
  return digits;
}

}  // namespace

OnboardingPayload parse_manual_code(std::string_view text) {
  OnboardingPayload payload;
  payload.manual = true;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '-') continue;
    if (text[i] < '0' || text[i] > '9') {
      add_problem(
          &payload, "characters",
          fmt::format("manual code: expected digits and \"-\" only, found \"{}\" as character {}",
                      printable(text.substr(i, 1)), i + 1));
      payload.text = text;
      return payload;
    }
    payload.text += text[i];
  }
  if (!read_frame(&payload)) return payload;
  if (!payload.long_form) payload.flow = 0;

  const auto low = number_in(&payload, kLowPart), high = number_in(&payload, kHighPart);
  if (low && high) {
    const unsigned first = static_cast<unsigned>(payload.text[0]) - '0';
    payload.discriminator = static_cast<uint16_t>((first & 3) << 2 | *low >> 14);
    set_passcode(&payload, *high << 14 | (*low & 0x3FFF));
  }
  if (payload.long_form) {
    const auto vendor = number_in(&payload, kVendorPart),
               product = number_in(&payload, kProductPart);
    if (vendor && product)
      set_product(&payload, static_cast<uint16_t>(*vendor), static_cast<uint16_t>(*product));
  }
  return payload;
}

Result<std::string> make_manual_code(const OnboardingPayload& payload) {
  if (payload.version != 0)
    return error(fmt::format("version: expected 0, found {}", payload.version));
  if (payload.flow.value_or(0) > 2)
    return error(fmt::format("flow: expected 0 to 2, found {}", *payload.flow));
  const unsigned max_discriminator = payload.manual ? 15 : 4095;
  if (payload.discriminator > max_discriminator) {
    return error(fmt::format("discriminator: expected at most {}, found {}", max_discriminator,
                             payload.discriminator));
  }
  if (const auto problem = judge_passcode(payload.passcode)) return error(problem->message);

  const bool long_form = payload.long_form || payload.flow.value_or(0) != 0;
  const unsigned discriminator = payload.short_discriminator();
  std::string digits =
      fmt::format("{}{:05}{:04}", (long_form ? kLongFormBit : 0) | discriminator >> 2,
                  (discriminator & 3) << 14 | (payload.passcode & 0x3FFF), payload.passcode >> 14);
  if (long_form)
    digits +=
        fmt::format("{:05}{:05}", payload.vendor_id.value_or(0), payload.product_id.value_or(0));
  std::string code = with_check_digit(std::move(digits));
  const auto read_back = parse_manual_code(code);
  return unless_refused(std::move(code), read_back);
}

}  // namespace attest
