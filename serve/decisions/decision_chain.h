// The chain of decisions, checked: every record as it was written, every one on the one before,
// what is kept beside each as its record says, and signatures.
//
// Whoever can write the file can write all of it anew: only a signature (--signed-by), or the
// digest of a record that was noted elsewhere (--head), stands against that. The same goes for
// records taken off the end.
#pragma once

#include "serve/decisions/decisions.h"

namespace attest::serve {

struct ChainOptions {
  std::optional<std::string> certificate;  // PEM: every record must be signed by its key
  std::optional<Sha256> head;              // of a record that must be there
};

struct ChainAnswer {
  size_t records = 0;  // that hold
  Sha256 last{};       // the digest of the last of them
  Instant from, to;
  size_t signed_records = 0;
  std::vector<std::string> signers;  // as the signatures say
  size_t behind_head = 0;            // records after the one that --head names
  // The first thing that does not hold, with what was expected and found; empty: all does.
  std::string broken;
};

// An error: what stopped us from looking.
Result<ChainAnswer> check_chain(Decisions& decisions, const ChainOptions& options);

}  // namespace attest::serve
