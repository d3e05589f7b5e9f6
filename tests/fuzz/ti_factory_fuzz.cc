// Property: nothing guards TI's table, so one flipped bit changes one item at most.
#include "tests/fuzz/dump_mutation.h"

using namespace attest;
using namespace attest::test;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  static const Bytes good = ti_image(0x40, ti_items());
  static const Reading truth = read_dump(good);
  if (data[0] % 2 == 0) {
    bool recognised = false;
    const Reading bad = read_dump(with_bit(good, data + 1, size - 1), &recognised);
    require(!recognised || new_facts(truth, bad) <= 1 || says_damage(bad));
  } else {
    require_sane({data + 1, size - 1});
  }
  return 0;
}
