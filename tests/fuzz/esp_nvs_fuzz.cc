// Property: a fact that a damaged NVS partition states and the undamaged one did not comes with a
// word about the damage.
#include "tests/fuzz/dump_mutation.h"

using namespace attest;
using namespace attest::test;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  static const Bytes good = FactoryNvs().nvs.build(3);
  static const Reading truth = read_dump(good);
  if (data[0] % 2 == 0) {
    const Reading bad = read_dump(with_burst(good, data + 1, size - 1));
    require(new_facts(truth, bad) == 0 || says_damage(bad));
  } else {
    require_sane({data + 1, size - 1});
  }
  return 0;
}
