#include "verifier/pki/crl.h"

#include "tests/support/crl_writer.h"

using namespace attest;
using namespace attest::test;

namespace {

CrlPtr parsed(const CrlParts& parts) {
  const auto crl = parse_crl(parts.der());
  REQUIRE_MESSAGE(crl, (crl ? "" : crl.error().what));
  return *crl;
}

}  // namespace

TEST_CASE("crl: everything it says") {
  CrlParts parts;
  parts.entries = tlv(der::kSequence, join({entry(7), entry(0x80, reason(1)), entry(9)}));
  const Bytes der = parts.der();
  CHECK(looks_like_crl(der));
  CHECK(looks_like_crl(View(der).first(120)));
  const auto got = parse_crl(der);
  REQUIRE_MESSAGE(got, (got ? "" : got.error().what));
  const auto crl = *got;
  CHECK(equal(crl->der, der));
  CHECK(equal(crl->tbs, parts.tbs()));
  CHECK(crl->version == 2);
  CHECK(equal(crl->signature_algorithm, oid::kEcdsaWithSha256));
  CHECK(name_text(crl->issuer) == "CN=Some PAI, VID=FFF1");
  CHECK(rfc3339(crl->this_update) == "2026-01-01T00:00:00Z");
  CHECK(rfc3339(*crl->next_update) == "2099-01-01T00:00:00Z");
  CHECK(hex(*crl->number) == "02");
  CHECK(crl->authority_key_id == key_id(Bytes(20, 0x11)));
  CHECK_FALSE(crl->partition);
  CHECK(crl->unknown_critical.empty());
  CHECK(crl->entry_count == 3);
  const SignatureJob job{*public_key_of(scalar(2)), sha256(crl->tbs), *crl->ecdsa};
  uint8_t answer = 0;
  openssl_engine().verify({&job, 1}, {&answer, 1});
  CHECK(answer == 1);

  CHECK(rfc3339(find_revoked(*crl, raw("07"), crl->issuer)->date) == "2025-06-01T00:00:00Z");
  CHECK_FALSE(find_revoked(*crl, raw("07"), crl->issuer)->reason);
  CHECK(find_revoked(*crl, raw("0080"), crl->issuer)->reason == 1u);
  CHECK(find_revoked(*crl, raw("80"), crl->issuer));
  CHECK(find_revoked(*crl, raw("000009"), crl->issuer));
  CHECK_FALSE(find_revoked(*crl, raw("08"), crl->issuer));
  CHECK_FALSE(find_revoked(*crl, {}, crl->issuer));
  // A list that is not indirect does not ask whose certificate it is: its signer may be a delegate.
  CertificateParts other;
  const auto certificate = parse_certificate(other.der());
  CHECK(find_revoked(*crl, raw("07"), (*certificate)->subject));
}

TEST_CASE("crl: the least a list can be") {
  CrlParts parts;
  parts.version = {};
  parts.times = utc("260101000000Z");
  parts.entries = {};
  parts.extensions = {};
  const auto crl = parsed(parts);
  CHECK(looks_like_crl(parts.der()));
  CHECK(crl->version == 1);
  CHECK_FALSE(crl->next_update);
  CHECK_FALSE(crl->number);
  CHECK(crl->entry_count == 0);
  CHECK(crl->entries.empty());
  CHECK_FALSE(RevokedWalk(*crl).next());
}

TEST_CASE("crl: an indirect list speaks of the issuers its entries name") {
  const Bytes a = sequence({cn("CA a")}), b = sequence({cn("CA b")});
  CertificateParts of_a, of_b, own;
  of_a.issuer = a;
  of_b.issuer = sequence({cn("ca  B")});
  const auto ca_a = parse_certificate(of_a.der()), ca_b = parse_certificate(of_b.der()),
             ca_own = parse_certificate(own.der());
  CrlParts parts;
  parts.entries =
      tlv(der::kSequence, join({entry(1), entry(2, certificate_issuer(a)), entry(3),
                                entry(4, join({certificate_issuer(b), reason(4)})), entry(1)}));
  parts.extensions.push_back(extension("2.5.29.28", sequence({tlv(0x84, raw("ff"))}), true));
  const auto crl = parsed(parts);
  CHECK(crl->partition->indirect);
  CHECK(crl->unknown_critical.empty());
  const auto revoked = [&](const Result<CertificatePtr>& by, uint8_t serial) {
    const auto entry = find_revoked(*crl, Bytes{serial}, (*by)->issuer);
    return std::string(!entry ? "no" : entry->unsaid ? "unsaid" : "yes");
  };
  // 1 names nobody: whoever's list it is. Behind an entry that names an issuer the next one is that
  // issuer's by RFC 5280, and by the Matter SDK the list's again: of others nothing is said.
  const struct {
    const Result<CertificatePtr>& by;
    const char* of[4];
  } rows[] = {{ca_own, {"yes", "no", "unsaid", "no"}},
              {ca_a, {"yes", "yes", "yes", "no"}},
              {ca_b, {"yes", "no", "unsaid", "yes"}}};
  for (const auto& row : rows) {
    for (uint8_t serial = 1; serial <= 4; ++serial) {
      CAPTURE(serial);
      CHECK(revoked(row.by, serial) == row.of[serial - 1]);
    }
  }
  CHECK(find_revoked(*crl, raw("04"), (*ca_b)->issuer)->reason == 4u);
}

