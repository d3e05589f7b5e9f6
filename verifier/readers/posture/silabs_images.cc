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
constexpr size_t kPropertiesSize = 80, kCertificate = 136, kVectorsAt = 0x34;

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
  constexpr size_t kStep = 0x200;
  std::map<size_t, size_t> out;  // from the properties to the start
  for (size_t start = 0; start + kVectorsAt + 4 <= v.size(); start += kStep) {
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

// One more than are judged, where there are more.
std::vector<Properties> properties_in(const Source& s, FirmwareWork& work) {
  constexpr uint32_t kLastType = 2;
  std::vector<Properties> out;
  const View v = s.bytes;
  for (const auto& [at, start] : vector_tables(v, s.base, work)) {
    if (out.size() <= kMostImages) out.push_back(properties_at(v, at, start, s.base));
  }
  if (!out.empty() || s.base != 0 || v.size() <= kVectorsAt + 4) return out;
  // A file without addresses: the vector table of its first byte says where it lies.
  const uint32_t address = le32(v, kVectorsAt);
  for (auto at = find(v, kProperties); at && *at < address && out.size() <= kMostImages;
       at = find(v, kProperties, *at + 1)) {
    if (!are_properties(v, *at)) break;
    const Properties found = properties_at(v, *at, 0, address - *at);
    if (found.type <= kLastType) out.push_back(found);
  }
  return out;
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
  const auto at = inside(v, p.base, p.signature, p.type == 2 ? 4 : 64);
  if (p.type == 1 && (!at || *at < p.start)) {
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
    if (at && *at >= p.start && crc32(v.subspan(p.start, *at - p.start)) != le32(v, *at))
      out.problem = "its CRC-32 is wrong";
  }
  reading.device.posture.images.push_back(std::move(out));
}

constexpr uint32_t kGblHeader = 0x03A617EB, kGblSignature = 0xF70A0AF7, kGblEnd = 0xFC0404FC;

bool is_gbl(View v) {
  return v.size() >= 16 && le32(v, 0) == kGblHeader && le32(v, 4) == 8;
}

constexpr uint32_t kGblProgram = 0xFD0303FD;

// Its tags. The images that it writes into flash are added to `flash`; what it writes compressed,
// encrypted or as a difference is not seen.
void say_gbl(const Source& s, AddressMap& flash, Reading& reading) {
  const View v = s.bytes;
  SignedImage out = SignedImage::at(tool::place(s, 0, "GBL"), "GBL file");
  std::string problem;
  size_t at = 0;
  for (bool ended = false; !ended && problem.empty();) {
    const uint32_t tag = at + 8 <= v.size() ? le32(v, at) : 0;
    const size_t size = at + 8 <= v.size() ? le32(v, at + 4) : 0;
    if (at + 8 > v.size()) {
      problem = "expected its end tag, found none";
    } else if (size > v.size() - at - 8) {
      problem = fmt::format("expected {} bytes, found {}", size, v.size() - at - 8);
    } else {
      const View data = v.subspan(at + 8, size);
      if (tag == kGblSignature && size == 64) {
        out.scheme = "ecdsa-p256";
        out.signature = ImageSignature::unchecked;
        out.digest = digest_of(v.first(at));
        out.value = to_bytes(data);
      }
      if (tag == kGblProgram && size > 4) flash.add(le32(data, 0), data.subspan(4));
      ended = tag == kGblEnd;
      at += 8 + size;
    }
  }
  if (!problem.empty()) reading.device.damaged(tool::place(s, at, "GBL"), "GBL tag", problem);
  // What is cut may have had a signature.
  if (problem.empty() || out.signature != ImageSignature::none)
    reading.device.posture.images.push_back(std::move(out));
}

// False: there are more than are judged.
bool say_images(const Source& s, FirmwareWork& work, Reading& reading) {
  const std::vector<Properties> properties = properties_in(s, work);
  for (size_t i = 0; i < std::min(properties.size(), kMostImages); ++i)
    say_properties(properties[i], s, work, reading);
  return properties.size() <= kMostImages;
}

}  // namespace

bool holds_silabs(View bytes) {
  return is_gbl(bytes) || find(bytes, kProperties);
}

bool say_silabs_images(const Source& s, FirmwareWork& work, Reading& reading) {
  if (!is_gbl(s.bytes)) return say_images(s, work, reading);
  AddressMap flash;
  say_gbl(s, flash, reading);
  bool all = true;
  for (const AddressMap::Image& image : flash.join([](uint64_t) {}))
    all = say_images({.path = fmt::format("{}!0x{:08x}", s.path, image.address),
                      .bytes = image.bytes,
                      .base = image.address,
                      .member = true},
                     work, reading) &&
          all;
  return all;
}

}  // namespace attest
