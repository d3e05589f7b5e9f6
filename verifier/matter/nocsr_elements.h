// NocsrElements: the TLV that a device signs in a CSRResponse (Core 11.18.4.9), with the request
// for its operational certificate. Views into the input.
#pragma once

#include <array>
#include <optional>

#include "verifier/base/bytes.h"

namespace attest {

struct NocsrElements {
  View csr;                                            // tag 1: a PKCS#10 request
  View nonce;                                          // tag 2; 32 octets are right
  std::array<std::optional<View>, 3> vendor_reserved;  // tags 3 to 5
};

// One anonymous structure of tags 1 to 5 in this order, octet strings all, the first two there;
// nothing else in it and nothing behind it. Else an error that names the element.
Result<NocsrElements> parse_nocsr_elements(View tlv);
// What no signature makes right: they cannot be read, are too long, have a nonce of another length,
// or no request for a key on P-256, signed with ECDSA and SHA-256.
bool nocsr_elements_are_wrong(View elements);

}  // namespace attest
