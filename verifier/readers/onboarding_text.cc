// Text that holds an MT: payload or a manual pairing code: what vendors' tools print for a device, onb_codes.csv, a line
// that somebody typed.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/readers/formats.h"
#include "verifier/readers/onboarding_codes.h"
#include "verifier/readers/plain_text.h"

namespace attest {
namespace {

// One device has one payload, maybe joined of a few. A text with more is a list of devices, and no statement about one.
constexpr size_t kMaxCodes = 8;

// In free text eleven digits are many things: a manual code counts when it is a valid one, or all that is there. A payload
// is known by its prefix, and a bad one is evidence too.
std::vector<OnboardingPayload> codes_in(View bytes) {
  if (bytes.size() > 1u << 20 || !is_plain_text(bytes)) return {};
  std::vector<OnboardingPayload> codes = find_payloads(text(bytes));
  std::erase_if(codes, [&](const OnboardingPayload& code) { return code.manual && !code.valid() && bytes.size() > 64; });
  std::vector<OnboardingPayload> distinct;
  for (OnboardingPayload& code : codes) {
    if (std::none_of(distinct.begin(), distinct.end(), [&](const OnboardingPayload& d) { return d.text == code.text; })) distinct.push_back(std::move(code));
  }
  return distinct;
}

bool recognises(const Source& s) {
  const auto codes = codes_in(s.bytes);
  return !codes.empty() && codes.size() <= kMaxCodes;
}

tl::expected<void, Error> read(const Source& s, Reading& reading) {
  say_codes(codes_in(s.bytes), {.path = s.path, .offset = {}, .item = {}}, reading);
  return {};
}

}  // namespace

void say_codes(std::span<const OnboardingPayload> codes, const Place& place, Reading& reading) {
  for (const OnboardingPayload& code : codes) {
    reading.holds(code.manual ? "manual-code" : "qr");
    reading.device.say(code.manual ? FactId::manual_code : FactId::qr_payload, code.text, place);
  }
}

const Reader onboarding_text_reader{.kind = "onboarding-text", .expects = "text with an onboarding code", .recognises = recognises, .read = read};

}  // namespace attest
