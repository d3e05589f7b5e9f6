// read_watch_state: what is read is written as it was, under its digest.
#include "dcl/watch.h"
#include "tests/fuzz/property.h"
#include "verifier/crypto/crypto.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using attest::test::must;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const std::string sealed =
      attest::hex(attest::sha256(attest::view(body))) + "\n" + std::string(body);
  for (const std::string_view text : {body, std::string_view(sealed)}) {
    const auto state = attest::dcl::read_watch_state(text);
    if (!state) continue;
    const std::string again = attest::dcl::write_watch_state(*state);
    const auto reread = attest::dcl::read_watch_state(again);
    must(reread.has_value(), "read back");
    must(attest::dcl::write_watch_state(*reread) == again, "a fixed point");
  }
  return 0;
}
