#include "verifier/readers/posture/mcuboot_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

#include "verifier/crypto/crypto.h"
#include "verifier/crypto/firmware_signature.h"
#include "verifier/pki/der.h"
#include "verifier/readers/posture/tool_text.h"

namespace attest {
namespace {

constexpr uint32_t kMcubootMagic = 0x96F3B83D;
constexpr size_t kMcubootHeader = 32, kMcubootStep = 0x100;
constexpr uint16_t kTlvs = 0x6907, kProtectedTlvs = 0x6908;
constexpr size_t kMostTlvs = 64;  // of an area; imgtool writes ten or so
constexpr uint16_t kKeyHash = 0x01, kPublicKey = 0x02, kSha256 = 0x10, kSha384 = 0x11,
                   kSha512 = 0x12, kRsa2048 = 0x20, kEcdsa = 0x22, kRsa3072 = 0x23, kEd25519 = 0x24,
                   kPure = 0x25, kCounter = 0x50, kFirstSignature = 0x20, kLastSignature = 0x2F;
// Its key is named by the hash that the image itself has: SHA-256, -384 or -512.
constexpr size_t kHashSizes[] = {32, 48, 64};
// Of a pure signature the whole image is what was signed, and is kept for a key of the order.
constexpr size_t kMostKept = 16u << 20;

struct Mcuboot {
  size_t at = 0, signed_size = 0, end = 0;
  std::string version;
  bool encrypted = false;
  std::map<uint16_t, View> tlvs;  // the first of each type
};

// The entries of one area; nullopt: it is none, runs out, or has more than any image.
std::optional<size_t> take_tlvs(View v, size_t at, uint16_t magic, std::map<uint16_t, View>& out,
                                FirmwareWork& work) {
  if (at + 4 > v.size() || le16(v, at) != magic) return std::nullopt;
  const size_t total = le16(v, at + 2), end = at + total;
  if (total < 4 || end > v.size()) return std::nullopt;
  size_t entries = 0;
  for (at += 4; at + 4 <= end;) {
    ++work.entries;
    const size_t size = le16(v, at + 2);
    if (size > end - at - 4 || ++entries > kMostTlvs) return std::nullopt;
    out.emplace(le16(v, at), v.subspan(at + 4, size));
    at += 4 + size;
  }
  return at == end ? std::optional(end) : std::nullopt;
}

// What its header and its TLVs say, whatever its magic is.
std::optional<Mcuboot> parse_mcuboot(View v, size_t at, FirmwareWork& work) {
  if (at + kMcubootHeader > v.size()) return std::nullopt;
  const View h = v.subspan(at);
  const uint64_t header = le16(h, 8), kept = le16(h, 10), size = le32(h, 12);
  if (header < kMcubootHeader || header + size + kept + 4 > h.size()) return std::nullopt;
  Mcuboot out{.at = at,
              .signed_size = static_cast<size_t>(header + size + kept),
              .end = 0,
              .version = {},
              .encrypted = (le32(h, 16) & 0xC) != 0,
              .tlvs = {}};
  out.version = fmt::format("{}.{}.{}+{}", h[20], h[21], le16(h, 22), le32(h, 24));
  if (kept != 0 && take_tlvs(h, static_cast<size_t>(header + size), kProtectedTlvs, out.tlvs,
                             work) != out.signed_size)
    return std::nullopt;
  const auto end = take_tlvs(h, out.signed_size, kTlvs, out.tlvs, work);
  if (!end) return std::nullopt;
  out.end = at + *end;
  return out;
}

// A PKCS#1 key of 2048 or 3072 bits with an exponent of three bytes, as MCUboot has them.
std::optional<FirmwareKey> pkcs1_key(View der) {
  constexpr size_t kAround = 14, kModulusAt = 9;
  if ((der.size() != 270 && der.size() != 398) || der[0] != 0x30 || der[kModulusAt - 1] != 0x00)
    return std::nullopt;
  return FirmwareKey{.kind = FirmwareKey::Kind::rsa,
                     .modulus = to_bytes(der.subspan(kModulusAt, der.size() - kAround)),
                     .exponent = to_bytes(der.last(3)),
                     .point = {},
                     .pkcs1 = to_bytes(der),
                     .spki = {}};
}

// Public keys as DER somewhere in the bytes, by MCUboot's hashes of them: looked for once, and when
// an image names its key by that alone.
class KeysInside {
 public:
  KeysInside(View bytes, FirmwareWork& work) : bytes_(bytes), work_(work) {}
  std::optional<FirmwareKey> of(View hash) {
    if (!std::exchange(searched_, true)) search();
    const auto at = keys_.find(hex(hash));
    return at == keys_.end() ? std::nullopt : std::optional(at->second);
  }

