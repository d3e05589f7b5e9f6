#include "audit/rule.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace attest::audit {
namespace {

constexpr const char *kAskAgain = "let the ledger be asked: matter-attest dcl sync --vid VID",
                     *kServerAgain = kNetworkAgain,
                     *kModelUpdate = "send an update of the model's entry to the ledger";

constexpr AuditRule kRules[] = {
    {.id = "audit.vendor-is-known",
     .title = "the vendor is on the ledger",
     .rule = "Commissioners show the vendor's name from its entry; a device whose vendor has none "
             "is refused by `verify`.",
     .remedy = "have the vendor's entry added (vendor account, dcld tx vendorinfo)",
     .when_unknown = kAskAgain},
    {.id = "audit.vendor-has-models",
     .title = "the vendor has products on the ledger",
     .severity = Severity::warning,
     .rule = "Without a model there is nothing to commission, and nothing to audit.",
     .remedy = "compare the vendor id; if it is right, add the models",
     .when_unknown = kAskAgain},
    {.id = "audit.model-is-known",
     .title = "the product is on the ledger",
     .rule = "A certified product has a model entry; a device without one is refused by `verify`.",
     .remedy = "have the model added, or compare the product id",
     .when_unknown = kAskAgain},
    {.id = "audit.model-is-readable",
     .title = "the model's entry can be read",
     .rule = "What cannot be read cannot be judged, by commissioners either.",
     .remedy = kModelUpdate,
     .when_unknown = "look at the entry: matter-attest dcl model VID PID --format json"},
    {.id = "audit.discovery-capabilities-in-range",
     .title = "discoveryCapabilitiesBitmask is at most 14",
     .rule = "Bits 1 to 3 (BLE, on network, Wi-Fi public action frames) are what commissioners "
             "know; SoftAP (bit 0) is gone, and others are not for this field.",
     .remedy = kModelUpdate,
     .when_unknown = kAskAgain},
    {.id = "audit.custom-flow-has-url",
     .title = "a model with the custom commissioning flow says where that is described",
     .rule = "commissioningCustomFlow is 0, 1 or 2; with 2 a commissioner opens "
             "commissioningCustomFlowUrl, and without one the device cannot be commissioned.",
     .remedy = kModelUpdate,
     .when_unknown = kAskAgain},
    {.id = "audit.terms-are-complete",
     .title = "a model with terms and conditions has all that belongs to them",
     .rule = "Bit 0 of enhancedSetupFlowOptions asks for enhancedSetupFlowTCUrl, its revision, "
             "digest and file size, and maintenanceUrl: a commissioner that lacks one cannot show "
             "the terms, and the device refuses to be commissioned without them.",
     .remedy = kModelUpdate,
     .when_unknown = kAskAgain},
    {.id = "audit.terms-digest-is-sha256",
     .title = "the digest of the terms is a SHA-256 in base64",
     .rule = "enhancedSetupFlowTCDigest is the base64 of 32 bytes, without white space.",
     .remedy = kModelUpdate,
     .when_unknown = kAskAgain},
    {.id = "audit.terms-file-matches",
     .title = "the terms are the file that the ledger describes",
     .fetches = true,
     .rule = "A commissioner throws a file away whose size or digest is not the entry's.",
     .remedy = "serve the file that was registered, or register its size and digest",
     .when_unknown = kServerAgain},
    {.id = "audit.terms-file-is-valid",
     .title = "the terms can be shown",
     .fetches = true,
     .rule = "JSON of schemaVersion 1, esfRevision as in the entry, defaultCountry among "
             "countryEntries, in each a defaultLanguage among its languageEntries, texts with "
             "title, text, required and an ordinal below 16, and no tags but those allowed.",
     .remedy = "mend the file, then register its new size, digest and revision",
     .when_unknown = kServerAgain},
    {.id = "audit.model-has-versions",
     .title = "the product has a software version on the ledger",
     .severity = Severity::warning,
     .rule = "A device is looked up by its software version; of a model without any, none is "
             "found.",
     .remedy = "add the software versions that are in the field",
     .when_unknown = kAskAgain},
    {.id = "audit.version-is-known",
     .title = "the software version is on the ledger",
     .rule = "The ledger certifies a version without asking whether there is an entry of it; a "
             "device that runs it is then refused by `verify`.",
     .remedy = "add the software version's entry, or compare the number that was certified",
     .when_unknown = kAskAgain},
    {.id = "audit.version-is-valid",
     .title = "the vendor has not withdrawn the software version",
     .severity = Severity::warning,
     .rule = "softwareVersionValid false tells that it is not to be used: hubs offer no such "
             "image.",
     .remedy = "see that no device leaves with it",
     .when_unknown = kAskAgain},
    {.id = "audit.applicable-range-is-usable",
     .title = "some version can be updated to this one",
     .severity = Severity::warning,
     .rule = "minApplicableSoftwareVersion is not above maxApplicableSoftwareVersion.",
     .remedy = "send an update of the version's entry",
     .when_unknown = kAskAgain},
    {.id = "audit.ota-entry-is-complete",
     .title = "an image that is offered has a size and a checksum",
     .rule = "otaFileSize, otaChecksum and otaChecksumType are set together with the first otaUrl "
             "and do not change later.",
     .remedy = "register a new software version with all of them",
     .when_unknown = kAskAgain},
    {.id = "audit.ota-checksum-is-usable",
     .title = "the image's checksum is one",
     .rule = "base64 without white space, of as many bytes as otaChecksumType gives: 1 sha-256, 7 "
             "sha-384, 8 sha-512, 10 to 12 sha3.",
     .remedy = "register a new software version with the right checksum: it cannot be changed",
     .when_unknown = kAskAgain},
    {.id = "audit.version-is-certified",
     .title = "the software version is certified",
     .rule =
         "Each version has a compliance entry of type matter and status 2. A warning: a "
         "provisional "
         "one; a version that the vendor has withdrawn (softwareVersionValid false); and, where "
         "--fast-track says so, one without an entry of a product that has another one "
         "certified.",
     .remedy = "have the version certified, or state the fast-track policy (--fast-track)",
     .when_unknown = kAskAgain},
    {.id = "audit.compliance-agrees",
     .title = "version and compliance entry say the same",
     .rule = "softwareVersionString and cDVersionNumber are the same in both.",
     .remedy = "have the compliance entry updated, or the version's",
     .when_unknown = kAskAgain},
    {.id = "audit.certificate-id-is-wellformed",
     .title = "the certificate id is one",
     .rule = "cDCertificateId has 19 characters, which stand in the certification declaration.",
     .remedy = "have the compliance entry updated",
     .when_unknown = kAskAgain},
    {.id = "audit.certification-is-past",
     .title = "the date of certification is an instant that has come",
     .severity = Severity::warning,
     .rule = "A date in the future certifies nothing yet.",
     .remedy = "wait for the day, or have the date corrected",
     .when_unknown = kAskAgain},
    {.id = "audit.urls-are-https",
     .title = "addresses are https, of at most 256 characters",
     .rule = "Commissioners open no others.",
     .remedy = "send an update of the entry",
     .when_unknown = kAskAgain},
    {.id = "audit.urls-answer",
     .title = "addresses lead somewhere",
     .severity = Severity::warning,
     .fetches = true,
     .rule = "A page that is gone (404, 410) or an address inside a private network helps no "
             "user. Servers that refuse a program (403, 429) or do not answer leave it open.",
     .remedy = "bring the page back, or send an update of the entry",
     .when_unknown = "open the address in a browser"},
    {.id = "audit.certificates-are-readable",
     .title = "PAAs, PAIs and revocation points that may be the vendor's can be read",
     .rule = "Of an entry that cannot be read nobody knows what it approves or revokes: whatever "
             "hangs on it stays open.",
     .remedy = "have the entry on the ledger corrected",
     .when_unknown = "look at the entry: matter-attest dcl paa --format json; where it is right, "
                     "report that it is not read"},
    {.id = "audit.pai-has-approved-paa",
     .title = "the PAA of the vendor's PAI is approved",
     .rule = "A root that was revoked without its children leaves PAIs approved; devices below "
             "them are refused all the same.",
     .remedy = "issue DACs below a PAI of an approved PAA",
     .when_unknown = kAskAgain},
    {.id = "audit.certificate-is-not-revoked",
     .title = "no PAA or PAI of the vendor was revoked",
     .severity = Severity::warning,
     .rule =
         "The ledger has none as revoked, and of a PAI no list of its PAA names it. Devices below "
         "a revoked certificate are refused.",
     .remedy = "see that no device leaves with a chain through it",
     .when_unknown = kAskAgain},
    {.id = "audit.certificate-is-in-date",
     .title = "PAA and PAI are within their validity",
     .severity = Severity::warning,
     .rule = "A chain is validated as of the day the DAC was issued: after the end of its PAI none "
             "can be issued.",
     .remedy = "have a new certificate issued and added to the ledger",
     .when_unknown = kAskAgain},
    {.id = "audit.revocation-is-published",
     .title = "the issuer has a revocation point on the ledger",
     .severity = Severity::warning,
     .rule = "Without one nobody can tell whether what it issued was revoked.",
     .remedy = "publish a revocation list and add its point to the ledger",
     .when_unknown = kAskAgain},
    {.id = "audit.revocation-point-is-its-issuers",
     .title = "the revocation point's signer belongs to the issuer that it names",
     .severity = Severity::warning,
     .rule = "The ledger does not compare them: a list of a stranger's is no list of the issuer's.",
     .remedy = "correct issuerSubjectKeyID or crlSignerCertificate of the point",
     .when_unknown = kAskAgain},
    {.id = "audit.revocation-list-is-usable",
     .title = "the revocation list can be used",
     .rule =
         "It is there, its signer's and of its address: else devices of this issuer stay "
         "undecided. A server that answers that nothing is there (404, 410), or with what is no "
         "list, is at fault; one that does not answer leaves it unknown.",
     .remedy = "publish the list anew, signed by the point's signer",
     .when_unknown = "let it be fetched (online, or dcl sync before dcl export)"},
    {.id = "audit.revocation-list-is-current",
     .title = "the revocation list is in force",
     .rule = "After nextUpdate it clears nobody. Less than two days before, or without one, it is "
             "a warning.",
     .remedy = "publish the next list",
     .when_unknown = "let it be fetched (online, or dcl sync before dcl export)"},
};

consteval size_t at(std::string_view id) {
  for (size_t i = 0; i < std::size(kRules); ++i) {
    if (kRules[i].id == id) return i;
  }
  throw "no such rule";
}

}  // namespace

