// Revocation: what the revocation lists at hand say of the DAC and the PAI. Three answers, never two: revoked, not
// revoked, and not known, with the reason why.
#pragma once

#include "verifier/crypto.h"
#include "verifier/pki/crl.h"
#include "verifier/readers/device.h"

namespace attest {

// A list among the evidence, and what may be believed of it.
struct CrlEvidence {
  Place place;
  CrlPtr crl;              // null: the bytes are not a CRL
  std::string problem;     // why it says nothing: not a CRL, not signed by its issuer, not in force, ...; empty: it can be used
  const Certificate* issuer = nullptr;   // the certificate of the evidence whose issued certificates it covers
};

// What is known about one certificate.
struct RevocationState {
  enum class Answer : uint8_t { no_list, not_revoked, revoked, unknown } answer = Answer::no_list;
  std::string why;         // for unknown: why the list could not be used
  Place place;             // of the list that answered
  Instant date;            // for revoked
  std::optional<unsigned> reason;
};

// Judges one list against the certificate it says it is from (RFC 5280 6.3.3): issuer name and authority key id, the
// issuer's right to sign lists, signature, thisUpdate and nextUpdate at the given instant, version, critical extensions.
// `issuers`: the PAI and the PAA that were accepted. A list that names neither of them says nothing about this device.
CrlEvidence judge_crl(const Bytes& der, const Place& place, std::span<const Certificate* const> issuers, Instant at, SignatureEngine& engine);

// A serial is revoked when any list of its issuer says so; a list that cannot be used leaves the question open.
RevocationState revocation_of(const Certificate& certificate, const Certificate* issuer, std::span<const CrlEvidence> lists);

std::string reason_text(std::optional<unsigned> reason);   // "key compromise"

}  // namespace attest
