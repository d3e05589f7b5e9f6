// Detached CMS signatures of manifests, such as `openssl cms -verify` checks, too. The signature is
// made in a library context of its own: a host's openssl.cnf has no say.
#pragma once

#include "verifier/base/bytes.h"

namespace attest {

// `key` and `certificate` are PEM; both may be one file. The signing time is the clock's.
Result<Bytes> sign_detached(View content, View key, View certificate);

// Whether they can be used like that; what a file holds is PEM.
Result<void> check_key(View key);
bool has_certificate(View certificate);
Result<void> check_pair(View key, View certificate);

// The subject of the signer, once its signature is good. With `certificate` (PEM), only a signature
// by the key of exactly this certificate is; without one the certificate in the signature is taken,
// which says who, not that it may be trusted.
Result<std::string> signer_of(View content, View signature, std::optional<View> certificate);

// SHA-256 of the certificate (PEM) in DER: by that a record says who signs it.
Result<Sha256> certificate_digest(View certificate);
// Whether the signature is as sign_detached writes one, with that certificate and nothing beside
// it: what a signature does not cover in itself is covered by this.
Result<void> is_whole_signature(View signature, const Sha256& certificate);

}  // namespace attest
