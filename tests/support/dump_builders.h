// Dumps made by code: each builder writes one container as its vendor's documents describe it, so
// that a test can damage one field at a time without any outside data.
#pragma once

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

#include "verifier/base/checksum.h"
#include "verifier/crypto/crypto.h"

namespace attest::test {

inline void put_le(Bytes& b, size_t at, uint64_t value, size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) b[at + i] = static_cast<uint8_t>(value >> (8 * i));
}
inline void add_le(Bytes& b, uint64_t value, size_t bytes) {
  b.resize(b.size() + bytes);
  put_le(b, b.size() - bytes, value, bytes);
}
inline void add_be(Bytes& b, uint64_t value, size_t bytes) {
  for (size_t i = bytes; i-- > 0;) b.push_back(static_cast<uint8_t>(value >> (8 * i)));
}
inline void add(Bytes& b, View v) {
  b.insert(b.end(), v.begin(), v.end());
}
inline void write(Bytes& b, size_t at, View v) {
  if (b.size() < at + v.size()) b.resize(at + v.size(), 0xFF);
  std::copy(v.begin(), v.end(), b.begin() + static_cast<std::ptrdiff_t>(at));
}

// A SEQUENCE of `size` bytes with nothing sensible inside: readers hand certificates on unread.
inline Bytes some_der(size_t size, uint8_t seed) {
  Bytes der = {0x30, 0x82, static_cast<uint8_t>((size - 4) >> 8), static_cast<uint8_t>(size - 4)};
  for (size_t i = 4; i < size; ++i) der.push_back(static_cast<uint8_t>(seed + i * 7));
  return der;
}
// A scalar that is a valid key, and its SEC 1 form without the public point.
inline Bytes some_scalar() {
  return Bytes(32, 0x21);
}
inline Bytes some_sec1() {
  Bytes der = {0x30, 0x31, 0x02, 0x01, 0x01, 0x04, 0x20};
  add(der, some_scalar());
  add(der, Bytes{0xA0, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07});
  return der;
}

// ESP-IDF NVS. Items go to the page that is open; the offsets of their entries come back.
class NvsBuilder {
 public:
  NvsBuilder() { page(); }
  void page(uint32_t state = 0xFFFFFFFE, uint32_t sequence = 0xFFFFFFFF) {
    at_ = image_.size();
    slot_ = 0;
    image_.resize(at_ + 4096, 0xFF);
    put_le(image_, at_, state, 4);
    put_le(image_, at_ + 4, sequence == 0xFFFFFFFF ? at_ / 4096 : sequence, 4);
    image_[at_ + 8] = 0xFE;
    seal_page(image_, at_);
  }
  size_t space(uint8_t index, const std::string& name) { return number(0, 0x01, name, index); }
  size_t number(uint8_t space, uint8_t type, const std::string& key, uint64_t value) {
    const size_t at = entry(space, type, 1, 0xFF, key);
    put_le(image_, at + 24, value, type & 0x0F);
    return seal(at);
  }
  size_t string(uint8_t space, const std::string& key, const std::string& value) {
    return data(space, 0x21, 0xFF, key, view(value + '\0'));
  }
  size_t chunk(uint8_t space, const std::string& key, uint8_t index, View bytes) {
    return data(space, 0x42, index, key, bytes);
  }
  size_t index(uint8_t space, const std::string& key, size_t size, uint8_t count,
               uint8_t start = 0) {
    const size_t at = entry(space, 0x48, 1, 0xFF, key);
    put_le(image_, at + 24, size, 4);
    image_[at + 28] = count;
    image_[at + 29] = start;
    return seal(at);
  }
  size_t blob(uint8_t space, const std::string& key, View bytes) {
    const size_t at = chunk(space, key, 0, bytes);
    index(space, key, bytes.size(), 1);
    return at;
  }
  Bytes build(size_t pages = 0) const {
    Bytes out = image_;
    if (out.size() < pages * 4096) out.resize(pages * 4096, 0xFF);
    return out;
  }
  // Checksums of an entry or a page header that a test has changed.
  static void seal_entry(Bytes& image, size_t at) {
    const View e = View(image).subspan(at, 32);
    put_le(image, at + 4, crc32(e.subspan(8), crc32_esp(e.first(4))), 4);
  }
  static void seal_page(Bytes& image, size_t at) {
    put_le(image, at + 28, crc32_esp(View(image).subspan(at + 4, 24)), 4);
  }
  // The bitmap's two bits of the slot at `at`.
  static void set_state(Bytes& image, size_t at, uint8_t state) {
    const size_t slot = (at % 4096 - 64) / 32, byte = at / 4096 * 4096 + 32 + slot / 4,
                 shift = slot % 4 * 2;
    image[byte] = static_cast<uint8_t>((image[byte] & ~(3u << shift)) | static_cast<unsigned>(state)
                                                                            << shift);
  }

