#include "verifier/readers/containers/carve.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/crypto/crypto.h"
#include "verifier/matter/certification_declaration.h"
#include "verifier/matter/known_credentials.h"
#include "verifier/pki/algorithms.h"
#include "verifier/pki/certificate.h"
#include "verifier/pki/cms.h"
#include "verifier/pki/crl.h"
#include "verifier/pki/der.h"
#include "verifier/pki/key.h"
#include "verifier/readers/credentials/pem_text.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/text/plain_text.h"
#include "verifier/readers/vendors/cbor_factory.h"

namespace attest {
namespace {

constexpr size_t kMaxItems =
    4096;  // of one file, cut ones included: beyond it nobody reads the list
constexpr size_t kMaxContainers = 64;       // factory data inside a dump
constexpr size_t kMaxKeyHunts = 64;         // DACs whose raw key is looked for
constexpr size_t kMaxDer = 8192;            // of a certificate, declaration or request in firmware
constexpr unsigned kMaxKeyTrials = 16'384;  // point multiplications spent on keys without structure
constexpr size_t kKeyNeighbourhood =
    1024;  // bytes before and after a DAC in which its key is looked for

// Certificates of the Matter profile and others that look like them. Web roots that firmware
// carries for TLS are on other curves or RSA and name no Matter vendor: they are no evidence about
// this device.
bool is_matter_like(const Certificate& c) {
  return c.p256.has_value() || !is_released(c) || c.vendor_id.how != SubjectId::How::absent ||
         c.product_id.how != SubjectId::How::absent;
}
bool is_device_certificate(const Certificate& c) {
  return !(c.basic_constraints.value && c.basic_constraints.value->ca) && c.p256 &&
         c.vid().has_value();
}
bool is_development(const Certificate& c) {
  const auto akid = c.akid(), skid = c.skid();
  if (akid && development_pai_name(*akid) != nullptr &&
      !(c.basic_constraints.value && c.basic_constraints.value->ca))
    return true;
  return skid && (development_pai_name(*skid) != nullptr || development_paa_name(*skid) != nullptr);
}

struct Found {
  FactId fact;
  uint64_t at = 0;  // in the bytes searched
  Bytes der;
  bool decoy = false;               // published development credentials
  std::optional<Point> device_key;  // of a DAC
};

// SEQUENCE header: content length and where the content begins. Nothing when this is no minimal
// definite form.
struct Header {
  size_t header = 0, length = 0;
};
std::optional<Header> sequence_header(View v) {
  if (v.size() < 4 || v[0] != 0x30) return std::nullopt;
  if (v[1] < 0x80) return Header{2, v[1]};
  if (v[1] == 0x81 && v[2] >= 0x80) return Header{3, v[2]};
  if (v[1] == 0x82 && be16(v, 2) > 0xFF) return Header{4, be16(v, 2)};
  return std::nullopt;
}

constexpr uint8_t kVersion3[] = {0xA0, 0x03, 0x02, 0x01, 0x02, 0x02};  // [0] { 2 }, serial
constexpr uint8_t kSignedData[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                                   0xF7, 0x0D, 0x01, 0x07, 0x02, 0xA0};
constexpr uint8_t kSec1[] = {0x02, 0x01, 0x01, 0x04, 0x20};
constexpr uint8_t kPkcs8[] = {0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07,
                              0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01};
constexpr uint8_t kEcdsaSha256[] = {0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02};
constexpr uint8_t kNxpMagic[] = {0x5E, 0xBA, 0x47, 0xCE};
constexpr std::string_view kHwParams = "APP_FACT_DATA:  ";  // and a length, before NXP's magic
constexpr std::string_view kCborVersion = "gversion",
                           kCborVendor = "ivendor_id";  // how Nordic's and Telink's maps begin

bool at_start(View v, View pattern) {
  return v.size() >= pattern.size() && std::memcmp(v.data(), pattern.data(), pattern.size()) == 0;
}

class Carver {
 public:
  Carver(const Source& s, Reading& reading) : s_(s), reading_(reading) {}

