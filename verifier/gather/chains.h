// The chains of one device: a post-quantum one stands beside the legacy one, with another DAC of
// the same key, for the commissioners of either kind (Matter 1.7, a draft). Each is judged as if
// the others were not there; what differs between them is judged by identity.chains-agree.
#pragma once

#include <string>
#include <vector>

#include "verifier/gather/evidence.h"

namespace attest {

// One reading for each chain that the evidence has a DAC of, the weakest first; the reading itself
// where it has one, whatever the number of its DACs. What is of no chain stays in the first.
// `parsed`: takes the certificates that had to be parsed for it.
std::vector<Reading> split_chains(Reading reading, std::vector<CertificatePtr>* parsed = nullptr);

// "legacy", "ML-DSA-65": by the strongest algorithm in it.
std::string chain_name(const Evidence& evidence);

// What is said in two ways, as conflicts() tells it, but for the certificates of a chain beside
// those of another: two of one chain are.
std::vector<Conflict> conflicts_within_chains(const Device& device);

// What only the other ones told of as not used, and they themselves, become the first one's.
void take_other_chains(Evidence& first, std::vector<Evidence> others);

}  // namespace attest
