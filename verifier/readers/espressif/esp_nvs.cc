#include "verifier/readers/espressif/esp_nvs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "verifier/base/checksum.h"
#include "verifier/crypto/crypto.h"

namespace attest {
namespace {

constexpr size_t kEntry = 32, kFirstEntry = 64, kEntries = 126;

enum State : uint32_t {
  kEmpty = 0xFFFFFFFF,
  kActive = 0xFFFFFFFE,
  kFull = 0xFFFFFFFC,
  kFreeing = 0xFFFFFFF8,
  kCorrupt = 0xFFFFFFF0,
  kInvalid = 0
};
enum Type : uint8_t { kString = 0x21, kBlobV1 = 0x41, kChunk = 0x42, kIndex = 0x48 };
enum Slot : uint8_t { kErased = 0, kIllegal = 1, kWritten = 2, kUnused = 3 };

bool all(View v, uint8_t value) {
  return std::all_of(v.begin(), v.end(), [&](uint8_t b) { return b == value; });
}

// Width in bytes of an integer type, 0 for others: the low digit is the width, 0x1_ is signed.
size_t integer_width(uint8_t type) {
  const uint8_t width = type & 0x0F;
  return (type & 0xE0) == 0 && (width == 1 || width == 2 || width == 4 || width == 8) ? width : 0;
}
bool known_type(uint8_t type) {
  return integer_width(type) != 0 || type == kString || type == kBlobV1 || type == kChunk ||
         type == kIndex;
}

// A key field: text, then NULs to the end.
std::optional<std::string> key_text(View field) {
  const auto end = std::find(field.begin(), field.end(), 0);
  if (end == field.begin() || end == field.end()) return std::nullopt;
  if (!std::all_of(end, field.end(), [](uint8_t b) { return b == 0; })) return std::nullopt;
  if (!std::all_of(field.begin(), end, [](uint8_t b) { return b > 0x20 && b < 0x7F; }))
    return std::nullopt;
  return std::string(field.begin(), end);
}

bool entry_sound(View entry) {
  return le32(entry, 4) == crc32(entry.subspan(8), crc32_esp(entry.first(4)));
}
// A damaged entry still has its shape; ciphertext has none.
bool entry_shaped(View entry) {
  return known_type(entry[1]) && entry[2] >= 1 && entry[2] <= kEntries &&
         key_text(entry.subspan(8, 16)).has_value();
}

// The pages of a partition in the order in which they were written, decrypted as they are asked
// for.
class Walk {
 public:
  Walk(View partition, const NvsKey* key, Nvs& out) : partition_(partition), key_(key), out_(out) {}
  void run();

 private:
  struct Chunk {
    Bytes bytes;
    uint64_t offset = 0;
  };
  struct Index {
    uint32_t size = 0;
    uint8_t count = 0, start = 0;
    uint64_t offset = 0;
  };
  using Name = std::pair<uint8_t, std::string>;  // namespace index, key
  struct Found {
    NvsItem item;
    std::optional<Index> index;  // of a blob in chunks
  };

  void damaged(uint64_t offset, std::string item, const char* what, std::string problem) {
    out_.problems.push_back({.place = {.path = {}, .offset = offset, .item = std::move(item)},
                             .what = what,
                             .problem = std::move(problem)});
  }
  bool page_is_readable(size_t at, View page);
  void walk_page(size_t at);
  std::array<uint8_t, kEntry> entry_at(size_t at) const;
  size_t take(size_t at, View entry, size_t room);
  std::optional<Bytes> payload(size_t at, View entry, const Name& name);
  void end_run();
  void drop(const Name& name, bool chunk, uint8_t chunk_index);
  void join();

