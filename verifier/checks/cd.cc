// Checks on the certification declaration by itself: who signed it, and what it says.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/checks/cd_rules.h"

namespace attest {
namespace {

using namespace cd_rules;

// --- signer and signature ---

bool by_test_key(const SignerKeyId& by) {
  return by.id == test_cd_signer().subject_key_id;
}

Outcome signer_is_trusted(const SignerKeyId& by, const Place& place, const LotView& lot) {
  if (lot.signer_if_any != nullptr) return pass();
  if (!lot.signer_unknown_why.empty() && lot.ledger_is_silent)
    return unknown_like("ledger.answers");
  if (!lot.signer_unknown_why.empty())
    return unknown(fmt::format("whether the CD signer {} is the CSA's is not known: {}",
                               hex_colons(by.id), lot.signer_unknown_why));
  // Built in, and yet not found: there is one reason for that.
  const auto csa = csa_cd_signers();
  if (std::any_of(csa.begin(), csa.end(),
                  [&](const KnownKey& key) { return key.subject_key_id == by.id; }))
    return broken(place, "signer is a key of the CSA that the ledger has revoked",
                  "a signing key of the CSA that is approved", hex_colons(by.id));
  if (by_test_key(by))
    return broken(place, "signer is the SDK's public test key, which is not trusted here",
                  "a signing key of the CSA",
                  fmt::format("{} ({})", hex_colons(by.id), test_cd_signer().name));
  return broken(place, "signer is unknown",
                "a signing key of the CSA, or one given with --trust-cd-signer", hex_colons(by.id));
}

Outcome signer_is_csa(const CdSigner& signer, const Place& place) {
  if (signer.under_csa) return pass();
  return broken(place, "signer is not one of the CSA's",
                "a key certified by the CSA's Matter Certification and Testing CA", signer.name);
}

// Of built-in signers facts are kept, not the certificate. That a signer is an authority, too, is
// no fault: the CSA's signing keys are.
Outcome signer_may_sign(const CdSigner& signer, const SignerKeyId& by) {
  if (!signer.certificate || by_test_key(by)) return pass();
  const Certificate& c = *signer.certificate;
  const auto wrong = [&](std::string what, std::string expected, std::string actual) {
    return fail(fmt::format("the certificate of the declaration's signer {} {}", signer.name, what),
                std::move(expected), std::move(actual), signer.source);
  };
  if (c.version != 3)
    return wrong("is not version 3", "X.509 version 3", fmt::format("version {}", c.version));
  const auto& usage = c.key_usage;
  if (usage.count == 0) return pass();
  if (usage.count > 1 || !usage.value)
    return wrong("has a keyUsage that cannot be read", "one well-formed keyUsage",
                 usage.count > 1 ? "two" : usage.problem);
  if ((usage.value->bits & KeyUsage::digital_signature) == 0)
    return wrong("is not for signatures on data", "digitalSignature among its key usages",
                 key_usage_text(usage.value->bits));
  return pass();
}

Outcome signer_dates(const CdSigner& signer, Instant at, const char* what) {
  return fail(fmt::format("the certificate of the declaration's signer {} {}", signer.name, what),
              fmt::format("{} to {}", rfc3339(signer.not_before), rfc3339(signer.not_after)),
              rfc3339(at), signer.source);
}
Outcome signer_is_valid_already(const CdSigner& signer, const LotView& lot) {
  const Instant at = lot.policy.at;
  return at >= signer.not_before ? pass() : signer_dates(signer, at, "is not yet valid");
}
Outcome signer_has_not_expired(const CdSigner& signer, const LotView& lot) {
  const Instant at = lot.policy.at;
  return at <= signer.not_after ? pass() : signer_dates(signer, at, "has expired");
}

Outcome signature_verifies(const DeclarationSigner& by, const CdSigner& signer,
                           const LotView& lot) {
  if (lot.answer<Signed::cd>() == true) return pass();
  // With attributes the signature is over them.
  if (by->has_signed_attributes) return blocked("cms.has-nothing-extra");
  return broken(*by.place,
                "signature does not verify with its signer's key: the declaration was changed",
                fmt::format("a signature by {}", signer.name), "it does not verify");
}

Outcome test_key_signs_no_official(const Declaration& cd, const SignerKeyId& by) {
  if (!by_test_key(by) || cd->certification_type <= 1) return pass();
  return broken(cd, "type is one that the public test key may not sign",
                "development and test (0) or provisional (1) under the test key",
                certification_type_text(cd->certification_type));
}

Outcome official_is_signed_by_csa(const Declaration& cd, const CdSigner& signer,
                                  const SignerKeyId& by, const LotView& lot) {
  if (cd->certification_type != 2 || signer.under_csa || by_test_key(by) ||
      (lot.policy.network == Network::none && lot.policy.stage == Stage::network))
    return pass();
  return broken(cd, "type is official, but the CSA did not sign it",
                "a signature under the CSA's certification authority", signer.name);
}

// The SDK's test key for what is for development and test, the CSA's keys for what it certifies or
// is about to.
Outcome signer_is_its_types(const LotView& lot, const Place& place) {
  if (lot.policy.stage != Stage::lab) return skipped("asked at a certification lab alone");
  const auto cd = lot.cd_if_any;
  const auto signer = lot.signer_if_any;
  if (cd == nullptr) return blocked("cd.is-wellformed");
  if (signer == nullptr) return blocked("cd.signer-is-trusted");
  if (cd->certification_type > 2) return blocked("cd.certification-type-is-defined");
  const bool for_test = cd->certification_type == 0;
  if (for_test ? signer->subject_key_id == test_cd_signer().subject_key_id : signer->under_csa)
    return pass();
  return broken(
      place,
      fmt::format("type is {}, which at a lab {} signs",
                  certification_type_text(cd->certification_type),
                  for_test ? "the public test key" : "the CSA"),
      for_test ? test_cd_signer().name : "a signature under the CSA's certification authority",
      signer->name);
}

// --- content ---

Outcome parses(const LotView& lot, const Place& place) {
  if (lot.cd_if_any != nullptr) return pass();
  return fail(fmt::format("the certification declaration cannot be read: {}", lot.cd_problem),
              "the TLV structure of Matter Core 6.3.1", lot.cd_problem, place_text(place));
}
Outcome format_version(const Declaration& cd) {
  return cd->format_version == 1
             ? pass()
             : broken(cd, "format_version is not 1", "1", std::to_string(cd->format_version));
}
// What is assigned to vendors, and the four of tests, which credentials.no-test-vendor looks at.
Outcome vendor_id_in_range(const Declaration& cd) {
  const uint16_t id = cd->vendor_id;
  if ((id >= 1 && id <= 0xFFEF) || is_test_vendor(id)) return pass();
  return broken(cd, id == 0 ? "vendor_id is 0" : "vendor_id is reserved", "0x0001 to 0xFFEF",
                hex_id(id));
}
Outcome product_id_count(const Declaration& cd) {
  const size_t n = cd->product_ids.size();
  if (n >= 1 && n <= 100) return pass();
  return broken(cd, n == 0 ? "product_id_array is empty" : "product_id_array is too long",
                "1 to 100 product ids", std::to_string(n));
}
Outcome product_ids_are_not_zero(const Declaration& cd) {
  const auto& ids = cd->product_ids;
  return std::find(ids.begin(), ids.end(), 0) == ids.end()
             ? pass()
             : broken(cd, "product_id_array holds product 0", "product ids from 0x0001", "0x0000");
}
Outcome device_type_in_range(const Declaration& cd) {
  return cd->device_type_id < 0x7FFFFFFF
             ? pass()
             : broken(cd, "device_type_id is out of range", "less than 2147483647",
                      std::to_string(cd->device_type_id));
}
Outcome certificate_id_length(const Declaration& cd) {
  const std::string& id = cd->certificate_id;
  if (id.find('\0') != std::string::npos)
    return broken(cd, "certificate_id holds a NUL", "19 characters",
                  fmt::format("\"{}\"", printable(id)));
  const auto characters = std::count_if(
      id.begin(), id.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; });
  if (id.size() == 19) return pass();
  if (characters == 19)
    return broken(cd, "certificate_id has characters of several bytes", "19 bytes",
                  fmt::format("{} (\"{}\")", id.size(), printable(id)));
  return broken(cd, "certificate_id has a wrong length", "19 characters",
                fmt::format("{} (\"{}\")", characters, printable(id)));
}
Outcome security_level(const Declaration& cd) {
  return cd->security_level == 0
             ? pass()
             : broken(cd, "security_level is not 0", "0", std::to_string(cd->security_level));
}
Outcome security_information(const Declaration& cd) {
  return cd->security_information == 0 ? pass()
                                       : broken(cd, "security_information is not 0", "0",
                                                std::to_string(cd->security_information));
}
Outcome type_is_defined(const Declaration& cd) {
  return cd->certification_type <= 2 ? pass()
                                     : broken(cd, "certification_type is reserved", "0, 1 or 2",
                                              std::to_string(cd->certification_type));
}
Outcome is_not_provisional(const Declaration& cd, const SignerKeyId& by, const LotView& lot) {
  if (cd->certification_type != 1) return pass();
  if (lot.policy.network == Network::none ||
      (lot.policy.network == Network::test && !by_test_key(by)))
    return pass();
  return broken(cd, "type is provisional: certification is pending", "official (2)",
                certification_type_text(1));
}
Outcome dac_origin_complete(const Declaration& cd) {
  if (cd->dac_origin_vendor_id.has_value() == cd->dac_origin_product_id.has_value()) return pass();
  const bool vendor = cd->dac_origin_vendor_id.has_value();
  return broken(cd, "dac_origin is incomplete",
                "dac_origin_vendor_id and dac_origin_product_id, or neither",
                vendor ? "the vendor id alone" : "the product id alone");
}
Outcome authorized_paa_list(const Declaration& cd) {
  if (!cd->authorized_paa_list) return pass();
  const auto& list = *cd->authorized_paa_list;
  if (list.empty() || list.size() > 10)
    return broken(cd, "authorized_paa_list has a wrong length", "1 to 10 key ids",
                  std::to_string(list.size()));
  for (const Bytes& id : list) {
    if (id.size() != 20)
      return broken(cd, "authorized_paa_list holds an id of a wrong length", "20 octets",
                    fmt::format("{} octets", id.size()));
  }
  return pass();
}
Outcome has_no_unknown_fields(const Declaration& cd) {
  if (cd->unknown_tags.empty()) return pass();
  std::string tags;
  for (const std::string& tag : cd->unknown_tags) tags += (tags.empty() ? "" : ", ") + tag;
  return note(fmt::format(
      "the certification declaration has further fields, which commissioners ignore: {}", tags));
}
Outcome no_field_is_hidden(const Declaration& cd) {
  if (!cd->unknown_tag_hides_fields) return pass();
  return broken(cd, "known fields stand behind an unknown one, where the SDK stops reading",
                "unknown fields last", "a known field after an unknown one");
}

constexpr const char* kSpec = "Matter Core 6.3.1";
constexpr const char* kAskCsa = "ask the CSA for a corrected certification declaration";

constexpr Check kChecks[] = {
    {
        .id = "cd.signer-is-trusted",
        .title = "the declaration's signer is trusted",
        .spec = kSpec,
        .sdk = 601,
        .consequence_of = {"credentials.no-test-cd-signer", "credentials.no-test-paa",
                           "credentials.no-development-dac"},
        .run = rule<signer_is_trusted>,
        .rule = "The signing key is one that the CSA's certification authority certified, or one "
                "given with --trust-cd-signer.",
        .remedy = "use the certification declaration that the CSA issued for this product",
        .when_unknown = "let the ledger be asked (dcl sync, --ledger), or give the signer with "
                        "--trust-cd-signer",
    },
    {
        .id = "cd.signer-is-csa",
        .title = "the declaration is signed under the CSA's certification authority",
        .severity = {Severity::error, Severity::info, Severity::info, Severity::info},
        .spec = kSpec,
        .sdk = 601,
        .consequence_of = {"credentials.no-test-cd-signer", "credentials.no-test-paa",
                           "credentials.no-development-dac"},
        .run = rule<signer_is_csa>,
        .rule = "On the main network only the CSA's own keys count, whatever else was given as "
                "trusted.",
        .remedy = "use the certification declaration that the CSA issued for this product",
    },
    {
        .id = "cd.signer-may-sign",
        .title = "the signer's certificate is one for signing declarations",
        .severity = kErrorOnMain,
        .spec = "RFC 5280 4.2.1.3",
        .run = rule<signer_may_sign>,
        .rule = "The certificate is version 3, and where it has a keyUsage, digitalSignature is "
                "among it. The SDK keeps keys and looks at no certificate; who verifies the "
                "CMS with a library does.",
        .remedy = "name the signer's certificate as the CSA issued it",
    },
    {
        .id = "cd.signer-is-valid-already",
        .title = "the signer's certificate is valid already",
        .severity = kErrorOnMain,
        .spec = "Matter Core 6.3.1",
        .run = rule<signer_is_valid_already>,
        .rule = "What a signer signed cannot be older than its certificate. The SDK keeps no "
                "dates of signers.",
        .remedy = "check the clock given by --at, and the signer's certificate",
    },
    {
        .id = "cd.signer-has-not-expired",
        .title = "the signer's certificate has not expired",
        .severity = kWarning,
        .spec = "Matter Core 6.3.1",
        .run = rule<signer_has_not_expired>,
        .rule = "A declaration has no date: that its signer has expired since does not undo it, "
                "and commissioners keep no dates of signers. It should be known.",
        .remedy = "ask the CSA for a declaration under a current signing key",
    },
    {
        .id = "cd.signature-verifies",
        .title = "the declaration's signature verifies",
        .spec = kSpec,
        .sdk = 602,
        .after = {"cd.signer-is-trusted", "cms.signature-is-ecdsa", "cms.signer-digest-is-sha256",
                  "cms.signer-algorithm-is-ecdsa-sha256"},
        .run = rule<signature_verifies>,
        .rule = "ECDSA with SHA-256 over the content octets, with the signer's key. Without it "
                "anyone could declare a product certified.",
        .remedy =
            "compare the declaration in the part with the one that the CSA issued, byte for byte",
    },
    {
        .id = "cd.is-wellformed",
        .title = "the declaration's fields can be read",
        .spec = kSpec,
        .sdk = 603,
        .after = {"cms.is-signed-data"},
        .consequence_of = {"cd.signature-verifies"},
        .run = rule<parses>,
        .rule = "One TLV structure, mandatory fields in the order of their tags, right types, "
                "nothing after it.",
        .remedy = kAskCsa,
    },
    {
        .id = "cd.format-version-is-1",
        .title = "the declaration's format version is 1",
        .spec = kSpec,
        .sdk = 501,
        .consequence_of = {"cd.signature-verifies"},
        .run = rule<format_version>,
        .rule = "Only version 1 is defined.",
        .remedy = kAskCsa,
    },
    {
        .id = "cd.vendor-id-in-range",
        .title = "the declaration names a vendor",
        .spec = "Matter Core 6.3.1, 2.5.2",
        .consequence_of = {"cd.signature-verifies"},
        .run = rule<vendor_id_in_range>,
        .rule = "0 is nobody, and from 0xFFF5 on ids are reserved. 0xFFF0 is the last of the "
                "vendors' range and assigned to nobody; the conformance test refuses it. 0xFFF1 to "
                "0xFFF4 are for tests: credentials.no-test-vendor.",
        .remedy = kAskCsa,
    },
    {
        .id = "cd.product-id-count",
        .title = "the declaration lists 1 to 100 products",
        .spec = kSpec,
        .sdk = 605,
        .consequence_of = {"cd.signature-verifies"},
        .run = rule<product_id_count>,
        .rule =
            "An empty list covers nothing; the SDK lets more than 100 pass, other decoders do not.",
        .remedy = kAskCsa,
    },
    {
        .id = "cd.product-ids-are-not-zero",
        .title = "no listed product is 0",
        .spec = kSpec,
        .consequence_of = {"cd.signature-verifies"},
        .run = rule<product_ids_are_not_zero>,
        .rule = "Product 0 is nobody's.",
        .remedy = kAskCsa,
    },
    {
        .id = "cd.device-type-id-in-range",
        .title = "the declaration's device type is in range",
        .severity = kErrorAtLab,
        .spec = kSpec,
        .consequence_of = {"cd.signature-verifies"},
        .proves_authenticity = false,
        .run = rule<device_type_in_range>,
        .rule = "The conformance test wants a device type below 2147483647.",
        .remedy = kAskCsa,
    },
    {
        .id = "cd.certificate-id-length",
        .title = "the declaration's certificate id has 19 characters",
        .spec = kSpec,
        .sdk = 603,
        .consequence_of = {"cd.signature-verifies"},
        .proves_authenticity = false,
        .run = rule<certificate_id_length>,
        .rule = "Exactly 19 characters, padding included (certified products carry trailing "
                "blanks); no NUL.",
        .remedy = kAskCsa,
    },
    {
        .id = "cd.security-level-is-0",
        .title = "the declaration's security level is 0",
        .severity = kErrorAtLab,
        .spec = kSpec,
        .consequence_of = {"cd.signature-verifies"},
        .proves_authenticity = false,
        .run = rule<security_level>,
        .rule = "Reserved: 0 by the specification; commissioners ignore it.",
        .remedy = kAskCsa,
    },
    {
        .id = "cd.security-information-is-0",
        .title = "the declaration's security information is 0",
        .severity = kErrorAtLab,
        .spec = kSpec,
        .consequence_of = {"cd.signature-verifies"},
        .proves_authenticity = false,
        .run = rule<security_information>,
        .rule = "Reserved: 0 by the specification; commissioners ignore it.",
        .remedy = kAskCsa,
    },
    {
        .id = "cd.certification-type-is-defined",
        .title = "the declaration's certification type is defined",
        .spec = kSpec,
        .sdk = 501,
        .consequence_of = {"cd.signature-verifies"},
        .run = rule<type_is_defined>,
        .rule = "0 development and test, 1 provisional, 2 official; the rest is reserved.",
        .remedy = kAskCsa,
    },
    {
        .id = "cd.test-key-signs-no-official",
        .title = "the public test key signs development or provisional declarations only",
        .spec = kSpec,
        .sdk = 601,
        .after = {"cd.certification-type-is-defined", "cms.signer-is-named-by-key-id"},
        .consequence_of = {"cd.signature-verifies", "cd.signer-is-trusted",
                           "credentials.no-test-cd-signer"},
        .run = rule<test_key_signs_no_official>,
        .rule = "Its private key is published: an official declaration under it is anybody's. The "
                "SDK refuses it since December 2025.",
        .remedy = "use the certification declaration that the CSA signed; nobody else can issue an "
                  "official one",
    },
    {
        .id = "cd.official-is-signed-by-csa",
        .title = "an official declaration is signed by the CSA",
        .spec = kSpec,
        .after = {"cd.certification-type-is-defined", "cd.signer-is-trusted"},
        .consequence_of = {"cd.signature-verifies", "cd.signer-is-csa"},
        .run = rule<official_is_signed_by_csa>,
        .rule = "Only the CSA certifies; a signer given as trusted may sign test declarations.",
        .remedy = "use the certification declaration that the CSA signed",
    },
    {
        .id = "cd.signer-is-its-types",
        .title = "at a lab, the declaration is signed by who signs its type there",
        .spec = "TC-DA-1.2 9",
        .consequence_of = {"cd.signature-verifies", "cd.test-key-signs-no-official",
                           "cd.official-is-signed-by-csa", "credentials.no-development-cd",
                           "credentials.no-test-paa", "credentials.no-development-dac"},
        .run = rule<signer_is_its_types>,
        .rule = "A certification lab takes a declaration for development and test (0) under the "
                "public test key, and a provisional (1) or official (2) one under the CSA's. What "
                "a network demands is another check's.",
        .remedy = "for a unit before certification, sign a declaration of type 0 with the public "
                  "test key; later use the one that the CSA signed",
    },
    {
        .id = "cd.is-not-provisional",
        .title = "the product's certification is not pending",
        .severity = {Severity::warning, Severity::warning, Severity::warning, Severity::info},
        .spec = kSpec,
        .after = {"cd.certification-type-is-defined", "cms.signer-is-named-by-key-id"},
        .consequence_of = {"cd.signature-verifies"},
        .proves_authenticity = false,
        .run = rule<is_not_provisional>,
        .rule =
            "Since 2026 production devices may carry a provisional declaration while certification "
            "is pending; under the public test key it is a leftover of older certification runs.",
        .remedy = "replace it by the official declaration as soon as the product is certified",
    },
    {
        .id = "cd.dac-origin-is-complete",
        .title = "the declaration names both parts of the DAC's origin, or none",
        .spec = kSpec,
        .sdk = 603,
        .consequence_of = {"cd.signature-verifies"},
        .run = rule<dac_origin_complete>,
        .rule =
            "dac_origin_vendor_id and dac_origin_product_id come together: one alone says nothing.",
        .remedy = kAskCsa,
    },
    {
        .id = "cd.authorized-paa-list-is-wellformed",
        .title = "the declaration's list of PAAs has 1 to 10 key ids",
        .spec = kSpec,
        .sdk = 603,
        .consequence_of = {"cd.signature-verifies"},
        .run = rule<authorized_paa_list>,
        .rule = "Key ids of 20 octets, one to ten of them.",
        .remedy = kAskCsa,
    },
    {
        .id = "cd.has-no-unknown-fields",
        .title = "the declaration has no fields that nobody knows",
        .severity = kInfo,
        .spec = kSpec,
        .consequence_of = {"cd.signature-verifies"},
        .proves_authenticity = false,
        .run = rule<has_no_unknown_fields>,
        .rule = "Fields after certification_type that a later version may define are tolerated.",
    },
    {
        .id = "cd.no-field-is-hidden",
        .title = "no field stands where the SDK does not read it",
        .severity = kWarning,
        .spec = kSpec,
        .consequence_of = {"cd.signature-verifies"},
        .run = rule<no_field_is_hidden>,
        .rule = "The SDK stops at an unknown tag before authorized_paa_list: a list behind it is "
                "not applied by commissioners.",
        .remedy = kAskCsa,
    },

};

}  // namespace

std::span<const Check> cd_checks() {
  return kChecks;
}

}  // namespace attest
