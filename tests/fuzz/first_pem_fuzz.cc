// The first PEM block: whatever is found stands in the text as base64, is found again when it is
// written anew, and is found behind any text that has no block, under any label.
#include <cstdlib>

#include "dcl/first_pem.h"
#include "verifier/pki/key.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace attest;
  const std::string_view input = text({data, size});
  const auto found = dcl::first_pem(input);
  if (!found) {
    if (found.error().what.empty()) std::abort();
    const Bytes der = {0x30, 0x03, 0x02, 0x01, 0x05};
    const auto behind = dcl::first_pem(to_pem("ANYTHING", der) + std::string(input));
    if (!behind || *behind != der) std::abort();
    return 0;
  }
  if (found->size() > size || input.find("-----BEGIN ") == std::string_view::npos) std::abort();
  if (found->empty()) return 0;
  const auto again = dcl::first_pem(to_pem("X", *found));
  if (!again || *again != *found) std::abort();
  return 0;
}
