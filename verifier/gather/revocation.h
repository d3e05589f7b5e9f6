// Revocation: what revocation lists say of the DAC and the PAI. Three answers, never two: revoked,
// not revoked, and not known, with the reason why.
//
// A list that was signed by the issuer it speaks for, or by a signer to whom that issuer delegated
// (the ledger's crlSignerCertificate), revokes whom it names, whatever else is wrong with it: an
// entry does not end with nextUpdate. It clears whom it does not name only when it is in force, is
// understood and may say so. Lists come from the ledger's revocation points and from the evidence;
// the same rules hold for both.
#pragma once

#include "verifier/base/maybe.h"
#include "verifier/crypto/crypto.h"
#include "verifier/ledger.h"
#include "verifier/pki/crl_index.h"
#include "verifier/readers/device.h"
#include "verifier/trust.h"

namespace attest {

// Whose issued certificates a list covers: the PAI's (DACs) or the PAA's (PAIs).
enum class ListOf : uint8_t { nobody, pai, paa };

// The PAI or the PAA that was accepted, as the one whose lists are looked for. Views point into the
// certificate or the Paa.
struct ListIssuer {
  ListOf of = ListOf::nobody;
  Name subject;
  MaybeValue<KeyId> key_id;
  VerifyingKey key;
  MaybeValue<uint16_t> vid, pid;
  MaybeValue<uint16_t> key_usage;  // nullopt: not known
};
ListIssuer list_issuer(const Certificate& pai);
// `assigned_vid`: the vendor that the ledger gives a PAA whose subject names none.
ListIssuer list_issuer(const Paa& paa, std::optional<uint16_t> assigned_vid = {});

// Why the ledger can name no list of an issuer; empty: nothing hinders it. The field for who signs
// it (crlSignerCertificate, Matter 1.6) holds 2048 characters, which a certificate with a key or
// signature of ML-DSA exceeds, that of a delegated signer, too.
std::string does_not_fit_a_point(const Certificate& issuer);

// A list, and what may be believed of it.
struct CrlEvidence {
  Place place;          // a file; of a ledger's point its URL
  RevokedListPtr list;  // null: there is none, or the bytes are not a CRL
  ListOf of = ListOf::nobody;
  bool authentic = false;  // signed by the issuer, or by its delegate: whom it names is revoked
  std::string problem;     // why it cannot be used: not a CRL, not its issuer's, not in force, ...
  std::string gap;  // why a serial that it does not name may still be revoked; empty when it clears
                    // whom it does not name
  bool foreign = false;  // the ledger's point is not its issuer's: anybody may write one
  // It points to an issuer that was accepted or its delegate, by the key id that it names or
  // without one by its name, and that key did not sign it: it is not as it was issued.
  bool altered = false;
};

// A list that names the certificate, and that a newer one of its series, which does not, replaced.
struct ReplacedEntry {
  Place place;  // of the list
  Instant date;
  MaybeValue<unsigned> reason;
  Place newer;  // the list that replaced it
};

// What is known about one certificate.
struct RevocationState {
  enum class Answer : uint8_t { no_list, not_revoked, revoked, unknown } answer = Answer::no_list;
  std::string why;  // for unknown: why the list could not be used; for revoked: what is wrong with
                    // the list all the same
  Place place;      // of the list that answered
  Instant date;     // for revoked
  MaybeValue<unsigned> reason;
  MaybeValue<ReplacedEntry> replaced = {};  // for revoked: no list that is not replaced names it
};

// A list of the evidence as it was read: not judged yet. `many`: it will be asked for many devices,
// and gets an index.
CrlEvidence read_crl(const Bytes& der, const Place& place, bool many = false);
// Judges a list of the evidence (RFC 5280 6.3.3) by the issuers that were accepted. `signers`:
// certificates that one of them may have delegated to. A list of none of them says nothing about
// this device.
void judge_crl(CrlEvidence& list, std::span<const ListIssuer> issuers,
               std::span<const CertificatePtr> signers, Instant at, SignatureEngine& engine);
// Judges the list behind a point of the ledger. It is fetched only when the point is the issuer's.
// `partitioned`: it is one of several of this issuer.
CrlEvidence judge_point(const RevocationPoint& point,
                        const std::function<Fact<RevokedListPtr>()>& fetch,
                        const ListIssuer& issuer, bool partitioned, Instant at,
                        SignatureEngine& engine);

// A serial is revoked when any authentic list of its issuer names it. Revocation is for good: no
// newer list that lacks the entry takes it back. It is not revoked when every point of the issuer
// could be used and names it not; without points, when a list of the evidence does. Everything else
// leaves the question open.
RevocationState revocation_of(const Certificate& certificate, ListOf of,
                              std::span<const CrlEvidence> evidence,
                              std::span<const CrlEvidence> points);

// Is the first a newer issue of the second: same issuer, same partition, a higher CRL number or a
// later thisUpdate?
bool same_series(const Crl& a, const Crl& b);
bool is_newer(const Crl& a, const Crl& b);
// Whether this certificate's key signed the list.
bool signed_by(const RevokedList& list, const VerifyingKey& key, SignatureEngine& engine);

std::string reason_text(std::optional<unsigned> reason);  // "key compromise"

// The addresses of which a list says that it is theirs; empty when it says none.
std::span<const std::string> addresses(const Crl& crl);
bool names_address(const Crl& crl, const std::string& url);

}  // namespace attest
