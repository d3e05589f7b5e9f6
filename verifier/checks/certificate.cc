// Checks on each certificate by itself: the profile of DAC, PAI and PAA (Matter Core 6.2.2.3
// to 6.2.2.5). Three roles, one rule each; what differs between the roles stands in kRoles.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/checks/certificate_profile.h"

namespace attest {
namespace {

using namespace profile;

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
