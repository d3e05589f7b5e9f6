// What the verdicts of a lot depend on, as a digest: a journal of other options and files is not
// gone on with. Every option of `lot` stands in one of two lists; a test counts them.
#pragma once

#include <span>

#include "cli/lot_run.h"
#include "verifier/crypto/siphash.h"

namespace attest::cli {

// Of --part: the same secret gives all parts the same key.
Result<SipKey> part_key(const std::string& secret, const Environment& environment);

// `secrets`: what --unlock named.
uint64_t options_digest(const LotOptions& options, const std::vector<Secret>& secrets,
                        const Environment& environment, const SipKey& key);

// As they stand in the table of options: "-o,--output".
std::vector<std::string> digested_options();
struct Harmless {
  const char* option;
  const char* why;  // it changes no verdict
};
std::span<const Harmless> harmless_options();

}  // namespace attest::cli