 private:
  void search() {
    const struct {
      const char* prefix;
      size_t size;
      bool rsa;
    } kForms[] = {{"3059301306072a8648ce3d020106082a8648ce3d03010703420004", 91, false},
                  {"3076301006072a8648ce3d020106052b8104002203620004", 120, false},
                  {"302a300506032b6570032100", 44, false},
                  {"3082010a0282010100", 270, true},
                  {"3082018a0282018100", 398, true}};
    constexpr size_t kMostCandidates = 64;
    for (const auto& form : kForms) {
      const auto prefix = from_hex(form.prefix);
      size_t tried = 0;
      for (auto at = find(bytes_, *prefix); at && tried < kMostCandidates;
           at = find(bytes_, *prefix, *at + 1), ++tried) {
        if (bytes_.size() - *at < form.size) break;
        const View der = bytes_.subspan(*at, form.size);
        work_.hashed += std::size(kHashSizes) * der.size();
        auto key = form.rsa ? pkcs1_key(der) : firmware_key(der);
        if (!key) continue;
        for (const size_t size : kHashSizes) keys_.emplace(mcuboot_key_hash(*key, size), *key);
      }
    }
  }

  View bytes_;
  FirmwareWork& work_;
  std::map<std::string, FirmwareKey> keys_;
  bool searched_ = false;
};

View tlv(const Mcuboot& image, uint16_t type) {
  const auto found = image.tlvs.find(type);
  return found == image.tlvs.end() ? View() : found->second;
}

// What signs it; empty: nothing does. The type of an ECDSA signature does not tell its curve, and
// P-384 alone goes with SHA-384.
std::string scheme_of(const Mcuboot& image) {
  const auto has = [&](uint16_t type) { return image.tlvs.count(type) != 0; };
  if (has(kRsa2048)) return "rsa2048";
  if (has(kEcdsa)) return has(kSha384) ? "ecdsa-p384" : "ecdsa-p256";
  if (has(kRsa3072)) return "rsa3072";
  if (has(kEd25519)) return "ed25519";
  for (uint16_t type = kFirstSignature; type <= kLastSignature; ++type) {
    if (type != kPure && has(type)) return fmt::format("{}{:02x}", kUnknownScheme, type);
  }
  return "";
}

// ECDSA-Sig-Value as r | s of that width each, and zeros behind it: early versions of MCUboot want
// signatures of one size.
std::optional<Bytes> curve_numbers(View value, size_t width) {
  const auto both = der::Cursor(value).any("signature");
  if (!both || both->tag != der::kSequence) return std::nullopt;
  const View behind = value.subspan(both->whole.size());
  if (std::any_of(behind.begin(), behind.end(), [](uint8_t b) { return b != 0; }))
    return std::nullopt;
  Bytes out(2 * width);
  der::Cursor numbers(both->body);
  for (size_t i = 0; i < 2; ++i) {
    const auto number = numbers.integer("number");
    if (!number || number->front() >= 0x80) return std::nullopt;
    const View n = number->front() == 0 ? number->subspan(1) : *number;
    if (n.size() > width) return std::nullopt;
    std::copy(n.begin(), n.end(),
              out.begin() + static_cast<std::ptrdiff_t>((i + 1) * width - n.size()));
  }
  return numbers.empty() ? std::optional(out) : std::nullopt;
}

// The value of its signature as keys verify it; nullopt: no key would.
std::optional<Bytes> signature_of(const Mcuboot& image, const std::string& scheme) {
  if (scheme == "ecdsa-p256") return curve_numbers(tlv(image, kEcdsa), 32);
  if (scheme == "ecdsa-p384") return curve_numbers(tlv(image, kEcdsa), 48);
  return to_bytes(tlv(image, scheme == "ed25519"   ? kEd25519
                             : scheme == "rsa2048" ? kRsa2048
                                                   : kRsa3072));
}

bool is_pure(const Mcuboot& image) {
  const View pure = tlv(image, kPure);
  return !pure.empty() && pure[0] == 1;
}

// What the key that the image brings, or that lies in the same bytes, makes of its signature; what
// an order may answer later is kept where there is none.
void check_signature(const Mcuboot& image, View covered, const Bytes& digest,
                     const std::optional<FirmwareKey>& key, SignedImage& out) {
  constexpr size_t kPssDigest = 32;
  if (key && out.scheme.starts_with("ecdsa"))
    out.scheme = key->kind == FirmwareKey::Kind::p384 ? "ecdsa-p384" : "ecdsa-p256";
  const auto value = signature_of(image, out.scheme);
  if (!value) {
    out.signature = ImageSignature::bad;
    out.problem = "its signature is no pair of numbers of its curve";
    return;
  }
  if (out.scheme.starts_with("rsa") && digest.size() != kPssDigest) return;
  const View message = out.scheme == "ed25519" && is_pure(image) ? covered : View(digest);
  if (key) {
    const bool good = verifies_firmware(*key, out.scheme, message, *value);
    out.signature = good ? ImageSignature::good : ImageSignature::bad;
    if (!good) out.problem = "its signature does not verify";
  } else if (message.size() <= kMostKept) {
    out.digest = to_bytes(message);
    out.value = *value;
  }
}

// Its digest, as it states it and as it is.
Bytes digest_of(const Mcuboot& image, View covered, SignedImage& out, bool& stated) {
  Bytes digest = to_bytes(sha256(covered));
  for (const uint16_t type : {kSha256, kSha384, kSha512}) {
    if (image.tlvs.count(type) == 0) continue;
    const View given = tlv(image, type);
    stated = true;
    digest = type == kSha256   ? to_bytes(sha256(covered))
             : type == kSha384 ? sha384(covered)
                               : sha512(covered);
    if (image.encrypted && given.size() == digest.size())
      digest = to_bytes(given);
    else if (!equal(given, digest))
      out.problem =
          fmt::format("its hash is wrong: expected {}, found {}", hex(given), hex(digest));
  }
  return digest;
}

std::optional<FirmwareKey> key_of(const Mcuboot& image, KeysInside& keys, SignedImage& out) {
  const View hash = tlv(image, kKeyHash), whole = tlv(image, kPublicKey);
  if (!hash.empty()) out.keys.push_back(hex(hash));
  std::optional<FirmwareKey> key;
  if (!whole.empty()) {
    key = firmware_key(whole);
    if (!key) key = pkcs1_key(whole);
  }
  if (!key && !hash.empty()) key = keys.of(hash);
  if (key) out.keys.assign(1, hex(mcuboot_key_hash(*key)));
  return key;
}

void say_mcuboot(const Mcuboot& image, const Source& s, KeysInside& keys, FirmwareWork& work,
                 Reading& reading) {
  const View covered = s.bytes.subspan(image.at, image.signed_size);
  SignedImage out = SignedImage::at(tool::place(s, image.at, "MCUboot image"),
                                    fmt::format("{} {}", kMcubootImage, image.version));
  work.hashed += covered.size();
  if (const View counter = tlv(image, kCounter); counter.size() == 4)
    out.secure_version = le32(counter, 0);
  bool stated = false;
  const Bytes digest = digest_of(image, covered, out, stated);
  out.scheme = scheme_of(image);
  const auto key = key_of(image, keys, out);
  if (!out.scheme.empty() && !out.problem.empty()) {
    out.signature = ImageSignature::bad;
  } else if (!out.scheme.empty()) {
    out.signature = ImageSignature::unchecked;
    // What is encrypted states the hash of what it decrypts to, and that is what was signed.
    const bool hidden = image.encrypted && (!stated || image.tlvs.count(kPure) != 0);
    if (!hidden && !out.scheme.starts_with(kUnknownScheme))
      check_signature(image, covered, digest, key, out);
    if (image.encrypted) {
      out.digest.clear();
      out.value.clear();
      if (out.signature == ImageSignature::good) out.signature = ImageSignature::unchecked;
    }
  }
  if (image.encrypted && !out.scheme.empty()) out.scheme += kEncrypted;
  reading.device.posture.images.push_back(std::move(out));
}

// An image that begins here by all but one of what its header says, and has no TLVs behind it: bits
// of it are wrong, or it is cut.
std::optional<std::string> damage_of(View h) {
  constexpr uint64_t kMostHeader = 0x2000, kMostSize = 64u << 20, kMostProtected = 0x2000,
                     kMostFlags = 0xFFFF;
  const uint64_t header = le16(h, 8), kept = le16(h, 10), size = le32(h, 12);
  const bool sane = header >= kMcubootHeader && header % 4 == 0 && header <= kMostHeader;
  const View pad =
      h.subspan(kMcubootHeader, sane && header <= h.size() ? header - kMcubootHeader : 0);
  const auto all = [&](uint8_t value) {
    return std::all_of(pad.begin(), pad.end(), [&](uint8_t b) { return b == value; });
  };
  const int fits = sane + (size != 0 && size <= kMostSize) + (kept <= kMostProtected) +
                   (le32(h, 16) <= kMostFlags) + (le32(h, 28) == 0) + (all(0) || all(0xFF));
  constexpr int kOfThese = 6;
  if (fits < kOfThese - 1) return std::nullopt;
  const uint64_t wanted = header + size + kept + 4;
  if (wanted > h.size())
    return fmt::format("expected {} bytes and TLVs behind them, found {} bytes", wanted - 4,
                       h.size());
  return fmt::format("expected TLVs behind {} bytes, found none that fit", header + size);
}

struct Found {
  std::vector<Mcuboot> images;
  std::vector<std::pair<size_t, std::string>> damaged;  // where, and how
};

// One bit of the magic is wrong, and all else fits.
std::optional<std::string> magic_damage(View v, size_t at, FirmwareWork& work) {
  const uint32_t magic = le32(v, at);
  if (std::popcount(magic ^ kMcubootMagic) != 1 || !parse_mcuboot(v, at, work)) return std::nullopt;
  return fmt::format("expected its magic 0x{:08x}, found 0x{:08x}", kMcubootMagic, magic);
}

// What a swap of two slots leaves in the area that it needs for that: whole sectors of an image
// that lies elsewhere, from its head on. (A slot that was cut, or whose TLVs are wrong, has other
// parts.) `sparse`: behind the bytes the flash is erased.
bool is_copy(View v, size_t at, const Mcuboot& image, bool sparse) {
  constexpr size_t kSector = 0x1000;
  const View whole = v.subspan(image.at, image.end - image.at), there = v.subspan(at);
  const size_t most = std::min(whole.size(), there.size());
  const auto differs =
      std::mismatch(whole.begin(), whole.begin() + static_cast<long>(most), there.begin());
  const auto same = static_cast<size_t>(differs.first - whole.begin());
  const bool ends = same == there.size();
  size_t reach = same;  // with what is erased in the image, too
  while (ends && sparse && reach < whole.size() && reach % kSector != 0 && whole[reach] == 0xFF)
    ++reach;
  const size_t sectors = reach / kSector * kSector, from = std::min(sectors, same);
  const View behind = there.subspan(from, same - from);
  return sectors != 0 && (same < most || (ends && sparse)) && same < image.signed_size &&
         std::all_of(behind.begin(), behind.end(), [](uint8_t b) { return b == 0xFF; });
}

// One behind the other: what lies in an image is its own.
Found mcuboot_images(View v, bool sparse, FirmwareWork& work) {
  Found out;
  for (size_t at = 0; at + kMcubootHeader <= v.size() && out.images.size() <= kMostImages;) {
    const bool begins = le32(v, at) == kMcubootMagic;
    auto image = begins ? parse_mcuboot(v, at, work) : std::nullopt;
    if (image) {
      at = (image->end + kMcubootStep - 1) / kMcubootStep * kMcubootStep;
      out.images.push_back(std::move(*image));
      continue;
    }
    if (out.damaged.size() < kMostImages) {
      if (auto how = begins ? damage_of(v.subspan(at)) : magic_damage(v, at, work))
        out.damaged.emplace_back(at, std::move(*how));
    }
    at += kMcubootStep;
  }
  std::erase_if(out.damaged, [&](const auto& damage) {
    return std::any_of(out.images.begin(), out.images.end(), [&](const Mcuboot& image) {
      return is_copy(v, damage.first, image, sparse);
    });
  });
  return out;
}

}  // namespace

bool holds_mcuboot(View bytes) {
  FirmwareWork work;
  const Found found = mcuboot_images(bytes, false, work);
  return !found.images.empty() || !found.damaged.empty();
}

bool say_mcuboot_images(const Source& s, FirmwareWork& work, Reading& reading) {
  KeysInside keys(s.bytes, work);
  const Found found = mcuboot_images(s.bytes, s.sparse, work);
  for (const auto& [at, how] : found.damaged)
    reading.device.damaged(tool::place(s, at, kMcubootImage), kMcubootImage, how);
  if (!found.damaged.empty()) reading.holds("firmware");
  const std::vector<Mcuboot>& slots = found.images;
  for (size_t i = 0; i < std::min(slots.size(), kMostImages); ++i)
    say_mcuboot(slots[i], s, keys, work, reading);
  return slots.size() <= kMostImages;
}

}  // namespace attest
