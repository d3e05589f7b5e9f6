// Property: an extension's content that is read is one whole element: no shorter part of it is
// read, and nothing may follow it. Why one is refused is said in text.
#include <cstdlib>

#include "verifier/pki/extension_content.h"

using namespace attest;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto kinds = extension_kinds();
  const ExtensionKind& kind = kinds[data[0] % kinds.size()];
  const View input(data + 1, size - 1);
  const auto fault = [&](View value) {
    return content_fault({.oid = kind.oid, .critical = false, .value = value});
  };
  if (const auto found = fault(input)) {
    require(!found->empty() && is_utf8(*found));
    return 0;
  }
  for (size_t n = 0; n < input.size(); ++n) require(fault(input.first(n)).has_value());
  Bytes longer = to_bytes(input);
  longer.push_back(0x05);
  require(fault(longer).has_value());
  return 0;
}
