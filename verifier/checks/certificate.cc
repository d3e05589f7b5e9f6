// Checks on each certificate by itself: the profile of DAC, PAI and PAA (Matter Core 6.2.2.3
// to 6.2.2.5). Three roles, one rule each; what differs between the roles stands in kRoles.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/checks/certificate_profile.h"

namespace attest {
namespace {

using namespace profile;

// --- presence and shape ---

std::string where(const CertificateEvidence& c) {
  return c.place ? place_text(*c.place) : std::string();
}

// A certificate of no bytes is none: the device was asked and had nothing to give.
Outcome is_empty(const Place& place, const char* name, bool logged) {
  const std::string found = logged ? fmt::format("the device answered with an empty {}", name)
                                   : fmt::format("the {} in the evidence is empty", name);
  return fail(found, "a certificate", "0 bytes", place_text(place));
}

// What the log left out, in its own words; and what it says of the DAC all the same.
Outcome dac_not_there(const Evidence& e) {
  std::string why = "no DAC in the evidence";
  for (const Noted& n : e.device.remarks) {
    if (n.remark != Remark::not_in_log) continue;
    why += fmt::format(": the log left it out ({})", n.message);
    break;
  }
  const auto vid = e.device.number(FactId::logged_dac_vendor_id),
             pid = e.device.number(FactId::logged_dac_product_id);
  if (vid && pid)
    why += fmt::format("; the log says that its ids are {} / {}", hex_id(*vid), hex_id(*pid));
  return unknown(std::move(why));
}

// Something lies in its place, and it is none: that is told by the next check.
bool has_slot_fault(const CertificateEvidence& c) {
  return c.place && c.problem.starts_with(place_text(*c.place));
}

Outcome dac_is_present(const Evidence& e) {
  if (has_slot_fault(e.dac)) return pass();
  if (const auto& place = e.dac.place)
    return e.dac.bytes.empty() ? is_empty(*place, "DAC", is_log(e, place->path)) : pass();
  if (const char* why = why_absent(e, Remark::lacks_dac)) return blocked(why);
  const auto operational = std::find_if(
      e.not_used.begin(), e.not_used.end(),
      [](const NotUsed& unused) { return unused.why.starts_with("an operational certificate"); });
  if (operational != e.not_used.end())
    return unknown(fmt::format("no DAC: {} is {}", operational->path, operational->why));
  return dac_not_there(e);
}
Outcome pai_is_present(const LotView& lot) {
  if (has_slot_fault(lot.pai)) return pass();
  if (const auto& place = lot.pai.place)
    return lot.pai.bytes.empty() ? is_empty(*place, "PAI", lot.is_logged(*place)) : pass();
  if (!lot.root_above_dac().empty()) return blocked("chain.dac-issuer-is-no-root");
  if (const char* why = lot.pai_absent_because()) return blocked(why);
  return unknown("no PAI in the evidence");
}

Outcome is_one_certificate(const char* name, const CertificateEvidence& c) {
  if (c.certificate && c.problem.empty()) return pass();
  return fail(fmt::format("the {} is not one X.509 certificate: {}", name, c.problem),
              "one X.509 certificate", c.problem, where(c));
}
Outcome dac_is_one_certificate(const Evidence& e) {
  return is_one_certificate("DAC", e.dac);
}
Outcome pai_is_one_certificate(const LotView& lot) {
  return is_one_certificate("PAI", lot.pai);
}

// What a device certificate says of itself (Matter Core 6.2.2.3): no authority, and of one product.
bool is_of_a_device(const Certificate& c) {
  const auto& constraints = c.basic_constraints.value;
  const bool signs = c.key_usage.value && (c.key_usage.value->bits & KeyUsage::key_cert_sign) != 0;
  return constraints && !constraints->ca && !signs && c.product_id.how != SubjectId::How::absent;
}

Outcome pai_is_not_a_device_certificate(const Evidence& e) {
  const Certificate *pai = e.pai.certificate.get(), *dac = e.dac.certificate.get();
  if (pai == nullptr || !is_of_a_device(*pai)) return pass();
  std::string what = "the PAI's place holds a device certificate";
  if (dac != nullptr && equal(dac->der, pai->der)) {
    what = fmt::format("the same certificate stands as the DAC and as the PAI: it is the DAC ({})",
                       name_text(pai->subject));
  } else if (dac != nullptr && !is_of_a_device(*dac)) {
    what = fmt::format("DAC and PAI are swapped: {} holds the PAI, {} the DAC", where(e.dac),
                       where(e.pai));
  }
  return fail(std::move(what), "the certificate of the authority that issued the DAC",
              name_text(pai->subject), where(e.pai));
}
Outcome dac_is_not_the_pai(const Evidence& e) {
  const Certificate *pai = e.pai.certificate.get(), *dac = e.dac.certificate.get();
  if (pai == nullptr || dac == nullptr || is_of_a_device(*dac)) return pass();
  if (is_of_a_device(*pai)) return blocked("pai.is-not-a-device-certificate");
  if (!equal(dac->der, pai->der)) return pass();
  return fail(
      fmt::format("the same certificate stands as the DAC and as the PAI: it is the PAI ({})",
                  name_text(pai->subject)),
      "the certificate of the device", name_text(dac->subject), where(e.dac));
}

template <Role R>
Outcome has_no_trailing_bytes(const CertificateOf<R>& c) {
  const size_t trailing = c.evidence().trailing;
  if (trailing == 0) return pass();
  return fail(fmt::format("{} {} after the {}", trailing,
                          trailing == 1 ? "byte follows" : "bytes follow", info(R).name),
              "nothing after the certificate", fmt::format("{} more", trailing), c.where());
}

// --- time ---

Outcome dac_is_valid_now(const DacProfile& dac, const LotView& lot) {
  const Instant at = lot.policy.at;
  const bool early = at < dac.not_before(), late = at >= dac.not_after();
  if (early || late)
    return fail(early ? "the DAC is not yet valid" : "the DAC has expired",
                fmt::format("{} to {}", rfc3339(dac.not_before()), rfc3339(dac.not_after())),
                rfc3339(at), dac.where());
  return dac.not_after() == kNoExpiry ? note("the DAC has no well-defined expiry (99991231235959Z)")
                                      : pass();
}

Outcome pai_is_valid_now(const Pai& pai, const LotView& lot) {
  return is_valid_now("PAI", pai->not_before, pai->not_after, lot.policy.at);
}
constexpr const char* kReissueDac =
    "have the DAC issued again with the right profile; every part with a DAC of this profile is "
    "refused";
constexpr const char* kReissuePai =
    "have the PAI issued again with the right profile before any DAC is issued below it";
constexpr RoleRows kDacRows{.spec = "Matter Core 6.2.2.3",
                            .sdk = 303,
                            .echo = "dac.signature-verifies",
                            .remedy = kReissueDac};
constexpr Check dac_row(const ProfileRule& shared, const char* id, const char* title, Rule run,
                        const Ids& consequence_of = {kDacRows.echo}) {
  return row(kDacRows, shared, id, title, run, consequence_of);
}
constexpr RoleRows kPaiRows{.spec = "Matter Core 6.2.2.4",
                            .sdk = 203,
                            .echo = "pai.signature-verifies",
                            .remedy = kReissuePai};
constexpr Check pai_row(const ProfileRule& shared, const char* id, const char* title, Rule run,
                        const Ids& consequence_of = {kPaiRows.echo}) {
  return row(kPaiRows, shared, id, title, run, consequence_of);
}
constexpr Check kChecks[] = {
    {
        .id = "dac.is-present",
        .title = "the evidence has a Device Attestation Certificate",
        .spec = "Matter Core 6.2",
        .sdk = 701,
        .run = rule<dac_is_present>,
        .alike = "a record without a DAC is alike to none",
        .rule = "Without its DAC a device cannot be told from any other; nothing can be decided.",
        .remedy = "put the DAC into the part's factory data; where only the file handed over is "
                  "empty, hand over the DAC itself",
        .when_unknown =
            "hand over the DAC: a file, a dump that holds it, or a log of the commissioning",
    },
    {
        .id = "dac.is-not-the-pai",
        .title = "the DAC's place does not hold the PAI",
        .spec = "Matter Core 6.2",
        .sdk = 303,
        .after = {"dac.is-present"},
        .run = rule<dac_is_not_the_pai>,
        .alike = "a DAC that is the PAI is alike to none",
        .rule = "Each certificate has its own place in the factory data. With one of them in both, "
                "or with the two exchanged, the device presents an authority as itself.",
        .remedy = "write the DAC and the PAI each into its own place",
    },
    {
        .id = "dac.is-one-certificate",
        .title = "the DAC is one X.509 certificate",
        .spec = "Matter Core 6.2.2.3",
        .sdk = 303,
        .after = {"dac.is-present", "dac.is-not-the-pai"},
        .run = rule<dac_is_one_certificate>,
        .alike = "a DAC that cannot be read is alike to none",
        .rule = "The DAC is a single DER certificate; a cut or damaged one means a wrong length or "
                "offset in the part.",
        .remedy =
            "compare length and offset of the DAC in the part with the certificate that was issued",
    },
    {
        .id = "dac.has-no-trailing-bytes",
        .title = "nothing follows the DAC",
        .spec = "Matter Core 6.2.2.3",
        .consequence_of = {"dac.signature-verifies"},
        .proves_authenticity = false,
        .run = rule<has_no_trailing_bytes<Role::dac>>,
        .alike = "a DAC with bytes behind it is alike to none",
        .rule = "Bytes after the certificate mean that its size is stored wrong in the part. The "
                "SDK lets them pass, another commissioner need not.",
        .remedy = "correct the stored size of the DAC",
    },
    {
        .id = "dac.is-short-enough",
        .title = "the DAC is no longer than its algorithms let it be",
        .spec = "Matter Core 6.2.2",
        .consequence_of = {"chain.signature-algorithms-fit-keys",
                           "dac.signature-algorithm-is-ecdsa-sha256", "dac.key-is-p256"},
        .proves_authenticity = false,
        .run = rule<is_short_enough<Role::dac>>,
        .alike = "a DAC of more bytes is alike to none",
        .rule = "A CertificateChainResponse carries at most 600 bytes: a longer DAC cannot be "
                "handed to a commissioner. With ML-DSA-44 it is 4732, with ML-DSA-65 6261.",
        .remedy = kReissueDac,
    },
    dac_row(kVersionIs3, "dac.version-is-3", "the DAC is an X.509 version 3 certificate",
            rule<version_is_3<Role::dac>>),
    dac_row(kSignatureAlgorithmIsEcdsaSha256, "dac.signature-algorithm-is-ecdsa-sha256",
            "the DAC is signed with an algorithm of the attestation PKI",
            rule<signature_algorithm<Role::dac>>, {"pai.key-is-p256"}),
    dac_row(kKeyIsP256, "dac.key-is-p256", "the DAC's key is on prime256v1",
            rule<key_is_p256<Role::dac>>),
    dac_row(kSerialNumberFits, "dac.serial-number-fits",
            "the DAC's serial number has at most 20 octets", rule<serial_fits<Role::dac>>),
    dac_row(kSerialNumberIsPositive, "dac.serial-number-is-positive",
            "the DAC's serial number is a positive number", rule<serial_is_positive<Role::dac>>),
    dac_row(kDatesAreWrittenRight, "dac.dates-are-written-right",
            "the DAC's dates are UTCTime through 2049", rule<dates_are_written_right<Role::dac>>),
    dac_row(kHasNoUniqueIds, "dac.has-no-unique-ids",
            "the DAC has no unique ids of issuer or subject", rule<has_no_unique_ids<Role::dac>>),
    dac_row(
        kSubjectIsWellformed, "dac.subject-is-wellformed",
        "the DAC's subject is a name that path validators read",
        rule<subject_is_wellformed<Role::dac>>,
        {"dac.vendor-id-is-wellformed", "dac.product-id-is-wellformed", "dac.signature-verifies"}),
    dac_row(kEncodingIsDer, "dac.encoding-is-der", "the DAC leaves out what DER leaves out",
            rule<encoding_is_der<Role::dac>>),
    dac_row(kBasicConstraintsAreCritical, "dac.basic-constraints-are-critical",
            "the DAC has basicConstraints once, critical", rule<basic_constraints<Role::dac>>),
    dac_row(kKeyUsageIsCritical, "dac.key-usage-is-critical", "the DAC has keyUsage once, critical",
            rule<key_usage<Role::dac>>),
    dac_row(kKeyUsageBits, "dac.key-usage-bits",
            "the DAC's key may be used for exactly what its role needs",
            rule<key_usage_bits<Role::dac>>, {"dac.signature-verifies"}),
    dac_row(kSubjectKeyId, "dac.subject-key-id", "the DAC has a subject key id of 20 octets",
            rule<subject_key_id<Role::dac>>),
    dac_row(kAuthorityKeyId, "dac.authority-key-id",
            "the DAC names its issuer's key by an id of 20 octets",
            rule<authority_key_id<Role::dac>>, {"dac.signature-verifies", "pai.subject-key-id"}),
    dac_row(kExtensionsAreUnderstood, "dac.extensions-are-understood",
            "the DAC has no critical extension that is not understood",
            rule<extensions_are_understood<Role::dac>>),
    dac_row(kExtensionsAreWellformed, "dac.extensions-are-wellformed",
            "the DAC's further extensions hold what their OIDs call for",
            rule<extensions_are_wellformed<Role::dac>>),
    dac_row(kExtensionsStandOnce, "dac.extensions-stand-once",
            "the DAC has no further extension twice", rule<extensions_stand_once<Role::dac>>),
    dac_row(kExtensionsAreTheProfile, "dac.extensions-are-the-profile",
            "the DAC has no extensions beside the profile", rule<no_extra_extensions<Role::dac>>),
    dac_row(
        kOneCrlDistributionPoint, "dac.one-crl-distribution-point",
        "the DAC names at most one CRL address", rule<one_distribution_point<Role::dac>>,
        {"dac.extensions-are-wellformed", "dac.extensions-stand-once", "dac.signature-verifies"}),
    dac_row(kVendorIdIsWellformed, "dac.vendor-id-is-wellformed",
            "the DAC's vendor id is four upper-case hex digits, at most once",
            rule<id_is_wellformed<Role::dac, true>>),
    dac_row(kProductIdIsWellformed, "dac.product-id-is-wellformed",
            "the DAC's product id is four upper-case hex digits, at most once",
            rule<id_is_wellformed<Role::dac, false>>),
    dac_row(kIdsAreAttributes, "dac.ids-are-attributes",
            "the DAC gives its ids as subject attributes", rule<ids_are_attributes<Role::dac>>),
    {
        .id = "dac.is-no-authority",
        .title = "the DAC is no certification authority",
        .spec = "Matter Core 6.2.2.3",
        .sdk = 303,
        .consequence_of = {"dac.signature-verifies"},
        .run = rule<certification_authority<Role::dac>>,
        .alike = "alike records have it in common, byte for byte",
        .rule = "cA is FALSE and there is no path length: a device's key must not be able to issue "
                "certificates.",
        .remedy = kReissueDac,
    },
    {
        .id = "dac.names-a-vendor",
        .title = "the DAC names its vendor",
        .spec = "Matter Core 6.2.2.3",
        .sdk = 305,
        .after = {"dac.vendor-id-is-wellformed"},
        .consequence_of = {"dac.signature-verifies"},
        .run = rule<names_one<Role::dac, true>>,
        .alike = "other text of a name holds no id",
        .rule = "The subject holds a vendor id. As soon as one id stands as an attribute, the "
                "other is not looked for in the common name.",
        .remedy = kReissueDac,
    },
    {
        .id = "dac.names-a-product",
        .title = "the DAC names its product",
        .spec = "Matter Core 6.2.2.3",
        .sdk = 306,
        .after = {"dac.product-id-is-wellformed"},
        .consequence_of = {"dac.signature-verifies"},
        .run = rule<names_one<Role::dac, false>>,
        .alike = "other text of a name holds no id",
        .rule = "The subject holds a product id.",
        .remedy = kReissueDac,
    },
    {
        .id = "dac.is-valid-now",
        .title = "the DAC is within its validity",
        .spec = "Matter Core 6.2.3.1",
        .sdk = 300,
        .consequence_of = {"dac.signature-verifies"},
        .run = rule<dac_is_valid_now>,
        .rule = "Commissioners with a clock refuse a DAC outside its validity. Its own end counts "
                "as outside.",
        .remedy =
            "have DACs issued with 99991231235959Z as their end, or check the clock given by --at",
    },

    {
        .id = "pai.is-present",
        .title = "the evidence has a Product Attestation Intermediate",
        .spec = "Matter Core 6.2",
        .sdk = 207,
        .run = rule<pai_is_present>,
        .rule = "The PAI links the DAC to its root; the device itself must hold it.",
        .remedy = "put the PAI into the part's factory data; where only the file handed over is "
                  "empty, hand over the PAI itself",
        .when_unknown = "hand over the PAI: a file, or a dump that holds it",
    },
    {
        .id = "pai.is-not-a-device-certificate",
        .title = "the PAI's place does not hold a device's certificate",
        .spec = "Matter Core 6.2",
        .sdk = 203,
        .after = {"pai.is-present"},
        .run = rule<pai_is_not_a_device_certificate>,
        .alike = "whether it fails, the PAI says alone",
        .rule = "Each certificate has its own place in the factory data. With one of them in both, "
                "or with the two exchanged, the chain begins with no authority.",
        .remedy = "write the DAC and the PAI each into its own place",
    },
    {
        .id = "pai.is-one-certificate",
        .title = "the PAI is one X.509 certificate",
        .spec = "Matter Core 6.2.2.4",
        .sdk = 203,
        .after = {"pai.is-present", "pai.is-not-a-device-certificate"},
        .run = rule<pai_is_one_certificate>,
        .rule = "The PAI is a single DER certificate; a cut or damaged one means a wrong length or "
                "offset in the part.",
        .remedy =
            "compare length and offset of the PAI in the part with the certificate that was issued",
    },
    {
        .id = "pai.has-no-trailing-bytes",
        .title = "nothing follows the PAI",
        .spec = "Matter Core 6.2.2.4",
        .consequence_of = {"pai.signature-verifies"},
        .proves_authenticity = false,
        .run = rule<has_no_trailing_bytes<Role::pai>>,
        .rule = "Bytes after the certificate mean that its size is stored wrong in the part.",
        .remedy = "correct the stored size of the PAI",
    },
    {
        .id = "pai.is-short-enough",
        .title = "the PAI is no longer than its algorithms let it be",
        .spec = "Matter Core 6.2.2",
        .consequence_of = {"chain.signature-algorithms-fit-keys",
                           "pai.signature-algorithm-is-ecdsa-sha256", "pai.key-is-p256"},
        .proves_authenticity = false,
        .run = rule<is_short_enough<Role::pai>>,
        .rule = "A CertificateChainResponse carries at most 600 bytes; with ML-DSA-44 it is 4732, "
                "with ML-DSA-65 6261.",
        .remedy = kReissuePai,
    },
    pai_row(kVersionIs3, "pai.version-is-3", "the PAI is an X.509 version 3 certificate",
            rule<version_is_3<Role::pai>>),
    pai_row(kSignatureAlgorithmIsEcdsaSha256, "pai.signature-algorithm-is-ecdsa-sha256",
            "the PAI is signed with an algorithm of the attestation PKI",
            rule<signature_algorithm<Role::pai>>, {"paa.key-is-p256"}),
    pai_row(kKeyIsP256, "pai.key-is-p256", "the PAI's key is of the attestation PKI",
            rule<key_is_p256<Role::pai>>, {kPaiRows.echo, "paa.key-is-p256"}),
    pai_row(kSerialNumberFits, "pai.serial-number-fits",
            "the PAI's serial number has at most 20 octets", rule<serial_fits<Role::pai>>),
    pai_row(kSerialNumberIsPositive, "pai.serial-number-is-positive",
            "the PAI's serial number is a positive number", rule<serial_is_positive<Role::pai>>),
    pai_row(kDatesAreWrittenRight, "pai.dates-are-written-right",
            "the PAI's dates are UTCTime through 2049", rule<dates_are_written_right<Role::pai>>),
    pai_row(kHasNoUniqueIds, "pai.has-no-unique-ids",
            "the PAI has no unique ids of issuer or subject", rule<has_no_unique_ids<Role::pai>>),
    pai_row(
        kSubjectIsWellformed, "pai.subject-is-wellformed",
        "the PAI's subject is a name that path validators read",
        rule<subject_is_wellformed<Role::pai>>,
        {"pai.vendor-id-is-wellformed", "pai.product-id-is-wellformed", "pai.signature-verifies"}),
    pai_row(kEncodingIsDer, "pai.encoding-is-der", "the PAI leaves out what DER leaves out",
            rule<encoding_is_der<Role::pai>>),
    pai_row(kBasicConstraintsAreCritical, "pai.basic-constraints-are-critical",
            "the PAI has basicConstraints once, critical", rule<basic_constraints<Role::pai>>),
    pai_row(kKeyUsageIsCritical, "pai.key-usage-is-critical", "the PAI has keyUsage once, critical",
            rule<key_usage<Role::pai>>),
    pai_row(kKeyUsageBits, "pai.key-usage-bits",
            "the PAI's key may be used for exactly what its role needs",
            rule<key_usage_bits<Role::pai>>, {"pai.signature-verifies"}),
    pai_row(kSubjectKeyId, "pai.subject-key-id", "the PAI has a subject key id of 20 octets",
            rule<subject_key_id<Role::pai>>),
    pai_row(kAuthorityKeyId, "pai.authority-key-id",
            "the PAI names its issuer's key by an id of 20 octets",
            rule<authority_key_id<Role::pai>>,
            {"pai.signature-verifies", "chain.dac-issuer-is-no-root"}),
    pai_row(kExtensionsAreUnderstood, "pai.extensions-are-understood",
            "the PAI has no critical extension that is not understood",
            rule<extensions_are_understood<Role::pai>>),
    pai_row(kExtensionsAreWellformed, "pai.extensions-are-wellformed",
            "the PAI's further extensions hold what their OIDs call for",
            rule<extensions_are_wellformed<Role::pai>>),
    pai_row(kExtensionsStandOnce, "pai.extensions-stand-once",
            "the PAI has no further extension twice", rule<extensions_stand_once<Role::pai>>),
    pai_row(kExtensionsAreTheProfile, "pai.extensions-are-the-profile",
            "the PAI has no extensions beside the profile", rule<no_extra_extensions<Role::pai>>),
    pai_row(
        kOneCrlDistributionPoint, "pai.one-crl-distribution-point",
        "the PAI names at most one CRL address", rule<one_distribution_point<Role::pai>>,
        {"pai.extensions-are-wellformed", "pai.extensions-stand-once", "pai.signature-verifies"}),
    pai_row(kVendorIdIsWellformed, "pai.vendor-id-is-wellformed",
            "the PAI's vendor id is four upper-case hex digits, at most once",
            rule<id_is_wellformed<Role::pai, true>>),
    pai_row(kProductIdIsWellformed, "pai.product-id-is-wellformed",
            "the PAI's product id is four upper-case hex digits, at most once",
            rule<id_is_wellformed<Role::pai, false>>),
    pai_row(kIdsAreAttributes, "pai.ids-are-attributes",
            "the PAI gives its ids as subject attributes", rule<ids_are_attributes<Role::pai>>),
    {
        .id = "pai.is-an-authority",
        .title = "the PAI is a certification authority with path length 0",
        .spec = "Matter Core 6.2.2.4",
        .sdk = 203,
        .consequence_of = {"pai.signature-verifies", "chain.dac-issuer-is-no-root"},
        .run = rule<certification_authority<Role::pai>>,
        .rule = "cA is TRUE and the path length is 0: it issues DACs and no further authorities.",
        .remedy = kReissuePai,
    },
    {
        .id = "pai.names-a-vendor",
        .title = "the PAI names its vendor",
        .spec = "Matter Core 6.2.2.4",
        .sdk = 305,
        .after = {"pai.vendor-id-is-wellformed"},
        .consequence_of = {"pai.signature-verifies", "chain.dac-issuer-is-no-root"},
        .run = rule<names_one<Role::pai, true>>,
        .rule = "A PAI belongs to one vendor; a product id is optional.",
        .remedy = kReissuePai,
    },
    {
        .id = "pai.is-valid-now",
        .title = "the PAI is within its validity",
        .severity = kInfo,
        .spec = "Matter Core 6.2.3.1",
        .consequence_of = {"pai.signature-verifies"},
        .run = rule<pai_is_valid_now>,
        .rule = "Nobody looks at the PAI's validity today; it counts at the day the DAC was issued "
                "(pai.is-valid-at-dac-issuance).",
    },
};

}  // namespace

std::span<const Check> certificate_checks() {
  return kChecks;
}

}  // namespace attest
