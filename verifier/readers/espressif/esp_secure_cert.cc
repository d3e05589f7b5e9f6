// Espressif's esp_secure_cert partition: the DAC, its key and the PAI, in the present TLV form and
// in the older "cust_flash" form of fixed places. (Its form as an NVS namespace is read in
// esp_nvs_facts.cc.) Layout after esp-secure-cert-tool; the meaning of the Matter TLVs after
// esp-matter-mfg-tool.

#include "verifier/readers/espressif/esp_secure_cert.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/base/checksum.h"
#include "verifier/crypto/crypto.h"
#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/formats.h"

namespace attest {
namespace {

constexpr uint32_t kTlvMagic = 0xBA5EBA11, kFlashMagic = 0x12345678;
constexpr size_t kTlvHeader = 12, kTlvFooter = 4, kTlvAlign = 16;

// Flags of the private key's TLV.
constexpr uint8_t kHmacEncrypted = 0x80, kHmacDerived = 0x40, kPeripheral = 0x08;

enum Type : uint8_t {
  kCaCert = 0,
  kDeviceCert = 1,
  kPrivateKey = 2,
  kDsData = 3,
  kSecurityConfig = 6,
  kIntegrity = 9,
  kMatter = 201
};

struct Tlv {
  size_t offset = 0;
  uint8_t flags = 0, type = 0, subtype = 0;
  View data;
  size_t size = 0;  // header, data, padding and checksum
  bool sound = false;
};

bool magic_at(View v, size_t at) {
  return at + kTlvHeader <= v.size() && le32(v, at) == kTlvMagic;
}

// The TLV at a magic; nullopt when it does not end within the partition.
std::optional<Tlv> tlv_at(View v, size_t at) {
  const size_t length = le16(v, at + 10);
  const size_t covered = kTlvHeader + (length + kTlvAlign - 1) / kTlvAlign * kTlvAlign;
  if (v.size() - at < covered + kTlvFooter) return std::nullopt;
  return Tlv{.offset = at,
             .flags = v[at + 4],
             .type = v[at + 8],
             .subtype = v[at + 9],
             .data = v.subspan(at + kTlvHeader, length),
             .size = covered + kTlvFooter,
             .sound = crc32_esp(v.subspan(at, covered)) == le32(v, at + covered)};
}

// TLVs are multiples of 16 long: where one is damaged, the next magic on that grid goes on.
std::optional<size_t> next_magic(View v, size_t from) {
  for (size_t at = (from + kTlvAlign - 1) / kTlvAlign * kTlvAlign; at + kTlvHeader <= v.size();
       at += kTlvAlign) {
    if (magic_at(v, at)) return at;
  }
  return std::nullopt;
}

class Partition {
 public:
  Partition(const Source& source, const std::string& label, Reading& reading)
      : source_(source), label_(label), reading_(reading) {}
  void read_tlvs();
  void say_hardware();
  void read_cust_flash();

 private:
  Place place(size_t at, const std::string& item) const {
    return {.path = source_.path,
            .offset = source_.base + at,
            .item = label_.empty() ? item : label_ + ": " + item};
  }
  void take(const Tlv& tlv);
  void take_key(const Tlv& tlv, const Place& at);
  void take_plain_key(Encoding encoding, View key, const Place& at);
  void say_place_of_key(const char* value, std::string detail, const Place& at);
  void take_matter(const Tlv& tlv, const Place& at);
  bool room(size_t at, size_t size, const char* item);
  std::optional<View> flash_item(size_t record, size_t at, size_t most, const char* item);