 private:
  size_t entry(uint8_t space, uint8_t type, size_t span, uint8_t chunk, const std::string& key) {
    const size_t at = at_ + 64 + slot_ * 32;
    image_[at] = space;
    image_[at + 1] = type;
    image_[at + 2] = static_cast<uint8_t>(span);
    image_[at + 3] = chunk;
    std::fill_n(image_.begin() + static_cast<std::ptrdiff_t>(at + 8), 16, uint8_t{0});
    write(image_, at + 8, view(key));
    for (size_t i = 0; i < span; ++i) set_state(image_, at + i * 32, 2);
    slot_ += span;
    return at;
  }
  size_t seal(size_t at) {
    seal_entry(image_, at);
    return at;
  }
  size_t data(uint8_t space, uint8_t type, uint8_t chunk, const std::string& key, View bytes) {
    const size_t at = entry(space, type, 1 + (bytes.size() + 31) / 32, chunk, key);
    put_le(image_, at + 24, bytes.size(), 2);
    put_le(image_, at + 28, crc32_esp(bytes), 4);
    write(image_, at + 32, bytes);
    return seal(at);
  }

  Bytes image_;
  size_t at_ = 0, slot_ = 0;
};

// A small factory partition: namespace 1 is chip-factory.
struct FactoryNvs {
  NvsBuilder nvs;
  size_t vendor = 0, product = 0, serial = 0, dac = 0, pai = 0;
  FactoryNvs() {
    nvs.space(1, "chip-factory");
    vendor = nvs.number(1, 0x04, "vendor-id", 0xFFF1);
    product = nvs.number(1, 0x04, "product-id", 0x8000);
    serial = nvs.string(1, "serial-num", "SYNTHETIC-1");
    dac = nvs.blob(1, "dac-cert", some_der(480, 1));
    nvs.page();
    pai = nvs.blob(1, "pai-cert", some_der(400, 2));
    nvs.blob(1, "dac-key", some_scalar());
    nvs.blob(1, "cert-dclrn", some_der(200, 3));
  }
};

// esp_secure_cert, TLV form.
inline Bytes secure_tlv(uint8_t type, uint8_t subtype, View data, uint8_t flags = 0) {
  Bytes out;
  add_le(out, 0xBA5EBA11, 4);
  add(out, Bytes{flags, 0, 0, 0, type, subtype});
  add_le(out, data.size(), 2);
  add(out, data);
  out.resize(12 + (data.size() + 15) / 16 * 16, 0);
  add_le(out, crc32_esp(out), 4);
  return out;
}

// A partition table of ESP-IDF.
struct PartitionRow {
  uint8_t type, subtype;
  uint32_t offset, size;
  std::string label;
};
inline Bytes partition_table(const std::vector<PartitionRow>& rows) {
  Bytes out;
  for (const PartitionRow& row : rows) {
    Bytes raw = {0xAA, 0x50, row.type, row.subtype};
    add_le(raw, row.offset, 4);
    add_le(raw, row.size, 4);
    raw.resize(32, 0);
    write(raw, 12, view(row.label));
    add(out, raw);
  }
  const Bytes sum = md5(out);
  add(out, Bytes{0xEB, 0xEB});
  out.resize(out.size() + 14, 0xFF);
  add(out, sum);
  out.resize(0xC00, 0xFF);
  return out;
}

// Silicon Labs NVM3.
inline uint32_t with_berger(uint32_t low27) {
  return low27 | static_cast<uint32_t>(std::popcount(~low27 & 0x7FFFFFFu)) << 27;
}
class Nvm3Builder {
 public:
  static constexpr size_t kPage = 2048;
  void page(uint32_t erase_count, uint16_t format = 0xFFFF) {
    at_ = image_.size();
    image_.resize(at_ + kPage, 0xFF);
    put_le(image_, at_, 0xB29A0001, 4);
    put_le(image_, at_ + 4, with_berger(erase_count), 4);
    put_le(image_, at_ + 8, with_berger(~erase_count & 0x7FFFFFFu), 4);
    put_le(image_, at_ + 16, static_cast<uint32_t>(format) << 16 | 2u << 13 | 1u << 12 | 1u << 11,
           4);
    cursor_ = at_ + 20;
  }
  size_t small(uint32_t key, View data) {
    return put(with_berger(static_cast<uint32_t>(data.size() + 7) | key << 7), {}, data);
  }
  size_t number(uint32_t key, uint64_t value, size_t bytes) {
    Bytes b;
    add_le(b, value, bytes);
    return small(key, b);
  }
  size_t deleted(uint32_t key) { return put(with_berger(3u | key << 7), {}, {}); }
  size_t large(uint32_t key, uint32_t fragment, View data) {
    const uint32_t first = key << 7 | fragment << 27 | 7u << 29;
    const auto length = static_cast<uint32_t>(data.size());
    const auto zeros =
        static_cast<uint32_t>(std::popcount(~first) + std::popcount(~length & 0x3FFFFFFu));
    return put(first, length | zeros << 26, data);
  }
  Bytes image_;

