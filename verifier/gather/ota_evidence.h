// OtaEvidence: a software image that is judged beside a device: given, found among the evidence, or
// fetched from the address that the ledger names.
#pragma once

#include "verifier/base/maybe.h"
#include "verifier/ledger.h"
#include "verifier/matter/ota_image.h"
#include "verifier/readers/device.h"

namespace attest {

struct OtaEvidence {
  Place place;
  OtaImage image;
  MaybeValue<ModelVersion> fetched_from = {};  // the entry whose otaUrl led to it
  bool cut = false;                            // fetched no further than the entry's otaFileSize
  Fact<ModelVersion> entry = {};  // the ledger's entry of the image's own software version
};

// What became of fetching an image, where that was asked for.
struct OtaFetch {
  enum class Outcome : uint8_t {
    fetched,  // it is among the images
    nothing,  // the ledger's entry names no image
    failed,
  } outcome = Outcome::failed;
  std::string why;  // not fetched
};

}  // namespace attest
