#include "verifier/readers/espressif/esp_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "verifier/base/checksum.h"
#include "verifier/crypto/crypto.h"
#include "verifier/crypto/firmware_signature.h"
#include "verifier/readers/espressif/efuse.h"

namespace attest {
namespace {

constexpr size_t kHeader = 24, kSegmentHead = 8, kMostSegments = 16, kSector = 4096, kBlock = 1216,
                 kMostBlocks = 3, kCrcAt = 1196, kDescription = 256;
constexpr uint32_t kAppMagic = 0xABCD5432;
constexpr uint8_t kImageMagic = 0xE9, kBlockMagic = 0xE7, kBootloaderMagic = 0x50;

std::string text_at(View v, size_t at, size_t size) {
  std::string out;
  for (const uint8_t b : v.subspan(at, size)) {
    if (b == 0) break;
    out += static_cast<char>(b);
  }
  return printable(out);
}

Bytes reversed(View v) {
  return {v.rbegin(), v.rend()};
}
Bytes joined(View a, View b) {
  Bytes out = to_bytes(a);
  out.insert(out.end(), b.begin(), b.end());
  return out;
}

struct Block {
  std::string scheme, key, problem;  // no problem: it verifies
};

// A block of the signature sector, over the image with its padding.
class SignatureBlock {
 public:
  SignatureBlock(View block, View covered) : block_(block), covered_(covered) {}
  std::optional<Block> read() {
    if (block_[0] != kBlockMagic || (block_[1] != 2 && block_[1] != 3)) return std::nullopt;
    Block out;
    if (const uint32_t is = crc32(block_.first(kCrcAt)); is != le32(block_, kCrcAt)) {
      out.problem = fmt::format("its CRC is wrong: expected 0x{:08x}, found 0x{:08x}", is,
                                le32(block_, kCrcAt));
      return out;
    }
    if (block_[1] == 2)
      rsa(out);
    else
      ecdsa(out);
    return out;
  }

 private:
  // The digest that the block states; false where the image has another.
  bool digest_is(View digest, Block& out) const {
    const View stated = block_.subspan(4, digest.size());
    if (equal(stated, digest)) return true;
    out.problem = fmt::format("its digest is not the image's: expected {}, found {}", hex(stated),
                              hex(digest));
    return false;
  }
  void rsa(Block& out) {
    out.scheme = "rsa3072";
    out.key = hex(sha256(block_.subspan(36, 776)));
    const Sha256 digest = sha256(covered_);
    if (!digest_is(digest, out)) return;
    if (!verify_rsa_pss(reversed(block_.subspan(36, 384)), reversed(block_.subspan(420, 4)), digest,
                        reversed(block_.subspan(812, 384))))
      out.problem = "its signature does not verify";
  }
  void ecdsa(Block& out) {
    const bool wide = block_[2] == 1;
    const size_t at = wide ? 52 : 36;
    const uint8_t id = block_[at];
    const size_t width = id == 1 ? 24 : id == 2 ? 32 : id == 3 ? 48 : 0;
    if (width == 0 || wide != (id == 3)) {
      out.problem = fmt::format("curve {} is none", id);
      return;
    }
    const FirmwareCurve curve = id == 1   ? FirmwareCurve::p192
                                : id == 2 ? FirmwareCurve::p256
                                          : FirmwareCurve::p384;
    out.scheme = id == 1 ? "ecdsa-p192" : id == 2 ? "ecdsa-p256" : "ecdsa-p384";
    out.key = hex(sha256(block_.subspan(at, wide ? 97 : 65)));
    const Bytes digest = wide ? sha384(covered_) : to_bytes(sha256(covered_));
    if (!digest_is(digest, out)) return;
    const auto pair = [&](size_t from) {
      return joined(reversed(block_.subspan(from, width)),
                    reversed(block_.subspan(from + width, width)));
    };
    if (!verify_ecdsa(curve, pair(at + 1), digest, pair(at + 1 + (wide ? 96 : 64))))
      out.problem = "its signature does not verify";
  }

