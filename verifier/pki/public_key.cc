#include "verifier/pki/public_key.h"

#include <algorithm>

#include "verifier/crypto/crypto.h"
#include "verifier/pki/certificate.h"

namespace attest {

Result<Algorithm> read_algorithm(der::Cursor& cursor, std::string_view name) {
  auto inner = cursor.enter(der::kSequence, name);
  if (!inner) return tl::unexpected(inner.error());
  const View content = inner->rest();
  const auto type = inner->oid("algorithm");
  if (!type) return within(name, type.error());
  Algorithm out{.oid = *type, .parameters = std::nullopt, .content = content};
  if (!inner->empty()) {
    const auto parameters = inner->any("parameters");
    if (!parameters) return within(name, parameters.error());
    out.parameters = *parameters;
    if (parameters->tag == der::kNull && !parameters->body.empty())
      return error(std::string(name) + ": parameters: a NULL with content",
                   inner->offset() - parameters->body.size());
  }
  if (const auto done = inner->end("algorithm identifier"); !done)
    return within(name, done.error());
  return out;
}

Result<SubjectPublicKey> read_public_key(der::Cursor& cursor, std::string_view name) {
  auto inner = cursor.enter(der::kSequence, name);
  if (!inner) return tl::unexpected(inner.error());
  const auto algorithm = read_algorithm(*inner, "algorithm");
  if (!algorithm) return within(name, algorithm.error());
  SubjectPublicKey out;
  out.algorithm = algorithm->oid;
  // RFC 5480 2.1.1: the curve is named by OID; other forms of parameters leave it unnamed here.
  if (algorithm->parameters) {
    out.parameters = algorithm->parameters->tag;
    if (const auto curve = der::Cursor(algorithm->parameters->whole).oid("curve"))
      out.curve = *curve;
  }
  const auto key = inner->bit_string("subjectPublicKey");
  if (!key) return within(name, key.error());
  out.key = *key;
  if (const auto done = inner->end("subjectPublicKeyInfo"); !done)
    return within(name, done.error());
  if (algorithm->is(oid::kEcPublicKey) && equal(out.curve, oid::kPrime256v1))
    out.p256 = p256_point(out.key);
  return out;
}

std::optional<Point> p256_point(View octets) {
  if (!on_curve(octets)) return std::nullopt;
  Point out{};
  std::copy(octets.begin(), octets.end(), out.begin());
  return out;
}

}  // namespace attest
