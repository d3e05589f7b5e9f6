// NXP's section: what is stated stands at its place, and a body whose hash is wrong is never read
// in silence.
#include "tests/fuzz/reader_property.h"
#include "verifier/crypto/crypto.h"

using namespace attest;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const View bytes(data, size);
  // An encrypted section states what stands nowhere in clear.
  const bool plain =
      size >= 12 && le32(bytes, 4) <= size - 12 &&
      std::memcmp(sha256(bytes.subspan(12, le32(bytes, 4))).data(), data + 8, 4) == 0;
  fuzz::check(nxp_reader, data, size, plain ? std::optional<size_t>(0) : std::nullopt);
  if (size >= 12 && le32(bytes, 0) == 0xCE47BA5E &&
      nxp_reader.recognises({.path = "fuzz", .bytes = bytes})) {
    const Reading reading = fuzz::read_once(nxp_reader, bytes);
    const bool quiet = reading.device.integrity.empty() && reading.device.remarks.empty();
    fuzz::must(plain || !quiet || reading.device.statements.empty(), "a wrong hash is told");
  }
  return 0;
}
