// Revocation sets: by the SDK's rule nothing is found that ours does not find, and what we would
// write of an entry is found by both.
#include "fixtures/forge/device_builder.h"
#include "tests/fuzz/property.h"
#include "tests/fuzz/reader_property.h"
#include "verifier/matter/revocation_set.h"

using namespace attest;
using test::must;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const CertificatePtr dac = [] {
    return parse_certificate(forge::make(forge::good_plan("fuzz")).dac).value();
  }();
  fuzz::check(revocation_set_reader, data, size, std::nullopt);
  const auto set = parse_revocation_set(text(View(data, size)));
  if (!set) {
    must(!set.error().what.empty(), "an error has words");
    return 0;
  }
  const auto answer = (*set)->of(*dac);
  must(!answer.sdk_entry || answer.entry, "what the SDK finds we find");
  must(!answer.entry || answer.sdk_entry || !answer.sdk_misses.empty(),
       "where the SDK does not find it, it is said why");
  must(!answer.entry || (*set)->names(*dac, dac->serial), "both say that it is named");
  for (const RevocationSetFault& fault : (*set)->unreadable())
    must(fault.entry < (*set)->entries().size() && !fault.what.empty(), "a fault has its entry");
  return 0;
}
