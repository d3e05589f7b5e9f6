// What the parser tells about trailing bytes and a missing end is exact: cutting the ones and
// adding the other gives the same elements with nothing to tell. The views lie inside the input.
#include "tests/fuzz/property.h"
#include "verifier/matter/attestation_elements.h"

using namespace attest;
using test::must;

namespace {

bool inside(View part, View whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

bool same(const AttestationElements& a, const AttestationElements& b) {
  const auto firmware = [](const AttestationElements& e) {
    return e.firmware_information.value_or(View{});
  };
  return equal(a.certification_declaration, b.certification_declaration) &&
         equal(a.nonce, b.nonce) && a.timestamp == b.timestamp &&
         a.firmware_information.has_value() == b.firmware_information.has_value() &&
         equal(firmware(a), firmware(b)) && a.unknown_tags == b.unknown_tags &&
         a.vendor_elements == b.vendor_elements;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const View input{data, size};
  looks_like_attestation_elements(input);
  const auto got = parse_attestation_elements(input);
  if (!got) {
    must(!got.error().what.empty() && got.error().offset && *got.error().offset <= size,
         "an error has words and a place");
    return 0;
  }
  must(inside(got->certification_declaration, input) && inside(got->nonce, input) &&
           inside(got->firmware_information.value_or(View{}), input),
       "views lie inside the input");
  must(!got->unterminated || got->trailing_bytes == 0, "nothing trails what has no end");

  Bytes exact = to_bytes(input.first(size - got->trailing_bytes));
  if (got->unterminated) exact.push_back(0x18);
  const auto again = parse_attestation_elements(exact);
  must(again && same(*got, *again), "the exact elements are the same");
  must(again->trailing_bytes == 0 && !again->unterminated,
       "there is nothing to tell about the exact elements");

  const auto cut = parse_attestation_elements(View(exact).first(exact.size() - 1));
  must(cut && cut->unterminated && same(*got, *cut),
       "without its end it is the same, and that is told");
  return 0;
}
