// A private key and its certificate from the files that two options name. Whatever is wrong with
// either is said before anything is signed or served with them, by its option and file.
#pragma once

#include <string>

#include "verifier/base/result.h"

namespace attest {

struct KeyPair {
  std::string key, certificate;  // PEM
};
struct KeyPairFiles {
  const char *key_option, *certificate_option;
  std::string key, certificate;  // `certificate` empty: it is in the key's file
};
Result<KeyPair> key_pair_from(const KeyPairFiles& files);

}  // namespace attest
