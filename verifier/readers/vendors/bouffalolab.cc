// Bouffalo Lab's MFD partition: two areas, each a length, entries and their CRC-32. The first holds
// what is encrypted with the chip's eFuse key, in practice the DAC's private key; the second the
// rest, with the IV for the first.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/base/checksum.h"
#include "verifier/crypto/crypto.h"
#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/factory_item.h"
#include "verifier/readers/formats.h"

namespace attest {
namespace {

constexpr size_t kMaxArea = 64u << 10, kSector = 0x1000, kMostImage = 64u << 20;
constexpr uint16_t kRaw = 0x8000;  // in the ids of the second area
constexpr uint16_t kIv = 1, kDacKey = 3, kPasscode = 4;

struct Entry {
  const char* name;
  FactoryItem item;
};
// By id, from 2: scripts/tools/bouffalolab/generate_factory_data.py.
constexpr Entry kEntries[] = {
    {"dac", {FactId::dac, ItemForm::bytes}},
    {"dac private key", {FactId::dac_private_key, ItemForm::key}},
    {"passcode", {FactId::passcode, ItemForm::number}},
    {"pai", {FactId::pai, ItemForm::bytes}},
    {"certification declaration", {FactId::cd, ItemForm::bytes}},
    {"serial number", {FactId::serial_number, ItemForm::text}},
    {"discriminator", {FactId::discriminator, ItemForm::number}},
    {"rotating id unique id", {FactId::rotating_id_unique_id, ItemForm::bytes}},
    {"iterations", {FactId::spake2p_iterations, ItemForm::number}},
    {"salt", {FactId::spake2p_salt, ItemForm::bytes}},
    {"verifier", {FactId::spake2p_verifier, ItemForm::bytes}},
    {"vendor name", {FactId::vendor_name, ItemForm::text}},
    {"vendor id", {FactId::vendor_id, ItemForm::number}},
    {"product name", {FactId::product_name, ItemForm::text}},
    {"product id", {FactId::product_id, ItemForm::number}},
    {"part number", {FactId::part_number, ItemForm::text}},
    {"product url", {FactId::product_url, ItemForm::text}},
    {"product label", {FactId::product_label, ItemForm::text}},
    {"manufacturing date", {FactId::manufacturing_date, ItemForm::text}},
    {"hardware version", {FactId::hardware_version, ItemForm::number}},
    {"hardware version string", {FactId::hardware_version_string, ItemForm::text}},
};
constexpr uint16_t kLast = std::size(kEntries) + 1;

// One area: what is in it and where the next begins. Nothing when it does not fit.
struct Area {
  uint64_t at = 0;  // of its entries
  View bytes;
  uint32_t stored = 0;
  size_t end = 0;
};
std::optional<Area> area(View v, size_t at) {
  if (v.size() < at || v.size() - at < 8) return std::nullopt;
  const uint32_t length = le32(v, at);
  if (length > kMaxArea || length > v.size() - at - 8) return std::nullopt;
  return Area{.at = at + 4,
              .bytes = v.subspan(at + 4, length),
              .stored = le32(v, at + 4 + length),
              .end = at + 8 + length};
}

struct Needed {
  NeededEntry entries[4] = {{FactId::dac, "id 2"},
                            {FactId::dac_private_key, "id 3"},
                            {FactId::pai, "id 5"},
                            {FactId::cd, "id 6"}};
  bool whole = false;  // the area was walked to its end
};

void read_entries(View v, uint16_t flag, const std::string& path, uint64_t offset, Reading& reading,
                  Bytes* iv, Needed* needed = nullptr) {
  size_t at = 0;
  const auto damaged = [&](const std::string& problem) {
    reading.device.damaged({.path = path, .offset = offset + at, .item = {}}, "mfd entry", problem);
  };
  std::array<bool, kLast + 1> seen{};
  while (v.size() - at >= 4 && le16(v, at) != 0) {
    const auto id = static_cast<uint16_t>(le16(v, at) & ~flag);
    const size_t length = le16(v, at + 2);
    if (length > v.size() - at - 4)
      return damaged(
          fmt::format("id {} claims {} bytes, {} are left", id, length, v.size() - at - 4));
    const View value = v.subspan(at + 4, length);
    const Place place{
        .path = path,
        .offset = offset + at + 4,
        .item = id > kIv && id <= kLast ? kEntries[id - 2].name : fmt::format("id {}", id)};
    if (id == 0 || id > kLast) {
      reading.device.note(Remark::unknown_key, place, fmt::format("id {} is not known", id));
    } else if (seen[id]) {
      damaged(fmt::format("id {} stands twice", id));
    } else if (id == kIv) {
      if (iv != nullptr) *iv = to_bytes(value);
    } else {
      if (needed != nullptr) mark_held(needed->entries, kEntries[id - 2].item.fact, value);
      // The tool writes numbers in the fewest bytes: 0 has none.
      say_item(kEntries[id - 2].item, value, place, reading);
      if (value.empty() && kEntries[id - 2].item.form == ItemForm::number)
        say_number(kEntries[id - 2].item.fact, 0, place, reading);
      if (id == kPasscode)
        reading.device.note(Remark::passcode_stored, place, "the factory data hold the passcode");
    }
    if (id <= kLast) seen[id] = true;
    at += 4 + length;
  }
  if (needed != nullptr) needed->whole = true;
  if (at < v.size() && !is_erased(v.subspan(at))) damaged("bytes follow the last entry");
}

void judge_crc(const Area& of, const char* name, const Source& s, Reading& reading) {
  if (of.bytes.empty() && of.stored == 0) return;
  if (const uint32_t is = crc32(of.bytes); is != of.stored)
    reading.device.damaged(
        {.path = s.path, .offset = s.base + of.at + of.bytes.size(), .item = {}},
        fmt::format("mfd crc of the {} area", name),
        fmt::format("0x{:08x} is stored, the area gives 0x{:08x}", of.stored, is));
}

// The raw area begins with an id of its own, and one that the tool always writes early.
bool begins_raw(View v) {
  return v.size() >= 4 && (le16(v, 0) & kRaw) != 0 && (le16(v, 0) & ~kRaw) >= kIv &&
         (le16(v, 0) & ~kRaw) <= kLast;
}

bool is_partition(View v) {
  const auto secured = area(v, 0);
  if (!secured || secured->bytes.size() % 16 != 0 || v.size() < secured->end + 8) return false;
  const uint32_t raw = le32(v, secured->end);
  return raw >= 8 && raw <= kMaxArea && begins_raw(v.subspan(secured->end + 4));
}
// In a read-out of the whole flash nothing names the partition but its own checksum.
bool is_sound_partition(View v) {
  if (!is_partition(v)) return false;
  const auto raw = area(v, area(v, 0)->end);
  return raw && crc32(raw->bytes) == raw->stored;
}
std::optional<size_t> partition_at(View v) {
  if (is_partition(v)) return 0;
  if (v.size() > kMostImage) return std::nullopt;
  for (size_t at = kSector; at < v.size(); at += kSector) {
    if (is_sound_partition(v.subspan(at))) return at;
  }
  return std::nullopt;
}

bool recognises(const Source& s) {
  return partition_at(s.bytes).has_value();
}

void open_secured(const Area& secured, const Bytes& iv, const Source& s, Reading& reading) {
  const uint64_t offset = s.base + secured.at;
  const Place place{.path = s.path, .offset = offset, .item = {}};
  if (iv.size() != 16) {
    reading.device.damaged(place, "mfd secured area",
                           fmt::format("its IV has {} bytes, expected 16", iv.size()));
    return;
  }
  reading.device.note(Remark::key_encrypted, place,
                      "the DAC's private key is encrypted with the chip's key");
  reading.open_or_keep(
      {.place = place,
       .what = "secured area of the MFD partition",
       .open =
           [path = s.path, offset, sealed = to_bytes(secured.bytes), iv](Reading& later) {
             for (const Bytes& key : raw_keys(later, {16, 24, 32})) {
               const auto plain = aes_cbc_decrypt(key, iv, sealed);
               // There is no check sum over the plaintext: a DAC key's entry begins it, or the key
               // is wrong.
               if (!plain || plain->size() < 36 || le16(*plain, 0) != kDacKey ||
                   le16(*plain, 2) != 32)
                 continue;
               later.opened_with(key);
               read_entries(*plain, 0, path, offset, later, nullptr);
               return true;
             }
             return false;
           },
       .file = {},
       .only_a_key = true});
}

Result<void> read(const Source& file, Reading& reading) {
  const size_t at = partition_at(file.bytes).value_or(0);
  const Source s{.path = file.path,
                 .bytes = file.bytes.subspan(at),
                 .base = file.base + at,
                 .member = file.member};
  const auto secured = area(s.bytes, 0);
  const auto raw = area(s.bytes, secured->end);
  Bytes iv;
  if (raw) {
    judge_crc(*raw, "raw", s, reading);
    Needed needed;
    if (!secured->bytes.empty()) needed.entries[1].held = true;
    read_entries(raw->bytes, kRaw, s.path, s.base + raw->at, reading, &iv, &needed);
    if (needed.whole)
      note_lacking(needed.entries, {.path = s.path, .offset = s.base, .item = {}}, reading);
  } else {
    const View rest = s.bytes.subspan(secured->end + 4);
    reading.device.damaged({.path = s.path, .offset = s.base + secured->end, .item = {}},
                           "mfd length",
                           fmt::format("the raw area states {} bytes, {} are there",
                                       le32(s.bytes, secured->end), rest.size()));
    read_entries(rest, kRaw, s.path, s.base + secured->end + 4, reading, &iv);
  }
  judge_crc(*secured, "secured", s, reading);
  if (!secured->bytes.empty()) open_secured(*secured, iv, s, reading);
  return {};
}

}  // namespace

const Reader bouffalolab_reader{.kind = "bouffalolab-mfd",
                                .expects = "a Bouffalo Lab MFD partition",
                                .content = Content::bytes,
                                .recognises = recognises,
                                .read = read};

}  // namespace attest
