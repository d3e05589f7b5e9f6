// How a revocation list is signed: with what, and what of that is checked here. Whether a key
// signed one, signed_by() of revocation.h says.
#pragma once

#include <string>

#include "verifier/crypto/crypto.h"
#include "verifier/pki/crl.h"

namespace attest {

// ECDSA over SHA-384 or SHA-512, which is checked though no list of Matter has it.
bool has_longer_digest(const Crl& crl);
// Of an algorithm that nobody here checks: its signature says nothing, either way. (Damage to its
// name leaves two names that differ.)
bool not_judged(const Crl& crl, const SignatureEngine& engine);
std::string algorithm_name(View oid);  // "RSA with SHA-256 (1.2.840.113549.1.1.11)"

}  // namespace attest
