// Private keys as ssh-keygen writes them: the DER-less block "OPENSSH PRIVATE KEY".
#pragma once

#include <string>

#include "verifier/pki/key.h"

namespace attest {

struct OpensshKey {
  std::string kind;  // "ecdsa-sha2-nistp256", "ssh-ed25519"
  bool encrypted = false;
  std::optional<PrivateKey> p256;  // of a key on P-256 that is not encrypted
};
Result<OpensshKey> parse_openssh_key(View block);

}  // namespace attest