  Carved run() {
    for (size_t at = next_candidate(s_.bytes, 0); at < s_.bytes.size() && !full();) {
      const size_t end = take(at);
      at = next_candidate(s_.bytes, end > at ? end : at + 1);
    }
    if (full())
      reading_.device.damaged(
          {.path = s_.path, .offset = {}, .item = {}}, "carving",
          fmt::format("more than {} items are inside; the rest is left alone",
                      containers_ >= kMaxContainers ? kMaxContainers : kMaxItems));
    look_for_keys();
    state();
    carved_.broken = broken_;
    return carved_;
  }

 private:
  bool full() const {
    return found_.size() + broken_ >= kMaxItems || containers_ >= kMaxContainers;
  }
  Place place(uint64_t at, std::string item) const {
    return {.path = s_.path, .offset = s_.base + at, .item = std::move(item)};
  }

  // Judges one candidate; answers where it ends, or `at` when it is nothing.
  size_t take(size_t at) {
    const View rest = s_.bytes.subspan(at);
    if (rest[0] == 0x30) return take_der(at, rest);
    if (rest[0] == kNxpMagic[0]) {
      const size_t frame = kHwParams.size() + 4;
      const bool framed = at >= frame && at_start(s_.bytes.subspan(at - frame), view(kHwParams));
      return take_container(framed ? at - frame : at,
                            rest.size() >= 16 && at_start(rest, kNxpMagic), nxp_reader);
    }
    // The map's head stands one to three bytes before its first key.
    for (const size_t head : {1u, 2u, 3u}) {
      if (at < head) break;
      const Source map{
          .path = s_.path, .bytes = s_.bytes.subspan(at - head), .base = s_.base + at - head};
      if (nordic_reader.recognises(map))
        return take_container(at - head, true,
                              telink_reader.recognises(map) ? telink_reader : nordic_reader);
    }
    return at;
  }

  // Factory data with a header of their own inside a dump: read in place, the offsets being the
  // dump's.
  size_t take_container(size_t at, bool real, const Reader& reader) {
    if (!real) return at;
    const size_t before = reading_.device.statements.size() + reading_.locked.size();
    const size_t problems = reading_.device.integrity.size();
    const View bytes = s_.bytes.subspan(at, std::min<size_t>(s_.bytes.size() - at, 80u << 10));
    (void)reader.read({.path = s_.path, .bytes = bytes, .base = s_.base + at, .member = true},
                      reading_);
    if (reading_.device.statements.size() + reading_.locked.size() == before) {
      reading_.device.integrity.resize(problems);  // four bytes that happened to be there
      return at;
    }
    ++carved_.found;
    ++containers_;
    reading_.holds(reader.kind);
    // What is inside has been stated by its reader; its certificates shall not be found a second
    // time.
    uint64_t end = at + 4;
    for (const Statement& said : reading_.device.statements) {
      if (said.place.path != s_.path || !said.place.offset || *said.place.offset < s_.base + at)
        continue;
      const auto* value = std::get_if<Bytes>(&said.value);
      const uint64_t after = *said.place.offset - s_.base + (value == nullptr ? 0 : value->size());
      if (after <= at + bytes.size()) end = std::max(end, after);
    }
    return static_cast<size_t>(end);
  }

  size_t take_der(size_t at, View rest) {
    const auto head = sequence_header(rest);
    if (!head || head->length < 32) return at;
    const View content = rest.subspan(head->header);
    if (at_start(content, kSignedData)) return take_declaration(at, rest);
    if (at_start(content, kSec1) || at_start(content, kPkcs8))
      return take_key(at, rest.first(std::min(rest.size(), head->header + head->length)));
    const auto inner = sequence_header(content);
    if (!inner || head->length > kMaxDer || inner->header + inner->length > head->length) return at;
    const View body = content.subspan(inner->header);
    if (at_start(body, kVersion3)) return take_certificate(at, rest, head->header + head->length);
    if (const size_t end = take_list(at, rest, head->header + head->length); end != at) return end;
    if (body.size() > 4 && body[0] == 0x02 && body[1] == 0x01 && body[2] == 0x00 && body[3] == 0x30)
      return take_request(at, rest);
    return at;
  }

