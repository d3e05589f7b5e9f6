#include "verifier/pki/certificate.h"

#include <fmt/format.h>

#include "verifier/crypto/crypto.h"
#include "verifier/pki/extension.h"
#include "verifier/pki/name.h"
#include "verifier/pki/public_key.h"
#include "verifier/pki/subject_id.h"
#include "verifier/pki/time.h"

namespace attest {
namespace {

// RFC 5280 4.1: Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }.
struct Parts {
  der::Element tbs;
  Algorithm algorithm;
  View signature;
};

Result<Parts> read_parts(der::Cursor& outer) {
  auto inner = outer.enter(der::kSequence, "certificate");
  if (!inner) return tl::unexpected(inner.error());
  const auto tbs = inner->expect(der::kSequence, "tbsCertificate");
  if (!tbs) return within("certificate", tbs.error());
  const auto algorithm = read_algorithm(*inner, "signatureAlgorithm");
  if (!algorithm) return within("certificate", algorithm.error());
  const auto signature = inner->bit_string("signatureValue");
  if (!signature) return within("certificate", signature.error());
  if (const auto done = inner->end("certificate"); !done) return tl::unexpected(done.error());
  return Parts{*tbs, *algorithm, *signature};
}

Result<void> read_validity(der::Cursor& tbs, Certificate& out) {
  auto validity = tbs.enter(der::kSequence, "validity");
  if (!validity) return tl::unexpected(validity.error());
  out.not_before_type = validity->peek().value_or(0);
  const auto from = read_time(*validity, "notBefore");
  if (!from) return within("validity", from.error());
  out.not_after_type = validity->peek().value_or(0);
  const auto to = read_time(*validity, "notAfter");
  if (!to) return within("validity", to.error());
  out.not_before = *from;
  out.not_after = *to;
  return validity->end("validity");
}

void know_parameters(const Algorithm& algorithm, Certificate& out) {
  if (!algorithm.parameters) return;
  if (algorithm.null_parameters()) {
    out.null_parameters = true;
  } else {
    out.other_parameters = algorithm.parameters->tag;
  }
}

void know_extensions(Certificate& out) {
  for (const auto& extension : out.extensions) {
    if (equal(extension.oid, oid::kBasicConstraints))
      know(out.basic_constraints, extension, basic_constraints_of);
    if (equal(extension.oid, oid::kKeyUsage)) know(out.key_usage, extension, key_usage_of);
    if (equal(extension.oid, oid::kSubjectKeyId))
      know(out.subject_key_id, extension, subject_key_id_of);
    if (equal(extension.oid, oid::kAuthorityKeyId))
      know(out.authority_key_id, extension, authority_key_id_of);
    if (equal(extension.oid, oid::kCrlDistributionPoints))
      know(out.crl_distribution_points, extension, distribution_points_of);
  }
}

// The tail of a TBSCertificate: two unique ids that nobody uses, and the extensions. Read whatever
// the version says.
Result<void> read_tail(der::Cursor& tbs, Certificate& out) {
  for (const auto& [tag, name] : {std::pair(der::context(1), "issuerUniqueID"),
                                  std::pair(der::context(2), "subjectUniqueID")}) {
    const auto id = tbs.optional(tag, name);
    if (!id) return tl::unexpected(id.error());
    out.has_unique_ids = out.has_unique_ids || id->has_value();
  }
  if (tbs.peek() == der::context_constructed(3)) {
    auto tagged = tbs.enter(der::context_constructed(3), "extensions");
    if (!tagged) return tl::unexpected(tagged.error());
    auto extensions = read_extensions(*tagged, "extensions");
    if (!extensions) return tl::unexpected(std::move(extensions).error());
    out.extensions = std::move(*extensions);
    if (const auto done = tagged->end("extensions"); !done) return done;
    know_extensions(out);
  }
  return tbs.end("end");
}

// RFC 5280 4.1.2.
Result<void> read_tbs(der::Cursor& tbs, const Algorithm& outer, Certificate& out) {
  if (tbs.peek() == der::context_constructed(0)) {
    auto tagged = tbs.enter(der::context_constructed(0), "version");
    if (!tagged) return tl::unexpected(tagged.error());
    const auto version = tagged->small_integer("version", 255);
    if (!version) return tl::unexpected(version.error());
    if (const auto done = tagged->end("version"); !done) return done;
    out.version = static_cast<unsigned>(*version) + 1;
  }
  const auto serial = tbs.integer("serialNumber");
  if (!serial) return tl::unexpected(serial.error());
  out.serial = *serial;
  const auto algorithm = read_algorithm(tbs, "signature");
  if (!algorithm) return tl::unexpected(algorithm.error());
  out.tbs_signature_algorithm = algorithm->oid;
  out.same_algorithm = equal(algorithm->content, outer.content);
  know_parameters(*algorithm, out);
  auto issuer = read_name(tbs, "issuer");
  if (!issuer) return tl::unexpected(std::move(issuer).error());
  out.issuer = std::move(*issuer);
  if (const auto validity = read_validity(tbs, out); !validity) return validity;
  auto subject = read_name(tbs, "subject");
  if (!subject) return tl::unexpected(std::move(subject).error());
  out.subject = std::move(*subject);
  const auto key = read_public_key(tbs, "subjectPublicKeyInfo");
  if (!key) return tl::unexpected(key.error());
  out.key_algorithm = key->algorithm;
  out.curve = key->curve;
  out.key_parameters = key->parameters;
  out.public_key = key->key;
  out.p256 = key->p256;
  return read_tail(tbs, out);
}

std::optional<KeyId> key_id_of(const std::optional<Bytes>& octets) {
  return octets ? key_id(*octets) : std::nullopt;
}

}  // namespace

Result<CertificatePtr> parse_certificate(View input, size_t* consumed) {
  // The outer shape is read in place first: who searches a dump asks at many places, and almost all
  // are refused here.
  if (const auto whole = der::Cursor(input).any("certificate");
      whole && whole->whole.size() > kMaxCertificateBytes)
    return error(fmt::format("certificate: expected at most {} bytes, found {}",
                             kMaxCertificateBytes, whole->whole.size()),
                 0);
  der::Cursor in_place(input);
  if (auto shape = read_parts(in_place); !shape) return tl::unexpected(std::move(shape).error());

  const auto out = std::make_shared<Certificate>();
  out->der = to_bytes(input.first(static_cast<size_t>(in_place.offset())));
  der::Cursor outer(out->der);
  const auto parts = read_parts(outer);
  if (!parts) return tl::unexpected(parts.error());
  out->tbs = parts->tbs.whole;
  out->signature_algorithm = parts->algorithm.oid;
  know_parameters(parts->algorithm, *out);
  out->signature = parts->signature;
  if (const auto ecdsa = der::ecdsa_signature(out->signature)) out->ecdsa = *ecdsa;

  der::Cursor tbs(parts->tbs.body, static_cast<uint64_t>(parts->tbs.body.data() - out->der.data()));
  if (auto read = read_tbs(tbs, parts->algorithm, *out); !read)
    return within("certificate: tbsCertificate", read.error());
  const auto ids = subject_ids(out->subject);
  out->vendor_id = ids.vendor;
  out->product_id = ids.product;
  if (consumed != nullptr) *consumed = out->der.size();
  return CertificatePtr(out);
}

bool names_certificate(const Certificate& below, const Certificate& above) {
  const auto& id = below.authority_key_id.value;
  return !id || ((!id->serial || equal(*id->serial, above.serial)) &&
                 (!id->issuer || same_name(*id->issuer, above.issuer)));
}

MaybeValue<KeyId> Certificate::skid() const {
  return key_id_of(subject_key_id.value);
}

MaybeValue<KeyId> Certificate::akid() const {
  return authority_key_id.value ? key_id_of(authority_key_id.value->key_identifier) : std::nullopt;
}

MaybeValue<uint16_t> Certificate::vid() const {
  return readable_id(vendor_id);
}
MaybeValue<uint16_t> Certificate::pid() const {
  return readable_id(product_id);
}
Sha256 Certificate::sha256() const {
  return attest::sha256(der);
}
Sha256 Certificate::tbs_digest() const {
  return attest::sha256(tbs);
}

}  // namespace attest
