// Gather: from what was read to Evidence. Settles which certificate is which, parses, finds the
// anchors, asks the ledger. After it nothing does I/O.
#pragma once

#include "verifier/crypto/crypto.h"
#include "verifier/gather/evidence.h"

namespace attest {

class LotCache;  // what the devices of a lot have in common

// `ledger` may be null: then every ledger fact is unknown (policy none: not asked for). `engine`
// tells who signed what, where that settles a role, an anchor or a list. `ordered`: what --expect
// says. `cache`: of a lot whose devices all have this policy, trust and ledger. `known`:
// certificates of the evidence that were parsed before.
Evidence gather(Reading reading, const Policy& policy, const TrustStore& trust, Ledger* ledger,
                SignatureEngine& engine, std::optional<Device> ordered = {},
                LotCache* cache = nullptr, std::span<const CertificatePtr> known = {});

// The ledger's part of it (gather_ledger.cc): asks for what this device needs, and for nothing
// else.
void gather_ledger(Evidence& evidence, Ledger& ledger, SignatureEngine& engine, LotCache* cache);

// Revocation (gather_revocation.cc): lists of the evidence are read before roles are settled, since
// the certificate of a list's signer is neither DAC nor PAI; those behind the ledger's points with
// the other facts; both judged last.
// `shared`: lists that were read already, of all devices of a lot; may be null.
void read_lists(Evidence& evidence, const std::vector<CrlEvidence>* shared);
// How the reason begins of a certificate that no device and no authority of Matter has.
inline constexpr const char* kOfAnotherTrade = "a certificate of another trade";
RevocationSetEvidence read_revocation_set(View json, const Place& place);
bool signs_lists(const Certificate& certificate, std::span<const CrlEvidence> lists);
std::vector<CrlEvidence> lists_of_points(const Evidence& evidence, const LedgerFacts& facts,
                                         Ledger& ledger, SignatureEngine& engine);
void judge_lists(Evidence& evidence, SignatureEngine& engine);

// Firmware whose signature is by a key that it does not bring along (gather_posture.cc).
void settle_images(Evidence& evidence, SignatureEngine& engine);

// Whether a certificate is neither a device's nor of one who issues devices': of a fabric, of the
// web.
bool is_of_no_device(const Certificate& certificate);

// One that signs revocation lists and nothing else, as a PAA or a PAI delegates it: no DAC.
bool is_for_lists_only(const Certificate& certificate);

// Takes an image that was fetched after that, and asks the ledger for its entry.
void gather_ota_image(Evidence& evidence, OtaEvidence image, Ledger& ledger);

// The signatures to be checked that have no answer yet, and where their answers go: jobs of many
// devices can be put into one batch.
struct SignatureRequest {
  Signed what;
  AnyJob job;
  size_t index = 0;  // with Signed::csr: of Evidence::csrs
};
std::vector<SignatureRequest> signature_requests(const Evidence& evidence);
// Those of P-256 in one call of the engine. Answers in the requests' order.
std::vector<Checked> check_all(std::span<const SignatureRequest> requests, SignatureEngine& engine);
void take_answer(Evidence& evidence, const SignatureRequest& request, Checked answer);
// Asks the engine for all of one device.
void verify_signatures(Evidence& evidence, SignatureEngine& engine);
// The same of its chains: what they have in common (one response, one declaration) is asked once.
void verify_signatures(std::span<Evidence* const> chains, SignatureEngine& engine);

}  // namespace attest
