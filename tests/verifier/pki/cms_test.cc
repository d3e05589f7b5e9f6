#include "verifier/pki/cms.h"

#include "tests/support/der_writer.h"

using namespace attest;
using namespace attest::test;

namespace {

Bytes sha256_algorithm() {
  return sequence({object_id("2.16.840.1.101.3.4.2.1")});
}

// A certification declaration's wrapper by parts.
struct CmsParts {
  Bytes version = integer(3);
  Bytes digests = sha256_algorithm();
  Bytes content = sequence({object_id("1.2.840.113549.1.7.1"), tlv(0xA0, octets(raw("1518")))});
  Bytes certificates_and_crls;
  Bytes signer_version = integer(3);
  Bytes sid = tlv(0x80, Bytes(20, 0x62));
  Bytes signer_digest = sha256_algorithm();
  Bytes signed_attributes;
  Bytes signature = octets(sign(3, raw("1518")));
  Bytes unsigned_attributes;

  Bytes signer() const {
    return sequence({signer_version, sid, signer_digest, signed_attributes, ecdsa_with_sha256(),
                     signature, unsigned_attributes});
  }
  Bytes with_signers(const Bytes& signers) const {
    return sequence({object_id("1.2.840.113549.1.7.2"),
                     tlv(0xA0, sequence({version, tlv(der::kSet, digests), content,
                                         certificates_and_crls, tlv(der::kSet, signers)}))});
  }
  Bytes der() const { return with_signers(signer()); }
};

}  // namespace

TEST_CASE("cms: everything it says") {
  const Bytes der = CmsParts().der();
  size_t consumed = 0;
  const auto cms = parse_cms(join({der, raw("00")}), &consumed);
  REQUIRE(cms);
  CHECK(consumed == der.size());
  CHECK(cms->der == der);
  CHECK(cms->version == 3);
  REQUIRE(cms->digest_algorithms.size() == 1);
  CHECK(der::oid_text(cms->digest_algorithms[0].oid) == "2.16.840.1.101.3.4.2.1");
  CHECK(der::oid_text(cms->content_type) == "1.2.840.113549.1.7.1");
  CHECK(hex(cms->content) == "1518");
  CHECK_FALSE(cms->has_certificates);
  CHECK_FALSE(cms->has_crls);
  REQUIRE(cms->signers.size() == 1);
  const auto& signer = cms->signers[0];
  CHECK(signer.version == 3);
  CHECK(signer.subject_key_id == Bytes(20, 0x62));
  CHECK(der::oid_text(signer.digest_algorithm.oid) == "2.16.840.1.101.3.4.2.1");
  CHECK(equal(signer.signature_algorithm.oid, oid::kEcdsaWithSha256));
  CHECK_FALSE(signer.has_signed_attributes);
  CHECK_FALSE(signer.has_unsigned_attributes);
  const SignatureJob job{*public_key_of(scalar(3)), sha256(cms->content), *signer.ecdsa};
  uint8_t answer = 0;
  openssl_engine().verify({&job, 1}, {&answer, 1});
  CHECK(answer == 1);
}

TEST_CASE("cms: what a declaration must not have is read all the same") {
  CmsParts parts;
  parts.version = integer(1);
  parts.digests = join({sha256_algorithm(), sequence({object_id("1.3.14.3.2.26"), raw("0500")})});
  parts.certificates_and_crls = join({tlv(0xA0, sequence({})), tlv(0xA1, Bytes{})});
  parts.signer_version = integer(1);
  parts.sid = sequence({sequence({}), integer(9)});
  parts.signed_attributes = tlv(0xA0, sequence({}));
  parts.unsigned_attributes = tlv(0xA1, Bytes{});
  parts.signature = octets(raw("00"));
  const auto cms = parse_cms(parts.with_signers(join({parts.signer(), CmsParts().signer()})));
  REQUIRE_MESSAGE(cms, (cms ? "" : cms.error().what));
  CHECK(cms->version == 1);
  CHECK(cms->digest_algorithms.size() == 2);
  CHECK(cms->has_certificates);
  CHECK(cms->has_crls);
  REQUIRE(cms->signers.size() == 2);
  CHECK(cms->signers[0].version == 1);
  CHECK_FALSE(cms->signers[0].subject_key_id);
  CHECK(cms->signers[0].has_signed_attributes);
  CHECK(cms->signers[0].has_unsigned_attributes);
  CHECK_FALSE(cms->signers[0].ecdsa);
  CHECK(parse_cms(parts.with_signers({}))->signers.empty());
}

