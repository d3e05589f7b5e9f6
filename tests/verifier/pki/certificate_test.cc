#include "verifier/pki/certificate.h"

#include "tests/support/der_writer.h"

using namespace attest;
using namespace attest::test;

namespace {

std::string refusal(const Bytes& der) {
  const auto got = parse_certificate(der);
  return got ? "parsed" : got.error().what;
}

CertificatePtr with_extension(const char* type, const Bytes& value) {
  CertificateParts parts;
  parts.extensions = {extension(type, value)};
  return parsed(parts);
}

}  // namespace

TEST_CASE("certificate: everything it says") {
  const CertificateParts parts;
  const Bytes der = parts.der();
  size_t consumed = 0;
  const auto got = parse_certificate(join({der, raw("ffff")}), &consumed);
  REQUIRE(got);
  const Certificate& c = **got;
  CHECK(consumed == der.size());
  CHECK(c.der == der);
  CHECK(c.sha256() == sha256(der));
  CHECK(c.version == 3);
  CHECK(hex(c.serial) == "05");
  CHECK(equal(c.tbs, parts.tbs()));
  CHECK(c.tbs_digest() == sha256(parts.tbs()));
  CHECK(equal(c.signature_algorithm, oid::kEcdsaWithSha256));
  CHECK(equal(c.tbs_signature_algorithm, oid::kEcdsaWithSha256));
  CHECK_FALSE(c.null_parameters);
  CHECK(name_text(c.issuer) == "CN=Some PAI, VID=FFF1");
  CHECK(name_text(c.subject) == "CN=Some DAC, VID=FFF1, PID=8000");
  CHECK(rfc3339(c.not_before) == "2024-01-01T00:00:00Z");
  CHECK(c.not_after == kNoExpiry);
  CHECK(equal(c.key_algorithm, oid::kEcPublicKey));
  CHECK(equal(c.curve, oid::kPrime256v1));
  CHECK(equal(*c.p256, point(1)));
  CHECK(c.extensions.size() == 4);
  CHECK(c.basic_constraints.count == 1);
  CHECK(c.basic_constraints.critical);
  CHECK_FALSE(c.basic_constraints.value->ca);
  CHECK_FALSE(c.basic_constraints.value->path_length);
  CHECK(key_usage_text(c.key_usage.value->bits) == "digitalSignature");
  CHECK(c.skid() == key_id(Bytes(20, 0x11)));
  CHECK(c.akid() == key_id(Bytes(20, 0x22)));
  CHECK_FALSE(c.subject_key_id.critical);
  CHECK(c.crl_distribution_points.count == 0);
  CHECK(c.vid() == 0xFFF1);
  CHECK(c.pid() == 0x8000);
  CHECK_FALSE(c.self_issued());
  const SignatureJob job{*public_key_of(scalar(2)), c.tbs_digest(), *c.ecdsa};
  uint8_t answer = 0;
  openssl_engine().verify({&job, 1}, {&answer, 1});
  CHECK(answer == 1);
}

TEST_CASE("certificate: what the profile forbids is still one certificate") {
  CertificateParts v1;
  v1.version = {};
  v1.extensions = {};
  CHECK(parsed(v1)->version == 1);
  CHECK(parsed(v1)->key_usage.count == 0);

  CertificateParts odd;
  odd.version = tlv(0xA0, integer(1));
  odd.serial = raw("0201ff");
  odd.algorithm = sequence({object_id("1.2.840.10045.4.1"), raw("0500")});
  odd.unique_ids = raw("81020001 82020002");
  odd.key = public_key(Bytes(97, 4), "1.3.132.0.34");
  odd.subject = sequence({});
  const auto c = parsed(odd);
  CHECK(c->version == 2);
  CHECK(hex(c->serial) == "ff");
  CHECK(c->null_parameters);
  CHECK_FALSE(equal(c->signature_algorithm, c->tbs_signature_algorithm));
  CHECK_FALSE(c->p256);
  CHECK(der::oid_text(c->curve) == "1.3.132.0.34");
  CHECK(c->public_key.size() == 97);
  CHECK(name_text(c->subject).empty());

  Bytes off_curve = point(1), hybrid = point(1);
  off_curve[64] ^= 1;
  hybrid[0] = hybrid[64] % 2 == 0 ? 6 : 7;
  for (const Bytes& key : {off_curve, hybrid, Bytes{0}, Bytes(33, 2), Bytes{}}) {
    CertificateParts other;
    other.key = public_key(key);
    CHECK_FALSE(parsed(other)->p256);
    CHECK(parsed(other)->public_key.size() == key.size());
  }
  CertificateParts rsa;
  rsa.key = sequence(
      {sequence({object_id("1.2.840.113549.1.1.1"), raw("0500")}), bits(raw("3006020101020103"))});
  CHECK(parsed(rsa)->curve.empty());

  const CertificateParts parts;
  const Bytes unsigned_der = sequence({parts.tbs(), ecdsa_with_sha256(), bits(raw("3003020101"))});
  CHECK_FALSE((*parse_certificate(unsigned_der))->ecdsa);
}

