// Private keys without a form that says so: 32 bare bytes that are called a private key, as source
// code, notes and tools have them, and the members of a JWK. They count as the same key in DER
// does.
#pragma once

#include <string>
#include <string_view>

#include "verifier/base/json.h"
#include "verifier/readers/reader.h"
#include "verifier/readers/text/pasted_bytes.h"

namespace attest {

enum class CalledKey : uint8_t {
  no,
  key,   // a private key, of whatever trade
  ours,  // of a DAC, a PAI, a PAA
};
// By a name: a column's, a member's.
CalledKey called_key(std::string_view words);
// By all that names the value in its text (name_before.h).
CalledKey called_key(std::string_view text, const PastedBytes& value);
// Letters that are 32 bytes or nearly so, or the 65 of a point, in the ways in which keys are
// written; empty: none.
Bytes key_letters(std::string_view letters);
// The same of a value in its text; `about_matter` tells whether the rest of it speaks of our trade,
// so that a private key is one of ours.
bool is_named_key(std::string_view text, const PastedBytes& value, bool about_matter);
bool is_about_matter(std::string_view text);

// Bare bytes are everywhere in source code: what they are called has to say that they are ours, of
// an attestation or a key.
bool is_named_blob(std::string_view text, const PastedBytes& value);
// The same of a point alone: what is called the DAC's public key.
bool is_named_point(std::string_view text, const PastedBytes& value);

// Of bytes that are called a private key.
extern const Reader named_key_reader;

// A key as JWK says it ("kty": "EC"). False: it is none.
bool read_jwk(const Json& json, const Place& place, Reading& reading);

}  // namespace attest