TEST_CASE("cms: damage is named, with its place") {
  const auto with = [](auto change) {
    CmsParts parts;
    change(parts);
    return parts.der();
  };
  const struct {
    Bytes der;
    const char* words;
  } rows[] = {
      {{}, "cms: contentInfo: expected SEQUENCE (0x30), found the end"},
      {raw("3080"), "cms: contentInfo: indefinite length, which DER forbids"},
      {sequence({object_id("1.2.840.113549.1.7.1")}),
       "cms: contentType: expected signedData (1.2.840.113549.1.7.2), found 1.2.840.113549.1.7.1"},
      {sequence({object_id("1.2.840.113549.1.7.2")}),
       "cms: content: expected [0] (0xa0), found the end"},
      {with([](auto& p) { p.version = raw("02020100"); }),
       "cms: signedData: version: expected a number from 0 to 255, found 256"},
      {with([](auto& p) { p.content = sequence({object_id("1.2.840.113549.1.7.1")}); }),
       "cms: signedData: encapContentInfo: eContent: expected [0] (0xa0), found the end"},
      {with([](auto& p) {
         p.content = sequence({object_id("1.2.840.113549.1.7.1"), tlv(0xA0, sequence({}))});
       }),
       "cms: signedData: encapContentInfo: eContent: expected OCTET STRING (0x04), found SEQUENCE "
       "(0x30)"},
      {with([](auto& p) { p.sid = tlv(0x81, Bytes{}); }),
       "cms: signedData: signerInfo: sid: expected SEQUENCE (0x30), found [1] (0x81)"},
      {with([](auto& p) { p.signature = raw("030100"); }),
       "cms: signedData: signerInfo: signature: expected OCTET STRING (0x04), found BIT STRING "
       "(0x03)"},
      {with([](auto& p) { p.unsigned_attributes = raw("0500"); }),
       "cms: signedData: signerInfo: signerInfo: 2 bytes too many, beginning with NULL (0x05)"},
      {with([](auto& p) { p.signature = octets(Bytes(kMaxCmsBytes)); }),
       "cms: expected at most 65536 bytes, found 65664"},
  };
  for (const auto& row : rows) {
    const auto got = parse_cms(row.der);
    REQUIRE_FALSE(got);
    CHECK(got.error().what == row.words);
  }
  const Bytes good = CmsParts().der();
  for (size_t n = 0; n < good.size(); ++n) CHECK_FALSE(parse_cms(View(good).first(n)));
  const Bytes placed = with([](auto& p) { p.signature = raw("0303000000"); });
  CHECK(parse_cms(placed).error().offset == *find(placed, raw("0303000000")));
}

TEST_CASE("cms: recognised by its beginning") {
  const Bytes good = CmsParts().der();
  CHECK(looks_like_cms(good));
  CHECK(looks_like_cms(View(good).first(20)));
  CHECK(looks_like_cms(raw("3080 06092a864886f70d010702")));
  CHECK_FALSE(looks_like_cms(raw("300b 06092a864886f70d010701")));
  CHECK_FALSE(looks_like_cms(raw("3003 060155")));
  CHECK_FALSE(looks_like_cms({}));
  CHECK_FALSE(looks_like_cms(CertificateParts().der()));
}

TEST_CASE("cms: a certs-only bundle gives its certificates") {
  const Bytes one = CertificateParts().der(), two = sequence({integer(1)});
  const auto bundle = [&](const Bytes& certificates) {
    return sequence({object_id("1.2.840.113549.1.7.2"),
                     tlv(0xA0, sequence({integer(1), tlv(der::kSet, Bytes{}),
                                         sequence({object_id("1.2.840.113549.1.7.1")}),
                                         certificates, tlv(der::kSet, Bytes{})}))});
  };
  CHECK(cms_bag(bundle(tlv(0xA0, join({one, tlv(0xA1, Bytes{}), two})))).value().certificates ==
        std::vector<Bytes>{one, two});
  CHECK(cms_bag(bundle({})).value().certificates.empty());
  CHECK(cms_bag(CmsParts().der()).value().certificates.empty());
  CHECK(cms_bag(bundle(tlv(0xA0, raw("3005")))).error().what ==
        "pkcs7: certificate: length 5 goes beyond the 0 bytes that are left");
  CHECK(cms_bag(join({bundle({}), raw("00")})).error().what ==
        "pkcs7: 1 bytes too many, beginning with tag 0x00");
}

TEST_CASE("cms: the declarations of the vectors parse") {
  if (!have_shared("matter-sdk")) return;
  unsigned all = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(shared() / "matter-sdk")) {
    const auto& path = entry.path();
    if (path.filename() != "cd.der" &&
        (path.parent_path().filename() != "certification-declaration" ||
         path.extension() != ".der"))
      continue;
    CAPTURE(path.string());
    const auto cms = parse_cms(slurp(path));
    REQUIRE_MESSAGE(cms, (cms ? "" : cms.error().what));
    CHECK(cms->signers.size() == 1);
    CHECK(cms->signers[0].ecdsa);
    CHECK(cms->version == (path.string().find("cms_v2") == std::string::npos ? 3 : 2));
    ++all;
  }
  CHECK(all > 100);
}