  View partition_;
  const NvsKey* key_;
  Nvs& out_;
  std::map<Name, Found> found_;
  std::map<std::pair<Name, uint8_t>, Chunk> chunks_;
  std::set<Name> broken_;  // reported already
  std::map<uint8_t, std::string> spaces_;
  size_t shaped_ = 0;            // written entries with a wrong checksum that look like entries
  std::optional<uint64_t> run_;  // first offset of a run of unreadable entries
  uint64_t run_end_ = 0;
};

// One damaged entry makes its payload unreadable as well: a run is one problem.
void Walk::end_run() {
  if (!run_) return;
  const uint64_t slots = (run_end_ - *run_) / kEntry;
  damaged(*run_, "", "nvs entry crc",
          slots == 1 ? std::string("the entry's checksum is wrong")
                     : fmt::format("{} slots up to 0x{:x} hold no entry with a right checksum",
                                   slots, run_end_));
  run_.reset();
}

std::array<uint8_t, kEntry> Walk::entry_at(size_t at) const {
  std::array<uint8_t, kEntry> out{};
  const View raw = partition_.subspan(at, kEntry);
  std::copy(raw.begin(), raw.end(), out.begin());
  if (key_ == nullptr || all(raw, 0xFF)) return out;  // erased entries are never encrypted
  // Tweak: the entry's offset in the partition, 16 bytes little endian.
  std::array<uint8_t, 16> tweak{};
  for (size_t i = 0; i < 8; ++i)
    tweak[i] = static_cast<uint8_t>(static_cast<uint64_t>(at) >> (8 * i));
  const auto plain = aes256_xts_decrypt(*key_, tweak, raw);
  if (plain && plain->size() == kEntry) std::copy(plain->begin(), plain->end(), out.begin());
  return out;
}

bool Walk::page_is_readable(size_t at, View page) {
  const View header = page.first(32);
  const uint32_t state = le32(header, 0);
  if (all(page, 0xFF)) return false;
  if (crc32_esp(header.subspan(4, 24)) != le32(header, 28)) {
    if (state == kEmpty && all(header, 0xFF)) {
      damaged(at, "page", "nvs page state",
              "expected an erased page, found data under an erased header");
    } else {
      damaged(at, "page", "nvs page crc",
              "the page header's checksum is wrong: nothing in the page is believed");
    }
    return false;
  }
  if (state == kCorrupt || state == kInvalid) {
    damaged(at, "page", "nvs page state",
            fmt::format("the page is marked corrupt (0x{:08x})", state));
    return false;
  }
  if (state == kEmpty)
    damaged(at, "page", "nvs page state", "expected an erased page, found a header and data");
  else if (state != kActive && state != kFull && state != kFreeing)
    damaged(at, "page", "nvs page state",
            fmt::format("expected active, full or being freed, found 0x{:08x}", state));
  if (header[8] != 0xFE && header[8] != 0xFF) {
    damaged(at, "page", "nvs page version",
            fmt::format("expected version 0xfe or 0xff, found 0x{:02x}", header[8]));
    return false;
  }
  return true;
}

// The payload of a string, blob or chunk: its length fits the slots, its checksum is right.
std::optional<Bytes> Walk::payload(size_t at, View entry, const Name& name) {
  const size_t length = le16(entry, 24), slots = entry[2] - 1u;
  if ((length + kEntry - 1) / kEntry != slots) {
    damaged(at, name.second, "nvs data length",
            fmt::format("{} bytes do not fill {} slots", length, slots));
    return std::nullopt;
  }
  Bytes bytes;
  bytes.reserve(slots * kEntry);
  for (size_t i = 1; i <= slots; ++i) {
    const auto slot = entry_at(at + i * kEntry);
    bytes.insert(bytes.end(), slot.begin(), slot.end());
  }
  bytes.resize(length);
  const uint32_t want = le32(entry, 28), is = crc32_esp(bytes);
  if (want != is) {
    damaged(at, name.second, "nvs data crc",
            fmt::format("expected 0x{:08x}, found 0x{:08x}", want, is));
    return std::nullopt;
  }
  return bytes;
}

// What was read of this key before is older than what is damaged now: it is not the value of the
// key any more.
void Walk::drop(const Name& name, bool chunk, uint8_t chunk_index) {
  broken_.insert(name);
  if (chunk)
    chunks_.erase({name, chunk_index});
  else
    found_.erase(name);
}

// Takes the entry with a right checksum at `at`; returns the slots it uses.
size_t Walk::take(size_t at, View entry, size_t room) {
  const uint8_t space = entry[0], type = entry[1], span = entry[2];
  const auto key = key_text(entry.subspan(8, 16));
  if (!key) {
    damaged(at, "", "nvs entry key", "the key is no text that ends in NUL");
    return 1;
  }
  const Name name{space, *key};
  if (span == 0 || span > room) {
    damaged(at, *key, "nvs entry span",
            fmt::format("{} slots do not fit the {} that are left", span, room));
    drop(name, type == kChunk, entry[3]);
    return 1;
  }
  Found found{.item = {.space = {},
                       .key = *key,
                       .kind = NvsItem::Kind::number,
                       .number = 0,
                       .bytes = {},
                       .offset = at},
              .index = {}};
  if (const size_t width = integer_width(type)) {
    if (span != 1) {
      damaged(at, *key, "nvs entry span", fmt::format("a number uses 1 slot, found {}", span));
      drop(name, false, 0);
      return span;
    }
    uint64_t number = 0;
    for (size_t i = 0; i < width; ++i) number |= static_cast<uint64_t>(entry[24 + i]) << (8 * i);
    if ((type & 0x10) != 0 && width < 8 && (number >> (8 * width - 1)) != 0)
      number |= ~uint64_t{0} << (8 * width);
    found.item.number = number;
    if (space == 0 && type == 0x01) spaces_[static_cast<uint8_t>(number)] = *key;
  } else if (type == kIndex) {
    found.item.kind = NvsItem::Kind::blob;
    found.index =
        Index{.size = le32(entry, 24), .count = entry[28], .start = entry[29], .offset = at};
  } else if (type == kString || type == kBlobV1 || type == kChunk) {
    auto bytes = payload(at, entry, name);
    if (!bytes) {
      drop(name, type == kChunk, entry[3]);
      return span;
    }
    if (type == kChunk) {
      chunks_[{name, entry[3]}] = {.bytes = std::move(*bytes), .offset = at};
      return span;
    }
    found.item.kind = type == kString ? NvsItem::Kind::string : NvsItem::Kind::blob;
    found.item.bytes = std::move(*bytes);
  } else {
    damaged(at, *key, "nvs entry type", fmt::format("type 0x{:02x} is not known", type));
    return span;
  }
  if (!found.index) broken_.erase(name);  // an index says nothing of its chunks
  if (space != 0) found_[name] = std::move(found);
  return span;
}

void Walk::walk_page(size_t at) {
  const View page = partition_.subspan(at, std::min(kNvsPage, partition_.size() - at));
  const size_t slots = std::min(kEntries, (page.size() - kFirstEntry) / kEntry);
  const auto state = [&](size_t i) {
    return static_cast<Slot>(page[32 + i / 4] >> (i % 4 * 2) & 3);
  };
  bool unused_reported = false;
  for (size_t i = 0; i < slots;) {
    const size_t offset = at + kFirstEntry + i * kEntry;
    const Slot is = state(i);
    if (is != kWritten) {
      end_run();
      if (is == kIllegal)
        damaged(offset, "", "nvs entry state", "the bitmap says 1, which no entry can be");
      if (is == kUnused && !unused_reported && !all(partition_.subspan(offset, kEntry), 0xFF)) {
        damaged(offset, "", "nvs entry state",
                "the bitmap says unused, and yet something is written");
        unused_reported = true;
      }
      ++i;
      continue;
    }
    ++out_.written;
    const auto entry = entry_at(offset);
    if (!entry_sound(entry)) {
      shaped_ += entry_shaped(entry);
      if (!run_) run_ = offset;
      run_end_ = offset + kEntry;
      ++i;
      continue;
    }
    end_run();
    ++out_.sound;
    const size_t span = entry[2];
    const auto key = key_text(View(entry).subspan(8, 16));
    if (key && span > slots - i && slots < kEntries && span <= kEntries - i) {
      damaged(offset, *key, "nvs truncated",
              fmt::format("the item needs {} slots, the image ends after {}", span, slots - i));
      drop({entry[0], *key}, entry[1] == kChunk, entry[3]);
      break;
    }
    bool together = true;
    for (size_t k = 1; k < span && span <= slots - i; ++k)
      together = together && state(i + k) == kWritten;
    if (key && !together) {
      damaged(offset, *key, "nvs entry state", "the bitmap calls a part of the item not written");
      drop({entry[0], *key}, entry[1] == kChunk, entry[3]);
      i += span;
      continue;
    }
    i += take(offset, entry, slots - i);
  }
  end_run();
}

// Joins chunks under their indexes and gives every item its namespace.
void Walk::join() {
  std::set<uint8_t> nameless;
  std::set<std::pair<Name, uint8_t>> used;
  for (auto& [name, found] : found_) {
    if (found.index) {
      const Index& index = *found.index;
      Bytes whole;
      std::string problem;
      for (unsigned i = 0; i < index.count && problem.empty(); ++i) {
        const auto chunk = chunks_.find({name, static_cast<uint8_t>(index.start + i)});
        if (chunk == chunks_.end()) {
          problem = fmt::format("chunk {} of {} is missing", i + 1, index.count);
        } else {
          used.insert(chunk->first);
          whole.insert(whole.end(), chunk->second.bytes.begin(), chunk->second.bytes.end());
        }
      }
      if (problem.empty() && whole.size() != index.size)
        problem = fmt::format("expected {} bytes, the chunks hold {}", index.size, whole.size());
      if (!problem.empty()) {
        // A damaged chunk has been reported at its own place.
        if (!broken_.contains(name)) damaged(index.offset, name.second, "nvs blob", problem);
        for (unsigned i = 0; i < index.count; ++i)
          used.insert({name, static_cast<uint8_t>(index.start + i)});
        continue;
      }
      found.item.bytes = std::move(whole);
      if (index.count != 0) found.item.offset = chunks_.at({name, index.start}).offset;
    }
    const auto space = spaces_.find(name.first);
    if (space == spaces_.end()) {
      if (nameless.insert(name.first).second)
        damaged(found.item.offset, name.second, "nvs namespace",
                fmt::format("namespace {} has no name", name.first));
      continue;
    }
    found.item.space = space->second;
    out_.items.push_back(std::move(found.item));
  }
  for (const auto& [id, chunk] : chunks_) {
    if (!used.contains(id) && !found_.contains(id.first) && broken_.insert(id.first).second)
      damaged(chunk.offset, id.first.second, "nvs blob",
              "a chunk without the index that it belongs to");
  }
  std::sort(out_.items.begin(), out_.items.end(),
            [](const NvsItem& a, const NvsItem& b) { return a.offset < b.offset; });
}

void Walk::run() {
  std::vector<std::pair<uint32_t, size_t>> pages;  // sequence number, offset
  out_.erased = !partition_.empty() && all(partition_, 0xFF);
  for (size_t at = 0; at + kFirstEntry <= partition_.size(); at += kNvsPage) {
    const View page = partition_.subspan(at, std::min(kNvsPage, partition_.size() - at));
    if (page_is_readable(at, page)) pages.emplace_back(le32(page, 4), at);
  }
  out_.truncated = partition_.size() % kNvsPage != 0;
  std::sort(pages.begin(), pages.end());
  for (size_t i = 0; i < pages.size(); ++i) {
    if (i != 0 && pages[i].first == pages[i - 1].first)
      damaged(pages[i].second, "page", "nvs page sequence",
              fmt::format("the page at 0x{:x} has the number {} too", pages[i - 1].second,
                          pages[i].first));
    walk_page(pages[i].second);
  }
  out_.encrypted = out_.written != 0 && out_.sound == 0 && shaped_ == 0;
  join();
}

}  // namespace

const NvsItem* Nvs::find(std::string_view space, std::string_view key) const {
  const auto at = std::find_if(items.begin(), items.end(),
                               [&](const NvsItem& i) { return i.space == space && i.key == key; });
  return at == items.end() ? nullptr : &*at;
}
size_t Nvs::count(std::string_view space) const {
  return static_cast<size_t>(std::count_if(items.begin(), items.end(),
                                           [&](const NvsItem& i) { return i.space == space; }));
}

bool is_nvs_page(View page) {
  return page.size() >= kFirstEntry && all(page.subspan(9, 19), 0xFF) && le32(page, 0) != kEmpty &&
         crc32_esp(page.subspan(4, 24)) == le32(page, 28);
}
bool looks_like_nvs_page(View page) {
  if (page.size() < kFirstEntry) return false;
  if (is_nvs_page(page)) return true;
  // A page's header has two numbers and a checksum in erased surroundings; text or code has no such
  // reserved field.
  const View header = page.first(32), reserved = page.subspan(9, 19);
  const auto erased = std::count(reserved.begin(), reserved.end(), uint8_t{0xFF});
  const auto written =
      std::count_if(header.begin(), header.end(), [](uint8_t b) { return b != 0xFF; });
  const bool state = page[3] == 0xFF && page[2] == 0xFF && page[1] == 0xFF;
  return erased >= 16 && written >= 6 && (page[8] == 0xFE || page[8] == 0xFF) &&
         (state || crc32_esp(page.subspan(4, 24)) == le32(page, 28));
}

bool looks_like_nvs(View partition) {
  if (partition.size() < kFirstEntry) return false;
  size_t sound = 0, damaged = 0, others = 0;
  for (size_t at = 0; at + kFirstEntry <= partition.size() && at < 256 * kNvsPage; at += kNvsPage) {
    const View page = partition.subspan(at, std::min(kNvsPage, partition.size() - at));
    if (is_nvs_page(page))
      ++sound;
    else if (looks_like_nvs_page(page))
      ++damaged;
    else if (!all(page.first(kFirstEntry), 0xFF))
      ++others;
  }
  if (sound == 0) return damaged != 0 && others == 0 && partition.size() % kNvsPage == 0;
  // A page that was freed is erased, so the first one may be; then nothing else may stand between
  // the others.
  if (all(partition.first(kFirstEntry), 0xFF)) return others == 0;
  return others <= std::max<size_t>(1, sound / 4);
}

Nvs parse_nvs(View partition, const NvsKey* key) {
  Nvs out;
  Walk(partition, key, out).run();
  return out;
}

std::optional<NvsKeys> parse_nvs_keys(View partition) {
  if (partition.size() < 68 || partition.size() > 16 * kNvsPage ||
      !all(partition.subspan(68), 0xFF))
    return std::nullopt;
  NvsKeys out;
  std::copy(partition.begin(), partition.begin() + 64, out.key.begin());
  out.sound = crc32_esp(out.key) == le32(partition, 64) && !all(out.key, 0x00);
  // Without a right checksum only a whole page of random-looking bytes and nothing else is taken
  // for a damaged one.
  std::set<uint8_t> distinct(out.key.begin(), out.key.end());
  if (!out.sound && (partition.size() < kNvsPage || distinct.size() < 40)) return std::nullopt;
  return out;
}

std::vector<NvsKey> nvs_keys_of(const Secret& secret) {
  std::vector<NvsKey> out;
  if (secret.passphrase) return out;
  if (secret.bytes.size() == 64) {
    std::copy(secret.bytes.begin(), secret.bytes.end(), out.emplace_back().begin());
  } else if (secret.bytes.size() == 32) {
    // ESP-IDF nvs_sec_provider, HMAC scheme: both halves from one eFuse key.
    Bytes encryption, tweak;
    for (int i = 0; i < 8; ++i) {
      encryption.insert(encryption.end(), {0x5A, 0x5A, 0xBE, 0xAE});
      tweak.insert(tweak.end(), {0xA5, 0xA5, 0xDE, 0xCE});
    }
    const Bytes first = hmac_sha256(secret.bytes, encryption),
                second = hmac_sha256(secret.bytes, tweak);
    NvsKey& key = out.emplace_back();
    std::copy(first.begin(), first.end(), key.begin());
    std::copy(second.begin(), second.end(), key.begin() + 32);
  } else if (const auto keys = parse_nvs_keys(secret.bytes)) {
    out.push_back(keys->key);
  }
  return out;
}

}  // namespace attest
