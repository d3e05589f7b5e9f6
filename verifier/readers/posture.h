// Posture: how a part is locked, as a vendor's tool printed it or as its memory shows it. Readers
// turn fuses, option bytes and lock words into claims about traits that all vendors have in common;
// where a vendor's own rule decides what is good, the reader of its format knows that rule. The
// checks of `security.*` only compare claims with one another and with the order.
#pragma once

#include <optional>

#include "verifier/readers/place.h"

namespace attest {

// What a claim is about. The comment has the words that its value may be.
enum class Trait : uint8_t {
  chip,                // esp32c3, efr32, ...
  mac,                 // 12 hex digits
  unique_id,           // 16 hex digits
  secure_boot,         // off on v1 v2 certificate mcuboot
  boot_key,            // what is burned: usable, or why not
  trusted_key,         // hex: a digest (64 digits), or X and Y (128)
  revoked_key,         // hex
  boot_status,         // 0x20
  flash_encryption,    // off on development release
  release_mode,        // a bit that release mode wants
  flash_content,       // plain ciphertext
  nvs,                 // plain encrypted
  nvs_keys,            // plain hidden
  nvs_scheme,          // hmac keys-partition
  dac_key,             // flash nvs-encrypted efuse-ecdsa rsa-ds ...
  fuse_key_read,       // hidden readable
  fuse_key_write,      // locked writeable
  read_protection,     // sealed open
  debug,               // open locked standard-lock secure-lock permanent-lock disabled
  debug_now,           // locked unlocked
  debug_unlock,        // signed, or why not
  command_key,         // hex, X and Y
  download_mode,       // open secure disabled
  other_boot,          // a way to boot: closed open
  rollback,            // on off
  secure_version,      // a number, of the fuses
  device_erase,        // enabled disabled
  verify_certificate,  // on off
  page_lock,           // none narrow full
  tamper,              // name=value
  tamper_status,       // ok not-ok
  secure_engine,       // a version
  secret,              // what holds one
};
inline constexpr size_t kTraitCount = static_cast<size_t>(Trait::secret) + 1;
const char* trait_name(Trait trait);

// Whether a claim is as a locked part has it, by the vendor's own rule. `unclear`: what is there
// does not tell, or denies itself; with kUntold (posture/untold.h) another output may answer it.
enum class Holds : uint8_t { yes, no, unclear };

struct Claim {
  Trait trait = Trait::chip;
  Holds locked = Holds::yes;
  std::string value;   // a word of the trait's
  std::string detail;  // "SPI_BOOT_CRYPT_CNT is 0b001 and can be written": first what it is of
  Place place;
  // Of fuses that do not name their chip: as of which of those that it may be they were read
  // ("esp32c3"). What the rest of the evidence says of the chip settles it (gather_fuses.cc).
  std::string read_as = {};

  bool operator==(const Claim&) const = default;
};

// A firmware image, and what was found of its signature.
enum class ImageSignature : uint8_t {
  none,       // nothing but checksums
  good,       // verifies with the key that the image brings
  bad,        // does not
  by_no_key,  // brings no key, and none of the evidence's verifies it
  unchecked,  // brings no key and the evidence has none, or encrypted, or of a kind not known
};
struct SignedImage {
  std::string what;  // "bootloader", "ota_0", "slot"
  std::string
      scheme;  // "rsa3072", "ecdsa-p256", "v1", "crc32": of the signature, empty without one
  ImageSignature signature = ImageSignature::none;
  std::string problem;            // why bad
  std::vector<std::string> keys;  // hex: digests or X and Y of those that verify it
  std::optional<uint64_t> secure_version;
  // Of a signature by a key that lies elsewhere: P-256.
  Bytes digest, value;
  // Of a certificate between that key and the image.
  Bytes certificate_digest, certificate_value;
  Place place;

  bool operator==(const SignedImage&) const = default;
  static SignedImage at(Place where, std::string name) {
    SignedImage out;
    out.what = std::move(name);
    out.place = std::move(where);
    return out;
  }
};

// A key of an order's `security`, and its value as text; lists one by one.
struct OrderedLock {
  std::string key, value;
  Place place;

  bool operator==(const OrderedLock&) const = default;
};

struct Posture {
  std::vector<Claim> claims;
  std::vector<SignedImage> images;
  std::vector<OrderedLock> ordered;

  Claim& say(Trait trait, Holds locked, std::string value, std::string detail, Place place) {
    return claims.emplace_back(Claim{.trait = trait,
                                     .locked = locked,
                                     .value = std::move(value),
                                     .detail = std::move(detail),
                                     .place = std::move(place)});
  }
  size_t said() const { return claims.size() + images.size(); }
  bool operator==(const Posture&) const = default;
};

}  // namespace attest
