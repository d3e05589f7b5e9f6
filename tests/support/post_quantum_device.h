// A device with chains of post_quantum_chain.h, judged: its roots are trusted, and it answered an
// attestation request.
#pragma once

#include "tests/support/check_rows.h"
#include "tests/support/judged.h"
#include "tests/support/post_quantum_chain.h"

namespace attest::test {

using Certificates = std::vector<Bytes>;  // the PAI and the DAC of a chain
Judged judge_chains(const std::vector<const Chain*>& chains, SignatureEngine& engine,
                    const std::function<void(Certificates&)>& change = {},
                    const std::vector<Bytes>& beside = {}, std::vector<Waiver> waivers = {},
                    const std::vector<Given>& facts = {});

using Failed = std::vector<std::string>;
std::string listed(const Failed& ids);  // "dac.key-is-p256 pai.key-is-p256"

}  // namespace attest::test
