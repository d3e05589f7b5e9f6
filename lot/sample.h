// Sampling: which devices of a lot are judged, and what that says about the others.
#pragma once

#include "lot/lot_report.h"

namespace attest {

// Devices are chosen by a number that depends on the seed and their place alone: those with the
// smallest are in. The same lot and seed give the same sample, however long the lot turns out to
// be.
uint64_t sample_rank(uint64_t seed, uint64_t place);

// What `rejected` and `undecided` of `size` devices say about all `lot` of them. What is undecided
// may be faulty.
LotSample sample_statement(uint64_t lot, uint64_t size, uint64_t seed, uint64_t rejected,
                           uint64_t undecided);

}  // namespace attest
