// Outputs of vendors' tools about a part's locks, each reader that takes the text.
#include "tests/fuzz/reader_property.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace attest;
  for (const Reader* reader :
       {&esp_efuse_reader, &esp_security_info_reader, &silabs_security_reader,
        &nordic_protection_reader, &st_option_bytes_reader, &nxp_blhost_reader,
        &bouffalo_efuse_reader}) {
    fuzz::check(*reader, data, size, std::nullopt);
    const View bytes(data, size);
    if (!reader->recognises({.path = "fuzz", .bytes = bytes})) continue;
    const Posture first = fuzz::read_once(*reader, bytes).device.posture;
    fuzz::must(first == fuzz::read_once(*reader, bytes).device.posture,
               "the same bytes say the same");
    for (const Claim& claim : first.claims)
      fuzz::must(!claim.place.offset || *claim.place.offset <= size,
                 "a place lies inside the input");
  }
  return 0;
}
