#include "verifier/pki/key.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/crypto/crypto.h"
#include "verifier/pki/certificate.h"
#include "verifier/pki/der.h"
#include "verifier/pki/public_key.h"

namespace attest {
namespace {

constexpr uint64_t kEcPrivateKeyVersion = 1;

// The named curve of ECParameters, which must be ours.
Result<void> expect_p256(const der::Element& parameters, uint64_t at) {
  const auto curve = der::Cursor(parameters.whole, at).oid("curve");
  if (!curve) return tl::unexpected(curve.error());
  if (equal(*curve, oid::kPrime256v1)) return {};
  return error(fmt::format("curve: expected prime256v1 ({}), found {}",
                           der::oid_text(oid::kPrime256v1), der::oid_text(*curve)),
               at);
}

Result<Point> stated_point(View octets, uint64_t end) {
  Point out{};
  if (octets.size() != out.size() || octets[0] != 0x04)
    return error(
        fmt::format("publicKey: expected an uncompressed point of 65 bytes, found {} bytes",
                    octets.size()),
        end - octets.size());
  std::copy(octets.begin(), octets.end(), out.begin());
  return out;
}

// The rest of an ECPrivateKey (RFC 5915 section 3) behind its version.
Result<PrivateKey> read_ec_private_key(der::Cursor& key) {
  const auto scalar = key.expect(der::kOctetString, "privateKey");
  if (!scalar) return tl::unexpected(scalar.error());
  auto out = raw_private_key(scalar->body);
  if (!out) return error("privateKey: " + out.error().what, key.offset() - scalar->body.size());
  if (key.peek() == der::context_constructed(0)) {
    auto tagged = key.enter(der::context_constructed(0), "parameters");
    if (!tagged) return tl::unexpected(tagged.error());
    const uint64_t at = tagged->offset();
    const auto parameters = tagged->any("parameters");
    if (!parameters) return tl::unexpected(parameters.error());
    if (const auto ours = expect_p256(*parameters, at); !ours)
      return within("parameters", ours.error());
    if (const auto done = tagged->end("parameters"); !done) return tl::unexpected(done.error());
  }
  if (key.peek() == der::context_constructed(1)) {
    auto tagged = key.enter(der::context_constructed(1), "publicKey");
    if (!tagged) return tl::unexpected(tagged.error());
    const auto octets = tagged->bit_string("publicKey");
    if (!octets) return tl::unexpected(octets.error());
    const auto point = stated_point(*octets, tagged->offset());
    if (!point) return tl::unexpected(point.error());
    if (const auto done = tagged->end("publicKey"); !done) return tl::unexpected(done.error());
    out->stated_public = *point;
  }
  if (const auto done = key.end("ECPrivateKey"); !done) return tl::unexpected(done.error());
  return out;
}

// The rest of a PrivateKeyInfo (RFC 5208) or OneAsymmetricKey (RFC 5958) behind its version.
Result<PrivateKey> read_private_key_info(der::Cursor& info) {
  const uint64_t at = info.offset();
  const auto algorithm = read_algorithm(info, "privateKeyAlgorithm");
  if (!algorithm) return tl::unexpected(algorithm.error());
  if (!algorithm->is(oid::kEcPublicKey))
    return error(fmt::format("privateKeyAlgorithm: expected an EC key ({}), found {}",
                             der::oid_text(oid::kEcPublicKey), der::oid_text(algorithm->oid)),
                 at);
  if (!algorithm->parameters) return error("privateKeyAlgorithm: the curve is missing", at);
  if (const auto ours =
          expect_p256(*algorithm->parameters, info.offset() - algorithm->parameters->whole.size());
      !ours)
    return within("privateKeyAlgorithm", ours.error());
  const auto octets = info.expect(der::kOctetString, "privateKey");
  if (!octets) return tl::unexpected(octets.error());
  der::Cursor outer(octets->body, info.offset() - octets->body.size());
  auto key = outer.enter(der::kSequence, "ECPrivateKey");
  if (!key) return tl::unexpected(key.error());
  const auto version = key->small_integer("version", 255);
  if (!version) return within("ECPrivateKey", version.error());
  if (*version != kEcPrivateKeyVersion)
    return error(fmt::format("ECPrivateKey: version: expected 1, found {}", *version),
                 outer.offset());
  auto out = read_ec_private_key(*key);
  if (!out) return within("ECPrivateKey", out.error());
  if (const auto done = outer.end("privateKey"); !done) return tl::unexpected(done.error());
  if (const auto attributes = info.optional(der::context_constructed(0), "attributes"); !attributes)
    return tl::unexpected(attributes.error());
  const auto beside = info.optional(der::context(1), "publicKey");
  if (!beside) return tl::unexpected(beside.error());
  if (*beside) {  // [1] IMPLICIT BIT STRING: the octet of unused bits comes first
    const View bits = (*beside)->body;
    if (bits.empty() || bits[0] != 0)
      return error("publicKey: expected a BIT STRING of whole octets", info.offset() - bits.size());
    const auto point = stated_point(bits.subspan(1), info.offset());
    if (!point) return tl::unexpected(point.error());
    // Both places may state one; the one that disagrees with the scalar is kept.
    if (!out->stated_public || *out->stated_public == out->public_key) out->stated_public = *point;
  }
  if (const auto done = info.end("privateKeyInfo"); !done) return tl::unexpected(done.error());
  return out;
}

Result<PrivateKey> read_private_key(der::Cursor& outer) {
  auto inner = outer.enter(der::kSequence, "private key");
  if (!inner) return tl::unexpected(inner.error());
  if (inner->peek() == der::kSequence)
    return error(
        "private key: expected a version, found SEQUENCE (0x30): no key, or an encrypted PKCS#8 "
        "key",
        inner->offset());
  const uint64_t at = inner->offset();
  const auto version = inner->small_integer("version", 255);
  if (!version) return within("private key", version.error());
  const bool sec1 = inner->peek() == der::kOctetString;
  if (*version > 1 || (sec1 && *version != kEcPrivateKeyVersion))
    return error(
        fmt::format("private key: version: expected {}, found {}", sec1 ? "1" : "0 or 1", *version),
        at);
  auto key = sec1 ? read_ec_private_key(*inner) : read_private_key_info(*inner);
  if (!key) return within("private key", key.error());
  return key;
}

}  // namespace

Result<PrivateKey> parse_private_key(View der, size_t* consumed) {
  der::Cursor outer(der);
  auto key = read_private_key(outer);
  if (key && consumed != nullptr) *consumed = static_cast<size_t>(outer.offset());
  return key;
}

Result<PrivateKey> raw_private_key(View scalar32) {
  if (scalar32.size() != 32)
    return error(fmt::format("p-256 private key: expected 32 bytes, found {}", scalar32.size()));
  const auto point = public_key_of(scalar32);
  if (!point)
    return error("p-256 private key: expected a number from 1 to n - 1, found one outside");
  PrivateKey out;
  std::copy(scalar32.begin(), scalar32.end(), out.scalar.begin());
  out.public_key = *point;
  return out;
}

}  // namespace attest
