// OTA images by parts, for tests and fuzz targets: a header that says what is so, unless a test
// changes it.
#pragma once

#include "verifier/matter/ota_image.h"

namespace attest::test {

// The digest that a header of this type gives of a payload.
inline Bytes digest_of(uint32_t type, View payload) {
  auto hash = Hash::of_type(type >= 2 && type <= 6 ? 1 : type);
  if (!hash) return Bytes(ota_digest_size(type), 0);
  hash->update(payload);
  Bytes out = hash->finish();
  out.resize(ota_digest_size(type));
  return out;
}

struct OtaParts {
  Bytes payload = Bytes(3000, 0x5A);
  OtaHeader header;
  Bytes trailing;
  bool seal = true;  // sizes and digest follow from the payload

  OtaParts() {
    header.vendor_id = 0xFFF1;
    header.product_id = 0x8000;
    header.software_version = 9;
    header.software_version_string = "9.0";
    header.digest_type = 1;
  }
  Bytes bytes() const {
    OtaHeader h = header;
    if (seal) {
      h.payload_size = payload.size();
      h.digest = digest_of(h.digest_type, payload);
      h.total_size = encode_ota_header(h).size() + payload.size();
    }
    Bytes out = encode_ota_header(h);
    out.insert(out.end(), payload.begin(), payload.end());
    out.insert(out.end(), trailing.begin(), trailing.end());
    return out;
  }
  // The header as bytes() writes it, to be changed.
  OtaParts& unseal() {
    header = *parse_ota_header(bytes());
    seal = false;
    return *this;
  }
};

}  // namespace attest::test
