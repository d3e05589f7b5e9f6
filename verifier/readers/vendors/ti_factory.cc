// Texas Instruments CC13xx/26xx: a table of seventeen {length u32, absolute address u32} pairs in
// flash that points at the factory data (src/platform/ti/cc13xx_26xx/FactoryDataProvider.cpp of the
// Matter SDK). The linker script decides where it stands, and nothing marks it: it is known by what
// its pairs point at. It carries no checksum; the certification declaration is compiled into the
// firmware.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/factory_item.h"
#include "verifier/readers/formats.h"

namespace attest {
namespace {

enum class Form : uint8_t { number, text, bytes, certificate, dac_key };
struct Field {
  const char* name;
  FactId fact;
  Form form;
  uint32_t least, most;  // bytes
};
// Of a certificate of 6261 bytes (ML-DSA-65), written down somehow.
constexpr uint32_t kMostText = 20u << 10;
constexpr Field kFields[] = {
    {"serial number", FactId::serial_number, Form::text, 0, 128},
    {"vendor id", FactId::vendor_id, Form::number, 2, 8},
    {"product id", FactId::product_id, Form::number, 2, 8},
    {"vendor name", FactId::vendor_name, Form::text, 0, 128},
    {"product name", FactId::product_name, Form::text, 0, 128},
    {"manufacturing date", FactId::manufacturing_date, Form::text, 0, 64},
    {"hardware version", FactId::hardware_version, Form::number, 1, 8},
    {"hardware version text", FactId::hardware_version_string, Form::text, 0, 128},
    {"DAC", FactId::dac, Form::certificate, 64, kMostText},
    {"DAC private key", FactId::dac_private_key, Form::dac_key, 0, 256},
    {"PAI", FactId::pai, Form::certificate, 64, kMostText},
    {"rotating id unique id", FactId::rotating_id_unique_id, Form::bytes, 0, 64},
    {"iterations", FactId::spake2p_iterations, Form::number, 2, 8},
    {"salt", FactId::spake2p_salt, Form::bytes, 0, 64},
    {"verifier", FactId::spake2p_verifier, Form::bytes, 0, 256},
    {"discriminator", FactId::discriminator, Form::number, 2, 8},
    {"passcode", FactId::passcode, Form::number, 0, 8},
};
constexpr size_t kPairs = std::size(kFields), kPair = 8, kDac = 8, kPai = 10;
constexpr size_t kMostLooks = 256;
constexpr size_t kMostImage = 8u << 20;  // these parts have a megabyte of flash at most

// What pair `i` of the table at `at` points to; nullopt where that is not in the image.
std::optional<View> target(const Source& s, size_t at, size_t i) {
  const uint64_t length = le32(s.bytes, at + i * kPair),
                 address = le32(s.bytes, at + i * kPair + 4);
  if (length == 0) return View{};
  if (address < s.base || address - s.base > s.bytes.size() ||
      length > s.bytes.size() - (address - s.base))
    return std::nullopt;
  return s.bytes.subspan(static_cast<size_t>(address - s.base), static_cast<size_t>(length));
}

// Written down as text a certificate stays the one of this table, and is a fault of its own. To see
// that takes long: `looks` bounds how often it is done in an image.
bool is_certificate_pair(const Source& s, size_t at, size_t i, size_t& looks) {
  const uint32_t length = le32(s.bytes, at + i * kPair);
  if (length < kFields[i].least || length > kFields[i].most) return false;
  const auto item = target(s, at, i);
  if (!item) return false;
  if ((*item)[0] == 0x30 && ((*item)[1] == 0x82 || (*item)[1] == 0x81)) return true;
  if (looks == 0) return false;
  --looks;
  const auto other = disguise(*item);
  return other && !other->inside.empty() && der_size(other->inside) == other->inside.size();
}

bool is_plausible(const Source& s, size_t at, size_t i) {
  const uint32_t length = le32(s.bytes, at + i * kPair);
  return length >= kFields[i].least && length <= kFields[i].most && target(s, at, i).has_value();
}
// Nothing was ever written there: no length, or one that points to erased flash or is erased.
bool is_empty_pair(const Source& s, size_t at, size_t i) {
  const uint32_t length = le32(s.bytes, at + i * kPair);
  if (length == 0 || length == UINT32_MAX) return true;
  const auto item = target(s, at, i);
  return length <= kFields[i].most && item && is_erased(*item);
}

// What stands in the fields looks like what belongs there: text that can be read, numbers that a
// device has. Without a certificate nothing else tells a table from other pairs of small numbers.
bool is_told_by_its_values(const Source& s, size_t at) {
  size_t told = 0;
  for (size_t i = 0; i < kPairs; ++i) {
    if (i == kDac || i == kPai) continue;
    if (!is_plausible(s, at, i)) return false;
    const View item = *target(s, at, i);
    const Field& field = kFields[i];
    if (field.form == Form::text) {
      const bool readable = std::all_of(item.begin(), item.end(), [](uint8_t b) {
        return (b >= ' ' && b < 0x7F) || b >= 0x80 || b == 0;
      });
      if (!readable || !is_utf8(text(item))) return false;
      told += item.size() >= 2;
    } else if (field.form == Form::number && !item.empty()) {
      uint64_t number = 0;
      for (size_t b = item.size(); b-- != 0;) number = number << 8 | item[b];
      if (field.fact == FactId::spake2p_iterations && (number < 1000 || number > 100'000))
        return false;
      if (number > (field.fact == FactId::discriminator ? 0xFFF : widest(field.fact))) return false;
    }
  }
  return told >= 3;
}

// One of the two certificates, or empty places for both, among pairs that may all be what they
// should be. A damaged pair or two do not hide the table, nor does a part that lacks one of them.
bool is_table(const Source& s, size_t at, size_t& looks) {
  constexpr size_t kMostDamaged = 2;
  size_t damaged = 0;
  for (size_t i = 0; i < kPairs && damaged <= kMostDamaged; ++i)
    damaged += !is_plausible(s, at, i) && !((i == kDac || i == kPai) && is_empty_pair(s, at, i));
  if (damaged > kMostDamaged) return false;
  if (is_empty_pair(s, at, kDac) && is_empty_pair(s, at, kPai)) return is_told_by_its_values(s, at);
  return is_certificate_pair(s, at, kDac, looks) || is_certificate_pair(s, at, kPai, looks);
}

std::optional<size_t> find_table(const Source& s) {
  if (s.bytes.size() > kMostImage) return std::nullopt;
  size_t looks = kMostLooks;
  for (size_t at = 0; at + kPairs * kPair <= s.bytes.size(); at += 4) {
    if (is_table(s, at, looks)) return at;
  }
  return std::nullopt;
}

void say(const Field& field, View item, const Place& at, Reading& reading) {
  switch (field.form) {
    case Form::certificate:
      if (const size_t wants = der_size(item); wants > item.size()) {
        reading.device.note(Remark::truncated, at,
                            fmt::format("the {} is cut: it says {} bytes, {} are here", field.name,
                                        wants, item.size()));
        return;
      }
      say_certificate_item(field.fact, Encoding::der, item, at, reading);
      return;
    case Form::dac_key:
      say_dac_key_item(Encoding::raw, item, at, reading);
      return;
    case Form::number: {
      uint64_t number = 0;
      for (size_t i = 0; i < item.size(); ++i) number |= static_cast<uint64_t>(item[i]) << (8 * i);
      say_number(field.fact, number, at, reading);
      if (field.fact == FactId::passcode)
        reading.device.note(Remark::passcode_stored, at, "the passcode lies in the factory data");
      break;
    }
    case Form::text:
      reading.device.say(field.fact, std::string(text(item)), at);
      break;
    case Form::bytes:
      if (auto value = slot_value(field.fact, Encoding::raw, item, at, reading))
        reading.device.say(field.fact, std::move(*value), at);
      break;
  }
  reading.holds("factory");
}

Result<void> read(const Source& s, Reading& reading) {
  const auto table = find_table(s);
  if (!table) return error("no table of seventeen pairs");
  NeededEntry needed[] = {
      {FactId::dac, "DAC"}, {FactId::dac_private_key, "DAC private key"}, {FactId::pai, "PAI"}};
  for (size_t i = 0; i < kPairs; ++i) {
    const Field& field = kFields[i];
    const uint32_t length = le32(s.bytes, *table + i * kPair);
    const auto item = target(s, *table, i);
    for (NeededEntry& entry : needed) {
      if (entry.fact == field.fact)
        entry.held = length != 0 && (field.form == Form::dac_key || !is_empty_pair(s, *table, i));
    }
    if ((i == kDac || i == kPai) && is_empty_pair(s, *table, i)) continue;  // lacking
    if (!item || length < field.least || length > field.most) {
      reading.device.damaged(
          {.path = s.path, .offset = s.base + *table + i * kPair, .item = field.name},
          "factory table",
          item ? fmt::format("expected {} to {} bytes, found {}", field.least, field.most, length)
               : fmt::format("{} bytes at 0x{:x} are not in the image", length,
                             le32(s.bytes, *table + i * kPair + 4)));
      continue;
    }
    if (is_erased(*item) && field.form != Form::number) continue;
    if (!item->empty())
      say(field, *item,
          {.path = s.path, .offset = le32(s.bytes, *table + i * kPair + 4), .item = field.name},
          reading);
  }
  note_lacking(needed, {.path = s.path, .offset = s.base + *table, .item = {}}, reading);
  return {};
}

}  // namespace

const Reader ti_factory_reader{
    .kind = "ti-factory-data",
    .expects = "a flash image with the factory table of a CC13xx or CC26xx",
    .content = Content::bytes,
    .recognises = [](const Source& s) { return find_table(s).has_value(); },
    .read = read};

}  // namespace attest
