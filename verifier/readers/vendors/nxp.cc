// NXP factory data: a header of 12 bytes with the first four of the body's SHA-256, then key,
// length, value. With a key the body is AES-ECB of the padded plaintext, over which the hash is
// taken, so that the hash tells a right key. The variant for HW-parameter sectors has a text and a
// length before it and a CRC-16 behind it.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "verifier/crypto/crypto.h"
#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/factory_item.h"
#include "verifier/readers/formats.h"

namespace attest {
namespace {

constexpr uint32_t kMagic = 0xCE47BA5E;
constexpr size_t kHeader = 12;
constexpr std::string_view kHwParams = "APP_FACT_DATA:  ";
constexpr size_t kMaxSection = 64u << 10, kMaxCopies = 16;

struct Key {
  const char* name;
  std::optional<FactoryItem> item;
};
// By number, from 1: src/platform/nxp, FactoryDataProvider.h.
constexpr Key kKeys[] = {
    {"verifier", FactoryItem{FactId::spake2p_verifier, ItemForm::base64}},
    {"salt", FactoryItem{FactId::spake2p_salt, ItemForm::base64}},
    {"iterations", FactoryItem{FactId::spake2p_iterations, ItemForm::number}},
    {"dac private key", FactoryItem{FactId::dac_private_key, ItemForm::key}},
    {"dac", FactoryItem{FactId::dac, ItemForm::bytes}},
    {"pai", FactoryItem{FactId::pai, ItemForm::bytes}},
    {"discriminator", FactoryItem{FactId::discriminator, ItemForm::number}},
    {"passcode", FactoryItem{FactId::passcode, ItemForm::number}},
    {"vendor id", FactoryItem{FactId::vendor_id, ItemForm::number}},
    {"product id", FactoryItem{FactId::product_id, ItemForm::number}},
    {"certification declaration", FactoryItem{FactId::cd, ItemForm::bytes}},
    {"vendor name", FactoryItem{FactId::vendor_name, ItemForm::text}},
    {"product name", FactoryItem{FactId::product_name, ItemForm::text}},
    {"serial number", FactoryItem{FactId::serial_number, ItemForm::text}},
    {"manufacturing date", FactoryItem{FactId::manufacturing_date, ItemForm::text}},
    {"hardware version", FactoryItem{FactId::hardware_version, ItemForm::number}},
    {"hardware version string", FactoryItem{FactId::hardware_version_string, ItemForm::text}},
    {"unique id", FactoryItem{FactId::unique_id, ItemForm::text}},
    {"part number", FactoryItem{FactId::part_number, ItemForm::text}},
    {"product url", FactoryItem{FactId::product_url, ItemForm::text}},
    {"product label", FactoryItem{FactId::product_label, ItemForm::text}},
    {"finish", {}},
    {"colour", {}},
    {"EdgeLock 2GO blob", {}},
    {"EdgeLock 2GO key id", {}},
    {"EdgeLock 2GO certificate id", {}},
};
constexpr uint8_t kDacKey = 4, kPasscode = 8, kFirst2Go = 24, kLast2Go = 26;

// How the part's key store wraps a key of 32 bytes: SSS writes 24 bytes of its own beside it
// (src/platform/nxp, kSssBlobMetadataLength), the EdgeLock subsystem 8 and their check (RFC 3394).
constexpr size_t kSssBlob = 32 + 24, kElsBlob = 32 + 16;

// Bytes in the slot of the DAC's key that may be a key only this part can open. Fewer, and as many
// as a point, a signature or a key pair has, are nothing that a key store writes.
bool may_be_wrapped(View value) {
  constexpr size_t kOthers[] = {64, 65, 96, 97};
  return value.size() >= kElsBlob && value[0] != 0x30 && !is_erased(value) &&
         std::find(std::begin(kOthers), std::end(kOthers), value.size()) == std::end(kOthers) &&
         !is_some_key(value);
}

void note_wrapped(View value, const Place& place, Reading& reading) {
  const bool known = value.size() == kSssBlob || value.size() == kElsBlob;
  reading.holds("encrypted-key");
  reading.device.note(Remark::key_encrypted, place,
                      fmt::format("the DAC's private key is wrapped for this part alone ({})",
                                  value.size() == kSssBlob   ? "an SSS key blob of 56 bytes"
                                  : value.size() == kElsBlob ? "an EdgeLock key blob of 48 bytes"
                                                             : "bytes of no known key store"));
  if (!known)
    reading.device.note(Remark::key_locked, place,
                        fmt::format("{} bytes are no key in plain, and no size of a key blob that "
                                    "is known (SSS 56, EdgeLock 48)",
                                    value.size()));
}

bool hash_fits(View body, View prefix) {
  const Sha256 digest = sha256(body);
  return std::memcmp(digest.data(), prefix.data(), 4) == 0;
}

// A walk that ends where the body does and meets only known keys: plaintext, whatever its hash
// says.
bool is_plain(View body) {
  size_t at = 0, known = 0;
  while (body.size() - at >= 3 && body[at] != 0) {
    const size_t length = le16(body, at + 1);
    if (body[at] > std::size(kKeys) || length > body.size() - at - 3) break;
    at += 3 + length;
    ++known;
  }
  return known >= 3;
}

void read_body(View body, const std::string& path, uint64_t offset, Reading& reading) {
  std::array<bool, std::size(kKeys) + 1> seen{};
  NeededEntry needed[] = {{FactId::dac, "key 5"},
                          {FactId::dac_private_key, "key 4"},
                          {FactId::pai, "key 6"},
                          {FactId::cd, "key 11"}};
  size_t at = 0;
  const auto damaged = [&](const std::string& problem) {
    reading.device.damaged({.path = path, .offset = offset + at, .item = {}}, "nxp entry", problem);
  };
  while (at < body.size() && body[at] != 0) {  // key 0: the padding before encryption
    const uint8_t number = body[at];
    if (body.size() - at < 3) return damaged("the body ends inside an entry's head");
    const size_t length = le16(body, at + 1);
    if (length > body.size() - at - 3)
      return damaged(
          fmt::format("key {} claims {} bytes, {} are left", number, length, body.size() - at - 3));
    const Place place{.path = path,
                      .offset = offset + at + 3,
                      .item = number <= std::size(kKeys) ? kKeys[number - 1].name
                                                         : fmt::format("key {}", number)};
    const View value = body.subspan(at + 3, length);
    if (number > std::size(kKeys)) {
      reading.device.note(Remark::unknown_key, place, fmt::format("key {} is not known", number));
    } else if (seen[number]) {
      damaged(fmt::format("key {} stands twice", number));
    } else if (const auto& item = kKeys[number - 1].item) {
      seen[number] = true;
      mark_held(needed, item->fact, value);
      if (number == kDacKey && may_be_wrapped(value)) {
        note_wrapped(value, place, reading);
      } else {
        say_item(*item, value, place, reading);
      }
      if (number == kPasscode)
        reading.device.note(Remark::passcode_stored, place, "the factory data hold the passcode");
    } else if (number >= kFirst2Go && number <= kLast2Go && !is_erased(value)) {
      needed[0].held = needed[1].held = true;  // in the secure element
      reading.device.note(
          Remark::key_in_hardware, place,
          "the DAC's private key is said to be in the secure element (EdgeLock 2GO)");
    }
    at += 3 + length;
  }
  note_lacking(needed, {.path = path, .offset = offset, .item = {}}, reading);
}

// CRC-16/XMODEM: polynomial 0x1021, register from 0; "123456789" gives 0x31C3.
uint16_t crc16(View data) {
  uint16_t crc = 0;
  for (const uint8_t byte : data) {
    crc = static_cast<uint16_t>(crc ^ byte << 8);
    for (int bit = 0; bit < 8; ++bit)
      crc = static_cast<uint16_t>(crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
  }
  return crc;
}

// The first copy behind `from` whose hash is right: the one that the firmware takes.
std::optional<size_t> sound_copy(View v, size_t from) {
  size_t tried = 0;
  for (size_t at = from; v.size() - at >= kHeader && tried < kMaxCopies; at += 4) {
    if (le32(v, at) != kMagic) continue;
    ++tried;
    const uint32_t size = le32(v, at + 4);
    if (size != 0 && size <= kMaxSection && size <= v.size() - at - kHeader &&
        hash_fits(v.subspan(at + kHeader, size), v.subspan(at + 8, 4)))
      return at;
  }
  return std::nullopt;
}

Result<void> read_section(const Source& s, size_t at, Reading& reading) {
  const uint64_t offset = s.base + at;
  const View section = s.bytes.subspan(at);
  if (section.size() < kHeader) return error("the header of 12 bytes is cut", offset);
  const uint32_t size = le32(section, 4);
  if (size > section.size() - kHeader || size > kMaxSection) {
    reading.device.damaged(
        {.path = s.path, .offset = offset + 4, .item = {}}, "section length",
        fmt::format("the header states {} bytes, {} are there", size, section.size() - kHeader));
    if (size > kMaxSection) return {};
  }
  const View body = section.subspan(kHeader, std::min<size_t>(size, section.size() - kHeader));
  const View prefix = section.subspan(8, 4);
  if (body.empty()) return {};
  const std::string path = s.path;
  if (hash_fits(body, prefix)) {
    read_body(body, path, offset + kHeader, reading);
    return {};
  }
  if (is_plain(body)) {
    reading.device.damaged({.path = path, .offset = offset + 8, .item = {}}, "section hash",
                           fmt::format("the header has {}, the body gives {}", hex(prefix),
                                       hex(View(sha256(body)).first(4))));
    if (const auto copy = sound_copy(s.bytes, at + kHeader)) return read_section(s, *copy, reading);
    read_body(body, path, offset + kHeader, reading);
    return {};
  }
  if (body.size() % 16 != 0) {
    reading.device.damaged(
        {.path = path, .offset = offset + 8, .item = {}}, "section hash",
        fmt::format("the header has {}, the body gives {}, and it is no whole number of AES blocks",
                    hex(prefix), hex(View(sha256(body)).first(4))));
    return {};
  }
  reading.open_or_keep(
      {.place = {.path = path, .offset = offset, .item = {}},
       .what = "NXP factory data section",
       .open =
           [path, offset, sealed = to_bytes(body), wanted = to_bytes(prefix)](Reading& later) {
             for (const Bytes& key : raw_keys(later, {16, 32})) {
               const auto plain = aes_ecb_decrypt(key, sealed);
               if (!plain || !hash_fits(*plain, wanted)) continue;
               later.opened_with(key);
               read_body(*plain, path, offset + kHeader, later);
               return true;
             }
             return false;
           },
       .file = {}});
  return {};
}

Result<void> read_hw_params(const Source& s, size_t at, Reading& reading) {
  const View rest = s.bytes.subspan(at + kHwParams.size());
  const Place place{.path = s.path, .offset = s.base + at + kHwParams.size(), .item = {}};
  if (rest.size() < 4) return error("the hw_params length is cut", *place.offset);
  const uint32_t length = le32(rest, 0);
  if (length > kMaxSection || rest.size() - 4 < length || rest.size() - 4 - length < 2) {
    reading.device.damaged(
        place, "hw_params length",
        fmt::format("states {} bytes and a checksum, {} are there", length, rest.size() - 4));
  } else if (const uint16_t wanted = le16(rest, 4 + length), is = crc16(rest.subspan(4, length));
             wanted != is) {
    reading.device.damaged({.path = s.path, .offset = *place.offset + 4 + length, .item = {}},
                           "hw_params crc",
                           fmt::format("0x{:04x} is stored, the data give 0x{:04x}", wanted, is));
  }
  if (rest.size() < 8 || le32(rest, 4) != kMagic) {
    reading.device.damaged({.path = s.path, .offset = *place.offset + 4, .item = {}},
                           "section magic", "no factory data section follows");
    return {};
  }
  return read_section(s, at + kHwParams.size() + 4, reading);
}

// A production part may stand before the text in an HW-parameters sector.
std::optional<size_t> hw_params_at(View v) {
  return find(v.first(std::min<size_t>(v.size(), 8u << 10)), view(kHwParams));
}

bool recognises(const Source& s) {
  return (s.bytes.size() >= kHeader && le32(s.bytes, 0) == kMagic) || hw_params_at(s.bytes);
}

Result<void> read(const Source& s, Reading& reading) {
  if (const auto at = hw_params_at(s.bytes);
      at && !(s.bytes.size() >= 4 && le32(s.bytes, 0) == kMagic))
    return read_hw_params(s, *at, reading);
  return read_section(s, 0, reading);
}

}  // namespace

const Reader nxp_reader{.kind = "nxp-factory-data",
                        .expects = "NXP factory data",
                        .content = Content::bytes,
                        .recognises = recognises,
                        .read = read};

}  // namespace attest
