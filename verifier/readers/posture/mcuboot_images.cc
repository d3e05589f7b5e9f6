#include "verifier/readers/posture/mcuboot_images.h"

#include <fmt/format.h>

#include <algorithm>
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

std::optional<Mcuboot> parse_mcuboot(View v, size_t at, FirmwareWork& work) {
  if (at + kMcubootHeader > v.size() || le32(v, at) != kMcubootMagic) return std::nullopt;
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

// Public keys as DER somewhere in the bytes, by MCUboot's hash of them: looked for once, and when
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
        work_.hashed += der.size();
        if (auto key = form.rsa ? pkcs1_key(der) : firmware_key(der))
          keys_.emplace(hex(sha256(der)), std::move(*key));
      }
    }
  }

  View bytes_;
  FirmwareWork& work_;
  std::map<std::string, FirmwareKey> keys_;
  bool searched_ = false;
};

const char* scheme_of(const std::map<uint16_t, View>& tlvs) {
  constexpr std::pair<uint16_t, const char*> kSchemes[] = {
      {0x20, "rsa2048"}, {0x22, "ecdsa-p256"}, {0x23, "rsa3072"}, {0x24, "ed25519"}};
  for (const auto& [type, name] : kSchemes) {
    if (tlvs.count(type) != 0) return name;
  }
  return nullptr;
}

bool verifies(const Mcuboot& image, View covered, View digest, const FirmwareKey& key) {
  const auto at = [&](uint16_t type) {
    const auto found = image.tlvs.find(type);
    return found == image.tlvs.end() ? View() : found->second;
  };
  using Kind = FirmwareKey::Kind;
  if (key.kind == Kind::rsa)
    return verify_rsa_pss(key.modulus, key.exponent, digest, at(at(0x20).empty() ? 0x23 : 0x20));
  if (key.kind == Kind::ed25519) {
    const View pure = at(0x25);
    return verify_ed25519(key.point, !pure.empty() && pure[0] == 1 ? covered : digest, at(0x24));
  }
  if (key.kind != Kind::p256) return false;
  const auto numbers = der::ecdsa_signature(at(0x22));
  return numbers && verify_ecdsa(FirmwareCurve::p256, key.point, digest, *numbers);
}

// For a key that the order brings. A pure Ed25519 signature is over the whole image, which is not
// kept.
void keep_signature(const Mcuboot& image, const Bytes& digest, SignedImage& out) {
  const auto at = [&](uint16_t type) {
    const auto found = image.tlvs.find(type);
    return found == image.tlvs.end() ? View() : found->second;
  };
  out.digest = digest;
  if (out.scheme == "ecdsa-p256") {
    if (const auto numbers = der::ecdsa_signature(at(0x22)))
      out.value = Bytes(numbers->begin(), numbers->end());
  } else if (out.scheme == "ed25519") {
    if (at(0x25).empty()) out.value = to_bytes(at(0x24));
  } else {
    out.value = to_bytes(at(at(0x20).empty() ? 0x23 : 0x20));
  }
}

void say_mcuboot(const Mcuboot& image, const Source& s, KeysInside& keys, FirmwareWork& work,
                 Reading& reading) {
  const View covered = s.bytes.subspan(image.at, image.signed_size);
  SignedImage out = SignedImage::at(tool::place(s, image.at, "MCUboot image"),
                                    fmt::format("{} {}", kMcubootImage, image.version));
  work.hashed += covered.size();
  if (const auto counter = image.tlvs.find(0x50);
      counter != image.tlvs.end() && counter->second.size() == 4)
    out.secure_version = le32(counter->second, 0);
  Bytes digest = to_bytes(sha256(covered));
  bool stated_hash = false;
  for (const uint16_t type : {uint16_t{0x10}, uint16_t{0x11}, uint16_t{0x12}}) {
    const auto stated = image.tlvs.find(type);
    if (stated == image.tlvs.end()) continue;
    stated_hash = true;
    digest = type == 0x10   ? to_bytes(sha256(covered))
             : type == 0x11 ? sha384(covered)
                            : sha512(covered);
    if (image.encrypted && stated->second.size() == digest.size())
      digest = to_bytes(stated->second);
    else if (!equal(stated->second, digest))
      out.problem =
          fmt::format("its hash is wrong: expected {}, found {}", hex(stated->second), hex(digest));
  }
  if (const char* scheme = scheme_of(image.tlvs)) out.scheme = scheme;
  const auto hash = image.tlvs.find(0x01), whole = image.tlvs.find(0x02);
  if (hash != image.tlvs.end()) out.keys.push_back(hex(hash->second));
  if (!out.scheme.empty()) {
    std::optional<FirmwareKey> key;
    if (whole != image.tlvs.end()) {
      key = firmware_key(whole->second);
      if (!key) key = pkcs1_key(whole->second);
    }
    if (key) out.keys.assign(1, hex(mcuboot_key_hash(*key)));
    if (!key && hash != image.tlvs.end()) key = keys.of(hash->second);
    // What is encrypted states the hash of what it decrypts to, and that is what was signed.
    const bool hidden =
        image.encrypted && (!stated_hash || image.tlvs.find(0x25) != image.tlvs.end());
    out.signature = !out.problem.empty()                     ? ImageSignature::bad
                    : !key || hidden                         ? ImageSignature::unchecked
                    : verifies(image, covered, digest, *key) ? ImageSignature::good
                                                             : ImageSignature::bad;
    if (out.signature == ImageSignature::bad && out.problem.empty())
      out.problem = "its signature does not verify";
    if (image.encrypted) {
      out.scheme += kEncrypted;
      if (out.signature == ImageSignature::good) out.signature = ImageSignature::unchecked;
    } else if (out.signature == ImageSignature::unchecked) {
      keep_signature(image, digest, out);
    }
  }
  reading.device.posture.images.push_back(std::move(out));
}

// One behind the other: what lies in an image is its own.
std::vector<Mcuboot> mcuboot_images(View v, FirmwareWork& work) {
  std::vector<Mcuboot> out;
  for (size_t at = 0; at + kMcubootHeader <= v.size() && out.size() <= kMostImages;) {
    auto image = le32(v, at) == kMcubootMagic ? parse_mcuboot(v, at, work) : std::nullopt;
    at = image ? (image->end + kMcubootStep - 1) / kMcubootStep * kMcubootStep : at + kMcubootStep;
    if (image) out.push_back(std::move(*image));
  }
  return out;
}

}  // namespace

bool holds_mcuboot(View bytes) {
  FirmwareWork work;
  return !mcuboot_images(bytes, work).empty();
}

bool say_mcuboot_images(const Source& s, FirmwareWork& work, Reading& reading) {
  KeysInside keys(s.bytes, work);
  const std::vector<Mcuboot> slots = mcuboot_images(s.bytes, work);
  for (size_t i = 0; i < std::min(slots.size(), kMostImages); ++i)
    say_mcuboot(slots[i], s, keys, work, reading);
  return slots.size() <= kMostImages;
}

}  // namespace attest