  View block_, covered_;
};

bool is_erased(View v) {
  return std::all_of(v.begin(), v.end(), [](uint8_t b) { return b == 0xFF; });
}

// The sector behind the image; false: it holds no block.
bool take_sector(View room, const EspImage& image, SignedImage& out) {
  const size_t sector = (image.end + kSector - 1) / kSector * kSector;
  if (sector + kBlock > room.size()) {
    if (sector >= room.size() || room[sector] != kBlockMagic) return false;
    out.scheme = "cut";
    out.signature = ImageSignature::bad;
    out.problem = "its signature block is cut";
    return true;
  }
  std::string problem;
  bool any = false;
  for (size_t i = 0; i < kMostBlocks && sector + (i + 1) * kBlock <= room.size(); ++i) {
    const auto block =
        SignatureBlock(room.subspan(sector + i * kBlock, kBlock), room.first(sector)).read();
    if (!block) continue;
    any = true;
    if (out.scheme.empty()) out.scheme = block->scheme;
    if (block->problem.empty()) {
      out.keys.push_back(block->key);
      out.scheme = block->scheme;
    } else if (problem.empty()) {
      problem = fmt::format("block {}: {}", i, block->problem);
    }
  }
  if (!any) return false;
  out.signature = out.keys.empty() ? ImageSignature::bad : ImageSignature::good;
  if (out.keys.empty()) out.problem = problem;
  if (out.keys.empty() && !image.sound) out.problem += "; its checksum or SHA-256 is wrong, too";
  return true;
}

// Secure boot v1: u32 0, r and s behind the image.
void take_v1(View room, const EspImage& image, SignedImage& out) {
  constexpr size_t kSize = 68;
  if (image.chip != 0 || image.end + kSize > room.size()) return;
  const View behind = room.subspan(image.end, kSize);
  if (le32(behind, 0) != 0 || is_erased(behind.subspan(4)) ||
      std::all_of(behind.begin(), behind.end(), [](uint8_t b) { return b == 0; }))
    return;
  out.scheme = "v1";
  out.signature = ImageSignature::unchecked;
  const Sha256 digest = sha256(room.first(image.end));
  out.digest = to_bytes(digest);
  out.value = to_bytes(behind.subspan(4));
}

}  // namespace

std::optional<EspImage> parse_esp_image(View v) {
  if (v.size() < kHeader + kSegmentHead || v[0] != kImageMagic || v[1] == 0 ||
      v[1] > kMostSegments || v[2] > 5 || v[23] > 1)
    return std::nullopt;
  EspImage out;
  out.chip = le16(v, 12);
  if (out.chip > 64) return std::nullopt;
  size_t at = kHeader;
  uint8_t sum = 0xEF;
  for (unsigned i = 0; i < v[1]; ++i) {
    if (v.size() - at < kSegmentHead) return std::nullopt;
    const size_t length = le32(v, at + 4);
    at += kSegmentHead;
    if (length > v.size() - at || length % 4 != 0) return std::nullopt;
    for (const uint8_t b : v.subspan(at, length)) sum ^= b;
    at += length;
  }
  const size_t checksum = at | 15;
  const size_t digest = v[23] == 1 ? 32 : 0;
  if (checksum + 1 + digest > v.size()) return std::nullopt;
  out.end = checksum + 1 + digest;
  out.sound = v[checksum] == sum &&
              (digest == 0 || equal(sha256(v.first(checksum + 1)), v.subspan(checksum + 1, 32)));
  constexpr size_t kFirst = kHeader + kSegmentHead;
  if (out.end < kFirst + kDescription) return out;
  const View d = v.subspan(kFirst, kDescription);
  if (le32(d, 0) == kAppMagic) {
    out.secure_version = le32(d, 4);
    out.version = text_at(d, 16, 32);
    out.project = text_at(d, 48, 32);
  } else {
    out.bootloader = d[0] == kBootloaderMagic;
  }
  return out;
}

bool say_esp_image(View room, const Place& place, const std::string& what, Reading& reading) {
  const auto image = parse_esp_image(room);
  if (!image) return false;
  SignedImage out =
      SignedImage::at(place, image->bootloader && what == "image" ? "bootloader" : what);
  if (!image->project.empty()) out.what += fmt::format(" ({} {})", image->project, image->version);
  out.secure_version = image->secure_version;
  if (!take_sector(room, *image, out)) take_v1(room, *image, out);
  if (out.signature == ImageSignature::none && !image->sound)
    out.problem = "its checksum or SHA-256 is wrong";
  if (const char* chip = image->sound ? efuse::chip_of_id(image->chip) : nullptr)
    reading.device.posture.say(Trait::chip, Holds::yes, chip, "", place);
  reading.holds("firmware");
  reading.device.posture.images.push_back(std::move(out));
  return true;
}

bool is_ciphertext(View bytes) {
  constexpr size_t kPiece = 16, kLeast = 3072, kMost = 65'536;
  std::array<size_t, 256> count{};
  size_t all = 0;
  bytes = bytes.first(std::min(bytes.size(), kMost));
  for (size_t at = 0; at + kPiece <= bytes.size(); at += kPiece) {
    const View piece = bytes.subspan(at, kPiece);
    if (is_erased(piece)) continue;
    for (const uint8_t b : piece) ++count.at(b);
    all += kPiece;
  }
  if (all < kLeast) return false;
  double bits = 0;
  for (const size_t n : count) {
    if (n == 0) continue;
    const double share = static_cast<double>(n) / static_cast<double>(all);
    bits -= share * std::log2(share);
  }
  // Ciphertext of n bytes has about 8 - 184/n bits a byte; signatures and certificates less.
  return bits > 8 - 184 / static_cast<double>(all) - 0.06;
}

}  // namespace attest
