// Property: a list that parses is recognised as one, parses from no shorter part, and its walk
// gives as many entries as were counted; a list that is not indirect and names no issuers has every
// serial revoked that it walks over. Salvaging reads what parsing reads, and more: with a byte
// behind it a list has the same entries, and what is salvaged is never read beyond.
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
  const auto salvaged = salvage_crl(to_bytes(input));
  const auto got = parse_crl(to_bytes(input));
  require(got.has_value() == (salvaged.has_value() && !(*salvaged)->damage));
  if (salvaged) {
    size_t entries = 0;
    RevokedWalk all(**salvaged);
    while (const auto item = all.next()) {
      if (entries++ < kSought) (void)find_revoked(**salvaged, item->serial, (*salvaged)->issuer);
    }
    require(entries == (*salvaged)->entry_count);
  }
  if (!got) return 0;
  Bytes longer = to_bytes(input);
  longer.push_back(0);
  const auto with_more = salvage_crl(std::move(longer));
  require(with_more && (*with_more)->damage && (*with_more)->entry_count == (*got)->entry_count);
  const Crl& crl = **got;
  require(looks_like_crl(input));
  require(!parse_crl(to_bytes(input.first(size - 1))));
  bool issuers = false;
  size_t count = 0;
  RevokedWalk walk(crl);
  while (const auto item = walk.next()) {
    issuers = issuers || !item->certificate_issuers.empty();
    const bool plain = !issuers && !crl.delta;
    if (plain && count < kSought) require(find_revoked(crl, item->serial, crl.issuer).has_value());
    ++count;
  }
  require(count == crl.entry_count);
  return 0;
}
