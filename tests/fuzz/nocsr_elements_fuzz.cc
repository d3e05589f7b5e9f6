// What is read stands in the input, and a byte more or less is refused: nothing of what a device
// signs is passed over.
#include "tests/fuzz/property.h"
#include "verifier/matter/nocsr_elements.h"

using namespace attest;
using test::must;

namespace {

bool inside(View part, View whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const View input{data, size};
  const auto got = parse_nocsr_elements(input);
  if (!got) {
    must(!got.error().what.empty(), "an error has words");
    return 0;
  }
  must(inside(got->csr, input) && inside(got->nonce, input), "views lie inside the input");
  for (const auto& field : got->vendor_reserved)
    must(!field || inside(*field, input), "views lie inside the input");
  Bytes more = to_bytes(input);
  more.push_back(0x18);
  must(!parse_nocsr_elements(more), "nothing follows");
  must(!parse_nocsr_elements(input.first(size - 1)), "nothing lacks");
  return 0;
}