TEST_CASE("certificate: damage is named, with its place") {
  CertificateParts parts;
  const Bytes good = parts.der();
  const auto with = [](auto change) {
    CertificateParts changed;
    change(changed);
    return changed.der();
  };
  const struct {
    Bytes der;
    const char* words;
  } rows[] = {
      {{}, "certificate: expected SEQUENCE (0x30), found the end"},
      {raw("0203010203"), "certificate: expected SEQUENCE (0x30), found INTEGER (0x02)"},
      {sequence({parts.tbs(), ecdsa_with_sha256()}),
       "certificate: signatureValue: expected BIT STRING (0x03), found the end"},
      {sequence({parts.tbs(), ecdsa_with_sha256(), raw("030201fe")}),
       "certificate: signatureValue: expected a BIT STRING of whole octets, found 1 unused bits"},
      {sequence({parts.tbs(), ecdsa_with_sha256(), bits({}), raw("0500")}),
       "certificate: 2 bytes too many, beginning with NULL (0x05)"},
      {with([](auto& p) { p.version = tlv(0xA0, raw("02020100")); }),
       "certificate: tbsCertificate: version: expected a number from 0 to 255, found 256"},
      {with([](auto& p) { p.version = tlv(0xA0, raw("0201020500")); }),
       "certificate: tbsCertificate: version: 2 bytes too many, beginning with NULL (0x05)"},
      {with([](auto& p) { p.serial = raw("02020001"); }),
       "certificate: tbsCertificate: serialNumber: an INTEGER that is not in its shortest form"},
      {with([](auto& p) {
         p.algorithm = sequence({object_id("1.2.3"), raw("050100")});
       }),
       "certificate: tbsCertificate: signature: parameters: a NULL with content"},
      {with([](auto& p) {
         p.algorithm = sequence({object_id("1.2.3"), raw("0500"), raw("0500")});
       }),
       "certificate: tbsCertificate: signature: algorithm identifier: 2 bytes too many, beginning "
       "with NULL (0x05)"},
      {with([](auto& p) { p.validity = sequence({utc("240101000000Z")}); }),
       "certificate: tbsCertificate: validity: notAfter: expected UTCTime or GeneralizedTime, "
       "found the end"},
      {with([](auto& p) {
         p.validity = sequence({utc("240230000000Z"), utc("240101000000Z")});
       }),
       "certificate: tbsCertificate: validity: notBefore: time: no such moment: 2024-02-30 "
       "00:00:00"},
      {with([](auto& p) {
         p.validity = sequence({utc("2401010000Z"), utc("240101000000Z")});
       }),
       "certificate: tbsCertificate: validity: notBefore: expected YYMMDDHHMMSSZ, found "
       "\"2401010000Z\""},
      {with([](auto& p) {
         p.validity =
             sequence({tlv(der::kGeneralizedTime, "20240101000000+0100"), utc("240101000000Z")});
       }),
       "certificate: tbsCertificate: validity: notBefore: expected YYYYMMDDHHMMSSZ, found "
       "\"20240101000000+0100\""},
      {with([](auto& p) {
         p.validity = sequence({integer(1), utc("240101000000Z")});
       }),
       "certificate: tbsCertificate: validity: notBefore: expected UTCTime or GeneralizedTime, "
       "found tag 0x02"},
      {with([](auto& p) { p.subject = sequence({rdn({})}); }),
       "certificate: tbsCertificate: subject: attribute: expected SEQUENCE (0x30), found the end"},
      {with([](auto& p) { p.issuer = sequence({rdn(sequence({object_id("2.5.4.3")}))}); }),
       "certificate: tbsCertificate: issuer: attribute value: expected an element, found the end"},
      {with([](auto& p) {
         p.key = sequence({sequence({object_id("1.2.840.10045.2.1")}), raw("030100"), raw("0500")});
       }),
       "certificate: tbsCertificate: subjectPublicKeyInfo: subjectPublicKeyInfo: 2 bytes too many, "
       "beginning with NULL "
       "(0x05)"},
      {with([](auto& p) {
         p.extensions = {sequence({object_id("2.5.29.15"), raw("010101"), octets({})})};
       }),
       "certificate: tbsCertificate: extensions: 2.5.29.15: critical: expected a BOOLEAN of 00 or "
       "ff, found 01"},
      {with([](auto& p) { p.extensions = {sequence({object_id("2.5.29.15")})}; }),
       "certificate: tbsCertificate: extensions: 2.5.29.15: extnValue: expected OCTET STRING "
       "(0x04), found the end"},
      {with([](auto& p) { p.unique_ids = raw("830100"); }),
       "certificate: tbsCertificate: end: 101 bytes too many, beginning with [3] (0x83)"},
      {Bytes(join({raw("308301ffff"), Bytes(0x1FFFF)})),
       "certificate: expected at most 65536 bytes, found 131076"},
  };
  for (const auto& row : rows) CHECK(refusal(row.der) == row.words);

  // A serial of two octets "00 01" stands behind 4 + 4 + 5 octets of headers and version.
  const auto placed = parse_certificate(with([](auto& p) { p.serial = raw("02020001"); }));
  CHECK(placed.error().offset == 4 + 4 + 5 + 2);

  for (size_t n = 0; n < good.size(); ++n) CHECK_FALSE(parse_certificate(View(good).first(n)));
}

