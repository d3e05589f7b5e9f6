// What began as a credential and cannot be read: a certificate, a declaration, a key or a
// revocation list with a bit turned over, cut short, or with strange bytes around it. It counts as
// damaged evidence, whatever good one stands beside it.
#pragma once

#include <functional>

#include "verifier/base/bytes.h"

namespace attest {

// What bytes that no reader of credentials takes seem to be.
struct Began {
  enum class Kind : uint8_t {
    credential,  // began as one of ours
    foreign,     // a whole key or request of another trade: none of a device's
    other_curve  // a whole private key that could only be a device's if it were on P-256
  } kind = Kind::credential;
  std::string what;         // "a certification declaration", "an RSA key"
  bool at_head = true;      // the bytes begin with it; else it lies somewhere inside
  bool is_printed = false;  // a certificate or a declaration: logs print them, whole and cut
};
std::optional<Began> began_as(View bytes);

// The credentials that stand as base64 or hex in text, one a run of lines, as far as they decode,
// until `take` returns false.
// `exact`: without a character that does not belong there; else the nearest that it may have been,
// good for telling what it began as and for nothing else.
struct DecodedRun {
  Bytes bytes;
  bool exact = true;
};
void decoded_runs(View text, const std::function<bool(DecodedRun&)>& take);

}  // namespace attest
