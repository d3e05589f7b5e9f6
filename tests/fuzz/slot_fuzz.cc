// A slot's value in another encoding: what comes out of it is never larger than what lies there,
// and bytes that are written down as base64 or digits come out as they were.
#include "tests/fuzz/property.h"
#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/slot.h"

using namespace attest;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const View bytes(data, size);
  if (const auto other = disguise(bytes)) {
    test::must(other->inside.size() <= size, "nothing larger comes out");
    test::must(!other->found.empty(), "what was found has a name");
  }
  // Longer than the shortest text that means bytes.
  if (size >= 18) {
    for (const std::string& text : {base64(bytes), hex(bytes)}) {
      const auto back = disguise(view(text));
      test::must(back.has_value(), "text that means bytes is seen");
      // (Base64 of nothing but digits is read as digits.)
      test::must(back->inside.size() < text.size(), "and decoded");
    }
    const auto digits = disguise(view(hex(bytes)));
    test::must(digits && equal(digits->inside, bytes), "digits come out as they were");
  }
  Reading reading;
  const Place place{.path = "fuzz", .offset = 0, .item = {}};
  for (const Encoding encoding : {Encoding::any, Encoding::der, Encoding::raw, Encoding::sec1}) {
    say_certificate_item(FactId::dac, encoding, bytes, place, reading);
    say_dac_key_item(encoding, bytes, place, reading);
  }
  for (const Statement& s : reading.device.statements)
    test::must(std::get<Bytes>(s.value).size() <= size || s.fact == FactId::dac_private_key ||
                   s.fact == FactId::private_key,
               "a value is in its slot");
  return 0;
}
