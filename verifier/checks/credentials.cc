// Checks for credentials that are not a product's: the SDK's public test and development ones. A
// part that lost its own falls back to exactly these, and passes a lab commissioner with them.

#include <fmt/format.h>

#include "verifier/checks/catalogue.h"

namespace attest {
namespace {

Outcome no_development_dac(const Dac& dac) {
  const auto akid = dac->akid();
  const char* issuer = akid ? development_pai_name(*akid) : nullptr;
  if (issuer == nullptr) return pass();
  return fail(fmt::format("the DAC is a development one of the Matter SDK, issued by {}: its "
                          "private key is published",
                          issuer),
              "a DAC of the product's own", name_text(dac->subject), dac.where());
}

Outcome no_test_paa(const Pai& pai, const LotView& lot) {
  // By the key id that the PAI names, and by the key that the chain ends in: whoever makes a
  // certificate of a published key chooses its key id.
  const auto akid = pai->akid();
  const char* name = akid ? development_paa_name(*akid) : nullptr;
  if (const auto paa = lot.paa_if_any; name == nullptr && paa != nullptr) {
    for (const TestPaa& test : test_paas()) {
      if (paa->key == test.key.public_key) name = test.key.name;
    }
  }
  if (name == nullptr) return pass();
  return fail(fmt::format("the chain ends in {}, which anyone can issue below", name),
              "a PAA of the ledger", akid ? hex_colons(*akid) : "the key of a published PAA",
              pai.where());
}

Outcome no_test_cd_signer(const SignerKeyId& by, const Place& place, const LotView& lot) {
  const auto signer = lot.signer_if_any;
  if (by.id != test_cd_signer().subject_key_id &&
      !(signer != nullptr && signer->key == test_cd_signer().public_key))
    return pass();
  return fail("the certification declaration is signed with the public test key, as anyone can",
              "a signature of the CSA", test_cd_signer().name, place_text(place));
}

// A lab takes declarations for development and test, but for the one that is everybody's.
Outcome no_development_cd(const Declaration& cd, const LotView& lot) {
  const bool example = cd->certificate_id == kExampleCdCertificateId;
  if (cd->certification_type != 0 || (lot.policy.stage == Stage::lab && !example)) return pass();
  return fail(
      example ? fmt::format("the certification declaration is for development and test ({}): the "
                            "one that SDK examples fall back to, whoever signed it",
                            kExampleCdCertificateId)
              : "the certification declaration is for development and test only, whoever signed it",
      "official (2)", certification_type_text(0), cd.where());
}

Outcome no_test_vendor(const DacProfile& dac, const LotView& lot) {
  const auto reserved = [](const char* who, uint16_t vid, const Place& place) {
    return fail(
        fmt::format("the {} names vendor {}, which is reserved for tests", who, hex_id(vid)),
        "a vendor id that the CSA assigned", hex_id(vid), place_text(place));
  };
  if (const auto vid = dac.vid(); vid && is_test_vendor(*vid))
    return reserved("DAC", *vid, dac.place());
  const auto cd = lot.cd_if_any;
  if (const auto& place = lot.cd_place; cd != nullptr && place && is_test_vendor(cd->vendor_id))
    return reserved("certification declaration", cd->vendor_id, *place);
  return pass();
}

// Who signs which declaration at a lab is cd.signer-is-its-types'.
constexpr Severities kNoTestSigner{Severity::error, Severity::warning, Severity::warning,
                                   Severity::info};

constexpr const char* kOwn =
    "write the product's own credentials into the part; check why it fell back to test credentials";

constexpr Check kChecks[] = {
    {
        .id = "credentials.no-development-dac",
        .title = "the DAC is no published development DAC",
        .severity = kErrorOnMainAndAtLab,
        .spec = "Matter Core 6.2.2.3",
        .run = rule<no_development_dac>,
        .alike = "alike records name one issuer, byte for byte",
        .rule = "The SDK publishes development DACs with their private keys; firmware without "
                "credentials of its own presents one of them. Anyone can copy such a device.",
        .remedy = kOwn,
    },
    {
        .id = "credentials.no-test-paa",
        .title = "the chain does not end in a public test PAA",
        .severity = kErrorOnMainAndAtLab,
        .spec = "Matter Core 6.2.3.1",
        .consequence_of = {"credentials.no-development-dac"},
        .run = rule<no_test_paa>,
        .rule = "The private keys of the SDK's test PAAs are published; lab commissioners trust "
                "them, homes do not.",
        .remedy = kOwn,
    },
    {
        .id = "credentials.no-test-cd-signer",
        .title = "the declaration is not signed with the public test key",
        .severity = kNoTestSigner,
        .spec = "Matter Core 6.3.1",
        .consequence_of = {"credentials.no-development-dac", "credentials.no-test-paa"},
        .run = rule<no_test_cd_signer>,
        .rule = "The test signer's private key is published; the SDK accepts it by default, "
                "ecosystems do not.",
        .remedy = "use the certification declaration that the CSA issued for this product",
    },
    {
        .id = "credentials.no-development-cd",
        .title = "the declaration is not one for development and test",
        .severity = kErrorOnMainAndAtLab,
        .spec = "Matter Core 6.3.1",
        .after = {"cd.certification-type-is-defined"},
        .consequence_of = {"credentials.no-development-dac", "credentials.no-test-paa",
                           "credentials.no-test-cd-signer", "cd.signature-verifies"},
        .run = rule<no_development_cd>,
        .rule =
            "Certification type 0 makes no product, even under the CSA's own signature: the "
            "SDK's example declaration for vendor 0xFFF1 is signed by the CSA. A certification lab "
            "takes type 0, but not that example.",
        .remedy = "use the official certification declaration of this product",
    },
    {
        .id = "credentials.no-test-vendor",
        .title = "the vendor id is not reserved for tests",
        .severity = kErrorOnMainAndAtLab,
        .spec = "Matter Core 2.5.2",
        .after = {"dac.names-a-vendor"},
        .consequence_of = {"credentials.no-development-dac", "credentials.no-test-paa",
                           "credentials.no-test-cd-signer", "credentials.no-development-cd",
                           "dac.signature-verifies", "dac.vendor-matches-pai"},
        .run = rule<no_test_vendor>,
        .rule = "0xFFF1 to 0xFFF4 belong to nobody.",
        .remedy = "have the credentials issued for the vendor id that the CSA assigned",
    },
};

}  // namespace

std::span<const Check> credentials_checks() {
  return kChecks;
}

}  // namespace attest
