// Property: one flipped bit in a hex file changes no fact, or a record is reported. Any other text:
// what is said comes from images that are bounded.
#include "tests/fuzz/dump_mutation.h"

using namespace attest;
using namespace attest::test;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  static const Bytes image = ti_image(0x40, ti_items());
  static const Bytes good[] = {to_bytes(view(intel_hex(0, image))),
                               to_bytes(view(s_records(0, image)))};
  static const Reading truth = read_dump(image);
  const unsigned mode = data[0] % 3;
  if (mode < 2) {
    const Reading bad = read_dump(with_bit(good[mode], data + 1, size - 1));
    require(new_facts(truth, bad) == 0 || says_damage(bad));
    require(bad.device.statements.size() >= truth.device.statements.size() || says_damage(bad));
  } else {
    require_sane({data + 1, size - 1});
  }
  return 0;
}
