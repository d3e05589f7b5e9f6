// Property: a list that parses is recognised as one, parses from no shorter part, and its walk
// gives as many entries as were counted; a list that is not indirect and names no issuers has every
// serial revoked that it walks over.
#include <cstdlib>

#include "verifier/pki/crl.h"

using namespace attest;

namespace {

constexpr size_t kSought = 8;  // each search walks the list

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const View input(data, size);
  const auto got = parse_crl(to_bytes(input));
  if (!got) return 0;
  const Crl& crl = **got;
  require(looks_like_crl(input));
  require(!parse_crl(to_bytes(input.first(size - 1))));
  bool issuers = false;
  size_t count = 0;
  RevokedWalk walk(crl);
  while (const auto item = walk.next()) {
    issuers = issuers || !item->certificate_issuers.empty();
    const bool plain = !issuers && !(crl.partition && crl.partition->indirect);
    if (plain && count < kSought) require(find_revoked(crl, item->serial, crl.issuer).has_value());
    ++count;
  }
  require(count == crl.entry_count);
  return 0;
}
