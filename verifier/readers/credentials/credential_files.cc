// Certificates, certification declarations, keys, requests and CRLs as files of their own, DER or
// PEM.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/matter/certification_declaration.h"
#include "verifier/pki/certificate.h"
#include "verifier/pki/cms.h"
#include "verifier/pki/crl.h"
#include "verifier/pki/der.h"
#include "verifier/pki/encrypted_key.h"
#include "verifier/pki/key.h"
#include "verifier/pki/openssh_key.h"
#include "verifier/readers/credentials/behind.h"
#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/credentials/damaged.h"
#include "verifier/readers/credentials/encrypted_files.h"
#include "verifier/readers/credentials/pem_text.h"
#include "verifier/readers/credentials/role_names.h"
#include "verifier/readers/credentials/stated_role.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/quoted.h"
#include "verifier/readers/tables/table_credentials.h"
#include "verifier/readers/text/plain_text.h"

namespace attest {
namespace {

// The place of something that is the whole of its file or member.
Place whole(const Source& s) {
  return {.path = s.path, .offset = s.base == 0 ? std::nullopt : std::optional(s.base), .item = {}};
}

bool der_sequence(View v) {
  return v.size() > 2 && v[0] == 0x30;
}

// SEQUENCE { SEQUENCE { first...: what the inner SEQUENCE begins with tells certificate, CRL and
// request apart.
struct Shape {
  View inner;  // content of the first inner SEQUENCE
  bool ok = false;
};
Shape shape(View v) {
  size_t at = 0;
  for (int level = 0; level < 2; ++level) {
    if (v.size() - at < 2 || v[at] != 0x30) return {};
    const uint8_t length = v[at + 1];
    const size_t header = length < 0x80 ? 2 : 2u + (length & 0x7Fu);
    if (length == 0x80 || header > 6 || v.size() - at < header) return {};
    at += header;
  }
  return {.inner = v.subspan(at), .ok = true};
}

bool recognises_certificate(const Source& s) {
  const Shape of = shape(s.bytes);
  // [0] version, or (version 1) INTEGER serial followed by the AlgorithmIdentifier.
  if (!of.ok || of.inner.size() < 5) return false;
  if (of.inner[0] == 0xA0) return of.inner[2] == 0x02;
  return of.inner[0] == 0x02 && of.inner[1] > 1 && of.inner[1] < 0x80 &&
         of.inner.size() > of.inner[1] + 2u && of.inner[of.inner[1] + 2u] == 0x30 &&
         !parse_csr(s.bytes) && parse_certificate(s.bytes).has_value();
}

// A declaration's content without its wrapper is one, too: that nobody signed it is for the checks
// to say.
bool recognises_cms(const Source& s) {
  constexpr uint8_t kAnonymousStructure = 0x15;
  return looks_like_cms(s.bytes) ||
         (!s.bytes.empty() && s.bytes[0] == kAnonymousStructure && s.bytes.size() <= kMaxCmsBytes &&
          parse_certification_declaration(s.bytes).has_value());
}
bool recognises_csr(const Source& s) {
  return der_sequence(s.bytes) && parse_csr(s.bytes).has_value();
}
bool recognises_crl(const Source& s) {
  return der_sequence(s.bytes) && looks_like_crl(s.bytes);
}
// SubjectPublicKeyInfo of a P-256 key that the bytes begin with: the point in it.
constexpr size_t kPublicKeyInfo = 26 + 65;
std::optional<Bytes> public_key_info(View der) {
  constexpr uint8_t kHead[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48,
                               0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48,
                               0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};
  constexpr size_t kPoint = 65;
  static_assert(sizeof kHead + kPoint == kPublicKeyInfo);
  if (der.size() < kPublicKeyInfo || !equal(der.first(sizeof kHead), kHead) ||
      !on_curve(der.subspan(sizeof kHead, kPoint)))
    return std::nullopt;
  return to_bytes(der.subspan(sizeof kHead, kPoint));
}
// (A long file that begins with a key is a dump, unless nothing but credentials stand in it.)
bool recognises_key(const Source& s) {
  return der_sequence(s.bytes) &&
         (public_key_info(s.bytes) || parse_private_key(s.bytes).has_value()) &&
         (s.bytes.size() < 4096 ||
          is_row_of_credentials(
              {.path = s.path, .bytes = s.bytes.subspan(first_der(s.bytes).size())}));
}
// A text that only speaks of PEM is for others to read.
bool says_something(const PemEvidence& pem) {
  return pem.any() || pem.shortened != 0 || pem.parameters != 0;
}
// PEM, and nothing but text before it: a dump may hold PEM, too, and is more than that.
bool recognises_pem(const Source& s) {
  const auto begin = find(s.bytes, view("-----BEGIN "));
  const auto is_text = [](uint8_t b) { return b >= 0x20 || (b >= '\t' && b <= '\r'); };
  return begin &&
         std::all_of(s.bytes.begin(), s.bytes.begin() + static_cast<std::ptrdiff_t>(*begin),
                     is_text) &&
         looks_like_pem(s.bytes) && says_something(pem_evidence(s.bytes));
}

// A single file is taken whole: what trails the certificate belongs to the evidence and is judged
// there.
Result<void> read_certificate(const Source& s, Reading& reading) {
  // Not one certificate, or more than one: the bytes are evidence all the same, and the checks say
  // what is wrong with them.
  if (s.bytes.size() > kMaxCertificateBytes)
    return error(fmt::format("{} bytes, more than any certificate", s.bytes.size()));
  reading.holds("certificate");
  reading.device.say(FactId::certificate, to_bytes(s.bytes), whole(s));
  return {};
}

// A message or a file that somebody signed, of mail or of software: its signer signed attributes
// beside the content, or is named by issuer and serial, and the content is nothing like a
// declaration's. One byte of a declaration that is damaged makes no such thing of it.
bool is_signed_message(View one) {
  constexpr uint8_t kBegins[] = {0x24, 0x00, 0x01};  // the format version, behind the structure
  constexpr uint8_t kStructure = 0x15;
  if (const auto cms = parse_cms(one)) {
    const bool another_signer =
        !cms->signers.empty() &&
        std::all_of(cms->signers.begin(), cms->signers.end(), [](const Cms::Signer& signer) {
          return signer.has_signed_attributes || !signer.subject_key_id;
        });
    const View content = cms->content;
    if (content.empty()) return another_signer;
    const auto strange = static_cast<uint8_t>(content[0] ^ kStructure);
    const bool resembles =
        (strange & (strange - 1u)) == 0 || (content.size() > std::size(kBegins) &&
                                            equal(content.subspan(1, std::size(kBegins)), kBegins));
    return another_signer && !resembles;
  }
  // Without its content, which lies in a file of its own: [0] signedAttrs in the one signer.
  der::Cursor outer(one);
  auto info = outer.enter(der::kSequence, "contentInfo");
  if (!info || !info->oid("contentType")) return false;
  auto tagged = info->enter(der::context_constructed(0), "content");
  auto data = tagged ? tagged->enter(der::kSequence, "signedData") : error("none");
  if (!data || !data->any("version") || !data->expect(der::kSet, "digestAlgorithms")) return false;
  auto content = data->enter(der::kSequence, "encapContentInfo");
  if (!content || !content->oid("eContentType") || !content->empty()) return false;
  for (const uint8_t tag : {der::context_constructed(0), der::context_constructed(1)}) {
    if (!data->optional(tag, "certificates")) return false;
  }
  auto signers = data->enter(der::kSet, "signerInfos");
  auto signer = signers ? signers->enter(der::kSequence, "signerInfo") : error("none");
  if (!signer || !signer->any("version") || !signer->any("sid") || !signer->any("digest"))
    return false;
  return signer->peek() == der::context_constructed(0);
}

Result<void> read_cms(const Source& s, Reading& reading) {
  // A declaration that carries certificates, as general CMS tools write it, stays a declaration.
  const View one = first_der(s.bytes);
  const auto bag = cms_bag(one);
  if (bag && !(bag->certificates.empty() && bag->crls.empty()) && !holds_declaration(one)) {
    reading.current->kind = "pkcs7";
    for (const Bytes& der : bag->certificates) {
      reading.holds("certificate");
      reading.device.say(FactId::certificate, der, whole(s));
    }
    for (const Bytes& der : bag->crls) {
      reading.holds("crl");
      reading.device.say(FactId::crl, der, whole(s));
    }
    if (bag->other_revocation != 0)
      reading.not_used.push_back(
          {place_text(whole(s)), "what it says about revocations is in another form than a list"});
    read_behind(s, one.size(), "a PKCS#7 bundle", reading);
    return {};
  }
  // Signed by RSA, say, and around something else than a declaration.
  if (const auto began = began_as(s.bytes);
      began && began->kind == Began::Kind::foreign && !holds_declaration(s.bytes)) {
    reading.not_used.push_back(
        {place_text(whole(s)), fmt::format("{}, without a declaration in it", began->what)});
    return {};
  }
  if (is_signed_message(one)) {
    reading.not_used.push_back(
        {place_text(whole(s)), "a signed message, without a declaration in it"});
    read_behind(s, one.size(), "a signed message", reading);
    return {};
  }
  reading.holds("cd");
  reading.device.say(FactId::cd, to_bytes(s.bytes), whole(s));
  return {};
}

Result<void> say_key(const Result<PrivateKey>& key, const Place& place, Reading& reading) {
  if (!key) return tl::unexpected(key.error());
  reading.holds("private-key");
  if (key->stated_public && *key->stated_public != key->public_key)
    reading.device.damaged(place, "private key", "the public key written beside it is not its own");
  reading.device.say(FactId::private_key, Bytes(key->scalar.begin(), key->scalar.end()), place);
  return {};
}
void say_public_key(Bytes point, const Place& place, Reading& reading) {
  reading.holds("public-key");
  reading.device.say(FactId::public_key, std::move(point), place);
}
Result<void> read_key(const Source& s, Reading& reading) {
  if (auto point = public_key_info(s.bytes)) {
    say_public_key(std::move(*point), whole(s), reading);
    read_behind(s, kPublicKeyInfo, "a public key", reading);
    return {};
  }
  size_t used = 0;
  const auto key = parse_private_key(s.bytes, &used);
  if (const auto said = say_key(key, whole(s), reading); !said) return said;
  read_behind(s, used, "a private key", reading);
  return {};
}

// A server's request: of an RSA key, say, and without a word of Matter. (One that names a vendor is
// a factory's, whatever its key.)
bool is_of_another_trade(View der) {
  const auto began = began_as(der);
  const auto csr = parse_csr(der);
  return began && began->kind == Began::Kind::foreign && csr && !csr->vid && !csr->pid &&
         csr->curve.empty();
}
constexpr const char* kForeignRequest =
    "a request for a certificate of another trade: its key is on no elliptic curve";

// The first value in it, and what stands behind that; of what is cut off all there is.
void read_first(FactId fact, const char* holds, const char* what, const Source& s,
                Reading& reading) {
  const View one = first_der(s.bytes), all = one.empty() ? s.bytes : one;
  reading.holds(holds);
  reading.device.say(fact, to_bytes(all), whole(s));
  read_behind(s, all.size(), what, reading);
}
Result<void> read_csr(const Source& s, Reading& reading) {
  if (const View one = first_der(s.bytes); is_of_another_trade(one)) {
    reading.not_used.push_back({place_text(whole(s)), kForeignRequest});
    read_behind(s, one.size(), "a request of another trade", reading);
    return {};
  }
  read_first(FactId::csr, "csr", "a certification request", s, reading);
  return {};
}
Result<void> read_crl(const Source& s, Reading& reading) {
  read_first(FactId::crl, "crl", "a revocation list", s, reading);
  return {};
}

bool recognises_other_cms(const Source& s) {
  return der_sequence(s.bytes) && other_cms(s.bytes) != nullptr;
}
Result<void> read_other_cms(const Source& s, Reading& reading) {
  reading.not_used.push_back(
      {place_text(whole(s)),
       fmt::format("a CMS {}: no declaration, and no certificates or lists that can be read",
                   other_cms(s.bytes))});
  return {};
}

// How the key in an encrypted block comes out: the older form has its cipher in the block's
// headers.
std::function<tl::expected<Bytes, SealError>(std::string_view)> opener(const PemBlock& block,
                                                                       View file) {
  if (!block.encrypted)
    return
        [der = block.der](std::string_view passphrase) { return open_sealed_key(der, passphrase); };
  std::string_view lines = text(file.subspan(block.offset));
  lines = lines.substr(0, lines.find("-----END"));
  return [der = block.der, lines = std::string(lines)](std::string_view passphrase) {
    return open_pem_encryption(lines, der, passphrase);
  };
}

// OpenSSL's own label: a sequence of what the owner trusts the certificate for follows it, and is
// none of the issuer's.
Bytes without_trust(View der) {
  const size_t size = der_size(der), rest = size == 0 ? 0 : der.size() - std::min(size, der.size());
  return to_bytes(rest != 0 && der_size(der.last(rest)) == rest ? der.first(size) : der);
}

bool is_certificate(std::string_view label) {
  return label == "CERTIFICATE" || label == "X509 CERTIFICATE" || label == "TRUSTED CERTIFICATE";
}

bool is_cms(std::string_view label) {
  return label == "PKCS7" || label == "CMS" || label == "PKCS #7 SIGNED DATA";
}
bool is_other_cms(const PemBlock& block) {
  return (is_cms(block.label) || block.label == "PKCS #7 ENCRYPTED DATA") &&
         other_cms(block.der) != nullptr;
}

// A block that says nothing of a device: of another trade, or one of ours that cannot be read.
void read_other_block(const PemBlock& block, const Place& place, const std::string& problem,
                      Reading& reading) {
  const auto began = began_as(block.der);
  const bool key = block.label.ends_with("KEY") && !is_label_of_another_trade(block.label);
  if (began && began->kind == Began::Kind::other_curve) {
    reading.holds("other-key");
    reading.device.note(Remark::resembles_evidence, place,
                        fmt::format("{}: expected a DAC's, on P-256", began->what));
  } else if ((began && began->kind == Began::Kind::foreign) || (!began && !key)) {
    reading.not_used.push_back(
        {place_text(place), fmt::format("a PEM block \"{}\"{} is none that describes a device",
                                        quotable(printable(block.label)),
                                        began ? fmt::format(", {},", began->what) : "")});
  } else {
    reading.holds("damaged");
    reading.device.note(Remark::damaged_credential, place,
                        problem.empty() ? fmt::format("a PEM block \"{}\" holds {}",
                                                      quotable(printable(block.label)), began->what)
                                        : problem);
  }
}

// As ssh-keygen keeps them. False: it is none of a device.
bool read_openssh_block(const PemBlock& block, const Place& place, Reading& reading) {
  const auto key = parse_openssh_key(block.der);
  if (key && key->p256) return say_key(*key->p256, place, reading).has_value();
  if (!key) {
    reading.holds("damaged");
    reading.device.note(Remark::damaged_credential, place,
                        fmt::format("a PEM block \"{}\": {}", block.label, key.error().what));
  } else if (key->encrypted && key->kind == "ecdsa-sha2-nistp256") {
    reading.holds("encrypted-key");
    reading.device.note(Remark::key_locked, place,
                        "the private key is encrypted, by OpenSSH: ssh-keygen -p takes the "
                        "passphrase off");
  } else if (key->kind.starts_with("ecdsa-")) {
    reading.holds("other-key");
    reading.device.note(
        Remark::resembles_evidence, place,
        fmt::format("an OpenSSH key ({}): expected a DAC's, on P-256", printable(key->kind)));
  } else {
    reading.not_used.push_back(
        {place_text(place),
         fmt::format("an OpenSSH key ({}): none of a device", printable(key->kind))});
  }
  return false;
}

// False where it is no block of a kind that can be read here.
tl::expected<bool, Error> read_block(const PemBlock& block, const Place& place, const Source& s,
                                     Reading& reading) {
  const Source inside{
      .path = s.path, .bytes = block.der, .base = place.offset.value_or(0), .member = s.member};
  const auto read_inside_at = [&](Result<void> (*read)(const Source&, Reading&)) {
    Result<void> done;
    // (What a CMS is called says nothing of what is in it.)
    const Place at{.path = place.path,
                   .offset = place.offset,
                   .item = read == read_cms ? std::string() : place.item};
    read_at(at, reading, [&] { done = read(inside, reading); });
    return done;
  };
  const bool carries = looks_like_cms(block.der) && !holds_declaration(block.der);
  if (is_other_cms(block)) {
    (void)read_other_cms(inside, reading);
    return false;
  }
  if (is_certificate(block.label) && !carries) {
    reading.holds("certificate");
    reading.device.say(FactId::certificate,
                       block.label[0] == 'T' ? without_trust(block.der) : block.der, place);
  } else if (is_cms(block.label) || is_certificate(block.label)) {
    if (const auto done = read_inside_at(read_cms); !done) return tl::unexpected(done.error());
  } else if (block.label == "OPENSSH PRIVATE KEY") {
    return read_openssh_block(block, place, reading);
  } else if (block.label.ends_with("PRIVATE KEY")) {
    if (block.encrypted || block.label == "ENCRYPTED PRIVATE KEY") {
      reading.holds("encrypted-key");
      open_private_key(place, opener(block, s.bytes), reading);
      if (const View one = first_der(block.der); !block.encrypted && !one.empty())
        read_at(place, reading,
                [&] { read_behind(inside, one.size(), "an encrypted key", reading); });
    } else if (const auto key = parse_private_key(block.der); !key) {
      read_other_block(block, place, key.error().what, reading);
      return false;
    } else if (const auto done = read_inside_at(read_key); !done) {
      return tl::unexpected(done.error());
    }
  } else if (block.label == "CERTIFICATE REQUEST" || block.label == "NEW CERTIFICATE REQUEST") {
    if (const auto done = read_inside_at(read_csr); !done) return tl::unexpected(done.error());
  } else if (block.label == "X509 CRL") {
    if (const auto done = read_inside_at(read_crl); !done) return tl::unexpected(done.error());
  } else if (block.label == "PUBLIC KEY") {
    if (!public_key_info(block.der)) {
      read_other_block(block, place, "no public key on P-256", reading);
      return false;
    }
    if (const auto done = read_inside_at(read_key); !done) return tl::unexpected(done.error());
  } else if (block.label == "EC PARAMETERS") {
    reading.holds("ec-parameters");
  } else {
    read_other_block(block, place, "", reading);
    return false;
  }
  return true;
}

// A block that cannot be read, by the label that its problem begins with.
bool is_ours(std::string_view problem) {
  constexpr std::string_view kBefore = "pem: ";
  return !problem.starts_with(kBefore) ||
         !is_label_of_another_trade(problem.substr(kBefore.size()));
}

// What stands beside blocks that were read, and is what is left of another credential: markers with
// nothing between them, DER as it is behind the last one. Answers how many markers.
size_t read_beside_blocks(const Source& s, const PemFile& file, Reading& reading) {
  const std::string_view all = text(s.bytes);
  const auto markers = pem_markers_alone(all);
  for (const LoneMarker& marker : markers) {
    const Place place{.path = s.path, .offset = s.base + marker.at, .item = {}};
    if (marker.empty_block) {
      reading.not_used.push_back({place_text(place), kEmptyBlock});
      continue;
    }
    reading.holds("damaged");
    reading.device.note(Remark::damaged_credential, place, kLoneMarker);
  }
  const size_t last = all.find("-----END ", file.blocks.back().offset),
               behind = std::min(all.find('\n', std::min(last, all.size())), all.size());
  size_t at = behind;
  while (at < all.size() && is_padding(s.bytes[at])) ++at;
  if (at < all.size() && s.bytes[at] == 0x30 && !is_plain_text(s.bytes.subspan(at)))
    read_behind(s, at, "a PEM block", reading);
  return markers.size();
}

Result<void> read_pem(const Source& s, Reading& reading) {
  PemEvidence pem = pem_evidence(s.bytes);
  const PemFile& file = pem.file;
  size_t read = 0;
  for (const PemBlock& block : file.blocks) {
    const Place place{.path = s.path, .offset = s.base + block.offset, .item = block.label};
    const size_t before = reading.device.statements.size();
    const auto done = read_block(block, place, s, reading);
    if (const auto role = role_before_block(text(s.bytes), block.offset))
      hold_to_role(*role, before, reading);
    call_keys(other_trade_before(text(s.bytes), block.offset), before, reading);
    if (!done) return tl::unexpected(done.error());
    read += *done ? 1 : 0;
  }
  if (!says_something(pem)) return error("no block between BEGIN and END");
  if (read == 1 && file.blocks.size() == 1 &&
      reading.current->kind == std::string_view(pem_reader.kind)) {
    constexpr std::pair<const char*, const char*> kKinds[] = {
        {"certificate", "x509"}, {"private-key", "key"}, {"csr", "csr"}, {"crl", "crl"}};
    const auto& holds = reading.current->holds;
    for (const auto& [what, kind] : kKinds) {
      if (!holds.empty() && holds[0] == what) reading.current->kind = kind;
    }
  }
  if (pem.parameters != 0 && !pem.any())
    reading.not_used.push_back({s.path, "parameters of elliptic curves, without a key"});
  if (pem.shortened != 0)
    reading.not_used.push_back(
        {s.path,
         fmt::format("{} shortened where {} pasted",
                     pem.shortened == 1 ? "a PEM block that was"
                                        : fmt::format("{} PEM blocks that were", pem.shortened),
                     pem.shortened == 1 ? "it was" : "they were")});
  if (read != 0) pem.mentions -= std::min(pem.mentions, read_beside_blocks(s, file, reading));
  if (pem.mentions != 0)
    reading.not_used.push_back({s.path, "a PEM marker without a credential behind it"});
  for (const Error& problem : file.problems) {
    if (!is_ours(problem.what)) {
      reading.not_used.push_back({s.path, problem.what});
      continue;
    }
    reading.holds("damaged");
    reading.device.note(Remark::damaged_credential,
                        {.path = s.path, .offset = s.base + problem.offset.value_or(0), .item = {}},
                        problem.what);
  }
  return {};
}

}  // namespace

const Reader x509_reader{.kind = "x509",
                         .expects = "an X.509 certificate",
                         .content = Content::der,
                         .recognises = recognises_certificate,
                         .read = read_certificate};
const Reader cms_cd_reader{.kind = "cms-cd",
                           .expects = "a CMS certification declaration",
                           .content = Content::der,
                           .recognises = recognises_cms,
                           .read = read_cms};
const Reader other_cms_reader{.kind = "raw",
                              .expects = "a CMS",
                              .content = Content::der,
                              .recognises = recognises_other_cms,
                              .read = read_other_cms};
const Reader key_reader{.kind = "key",
                        .expects = "a P-256 private key",
                        .content = Content::der,
                        .recognises = recognises_key,
                        .read = read_key};
const Reader csr_reader{.kind = "csr",
                        .expects = "a PKCS#10 request",
                        .content = Content::der,
                        .recognises = recognises_csr,
                        .read = read_csr};
const Reader crl_reader{.kind = "crl",
                        .expects = "a certificate revocation list",
                        .content = Content::der,
                        .recognises = recognises_crl,
                        .read = read_crl};
const Reader pem_reader{.kind = "pem-bundle",
                        .expects = "PEM",
                        .content = Content::text,
                        .recognises = recognises_pem,
                        .read = read_pem,
                        .rest = Rest::around_blocks};

}  // namespace attest
