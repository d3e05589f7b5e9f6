// Which checks devices of one lot share. A check is shared when it is listed here, by its whole id,
// and no other is: a new one is asked of every device until somebody has looked at what it reads.
// A body listed here looks at nothing but what BatchJudge compares: the policy, the PAI and how its
// PAA was found, the declaration and its signer, the ledger's facts, the vendor and product that
// Basic Information gives. shared_answers_test.cc gives each the rest of every other device, and
// its answer must stay.

#include <algorithm>
#include <iterator>
#include <span>
#include <string_view>

#include "verifier/catalogue.h"
#include "verifier/judge.h"

namespace attest {
namespace {

constexpr std::string_view kShared[] = {
    "cd.authorized-paa-list-is-wellformed",
    "cd.authorizes-paa",
    "cd.certificate-id-length",
    "cd.certification-type-is-defined",
    "cd.dac-origin-is-complete",
    "cd.device-type-id-in-range",
    "cd.format-version-is-1",
    "cd.has-no-unknown-fields",
    "cd.is-not-provisional",
    "cd.is-present",
    "cd.is-wellformed",
    "cd.no-field-is-hidden",
    "cd.official-is-signed-by-csa",
    "cd.product-id-count",
    "cd.product-ids-are-not-zero",
    "cd.product-ids-include-basic-information",
    "cd.product-ids-include-pai",
    "cd.security-information-is-0",
    "cd.security-level-is-0",
    "cd.signature-verifies",
    "cd.signer-has-not-expired",
    "cd.signer-is-csa",
    "cd.signer-is-trusted",
    "cd.signer-is-valid-already",
    "cd.signer-may-sign",
    "cd.test-key-signs-no-official",
    "cd.vendor-id-in-range",
    "cd.vendor-matches-pai",
    "chain.pai-authority-key-is-paa",
    "chain.pai-issuer-is-paa",
    "cms.content-type-is-data",
    "cms.digest-algorithm-is-sha256",
    "cms.has-no-trailing-bytes",
    "cms.has-nothing-extra",
    "cms.has-one-signer",
    "cms.is-signed-data",
    "cms.signature-is-ecdsa",
    "cms.signer-algorithm-is-ecdsa-sha256",
    "cms.signer-digest-is-sha256",
    "cms.signer-is-named-by-key-id",
    "cms.signer-version-is-3",
    "cms.version-is-3",
    "credentials.no-development-cd",
    "credentials.no-test-cd-signer",
    "credentials.no-test-paa",
    "paa.authority-key-id",
    "paa.basic-constraints-are-critical",
    "paa.certificate-is-at-hand",
    "paa.dates-are-written-right",
    "paa.encoding-is-der",
    "paa.extensions-are-the-profile",
    "paa.extensions-are-understood",
    "paa.extensions-are-wellformed",
    "paa.extensions-stand-once",
    "paa.has-no-unique-ids",
    "paa.ids-are-attributes",
    "paa.is-an-authority",
    "paa.is-self-signed",
    "paa.is-short-enough",
    "paa.is-trusted",
    "paa.is-valid-now",
    "paa.key-is-p256",
    "paa.key-usage-bits",
    "paa.key-usage-is-critical",
    "paa.names-no-product",
    "paa.one-crl-distribution-point",
    "paa.product-id-is-wellformed",
    "paa.serial-number-fits",
    "paa.serial-number-is-positive",
    "paa.signature-algorithm-is-ecdsa-sha256",
    "paa.subject-is-wellformed",
    "paa.subject-key-id",
    "paa.vendor-id-is-wellformed",
    "paa.version-is-3",
    "pai.authority-key-id",
    "pai.basic-constraints-are-critical",
    "pai.dates-are-written-right",
    "pai.encoding-is-der",
    "pai.extensions-are-the-profile",
    "pai.extensions-are-understood",
    "pai.extensions-are-wellformed",
    "pai.extensions-stand-once",
    "pai.has-no-trailing-bytes",
    "pai.has-no-unique-ids",
    "pai.ids-are-attributes",
    "pai.is-an-authority",
    "pai.is-one-certificate",
    "pai.is-present",
    "pai.is-short-enough",
    "pai.is-valid-now",
    "pai.key-is-p256",
    "pai.key-usage-bits",
    "pai.key-usage-is-critical",
    "pai.names-a-vendor",
    "pai.one-crl-distribution-point",
    "pai.product-id-is-wellformed",
    "pai.serial-number-fits",
    "pai.serial-number-is-positive",
    "pai.signature-algorithm-is-ecdsa-sha256",
    "pai.signature-verifies",
    "pai.subject-is-wellformed",
    "pai.subject-key-id",
    "pai.vendor-id-is-wellformed",
    "pai.vendor-matches-paa",
    "pai.version-is-3",
};
static_assert(std::is_sorted(std::begin(kShared), std::end(kShared)));

}  // namespace

bool is_shared(const Check& check) {
  return std::binary_search(std::begin(kShared), std::end(kShared), std::string_view(check.id));
}

std::span<const std::string_view> shared_ids() {
  return kShared;
}

}  // namespace attest
