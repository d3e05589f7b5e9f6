// Property: Berger codes guard the structure, nothing guards the values. So one flipped bit changes
// what one object says at most (a setup payload holds QR code and passcode), or something says so.
// The same of the provisioning page, whose lengths have to add up.
#include "tests/fuzz/dump_mutation.h"
#include "verifier/matter/base38.h"

using namespace attest;
using namespace attest::test;

namespace {
Bytes bytes_of(std::string_view s) {
  return to_bytes(view(s));
}
Bytes store() {
  Nvm3Builder b;
  b.page(1);
  b.number(0x8720C, 0xFFF1, 2);
  b.number(0x8720B, 0x8000, 2);
  b.small(0x87200, bytes_of("OLD"));
  b.small(0x87205, from_base38("Y.K9042C00KA0648G00").value());
  b.small(0x87200, bytes_of("NEW"));
  b.number(0x87222, 64, 4);
  b.number(0x87223, 480, 4);
  b.large(0x87211, 1, Bytes(40, 'u'));
  b.page(1);
  b.large(0x87211, 3, Bytes(20, 'v'));
  b.page(1);
  write(b.image_, 3 * Nvm3Builder::kPage + 64, some_der(480, 1));
  return b.image_;
}
Bytes provision() {
  ProvisionBuilder p;
  p.data(0x141, bytes_of("PROV-1"));
  p.number(0x142, 0xFFF1, 2);
  p.number(0x144, 0x8000, 2);
  p.number(0x161, 0x301, 2);
  p.number(0x163, 1500, 3);
  p.data(0x195, some_der(300, 1));
  return p.build();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  static const Bytes good[] = {store(), provision()};
  static const Reading truth[] = {read_dump(good[0]), read_dump(good[1])};
  const unsigned mode = data[0] % 3;
  if (mode < 2) {
    const Reading bad = read_dump(with_bit(good[mode], data + 1, size - 1));
    require(new_facts(truth[mode], bad) <=
                (bad.device.first(FactId::qr_payload) != nullptr ? 2u : 1u) ||
            says_damage(bad));
  } else {
    require_sane({data + 1, size - 1});
  }
  return 0;
}
