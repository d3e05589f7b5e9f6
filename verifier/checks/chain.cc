// Checks on the chain: each link by name, by key id and by signature, told apart, because each has
// its own cause.

#include <fmt/format.h>

#include "verifier/checks/catalogue.h"
#include "verifier/pki/algorithms.h"
#include "verifier/pki/der.h"
#include "verifier/pki/extension_content.h"

namespace attest {
namespace {

std::string optional_id(const MaybeValue<KeyId>& id) {
  return id ? hex_colons(*id) : "none";
}

Outcome paa_is_trusted(const Pai& pai, const LotView& lot) {
  const auto akid = pai->akid();
  switch (lot.paa_found) {
    case Evidence::PaaFound::by_key_id:
    case Evidence::PaaFound::by_name:
      return pass();
    case Evidence::PaaFound::unknown:
      if (lot.ledger_is_silent) return unknown_like("ledger.answers");
      return unknown(fmt::format("whether the PAA {} is trusted is not known: {}",
                                 optional_id(akid), lot.paa_unknown_why));
    case Evidence::PaaFound::none:
      break;
  }
  if (!akid) return blocked("pai.authority-key-id");
  std::string message = fmt::format(
      "no trusted PAA has the key id {} that the PAI names as its issuer", optional_id(akid));
  if (const auto shown = lot.shown_paa_if_any; shown != nullptr && shown->skid() == akid)
    message += fmt::format("; the one in the evidence ({}) is not on the list and proves nothing",
                           name_text(shown->subject));
  if (!lot.paa_unknown_why.empty()) message += "; " + lot.paa_unknown_why;
  return fail(std::move(message), "a trusted PAA with this key id",
              fmt::format("none; the PAI's issuer is {}", name_text(pai->issuer)), pai.where());
}

Outcome paa_valid_at_issuance(const Paa& paa, const DacProfile& dac) {
  const Instant issued = dac.not_before();
  if (issued >= paa.not_before && issued <= paa.not_after) return pass();
  return fail("the PAA was not valid on the day the DAC was issued",
              fmt::format("{} to {}", rfc3339(paa.not_before), rfc3339(paa.not_after)),
              fmt::format("DAC issued {}", rfc3339(issued)), paa.source);
}

Outcome pai_valid_at_issuance(const Pai& pai, const DacProfile& dac, const LotView& lot) {
  const Instant issued = dac.not_before();
  if (issued > lot.policy.at)
    return blocked("dac.is-valid-now");  // the day of issue itself lies in the future: the DAC's
                                         // dates are wrong
  if (issued >= pai->not_before && issued <= pai->not_after) return pass();
  return fail("the PAI was not valid on the day the DAC was issued",
              fmt::format("DAC issued {} to {}", rfc3339(pai->not_before), rfc3339(pai->not_after)),
              fmt::format("DAC issued {}", rfc3339(issued)), pai.where());
}

// --- PAI under PAA ---

// The key id fits, but beside it the certificate above is named by issuer and serial number (RFC
// 5280 4.2.1.1), and this is another one: path validators do not build such a chain.
Outcome names_another(const AuthorityKeyId& id, const Certificate& above, const char* name,
                      const char* above_name, std::string where) {
  const auto text = [](const Name* issuer, const MaybeValue<View>& serial) {
    return fmt::format("{}{}{}", issuer != nullptr ? "issued by " + name_text(*issuer) : "",
                       issuer != nullptr && serial ? ", " : "",
                       serial ? "serial number " + hex(*serial) : "");
  };
  return fail(
      fmt::format("the {}'s authority key id names another certificate of its issuer than this {}",
                  name, above_name),
      text(id.issuer ? &above.issuer : nullptr,
           id.serial ? MaybeValue(above.serial) : std::nullopt),
      text(id.issuer ? &*id.issuer : nullptr, id.serial), std::move(where));
}

Outcome pai_akid_is_paa(const Pai& pai, const Paa& paa, const LotView& lot) {
  const auto akid = pai->akid();
  if (!akid) return blocked("pai.authority-key-id");
  if (akid == paa.subject_key_id) {
    const Maybe<Certificate> above = paa.certificate.get();
    const auto& named = pai->authority_key_id.value;
    return above == nullptr || !named || names_certificate(*pai, *above)
               ? pass()
               : names_another(*named, *above, "PAI", "PAA", pai.where());
  }
  return fail(lot.answer<Signed::pai>() == true
                  ? "the PAI's authority key id is not the key id of the PAA that signed it"
                  : "the PAI's authority key id is not the key id of the PAA that it names as its "
                    "issuer",
              hex_colons(paa.subject_key_id), optional_id(akid), pai.where());
}

// A name written otherwise but equal by RFC 5280 7.1 is accepted by commissioners; the conformance
// test wants equal bytes.
bool names_match(View issuer_der, const Name& issuer, View subject_der, Maybe<Certificate> above) {
  return equal(issuer_der, subject_der) || (above != nullptr && same_name(issuer, above->subject));
}

Outcome pai_issuer_is_paa(const Pai& pai, const Paa& paa) {
  const Maybe<Certificate> above = paa.certificate.get();
  if (names_match(pai->issuer.der, pai->issuer, paa.subject, above)) return pass();
  return fail("the PAI names another issuer than the PAA that has its authority key id",
              above != nullptr ? name_text(above->subject) : "the built-in PAA's name",
              name_text(pai->issuer), pai.where());
}

constexpr const char* kAlgorithmsFit = "chain.signature-algorithms-fit-keys";
// What it says it is signed with is what its issuer's key signs with.
bool fits(const Certificate& c, Maybe<KeyAlgorithm> key) {
  return key == nullptr || algorithm_of_signature(c.signature_algorithm) == key;
}

// Nothing at hand has the algorithm: nobody here knows whether the signature is good.
Outcome cannot_be_checked(const char* role, const Certificate& c) {
  const Maybe<KeyAlgorithm> named = algorithm_of_signature(c.signature_algorithm);
  const char* name = named == nullptr ? "an unknown algorithm" : named->name;
  return unknown(
      fmt::format(
          "the {}'s signature is of {}, which no library here checks (a commissioner of this "
          "kind says 703 NotImplemented)",
          role, name),
      fmt::format(
          "judge where OpenSSL is 3.5 or later, which has {}, or name Intel's libippcp with "
          "--engine-library FILE",
          name));
}

Outcome pai_signature(const Pai& pai, const Paa& paa, const LotView& lot) {
  const auto answer = lot.answer<Signed::pai>();
  if (answer == true) return pass();
  if (!paa.verifying_key()) return blocked("paa.key-is-p256");
  if (lot.is_unsupported<Signed::pai>()) return cannot_be_checked("PAI", *pai);
  if (!answer && !fits(*pai, paa.verifying_key().algorithm)) return blocked(kAlgorithmsFit);
  if (!answer)
    return fail("the PAI's signature is no ECDSA signature", "a DER ECDSA signature of P-256 size",
                fmt::format("{} bytes", pai->signature.size()), pai.where());
  return fail(
      "the PAI's signature does not verify with the key of its PAA: the PAI was changed, or "
      "another key signed it",
      "a signature by the PAA", "it does not verify", pai.where());
}

// --- DAC under PAI ---

Outcome dac_akid_is_pai(const DacProfile& dac, const Pai& pai) {
  const MaybeValue<KeyId> akid = dac.akid(), skid = pai->skid();
  if (!akid) return blocked("dac.authority-key-id");
  if (akid == skid) {
    const auto& named = dac.authority_key_id().value;
    return !named || dac.names_above(*pai) ? pass()
                                           : names_another(*named, *pai, "DAC", "PAI", dac.where());
  }
  return fail(
      "the DAC's authority key id is not the PAI's subject key id: this PAI did not issue this DAC",
      optional_id(skid), optional_id(akid), dac.where());
}

Outcome dac_issuer_is_pai(const DacProfile& dac, const Pai& pai) {
  if (names_match(dac.issuer().der, dac.issuer(), pai->subject.der, &*pai)) return pass();
  return fail("the DAC names another issuer than its PAI", name_text(pai->subject),
              name_text(dac.issuer()), dac.where());
}

Outcome dac_signature(const Dac& dac, const LotView& lot, const Evidence& e) {
  const auto answer = e.answer(Signed::dac);
  if (answer == true) return pass();
  if (e.is_unsupported(Signed::dac)) return cannot_be_checked("DAC", *dac);
  if (const auto pai = lot.pai_if_any; !answer && pai && !fits(*dac, algorithm_of_key(*pai)))
    return blocked(kAlgorithmsFit);
  if (!answer)
    return fail("the DAC's signature is no ECDSA signature", "a DER ECDSA signature of P-256 size",
                fmt::format("{} bytes", dac->signature.size()), dac.where());
  return fail(
      "the DAC's signature does not verify with the key of its PAI: the DAC was changed, or "
      "another key signed it",
      "a signature by the PAI", "it does not verify", dac.where());
}

Outcome names_are_byte_equal(const DacProfile& dac, const Pai& pai, const LotView& lot) {
  const auto paa = lot.paa_if_any;
  const bool dac_differs = !equal(dac.issuer().der, pai->subject.der),
             pai_differs = paa != nullptr && !equal(pai->issuer.der, paa->subject);
  // (Each link is a step of the lab's test.)
  FactSet wrong;
  wrong.set(static_cast<size_t>(FactId::dac), dac_differs);
  wrong.set(static_cast<size_t>(FactId::pai), pai_differs);
  if (dac_differs)
    return of_facts(
        wrong,
        fail(fmt::format(
                 "the DAC's issuer and the PAI's subject are equal names in different bytes{}",
                 pai_differs ? ", and so are the PAI's issuer and the PAA's subject" : ""),
             hex(pai->subject.der), hex(dac.issuer().der), dac.where()));
  if (pai_differs)
    return of_facts(
        wrong, fail("the PAI's issuer and the PAA's subject are equal names in different bytes",
                    hex(paa->subject), hex(pai->issuer.der), pai.where()));
  return pass();
}

// --- the algorithms of the chain ---

Outcome differs(const char* below, const char* above, const Certificate& c, const KeyAlgorithm& key,
                std::string where) {
  const Maybe<KeyAlgorithm> named = algorithm_of_signature(c.signature_algorithm);
  return fail(
      fmt::format("the {}'s signature is not of the algorithm of the {}'s key", below, above),
      key.signs, named == nullptr ? der::oid_text(c.signature_algorithm) : named->signs,
      std::move(where));
}
Outcome algorithms_fit(const Dac& dac, const Pai& pai, const LotView& lot) {
  if (const Maybe<KeyAlgorithm> key = algorithm_of_key(*pai); !fits(*dac, key))
    return differs("DAC", "PAI", *dac, *key, dac.where());
  const auto paa = lot.paa_if_any;
  if (paa == nullptr) return pass();
  const VerifyingKey root = paa->verifying_key();
  if (!fits(*pai, root.algorithm)) return differs("PAI", "PAA", *pai, *root.algorithm, pai.where());
  // (Of an algorithm that nobody knows its own check says so.)
  if (paa->certificate &&
      algorithm_of_signature(paa->certificate->signature_algorithm) != nullptr &&
      !fits(*paa->certificate, root.algorithm))
    return differs("PAA", "PAA", *paa->certificate, *root.algorithm, paa->source);
  return pass();
}

// A signature that is not of the PAA's key says nothing of strength.
Outcome strength_does_not_rise(const Pai& pai, const LotView& lot) {
  if (const auto paa = lot.paa_if_any; paa != nullptr) {
    if (const VerifyingKey root = paa->verifying_key(); root && !fits(*pai, root.algorithm))
      return blocked(kAlgorithmsFit);
  }
  const KeyAlgorithm *key = algorithm_of_key(*pai),
                     *signature = algorithm_of_signature(pai->signature_algorithm);
  if (key == nullptr || signature == nullptr || key->strength <= signature->strength) return pass();
  return fail("the PAI's key is stronger than the signature that vouches for it",
              fmt::format("a key no stronger than {}", signature->name), key->name, pai.where());
}

Outcome algorithms_are_released(const Pai& pai) {
  if (is_released(*pai)) return pass();
  return fail(
      fmt::format("the chain uses {}, which is of Matter 1.7: that is not released, and what "
                  "is said of it here may change",
                  strongest(*pai).name),
      "algorithms of a released Matter", strongest(*pai).name, pai.where());
}

// --- the chain as a whole ---

// The DAC hangs from a root without a PAI between, or the root was put in the PAI's place.
Outcome dac_issuer_is_no_root(const RecordView& record) {
  constexpr const char* kExpected = "a DAC issued by a PAI, and the PAI by a PAA";
  const auto where = [](const MaybeValue<Place>& place) {
    return place ? place_text(*place) : std::string();
  };
  if (const auto pai = record.pai_if_any) {
    const auto skid = pai->skid(), akid = pai->akid();
    if (!pai->self_issued() || (skid && akid && *skid != *akid)) return pass();
    return fail("a root certificate stands in the place of the PAI", kExpected,
                fmt::format("{}, issued by itself", name_text(pai->subject)),
                where(record.pai.place));
  }
  if (record.pai.present() || record.root_above_dac().empty()) return pass();
  return fail("the DAC was issued by a root: there is no PAI between", kExpected,
              fmt::format("issued by the root {}", record.root_above_dac()),
              where(record.dac_place));
}

// Who holds the key of one of them could act as the other.
Outcome keys_differ(const Dac& dac, const LotView& lot) {
  struct Holder {
    const char* name;
    VerifyingKey key;
  };
  const auto of = [](const Maybe<Certificate>& c) {
    return c == nullptr ? VerifyingKey() : VerifyingKey(*c);
  };
  const auto paa = lot.paa_if_any;
  const auto signer = lot.signer_if_any;
  const Holder holders[] = {
      {"DAC", VerifyingKey(*dac)},
      {"PAI", of(lot.pai_if_any)},
      {"PAA", paa != nullptr ? paa->verifying_key() : of(lot.shown_paa_if_any)},
      {"signer of the declaration",
       signer != nullptr ? VerifyingKey(signer->key) : VerifyingKey()}};
  for (size_t i = 0; i < std::size(holders); ++i) {
    for (size_t k = i + 1; k < std::size(holders); ++k) {
      const VerifyingKey& key = holders[i].key;
      if (key.is(holders[k].key))
        return fail(
            fmt::format("{} and {} have the same key", holders[i].name, holders[k].name),
            "a key of its own for each",
            fmt::format("{}…",
                        hex((key.algorithm->ml_dsa ? key.ml_dsa : View(key.p256)).first(16))),
            dac.where());
    }
  }
  return pass();
}

Outcome name_constraints_hold(const Dac& dac, const Pai& pai, const LotView& lot) {
  const auto broken = [&](const char* above, const char* below, std::string what,
                          std::string where) {
    return fail(
        fmt::format("the {}'s name constraints do not let the {} be: {}", above, below, what),
        fmt::format("names that the {} permits", above), std::move(what), std::move(where));
  };
  const auto paa = lot.paa_if_any;
  if (const Maybe<Certificate> root = paa == nullptr ? nullptr : paa->certificate.get()) {
    if (const auto constraints = constraints_of(*root)) {
      if (auto what = violation(*constraints, *pai))
        return broken("PAA", "PAI", std::move(*what), pai.where());
      if (auto what = violation(*constraints, *dac))
        return broken("PAA", "DAC", std::move(*what), dac.where());
    }
  }
  if (const auto constraints = constraints_of(*pai)) {
    if (auto what = violation(*constraints, *dac))
      return broken("PAI", "DAC", std::move(*what), dac.where());
  }
  return pass();
}

constexpr const char* kWrongPai =
    "put the PAI that issued this DAC into the part: batches were mixed";

constexpr Check kChecks[] = {
    {
        .id = "paa.is-trusted",
        .title = "the PAI's issuer is a trusted PAA",
        .spec = "Matter Core 6.2.3.1",
        .sdk = 101,
        .consequence_of = {"credentials.no-test-paa", "credentials.no-development-dac"},
        .run = rule<paa_is_trusted>,
        .rule = "The chain ends in a PAA that the ledger approves, or that was given with "
                "--trust-paa; it is looked up by the PAI's authority key id. A root that the "
                "device brings proves nothing.",
        .remedy =
            "have the PAI issued below an approved PAA, or name the right network or trust anchor",
        .when_unknown =
            "let the ledger be asked (dcl sync, --ledger), or give the PAA with --trust-paa",
    },
    {
        .id = "paa.is-valid-at-dac-issuance",
        .title = "the PAA was valid when the DAC was issued",
        .spec = "Matter Core 6.2.3.1",
        .sdk = 301,
        .consequence_of = {"dac.signature-verifies"},
        .run = rule<paa_valid_at_issuance>,
        .rule = "Path validation takes the DAC's notBefore as its time, not the present.",
        .remedy = "have the DAC issued within the validity of its PAA",
    },
    {
        .id = "pai.is-valid-at-dac-issuance",
        .title = "the PAI was valid when the DAC was issued",
        .spec = "Matter Core 6.2.3.1",
        .sdk = 301,
        .consequence_of = {"pai.signature-verifies", "dac.signature-verifies",
                           "chain.dac-authority-key-is-pai", "paa.is-valid-at-dac-issuance"},
        .run = rule<pai_valid_at_issuance>,
        .rule = "Path validation takes the DAC's notBefore as its time, not the present.",
        .remedy = "have a PAI issued that covers the day of issue, and the DACs issued below it",
    },
    {
        .id = "chain.pai-authority-key-is-paa",
        .title = "the PAI's authority key id is the PAA's key id",
        .spec = "RFC 5280 4.2.1.1",
        .sdk = 101,
        .after = {"paa.is-trusted"},
        .run = rule<pai_akid_is_paa>,
        .rule = "Commissioners find the PAA only by this id: with a wrong one a genuine PAI has no "
                "root.",
        .remedy = "have the PAI issued again with the PAA's subject key id as its authority key id",
    },
    {
        .id = "chain.pai-issuer-is-paa",
        .title = "the PAI names its PAA as issuer",
        .spec = "RFC 5280 6.1.3",
        .sdk = 301,
        .after = {"paa.is-trusted"},
        .run = rule<pai_issuer_is_paa>,
        .rule = "Issuer of the PAI and subject of the PAA are the same name.",
        .remedy =
            "have the PAI issued again; its issuer name must be the PAA's subject, byte for byte",
    },
    {
        .id = "pai.signature-verifies",
        .title = "the PAI is signed by its PAA",
        .spec = "Matter Core 6.2.3.1",
        .sdk = 301,
        .after = {"paa.is-trusted", "pai.signature-algorithm-is-ecdsa-sha256"},
        .consequence_of = {"chain.pai-authority-key-is-paa", "chain.pai-issuer-is-paa"},
        .run = rule<pai_signature>,
        .rule = "ECDSA with SHA-256, or ML-DSA where the PAA's key is of that (draft of 1.7), over "
                "the signed part, with the PAA's key. Without it anyone could issue a PAI.",
        .remedy = "compare the PAI in the part with the one that was issued, byte for byte",
    },
    {
        .id = "chain.dac-authority-key-is-pai",
        .title = "the DAC's authority key id is the PAI's key id",
        .spec = "RFC 5280 4.2.1.1",
        .sdk = 301,
        .after = {"dac.is-one-certificate", "pai.subject-key-id"},
        .consequence_of = {"pai.signature-verifies", "identity.one-pai"},
        .run = rule<dac_akid_is_pai>,
        .rule = "The key id tells which PAI issued the DAC; another one in the part means that "
                "batches were mixed.",
        .remedy = kWrongPai,
    },
    {
        .id = "chain.dac-issuer-is-pai",
        .title = "the DAC names its PAI as issuer",
        .spec = "RFC 5280 6.1.3",
        .sdk = 301,
        .consequence_of = {"chain.dac-authority-key-is-pai", "pai.signature-verifies"},
        .run = rule<dac_issuer_is_pai>,
        .rule = "Issuer of the DAC and subject of the PAI are the same name.",
        .remedy = kWrongPai,
    },
    {
        .id = "dac.signature-verifies",
        .title = "the DAC is signed by its PAI",
        .spec = "Matter Core 6.2.3.1",
        .sdk = 301,
        .after = {"dac.signature-algorithm-is-ecdsa-sha256", "pai.is-one-certificate",
                  "pai.key-is-p256"},
        .consequence_of = {"chain.dac-authority-key-is-pai", "chain.dac-issuer-is-pai",
                           "pai.signature-verifies"},
        .run = rule<dac_signature>,
        .alike = "an alike record's own signature is verified",
        .rule = "ECDSA with SHA-256, or ML-DSA where the PAI's key is of that (draft of 1.7), over "
                "the signed part, with the PAI's key. Without it anyone could make a DAC.",
        .remedy = "compare the DAC in the part with the one that was issued, byte for byte",
    },
    {
        .id = "chain.signature-algorithms-fit-keys",
        .title = "each signature of the chain is of its issuer's algorithm",
        .spec = "Matter Core 6.2.2, draft of 1.7",
        .sdk = 301,
        .after = {"dac.signature-algorithm-is-ecdsa-sha256",
                  "pai.signature-algorithm-is-ecdsa-sha256", "pai.key-is-p256"},
        .consequence_of = {"chain.dac-authority-key-is-pai", "chain.dac-issuer-is-pai",
                           "chain.pai-authority-key-is-paa", "chain.pai-issuer-is-paa"},
        .run = rule<algorithms_fit>,
        .alike = "alike records have it in common, byte for byte",
        .rule = "A certificate is signed with its issuer's key, so with that key's algorithm; a "
                "root with its own. One that says otherwise was made for another issuer.",
        .remedy = "have the lower certificate issued again by the one above it in this chain",
    },
    {
        .id = "chain.strength-does-not-rise",
        .title = "no key is stronger than the signature that vouches for it",
        .spec = "Matter Core 6.2.2, draft of 1.7",
        .sdk = 301,
        .after = {"pai.signature-algorithm-is-ecdsa-sha256", "pai.key-is-p256"},
        .run = rule<strength_does_not_rise>,
        .rule = "P-256, ML-DSA-44, ML-DSA-65 rise in strength. A PAI of a stronger key than its "
                "root signs with is as weak as that signature; Matter 1.7 has no such chain.",
        .remedy =
            "have the PAI issued by a root of its own strength or more: 65/65, 65/44, 65/P-256, "
            "44/44 and 44/P-256 are permitted",
    },
    {
        .id = "chain.algorithms-are-released",
        .title = "the chain uses algorithms of a Matter that is released",
        .severity = kWarning,
        .spec = "Matter Core 6.2.2, draft of 1.7",
        .after = {"chain.signature-algorithms-fit-keys"},
        .run = rule<algorithms_are_released>,
        .rule =
            "Post-quantum attestation is of Matter 1.7. Commissioners of today's releases do not "
            "accept such a chain, and the rules may change before it is released.",
        .remedy = "give the part a legacy chain (P-256) of the same DAC key beside it, for the "
                  "commissioners of today",
    },
    {
        .id = "chain.dac-issuer-is-no-root",
        .title = "the DAC is issued by a PAI, not by a root",
        .spec = "Matter Core 6.2.2.3",
        .sdk = 203,
        .run = rule<dac_issuer_is_no_root>,
        .rule =
            "A device attestation chain has three certificates: DAC, PAI and PAA. Commissioners "
            "refuse a root in the PAI's place, and a DAC without a PAI.",
        .remedy = "have the DAC issued by a PAI below the PAA, and put that PAI into the part",
    },
    {
        .id = "chain.keys-differ",
        .title = "DAC, PAI, PAA and the declaration's signer have keys of their own",
        .spec = "Matter Core 6.2.2",
        .consequence_of = {"chain.dac-issuer-is-no-root", "dac.signature-verifies",
                           "pai.signature-verifies", "pai.is-not-a-device-certificate",
                           "dac.is-not-the-pai"},
        .run = rule<keys_differ>,
        .alike = "a DAC with a key of those above it is alike to none",
        .rule = "With one key in two roles whoever holds the lower certificate can issue what the "
                "upper one issues: a device with its PAI's key can make DACs. No commissioner "
                "looks at it.",
        .remedy = "have the lower certificate issued for a key of its own, and tell the authority: "
                  "the upper key is in the wrong hands",
    },
    {
        .id = "chain.name-constraints-hold",
        .title = "the names below are those that PAI and PAA may issue for",
        .spec = "RFC 5280 4.2.1.10",
        .sdk = 301,
        .consequence_of = {"pai.extensions-are-wellformed", "paa.extensions-are-wellformed",
                           "pai.extensions-stand-once", "paa.extensions-stand-once",
                           "dac.signature-verifies", "pai.signature-verifies"},
        .run = rule<name_constraints_hold>,
        .alike = "below name constraints no record is alike to another",
        .rule = "Where an authority's certificate has name constraints, path validators refuse a "
                "certificate below it whose subject or alternative names lie outside.",
        .remedy = "have the lower certificate issued for a name inside the constraints, or the "
                  "upper one without them",
    },
    {
        .id = "chain.names-are-byte-equal",
        .title = "issuer and subject names are equal byte for byte",
        .severity = kErrorAtLab,
        .spec = "Matter Core 6.2.2",
        .after = {"chain.dac-issuer-is-pai"},
        .consequence_of = {"chain.dac-issuer-is-pai", "chain.pai-issuer-is-paa",
                           "chain.dac-authority-key-is-pai", "pai.signature-verifies"},
        .run = rule<names_are_byte_equal>,
        .rule = "Names that differ in case, blanks or string type are equal to a path validator, "
                "not to the conformance test.",
        .remedy = "have the lower certificate issued with the upper one's subject copied unchanged",
    },
};

}  // namespace

std::span<const Check> chain_checks() {
  return kChecks;
}

}  // namespace attest
