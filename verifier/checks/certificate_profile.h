// The rules that DAC, PAI and PAA share (Matter Core 6.2.2.3 to 6.2.2.5): one function a rule,
// those on extensions in a file of their own, and the rows of the catalogue for a role. Only
// certificate.cc includes it.
#pragma once

#include <fmt/format.h>

#include <algorithm>

#include "verifier/checks/certificate_extensions.h"
#include "verifier/pki/name.h"

namespace attest::profile {

// --- fields ---

template <Role R>
Outcome version_is_3(const Evidence& e) {
  const unsigned version = certificate<R>(e).version;
  return version == 3 ? pass()
                      : broken<R>(e, "version is not 3", "X.509 version 3",
                                  fmt::format("version {}", version));
}

template <Role R>
Outcome signature_algorithm(const Evidence& e) {
  const Certificate& c = certificate<R>(e);
  if (!equal(c.signature_algorithm, c.tbs_signature_algorithm))
    return broken<R>(e, "two signature algorithm fields differ",
                     "the same algorithm inside and outside",
                     fmt::format("{} inside, {} outside", der::oid_text(c.tbs_signature_algorithm),
                                 der::oid_text(c.signature_algorithm)));
  if (!c.same_algorithm)
    return broken<R>(e, "two signature algorithm fields differ",
                     "the same parameters inside and outside, or none",
                     "others, or on one side only");
  if (!equal(c.signature_algorithm, oid::kEcdsaWithSha256))
    return broken<R>(e, "signature algorithm is not ecdsa-with-SHA256", "1.2.840.10045.4.3.2",
                     der::oid_text(c.signature_algorithm));
  if (c.other_parameters)
    return broken<R>(e, "signature algorithm has parameters", "none, or NULL",
                     der::tag_text(*c.other_parameters));
  return c.null_parameters ? note(
                                 "the signature algorithm carries NULL parameters, which RFC 5758 "
                                 "leaves out; accepted, as the ledger does")
                           : pass();
}

template <Role R>
Outcome key_is_p256(const Evidence& e) {
  const Certificate& c = certificate<R>(e);
  if (c.p256) return pass();
  if (!equal(c.key_algorithm, oid::kEcPublicKey))
    return broken<R>(e, "key is no elliptic-curve key", "id-ecPublicKey on prime256v1",
                     der::oid_text(c.key_algorithm));
  if (!equal(c.curve, oid::kPrime256v1))
    return broken<R>(e, "key is on another curve", "prime256v1",
                     c.curve.empty() ? "no named curve" : der::oid_text(c.curve));
  if (c.public_key.size() == 65 && c.public_key[0] == 0x04)
    return broken<R>(e, "public key is not a point on the curve", "a point on prime256v1",
                     hex(c.public_key));
  return broken<R>(e, "public key is not an uncompressed point", "65 bytes that begin with 04",
                   fmt::format("{} bytes", c.public_key.size()));
}

template <Role R>
Outcome serial_is_positive(const Evidence& e) {
  const View serial = certificate<R>(e).serial;
  const bool zero = serial.size() == 1 && serial[0] == 0;
  if (!zero && serial[0] < 0x80) return pass();
  return broken<R>(e, fmt::format("serial number is {}", zero ? "zero" : "negative"),
                   "a positive number", hex(serial));
}

// RFC 5280 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050.
template <Role R>
Outcome dates_are_written_right(const Evidence& e) {
  static const Instant kFirst = *instant_from(2050, 1, 1, 0, 0, 0);
  const Certificate& c = certificate<R>(e);
  for (const auto& [type, time, name] : {std::tuple(c.not_before_type, c.not_before, "notBefore"),
                                         std::tuple(c.not_after_type, c.not_after, "notAfter")}) {
    if (type == der::kGeneralizedTime && time < kFirst)
      return broken<R>(e, fmt::format("{} is a GeneralizedTime before 2050", name),
                       "UTCTime through the year 2049", rfc3339(time));
  }
  return pass();
}

template <Role R>
Outcome has_no_unique_ids(const Evidence& e) {
  return certificate<R>(e).has_unique_ids
             ? broken<R>(e, "certificate has a unique id of its issuer or subject", "no unique ids",
                         "issuerUniqueID or subjectUniqueID")
             : pass();
}

// What every reader takes although DER writes it otherwise: a part with it works, the SDK's
// chip-cert does not convert it.
template <Role R>
Outcome encoding_is_der(const Evidence& e) {
  const Certificate& c = certificate<R>(e);
  if (c.key_usage.value && !c.key_usage.value->minimal)
    return broken<R>(e, "keyUsage ends in zero bits, which DER leaves out",
                     "as few bits as hold the last one set (X.690 11.2.2)",
                     hex(extension_value(c, oid::kKeyUsage)));
  if (c.basic_constraints.value && c.basic_constraints.value->false_written)
    return broken<R>(e, "basicConstraints write out cA FALSE, which DER leaves out",
                     "a default that is not written (X.690 11.5)",
                     hex(extension_value(c, oid::kBasicConstraints)));
  for (const Extension& extension : c.extensions) {
    if (extension.false_written)
      return broken<R>(e,
                       fmt::format("extension {} writes out critical FALSE, which DER leaves out",
                                   extension_name(extension.oid)),
                       "a default that is not written (X.690 11.5)", "critical FALSE");
  }
  return pass();
}

template <Role R>
Outcome serial_fits(const Evidence& e) {
  const View serial = certificate<R>(e).serial;
  if (serial.size() <= 20) return pass();
  return broken<R>(e, "serial number is too long to be revoked", "at most 20 octets",
                   fmt::format("{} octets", serial.size()));
}

// --- vendor and product in the subject ---

template <Role R, bool Vendor>
Outcome id_is_wellformed(const Evidence& e) {
  const SubjectId& id = Vendor ? certificate<R>(e).vendor_id : certificate<R>(e).product_id;
  const char* which = Vendor ? "vendor id" : "product id";
  if (id.wrong_type != 0) {
    // Both in one common name of a wrong type: said once.
    const SubjectId& vendor = certificate<R>(e).vendor_id;
    if (!Vendor && vendor.wrong_type == id.wrong_type && vendor.found == id.found)
      return blocked(info(R).vendor);
    return broken<R>(e, fmt::format("{} is of a wrong ASN.1 type", which),
                     "a UTF8String or PrintableString", der::tag_text(id.wrong_type));
  }
  if (id.how == SubjectId::How::malformed)
    return broken<R>(e, fmt::format("{} is malformed", which), "four of 0-9 A-F",
                     fmt::format("\"{}\"", printable(id.found)));
  if (id.how == SubjectId::How::duplicate)
    return broken<R>(e, fmt::format("subject has two {}s", which), "one", "two");
  return pass();
}

template <Role R, bool Vendor>
Outcome names_one(const Evidence& e) {
  const SubjectId& id = Vendor ? certificate<R>(e).vendor_id : certificate<R>(e).product_id;
  if (id.how != SubjectId::How::absent) return pass();
  const char* which = Vendor ? "vendor id" : "product id";
  return broken<R>(e, fmt::format("subject names no {}", which),
                   Vendor ? "VID attribute, or Mvid: in the common name"
                          : "PID attribute, or Mpid: in the common name",
                   name_text(certificate<R>(e).subject));
}

template <Role R>
Outcome ids_are_attributes(const Evidence& e) {
  const Certificate& c = certificate<R>(e);
  const bool fallback = c.vendor_id.how == SubjectId::How::common_name ||
                        c.product_id.how == SubjectId::How::common_name;
  return fallback ? note("vendor and product come from the common name (Mvid/Mpid), the older form")
                  : pass();
}

template <Role R>
Outcome subject_is_wellformed(const Evidence& e) {
  const auto fault = name_fault(certificate<R>(e).subject);
  if (!fault) return pass();
  return broken<R>(e, "subject: " + fault->what, fault->expected, fault->found);
}

// Rules that hold for all three. C: prefix of the ids; BASE: the check after which its certificate
// can be looked at; ECHO: signature whose failure means that the certificate's bytes were changed,
// so that the rest is an echo. ABOVE: what makes a missing authority key id an echo: an issuer
// without a key id.
#define PROFILE(C, R, NAME, SPEC, SDK, BASE, ECHO, ABOVE, REMEDY)                                  \
  {.id = C ".version-is-3",                                                                        \
   .title = "the " NAME " is an X.509 version 3 certificate",                                      \
   .spec = SPEC,                                                                                   \
   .sdk = SDK,                                                                                     \
   .after = {BASE},                                                                                \
   .consequence_of = {ECHO},                                                                       \
   .run = version_is_3<R>,                                                                         \
   .rule = "Extensions exist only in version 3; a commissioner refuses any other.",                \
   .remedy = REMEDY},                                                                              \
      {.id = C ".signature-algorithm-is-ecdsa-sha256",                                             \
       .title = "the " NAME " is signed with ecdsa-with-SHA256",                                   \
       .spec = SPEC,                                                                               \
       .sdk = SDK,                                                                                 \
       .after = {BASE},                                                                            \
       .run = signature_algorithm<R>,                                                              \
       .rule =                                                                                     \
           "ecdsa-with-SHA256 is the only algorithm of the attestation PKI, and stands the same "  \
           "inside and outside the signed part.",                                                  \
       .remedy = REMEDY},                                                                          \
      {.id = C ".key-is-p256",                                                                     \
       .title = "the " NAME "'s key is on prime256v1",                                             \
       .spec = SPEC,                                                                               \
       .sdk = SDK,                                                                                 \
       .after = {BASE},                                                                            \
       .consequence_of = {ECHO},                                                                   \
       .run = key_is_p256<R>,                                                                      \
       .rule =                                                                                     \
           "The public key is an uncompressed point on the named curve prime256v1; commissioners " \
           "have no other curve.",                                                                 \
       .remedy = REMEDY},                                                                          \
      {.id = C ".serial-number-fits",                                                              \
       .title = "the " NAME "'s serial number has at most 20 octets",                              \
       .severity = kWarning,                                                                       \
       .spec = SPEC,                                                                               \
       .after = {BASE},                                                                            \
       .consequence_of = {ECHO},                                                                   \
       .run = serial_fits<R>,                                                                      \
       .rule =                                                                                     \
           "A serial of more than 20 octets (RFC 5280 4.1.2.2) is found in no revocation set: "    \
           "the part could never be revoked.",                                                     \
       .remedy = REMEDY},                                                                          \
      {.id = C ".serial-number-is-positive",                                                       \
       .title = "the " NAME "'s serial number is a positive number",                               \
       .spec = "RFC 5280 4.1.2.2",                                                                 \
       .after = {BASE},                                                                            \
       .consequence_of = {ECHO},                                                                   \
       .run = serial_is_positive<R>,                                                               \
       .rule =                                                                                     \
           "A serial number is above zero: certificate libraries and revocation lists take no "    \
           "other, and zero and negative ones are easily mistaken for another's.",                 \
       .remedy = REMEDY},                                                                          \
      {.id = C ".dates-are-written-right",                                                         \
       .title = "the " NAME "'s dates are UTCTime through 2049",                                   \
       .spec = "RFC 5280 4.1.2.5",                                                                 \
       .after = {BASE},                                                                            \
       .consequence_of = {ECHO},                                                                   \
       .run = dates_are_written_right<R>,                                                          \
       .rule =                                                                                     \
           "A date through 2049 is a UTCTime, one from 2050 a GeneralizedTime; strict readers "    \
           "refuse a certificate that has it otherwise.",                                          \
       .remedy = REMEDY},                                                                          \
      {.id = C ".has-no-unique-ids",                                                               \
       .title = "the " NAME " has no unique ids of issuer or subject",                             \
       .spec = "RFC 5280 4.1.2.8",                                                                 \
       .after = {BASE},                                                                            \
       .consequence_of = {ECHO},                                                                   \
       .run = has_no_unique_ids<R>,                                                                \
       .rule =                                                                                     \
           "The two unique ids of X.509 version 2 are not part of a Matter certificate, and "      \
           "RFC 5280 forbids authorities to write them.",                                          \
       .remedy = REMEDY},                                                                          \
      {.id = C ".subject-is-wellformed",                                                           \
       .title = "the " NAME "'s subject is a name that path validators read",                      \
       .spec = "RFC 5280 4.1.2.6",                                                                 \
       .sdk = SDK,                                                                                 \
       .after = {BASE},                                                                            \
       .consequence_of = {C ".vendor-id-is-wellformed", C ".product-id-is-wellformed", ECHO},      \
       .run = subject_is_wellformed<R>,                                                            \
       .rule =                                                                                     \
           "Each attribute is a string whose octets are of its type (well-formed UTF-8, say) and " \
           "no longer than RFC 5280 appendix A.1 lets it be: a common name has 64 characters.",    \
       .remedy = REMEDY},                                                                          \
      {.id = C ".encoding-is-der",                                                                 \
       .title = "the " NAME " leaves out what DER leaves out",                                     \
       .severity = kWarning,                                                                       \
       .spec = "X.690 11.2.2, 11.5",                                                               \
       .after = {BASE},                                                                            \
       .consequence_of = {ECHO},                                                                   \
       .run = encoding_is_der<R>,                                                                  \
       .rule =                                                                                     \
           "Zero bits at the end of keyUsage and defaults that are written say nothing new, and "  \
           "DER forbids them. Commissioners read them; chip-cert cannot convert such a "           \
           "certificate, and strict readers refuse it.",                                           \
       .remedy = REMEDY},                                                                          \
      {.id = C ".basic-constraints-are-critical",                                                  \
       .title = "the " NAME " has basicConstraints once, critical",                                \
       .spec = SPEC,                                                                               \
       .sdk = SDK,                                                                                 \
       .after = {BASE},                                                                            \
       .consequence_of = {ECHO},                                                                   \
       .run = basic_constraints<R>,                                                                \
       .rule =                                                                                     \
           "basicConstraints say whether a key may issue certificates; missing, doubled or "       \
           "ignorable they would let a device's key act as an authority.",                         \
       .remedy = REMEDY},                                                                          \
      {.id = C ".key-usage-is-critical",                                                           \
       .title = "the " NAME " has keyUsage once, critical",                                        \
       .spec = SPEC,                                                                               \
       .sdk = SDK,                                                                                 \
       .after = {BASE},                                                                            \
       .consequence_of = {ECHO},                                                                   \
       .run = key_usage<R>,                                                                        \
       .rule = "keyUsage limits what the key may sign; it occurs once and is critical.",           \
       .remedy = REMEDY},                                                                          \
      {.id = C ".key-usage-bits",                                                                  \
       .title = "the " NAME "'s key may be used for exactly what its role needs",                  \
       .spec = SPEC,                                                                               \
       .sdk = SDK,                                                                                 \
       .after = {C ".key-usage-is-critical"},                                                      \
       .consequence_of = {ECHO},                                                                   \
       .run = key_usage_bits<R>,                                                                   \
       .rule =                                                                                     \
           "A DAC only signs (digitalSignature). A PAI and a PAA sign certificates and CRLs; "     \
           "digitalSignature is allowed beside, nothing else.",                                    \
       .remedy = REMEDY},                                                                          \
      {.id = C ".subject-key-id",                                                                  \
       .title = "the " NAME " has a subject key id of 20 octets",                                  \
       .spec = SPEC,                                                                               \
       .sdk = SDK,                                                                                 \
       .after = {BASE},                                                                            \
       .consequence_of = {ECHO},                                                                   \
       .run = subject_key_id<R>,                                                                   \
       .rule = "Issuers are found by key id; it occurs once, is not critical and has 20 octets.",  \
       .remedy = REMEDY},                                                                          \
      {.id = C ".authority-key-id",                                                                \
       .title = "the " NAME " names its issuer's key by an id of 20 octets",                       \
       .spec = SPEC,                                                                               \
       .sdk = SDK,                                                                                 \
       .after = {BASE},                                                                            \
       .consequence_of = {ECHO, ABOVE},                                                            \
       .run = authority_key_id<R>,                                                                 \
       .rule =                                                                                     \
           "The authority key id leads to the issuer and to its revocation list; it occurs once, " \
           "is not critical, and holds a key identifier of 20 octets.",                            \
       .remedy = REMEDY},                                                                          \
      {.id = C ".extensions-are-understood",                                                       \
       .title = "the " NAME " has no critical extension that is not understood",                   \
       .spec = "RFC 5280 4.2",                                                                     \
       .sdk = 301,                                                                                 \
       .after = {BASE},                                                                            \
       .consequence_of = {ECHO},                                                                   \
       .run = extensions_are_understood<R>,                                                        \
       .rule = "A critical extension that a verifier does not understand means refusal.",          \
       .remedy = REMEDY},                                                                          \
      {.id = C ".extensions-are-wellformed",                                                       \
       .title = "the " NAME "'s further extensions hold what their OIDs call for",                 \
       .spec = "RFC 5280 4.2",                                                                     \
       .sdk = 301,                                                                                 \
       .after = {BASE},                                                                            \
       .consequence_of = {ECHO},                                                                   \
       .run = extensions_are_wellformed<R>,                                                        \
       .rule =                                                                                     \
           "Who knows an extension reads it, critical or not, and refuses the certificate when "   \
           "its content is something else.",                                                       \
       .remedy = REMEDY},                                                                          \
      {.id = C ".extensions-stand-once",                                                           \
       .title = "the " NAME " has no further extension twice",                                     \
       .spec = "RFC 5280 4.2",                                                                     \
       .sdk = 301,                                                                                 \
       .after = {BASE},                                                                            \
       .consequence_of = {ECHO},                                                                   \
       .run = extensions_stand_once<R>,                                                            \
       .rule = "A certificate has each extension once: of two, nobody knows which one holds.",     \
       .remedy = REMEDY},                                                                          \
      {.id = C ".extensions-are-the-profile",                                                      \
       .title = "the " NAME " has no extensions beside the profile",                               \
       .severity = kInfo,                                                                          \
       .spec = SPEC,                                                                               \
       .after = {BASE},                                                                            \
       .consequence_of = {ECHO},                                                                   \
       .run = no_extra_extensions<R>,                                                              \
       .rule =                                                                                     \
           "Other extensions that are not critical are allowed; they are listed so that nobody "   \
           "wonders."},                                                                            \
      {.id = C ".one-crl-distribution-point",                                                      \
       .title = "the " NAME " names at most one CRL address",                                      \
       .severity = kWarning,                                                                       \
       .spec = SPEC,                                                                               \
       .after = {BASE},                                                                            \
       .consequence_of = {C ".extensions-are-wellformed", C ".extensions-stand-once", ECHO},       \
       .run = one_distribution_point<R>,                                                           \
       .rule =                                                                                     \
           "Verifiers read exactly one http or https URI; with more, or another kind of name, "    \
           "they find none.",                                                                      \
       .remedy = REMEDY},                                                                          \
      {.id = C ".vendor-id-is-wellformed",                                                         \
       .title = "the " NAME "'s vendor id is four upper-case hex digits, at most once",            \
       .spec = "Matter Core 6.2.2.2",                                                              \
       .sdk = SDK,                                                                                 \
       .after = {BASE},                                                                            \
       .consequence_of = {ECHO},                                                                   \
       .run = id_is_wellformed<R, true>,                                                           \
       .rule =                                                                                     \
           "The VID attribute, or Mvid: in the common name, holds exactly four of 0-9 A-F; "       \
           "anything else makes the certificate unreadable to a commissioner.",                    \
       .remedy = REMEDY},                                                                          \
      {.id = C ".product-id-is-wellformed",                                                        \
       .title = "the " NAME "'s product id is four upper-case hex digits, at most once",           \
       .spec = "Matter Core 6.2.2.2",                                                              \
       .sdk = SDK,                                                                                 \
       .after = {BASE},                                                                            \
       .consequence_of = {ECHO},                                                                   \
       .run = id_is_wellformed<R, false>,                                                          \
       .rule = "The PID attribute, or Mpid: in the common name, holds exactly four of 0-9 A-F.",   \
       .remedy = REMEDY},                                                                          \
  {                                                                                                \
    .id = C ".ids-are-attributes", .title = "the " NAME " gives its ids as subject attributes",    \
    .severity = kInfo, .spec = "Matter Core 6.2.2.2", .after = {BASE}, .consequence_of = {ECHO},   \
    .run = ids_are_attributes<R>,                                                                  \
    .rule =                                                                                        \
        "The common-name form is a fallback for authorities that cannot issue the attributes; it " \
        "is accepted."                                                                             \
  }

}  // namespace attest::profile
