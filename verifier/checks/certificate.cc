// Checks on each certificate by itself: the profile of DAC, PAI and PAA (Matter Core 6.2.2.3
// to 6.2.2.5). Three roles, one rule each; what differs between the roles stands in kRoles.

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "verifier/catalogue.h"
#include "verifier/pki/extension_content.h"
#include "verifier/pki/name.h"

namespace attest {
namespace {

enum class Role : uint8_t { dac, pai, paa };

struct RoleInfo {
  const char* name;     // as people say it
  const char* version;  // the check of its version
  const char* vendor;   // and of how its vendor id is written
  bool ca;
  std::optional<uint64_t> path_length;  // required; for the PAA it may also be absent
  uint16_t required_usage, allowed_usage;
};
const RoleInfo& info(Role role) {
  constexpr uint16_t kSigns = KeyUsage::key_cert_sign | KeyUsage::crl_sign;
  static const RoleInfo kRoles[] = {
      {"DAC", "dac.version-is-3", "dac.vendor-id-is-wellformed", false, std::nullopt,
       KeyUsage::digital_signature, KeyUsage::digital_signature},
      {"PAI", "pai.version-is-3", "pai.vendor-id-is-wellformed", true, 0, kSigns,
       kSigns | KeyUsage::digital_signature},
      {"PAA", "paa.version-is-3", "paa.vendor-id-is-wellformed", true, 1, kSigns,
       kSigns | KeyUsage::digital_signature},
  };
  return kRoles[static_cast<size_t>(role)];
}

template <Role R>
const Certificate& certificate(const Evidence& e) {
  if constexpr (R == Role::dac) return *e.dac.certificate;
  if constexpr (R == Role::pai) return *e.pai.certificate;
  return *e.paa->certificate;
}

template <Role R>
std::string where(const Evidence& e) {
  if constexpr (R == Role::dac) return place_text(*e.dac.place);
  if constexpr (R == Role::pai) return place_text(*e.pai.place);
  return e.paa->source;
}

View extension_value(const Certificate& c, View oid) {
  for (const Extension& extension : c.extensions) {
    if (equal(extension.oid, oid)) return extension.value;
  }
  return {};
}

template <Role R>
Outcome broken(const Evidence& e, std::string what, std::string expected, std::string actual) {
  return fail(fmt::format("the {}'s {}", info(R).name, what), std::move(expected),
              std::move(actual), where<R>(e));
}

// --- presence and shape ---

// A certificate of no bytes is none: the device was asked and had nothing to give.
Outcome is_empty(const Evidence& e, const CertificateEvidence& c, const char* name) {
  const std::string found = is_log(e, c.place->path)
                                ? fmt::format("the device answered with an empty {}", name)
                                : fmt::format("the {} in the evidence is empty", name);
  return fail(found, "a certificate", "0 bytes", place_text(*c.place));
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

Outcome dac_is_present(const Evidence& e) {
  if (e.dac.present()) return e.dac.bytes.empty() ? is_empty(e, e.dac, "DAC") : pass();
  if (const char* why = why_absent(e, Remark::lacks_dac)) return blocked(why);
  const auto operational = std::find_if(
      e.not_used.begin(), e.not_used.end(),
      [](const NotUsed& unused) { return unused.why.starts_with("an operational certificate"); });
  if (operational != e.not_used.end())
    return unknown(fmt::format("no DAC: {} is {}", operational->path, operational->why));
  return dac_not_there(e);
}
Outcome pai_is_present(const Evidence& e) {
  if (e.pai.present()) return e.pai.bytes.empty() ? is_empty(e, e.pai, "PAI") : pass();
  if (!e.root_above_dac.empty()) return blocked("chain.dac-issuer-is-no-root");
  if (const char* why = why_absent(e, Remark::lacks_pai)) return blocked(why);
  return unknown("no PAI in the evidence");
}

const CertificateEvidence& of(const Evidence& e, Role role) {
  return role == Role::dac ? e.dac : e.pai;
}

template <Role R>
Outcome is_one_certificate(const Evidence& e) {
  const CertificateEvidence& c = of(e, R);
  if (c.certificate && c.problem.empty()) return pass();
  return fail(fmt::format("the {} is not one X.509 certificate: {}", info(R).name, c.problem),
              "one X.509 certificate", c.problem, where<R>(e));
}

// What a device certificate says of itself (Matter Core 6.2.2.3): no authority, and of one product.
bool is_of_a_device(const Certificate& c) {
  const auto& constraints = c.basic_constraints.value;
  const bool signs = c.key_usage.value && (c.key_usage.value->bits & KeyUsage::key_cert_sign) != 0;
  return constraints && !constraints->ca && !signs && c.product_id.how != SubjectId::How::absent;
}

// The check's status follows from the PAI alone: it is shared by the devices of a lot.
Outcome pai_is_not_a_device_certificate(const Evidence& e) {
  const CertificatePtr &pai = e.pai.certificate, &dac = e.dac.certificate;
  if (!pai || !is_of_a_device(*pai)) return pass();
  std::string what = "the PAI's place holds a device certificate";
  if (dac && equal(dac->der, pai->der)) {
    what = fmt::format("the same certificate stands as the DAC and as the PAI: it is the DAC ({})",
                       name_text(pai->subject));
  } else if (dac && !is_of_a_device(*dac)) {
    what = fmt::format("DAC and PAI are swapped: {} holds the PAI, {} the DAC",
                       place_text(*e.dac.place), place_text(*e.pai.place));
  }
  return fail(std::move(what), "the certificate of the authority that issued the DAC",
              name_text(pai->subject), place_text(*e.pai.place));
}
Outcome dac_is_not_the_pai(const Evidence& e) {
  const CertificatePtr &pai = e.pai.certificate, &dac = e.dac.certificate;
  if (!pai || !dac || is_of_a_device(*dac)) return pass();
  if (is_of_a_device(*pai)) return blocked("pai.is-not-a-device-certificate");
  if (!equal(dac->der, pai->der)) return pass();
  return fail(
      fmt::format("the same certificate stands as the DAC and as the PAI: it is the PAI ({})",
                  name_text(pai->subject)),
      "the certificate of the device", name_text(dac->subject), place_text(*e.dac.place));
}

template <Role R>
Outcome has_no_trailing_bytes(const Evidence& e) {
  const size_t trailing = of(e, R).trailing;
  if (trailing == 0) return pass();
  return fail(fmt::format("{} {} after the {}", trailing,
                          trailing == 1 ? "byte follows" : "bytes follow", info(R).name),
              "nothing after the certificate", fmt::format("{} more", trailing), where<R>(e));
}

template <Role R>
Outcome is_short_enough(const Evidence& e) {
  const size_t size = certificate<R>(e).der.size();
  if (size <= 600) return pass();
  return broken<R>(e, "certificate is too long", "at most 600 bytes",
                   fmt::format("{} bytes", size));
}

// The PAA's own profile can be judged only where its certificate is at hand: of the built-in test
// PAAs we keep facts.
Outcome paa_certificate_is_at_hand(const Evidence& e) {
  if (e.paa->certificate) return pass();
  return skipped("only the key and name of this PAA are built in, not its certificate");
}

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

// --- extensions ---

// Present once, decodable, and critical or not as the profile says.
template <Role R, class T>
Outcome stands_once(const Evidence& e, const Known<T>& extension, bool critical, const char* name) {
  const char* role = info(R).name;
  const auto wrong = [&](std::string message, std::string expected, std::string actual) {
    return fail(std::move(message), std::move(expected), std::move(actual), where<R>(e));
  };
  const Certificate& c = certificate<R>(e);
  if (c.extensions.empty() && c.version < 3)
    return blocked(info(R).version);  // there was no extension before version 3
  if (extension.count == 0)
    return wrong(fmt::format("the {} has no {}", role, name), fmt::format("one {}", name), "none");
  if (extension.count > 1)
    return wrong(fmt::format("the {} has {} twice", role, name), fmt::format("one {}", name),
                 fmt::format("{}", extension.count));
  if (!extension.value)
    return wrong(fmt::format("the {}'s {} cannot be read", role, name),
                 fmt::format("a well-formed {}", name), extension.problem);
  if (extension.critical != critical)
    return wrong(fmt::format("the {}'s {} is {}critical", role, name, critical ? "not " : ""),
                 critical ? "critical" : "not critical",
                 extension.critical ? "critical" : "not critical");
  return pass();
}

template <Role R>
Outcome basic_constraints(const Evidence& e) {
  return stands_once<R>(e, certificate<R>(e).basic_constraints, true, "basicConstraints");
}

template <Role R>
Outcome certification_authority(const Evidence& e) {
  const BasicConstraints& bc = *certificate<R>(e).basic_constraints.value;
  const auto actual = [&] {
    return fmt::format(
        "cA {}, {}", bc.ca ? "TRUE" : "FALSE",
        bc.path_length ? fmt::format("path length {}", *bc.path_length) : "no path length");
  };
  if constexpr (R == Role::dac) {
    if (bc.ca)
      return broken<R>(e, "basicConstraints make it a certification authority",
                       "cA FALSE, no path length", actual());
    if (bc.path_length)
      return broken<R>(e, "basicConstraints carry a path length", "cA FALSE, no path length",
                       actual());
    return pass();
  }
  const char* expected =
      R == Role::pai ? "cA TRUE, path length 0" : "cA TRUE, path length 1 or none";
  if (!bc.ca)
    return broken<R>(e, "basicConstraints do not make it a certification authority", expected,
                     actual());
  if (bc.path_length == info(R).path_length || (R == Role::paa && !bc.path_length)) return pass();
  return broken<R>(e, "path length is wrong", expected, actual());
}

template <Role R>
Outcome key_usage(const Evidence& e) {
  return stands_once<R>(e, certificate<R>(e).key_usage, true, "keyUsage");
}

template <Role R>
Outcome key_usage_bits(const Evidence& e) {
  const uint16_t bits = certificate<R>(e).key_usage.value->bits;
  const uint16_t required = info(R).required_usage, allowed = info(R).allowed_usage;
  if ((bits & required) == required && (bits & ~allowed) == 0) return pass();
  const std::string expected = R == Role::dac
                                   ? "digitalSignature, nothing else"
                                   : "keyCertSign and cRLSign, optionally digitalSignature";
  return broken<R>(e, "key usage is wrong", expected, bits == 0 ? "none" : key_usage_text(bits));
}

template <Role R>
Outcome subject_key_id(const Evidence& e) {
  const Certificate& c = certificate<R>(e);
  if (Outcome once = stands_once<R>(e, c.subject_key_id, false, "subject key id");
      once.status != Status::pass)
    return once;
  if (!c.skid())
    return broken<R>(e, "subject key id has a wrong length", "20 octets",
                     fmt::format("{} octets", c.subject_key_id.value->size()));
  return pass();
}

template <Role R>
Outcome authority_key_id(const Evidence& e) {
  const Certificate& c = certificate<R>(e);
  if (R == Role::paa && c.authority_key_id.count == 0)
    return note("the PAA has no authority key id, which is allowed");
  if (Outcome once = stands_once<R>(e, c.authority_key_id, false, "authority key id");
      once.status != Status::pass)
    return once;
  const auto& id = c.authority_key_id.value->key_identifier;
  if (!id)
    return broken<R>(e, "authority key id has no key identifier", "a key identifier of 20 octets",
                     "issuer and serial only");
  if (id->size() != 20)
    return broken<R>(e, "authority key id has a wrong length", "20 octets",
                     fmt::format("{} octets", id->size()));
  return pass();
}

template <Role R>
Outcome extensions_are_understood(const Evidence& e) {
  for (const Extension& extension : certificate<R>(e).extensions) {
    if (extension.critical && !is_understood(extension, info(R).ca))
      return broken<R>(e, "extension is critical and not understood",
                       "no unknown critical extension", der::oid_text(extension.oid));
  }
  return pass();
}

bool is_of_profile(View extension_oid) {
  for (const View known :
       {oid::kBasicConstraints, oid::kKeyUsage, oid::kSubjectKeyId, oid::kAuthorityKeyId}) {
    if (equal(extension_oid, known)) return true;
  }
  return false;
}

// Those of the profile have checks of their own, which say the same of them; what is critical and
// not understood is refused for that.
template <Role R>
Outcome extensions_are_wellformed(const Evidence& e) {
  for (const Extension& extension : certificate<R>(e).extensions) {
    if (extension.critical && !is_understood(extension, info(R).ca)) continue;
    if (auto fault = content_fault(extension))
      return broken<R>(e, fmt::format("extension {} cannot be read", extension_name(extension.oid)),
                       fmt::format("a well-formed {}", extension_name(extension.oid)),
                       std::move(*fault));
  }
  return pass();
}

template <Role R>
Outcome extensions_stand_once(const Evidence& e) {
  const auto& all = certificate<R>(e).extensions;
  for (size_t i = 0; i < all.size(); ++i) {
    if (is_of_profile(all[i].oid)) continue;
    for (size_t k = 0; k < i; ++k) {
      if (equal(all[i].oid, all[k].oid))
        return broken<R>(e,
                         fmt::format("extension {} stands there twice", extension_name(all[i].oid)),
                         "each extension once", "twice");
    }
  }
  return pass();
}

template <Role R>
Outcome no_extra_extensions(const Evidence& e) {
  std::string extra;
  for (const Extension& extension : certificate<R>(e).extensions) {
    if (!is_of_profile(extension.oid))
      extra += (extra.empty() ? "" : ", ") + der::oid_text(extension.oid);
  }
  return extra.empty()
             ? pass()
             : note(fmt::format("further extensions, which commissioners accept: {}", extra));
}

template <Role R>
Outcome one_distribution_point(const Evidence& e) {
  const auto& known = certificate<R>(e).crl_distribution_points;
  if (known.count == 0) return pass();
  if (known.count > 1 || !known.value)
    return broken<R>(e, "CRL distribution points cannot be read", "one extension with one URI",
                     known.value ? "several" : known.problem);
  const DistributionPoints& points = *known.value;
  const bool one = points.points == 1 && points.uris.size() == 1 && !points.other_names;
  if (!one)
    return broken<R>(e, "CRL distribution points are not one URI", "one point with one URI",
                     fmt::format("{} points, {} URIs", points.points, points.uris.size()));
  if (!points.uris[0].starts_with("http://") && !points.uris[0].starts_with("https://"))
    return broken<R>(e, "CRL distribution point is no web address", "http:// or https://",
                     printable(points.uris[0]));
  return pass();
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

Outcome paa_names_no_product(const Evidence& e) {
  const SubjectId& id = e.paa->certificate->product_id;
  if (id.how == SubjectId::How::absent) return pass();
  return broken<Role::paa>(e, "subject names a product", "no product id", hex_id(id.value));
}

// --- time, and the PAA's own signature ---

Outcome dac_is_valid_now(const Evidence& e) {
  const Certificate& dac = *e.dac.certificate;
  const bool early = e.policy.at < dac.not_before, late = e.policy.at >= dac.not_after;
  if (early || late)
    return fail(early ? "the DAC is not yet valid" : "the DAC has expired",
                fmt::format("{} to {}", rfc3339(dac.not_before), rfc3339(dac.not_after)),
                rfc3339(e.policy.at), where<Role::dac>(e));
  return dac.not_after == kNoExpiry ? note("the DAC has no well-defined expiry (99991231235959Z)")
                                    : pass();
}

template <Role R>
Outcome is_valid_now(const Evidence& e) {
  const Instant from = R == Role::pai ? e.pai.certificate->not_before : e.paa->not_before;
  const Instant until = R == Role::pai ? e.pai.certificate->not_after : e.paa->not_after;
  if (e.policy.at >= from && e.policy.at < until) return pass();
  return note(fmt::format(
      "the {} is valid {} to {}, not at {}; commissioners look at the day the DAC was issued",
      info(R).name, rfc3339(from), rfc3339(until), rfc3339(e.policy.at)));
}

Outcome paa_is_self_signed(const Evidence& e) {
  const Certificate& paa = *e.paa->certificate;
  const auto skid = paa.skid(), akid = paa.akid();
  if (!paa.self_issued())
    return broken<Role::paa>(e, "issuer is not its subject", name_text(paa.subject),
                             name_text(paa.issuer));
  if (skid && akid && *skid != *akid)
    return broken<Role::paa>(e, "authority key id is not its own", hex_colons(*skid),
                             hex_colons(*akid));
  if (!e.answer(Signed::paa_self))
    return broken<Role::paa>(e, "signature cannot be checked", "ecdsa-with-SHA256 by its own key",
                             der::oid_text(paa.signature_algorithm));
  return *e.answer(Signed::paa_self)
             ? pass()
             : broken<Role::paa>(e, "signature is not by its own key",
                                 "a self-signature that verifies", "it does not");
}

constexpr const char* kReissueDac =
    "have the DAC issued again with the right profile; every part with a DAC of this profile is "
    "refused";
constexpr const char* kReissuePai =
    "have the PAI issued again with the right profile before any DAC is issued below it";
constexpr const char* kOtherPaa =
    "use a PAA that the ledger approves; this one does not follow the PAA profile";

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

constexpr Check kChecks[] = {
    {
        .id = "dac.is-present",
        .title = "the evidence has a Device Attestation Certificate",
        .spec = "Matter Core 6.2",
        .sdk = 701,
        .run = dac_is_present,
        .rule = "Without its DAC a device cannot be told from any other; nothing can be decided.",
        .remedy = "hand over the DAC: a file, a dump that holds it, or a log of the commissioning",
        .when_unknown =
            "hand over the DAC: a file, a dump that holds it, or a log of the commissioning",
    },
    {
        .id = "dac.is-not-the-pai",
        .title = "the DAC's place does not hold the PAI",
        .spec = "Matter Core 6.2",
        .sdk = 303,
        .after = {"dac.is-present"},
        .run = dac_is_not_the_pai,
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
        .run = is_one_certificate<Role::dac>,
        .rule = "The DAC is a single DER certificate; a cut or damaged one means a wrong length or "
                "offset in the part.",
        .remedy =
            "compare length and offset of the DAC in the part with the certificate that was issued",
    },
    {
        .id = "dac.has-no-trailing-bytes",
        .title = "nothing follows the DAC",
        .spec = "Matter Core 6.2.2.3",
        .after = {"dac.is-one-certificate"},
        .consequence_of = {"dac.signature-verifies"},
        .proves_authenticity = false,
        .run = has_no_trailing_bytes<Role::dac>,
        .rule = "Bytes after the certificate mean that its size is stored wrong in the part. The "
                "SDK lets them pass, another commissioner need not.",
        .remedy = "correct the stored size of the DAC",
    },
    {
        .id = "dac.is-short-enough",
        .title = "the DAC has at most 600 bytes",
        .spec = "Matter Core 6.2.2",
        .after = {"dac.is-one-certificate"},
        .proves_authenticity = false,
        .run = is_short_enough<Role::dac>,
        .rule = "A CertificateChainResponse carries at most 600 bytes: a longer DAC cannot be "
                "handed to a commissioner.",
        .remedy = kReissueDac,
    },
    PROFILE("dac", Role::dac, "DAC", "Matter Core 6.2.2.3", 303, "dac.is-one-certificate",
            "dac.signature-verifies", "pai.subject-key-id", kReissueDac),
    {
        .id = "dac.is-no-authority",
        .title = "the DAC is no certification authority",
        .spec = "Matter Core 6.2.2.3",
        .sdk = 303,
        .after = {"dac.basic-constraints-are-critical"},
        .consequence_of = {"dac.signature-verifies"},
        .run = certification_authority<Role::dac>,
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
        .run = names_one<Role::dac, true>,
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
        .run = names_one<Role::dac, false>,
        .rule = "The subject holds a product id.",
        .remedy = kReissueDac,
    },
    {
        .id = "dac.is-valid-now",
        .title = "the DAC is within its validity",
        .spec = "Matter Core 6.2.3.1",
        .sdk = 300,
        .after = {"dac.is-one-certificate"},
        .consequence_of = {"dac.signature-verifies"},
        .run = dac_is_valid_now,
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
        .run = pai_is_present,
        .rule = "The PAI links the DAC to its root; the device itself must hold it.",
        .remedy = "hand over the PAI; if the part has none, its factory data lacks it",
        .when_unknown = "hand over the PAI: a file, or a dump that holds it",
    },
    {
        .id = "pai.is-not-a-device-certificate",
        .title = "the PAI's place does not hold a device's certificate",
        .spec = "Matter Core 6.2",
        .sdk = 203,
        .after = {"pai.is-present"},
        .run = pai_is_not_a_device_certificate,
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
        .run = is_one_certificate<Role::pai>,
        .rule = "The PAI is a single DER certificate; a cut or damaged one means a wrong length or "
                "offset in the part.",
        .remedy =
            "compare length and offset of the PAI in the part with the certificate that was issued",
    },
    {
        .id = "pai.has-no-trailing-bytes",
        .title = "nothing follows the PAI",
        .spec = "Matter Core 6.2.2.4",
        .after = {"pai.is-one-certificate"},
        .consequence_of = {"pai.signature-verifies"},
        .proves_authenticity = false,
        .run = has_no_trailing_bytes<Role::pai>,
        .rule = "Bytes after the certificate mean that its size is stored wrong in the part.",
        .remedy = "correct the stored size of the PAI",
    },
    {
        .id = "pai.is-short-enough",
        .title = "the PAI has at most 600 bytes",
        .spec = "Matter Core 6.2.2",
        .after = {"pai.is-one-certificate"},
        .proves_authenticity = false,
        .run = is_short_enough<Role::pai>,
        .rule = "A CertificateChainResponse carries at most 600 bytes.",
        .remedy = kReissuePai,
    },
    PROFILE("pai", Role::pai, "PAI", "Matter Core 6.2.2.4", 203, "pai.is-one-certificate",
            "pai.signature-verifies", "chain.dac-issuer-is-no-root", kReissuePai),
    {
        .id = "pai.is-an-authority",
        .title = "the PAI is a certification authority with path length 0",
        .spec = "Matter Core 6.2.2.4",
        .sdk = 203,
        .after = {"pai.basic-constraints-are-critical"},
        .consequence_of = {"pai.signature-verifies", "chain.dac-issuer-is-no-root"},
        .run = certification_authority<Role::pai>,
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
        .run = names_one<Role::pai, true>,
        .rule = "A PAI belongs to one vendor; a product id is optional.",
        .remedy = kReissuePai,
    },
    {
        .id = "pai.is-valid-now",
        .title = "the PAI is within its validity",
        .severity = kInfo,
        .spec = "Matter Core 6.2.3.1",
        .after = {"pai.is-one-certificate"},
        .consequence_of = {"pai.signature-verifies"},
        .run = is_valid_now<Role::pai>,
        .rule = "Nobody looks at the PAI's validity today; it counts at the day the DAC was issued "
                "(pai.is-valid-at-dac-issuance).",
    },

    {
        .id = "paa.certificate-is-at-hand",
        .title = "the trusted PAA's certificate is at hand",
        .severity = kInfo,
        .spec = "Matter Core 6.2.2.5",
        .after = {"paa.is-trusted"},
        .run = paa_certificate_is_at_hand,
        .rule = "The profile of a PAA can be judged when its certificate is there: from the ledger "
                "or given with --trust-paa.",
    },
    {
        .id = "paa.is-short-enough",
        .title = "the PAA has at most 600 bytes",
        .spec = "Matter Core 6.2.2",
        .after = {"paa.certificate-is-at-hand"},
        .proves_authenticity = false,
        .run = is_short_enough<Role::paa>,
        .rule = "Stores of commissioners skip longer roots in silence.",
        .remedy = kOtherPaa,
    },
    PROFILE("paa", Role::paa, "PAA", "Matter Core 6.2.2.5", 105, "paa.certificate-is-at-hand",
            nullptr, nullptr, kOtherPaa),
    {
        .id = "paa.is-an-authority",
        .title = "the PAA is a certification authority",
        .spec = "Matter Core 6.2.2.5",
        .sdk = 105,
        .after = {"paa.basic-constraints-are-critical"},
        .run = certification_authority<Role::paa>,
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
        .run = paa_names_no_product,
        .rule = "A root serves a vendor or everybody, never one product.",
        .remedy = kOtherPaa,
    },
    {
        .id = "paa.is-self-signed",
        .title = "the PAA is signed by itself",
        .severity = kWarning,
        .spec = "Matter Core 6.2.2.5",
        .after = {"paa.key-is-p256", "paa.signature-algorithm-is-ecdsa-sha256"},
        .run = paa_is_self_signed,
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
        .after = {"paa.is-trusted"},
        .run = is_valid_now<Role::paa>,
        .rule = "Nobody looks at the PAA's validity today; it counts at the day the DAC was issued "
                "(paa.is-valid-at-dac-issuance).",
    },
};
#undef PROFILE

}  // namespace

std::span<const Check> certificate_checks() {
  return kChecks;
}

}  // namespace attest