TEST_CASE("crl: partitions and unknown critical extensions are told") {
  CrlParts parts;
  const Bytes name = tlv(0xA0, tlv(0xA0, join({tlv(0x86, "http://a/"), tlv(0x86, "http://b/")})));
  parts.extensions = {extension("2.5.29.28",
                                sequence({name, tlv(0x81, raw("ff")), tlv(0x82, raw("00")),
                                          tlv(0x83, raw("0780")), tlv(0x85, raw("ff"))}),
                                true),
                      extension("2.5.29.27", raw("020101"), true), extension("1.2.3", {}, false)};
  parts.entries = tlv(der::kSequence, join({entry(1, extension("1.2.4", {}, true)),
                                            entry(2, extension("1.2.4", {}, true)),
                                            entry(3, extension("1.2.5", {}))}));
  const auto crl = parsed(parts);
  CHECK(crl->partition->uris == std::vector<std::string>{"http://a/", "http://b/"});
  CHECK(crl->partition->only_user);
  CHECK_FALSE(crl->partition->only_ca);
  CHECK(crl->partition->only_some_reasons);
  CHECK(crl->partition->only_attribute);
  CHECK_FALSE(crl->partition->indirect);
  CHECK(crl->unknown_critical == std::vector<std::string>{"1.2.4", "2.5.29.27"});
}

TEST_CASE("crl: damage is named, with its place") {
  const auto with = [](auto change) {
    CrlParts parts;
    change(parts);
    return parts.der();
  };
  const struct {
    Bytes der;
    const char* words;
  } rows[] = {
      {{}, "crl: expected SEQUENCE (0x30), found the end"},
      {join({CrlParts().der(), raw("00")}), "crl: 1 bytes too many, beginning with tag 0x00"},
      {CertificateParts().der(),
       "crl: tbsCertList: signature: expected SEQUENCE (0x30), found [0] (0xa0)"},
      {with([](auto& p) { p.times = {}; }),
       "crl: tbsCertList: thisUpdate: expected UTCTime or GeneralizedTime, found tag 0x30"},
      {with([](auto& p) {
         p.entries = tlv(der::kSequence, join({entry(1), sequence({integer(2)})}));
       }),
       "crl: tbsCertList: revokedCertificates: entry 1: revocationDate: expected UTCTime or "
       "GeneralizedTime, found the "
       "end"},
      {with([](auto& p) {
         p.entries = tlv(der::kSequence, entry(1, extension("2.5.29.21", raw("020101"))));
       }),
       "crl: tbsCertList: revokedCertificates: entry 0: reasonCode: expected tag 0x0a, found "
       "INTEGER (0x02)"},
      {with([](auto& p) {
         p.entries = tlv(der::kSequence, entry(1, extension("2.5.29.21", raw("0a0180"))));
       }),
       "crl: tbsCertList: revokedCertificates: entry 0: reasonCode: expected one octet from 0 to "
       "127"},
      {with([](auto& p) {
         p.entries =
             tlv(der::kSequence, entry(1, extension("2.5.29.29", sequence({tlv(0x82, "dns")}))));
       }),
       "crl: tbsCertList: revokedCertificates: entry 0: certificateIssuer: expected [4] (0xa4), "
       "found [2] (0x82)"},
      {with([](auto& p) { p.extensions.push_back(p.extensions[0]); }),
       "crl: tbsCertList: crlExtensions: 2.5.29.35 occurs twice"},
      {with([](auto& p) {
         p.extensions = {extension("2.5.29.28", sequence({tlv(0x84, raw("01"))}))};
       }),
       "crl: tbsCertList: crlExtensions: issuingDistributionPoint: indirectCRL: expected a BOOLEAN "
       "of 00 or ff"},
      {with([](auto& p) { p.extensions = {extension("2.5.29.20", raw("0500"))}; }),
       "crl: tbsCertList: crlExtensions: cRLNumber: expected INTEGER (0x02), found NULL (0x05)"},
      {with([](auto& p) { p.extensions = std::vector<Bytes>(65, extension("1.2.3", {})); }),
       "crl: tbsCertList: crlExtensions: expected at most 64, found 65"},
  };
  for (const auto& row : rows) {
    const auto got = parse_crl(row.der);
    REQUIRE_FALSE(got);
    CHECK(got.error().what == row.words);
  }
  const Bytes good = CrlParts().der();
  for (size_t n = 0; n < good.size(); ++n) CHECK_FALSE(parse_crl(to_bytes(View(good).first(n))));
  CHECK_FALSE(looks_like_crl(CertificateParts().der()));
  CHECK_FALSE(looks_like_crl(raw("3000")));
}

