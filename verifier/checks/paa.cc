// Checks on the PAA's certificate by itself (Matter Core 6.2.2.5): of a trusted one only.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/checks/certificate_profile.h"

namespace attest {
namespace {

using namespace profile;

// The PAA's own profile can be judged only where its certificate is at hand: of the built-in test
// PAAs we keep facts.
Outcome paa_certificate_is_at_hand(const Paa& paa) {
  if (paa.certificate) return pass();
  return skipped("only the key and name of this PAA are built in, not its certificate");
}

Outcome paa_names_no_product(const PaaCertificate& paa) {
  const SubjectId& id = paa->product_id;
  if (id.how == SubjectId::How::absent) return pass();
  return broken(paa, "subject names a product", "no product id", hex_id(id.value));
}

Outcome paa_is_valid_now(const Paa& paa, const LotView& lot) {
  return is_valid_now("PAA", paa.not_before, paa.not_after, lot.policy.at);
}

Outcome paa_is_self_signed(const PaaCertificate& paa, const LotView& lot) {
  const auto skid = paa->skid(), akid = paa->akid();
  if (!paa->self_issued())
    return broken(paa, "issuer is not its subject", name_text(paa->subject),
                  name_text(paa->issuer));
  if (skid && akid && *skid != *akid)
    return broken(paa, "authority key id is not its own", hex_colons(*skid), hex_colons(*akid));
  const auto answer = lot.answer<Signed::paa_self>();
  if (lot.is_unsupported<Signed::paa_self>())
    return unknown_aside("no library here checks the algorithm of the PAA's own signature");
  if (!answer)
    return broken(paa, "signature cannot be checked", "ecdsa-with-SHA256 by its own key",
                  der::oid_text(paa->signature_algorithm));
  return *answer ? pass()
                 : broken(paa, "signature is not by its own key", "a self-signature that verifies",
                          "it does not");
}

// The store is what a commissioner is delivered with; what the ledger says today is another matter.
Outcome paa_store_is_as_new_as_dac(const DacProfile& dac, const LotView& lot) {
  const auto& store = lot.policy.paa_store;
  if (!store) return skipped("no PAA store was named (--paa-store)");
  if (store->as_of >= dac.not_before()) return pass();
  return fail(fmt::format("the PAA store {} was last brought up to date before this DAC was issued",
                          printable(store->path)),
              rfc3339(dac.not_before()) + " or later",
              fmt::format("{}, by {}", rfc3339(store->as_of), printable(store->dated_by)),
              store->path);
}

constexpr const char* kOtherPaa =
    "use a PAA that the ledger approves; this one does not follow the PAA profile";

constexpr RoleRows kPaaRows{
    .spec = "Matter Core 6.2.2.5", .sdk = 105, .echo = nullptr, .remedy = kOtherPaa};
constexpr Check paa_row(const ProfileRule& shared, const char* id, const char* title, Rule run,
                        const Ids& consequence_of = {kPaaRows.echo}) {
  return row(kPaaRows, shared, id, title, run, consequence_of);
}

constexpr Check kChecks[] = {
    {
        .id = "paa.certificate-is-at-hand",
        .title = "the trusted PAA's certificate is at hand",
        .severity = kInfo,
        .spec = "Matter Core 6.2.2.5",
        .run = rule<paa_certificate_is_at_hand>,
        .rule = "The profile of a PAA can be judged when its certificate is there: from the ledger "
                "or given with --trust-paa.",
    },
    {
        .id = "paa.is-short-enough",
        .title = "the PAA is no longer than its algorithms let it be",
        .spec = "Matter Core 6.2.2",
        .consequence_of = {"paa.signature-algorithm-is-ecdsa-sha256", "paa.key-is-p256"},
        .proves_authenticity = false,
        .run = rule<is_short_enough<Role::paa>>,
        .rule =
            "Stores of commissioners skip roots of more than 600 bytes in silence (with ML-DSA-44 "
            "4732, with ML-DSA-65 6261).",
        .remedy = kOtherPaa,
    },
    paa_row(kVersionIs3, "paa.version-is-3", "the PAA is an X.509 version 3 certificate",
            rule<version_is_3<Role::paa>>),
    paa_row(kSignatureAlgorithmIsEcdsaSha256, "paa.signature-algorithm-is-ecdsa-sha256",
            "the PAA is signed with an algorithm of the attestation PKI",
            rule<signature_algorithm<Role::paa>>, {"paa.key-is-p256"}),
    paa_row(kKeyIsP256, "paa.key-is-p256", "the PAA's key is of the attestation PKI",
            rule<key_is_p256<Role::paa>>),
    paa_row(kSerialNumberFits, "paa.serial-number-fits",
            "the PAA's serial number has at most 20 octets", rule<serial_fits<Role::paa>>),
    paa_row(kSerialNumberIsPositive, "paa.serial-number-is-positive",
            "the PAA's serial number is a positive number", rule<serial_is_positive<Role::paa>>),
    paa_row(kDatesAreWrittenRight, "paa.dates-are-written-right",
            "the PAA's dates are UTCTime through 2049", rule<dates_are_written_right<Role::paa>>),
    paa_row(kHasNoUniqueIds, "paa.has-no-unique-ids",
            "the PAA has no unique ids of issuer or subject", rule<has_no_unique_ids<Role::paa>>),
    paa_row(kSubjectIsWellformed, "paa.subject-is-wellformed",
            "the PAA's subject is a name that path validators read",
            rule<subject_is_wellformed<Role::paa>>,
            {"paa.vendor-id-is-wellformed", "paa.product-id-is-wellformed"}),
    paa_row(kEncodingIsDer, "paa.encoding-is-der", "the PAA leaves out what DER leaves out",
            rule<encoding_is_der<Role::paa>>),
    paa_row(kBasicConstraintsAreCritical, "paa.basic-constraints-are-critical",
            "the PAA has basicConstraints once, critical", rule<basic_constraints<Role::paa>>),
    paa_row(kKeyUsageIsCritical, "paa.key-usage-is-critical", "the PAA has keyUsage once, critical",
            rule<key_usage<Role::paa>>),
    paa_row(kKeyUsageBits, "paa.key-usage-bits",
            "the PAA's key may be used for exactly what its role needs",
            rule<key_usage_bits<Role::paa>>, {}),
    paa_row(kSubjectKeyId, "paa.subject-key-id", "the PAA has a subject key id of 20 octets",
            rule<subject_key_id<Role::paa>>),
    paa_row(kAuthorityKeyId, "paa.authority-key-id",
            "the PAA names its issuer's key by an id of 20 octets",
            rule<authority_key_id<Role::paa>>, {}),
    paa_row(kExtensionsAreUnderstood, "paa.extensions-are-understood",
            "the PAA has no critical extension that is not understood",
            rule<extensions_are_understood<Role::paa>>),
    paa_row(kExtensionsAreWellformed, "paa.extensions-are-wellformed",
            "the PAA's further extensions hold what their OIDs call for",
            rule<extensions_are_wellformed<Role::paa>>),
    paa_row(kExtensionsStandOnce, "paa.extensions-stand-once",
            "the PAA has no further extension twice", rule<extensions_stand_once<Role::paa>>),
    paa_row(kExtensionsAreTheProfile, "paa.extensions-are-the-profile",
            "the PAA has no extensions beside the profile", rule<no_extra_extensions<Role::paa>>),
    paa_row(kOneCrlDistributionPoint, "paa.one-crl-distribution-point",
            "the PAA names at most one CRL address", rule<one_distribution_point<Role::paa>>,
            {"paa.extensions-are-wellformed", "paa.extensions-stand-once"}),
    paa_row(kVendorIdIsWellformed, "paa.vendor-id-is-wellformed",
            "the PAA's vendor id is four upper-case hex digits, at most once",
            rule<id_is_wellformed<Role::paa, true>>),
    paa_row(kProductIdIsWellformed, "paa.product-id-is-wellformed",
            "the PAA's product id is four upper-case hex digits, at most once",
            rule<id_is_wellformed<Role::paa, false>>),
    paa_row(kIdsAreAttributes, "paa.ids-are-attributes",
            "the PAA gives its ids as subject attributes", rule<ids_are_attributes<Role::paa>>),
    {
        .id = "paa.is-an-authority",
        .title = "the PAA is a certification authority",
        .spec = "Matter Core 6.2.2.5",
        .sdk = 105,
        .run = rule<certification_authority<Role::paa>>,
        .rule =
            "cA is TRUE; the path length is 1 or not given (15 of 40 production PAAs give none).",
        .remedy = kOtherPaa,
    },
    {
        .id = "paa.names-no-product",
        .title = "the PAA names no product",
        .spec = "Matter Core 6.2.2.5",
        .sdk = 105,
        .after = {"paa.product-id-is-wellformed"},
        .run = rule<paa_names_no_product>,
        .rule = "A root serves a vendor or everybody, never one product.",
        .remedy = kOtherPaa,
    },
    {
        .id = "paa.is-self-signed",
        .title = "the PAA is signed by itself",
        .severity = kWarning,
        .spec = "Matter Core 6.2.2.5",
        .after = {"paa.key-is-p256", "paa.signature-algorithm-is-ecdsa-sha256"},
        .run = rule<paa_is_self_signed>,
        .rule = "Issuer and subject are the same, the key id is its own, the signature verifies. "
                "Commissioners never check this.",
        .remedy =
            "compare the PAA's file with the ledger's: it was changed, or is a cross certificate",
    },
    {
        .id = "paa.is-valid-now",
        .title = "the PAA is within its validity",
        .severity = kInfo,
        .spec = "Matter Core 6.2.3.1",
        .run = rule<paa_is_valid_now>,
        .rule = "Nobody looks at the PAA's validity today; it counts at the day the DAC was issued "
                "(paa.is-valid-at-dac-issuance).",
    },
    {
        .id = "paa.store-is-as-new-as-dac",
        .title = "the PAA store is not older than the DAC",
        .severity = kWarning,
        .spec = "Matter Core 6.2.3.1",
        .run = rule<paa_store_is_as_new_as_dac>,
        .rule = "A commissioner should take a chain's PAA from a store that was brought up to date "
                "after the DAC was issued: an older one may lack the root, or still have one that "
                "was revoked since. What the store holds is no trust; --trust-paa is.",
        .remedy = "bring the store up to date from the ledger: matter-attest dcl export --format "
                  "chip DIR",
    },
};

}  // namespace

std::span<const Check> paa_checks() {
  return kChecks;
}

}  // namespace attest
