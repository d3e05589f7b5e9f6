#include "verifier/pki/crl_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "verifier/crypto/crypto.h"

namespace attest {
namespace {

constexpr size_t kRecord = 12;  // more of the hash 4, entry 4, entry that names the issuers 4
constexpr size_t kRecordsPerPlace = 8;  // of the directory, on average
constexpr unsigned kMaxBits = 24;

unsigned bits_for(size_t entry_count) {
  const size_t places = std::max<size_t>(1, entry_count / kRecordsPerPlace);
  return std::min(kMaxBits, static_cast<unsigned>(std::bit_width(places) - 1));
}
size_t directory_size(unsigned bits) {
  return ((size_t{1} << bits) + 1) * 4;
}

uint64_t hash_of(View serial) {
  return le64(sha256(without_leading_zeros(serial)), 0);
}
uint8_t tag_of(uint64_t hash) {
  return static_cast<uint8_t>(hash);
}
uint32_t more_of(uint64_t hash) {
  return static_cast<uint32_t>(hash >> 8);
}
size_t place_of(uint64_t hash, unsigned bits) {
  return bits == 0 ? 0 : static_cast<size_t>(hash >> (64 - bits));
}

struct Record {
  uint64_t hash;
  uint32_t entry, issuers;

  bool operator<(const Record& other) const {
    return hash != other.hash ? hash < other.hash : entry < other.entry;
  }
};

void put32(Bytes& out, size_t at, uint32_t n) {
  for (unsigned i = 0; i < 4; ++i) out[at + i] = static_cast<uint8_t>(n >> (8 * i));
}

tl::unexpected<Error> damaged() {
  return error("the list or its index is damaged");
}

}  // namespace

size_t CrlIndex::size_for(size_t entry_count) {
  return directory_size(bits_for(entry_count)) + entry_count * (1 + kRecord);
}

Bytes CrlIndex::build(const Crl& crl) {
  std::vector<Record> records;
  records.reserve(crl.entry_count);
  uint32_t issuers_entry = 0;
  RevokedWalk walk(crl);
  while (const auto item = walk.next()) {
    const auto offset = static_cast<uint32_t>(item->whole.data() - crl.der.data());
    if (item->names_issuers) issuers_entry = offset;
    records.push_back({.hash = hash_of(item->serial), .entry = offset, .issuers = issuers_entry});
  }
  std::sort(records.begin(), records.end());
  const unsigned bits = bits_for(records.size());
  Bytes out(size_for(records.size()));
  size_t next = 0;
  for (size_t place = 0; place <= size_t{1} << bits; ++place) {
    while (next < records.size() && place_of(records[next].hash, bits) < place) ++next;
    put32(out, place * 4, static_cast<uint32_t>(next));
  }
  size_t tag_at = directory_size(bits), at = tag_at + records.size();
  for (const Record& record : records) {
    out[tag_at++] = tag_of(record.hash);
    put32(out, at, more_of(record.hash));
    put32(out, at + 4, record.entry);
    put32(out, at + 8, record.issuers);
    at += kRecord;
  }
  return out;
}

Result<CrlIndex> CrlIndex::over(View octets, size_t entry_count) {
  if (octets.size() != size_for(entry_count))
    return error(fmt::format("index: expected {} octets for {} entries, found {}",
                             size_for(entry_count), entry_count, octets.size()));
  CrlIndex out;
  out.bits_ = bits_for(entry_count);
  out.front_ = octets.first(directory_size(out.bits_) + entry_count);
  out.directory_ = octets.first(directory_size(out.bits_));
  out.tags_ = octets.subspan(out.directory_.size(), entry_count);
  out.records_ = octets.subspan(out.directory_.size() + out.tags_.size());
  return out;
}

Result<std::optional<RevokedEntry>> CrlIndex::find(const Crl& crl, View serial, const Name& issuer,
                                                   const IsSound& sound) const {
  const auto good = [&](View part) { return !sound || sound(part); };
  const View wanted = without_leading_zeros(serial);
  const uint64_t hash = hash_of(serial);
  const size_t place = place_of(hash, bits_);
  const View range = directory_.subspan(place * 4, 8);
  if (!good(range)) return damaged();
  const size_t from = le32(range, 0), to = le32(range, 4);
  if (from > to || to > records_.size() / kRecord) return damaged();
  if (!good(tags_.subspan(from, to - from))) return damaged();
  std::optional<RevokedEntry> unsaid;
  // In the order of the hashes, and of equal ones in that of the list.
  for (size_t i = from; i < to; ++i) {
    if (tags_[i] != tag_of(hash)) continue;
    const View record = records_.subspan(i * kRecord, kRecord);
    if (!good(record)) return damaged();
    if (le32(record, 0) != more_of(hash)) continue;
    const size_t offset = le32(record, 4);
    const auto item = [&](size_t at) -> std::optional<RevokedItem> {
      // An entry is short; its length stands in its first octets.
      const size_t left = at < crl.der.size() ? crl.der.size() - at : 0;
      if (!good(crl.der.subspan(std::min(at, crl.der.size()), std::min<size_t>(left, 8))))
        return std::nullopt;
      const auto body = left == 0 ? std::nullopt : der::peel(crl.der.subspan(at), der::kSequence);
      if (!body || !good(*body)) return std::nullopt;
      return revoked_item_at(crl, at);
    };
    auto found = item(offset);
    if (!found) return damaged();
    if (!equal(without_leading_zeros(found->serial), wanted) ||
        (crl.delta && found->reason == kRemoveFromCrl))
      continue;
    if (const size_t named_at = le32(record, 8); !found->names_issuers && named_at != 0) {
      const auto naming = item(named_at);
      if (!naming) return damaged();
      found->certificate_issuers = naming->certificate_issuers;
    }
    const SpeaksOf whose = speaks_of(*found, issuer);
    if (whose == SpeaksOf::other) continue;
    const RevokedEntry entry{
        .date = found->date, .reason = found->reason, .unsaid = whose == SpeaksOf::unsaid};
    if (!entry.unsaid) return entry;
    if (!unsaid) unsaid = entry;
  }
  return unsaid;
}

RevokedList::RevokedList(CrlPtr crl) : crl_(std::move(crl)), tbs_digest_(sha256(crl_->tbs)) {}

RevokedList RevokedList::indexed(CrlPtr crl) {
  RevokedList out(std::move(crl));
  out.octets_ = std::make_shared<const Bytes>(CrlIndex::build(*out.crl_));
  out.index_ = CrlIndex::over(*out.octets_, out.crl_->entry_count).value();
  return out;
}

void RevokedList::expect_many() const {
  if (index_ && sound_) static_cast<void>(sound_(index_->front()));
}

Result<std::optional<RevokedEntry>> RevokedList::find(View serial, const Name& issuer) const {
  if (index_) return index_->find(*crl_, serial, issuer, sound_);
  return find_revoked(*crl_, serial, issuer);
}

}  // namespace attest