  size_t take_certificate(size_t at, View rest, size_t size) {
    size_t used = 0;
    const auto parsed = parse_certificate(rest.first(std::min(rest.size(), kMaxDer + 4)), &used);
    if (!parsed) return cut_certificate(at, rest, size, parsed.error());
    const Certificate& c = **parsed;
    if (!is_matter_like(c)) return at + used;
    Found found{.fact = FactId::certificate,
                .at = at,
                .der = to_bytes(rest.first(used)),
                .decoy = is_development(c),
                .device_key = {}};
    if (is_device_certificate(c)) found.device_key = c.p256;
    found_.push_back(std::move(found));
    return at + used;
  }

  // What begins like a certificate of the profile (version 3, serial, ecdsa-with-SHA256) and breaks
  // off.
  size_t cut_certificate(size_t at, View rest, size_t size, const Error& why) {
    const View head = rest.first(std::min<size_t>(rest.size(), 48));
    if (!find(head, kEcdsaSha256)) return at;
    const size_t there = std::min(size, rest.size());
    size_t written = there;
    while (written != 0 && rest[written - 1] == 0xFF) --written;
    const bool cut = rest.size() < size || there - written >= 8;
    ++broken_;
    if (cut) {
      reading_.device.note(
          Remark::truncated, place(at, "certificate"),
          fmt::format("a certificate of {} bytes begins here, and {} of them are there", size,
                      written));
      reading_.device.damaged(place(at, "certificate"), "certificate truncated",
                              fmt::format("{} of {} bytes are there", written, size));
      return at + written;
    }
    reading_.device.damaged(place(at, "certificate"), "certificate", why.what);
    return at + 4;
  }

  size_t take_declaration(size_t at, View rest) {
    size_t used = 0;
    const auto cms = parse_cms(rest.first(std::min<size_t>(rest.size(), kMaxDer)), &used);
    if (!cms || cms->content.empty() || cms->content[0] != 0x15) {
      const auto head = sequence_header(rest);
      if (head && head->header + head->length > rest.size() && head->length <= kMaxDer) {
        ++broken_;
        reading_.device.note(
            Remark::truncated, place(at, "certification declaration"),
            fmt::format("a declaration of {} bytes begins here, and {} of them are there",
                        head->header + head->length, rest.size()));
      }
      return at;
    }
    Found found{.fact = FactId::cd,
                .at = at,
                .der = to_bytes(rest.first(used)),
                .decoy = false,
                .device_key = {}};
    const auto declaration = parse_certification_declaration(cms->content);
    found.decoy = declaration && declaration->certificate_id == kExampleCdCertificateId;
    found_.push_back(std::move(found));
    return at + used;
  }

  size_t take_request(size_t at, View rest) {
    size_t used = 0;
    const auto csr = parse_csr(rest.first(std::min<size_t>(rest.size(), kMaxDer)), &used);
    if (!csr || used == 0) return at;
    found_.push_back({.fact = FactId::csr,
                      .at = at,
                      .der = to_bytes(rest.first(used)),
                      .decoy = false,
                      .device_key = {}});
    return at + used;
  }

  // A whole revocation list. (Of another issuer it says nothing here, as in a file of its own.)
  size_t take_list(size_t at, View rest, size_t size) {
    if (size > rest.size() || !looks_like_crl(rest.first(size)) ||
        !parse_crl(to_bytes(rest.first(size))))
      return at;
    found_.push_back({.fact = FactId::crl,
                      .at = at,
                      .der = to_bytes(rest.first(size)),
                      .decoy = false,
                      .device_key = {}});
    return at + size;
  }

