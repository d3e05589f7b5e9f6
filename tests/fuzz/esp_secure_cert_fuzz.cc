// Property: a fact that a damaged esp_secure_cert partition states and the undamaged one did not
// comes with a word about the damage.
#include "tests/fuzz/dump_mutation.h"

using namespace attest;
using namespace attest::test;

namespace {
Bytes partition() {
  Bytes out = secure_tlv(1, 0, some_der(300, 1));
  add(out, secure_tlv(0, 0, some_der(280, 2)));
  add(out, secure_tlv(2, 0, some_sec1()));
  add(out, secure_tlv(201, 0, Bytes{0x34, 0x02}));
  add(out, secure_tlv(201, 2, Bytes(32, 0x55)));
  return out;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  static const Bytes good = partition();
  static const Reading truth = read_dump(good);
  if (data[0] % 2 == 0) {
    const Reading bad = read_dump(with_burst(good, data + 1, size - 1));
    require(new_facts(truth, bad) == 0 || says_damage(bad));
  } else {
    require_sane({data + 1, size - 1});
  }
  return 0;
}
