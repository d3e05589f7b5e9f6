// Property: the index of a list answers what walking the list answers, for every serial of it and
// for its neighbours, whatever the issuer; and an index or a list with changed octets is an answer
// or an error, never a read beyond.
#include <cstdlib>

#include "verifier/pki/crl_index.h"
#include "verifier/pki/name.h"

using namespace attest;

namespace {

constexpr size_t kSought = 8;  // each walk reads the list

void require(bool holds) {
  if (!holds) std::abort();
}

void same(const RevokedList& indexed, const Crl& crl, View serial, const Name& issuer) {
  const auto by_index = indexed.find(serial, issuer);
  const auto by_walk = find_revoked(crl, serial, issuer);
  require(by_index.has_value());
  require(by_index->has_value() == by_walk.has_value());
  if (by_walk)
    require((*by_index)->date == by_walk->date && (*by_index)->reason == by_walk->reason &&
            (*by_index)->unsaid == by_walk->unsaid);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto got = salvage_crl(to_bytes(View(data, size)));
  if (!got) return 0;
  const Crl& crl = **got;
  const auto indexed = RevokedList::indexed(*got);
  size_t count = 0;
  RevokedWalk walk(crl);
  while (const auto item = walk.next()) {
    if (count++ >= kSought) continue;
    same(indexed, crl, item->serial, crl.issuer);
    Bytes other = to_bytes(item->serial);
    other.insert(other.begin(), 0);
    same(indexed, crl, other, crl.issuer);
    other.back() ^= 1;
    same(indexed, crl, other, crl.issuer);
    if (item->certificate_issuers.empty()) continue;
    der::Cursor names(item->certificate_issuers);
    auto tagged = names.enter(der::context_constructed(4), "certificateIssuer");
    require(tagged.has_value() || crl.damage);
    if (!tagged) continue;
    if (const auto name = read_name(*tagged, "certificateIssuer"))
      same(indexed, crl, item->serial, *name);
  }
  same(indexed, crl, {}, crl.issuer);

  if (crl.damage) return 0;  // no list file keeps it
  const auto again =
      reopen_crl(crl.der, crl.owner,
                 {.entry_count = crl.entry_count, .unknown_critical = crl.unknown_critical});
  require(again.has_value() && (*again)->entry_count == crl.entry_count &&
          equal((*again)->entries, crl.entries));

  // Damage: the input chooses where.
  Bytes index = CrlIndex::build(crl);
  require(index.size() == CrlIndex::size_for(crl.entry_count));
  for (size_t i = 0; i + 1 < size && i < 32; i += 2)
    index[(size_t{data[i]} * 251 + data[size - 1 - i]) % index.size()] ^= data[i + 1];
  const auto over = CrlIndex::over(index, crl.entry_count);
  require(over.has_value());
  RevokedWalk again_walk(crl);
  for (size_t i = 0; i < kSought; ++i) {
    const auto item = again_walk.next();
    if (!item) break;
    (void)over->find(crl, item->serial, crl.issuer);
  }
  return 0;
}
