// AttestationElements: the TLV that a device signs in an AttestationResponse (Core 11.18.4.7),
// views into the input.
#pragma once

#include "verifier/base/bytes.h"
#include "verifier/base/maybe.h"

namespace attest {

struct AttestationElements {
  View certification_declaration;  // tag 1: the CMS
  View nonce;                      // tag 2; 32 octets are right
  uint32_t timestamp = 0;          // tag 3, seconds since 2000-01-01; ignored by commissioners
  MaybeValue<View> firmware_information;  // tag 4
  std::vector<std::string> unknown_tags;  // context tags above 4
  size_t vendor_elements = 0;             // fully-qualified tags
  size_t trailing_bytes = 0;              // after the end of the structure
  bool unterminated = false;              // the structure has no end-of-container
};

inline constexpr size_t kMaxElementsBytes = 900;  // RESP_MAX
// Of a response: nonce, signature (r, s) and the session's challenge.
inline constexpr size_t kNonceBytes = 32, kSignatureBytes = 64, kChallengeBytes = 16;

// Mandatory fields present, tag 1 first, context tags strictly ascending, right types; otherwise an
// error that names the element. Trailing bytes and a missing terminator parse and are told.
Result<AttestationElements> parse_attestation_elements(View tlv);
bool looks_like_attestation_elements(View input);
// What no signature makes right: they cannot be read, are too long, have no end or more behind it,
// or a nonce of another length.
bool attestation_elements_are_wrong(View elements);

}  // namespace attest
