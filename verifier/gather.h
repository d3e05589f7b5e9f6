// Gather: from what was read to Evidence. Settles which certificate is which, parses, finds the anchors, asks the
// ledger. After it nothing does I/O.
#pragma once

#include "verifier/crypto.h"
#include "verifier/evidence.h"

namespace attest {

class Remembered;   // what the devices of a lot have in common

// `ledger` may be null: then every ledger fact is unknown (policy none: not asked for). `ordered`: what --expect says.
// `remembered`: of a lot whose devices all have this policy, trust and ledger.
Evidence gather(Reading reading, const Policy& policy, const TrustStore& trust, Ledger* ledger, std::optional<Device> ordered = {}, Remembered* remembered = nullptr);

// The ledger's part of it (gather_ledger.cc): asks for what this device needs, and for nothing else.
void gather_ledger(Evidence& evidence, Ledger& ledger, Remembered* remembered);

// The signatures to be checked that have no answer yet, and where their answers go: jobs of many devices can be put
// into one batch.
struct SignatureRequest {
  Signed what;
  SignatureJob job;
  size_t index = 0;   // with Signed::csr: of Evidence::csrs
};
std::vector<SignatureRequest> signature_requests(const Evidence& evidence);
void take_answer(Evidence& evidence, const SignatureRequest& request, bool good);
// Asks the engine for all of one device.
void verify_signatures(Evidence& evidence, SignatureEngine& engine);

}  // namespace attest
