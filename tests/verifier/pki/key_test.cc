#include "verifier/pki/key.h"

#include "tests/support/der_writer.h"

using namespace attest;
using namespace attest::test;

namespace {

const char* const kPrime256v1 = "1.2.840.10045.3.1.7";

Bytes sec1(const Bytes& secret, const Bytes& parameters, const Bytes& stated) {
  return sequence({integer(1), octets(secret), parameters, stated});
}
Bytes named(std::string_view curve) {
  return tlv(0xA0, object_id(curve));
}
Bytes stated(const Bytes& key) {
  return tlv(0xA1, bits(key));
}
Bytes pkcs8(const Bytes& inner, const Bytes& tail = {},
            std::string_view algorithm = "1.2.840.10045.2.1",
            std::string_view curve = kPrime256v1) {
  return sequence(
      {integer(0), sequence({object_id(algorithm), object_id(curve)}), octets(inner), tail});
}

}  // namespace

TEST_CASE("key: every form gives the scalar and its point") {
  const Bytes secret = scalar(1), key = point(1), other = point(2);
  const struct {
    Bytes der;
    bool states;
    bool agrees;
  } rows[] = {
      {sec1(secret, named(kPrime256v1), stated(key)), true, true},
      {sec1(secret, named(kPrime256v1), {}), false, false},
      {sec1(secret, {}, stated(other)), true, false},
      {sec1(secret, {}, {}), false, false},
      {pkcs8(sec1(secret, {}, stated(key))), true, true},
      {pkcs8(sec1(secret, named(kPrime256v1), {})), false, false},
      {pkcs8(sec1(secret, {}, {}), tlv(0xA0, Bytes{})), false, false},
      {sequence({integer(1), sequence({object_id("1.2.840.10045.2.1"), object_id(kPrime256v1)}),
                 octets(sec1(secret, {}, {})), tlv(0x81, join({{0}, key}))}),
       true, true},
      {pkcs8(sec1(secret, {}, stated(key)), tlv(0x81, join({{0}, other}))), true, false},
      {pkcs8(sec1(secret, {}, stated(other)), tlv(0x81, join({{0}, key}))), true, false},
  };
  for (const auto& row : rows) {
    CAPTURE(hex(row.der));
    size_t consumed = 0;
    const auto got = parse_private_key(join({row.der, raw("ffff")}), &consumed);
    REQUIRE_MESSAGE(got, (got ? "" : got.error().what));
    CHECK(consumed == row.der.size());
    CHECK(equal(got->scalar, secret));
    CHECK(equal(got->public_key, key));
    CHECK(got->stated_public.has_value() == row.states);
    if (row.states) CHECK((*got->stated_public == got->public_key) == row.agrees);
  }
  CHECK(equal(raw_private_key(secret)->public_key, key));
}

TEST_CASE("key: what is no P-256 key is refused by name, and no word of the secret is said") {
  const Bytes secret = scalar(1);
  const Bytes order = raw("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  const struct {
    Bytes der;
    const char* words;
  } rows[] = {
      {{}, "private key: expected SEQUENCE (0x30), found the end"},
      {sequence({sequence({object_id("1.2.840.113549.1.5.13")}), octets(secret)}),
       "private key: expected a version, found SEQUENCE (0x30): no key, or an encrypted PKCS#8 "
       "key"},
      {sequence({integer(0), integer(3)}),
       "private key: privateKeyAlgorithm: expected SEQUENCE (0x30), found INTEGER (0x02)"},
      {sequence({integer(2), octets(secret)}), "private key: version: expected 1, found 2"},
      {sequence({integer(0), octets(secret)}), "private key: version: expected 1, found 0"},
      {sequence({integer(2), sequence({})}), "private key: version: expected 0 or 1, found 2"},
      {sec1(Bytes(31, 1), {}, {}),
       "private key: privateKey: p-256 private key: expected 32 bytes, found 31"},
      {sec1(Bytes(32, 0), {}, {}),
       "private key: privateKey: p-256 private key: expected a number from 1 to n - 1, found one "
       "outside"},
      {sec1(order, {}, {}),
       "private key: privateKey: p-256 private key: expected a number from 1 to n - 1, found one "
       "outside"},
      {sec1(secret, named("1.3.132.0.10"), {}),
       "private key: parameters: curve: expected prime256v1 (1.2.840.10045.3.1.7), found "
       "1.3.132.0.10"},
      {sec1(secret, tlv(0xA0, sequence({})), {}),
       "private key: parameters: curve: expected OBJECT IDENTIFIER (0x06), found SEQUENCE (0x30)"},
      {sec1(secret, {}, stated(Bytes(33, 2))),
       "private key: publicKey: expected an uncompressed point of 65 bytes, found 33 bytes"},
      {sec1(secret, {}, join({stated(point(1)), raw("0500")})),
       "private key: ECPrivateKey: 2 bytes too many, beginning with NULL (0x05)"},
      {pkcs8(sec1(secret, {}, {}), {}, "1.2.840.113549.1.1.1"),
       "private key: privateKeyAlgorithm: expected an EC key (1.2.840.10045.2.1), found "
       "1.2.840.113549.1.1.1"},
      {pkcs8(sec1(secret, {}, {}), {}, "1.2.840.10045.2.1", "1.3.132.0.34"),
       "private key: privateKeyAlgorithm: curve: expected prime256v1 (1.2.840.10045.3.1.7), found "
       "1.3.132.0.34"},
      {pkcs8(secret), "private key: ECPrivateKey: "},
      {pkcs8(join({sec1(secret, {}, {}), raw("00")})),
       "private key: privateKey: 1 bytes too many, beginning with tag 0x00"},
      {pkcs8(sec1(secret, {}, {}), raw("810100")),
       "private key: publicKey: expected an uncompressed point of 65 bytes, found 0 bytes"},
      {pkcs8(sec1(secret, {}, {}), raw("8100")),
       "private key: publicKey: expected a BIT STRING of whole octets"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.words);
    const auto got = parse_private_key(row.der);
    REQUIRE_FALSE(got);
    CHECK(got.error().what.starts_with(row.words));
    CHECK(got.error().what.find(hex(secret).substr(0, 8)) == std::string::npos);
  }
  const Bytes good = pkcs8(sec1(secret, named(kPrime256v1), stated(point(1))));
  for (size_t n = 0; n < good.size(); ++n) CHECK_FALSE(parse_private_key(View(good).first(n)));
}

