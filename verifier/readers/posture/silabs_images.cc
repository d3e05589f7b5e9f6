#include "verifier/readers/posture/silabs_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "verifier/base/checksum.h"
#include "verifier/crypto/crypto.h"
#include "verifier/crypto/firmware_signature.h"
#include "verifier/readers/containers/address_map.h"
#include "verifier/readers/posture/tool_text.h"

namespace attest {
namespace {

constexpr uint8_t kProperties[] = {0x13, 0xB7, 0x79, 0xFA, 0xC9, 0x25, 0xDD, 0xB7,
                                   0xAD, 0xF3, 0xCF, 0xE0, 0xF1, 0xB6, 0x14, 0xB8};
constexpr size_t kPropertiesSize = 80, kCertificate = 136, kVectorsAt = 0x34, kVectorsStep = 0x200;

struct Properties {
  size_t at = 0, start = 0;  // in the bytes: of the properties, of the image
  uint64_t base = 0;         // the address of byte 0
  uint32_t type = 0, signature = 0, kind = 0, version = 0, certificate = 0;
};

// Where an address lies in the bytes; nullopt: elsewhere.
std::optional<size_t> inside(View v, uint64_t base, uint64_t address, size_t size) {
  if (address < base || address - base > v.size() || v.size() - (address - base) < size)
    return std::nullopt;
  return static_cast<size_t>(address - base);
}

bool are_properties(View v, size_t at) {
  return at <= v.size() && v.size() - at >= kPropertiesSize &&
         equal(v.subspan(at, sizeof kProperties), kProperties);
}

// Where images with properties begin: the nearest vector table in front of them whose word 13
// points at them.
std::map<size_t, size_t> vector_tables(View v, uint64_t base, FirmwareWork& work) {
  std::map<size_t, size_t> out;  // from the properties to the start
  for (size_t start = 0; start + kVectorsAt + 4 <= v.size(); start += kVectorsStep) {
    ++work.entries;
    const uint64_t address = le32(v, start + kVectorsAt);
    if (address < base + start) continue;
    const auto at = static_cast<size_t>(address - base);
    if (are_properties(v, at)) out[at] = start;
  }
  return out;
}

Properties properties_at(View v, size_t at, size_t start, uint64_t base) {
  return {.at = at,
          .start = start,
          .base = base,
          .type = le32(v, at + 20),
          .signature = le32(v, at + 24),
          .kind = le32(v, at + 28),
          .version = le32(v, at + 32),
          .certificate = le32(v, at + 56)};
}

// Where its signature or checksum lies: behind its start, in the bytes; nullopt: elsewhere.
std::optional<size_t> signature_of(View v, const Properties& p) {
  const auto at = inside(v, p.base, p.signature, p.type == 2 ? 4 : 64);
  return at && *at >= p.start ? at : std::nullopt;
}

// Where properties lie in bytes that have no addresses; one more than are judged, where there are
// more.
std::vector<size_t> places_of_properties(View v) {
  std::vector<size_t> out;
  for (auto at = find(v, kProperties); at && out.size() <= kMostImages;
       at = find(v, kProperties, *at + 1)) {
    if (!are_properties(v, *at)) break;
    constexpr uint32_t kLastType = 2;
    if (le32(v, *at + 20) <= kLastType) out.push_back(*at);
  }
  return out;
}

// A stack in the RAM, and behind it the code that begins, in flash. (A table at the first byte is
// taken for one whatever it says.)
bool may_be_vectors(View v, size_t start, uint64_t base) {
  constexpr uint32_t kRam = 0x20000000, kRamSize = 0x01000000;
  const uint32_t stack = le32(v, start), reset = le32(v, start + 4);
  return start == 0 || (stack - kRam < kRamSize && stack % 4 == 0 && reset % 2 == 1 &&
                        reset >= base && reset - base < v.size());
}

// The address of the first byte of a dump without addresses: the one that most of its vector tables
// tell, by properties that they point at, with signatures in the dump. Nullopt: none does.
std::optional<uint64_t> base_of(View v, FirmwareWork& work) {
  struct Votes {
    size_t inside = 0, all = 0;
    bool operator>(const Votes& o) const {
      return std::pair(inside, all) > std::pair(o.inside, o.all);
    }
  };
  std::map<uint64_t, Votes> votes;
  std::vector<uint64_t> bases;  // as their first tables follow one another
  for (const size_t at : places_of_properties(v)) {
    for (size_t start = 0; start < at; start += kVectorsStep) {
      ++work.entries;
      const uint64_t address = le32(v, start + kVectorsAt);
      if (address < at || !may_be_vectors(v, start, address - at)) continue;
      const Properties p = properties_at(v, at, start, address - at);
      const auto [found, is_new] = votes.try_emplace(p.base);
      if (is_new) bases.push_back(p.base);
      ++found->second.all;
      found->second.inside += p.type == 0 || signature_of(v, p).has_value();
    }
  }
  const auto best = std::max_element(bases.begin(), bases.end(),
                                     [&](uint64_t a, uint64_t b) { return votes[b] > votes[a]; });
  return best == bases.end() ? std::nullopt : std::optional(*best);
}

// One more than are judged, where there are more.
std::vector<Properties> properties_in(const Source& s, FirmwareWork& work) {
  const View v = s.bytes;
  const auto at_base = [&](uint64_t base) {
    std::vector<Properties> out;
    for (const auto& [at, start] : vector_tables(v, base, work)) {
      if (out.size() <= kMostImages) out.push_back(properties_at(v, at, start, base));
    }
    return out;
  };
  std::vector<Properties> out = at_base(s.base);
  if (!out.empty() || s.base != 0) return out;
  const auto base = base_of(v, work);
  return base ? at_base(*base) : std::vector<Properties>();
}

Bytes digest_of(View v) {
  const Sha256 digest = sha256(v);
  return {digest.begin(), digest.end()};
}
SignatureJob job_of(View xy, View digest, View signature) {
  SignatureJob job;
  job.key[0] = 0x04;
  std::copy(xy.begin(), xy.begin() + 64, job.key.begin() + 1);
  std::copy(digest.begin(), digest.begin() + 32, job.digest.begin());
  std::copy(signature.begin(), signature.begin() + 64, job.signature.begin());
  return job;
}

// Signed by the key of a certificate, which the part's own key signs.
void take_certificate(View certificate, SignedImage& out) {
  const SignatureJob job = job_of(certificate.subspan(4, 64), out.digest, out.value);
  if (!verify_ecdsa(FirmwareCurve::p256, View(job.key).subspan(1), job.digest, job.signature)) {
    out.signature = ImageSignature::bad;
    out.problem = "its signature does not verify with its certificate's key";
  }
  out.certificate_digest = digest_of(certificate.first(72));
  out.certificate_value = to_bytes(certificate.subspan(72, 64));
}

void say_properties(const Properties& p, const Source& s, FirmwareWork& work, Reading& reading) {
  const View v = s.bytes;
  const bool bootloader = (p.kind & 0x40) != 0;
  const char* what = bootloader ? "bootloader" : "application";
  SignedImage out =
      SignedImage::at(tool::place(s, p.start, what), fmt::format("{} 0x{:08x}", what, p.version));
  const auto at = signature_of(v, p);
  if (p.type == 1 && !at) {
    out.scheme = "ecdsa-p256";
    out.signature = ImageSignature::bad;
    out.problem = fmt::format("its signature at 0x{:08x} is not in the image", p.signature);
  } else if (p.type == 1) {
    const View covered = v.subspan(p.start, *at - p.start);
    work.hashed += covered.size();
    out.scheme = "ecdsa-p256";
    out.signature = ImageSignature::unchecked;
    out.digest = digest_of(covered);
    out.value = to_bytes(v.subspan(*at, 64));
    const auto certificate = p.certificate == 0 || p.certificate == 0xFFFFFFFF
                                 ? std::nullopt
                                 : inside(v, p.base, p.certificate, kCertificate);
    if (certificate && v[*certificate] == 1)
      take_certificate(v.subspan(*certificate, kCertificate), out);
  } else if (p.type == 2) {
    out.scheme = "crc32";
    if (at) work.hashed += *at - p.start;
    if (at && crc32(v.subspan(p.start, *at - p.start)) != le32(v, *at))
      out.problem = "its CRC-32 is wrong";
  }
  reading.device.posture.images.push_back(std::move(out));
}

constexpr uint32_t kGblHeader = 0x03A617EB, kGblSignature = 0xF70A0AF7, kGblEnd = 0xFC0404FC,
                   kGblProgram = 0xFD0303FD;

bool is_gbl(View v) {
  return v.size() >= 16 && le32(v, 0) == kGblHeader && le32(v, 4) == 8;
}

// A GBL file. What it writes compressed, encrypted or as a difference is not seen.
struct Gbl {
  size_t end = 0;                   // behind its last tag that was read
  std::string problem;              // of what stands there; empty: it ends as it should
  AddressMap flash;                 // what it writes
  std::optional<size_t> signature;  // where the tag is
};

Gbl parse_gbl(View v, FirmwareWork& work) {
  Gbl out;
  size_t& at = out.end;
  for (bool ended = false; !ended && out.problem.empty();) {
    ++work.entries;
    if (at + 8 > v.size()) {
      out.problem = "expected its end tag, found none";
      break;
    }
    const uint32_t tag = le32(v, at);
    const size_t size = le32(v, at + 4);
    ended = tag == kGblEnd;
    if (size > v.size() - at - 8) {
      out.problem = fmt::format("expected {} bytes, found {}", size, v.size() - at - 8);
    } else if (out.signature && (tag == kGblSignature || tag == kGblProgram)) {
      out.problem = fmt::format("expected the end behind its signature, found {}",
                                tag == kGblSignature ? "another signature" : "a program");
    } else {
      const View data = v.subspan(at + 8, size);
      if (tag == kGblSignature && size == 64) out.signature = at;
      if (tag == kGblProgram && size > 4) out.flash.add(le32(data, 0), data.subspan(4));
      at += 8 + size;
    }
  }
  return out;
}

void say_gbl(const Source& s, const Gbl& gbl, FirmwareWork& work, Reading& reading) {
  SignedImage out = SignedImage::at(tool::place(s, 0, "GBL"), "GBL file");
  if (gbl.signature) {
    const View covered = s.bytes.first(*gbl.signature);
    work.hashed += covered.size();
    out.scheme = "ecdsa-p256";
    out.signature = ImageSignature::unchecked;
    out.digest = digest_of(covered);
    out.value = to_bytes(s.bytes.subspan(*gbl.signature + 8, 64));
  }
  if (!gbl.problem.empty())
    reading.device.damaged(tool::place(s, gbl.end, "GBL"), "GBL tag", gbl.problem);
  // What is cut may have had a signature.
  if (gbl.problem.empty() || gbl.signature) reading.device.posture.images.push_back(std::move(out));
}

// Of what it writes at one address twice the first is judged, and it is said: which of them stays
// is not known.
std::vector<AddressMap::Image> written(const Source& s, Gbl& gbl, Reading& reading) {
  constexpr uint64_t kPage = 0x2000;  // no gap within an image is wider than a page of flash
  std::optional<uint64_t> twice;
  uint64_t between = s.bytes.size();
  auto out =
      gbl.flash.join([&](uint64_t address) { twice = twice.value_or(address); }, kPage, between);
  if (twice)
    reading.device.damaged(tool::place(s, 0, "GBL"), "GBL overlap",
                           fmt::format("its programs give different bytes for one address, 0x{:08x}"
                                       " or behind it",
                                       *twice));
  return out;
}

// As many as there is room for; false: there are more.
bool say_images(const Source& s, size_t& room, FirmwareWork& work, Reading& reading) {
  const std::vector<Properties> properties = properties_in(s, work);
  const size_t count = std::min(properties.size(), room);
  for (size_t i = 0; i < count; ++i) say_properties(properties[i], s, work, reading);
  room -= count;
  return properties.size() == count;
}

}  // namespace

bool holds_silabs(View bytes) {
  return is_gbl(bytes) || find(bytes, kProperties);
}

bool say_silabs_images(const Source& s, FirmwareWork& work, Reading& reading) {
  size_t room = kMostImages;
  if (!is_gbl(s.bytes)) return say_images(s, room, work, reading);
  Gbl gbl = parse_gbl(s.bytes, work);
  say_gbl(s, gbl, work, reading);
  bool all = true;
  for (const AddressMap::Image& image : written(s, gbl, reading))
    all = say_images(image_source(s.path, image.address, image.bytes), room, work, reading) && all;
  return all;
}

}  // namespace attest
