// Fuses of an Espressif chip, by the names that espefuse gives them, and what they say of the
// part's posture. The rules are ESP-IDF's own for release mode (flash_encrypt.c, secure_boot.c): a
// field that the chip lacks is skipped, one that it has and that is not told is undecided. Where no
// chip is known, it may have what any of them has.
#pragma once

#include <map>

#include "verifier/readers/reader.h"

namespace attest::tool {
class Rest;
}

namespace attest::efuse {

struct Fuse {
  std::string value;               // as it is written; of blocks the bytes
  std::optional<uint64_t> number;  // its bits; nullopt: a word stands for them
  std::optional<Bytes> bytes;      // of a block that can be read, whole
  bool readable = true, writeable = true;
  bool access_told = true;  // false: these two are guessed
  bool covered = false;     // bytes of it are shown as ??
  bool shown = false;       // some of its bytes can be seen, and are not zero
  uint64_t offset = 0;
};

struct Summary {
  std::map<std::string, Fuse, std::less<>> fuses;
  uint64_t offset = 0;             // in the file
  std::string chip;                // "esp32c3", where it is known; empty: the fuses tell
  bool may_be_of_another = false;  // that chip is one of several of which it may be

  const Fuse* find(std::string_view name) const;
};

// States what one part's fuses say. `item`: the name of the summary in its file; empty for the only
// one.
void say_posture(const Summary& summary, const Source& source, const std::string& item,
                 Reading& reading);

// The chip that has such fuses; null: none of them tells.
const char* telling_chip(const Summary& summary);
// The name of a key's purpose by its number, where tools print it: "XTS_AES_128_KEY". Chips differ
// in 1; without its chip that has none. Empty: of none known.
const char* purpose_name(uint64_t purpose, const char* chip);
// A word that tells what a block of keys is for.
bool is_purpose(std::string_view word);
// Whether a purpose of that number may have that name; true of a word that is none.
bool may_be_purpose(std::string_view word, uint64_t number);
// The chip by its number in headers of images and in get-security-info; null: of none known.
const char* chip_of_id(uint64_t id);
bool holds_a_secret(std::string_view purpose);  // whoever reads such a block has the key

// What a dump that does not name its chip is also read as (Claim::read_as): of a chip whose fuses
// are not known here.
inline constexpr const char* kAnotherChip = "another chip";

// `espefuse dump`: text in any of its forms.
bool has_dump(const Source& source);
void read_dumps(const Source& source, tool::Rest& rest, Reading& reading);

}  // namespace attest::efuse