  size_t take_key(size_t at, View der) {
    size_t used = 0;
    const auto key = parse_private_key(der, &used);
    if (!key || used == 0) return at;
    found_.push_back({.fact = FactId::private_key,
                      .at = at,
                      .der = Bytes(key->scalar.begin(), key->scalar.end()),
                      .decoy = false,
                      .device_key = {}});
    return at + used;
  }

  // A raw key of 32 bytes has no structure. It is found near its DAC, by trying: aligned places
  // first.
  void look_for_keys() {
    std::vector<Found> keys;
    size_t hunts = 0;
    for (const Found& dac : found_) {
      if (!dac.device_key || dac.decoy) continue;
      if (hunts++ == kMaxKeyHunts) break;
      const size_t from = dac.at > kKeyNeighbourhood ? dac.at - kKeyNeighbourhood : 0;
      const size_t end = std::min(s_.bytes.size(), dac.at + dac.der.size() + kKeyNeighbourhood);
      for (const size_t step : {4u, 1u}) {
        std::optional<size_t> at;
        for (size_t i = from + (step - from % step) % step; !at && i + 32 <= end; i += step) {
          if (step == 1 && i % 4 == 0) continue;  // tried
          if (inside_found(i) || !could_be_key(s_.bytes.subspan(i, 32))) continue;
          if (trials_++ >= kMaxKeyTrials) break;
          if (const auto point = public_key_of(s_.bytes.subspan(i, 32));
              point && *point == *dac.device_key)
            at = i;
        }
        if (!at) continue;
        keys.push_back({.fact = FactId::dac_private_key,
                        .at = *at,
                        .der = to_bytes(s_.bytes.subspan(*at, 32)),
                        .decoy = false,
                        .device_key = {}});
        break;
      }
    }
    std::move(keys.begin(), keys.end(), std::back_inserter(found_));
  }
  bool inside_found(size_t at) const {
    return std::any_of(found_.begin(), found_.end(), [&](const Found& f) {
      return f.fact != FactId::private_key && at + 32 > f.at && at < f.at + f.der.size();
    });
  }
  // Random bytes: few equal neighbours, not all of them text.
  static bool could_be_key(View v) {
    size_t equal_neighbours = 0, printable_bytes = 0;
    for (size_t i = 0; i < v.size(); ++i) {
      equal_neighbours += i != 0 && v[i] == v[i - 1];
      printable_bytes += v[i] >= 0x20 && v[i] < 0x7F;
    }
    return equal_neighbours < 4 && printable_bytes < 30;
  }

  // The SDK's development credentials come with every example application. They are the device's
  // only when nothing else is.
  void state() {
    const auto stands = [&](FactId fact, bool device) {
      return std::any_of(found_.begin(), found_.end(), [&](const Found& f) {
        return f.fact == fact && !f.decoy && f.device_key.has_value() == device;
      });
    };
    const bool own_dac = stands(FactId::certificate, true), own_cd = stands(FactId::cd, false);
    for (Found& f : found_) {
      ++carved_.found;
      const char* name = f.fact == FactId::certificate ? "certificate"
                         : f.fact == FactId::cd        ? "certification declaration"
                         : f.fact == FactId::csr       ? "request"
                         : f.fact == FactId::crl       ? "revocation list"
                                                       : "private key";
      if (f.decoy) {
        reading_.holds("development-credentials");
        reading_.device.note(
            Remark::development_credentials, place(f.at, name),
            fmt::format("a {} of the SDK's development credentials is compiled in (sha256 {})",
                        name, hex(sha256(f.der)).substr(0, 16)));
        if (f.fact == FactId::cd ? own_cd : own_dac) continue;
      }
      reading_.holds(f.fact == FactId::cd            ? "cd"
                     : f.fact == FactId::csr         ? "csr"
                     : f.fact == FactId::crl         ? "crl"
                     : f.fact == FactId::certificate ? "certificate"
                                                     : "dac-key");
      reading_.device.say(f.fact, std::move(f.der), place(f.at, ""));
    }
  }