std::span<const AuditRule> audit_rules() {
  return kRules;
}

const AuditRule* find_audit_rule(std::string_view id) {
  const auto found = std::find_if(std::begin(kRules), std::end(kRules),
                                  [&](const AuditRule& r) { return r.id == id; });
  return found == std::end(kRules) ? nullptr : found;
}

namespace rule {
const AuditRule &vendor_is_known = kRules[at("audit.vendor-is-known")],
                &vendor_has_models = kRules[at("audit.vendor-has-models")],
                &model_is_known = kRules[at("audit.model-is-known")],
                &model_is_readable = kRules[at("audit.model-is-readable")],
                &discovery_in_range = kRules[at("audit.discovery-capabilities-in-range")],
                &custom_flow_has_url = kRules[at("audit.custom-flow-has-url")],
                &terms_are_complete = kRules[at("audit.terms-are-complete")],
                &terms_digest_is_sha256 = kRules[at("audit.terms-digest-is-sha256")],
                &terms_file_matches = kRules[at("audit.terms-file-matches")],
                &terms_file_is_valid = kRules[at("audit.terms-file-is-valid")],
                &model_has_versions = kRules[at("audit.model-has-versions")],
                &version_is_known = kRules[at("audit.version-is-known")],
                &version_is_valid = kRules[at("audit.version-is-valid")],
                &range_is_usable = kRules[at("audit.applicable-range-is-usable")],
                &ota_is_complete = kRules[at("audit.ota-entry-is-complete")],
                &ota_checksum_is_usable = kRules[at("audit.ota-checksum-is-usable")],
                &version_is_certified = kRules[at("audit.version-is-certified")],
                &compliance_agrees = kRules[at("audit.compliance-agrees")],
                &certificate_id_is_wellformed = kRules[at("audit.certificate-id-is-wellformed")],
                &certification_is_past = kRules[at("audit.certification-is-past")],
                &urls_are_https = kRules[at("audit.urls-are-https")],
                &urls_answer = kRules[at("audit.urls-answer")],
                &certificates_are_readable = kRules[at("audit.certificates-are-readable")],
                &pai_has_approved_paa = kRules[at("audit.pai-has-approved-paa")],
                &certificate_is_not_revoked = kRules[at("audit.certificate-is-not-revoked")],
                &certificate_is_in_date = kRules[at("audit.certificate-is-in-date")],
                &revocation_is_published = kRules[at("audit.revocation-is-published")],
                &revocation_point_is_its_issuers =
                    kRules[at("audit.revocation-point-is-its-issuers")],
                &revocation_list_is_usable = kRules[at("audit.revocation-list-is-usable")],
                &revocation_list_is_current = kRules[at("audit.revocation-list-is-current")];
}  // namespace rule

}  // namespace attest::audit
