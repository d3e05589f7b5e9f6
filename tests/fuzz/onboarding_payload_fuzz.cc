// A code that parses valid can be made again: to the same text where no TLV extension is in it,
// else to the same values. A code is made exactly when the parser would take it. What is found in
// free text is what the parsers say.
#include <algorithm>

#include "tests/fuzz/property.h"
#include "verifier/matter/base38.h"
#include "verifier/matter/onboarding_payload.h"

using namespace attest;
using test::must;

namespace {

constexpr size_t kPlainQr = 3 + 19;

bool same_values(OnboardingPayload a, OnboardingPayload b) {
  a.text = b.text = {};
  a.problems.clear();
  b.problems.clear();
  return a == b;
}

void check_qr(std::string_view text) {
  const auto payloads = parse_qr(text);
  must(!payloads.empty(), "there is always one payload");
  for (const auto& payload : payloads) {
    must(!payload.manual, "a QR code is no manual code");
    for (const auto& problem : payload.problems)
      must(!problem.id.empty() && !problem.message.empty(), "a problem says what it is");
    if (!payload.valid()) continue;
    const auto again = make_qr(payload);
    must(again.has_value(), "a valid code can be made again");
    if (payload.text.size() == kPlainQr)
      must(*again == payload.text, "a code without extension is made the same");
    const auto reread = parse_qr(*again);
    must(reread.size() == 1 && reread.front().valid() && same_values(payload, reread.front()),
         "it has the same values");
    must(make_qr(reread.front()) == again, "making is stable");
  }
}

void check_manual(std::string_view text) {
  const auto payload = parse_manual_code(text);
  if (!payload.valid()) return;
  must(make_manual_code(payload) == payload.text, "a valid manual code is made the same");
}

// Numbers of a payload from whatever bytes there are.
void check_making(View data) {
  if (data.size() < 16) return;
  OnboardingPayload payload;
  payload.manual = (data[0] & 1) != 0;
  payload.long_form = (data[0] & 2) != 0;
  payload.version = data[1] & 9;
  payload.flow = data[2] & 7;
  payload.capabilities = data[3];
  payload.discriminator = le16(data, 4) & 0x1FFF;
  payload.vendor_id = le16(data, 6);
  payload.product_id = le16(data, 8);
  payload.passcode = le32(data, 10) & 0xFFFFFFF;
  if (const auto code = make_qr(payload)) {
    const auto reread = parse_qr(*code);
    must(reread.size() == 1 && reread.front().valid(), "what was made is valid");
    must(reread.front().passcode == payload.passcode &&
             reread.front().discriminator == payload.discriminator &&
             reread.front().vendor_id.value_or(0) == *payload.vendor_id &&
             reread.front().flow == payload.flow,
         "what was made says what was asked");
  }
  if (const auto code = make_manual_code(payload)) {
    const auto reread = parse_manual_code(*code);
    must(reread.valid() && reread.passcode == payload.passcode &&
             reread.short_discriminator() == payload.short_discriminator(),
         "what was made says what was asked");
    must(reread.long_form == (payload.long_form || *payload.flow != 0),
         "the long form is for flows that are not standard");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 2000) return 0;
  const View input{data, size};
  const std::string_view given = text(input);
  check_qr(given);
  check_manual(given);
  check_making(input);

  const std::string encoded = base38(input);
  must(from_base38(encoded) == to_bytes(input), "base 38 comes back");
  if (const auto bytes = from_base38(given))
    must(base38(*bytes) == given, "base 38 has one text for one value");
  check_qr("MT:" + encoded);

  for (const auto& payload : find_payloads(given)) {
    // One of several in a code is what the parser says of the whole.
    const auto parsed = payload.manual
                            ? std::vector{parse_manual_code(payload.text)}
                            : parse_qr(payload.joined.empty() ? payload.text : payload.joined);
    must(std::find(parsed.begin(), parsed.end(), payload) != parsed.end(),
         "what is found is what the parser says");
  }
  return 0;
}