  const Source& s_;
  Reading& reading_;
  std::vector<Found> found_;
  Carved carved_;
  size_t broken_ = 0, containers_ = 0;
  unsigned trials_ = 0;
};

// Two bytes decide whether a place deserves a look: a SEQUENCE of at least 128 bytes or of a SEC 1
// key's 119, NXP's magic, and the "gv" or "iv" of a CBOR map's first key. Written so that a
// compiler makes vector instructions of a block.
inline bool pair(uint8_t a, uint8_t b) {
  return (a == 0x30 && (b == 0x82 || b == 0x81 || b == 0x77)) ||
         (a == kNxpMagic[0] && b == kNxpMagic[1]) || ((a == 'g' || a == 'i') && b == 'v');
}
constexpr size_t kBlock = 64;
inline bool block_has_pair(const uint8_t* p) {
  uint8_t any = 0;
  for (size_t i = 0; i < kBlock; ++i) {
    const uint8_t a = p[i], b = p[i + 1];
    const auto der = static_cast<uint8_t>((a == 0x30) & ((b == 0x82) | (b == 0x81) | (b == 0x77)));
    const auto others = static_cast<uint8_t>(((a == kNxpMagic[0]) & (b == kNxpMagic[1])) |
                                             (((a == 'g') | (a == 'i')) & (b == 'v')));
    any = static_cast<uint8_t>(any | der | others);
  }
  return any != 0;
}

// The second look, still cheap: what a parser would refuse at once is passed over here.
bool deserves(View rest) {
  if (rest[0] == kNxpMagic[0]) return at_start(rest, kNxpMagic);
  if (rest[0] == 'g') return at_start(rest, view(kCborVersion));
  if (rest[0] == 'i') return at_start(rest, view(kCborVendor));
  return rest.size() >= 8 &&
         (rest[1] != 0x82 ||
          (rest[2] <= kMaxDer >> 8 && (rest[4] == 0x30 || rest[4] == 0x06 || rest[4] == 0x02))) &&
         (rest[1] != 0x81 || rest[3] == 0x30 || rest[3] == 0x06 || rest[3] == 0x02) &&
         (rest[1] != 0x77 || rest[2] == 0x02);
}

bool recognises(const Source& s) {
  return s.bytes.size() >= 64;
}

Result<void> read(const Source& s, Reading& reading) {
  const Carved carved = carve(s, reading);
  if (carved.found != 0 || carved.broken != 0) return {};
  if (looks_like_pem(s.bytes) && pem_evidence(s.bytes).any()) return pem_reader.read(s, reading);
  if (s.member) return {};
  return error(fmt::format("found {}, and nothing of it inside", nature_of(s.bytes)));
}

}  // namespace

size_t next_candidate(View bytes, size_t from) {
  const uint8_t* p = bytes.data();
  size_t at = from;
  while (bytes.size() > kBlock + 8 && at < bytes.size() - kBlock - 8) {
    if (!block_has_pair(p + at)) {
      at += kBlock;
      continue;
    }
    for (size_t i = at; i < at + kBlock; ++i) {
      if (pair(p[i], p[i + 1]) && deserves(bytes.subspan(i))) return i;
    }
    at += kBlock;
  }
  for (; at + 1 < bytes.size(); ++at) {
    if (pair(p[at], p[at + 1]) && deserves(bytes.subspan(at))) return at;
  }
  return bytes.size();
}

Carved carve(const Source& s, Reading& reading) {
  return Carver(s, reading).run();
}

const Reader carve_reader{
    .kind = "raw",
    .expects =
        "a certificate, a certification declaration, a key, a vendor's dump, a log or a payload",
    .content = Content::scraps,
    .recognises = recognises,
    .read = read};

}  // namespace attest
