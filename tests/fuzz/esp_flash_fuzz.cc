// Property: whatever four bytes of a flash image are damaged, the factory data are still found, or
// something says why not; and no new fact comes without a word. (A bitmap that calls an entry of
// one slot erased is how a deleted key looks: there the first half is not asked.)
#include "tests/fuzz/dump_mutation.h"

using namespace attest;
using namespace attest::test;

namespace {
Bytes image() {
  Bytes out(0x10000, 0xFF);
  out[0x1000] = 0xE9;
  write(out, 0x8000,
        partition_table({{0x3F, 6, 0xD000, 0x2000, "esp_secure_cert"},
                         {1, 2, 0x9000, 0x3000, "fctry"},
                         {0, 0, 0x1000, 0x1000, "app"}}));
  write(out, 0x9000, FactoryNvs().nvs.build(3));
  write(out, 0xD000, secure_tlv(2, 0, some_sec1()));
  return out;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  static const Bytes good = image();
  static const Reading truth = read_dump(good);
  if (data[0] % 2 == 0) {
    const Bytes damaged = with_burst(good, data + 1, size - 1);
    const Reading bad = read_dump(damaged);
    require(new_facts(truth, bad) == 0 || says_damage(bad));
    bool in_bitmap = false;
    for (const size_t page : {size_t{0x9000}, size_t{0xA000}})
      in_bitmap = in_bitmap ||
                  !equal(View(damaged).subspan(page + 32, 32), View(good).subspan(page + 32, 32));
    require(in_bitmap || bad.device.statements.size() == truth.device.statements.size() ||
            says_damage(bad));
  } else {
    require_sane({data + 1, size - 1});
  }
  return 0;
}