  const Source& source_;
  const std::string& label_;
  Reading& reading_;
  const char* hardware_ = nullptr;  // where the flags say that the key lives
  std::optional<unsigned> block_;   // of the fuses
  Place hardware_at_;
};

// A promise: what the part's fuses say of it is compared (checks/security_flash.cc).
void Partition::say_place_of_key(const char* value, std::string detail, const Place& at) {
  reading_.device.posture.say(Trait::dac_key, Holds::unclear, value, std::move(detail), at);
}

void Partition::take_plain_key(Encoding encoding, View key, const Place& at) {
  if (say_dac_key_item(encoding, key, at, reading_) == KeyItem::plain)
    say_place_of_key("flash", "the private key lies in plain in the esp_secure_cert", at);
}

// Without flags that say something else the block is the one of the ECDSA peripheral.
void Partition::say_hardware() {
  constexpr unsigned kFirstKey = 4, kLastKey = 9;
  if (hardware_ == nullptr && !block_) return;
  const std::string_view value = hardware_ == nullptr ? "efuse-ecdsa" : hardware_;
  if (value != "efuse-ecdsa" || !block_)
    return say_place_of_key(value.data(), "the esp_secure_cert says so of the private key",
                            hardware_at_);
  say_place_of_key(value.data(),
                   *block_ >= kFirstKey && *block_ <= kLastKey
                       ? fmt::format("BLOCK_KEY{} has the private key, as the esp_secure_cert says",
                                     *block_ - kFirstKey)
                       : fmt::format("block {}, which holds no key, has the private key, as the "
                                     "esp_secure_cert says",
                                     *block_),
                   hardware_at_);
}

void Partition::take_key(const Tlv& tlv, const Place& at) {
  const bool hardware = (tlv.flags & (kHmacDerived | kPeripheral)) != 0,
             encrypted = (tlv.flags & kHmacEncrypted) != 0;
  if (!hardware && !encrypted) return take_plain_key(Encoding::any, tlv.data, at);
  if (hardware)
    reading_.device.note(
        Remark::key_in_hardware, at,
        (tlv.flags & kPeripheral) != 0
            ? "the private key is said to be in an eFuse block, for the ECDSA peripheral"
            : "the private key is said to be derived from an eFuse key");
  hardware_at_ = at;
  hardware_ = (tlv.flags & kPeripheral) != 0 ? "efuse-ecdsa" : hardware ? "hmac-ecdsa" : hardware_;
  // The flag is a promise; what lies there decides.
  if (key_item(tlv.data) == KeyItem::plain) {
    take_plain_key(Encoding::any, tlv.data, at);
    reading_.device.note(Remark::key_beside_hardware_flag, at,
                         fmt::format("the flag 0x{:02x} says that the key is kept in hardware, and "
                                     "yet it lies here in plain",
                                     tlv.flags));
  } else if (encrypted) {
    reading_.holds("encrypted-key");
    if (!hardware) hardware_ = "secure-cert-encrypted";
    reading_.device.note(Remark::key_encrypted, at,
                         "the private key is encrypted with an eFuse key");
  }
}

void Partition::take_matter(const Tlv& tlv, const Place& at) {
  const struct {
    uint8_t subtype;
    FactId fact;
    size_t least, most;
    bool number;
  } rows[] = {
      {0, FactId::discriminator, 2, 2, true},
      {1, FactId::spake2p_verifier, 97, 97, false},
      {2, FactId::spake2p_salt, 16, 32, false},
      {3, FactId::spake2p_iterations, 4, 4, true},
      {4, FactId::rotating_id_unique_id, 16, 0xFFFF, false},
  };
  for (const auto& row : rows) {
    if (row.subtype != tlv.subtype) continue;
    const auto value = row.number || is_erased(tlv.data)
                           ? std::optional(to_bytes(tlv.data))
                           : slot_value(row.fact, Encoding::raw, tlv.data, at, reading_);
    if (!value) continue;
    if (is_erased(*value)) {
      reading_.device.note(Remark::erased, at,
                           fmt::format("the place of the {} is erased", fact_name(row.fact)));
    } else if (value->size() < row.least || value->size() > row.most) {
      reading_.device.damaged(
          at, "esp_secure_cert value",
          fmt::format("expected {} to {} bytes, found {}", row.least, row.most, value->size()));
    } else {
      reading_.holds("factory");
      if (!row.number)
        reading_.device.say(row.fact, *value, at);
      else
        reading_.device.say(row.fact,
                            uint64_t{row.most == 2 ? le16(tlv.data, 0) : le32(tlv.data, 0)}, at);
    }
  }
}

void Partition::take(const Tlv& tlv) {
  const Place at = place(tlv.offset, fmt::format("TLV {}/{}", tlv.type, tlv.subtype));
  switch (tlv.type) {
    case kCaCert:
      say_certificate_item(FactId::pai, Encoding::any, tlv.data, at, reading_);
      break;
    case kDeviceCert:
      say_certificate_item(FactId::dac, Encoding::any, tlv.data, at, reading_);
      break;
    case kPrivateKey:
      take_key(tlv, at);
      break;
    case kDsData:
      reading_.device.note(Remark::key_in_hardware, at,
                           "the private key is kept by the digital signature peripheral");
      hardware_ = "rsa-ds";
      hardware_at_ = at;
      break;
    case kSecurityConfig:
      if (!tlv.data.empty() && !is_erased(tlv.data)) {
        reading_.device.note(
            Remark::key_in_hardware, at,
            fmt::format("the private key is said to be in eFuse block {}", tlv.data[0]));
        block_ = tlv.data[0];
        hardware_at_ = at;
      }
      break;
    case kIntegrity: {
      const Sha256 is = sha256(source_.bytes.first(tlv.offset));
      if (!equal(tlv.data, is))
        reading_.device.damaged(
            at, "esp_secure_cert integrity",
            fmt::format("expected SHA-256 {}, found {}",
                        hex(tlv.data.first(std::min<size_t>(32, tlv.data.size()))), hex(is)));
      break;
    }
    case kMatter:
      take_matter(tlv, at);
      break;
    default:
      break;
  }
}

void Partition::read_tlvs() {
  const View v = source_.bytes;
  size_t at = 0;
  while (at < v.size()) {
    if (!magic_at(v, at)) {
      // The first place without a magic ends the sequence; anything but erased or filled flash
      // there is damage.
      const View rest = v.subspan(at);
      if (std::all_of(rest.begin(), rest.end(), [](uint8_t b) { return b == 0x00 || b == 0xFF; }))
        return;
      const auto next = next_magic(v, at + 1);
      reading_.device.damaged(place(at, "TLV"), "esp_secure_cert magic",
                              fmt::format("expected 0x{:08x} or erased flash", kTlvMagic));
      if (!next) return;
      at = *next;
      continue;
    }
    const auto tlv = tlv_at(v, at);
    const std::string name = fmt::format("TLV {}/{}", v[at + 8], v[at + 9]);
    if (tlv && tlv->sound) {
      take(*tlv);
      at += tlv->size;
      continue;
    }
    if (tlv) {
      reading_.device.damaged(place(at, name), "esp_secure_cert tlv crc", "the checksum is wrong");
    } else {
      reading_.device.damaged(place(at, name), "esp_secure_cert tlv truncated",
                              fmt::format("{} bytes of data do not fit the {} that are left",
                                          le16(v, at + 10), v.size() - at - kTlvHeader));
    }
    // Its length is believed only where it leads to another TLV or to the end.
    if (tlv && (magic_at(v, at + tlv->size) || is_erased(v.subspan(at + tlv->size)))) {
      at += tlv->size;
      continue;
    }
    const auto next = next_magic(v, at + 1);
    if (!next) {
      if (!tlv)
        reading_.device.note(Remark::truncated, place(at, name), "the partition ends within a TLV");
      return;
    }
    at = *next;
  }
}

// The older form: records {checksum u32, length u16, 0 u16} at 0, items at fixed places.
constexpr size_t kDeviceCertAt = 64, kDeviceCertRoom = 2048, kCaCertAt = 2112, kCaCertRoom = 4096,
                 kKeyAt = 6208;

bool Partition::room(size_t at, size_t size, const char* item) {
  if (at <= source_.bytes.size() && source_.bytes.size() - at >= size) return true;
  reading_.device.damaged(place(at, item), "esp_secure_cert truncated",
                          fmt::format("{} bytes do not fit the partition", size));
  reading_.device.note(Remark::truncated, place(at, item),
                       fmt::format("the partition ends within the {}", item));
  return false;
}

std::optional<View> Partition::flash_item(size_t record, size_t at, size_t most, const char* item) {
  const View v = source_.bytes;
  const uint32_t want = le32(v, record);
  const size_t length = le16(v, record + 4);
  if (is_erased(v.subspan(record, 8))) return std::nullopt;
  if (length == 0 || length > most) {
    reading_.device.damaged(place(record, item), "esp_secure_cert length",
                            fmt::format("expected 1 to {} bytes, found {}", most, length));
    return std::nullopt;
  }
  if (!room(at, length, item)) return std::nullopt;
  const View data = v.subspan(at, length);
  if (const uint32_t is = crc32_esp(data); is != want) {
    reading_.device.damaged(place(at, item), "esp_secure_cert crc",
                            fmt::format("expected 0x{:08x}, found 0x{:08x}", want, is));
    return std::nullopt;
  }
  return data;
}

void Partition::read_cust_flash() {
  const View v = source_.bytes;
  const bool peripheral = le32(v, 24) != kFlashMagic && le32(v, 36) == kFlashMagic;
  if (!peripheral && le32(v, 24) != kFlashMagic)
    reading_.device.damaged(
        place(24, "metadata"), "esp_secure_cert magic",
        fmt::format("expected 0x{:08x}, found 0x{:08x}", kFlashMagic, le32(v, 24)));
  if (const auto item = flash_item(0, kDeviceCertAt, kDeviceCertRoom, "device certificate"))
    say_certificate_item(FactId::dac, Encoding::any, *item,
                         place(kDeviceCertAt, "device certificate"), reading_);
  if (const auto item = flash_item(8, kCaCertAt, kCaCertRoom, "CA certificate"))
    say_certificate_item(FactId::pai, Encoding::any, *item, place(kCaCertAt, "CA certificate"),
                         reading_);
  if (peripheral) {
    reading_.device.note(Remark::key_in_hardware, place(kKeyAt, "ciphertext"),
                         "the private key is kept by the digital signature peripheral");
    say_place_of_key("rsa-ds", "the esp_secure_cert says so of the private key",
                     place(kKeyAt, "ciphertext"));
  } else if (const auto item = flash_item(16, kKeyAt, v.size(), "private key")) {
    take_plain_key(Encoding::any, *item, place(kKeyAt, "private key"));
  }
}

bool has_flash_magic(View v) {
  return v.size() >= kDeviceCertAt && (le32(v, 24) == kFlashMagic || le32(v, 36) == kFlashMagic);
}
bool first_flash_item_is_sound(View v) {
  if (v.size() < kDeviceCertAt) return false;
  const size_t length = le16(v, 4);
  return length > 64 && length <= kDeviceCertRoom && v.size() - kDeviceCertAt >= length &&
         crc32_esp(v.subspan(kDeviceCertAt, length)) == le32(v, 0);
}

// A magic at the start, or a sound TLV not far behind a damaged first one.
bool is_tlvs(View v) {
  if (magic_at(v, 0)) return true;
  if (v.size() > 64u << 10) return false;
  for (auto at = next_magic(v, 1); at && *at < 16u << 10; at = next_magic(v, *at + 1)) {
    const auto tlv = tlv_at(v, *at);
    if (tlv && tlv->sound) return true;
  }
  return false;
}

Result<void> read(const Source& s, Reading& reading) {
  read_esp_secure_cert(s, "", reading);
  return {};
}

}  // namespace

bool looks_like_esp_secure_cert(View partition) {
  return is_tlvs(partition) || has_flash_magic(partition) || first_flash_item_is_sound(partition);
}
bool is_esp_secure_cert(View partition) {
  if (has_flash_magic(partition) && first_flash_item_is_sound(partition)) return true;
  if (!magic_at(partition, 0)) return false;
  const auto tlv = tlv_at(partition, 0);
  return tlv && tlv->sound;
}

void read_esp_secure_cert(const Source& source, const std::string& label, Reading& reading) {
  Partition partition(source, label, reading);
  if (is_tlvs(source.bytes)) {
    partition.read_tlvs();
    partition.say_hardware();
  } else {
    partition.read_cust_flash();
  }
}

const Reader esp_secure_cert_reader{
    .kind = "esp-secure-cert",
    .expects = "an esp_secure_cert partition",
    .content = Content::bytes,
    .recognises = [](const Source& s) { return looks_like_esp_secure_cert(s.bytes); },
    .read = read};

}  // namespace attest
