// Checks on the attestation response (Matter Core 11.18.4.7) and on keys: does this device hold the
// key of its DAC?

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "verifier/checks/catalogue.h"
#include "verifier/checks/other_part.h"
#include "verifier/sdk/sdk_meaning.h"
#include "verifier/sdk/sdk_result.h"

namespace attest {
namespace {

// A part of the response that is not there. Who hands over files can hand over the rest, and until
// then the question stays open. A log says what it says: what it leaves out counts as absent, as a
// whole response does, and `attestation.possession-is-shown` warns.
Outcome part_missing(const RecordView& record, const char* why, const char* logged) {
  return record.response_is_logged ? skipped(logged) : unknown(why);
}

Outcome response_is_there(const Evidence& e) {
  if (e.elements_statement != nullptr) return pass();
  if (e.response_is_logged)
    return skipped("the attestation elements are not in the log: the response counts as absent");
  if (e.signature != nullptr || e.challenge != nullptr)
    return unknown("the evidence has parts of an attestation response but not its elements");
  return skipped("no attestation response in the evidence");
}
Outcome elements_are_short_enough(const StatedElements& stated) {
  const size_t size = stated.bytes->size();
  return size <= kMaxElementsBytes
             ? pass()
             : fail("the attestation elements are too long", "at most 900 bytes",
                    fmt::format("{} bytes", size), stated.where());
}
Outcome elements_are_wellformed(const Evidence& e, const StatedElements& stated) {
  if (e.elements) return pass();
  return fail(fmt::format("the attestation elements cannot be read: {}", e.elements_problem),
              "declaration, nonce, timestamp in this order", e.elements_problem, stated.where());
}
Outcome elements_end(const AttestationElements& elements, const StatedElements& stated) {
  if (elements.unterminated)
    return fail("the attestation elements have no end", "an end-of-container octet (0x18)",
                "the bytes end without it", stated.where());
  return pass();
}
Outcome elements_have_no_trailing_bytes(const AttestationElements& elements,
                                        const StatedElements& stated) {
  if (elements.trailing_bytes == 0) return pass();
  return fail(fmt::format("{} {} after the attestation elements", elements.trailing_bytes,
                          elements.trailing_bytes == 1 ? "byte follows" : "bytes follow"),
              "nothing after the structure", fmt::format("{} more", elements.trailing_bytes),
              stated.where());
}
Outcome nonce_length(const AttestationElements& elements, const StatedElements& stated) {
  const size_t size = elements.nonce.size();
  return size == 32 ? pass()
                    : fail("the attestation nonce has a wrong length", "32 bytes",
                           fmt::format("{} bytes", size), stated.where());
}
Outcome nonce_matches(const Evidence& e, const RecordView& record,
                      const AttestationElements& elements, const StatedElements& stated) {
  if (e.nonce == nullptr)
    return part_missing(
        record, "the nonce that was sent is not in the evidence, so the response may be an old one",
        "the log does not state the nonce that was sent, so the response may be an old one");
  if (equal(*e.nonce, elements.nonce)) return pass();
  return fail("the nonce in the attestation elements is not the one that was sent", hex(*e.nonce),
              hex(elements.nonce), stated.where());
}
Outcome challenge_length(const Evidence& e, const RecordView& record) {
  if (e.challenge == nullptr)
    return part_missing(record, "the session's attestation challenge is not in the evidence",
                        "the log does not state the session's attestation challenge, without which "
                        "the signature cannot be checked");
  return e.challenge->size() == 16 ? pass()
                                   : fail("the attestation challenge has a wrong length",
                                          "16 bytes", fmt::format("{} bytes", e.challenge->size()));
}
Outcome signature_length(const Evidence& e, const RecordView& record) {
  if (e.signature == nullptr)
    return part_missing(record, "the attestation signature is not in the evidence",
                        "the attestation signature is not in the log");
  return e.signature->size() == 64
             ? pass()
             : fail("the attestation signature has a wrong length", "64 bytes (r, s)",
                    fmt::format("{} bytes", e.signature->size()));
}
Outcome signature_verifies(const Evidence& e, const RecordView& record,
                           const StatedElements& stated) {
  if (!record.unchecked_responses_why.empty()) return unknown(record.unchecked_responses_why);
  if (e.answer(Signed::attestation) == true) return pass();
  return fail(
      "the attestation signature does not verify with the DAC's key: the device does not hold the "
      "key of its DAC, or elements and challenge are of another session",
      "a signature over elements and challenge by the DAC's key", "it does not verify",
      stated.where());
}
// Of several declarations one is the device's; that there are others is identity.one-cd's affair.
Outcome declaration_is_the_same(const Stated<FactId::cd>& given,
                                const AttestationElements& elements, const StatedElements& stated) {
  const auto all = given.all();
  if (all.empty()) return skipped("no declaration beside the attestation elements");
  if (std::any_of(all.begin(), all.end(), [&](const Statement* s) {
        return equal(std::get<Bytes>(s->value), elements.certification_declaration);
      }))
    return pass();
  return fail("the declaration in the attestation elements is not the one in the evidence",
              fmt::format("the same bytes as {}", place_text(first_of(all)->place)), "others",
              stated.where());
}
Outcome no_unknown_fields(const AttestationElements& elements) {
  if (elements.unknown_tags.empty()) return pass();
  std::string tags;
  for (const std::string& tag : elements.unknown_tags) tags += (tags.empty() ? "" : ", ") + tag;
  return note(fmt::format(
      "the attestation elements have further fields, which commissioners ignore: {}", tags));
}
Outcome firmware_information(const AttestationElements& elements) {
  return elements.firmware_information ? note(fmt::format("firmware information of {} bytes",
                                                          elements.firmware_information->size()))
                                       : pass();
}
// A NOCSR response is signed by the same key over another nonce: it shows as much, when the nonce
// is known to be the one that was sent.
bool shown_by_nocsr(const Evidence& e) {
  return e.nocsr && e.nocsr->signed_by_dac == true && e.nocsr->elements && e.nocsr->nonce &&
         equal(*e.nocsr->nonce, e.nocsr->elements->nonce);
}
Outcome possession_is_shown(const Evidence& e, const Dac& dac, const IfAny<DacKey>& key_if_any) {
  const bool may_be_old = e.response_is_logged && e.nonce == nullptr;
  const bool by_response = e.answer(Signed::attestation) == true && !may_be_old;
  const bool by_key = key_if_any && dac->p256 == (*key_if_any)->public_key;
  if (by_response || by_key || shown_by_nocsr(e)) return pass();
  return fail("the evidence does not show that the device holds the key of its DAC",
              "an attestation response, or the key in the dump",
              e.response_is_logged ? "a log that does not give the whole response" : "neither");
}

// --- what a commissioner concluded

std::string result_text(int code) {
  const char* name = sdk_code_name(code);
  return name == nullptr ? fmt::format("err {}", code) : fmt::format("err {} ({})", code, name);
}

// A device is commissioned more than once, and several logs hold several results: the first that is
// not what we come to is told of.
Maybe<Statement> result_to_explain(const Evidence& e) {
  const Maybe<Statement> first = e.device.first(FactId::commissioner_result);
  if (first == nullptr) return nullptr;
  const MaybeValue<SdkResult> ours = e.dac.present() ? MaybeValue(sdk_result(e)) : std::nullopt;
  const uint64_t expected = ours && ours->code ? static_cast<uint64_t>(ours->code->code) : 0;
  for (const Statement& s : e.device.statements) {
    if (s.fact == FactId::commissioner_result && std::get<uint64_t>(s.value) != expected) return &s;
  }
  return first;
}

Outcome commissioner_agrees(const Evidence& e) {
  const Maybe<Statement> said = result_to_explain(e);
  if (said == nullptr) {
    const Maybe<Statement> sought = e.device.first(FactId::sought_paa);
    if (sought == nullptr || e.sought_paa.empty())
      return skipped("no commissioner's result in the evidence");
    return fail(fmt::format("a commissioner did not find the root of the PAI: {}", e.sought_paa),
                "the PAI's root among the commissioner's PAAs", "none", place_text(sought->place));
  }
  const auto theirs = static_cast<int>(std::get<uint64_t>(said->value));
  std::string message = theirs == 0 ? std::string("the commissioner accepted the device")
                                    : fmt::format("the commissioner's own result is {}: {}",
                                                  result_text(theirs), sdk_code_meaning(theirs));
  if (!e.sought_paa.empty()) message += "; " + e.sought_paa;
  if (!e.dac.present()) {
    if (theirs == 0) return note(std::move(message));
    return fail(message + "; the chain is not in the evidence, so it is not judged here",
                "the certificates and the declaration that it judged", "its result alone",
                place_text(said->place));
  }
  const SdkResult result = sdk_result(e);
  if (!result.code) {
    if (theirs == 0) return note(std::move(message));
    return fail(
        fmt::format("{}; by the evidence here it cannot be told: {}", message, result.why_unknown),
        "all that the commissioner judged", "not all of it", place_text(said->place));
  }
  const int ours = result.code->code;
  if (theirs == ours) return note(std::move(message));
  const std::string by_this = ours == 0 ? "it would accept this device" : result_text(ours);
  return fail(fmt::format("{}; by the evidence here {}", message, by_this),
              ours == 0 ? "success" : result_text(ours),
              theirs == 0 ? "success" : result_text(theirs), place_text(said->place));
}

// --- keys ---

Outcome key_is_no_authority_key(const RecordView& record) {
  if (record.authority_keys.empty()) return pass();
  const AuthorityKey& first = first_of(record.authority_keys);
  return fail(fmt::format("the private key of {} lies in {}: whoever has it can forge whatever it "
                          "signs",
                          first.whose, place_text(first.place)),
              "no authority's key beside a device", first.whose, place_text(first.place));
}

Outcome key_is_stored_as_read(const RecordView& record) {
  std::string message, source;
  for (const Noted& noted : record.device.remarks()) {
    if (noted.remark != Remark::key_slot) continue;
    message += fmt::format("{}{}: {}", message.empty() ? "" : "; ", place_text(noted.place),
                           noted.message);
    if (source.empty()) source = place_text(noted.place);
  }
  return message.empty() ? pass()
                         : fail(std::move(message), "the bytes that the firmware signs with",
                                "another encoding of a key", std::move(source));
}

Outcome key_belongs_to_dac(const RecordView& record, const Dac& dac,
                           const IfAny<DacKey>& key_if_any, const Evidence& e) {
  if (!key_if_any)
    return skipped(record.device.noted(Remark::key_locked)
                       ? "the private key in the evidence is encrypted, and was not opened"
                       : "no private key in the evidence");
  const DacKey& own = *key_if_any;
  const bool fits = dac->p256 == own->public_key;
  std::vector<OtherKey> wrong = record.other_keys;
  if (!fits) wrong.insert(wrong.begin(), {.place = *own.place, .public_key = own->public_key});
  if (wrong.empty()) return pass();
  const OtherPart other_part(e);
  std::erase_if(wrong, [&](const OtherKey& key) { return other_part.holds(key.place); });
  if (wrong.empty()) return blocked("identity.one-dac");
  const Place& place = first_of(wrong).place;
  const Point& found = first_of(wrong).public_key;
  std::string message = "the private key is not the DAC's";
  if (fits)
    message = fmt::format("the private key in {} is not the DAC's, as the one in {} is",
                          place_text(place), own.where());
  const auto more = static_cast<size_t>(std::count_if(
      wrong.begin(), wrong.end(), [&](const OtherKey& k) { return k.public_key != found; }));
  if (more != 0) message += fmt::format(" (nor are {} more)", more);
  return fail(std::move(message), fmt::format("public key {}", hex(dac->public_key)),
              fmt::format("public key {}", hex(found)), place_text(place));
}
Outcome public_key_is_the_dacs(const RecordView& record, const Dac& dac) {
  const auto said = record.device.first<FactId::dac_public_key>();
  const Maybe<Bytes> key = said == nullptr ? nullptr : std::get_if<Bytes>(&said->value);
  if (key == nullptr) return skipped("no public key beside the DAC in the evidence");
  if (equal(*key, dac->public_key)) return pass();
  return fail("the public key beside the DAC is not the DAC's", hex(dac->public_key), hex(*key),
              place_text(said->place));
}
Outcome key_is_not_exposed(const RecordView& record, const IfAny<DacKey>& key_if_any) {
  if (!key_if_any)
    return record.device.noted(Remark::key_encrypted) ||
                   record.device.noted(Remark::key_in_hardware)
               ? pass()
               : skipped("no private key in the evidence");
  const DacKey& key = *key_if_any;
  return fail("the DAC's private key can be read in the evidence",
              "a key that never leaves the part", "the key in plain", key.where());
}

constexpr const char* kSpec = "Matter Core 11.18.4.7";
constexpr const char* kFirmware = "correct the firmware's AttestationResponse";
// Of alike records.
constexpr const char* kSameElements =
    "its elements differ in their nonce alone, which has 32 bytes in both";
constexpr const char* kNoKeys = "a record with the DAC's private or public key is alike to none";

constexpr Check kChecks[] = {
    {
        .id = "attestation.response-is-there",
        .title = "the attestation response is whole",
        .spec = kSpec,
        .sdk = 701,
        .run = rule<response_is_there>,
        .alike = "it has the whole response or nothing of one, as the record it is alike to",
        .rule = "Elements, signature, nonce and challenge together show that the device holds its "
                "DAC's key; evidence without them can still be judged, but says less.",
        .remedy = "hand over elements, signature, nonce and challenge of one session",
        .when_unknown = "hand over elements, signature, nonce and challenge of one session",
    },
    {
        .id = "attestation.elements-are-short-enough",
        .title = "the attestation elements have at most 900 bytes",
        .spec = kSpec,
        .sdk = 701,
        .proves_authenticity = false,
        .run = rule<elements_are_short_enough>,
        .alike = kSameElements,
        .rule = "RESP_MAX is 900 bytes.",
        .remedy = kFirmware,
    },
    {
        .id = "attestation.elements-are-wellformed",
        .title = "the attestation elements can be read",
        .spec = kSpec,
        .sdk = 501,
        .consequence_of = {"attestation.signature-verifies"},
        .run = rule<elements_are_wellformed>,
        .alike = kSameElements,
        .rule = "One TLV structure: declaration (1) first, nonce (2), timestamp (3), optionally "
                "firmware information (4) and vendor fields, in the order of their tags.",
        .remedy = kFirmware,
    },
    {
        .id = "attestation.elements-are-terminated",
        .title = "the attestation elements end",
        .spec = kSpec,
        .consequence_of = {"attestation.signature-verifies"},
        .run = rule<elements_end>,
        .alike = kSameElements,
        .rule = "The structure is closed by an end-of-container. The SDK lets an open one pass.",
        .remedy = kFirmware,
    },
    {
        .id = "attestation.elements-have-no-trailing-bytes",
        .title = "nothing follows the attestation elements",
        .spec = kSpec,
        .consequence_of = {"attestation.signature-verifies"},
        .run = rule<elements_have_no_trailing_bytes>,
        .alike = kSameElements,
        .rule = "Bytes after the structure are signed but unread. The SDK lets them pass.",
        .remedy = kFirmware,
    },
    {
        .id = "attestation.nonce-length",
        .title = "the attestation nonce has 32 bytes",
        .spec = kSpec,
        .consequence_of = {"attestation.signature-verifies"},
        .run = rule<nonce_length>,
        .alike = kSameElements,
        .rule = "A shorter nonce makes old responses easier to play back. The SDK only compares.",
        .remedy = kFirmware,
    },
    {
        .id = "attestation.nonce-matches",
        .title = "the nonce is the one that was sent",
        .spec = kSpec,
        .sdk = 502,
        .consequence_of = {"attestation.signature-verifies", "attestation.nonce-length"},
        .run = rule<nonce_matches>,
        .alike = "its nonce is compared with the one in its elements",
        .rule =
            "The device signs the commissioner's own nonce; another one means a recorded response.",
        .remedy = "take response and nonce from the same exchange; if they are, the firmware "
                  "answers with an old response",
        .when_unknown = "hand over the nonce that this session sent (32 bytes)",
    },
    {
        .id = "attestation.challenge-length",
        .title = "the attestation challenge has 16 bytes",
        .spec = kSpec,
        .after = {"attestation.response-is-there"},
        .run = rule<challenge_length>,
        .alike = "with a challenge of another length it is alike to none",
        .rule = "The challenge is 16 bytes of the session's key derivation.",
        .remedy = "hand over the session's attestation challenge (16 bytes)",
        .when_unknown = "hand over the challenge of the session that the response is of",
    },
    {
        .id = "attestation.signature-length",
        .title = "the attestation signature has 64 bytes",
        .spec = kSpec,
        .sdk = 503,
        .after = {"attestation.response-is-there"},
        .run = rule<signature_length>,
        .alike = "with a signature of another length it is alike to none",
        .rule = "r and s, 32 bytes each, big endian.",
        .remedy = "hand over the signature as received (64 bytes); if it is, the firmware encodes "
                  "it wrong",
        .when_unknown = "hand over the signature of the response (64 bytes)",
    },
    {
        .id = "attestation.signature-verifies",
        .title = "the device signed with the key of its DAC",
        .spec = kSpec,
        .sdk = 500,
        .after = {"attestation.challenge-length", "attestation.signature-length",
                  "dac.key-is-p256"},
        .consequence_of = {"dac.signature-verifies"},
        .run = rule<signature_verifies>,
        .alike = "the signature of its response is verified",
        .rule = "ECDSA with SHA-256 over the elements as received and the challenge, below a "
                "post-quantum chain, too: the DAC's own key is on P-256 in either. Without it a "
                "stolen certificate would do.",
        .remedy = "put the private key that belongs to this DAC into the part",
    },
    {
        .id = "attestation.declaration-is-the-one-given",
        .title = "the device presents the declaration that was handed over",
        .spec = kSpec,
        .consequence_of = {"attestation.signature-verifies", "cms.is-signed-data",
                           "cms.has-no-trailing-bytes", "cms.version-is-3",
                           "cms.digest-algorithm-is-sha256", "cms.content-type-is-data",
                           "cms.has-one-signer", "cms.has-nothing-extra", "cms.signer-version-is-3",
                           "cms.signer-digest-is-sha256", "cms.signer-algorithm-is-ecdsa-sha256",
                           "cms.signer-is-named-by-key-id", "cms.signature-is-ecdsa",
                           "cd.signer-is-trusted", "cd.signature-verifies"},
        .run = rule<declaration_is_the_same>,
        .alike = kSameElements,
        .rule =
            "A file beside the device proves nothing when the device presents another declaration.",
        .remedy = "build the firmware with the declaration that was handed over",
    },
    {
        .id = "attestation.elements-have-no-unknown-fields",
        .title = "the attestation elements have no fields that nobody knows",
        .severity = kInfo,
        .spec = kSpec,
        .proves_authenticity = false,
        .run = rule<no_unknown_fields>,
        .alike = kSameElements,
        .rule = "Context tags above 4 that a later version may define are tolerated.",
    },
    {
        .id = "attestation.firmware-information",
        .title = "firmware information in the attestation elements",
        .severity = kInfo,
        .spec = kSpec,
        .proves_authenticity = false,
        .run = rule<firmware_information>,
        .alike = kSameElements,
        .rule = "Commissioners do not judge it; the ledger's entry can be compared with it.",
    },
    {
        .id = "attestation.possession-is-shown",
        .title = "the evidence shows that the device holds its DAC's key",
        .severity = kWarning,
        .spec = "Matter Core 6.2.3",
        .after = {"dac.key-is-p256"},
        .consequence_of = {"attestation.signature-verifies", "nocsr.signature-verifies",
                           "key.belongs-to-dac", "dac.signature-verifies",
                           "key.is-no-authority-key"},
        .run = rule<possession_is_shown>,
        .alike =
            "it has a response whose signature is verified, or none, as the record it is alike to; "
            "with a key or a NOCSR response it is alike to none",
        .rule = "Certificates alone can be copied. An attestation response, the response to a "
                "CSRRequest whose nonce is known, or the key itself in a dump, shows that this "
                "device can sign as its DAC.",
        .remedy = "add the attestation response of this device",
    },
    {
        .id = kCommissionerAgrees,
        .title = "a commissioner whose result is in the evidence came to the same",
        .severity = kWarning,
        .spec = kSpec,
        .proves_authenticity = false,
        .run = rule<commissioner_agrees>,
        .alike =
            "of what is its own the SDK's verifier looks at key, nonce, signatures and revocation, "
            "which are asked of it",
        .rule = "Commissioner and verifier see the same device. Where they differ, one of them was "
                "given something else: other certificates, another trust store, Basic Information "
                "that is not in the evidence.",
        .remedy = "hand over what the commissioner saw: both certificates, the declaration, vendor "
                  "and product id of Basic Information; compare its trust store",
    },
    {
        .id = "key.is-no-authority-key",
        .title = "no authority's private key is in the evidence",
        .spec = "Matter Core 6.2.2.4",
        .run = rule<key_is_no_authority_key>,
        .rule = "The private keys of a PAA, a PAI or a signer of declarations stay with their "
                "owner. Whoever holds the PAI's can issue a DAC for any device of the product: "
                "every DAC below it can be forged.",
        .remedy = "find out how the key came here, take it out of whatever is handed on, and have "
                  "its owner decide whether the certificate has to be revoked",
    },
    {
        .id = "key.is-stored-as-the-firmware-reads-it",
        .title = "the private key stands in its place as the firmware reads it",
        .spec = "Matter Core 6.2.2.3",
        .sdk = 500,
        .run = rule<key_is_stored_as_read>,
        .rule = "The firmware hands the bytes of the place to its cryptography as they are. With "
                "the DER, the text or the digits of a key in place of its 32 bytes the part "
                "cannot sign.",
        .remedy = "convert the key before it is written into the factory data",
    },
    {
        .id = "key.belongs-to-dac",
        .title = "the private key in the evidence is the DAC's",
        .spec = "Matter Core 6.2.2.3",
        .sdk = 500,
        .after = {"dac.key-is-p256"},
        .consequence_of = {"dac.signature-verifies", "key.is-no-authority-key"},
        .run = rule<key_belongs_to_dac>,
        .alike = kNoKeys,
        .rule = "A part with another key signs what no commissioner can verify. Every private key "
                "of the evidence is compared: a right one beside it makes no wrong one right.",
        .remedy = "write DAC and key of the same issue into the part",
    },
    {
        .id = "key.public-key-is-the-dacs",
        .title = "the public key beside the DAC is the DAC's",
        .spec = "Matter Core 6.2.2.3",
        .consequence_of = {"dac.signature-verifies", "key.belongs-to-dac"},
        .run = rule<public_key_is_the_dacs>,
        .alike = kNoKeys,
        .rule = "Factory data often carries the public key a second time.",
        .remedy = "write DAC and key of the same issue into the part",
    },
    {
        .id = "key.is-not-exposed",
        .title = "the DAC's private key cannot be read",
        .severity = kWarning,
        .spec = "Matter Core 6.2.2.3",
        .after = {"dac.is-one-certificate"},
        .consequence_of = {"key.belongs-to-dac", "credentials.no-development-dac",
                           "factory.no-key-beside-hardware-flag", "security.dac-key-is-hidden"},
        .run = rule<key_is_not_exposed>,
        .rule =
            "Whoever reads the key can make copies of the device that every commissioner accepts.",
        .remedy = "keep the key in a secure element or encrypted flash, and take it out of files "
                  "that leave the factory",
    },
};

}  // namespace

std::span<const Check> attestation_checks() {
  return kChecks;
}

}  // namespace attest
