// Checks on the response to a CSRRequest (Matter Core 11.18.4.9), with which a device asks for its
// operational certificate: the half of TC-DA-1.5 that files can tell.

#include <fmt/format.h>

#include "verifier/checks/catalogue.h"
#include "verifier/matter/attestation_elements.h"
#include "verifier/pki/der.h"

namespace attest {
namespace {

constexpr const char* kNone = "no NOCSR response in the evidence";

// A part that is not there: who hands over files can hand over the rest, a log says what it says.
Outcome part_missing(const StatedNocsr& stated, const char* why, const char* logged) {
  return stated->is_logged ? skipped(logged) : unknown(why);
}

Outcome response_is_there(const RecordView& record) {
  if (!record.nocsr) return skipped(kNone);
  if (record.nocsr->place) return pass();
  return record.nocsr->is_logged
             ? skipped("the NOCSR elements are not in the log: the response counts as absent")
             : unknown("the evidence has parts of a NOCSR response but not its elements");
}
Outcome elements_are_short_enough(const StatedNocsr& stated) {
  const size_t size = stated->bytes.size();
  return size <= kMaxElementsBytes ? pass()
                                   : fail("the NOCSR elements are too long",
                                          fmt::format("at most {} bytes", kMaxElementsBytes),
                                          fmt::format("{} bytes", size), stated.where());
}
Outcome elements_are_wellformed(const StatedNocsr& stated) {
  if (stated->elements) return pass();
  return fail(fmt::format("the NOCSR elements cannot be read: {}", stated->problem),
              "an anonymous structure of request, nonce and vendor fields in this order",
              stated->problem, stated.where());
}
Outcome nonce_length(const NocsrElements& elements, const StatedNocsr& stated) {
  const size_t size = elements.nonce.size();
  return size == 32 ? pass()
                    : fail("the CSRNonce has a wrong length", "32 bytes",
                           fmt::format("{} bytes", size), stated.where());
}
Outcome nonce_matches(const NocsrElements& elements, const StatedNocsr& stated) {
  if (!stated->nonce)
    return skipped(
        "the CSRNonce that was sent is not in the evidence: the response may be an old "
        "one");
  if (equal(*stated->nonce, elements.nonce)) return pass();
  return fail("the CSRNonce in the NOCSR elements is not the one that was sent",
              hex(*stated->nonce), hex(elements.nonce), stated.where());
}

// --- the request in it

Outcome csr_is_wellformed(const NocsrElements&, const StatedNocsr& stated) {
  if (stated->csr) return pass();
  return fail(
      fmt::format("the request in the NOCSR elements cannot be read: {}", stated->csr_problem),
      "one PKCS#10 request", stated->csr_problem, stated.where());
}
Outcome csr_key_is_p256(const Csr& csr, const StatedNocsr& stated) {
  if (csr.p256 && csr.public_key) return pass();
  const std::string found = csr.p256            ? "no point of it"
                            : csr.curve.empty() ? "no named curve"
                                                : der::oid_text(csr.curve);
  return fail(fmt::format("the request in the NOCSR elements has no key on P-256: {}", found),
              "a point of prime256v1", found, stated.where());
}
Outcome csr_algorithm_is_right(const Csr& csr, const StatedNocsr& stated) {
  if (equal(csr.signature_algorithm, oid::kEcdsaWithSha256)) return pass();
  const std::string found = der::oid_text(csr.signature_algorithm);
  return fail(fmt::format("the request in the NOCSR elements is signed with {}", found),
              "ecdsa-with-SHA256", found, stated.where());
}
Outcome csr_signature_verifies(const Csr& csr, const StatedNocsr& stated) {
  if (stated->csr_signed == true) return pass();
  return fail(
      "the signature of the request in the NOCSR elements does not verify under its own "
      "key",
      "the signature of this key's holder", csr.ecdsa ? "another" : "no ECDSA signature",
      stated.where());
}
Outcome csr_key_is_not_the_dacs(const Csr& csr, const Dac& dac, const StatedNocsr& stated) {
  if (csr.public_key && dac->p256 && *csr.public_key == *dac->p256)
    return fail("the request in the NOCSR elements is for the key of the DAC",
                "a key of its own, made for this fabric", "the DAC's", stated.where());
  return pass();
}

// --- the device's signature

Outcome challenge_length(const StatedNocsr& stated) {
  if (!stated->challenge)
    return part_missing(stated, "the session's attestation challenge is not in the evidence",
                        "the log does not state the session's attestation challenge, without which "
                        "the signature cannot be checked");
  return stated->challenge->size() == 16
             ? pass()
             : fail("the attestation challenge of the NOCSR response has a wrong length",
                    "16 bytes", fmt::format("{} bytes", stated->challenge->size()));
}
Outcome signature_length(const StatedNocsr& stated) {
  if (!stated->signature)
    return part_missing(stated, "the signature of the NOCSR elements is not in the evidence",
                        "the signature of the NOCSR elements is not in the log");
  return stated->signature->size() == 64
             ? pass()
             : fail("the signature of the NOCSR elements has a wrong length", "64 bytes (r, s)",
                    fmt::format("{} bytes", stated->signature->size()));
}
Outcome signature_verifies(const RecordView& record, const StatedNocsr& stated) {
  if (!record.unchecked_nocsr_responses_why.empty())
    return unknown(record.unchecked_nocsr_responses_why);
  if (stated->signed_by_dac == true) return pass();
  if (stated->challenge_of_attestation)
    return unknown(
        "the signature of the NOCSR elements does not verify with the challenge of the attestation "
        "response, and the challenge of its own session is not in the evidence");
  return fail(
      "the signature of the NOCSR elements does not verify with the DAC's key: the device does not "
      "hold the key of its DAC, or elements and challenge are of another session",
      "a signature over elements and challenge by the DAC's key", "it does not verify",
      stated.where());
}
Outcome challenge_is_not_sent(const NocsrElements& elements, const StatedNocsr& stated) {
  if (!stated->challenge) return skipped("no attestation challenge in the evidence");
  for (size_t i = 0; i < elements.vendor_reserved.size(); ++i) {
    const auto& field = elements.vendor_reserved.at(i);
    if (field && find(*field, *stated->challenge))
      return fail(fmt::format("the attestation challenge stands in vendor_reserved{}", i + 1),
                  "no part of the session's secrets", "the 16 bytes of the challenge",
                  stated.where());
  }
  return pass();
}

constexpr const char* kSpec = "Matter Core 11.18.4.9";
constexpr const char* kFirmware = "correct the firmware's CSRResponse";
constexpr const char* kWhole =
    "hand over elements, signature, nonce and challenge of one CSRRequest (\"nocsr\" of "
    "device.json)";

constexpr Check kChecks[] = {
    {
        .id = "nocsr.response-is-there",
        .title = "the NOCSR response has its elements",
        .spec = kSpec,
        .proves_authenticity = false,
        .run = rule<response_is_there>,
        .rule = "With the CSRResponse a device asks for its operational certificate, and signs "
                "with its DAC's key that the request is its own. Evidence without one can be "
                "judged all the same.",
        .remedy = kWhole,
        .when_unknown = kWhole,
    },
    {
        .id = "nocsr.elements-are-short-enough",
        .title = "the NOCSR elements have at most 900 bytes",
        .spec = kSpec,
        .proves_authenticity = false,
        .run = rule<elements_are_short_enough>,
        .rule = "RESP_MAX is 900 bytes (TC-DA-1.5, step 6).",
        .remedy = kFirmware,
    },
    {
        .id = "nocsr.elements-are-wellformed",
        .title = "the NOCSR elements can be read",
        .spec = kSpec,
        .consequence_of = {"nocsr.signature-verifies"},
        .run = rule<elements_are_wellformed>,
        .rule = "One anonymous TLV structure: the request (1), the nonce (2), then at most "
                "vendor_reserved1 to 3 (3 to 5), in the order of their tags and all octet strings. "
                "Commissioners know no other fields, and nothing follows (TC-DA-1.5, step 6).",
        .remedy = kFirmware,
    },
    {
        .id = "nocsr.nonce-length",
        .title = "the CSRNonce has 32 bytes",
        .spec = kSpec,
        .consequence_of = {"nocsr.signature-verifies"},
        .run = rule<nonce_length>,
        .rule = "A shorter nonce makes old responses easier to play back (TC-DA-1.5, step 6).",
        .remedy = kFirmware,
    },
    {
        .id = "nocsr.nonce-matches",
        .title = "the CSRNonce is the one that was sent",
        .spec = kSpec,
        .consequence_of = {"nocsr.signature-verifies", "nocsr.nonce-length"},
        .run = rule<nonce_matches>,
        .rule = "The device signs the commissioner's own nonce; another one means a recorded "
                "response (TC-DA-1.5, step 6).",
        .remedy = "take response and nonce from the same CSRRequest; if they are, the firmware "
                  "answers with an old response",
    },
    {
        .id = "nocsr.csr-is-wellformed",
        .title = "the request in the NOCSR elements can be read",
        .spec = "RFC 2986 4",
        .consequence_of = {"nocsr.signature-verifies"},
        .run = rule<csr_is_wellformed>,
        .rule =
            "One PKCS#10 request in DER and nothing behind it (TC-DA-1.5, step 6): the fabric's "
            "authority reads the operational key out of it.",
        .remedy = kFirmware,
    },
    {
        .id = "nocsr.csr-key-is-p256",
        .title = "the key of the request in the NOCSR elements is on P-256",
        .spec = kSpec,
        .consequence_of = {"nocsr.signature-verifies"},
        .run = rule<csr_key_is_p256>,
        .rule = "Operational certificates have keys on prime256v1 (TC-DA-1.5, step 6).",
        .remedy = kFirmware,
    },
    {
        .id = "nocsr.csr-algorithm-is-ecdsa-sha256",
        .title = "the request in the NOCSR elements is signed with ecdsa-with-SHA256",
        .spec = kSpec,
        .consequence_of = {"nocsr.signature-verifies", "nocsr.csr-key-is-p256"},
        .run = rule<csr_algorithm_is_right>,
        .rule = "The one algorithm of Matter's requests (TC-DA-1.5, step 6).",
        .remedy = kFirmware,
    },
    {
        .id = "nocsr.csr-signature-verifies",
        .title = "the request in the NOCSR elements is signed with its own key",
        .spec = "RFC 2986 4",
        .after = {"nocsr.csr-is-wellformed", "nocsr.csr-key-is-p256",
                  "nocsr.csr-algorithm-is-ecdsa-sha256"},
        .consequence_of = {"nocsr.signature-verifies"},
        .run = rule<csr_signature_verifies>,
        .rule = "The signature shows that who asks holds the private key (TC-DA-1.5, step 6).",
        .remedy = kFirmware,
    },
    {
        .id = "nocsr.csr-key-is-not-the-dacs",
        .title = "the request in the NOCSR elements is for another key than the DAC's",
        .spec = kSpec,
        .run = rule<csr_key_is_not_the_dacs>,
        .alike = "a record with a NOCSR response is alike to none",
        .rule = "The operational key is made anew for each fabric. The DAC's key in its place "
                "makes the device known across fabrics, and signs what a fabric's members choose.",
        .remedy = "make a key of its own for every CSRRequest",
    },
    {
        .id = "nocsr.challenge-length",
        .title = "the attestation challenge of the NOCSR response has 16 bytes",
        .spec = kSpec,
        .consequence_of = {"attestation.challenge-length"},
        .run = rule<challenge_length>,
        .rule = "The challenge is 16 bytes of the session's key derivation.",
        .remedy = "hand over the session's attestation challenge (16 bytes)",
        .when_unknown = "hand over the challenge of the session that the response is of",
    },
    {
        .id = "nocsr.signature-length",
        .title = "the signature of the NOCSR elements has 64 bytes",
        .spec = kSpec,
        .run = rule<signature_length>,
        .rule = "r and s, 32 bytes each, big endian (TC-DA-1.5, step 7).",
        .remedy = "hand over the signature as received (64 bytes); if it is, the firmware encodes "
                  "it wrong",
        .when_unknown = "hand over the signature of the response (64 bytes)",
    },
    {
        .id = "nocsr.signature-verifies",
        .title = "the device signed the NOCSR elements with the key of its DAC",
        .spec = kSpec,
        .after = {"nocsr.response-is-there", "nocsr.challenge-length", "nocsr.signature-length",
                  "dac.key-is-p256"},
        .consequence_of = {"dac.signature-verifies", "attestation.signature-verifies",
                           "key.belongs-to-dac"},
        .run = rule<signature_verifies>,
        .rule = "ECDSA with SHA-256 over the elements as received and the session's challenge "
                "(TC-DA-1.5, step 7), below a post-quantum chain, too: the DAC's own key is on "
                "P-256 in either, and one response is good for both. Without it anybody could ask "
                "for a certificate in the device's place.",
        .remedy = "put the private key that belongs to this DAC into the part",
        .when_unknown = "hand over the challenge of the session that the response is of",
    },
    {
        .id = "nocsr.challenge-is-not-in-vendor-fields",
        .title = "the attestation challenge does not stand in a vendor field of the NOCSR elements",
        .severity = kErrorAtLab,
        .spec = kSpec,
        .after = {"nocsr.challenge-length"},
        .run = rule<challenge_is_not_sent>,
        .rule = "The challenge is a secret of the session; elements are kept and handed on "
                "(TC-DA-1.5, step 8).",
        .remedy = "keep the session's secrets out of vendor_reserved1 to 3",
    },
};

}  // namespace

std::span<const Check> nocsr_checks() {
  return kChecks;
}

}  // namespace attest