TEST_CASE("crl: what is encoded otherwise than it must be is told, and the rest is read") {
  CrlParts parts;
  parts.entries =
      tlv(der::kSequence,
          join({raw("0500"), entry(3, extension("2.5.29.21", raw("020101"))),
                sequence({tlv(der::kInteger, raw("0007")), utc("250601000000Z")}), entry(9)}));
  const Bytes der = join({parts.der(), raw("00")});
  CHECK_FALSE(parse_crl(der));
  const auto crl = salvage_crl(der);
  REQUIRE(crl);
  REQUIRE((*crl)->damage);
  CHECK((*crl)->damage->what == parse_crl(der).error().what);
  CHECK((*crl)->damage->what.starts_with("crl: tbsCertList: revokedCertificates: entry 0: "));
  CHECK((*crl)->entry_count == 3);
  CHECK(equal((*crl)->tbs, parts.tbs()));
  for (const char* serial : {"03", "07", "09"})
    CHECK(find_revoked(**crl, raw(serial), (*crl)->issuer));
  CHECK_FALSE(find_revoked(**crl, raw("05"), (*crl)->issuer));
  // Sound ones are the same by both ways, and what has no signature is no list by either.
  CHECK_FALSE(salvage_crl(CrlParts().der()).value()->damage);
  const Bytes good = CrlParts().der();
  for (size_t n = 0; n < good.size(); ++n) CHECK_FALSE(salvage_crl(to_bytes(View(good).first(n))));
}

TEST_CASE("crl: long lists stay bytes") {
  Bytes entries;
  for (unsigned i = 0; i < 50000; ++i) {
    const Bytes one =
        sequence({tlv(der::kInteger, Bytes{0x40, static_cast<uint8_t>(i >> 16),
                                           static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)}),
                  utc("250601000000Z")});
    entries.insert(entries.end(), one.begin(), one.end());
  }
  CrlParts parts;
  parts.entries = tlv(der::kSequence, entries);
  const auto crl = parsed(parts);
  CHECK(crl->entry_count == 50000);
  CHECK(equal(crl->entries, entries));
  CHECK(find_revoked(*crl, raw("4000c34f"), crl->issuer));
  CHECK_FALSE(find_revoked(*crl, raw("4000c350"), crl->issuer));
  size_t walked = 0;
  for (RevokedWalk walk(*crl); walk.next();) ++walked;
  CHECK(walked == crl->entry_count);
}

TEST_CASE("crl: the lists of the revoked vectors name their certificates") {
  if (!have_shared("matter-sdk/revoked")) return;
  const auto folder = shared() / "matter-sdk/revoked";
  const struct {
    const char* list;
    const char* certificate;
    bool revoked;
  } rows[] = {
      {"Matter-Development-PAI-FFF1-noPID-CRL.der",
       "Matter-Development-DAC-FFF1-8001-Revoked-01-Cert.der", true},
      {"Matter-Development-PAI-FFF1-noPID-CRL.der",
       "Matter-Development-DAC-FFF1-8001-Revoked-02-Cert.der", true},
      {"Chip-Test-PAA-FFF1-CRL.der", "Chip-Test-PAI-FFF1-noPID-Revoked-Cert.der", true},
      {"Chip-Test-PAI-FFF1-noPID-Revoked-CRL.der",
       "Chip-Test-DAC-FFF1-8001-Revoked-Signed-By-Revoked-PAI-Cert.der", true},
      {"Chip-Test-PAI-FFF1-noPID-Revoked-CRL.der",
       "Chip-Test-DAC-FFF1-8001-Signed-By-Revoked-PAI-Cert.der", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.certificate);
    const auto crl = parse_crl(slurp(folder / row.list));
    const auto certificate = parse_certificate(slurp(folder / row.certificate));
    REQUIRE(crl);
    REQUIRE(certificate);
    CHECK((*crl)->authority_key_id == (*certificate)->akid());
    CHECK(same_name((*crl)->issuer, (*certificate)->issuer));
    CHECK(find_revoked(**crl, (*certificate)->serial, (*certificate)->issuer).has_value() ==
          row.revoked);
  }
}
