// EspNvs: the key-value partition of ESP-IDF (nvs_flash). Pages of 4096 bytes, each a header of 32,
// a bitmap of 32 with two bits an entry, and 126 entries of 32 bytes that carry their own
// checksums. Layout after ESP-IDF's nvs_flash and esp-idf-nvs-partition-gen. Encrypted, each entry
// is one AES-256-XTS unit; headers and bitmaps stay plain.
#pragma once

#include "verifier/readers/reader.h"

namespace attest {

inline constexpr size_t kNvsPage = 4096;

struct NvsItem {
  enum class Kind : uint8_t { number, string, blob };
  std::string space, key;
  Kind kind = Kind::number;
  uint64_t number = 0;  // a negative one as its two's complement
  Bytes bytes;          // of strings and blobs; a string keeps its final NUL
  uint64_t offset = 0;  // of its entry, in the partition
  std::string name() const { return space + "/" + key; }
};

struct Nvs {
  std::vector<NvsItem> items;              // alive and undamaged; of a key written twice the later
  std::vector<IntegrityProblem> problems;  // places: offset in the partition and item, no path
  size_t written = 0;                      // entries that the bitmaps call written
  size_t sound = 0;                        // of these, entries whose checksum is right
  bool erased = false;                     // no page was ever used
  bool truncated = false;                  // ends within a page
  bool encrypted = false;  // sound headers over entries of which none looks like one
  const NvsItem* find(std::string_view space, std::string_view key) const;
  size_t count(std::string_view space) const;
};

// Encryption key | tweak key, 32 bytes each.
using NvsKey = std::array<uint8_t, 64>;

// Does a page header stand here (its checksum right), or one that is only a little damaged?
bool is_nvs_page(View page);
bool looks_like_nvs_page(View page);
// Is this a partition of its own: nearly every page one, or erased? (A flash image may begin with
// an NVS partition.)
bool looks_like_nvs(View partition);
// A partition or a part of one. Never fails: what is damaged is in `problems`.
Nvs parse_nvs(View partition, const NvsKey* key = nullptr);

// A keys partition: 64 bytes, their checksum, the rest erased. nullopt when this is none; `sound`
// says whether the checksum is right.
struct NvsKeys {
  NvsKey key{};
  bool sound = false;
};
std::optional<NvsKeys> parse_nvs_keys(View partition);
// Adds the keys of a partition to the secrets; false when it holds none.
bool read_nvs_keys(const Source& source, const std::string& label, Reading& reading);
// Every key that a secret can stand for: 64 bytes as they are, a whole keys partition, 32 bytes as
// the HMAC eFuse key.
std::vector<NvsKey> nvs_keys_of(const Secret& secret);

// Reads a partition at `source.base`: statements from the namespaces chip-factory, chip-config and
// esp_secure_cert. `label` is the partition's name in a flash image, put before the items; empty
// for a file of its own.
void read_nvs(const Source& source, const std::string& label, Reading& reading);

}  // namespace attest
