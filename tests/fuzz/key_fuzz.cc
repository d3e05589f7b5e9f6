// Property: a key that parses, written again as the plainest ECPrivateKey, gives the same scalar
// and point. A request that parses is exactly the first `consumed` bytes and parses the same from
// these alone. No input is both. An OpenSSH key that is read says its kind and has one of P-256
// only where the kind does.
#include <cstdlib>

#include "verifier/pki/key.h"
#include "verifier/pki/openssh_key.h"

using namespace attest;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const View input(data, size);
  size_t consumed = 0;
  const auto key = parse_private_key(input, &consumed);
  if (key) {
    require(consumed <= size && !parse_private_key(input.first(consumed - 1)));
    Bytes plain{0x30, 37, 0x02, 1, 1, 0x04, 32};
    plain.insert(plain.end(), key->scalar.begin(), key->scalar.end());
    const auto again = parse_private_key(plain);
    require(again && again->scalar == key->scalar && again->public_key == key->public_key &&
            !again->stated_public);
  }
  const auto csr = parse_csr(input, &consumed);
  if (csr) {
    require(!key);
    require(equal(csr->der, input.first(consumed)) && find(csr->der, csr->info));
    const auto again = parse_csr(csr->der);
    require(again && again->subject == csr->subject && again->public_key == csr->public_key);
    require(!parse_csr(View(csr->der).first(consumed - 1)));
    require(is_utf8(csr->subject));
  }
  if (const auto openssh = parse_openssh_key(input)) {
    require(!key && !csr);
    require(!openssh->p256 || (openssh->kind == "ecdsa-sha2-nistp256" && !openssh->encrypted));
    require(!openssh->p256 || raw_private_key(openssh->p256->scalar));
  }
  return 0;
}
