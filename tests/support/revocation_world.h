// A PAA, a PAI, a DAC and two delegated signers of lists, made for tests about revocation; and
// lists and points that are right until a test changes one thing.
#pragma once

#include "tests/support/crl_writer.h"
#include "verifier/gather/revocation.h"
#include "verifier/judge/judge.h"

namespace attest::test {

struct RevocationWorld {
  static constexpr uint8_t kPaaKey = 10, kPaiKey = 11, kDacKey = 12, kPaaDelegateKey = 13,
                           kPaiDelegateKey = 14;
  static Bytes key_id_of(uint8_t seed) { return Bytes(20, seed); }
  static Bytes name(const char* text) { return sequence({cn(text), vid("FFF1")}); }

  static CertificateParts parts(uint8_t key, const Bytes& subject, uint8_t issuer_key,
                                const Bytes& issuer, bool ca, const char* usage) {
    CertificateParts out;
    out.subject = subject;
    out.issuer = issuer;
    out.key = public_key(point(key));
    out.signer = issuer_key;
    out.extensions = {extension("2.5.29.19", ca ? sequence({raw("0101ff")}) : sequence({}), true),
                      extension("2.5.29.15", raw(usage), true),
                      extension("2.5.29.14", octets(key_id_of(key))),
                      extension("2.5.29.35", sequence({tlv(0x80, key_id_of(issuer_key))}))};
    return out;
  }
  static constexpr const char *kAuthority = "03020106", *kSigns = "03020780",
                              *kSignsLists = "03020102";

  CertificatePtr paa = parsed(parts(kPaaKey, name("PAA"), kPaaKey, name("PAA"), true, kAuthority));
  CertificatePtr pai = parsed(parts(kPaiKey, name("PAI"), kPaaKey, name("PAA"), true, kAuthority));
  CertificatePtr dac = parsed(parts(kDacKey, sequence({cn("DAC"), vid("FFF1"), pid("8000")}),
                                    kPaiKey, name("PAI"), false, kSigns));  // serial 5
  CertificateParts paa_delegate_parts =
      parts(kPaaDelegateKey, name("PAA lists"), kPaaKey, name("PAA"), false, kSignsLists);
  CertificateParts pai_delegate_parts =
      parts(kPaiDelegateKey, name("PAI lists"), kPaiKey, name("PAI"), false, kSignsLists);
  Instant at = *parse_rfc3339("2026-06-01T00:00:00Z");

  // A list of the PAI: number 2, one serial that is not the DAC's.
  static CrlParts list(uint8_t key = kPaiKey, const char* issuer = "PAI", uint8_t number = 2) {
    CrlParts out;
    out.issuer = name(issuer);
    out.signer = key;
    out.extensions = {extension("2.5.29.35", sequence({tlv(0x80, key_id_of(key))})),
                      extension("2.5.29.20", integer(number))};
    return out;
  }
  static Bytes distribution_point(const std::string& url, const Bytes& flags = {}) {
    return extension("2.5.29.28", sequence({tlv(0xA0, tlv(0xA0, tlv(0x86, url))), flags}), true);
  }

  // The PAI's own point.
  RevocationPoint point_of_pai() const {
    return {.vid = 0xFFF1,
            .pid = 0,
            .label = "pai",
            .issuer_subject_key_id = *key_id(key_id_of(kPaiKey)),
            .is_paa = false,
            .crl_signer = pai->der,
            .crl_signer_delegator = {},
            .data_url = "https://lists.example/pai.crl",
            .data_file_size = 0,
            .data_digest = "",
            .data_digest_type = 0,
            .revocation_type = 1};
  }
  RevocationPoint point_of_paa() const {
    RevocationPoint out = point_of_pai();
    out.label = "paa";
    out.issuer_subject_key_id = *key_id(key_id_of(kPaaKey));
    out.is_paa = true;
    out.crl_signer = paa->der;
    out.data_url = "https://lists.example/paa.crl";
    return out;
  }

  ListIssuer of_pai() const { return list_issuer(*pai); }
  // Its views point into a Paa that lives as long as this world.
  ListIssuer of_paa(std::optional<uint16_t> assigned = {}) const {
    return list_issuer(paa_, assigned);
  }
  CrlEvidence judge(const RevocationPoint& point, const CrlParts& list,
                    bool partitioned = false) const {
    return judge_point(
        point,
        [&]() -> Fact<RevokedListPtr> {
          auto crl = parse_crl(list.der());
          REQUIRE_MESSAGE(crl, (crl ? "" : crl.error().what));
          return Found<RevokedListPtr>{std::make_shared<const RevokedList>(std::move(*crl)), {}};
        },
        point.is_paa ? of_paa() : of_pai(), partitioned, at, openssl_engine());
  }

 private:
  Paa paa_ = *paa_from(paa, Origin::given, "paa");
};

}  // namespace attest::test
