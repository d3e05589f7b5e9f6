// The rules that DAC, PAI and PAA share (Matter Core 6.2.2.3 to 6.2.2.5): one function a rule,
// those on extensions in a file of their own, and the rows of the catalogue for a role. Only
// certificate.cc and paa.cc include it.
#pragma once

#include <fmt/format.h>

#include <algorithm>

#include "verifier/checks/certificate_extensions.h"
#include "verifier/pki/algorithms.h"
#include "verifier/pki/name.h"

namespace attest::profile {

// --- fields ---

template <Role R>
Outcome version_is_3(const CertificateOf<R>& c) {
  const unsigned version = c->version;
  return version == 3
             ? pass()
             : broken(c, "version is not 3", "X.509 version 3", fmt::format("version {}", version));
}

template <Role R>
Outcome signature_algorithm(const CertificateOf<R>& c) {
  if (!equal(c->signature_algorithm, c->tbs_signature_algorithm))
    return broken(c, "two signature algorithm fields differ",
                  "the same algorithm inside and outside",
                  fmt::format("{} inside, {} outside", der::oid_text(c->tbs_signature_algorithm),
                              der::oid_text(c->signature_algorithm)));
  if (!c->same_algorithm)
    return broken(c, "two signature algorithm fields differ",
                  "the same parameters inside and outside, or none", "others, or on one side only");
  const Maybe<KeyAlgorithm> named = algorithm_of_signature(c->signature_algorithm);
  if (named == nullptr)
    return broken(c, "signature algorithm is not ecdsa-with-SHA256", "1.2.840.10045.4.3.2",
                  der::oid_text(c->signature_algorithm));
  if (named->ml_dsa && (c->null_parameters || c->other_parameters))
    return broken(c, fmt::format("signature algorithm {} has parameters", named->name), "none",
                  der::tag_text(c->other_parameters.value_or(der::kNull)));
  if (c->other_parameters)
    return broken(c, "signature algorithm has parameters", "none, or NULL",
                  der::tag_text(*c->other_parameters));
  return c->null_parameters ? note(
                                  "the signature algorithm carries NULL parameters, which RFC 5758 "
                                  "leaves out; accepted, as the ledger does")
                            : pass();
}

// An authority's key of ML-DSA: the OID names it, nothing stands behind that.
template <Role R>
Outcome key_is_of_ml_dsa(const CertificateOf<R>& c, const KeyAlgorithm& named) {
  // Whoever writes them behind one OID writes them behind the other: one fault.
  if (c->key_parameters && (c->null_parameters || c->other_parameters))
    return blocked(info(R).algorithm);
  if (c->key_parameters)
    return broken(c, fmt::format("key algorithm {} has parameters", named.name), "none",
                  der::tag_text(*c->key_parameters));
  if (c->public_key.size() != named.key_bytes)
    return broken(c, fmt::format("public key is none of {}", named.name),
                  fmt::format("{} bytes", named.key_bytes),
                  fmt::format("{} bytes", c->public_key.size()));
  return pass();
}

// The strongest set of FIPS 204, which the draft of Matter 1.7 leaves out.
inline constexpr std::string_view kMlDsa87 = "2.16.840.1.101.3.4.3.19";

template <Role R>
Outcome key_is_p256(const CertificateOf<R>& c) {
  if (c->p256) return pass();
  const Maybe<KeyAlgorithm> named = algorithm_of_key(*c);
  if (R != Role::dac && named != nullptr && named->ml_dsa) return key_is_of_ml_dsa(c, *named);
  if (R != Role::dac && der::oid_text(c->key_algorithm) == kMlDsa87)
    return broken(c, "key is of ML-DSA-87, which the attestation PKI does not have",
                  "a key on prime256v1, of ML-DSA-44 or of ML-DSA-65",
                  der::oid_text(c->key_algorithm));
  if (!equal(c->key_algorithm, oid::kEcPublicKey))
    return broken(c, "key is no elliptic-curve key", "id-ecPublicKey on prime256v1",
                  der::oid_text(c->key_algorithm));
  if (!equal(c->curve, oid::kPrime256v1))
    return broken(c, "key is on another curve", "prime256v1",
                  c->curve.empty() ? "no named curve" : der::oid_text(c->curve));
  if (c->public_key.size() == 65 && first_of(c->public_key) == 0x04)
    return broken(c, "public key is not a point on the curve", "a point on prime256v1",
                  hex(c->public_key));
  return broken(c, "public key is not an uncompressed point", "65 bytes that begin with 04",
                fmt::format("{} bytes", c->public_key.size()));
}

template <Role R>
Outcome serial_is_positive(const CertificateOf<R>& c) {
  const View serial = c->serial;
  const bool zero = serial.size() == 1 && first_of(serial) == 0;
  if (!zero && first_of(serial) < 0x80) return pass();
  return broken(c, fmt::format("serial number is {}", zero ? "zero" : "negative"),
                "a positive number", hex(serial));
}

// RFC 5280 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050.
template <Role R>
Outcome dates_are_written_right(const CertificateOf<R>& c) {
  static const Instant kFirst = *instant_from(2050, 1, 1, 0, 0, 0);
  for (const auto& [type, time, name] : {std::tuple(c->not_before_type, c->not_before, "notBefore"),
                                         std::tuple(c->not_after_type, c->not_after, "notAfter")}) {
    if (type == der::kGeneralizedTime && time < kFirst)
      return broken(c, fmt::format("{} is a GeneralizedTime before 2050", name),
                    "UTCTime through the year 2049", rfc3339(time));
  }
  return pass();
}

template <Role R>
Outcome has_no_unique_ids(const CertificateOf<R>& c) {
  return c->has_unique_ids ? broken(c, "certificate has a unique id of its issuer or subject",
                                    "no unique ids", "issuerUniqueID or subjectUniqueID")
                           : pass();
}

// What every reader takes although DER writes it otherwise: a part with it works, the SDK's
// chip-cert does not convert it.
template <Role R>
Outcome encoding_is_der(const CertificateOf<R>& c) {
  if (c->key_usage.value && !c->key_usage.value->minimal)
    return broken(c, "keyUsage ends in zero bits, which DER leaves out",
                  "as few bits as hold the last one set (X.690 11.2.2)",
                  hex(extension_value(*c, oid::kKeyUsage)));
  if (c->basic_constraints.value && c->basic_constraints.value->false_written)
    return broken(c, "basicConstraints write out cA FALSE, which DER leaves out",
                  "a default that is not written (X.690 11.5)",
                  hex(extension_value(*c, oid::kBasicConstraints)));
  for (const Extension& extension : c->extensions) {
    if (extension.false_written)
      return broken(c,
                    fmt::format("extension {} writes out critical FALSE, which DER leaves out",
                                extension_name(extension.oid)),
                    "a default that is not written (X.690 11.5)", "critical FALSE");
  }
  return pass();
}

template <Role R>
Outcome serial_fits(const CertificateOf<R>& c) {
  const View serial = c->serial;
  if (serial.size() <= 20) return pass();
  return broken(c, "serial number is too long to be revoked", "at most 20 octets",
                fmt::format("{} octets", serial.size()));
}

// --- vendor and product in the subject ---

template <Role R, bool Vendor>
Outcome id_is_wellformed(const CertificateOf<R>& c) {
  const SubjectId& id = Vendor ? c->vendor_id : c->product_id;
  const char* which = Vendor ? "vendor id" : "product id";
  if (id.wrong_type != 0) {
    // Both in one common name of a wrong type: said once.
    const SubjectId& vendor = c->vendor_id;
    if (!Vendor && vendor.wrong_type == id.wrong_type && vendor.found == id.found)
      return blocked(info(R).vendor);
    return broken(c, fmt::format("{} is of a wrong ASN.1 type", which),
                  "a UTF8String or PrintableString", der::tag_text(id.wrong_type));
  }
  if (id.how == SubjectId::How::malformed)
    return broken(c, fmt::format("{} is malformed", which), "four of 0-9 A-F",
                  fmt::format("\"{}\"", printable(id.found)));
  if (id.how == SubjectId::How::duplicate)
    return broken(c, fmt::format("subject has two {}s", which), "one", "two");
  return pass();
}

template <Role R, bool Vendor>
Outcome names_one(const CertificateOf<R>& c) {
  const SubjectId& id = Vendor ? c->vendor_id : c->product_id;
  if (id.how != SubjectId::How::absent) return pass();
  const char* which = Vendor ? "vendor id" : "product id";
  return broken(c, fmt::format("subject names no {}", which),
                Vendor ? "VID attribute, or Mvid: in the common name"
                       : "PID attribute, or Mpid: in the common name",
                name_text(c->subject));
}

template <Role R>
Outcome ids_are_attributes(const CertificateOf<R>& c) {
  const bool fallback = c->vendor_id.how == SubjectId::How::common_name ||
                        c->product_id.how == SubjectId::How::common_name;
  return fallback ? note("vendor and product come from the common name (Mvid/Mpid), the older form")
                  : pass();
}

template <Role R>
Outcome subject_is_wellformed(const CertificateOf<R>& c) {
  const auto fault = name_fault(c->subject);
  if (!fault) return pass();
  return broken(c, "subject: " + fault->what, fault->expected, fault->found);
}

// --- size and time ---

// By how much a post-quantum key and signature are longer than their algorithms': that has findings
// of its own.
inline size_t excess_of(const Certificate& c) {
  const auto beyond = [](size_t size, size_t right) { return size > right ? size - right : 0; };
  const Maybe<KeyAlgorithm> key = algorithm_of_key(c),
                            signature = algorithm_of_signature(c.signature_algorithm);
  return (key != nullptr && key->ml_dsa ? beyond(c.public_key.size(), key->key_bytes) : 0) +
         (signature != nullptr && signature->ml_dsa
              ? beyond(c.signature.size(), sizes_of(*signature->ml_dsa).signature)
              : 0);
}

template <Role R>
Outcome is_short_enough(const CertificateOf<R>& c) {
  const size_t size = c->der.size(), most = strongest(*c).longest_certificate;
  if (size - excess_of(*c) <= most) return pass();
  return broken(c, "certificate is too long", fmt::format("at most {} bytes", most),
                fmt::format("{} bytes", size));
}

// Nobody looks at it: it counts on the day the DAC was issued.
inline Outcome is_valid_now(const char* name, Instant from, Instant until, Instant at) {
  if (at >= from && at < until) return pass();
  return note(fmt::format(
      "the {} is valid {} to {}, not at {}; commissioners look at the day the DAC was issued", name,
      rfc3339(from), rfc3339(until), rfc3339(at)));
}

// --- the rows of the three roles ---

// What all of one role's rows have in common.
struct RoleRows {
  const char* spec;
  int sdk;
  // The signature whose failure means that the certificate's bytes were changed, so that the rest
  // is an echo; nullptr: none is checked by itself.
  const char* echo;
  const char* remedy;
};

// What the rows of one rule have in common. Spec and SDK code are the role's, until it says
// otherwise.
inline constexpr int kOfTheRole = -1;
struct ProfileRule {
  const char* rule;
  Severities severity = kError;
  const char* spec = nullptr;
  int sdk = kOfTheRole;
  bool has_remedy = true;
  // Of the DAC, the one that differs from device to device.
  const char* alike = "alike records have it in common, byte for byte";
};

constexpr Check row(const RoleRows& role, const ProfileRule& shared, const char* id,
                    const char* title, Rule run, const Ids& consequence_of) {
  return {.id = id,
          .title = title,
          .severity = shared.severity,
          .spec = shared.spec == nullptr ? role.spec : shared.spec,
          .sdk = shared.sdk == kOfTheRole ? role.sdk : shared.sdk,
          .consequence_of = consequence_of,
          .run = run,
          .alike = run.sees == Sees::device ? shared.alike : "",
          .rule = shared.rule,
          .remedy = shared.has_remedy ? role.remedy : ""};
}

inline constexpr ProfileRule kVersionIs3{
    .rule = "Extensions exist only in version 3; a commissioner refuses any other.",
};
inline constexpr ProfileRule kSignatureAlgorithmIsEcdsaSha256{
    .rule =
        "ecdsa-with-SHA256 is the only algorithm of the attestation PKI until Matter 1.7, which "
        "adds ML-DSA-44 and ML-DSA-65 without parameters; it stands the same inside and outside "
        "the signed part.",
};
inline constexpr ProfileRule kKeyIsP256{
    .rule =
        "The public key is an uncompressed point on the named curve prime256v1; commissioners "
        "have no other curve. Matter 1.7 lets an authority's be of ML-DSA-44 (1312 bytes) or "
        "ML-DSA-65 (1952), a DAC's never.",
    .alike = "a key is taken for alike only when it lies on the curve",
};
inline constexpr ProfileRule kSerialNumberFits{
    .rule =
        "A serial of more than 20 octets (RFC 5280 4.1.2.2) is found in no revocation set: "
        "the part could never be revoked.",
    .severity = kWarning,
    .sdk = 0,
    .alike = "alike serial numbers have one size",
};
inline constexpr ProfileRule kSerialNumberIsPositive{
    .rule =
        "A serial number is above zero: certificate libraries and revocation lists take no "
        "other, and zero and negative ones are easily mistaken for another's.",
    .spec = "RFC 5280 4.1.2.2",
    .sdk = 0,
    .alike = "alike serial numbers are positive and minimal, as the first one is",
};
inline constexpr ProfileRule kDatesAreWrittenRight{
    .rule =
        "A date through 2049 is a UTCTime, one from 2050 a GeneralizedTime; strict readers "
        "refuse a certificate that has it otherwise.",
    .spec = "RFC 5280 4.1.2.5",
    .sdk = 0,
};
inline constexpr ProfileRule kHasNoUniqueIds{
    .rule =
        "The two unique ids of X.509 version 2 are not part of a Matter certificate, and "
        "RFC 5280 forbids authorities to write them.",
    .spec = "RFC 5280 4.1.2.8",
    .sdk = 0,
};
inline constexpr ProfileRule kSubjectIsWellformed{
    .rule =
        "Each attribute is a string whose octets are of its type (well-formed UTF-8, say) and "
        "no longer than RFC 5280 appendix A.1 lets it be: a common name has 64 characters.",
    .spec = "RFC 5280 4.1.2.6",
    .alike = "other text of a name is of one length, plain characters alone, and no id",
};
inline constexpr ProfileRule kEncodingIsDer{
    .rule =
        "Zero bits at the end of keyUsage and defaults that are written say nothing new, and "
        "DER forbids them. Commissioners read them; chip-cert cannot convert such a "
        "certificate, and strict readers refuse it.",
    .severity = kWarning,
    .spec = "X.690 11.2.2, 11.5",
    .sdk = 0,
};
inline constexpr ProfileRule kBasicConstraintsAreCritical{
    .rule =
        "basicConstraints say whether a key may issue certificates; missing, doubled or "
        "ignorable they would let a device's key act as an authority.",
};
inline constexpr ProfileRule kKeyUsageIsCritical{
    .rule = "keyUsage limits what the key may sign; it occurs once and is critical.",
};
inline constexpr ProfileRule kKeyUsageBits{
    .rule =
        "A DAC only signs (digitalSignature). A PAI and a PAA sign certificates and CRLs; "
        "digitalSignature is allowed beside, nothing else.",
};
inline constexpr ProfileRule kSubjectKeyId{
    .rule = "Issuers are found by key id; it occurs once, is not critical and has 20 octets.",
    .alike = "alike key ids have 20 octets",
};
inline constexpr ProfileRule kAuthorityKeyId{
    .rule =
        "The authority key id leads to the issuer and to its revocation list; it occurs once, "
        "is not critical, and holds a key identifier of 20 octets.",
};
inline constexpr ProfileRule kExtensionsAreUnderstood{
    .rule = "A critical extension that a verifier does not understand means refusal.",
    .spec = "RFC 5280 4.2",
    .sdk = 301,
};
inline constexpr ProfileRule kExtensionsAreWellformed{
    .rule =
        "Who knows an extension reads it, critical or not, and refuses the certificate when "
        "its content is something else.",
    .spec = "RFC 5280 4.2",
    .sdk = 301,
};
inline constexpr ProfileRule kExtensionsStandOnce{
    .rule = "A certificate has each extension once: of two, nobody knows which one holds.",
    .spec = "RFC 5280 4.2",
    .sdk = 301,
};
inline constexpr ProfileRule kExtensionsAreTheProfile{
    .rule =
        "Other extensions that are not critical are allowed; they are listed so that nobody "
        "wonders.",
    .severity = kInfo,
    .sdk = 0,
    .has_remedy = false,
};
inline constexpr ProfileRule kOneCrlDistributionPoint{
    .rule =
        "Verifiers read exactly one http or https URI; with more, or another kind of name, "
        "they find none.",
    .severity = kWarning,
    .sdk = 0,
};
inline constexpr ProfileRule kVendorIdIsWellformed{
    .rule =
        "The VID attribute, or Mvid: in the common name, holds exactly four of 0-9 A-F; "
        "anything else makes the certificate unreadable to a commissioner.",
    .spec = "Matter Core 6.2.2.2",
    .alike = "other text of a name holds no id",
};
inline constexpr ProfileRule kProductIdIsWellformed{
    .rule = "The PID attribute, or Mpid: in the common name, holds exactly four of 0-9 A-F.",
    .spec = "Matter Core 6.2.2.2",
    .alike = "other text of a name holds no id",
};
inline constexpr ProfileRule kIdsAreAttributes{
    .rule =
        "The common-name form is a fallback for authorities that cannot issue the attributes; it "
        "is accepted.",
    .severity = kInfo,
    .spec = "Matter Core 6.2.2.2",
    .sdk = 0,
    .has_remedy = false,
    .alike = "other text of a name holds no id",
};

}  // namespace attest::profile