 private:
  size_t put(uint32_t word, std::optional<uint32_t> second, View data) {
    const size_t at = cursor_;
    put_le(image_, cursor_, word, 4);
    cursor_ += 4;
    if (second) {
      put_le(image_, cursor_, *second, 4);
      cursor_ += 4;
    }
    write(image_, cursor_, data);
    cursor_ += (data.size() + 3) / 4 * 4;
    return at;
  }
  size_t at_ = 0, cursor_ = 0;
};

// A Silicon Labs provisioning page.
class ProvisionBuilder {
 public:
  void number(uint16_t id, uint64_t value, unsigned type) {
    add_be(body_, type << 12 | 1u << 10 | id, 2);
    add_be(body_, value, size_t{1} << (type - 1));
  }
  void data(uint16_t id, View v) {
    const bool wide = v.size() > 0xFF;
    add_be(body_, (wide ? 2u : 1u) << 10 | 1u << 9 | id, 2);
    add_be(body_, v.size(), wide ? 2 : 1);
    add(body_, v);
  }
  Bytes build() const {
    Bytes out;
    add_be(out, body_.size() + 2, 2);
    add(out, body_);
    return out;
  }

 private:
  Bytes body_;
};

// TI's seventeen pairs at `at`, what they point at behind them.
inline Bytes ti_image(size_t at, const std::vector<Bytes>& items) {
  Bytes image(at, 0x5A);
  image.resize(at + 17 * 8, 0xFF);
  for (size_t i = 0; i < items.size(); ++i) {
    put_le(image, at + i * 8, items[i].size(), 4);
    put_le(image, at + i * 8 + 4, image.size(), 4);
    add(image, items[i]);
  }
  return image;
}
inline Bytes le_bytes(uint64_t value, size_t bytes) {
  Bytes b;
  add_le(b, value, bytes);
  return b;
}
inline std::vector<Bytes> ti_items() {
  const auto text = [](std::string_view s) { return to_bytes(view(s)); };
  return {text("TI-SYN"),       le_bytes(0xFFF1, 2), le_bytes(0x8000, 2), text("Vendor"),
          text("Product"),      text("2026-01-01"),  le_bytes(3, 2),      text("3.0"),
          some_der(300, 1),     some_scalar(),       some_der(280, 2),    Bytes(16, 0x11),
          le_bytes(1000, 4),    Bytes(16, 0x22),     Bytes(97, 0x33),     le_bytes(1234, 2),
          le_bytes(24681357, 4)};
}

// Hex records: 16 bytes each, as tools write them.
inline std::string intel_hex(uint64_t address, View bytes) {
  std::string out;
  const auto record = [&](uint8_t type, uint16_t at, View data) {
    Bytes r = {static_cast<uint8_t>(data.size()), static_cast<uint8_t>(at >> 8),
               static_cast<uint8_t>(at), type};
    add(r, data);
    unsigned sum = 0;
    for (const uint8_t b : r) sum += b;
    r.push_back(static_cast<uint8_t>(0 - sum));
    out += ":" + hex_upper(r) + "\r\n";
  };
  uint64_t high = ~uint64_t{0};
  for (size_t i = 0; i < bytes.size(); i += 16) {
    const uint64_t at = address + i;
    if (at >> 16 != high) {
      high = at >> 16;
      record(4, 0, Bytes{static_cast<uint8_t>(high >> 8), static_cast<uint8_t>(high)});
    }
    record(0, static_cast<uint16_t>(at), bytes.subspan(i, std::min<size_t>(16, bytes.size() - i)));
  }
  record(1, 0, {});
  return out;
}
inline std::string s_records(uint64_t address, View bytes) {
  std::string out;
  const auto record = [&](char type, uint64_t at, View data) {
    Bytes r = {static_cast<uint8_t>(data.size() + 5)};
    add_be(r, at, 4);
    add(r, data);
    unsigned sum = 0;
    for (const uint8_t b : r) sum += b;
    r.push_back(static_cast<uint8_t>(~sum));
    out += std::string("S") + type + hex_upper(r) + "\n";
  };
  for (size_t i = 0; i < bytes.size(); i += 16)
    record('3', address + i, bytes.subspan(i, std::min<size_t>(16, bytes.size() - i)));
  record('7', 0, {});
  return out;
}

}  // namespace attest::test