TEST_CASE("csr: everything it says") {
  const auto make = [](const Bytes& subject, const Bytes& key, const Bytes& attributes) {
    const Bytes info = sequence({integer(0), subject, key, attributes});
    return sequence({info, ecdsa_with_sha256(), bits(sign(1, info))});
  };
  const Bytes subject = sequence({cn("DAC 7"), vid("FFF1"), pid("8000")});
  const Bytes der = make(subject, public_key(point(1)), tlv(0xA0, Bytes{}));
  size_t consumed = 0;
  const auto csr = parse_csr(join({der, raw("00")}), &consumed);
  REQUIRE_MESSAGE(csr, (csr ? "" : csr.error().what));
  CHECK(consumed == der.size());
  CHECK(csr->der == der);
  CHECK(csr->subject == "CN=DAC 7, VID=FFF1, PID=8000");
  CHECK(csr->vid == 0xFFF1);
  CHECK(csr->pid == 0x8000);
  CHECK(csr->p256);
  CHECK(equal(*csr->public_key, point(1)));
  CHECK(equal(csr->signature_algorithm, oid::kEcdsaWithSha256));
  const SignatureJob job{*csr->public_key, sha256(csr->info), *csr->ecdsa};
  uint8_t answer = 0;
  openssl_engine().verify({&job, 1}, {&answer, 1});
  CHECK(answer == 1);

  CHECK(parse_csr(make(sequence({}), public_key(point(1)), {})));
  const auto odd =
      parse_csr(make(sequence({vid("fff1")}), public_key(Bytes(97, 4), "1.3.132.0.34"), {}));
  CHECK_FALSE(odd->vid);
  CHECK_FALSE(odd->p256);
  CHECK_FALSE(odd->public_key);
  CHECK(der::oid_text(odd->curve) == "1.3.132.0.34");

  const struct {
    Bytes der;
    const char* words;
  } rows[] = {
      {CertificateParts().der(),
       "csr: certificationRequestInfo: version: expected INTEGER (0x02), found [0] (0xa0)"},
      {sequence({sequence({integer(1)})}),
       "csr: certificationRequestInfo: version: expected a number from 0 to 0, found 1"},
      {make(subject, public_key(point(1)), raw("0500")),
       "csr: certificationRequestInfo: certificationRequestInfo: 2 bytes too many, beginning with "
       "NULL (0x05)"},
      {make(sequence({raw("0500")}), public_key(point(1)), {}),
       "csr: certificationRequestInfo: subject: relative name: expected SET (0x31), found NULL "
       "(0x05)"},
      {Bytes(join({raw("308301ffff"), Bytes(0x1FFFF)})),
       "csr: expected at most 65536 bytes, found 131076"},
  };
  for (const auto& row : rows) {
    const auto got = parse_csr(row.der);
    REQUIRE_FALSE(got);
    CHECK(got.error().what == row.words);
  }
  for (size_t n = 0; n < der.size(); ++n) CHECK_FALSE(parse_csr(View(der).first(n)));
}

TEST_CASE("key: the keys of the vectors belong to their certificates") {
  if (!have_shared("matter-sdk")) return;
  unsigned all = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(shared() / "matter-sdk")) {
    const std::string path = entry.path().string();
    if (!path.ends_with("-Key.der")) continue;
    CAPTURE(path);
    const auto key = parse_private_key(slurp(entry.path()));
    REQUIRE_MESSAGE(key, (key ? "" : key.error().what));
    CHECK(key->stated_public == key->public_key);
    const auto certificate = parse_certificate(slurp(path.substr(0, path.size() - 7) + "Cert.der"));
    CHECK((*certificate)->p256 == key->public_key);
    ++all;
  }
  CHECK(all > 100);
}
