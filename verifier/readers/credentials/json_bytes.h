// Bytes and lines as JSON of any program holds them: arrays of numbers, of rows, of strings.
#pragma once

#include <optional>
#include <string>

#include "verifier/base/bytes.h"
#include "verifier/base/json.h"

namespace attest {

// An array of bytes, or an object with their places as names ("0", "1"), as JavaScript writes one.
struct JsonBytes {
  Bytes bytes;
  size_t strange = 0;  // of its elements that are no byte, with zeros in their place
};
std::optional<JsonBytes> bytes_of(const Json& json);
// An array of rows of bytes, as programs break them up. Nullopt: it is none, or what its rows are
// each is a credential.
std::optional<Bytes> bytes_in_rows(const Json& json);
// Lines, as an array of strings: as one text.
std::string lines_of(const Json::Array& elements);

}  // namespace attest
