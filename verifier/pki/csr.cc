#include <fmt/format.h>

#include "verifier/pki/certificate.h"
#include "verifier/pki/der.h"
#include "verifier/pki/key.h"
#include "verifier/pki/name.h"
#include "verifier/pki/public_key.h"
#include "verifier/pki/subject_id.h"

namespace attest {
namespace {

constexpr size_t kMaxCsrBytes = 64u << 10;

// RFC 2986 4.1: CertificationRequestInfo ::= SEQUENCE { version, subject, subjectPKInfo, attributes
// [0] }.
Result<void> read_info(der::Cursor& info, Csr& out) {
  if (const auto version = info.small_integer("version", 0); !version)
    return tl::unexpected(version.error());
  const auto subject = read_name(info, "subject");
  if (!subject) return tl::unexpected(subject.error());
  out.subject = name_text(*subject);
  const auto ids = subject_ids(*subject);
  out.vid = readable_id(ids.vendor);
  out.pid = readable_id(ids.product);
  const auto key = read_public_key(info, "subjectPKInfo");
  if (!key) return tl::unexpected(key.error());
  out.curve = to_bytes(key->curve);
  out.p256 = equal(key->algorithm, oid::kEcPublicKey) && equal(key->curve, oid::kPrime256v1);
  out.public_key = key->p256;
  // The syntax wants [0] even when it is empty; writers that leave it out are common enough.
  if (const auto attributes = info.optional(der::context_constructed(0), "attributes"); !attributes)
    return tl::unexpected(attributes.error());
  return info.end("certificationRequestInfo");
}

Result<Csr> read_csr(der::Cursor& outer) {
  auto inner = outer.enter(der::kSequence, "csr");
  if (!inner) return tl::unexpected(inner.error());
  Csr out;
  const auto info = inner->expect(der::kSequence, "certificationRequestInfo");
  if (!info) return within("csr", info.error());
  der::Cursor content(info->body, inner->offset() - info->body.size());
  if (const auto read = read_info(content, out); !read)
    return within("csr: certificationRequestInfo", read.error());
  out.info = to_bytes(info->whole);
  const auto algorithm = read_algorithm(*inner, "signatureAlgorithm");
  if (!algorithm) return within("csr", algorithm.error());
  out.signature_algorithm = to_bytes(algorithm->oid);
  const auto signature = inner->bit_string("signature");
  if (!signature) return within("csr", signature.error());
  if (const auto ecdsa = der::ecdsa_signature(*signature)) out.ecdsa = *ecdsa;
  if (const auto done = inner->end("csr"); !done) return tl::unexpected(done.error());
  return out;
}

}  // namespace

Result<Csr> parse_csr(View der, size_t* consumed) {
  if (const auto whole = der::Cursor(der).any("csr"); whole && whole->whole.size() > kMaxCsrBytes)
    return error(
        fmt::format("csr: expected at most {} bytes, found {}", kMaxCsrBytes, whole->whole.size()),
        0);
  der::Cursor outer(der);
  auto out = read_csr(outer);
  if (!out) return out;
  out->der = to_bytes(der.first(static_cast<size_t>(outer.offset())));
  if (consumed != nullptr) *consumed = out->der.size();
  return out;
}

}  // namespace attest