TEST_CASE("certificate: any octet may change, nothing else does") {
  const Bytes good = CertificateParts().der();
  for (size_t i = 0; i < good.size(); ++i) {
    for (const uint8_t flip : Bytes{0x01, 0x20, 0x80, 0xFF}) {
      Bytes bad = good;
      bad[i] ^= flip;
      const auto got = parse_certificate(bad);
      if (got) CHECK(equal((*got)->der, View(bad).first((*got)->der.size())));
    }
  }
}

TEST_CASE("certificate: times of both forms") {
  const struct {
    Bytes time;
    const char* instant;
  } rows[] = {
      {utc("500101000000Z"), "1950-01-01T00:00:00Z"},
      {utc("491231235959Z"), "2049-12-31T23:59:59Z"},
      {tlv(der::kGeneralizedTime, "20240229120000Z"), "2024-02-29T12:00:00Z"},
      {tlv(der::kGeneralizedTime, "22230101000000Z"), "2223-01-01T00:00:00Z"},
  };
  for (const auto& row : rows) {
    CertificateParts parts;
    parts.validity = sequence({row.time, row.time});
    CHECK(rfc3339(parsed(parts)->not_before) == row.instant);
  }
}

TEST_CASE("certificate: extensions are counted, and decoded or told why not") {
  CertificateParts twice;
  twice.extensions = {extension("2.5.29.15", raw("03020106"), true),
                      extension("2.5.29.15", raw("03020780"))};
  const auto doubled = parsed(twice);
  CHECK(doubled->key_usage.count == 2);
  CHECK(doubled->key_usage.critical);
  CHECK(key_usage_text(doubled->key_usage.value->bits) == "keyCertSign, cRLSign");

  CHECK(
      with_extension("2.5.29.19", raw("30060101ff020101"))->basic_constraints.value->path_length ==
      1);
  CHECK(with_extension("2.5.29.19", raw("3003020100"))->basic_constraints.value->path_length == 0);
  CHECK_FALSE(with_extension("2.5.29.19", raw("3003010100"))->basic_constraints.value->ca);
  CHECK(with_extension("2.5.29.15", raw("03030780ff"))->key_usage.problem ==
        "keyUsage: a BIT STRING whose unused bits are not zero");
  CHECK(key_usage_text(with_extension("2.5.29.15", raw("03030707 80"))->key_usage.value->bits) ==
        "keyCertSign, cRLSign, encipherOnly, decipherOnly");
  CHECK(key_usage_text(with_extension("2.5.29.15", raw("030100"))->key_usage.value->bits) ==
        "none");

  const struct {
    const char* type;
    const char* value;
    Known<BasicConstraints> Certificate::*constraints;
    const char* problem;
  } constraints[] = {
      {"2.5.29.19", "", &Certificate::basic_constraints,
       "basicConstraints: expected SEQUENCE (0x30), found the end"},
      {"2.5.29.19", "30060101fe020101", &Certificate::basic_constraints,
       "basicConstraints: cA: expected a BOOLEAN of 00 or ff, found fe"},
      {"2.5.29.19", "30060101ff0201ff", &Certificate::basic_constraints,
       "basicConstraints: pathLenConstraint: expected a number from 0 to 4294967295, found a "
       "negative one"},
      {"2.5.29.19", "30000500", &Certificate::basic_constraints,
       "basicConstraints: 2 bytes too many, beginning with NULL (0x05)"},
  };
  for (const auto& row : constraints) {
    const auto c = with_extension(row.type, raw(row.value));
    CHECK((*c.*row.constraints).count == 1);
    CHECK_FALSE((*c.*row.constraints).value);
    CHECK((*c.*row.constraints).problem == row.problem);
  }
  CHECK(with_extension("2.5.29.15", raw("030306 80 40"))->key_usage.problem ==
        "keyUsage: expected bits 0 to 8, found bit 9");
  CHECK(with_extension("2.5.29.14", raw("0414"))->subject_key_id.problem ==
        "subjectKeyIdentifier: length 20 goes beyond the 0 bytes that are left");
  CHECK(with_extension("2.5.29.14", octets(Bytes(19, 1)))->subject_key_id.value->size() == 19);
  CHECK_FALSE(with_extension("2.5.29.14", octets(Bytes(19, 1)))->skid());
  CHECK(with_extension("2.5.29.35", raw("3000"))->authority_key_id.value);
  CHECK_FALSE(with_extension("2.5.29.35", raw("3000"))->akid());
  CHECK(with_extension("2.5.29.35", raw("300a a1058203612e62 820105"))
            ->authority_key_id.value->serial);  // a DNS name, and a serial number
  CHECK(with_extension("2.5.29.35", raw("3006 a104a4020500"))
            ->authority_key_id.problem.find("authorityCertIssuer") != std::string::npos);
  CHECK(with_extension("2.5.29.35", raw("3003 840101"))->authority_key_id.problem ==
        "authorityKeyIdentifier: 3 bytes too many, beginning with [4] (0x84)");

  const auto uri = [](std::string_view s) { return tlv(0x86, s); };
  const auto full_name = [](const Bytes& names) { return tlv(0xA0, tlv(0xA0, names)); };
  const Bytes one = sequence({full_name(uri("http://a/"))});
  const Bytes two = sequence({full_name(join({uri("http://b/"), tlv(0x82, "dns")})),
                              tlv(0x81, raw("0780")), tlv(0xA2, tlv(0xA4, sequence({})))});
  const auto points = with_extension("2.5.29.31", sequence({one, two}))->crl_distribution_points;
  CHECK(points.value->points == 2);
  CHECK(points.value->uris == std::vector<std::string>{"http://a/", "http://b/"});
  CHECK(points.value->other_names);
  CHECK(points.value->has_crl_issuer);
  CHECK(with_extension("2.5.29.31", sequence({sequence({tlv(0xA0, tlv(0xA1, Bytes{}))})}))
            ->crl_distribution_points.value->other_names);
  CHECK(with_extension("2.5.29.31", sequence({sequence({tlv(0xA0, raw("0500"))})}))
            ->crl_distribution_points.problem ==
        "cRLDistributionPoints: distribution point name: expected [0] or [1], found tag 0x05");
}

TEST_CASE("certificate: the PAAs of both ledgers and every vector parse") {
  if (!have_shared("matter-sdk")) return;
  unsigned all = 0, null_parameters = 0, second_version = 0, trailing = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(shared() / "matter-sdk")) {
    const std::string path = entry.path().string();
    if (!path.ends_with(".der")) continue;
    if (path.find("/paa-") == std::string::npos && path.find("ert.der") == std::string::npos)
      continue;
    CAPTURE(path);
    const Bytes file = slurp(entry.path());
    const auto c = parse_certificate(file);
    REQUIRE_MESSAGE(c, (c ? "" : c.error().what));
    CHECK((*c)->p256);
    CHECK((*c)->ecdsa);
    ++all;
    null_parameters += (*c)->null_parameters;
    second_version += (*c)->version == 2;
    trailing += (*c)->der.size() != file.size();
  }
  CHECK(all > 400);
  CHECK(null_parameters == 3);  // NXP's, production and test
  CHECK(second_version == 1);   // struct_pai_cert_version_v2
  CHECK(trailing == 1);         // struct_pai_fuzzed_akid_malformed
}
