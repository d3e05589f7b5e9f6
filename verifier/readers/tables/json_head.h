// JSON as its readers know it again: whole, or what of it stands whole before the place where it
// breaks off. A file that began as evidence and is cut, or damaged further down, is evidence all
// the same, and that it cannot be read is a finding.
#pragma once

#include <optional>
#include <string>

#include "verifier/base/json.h"
#include "verifier/readers/reader.h"

namespace attest {

struct JsonHead {
  Json json;  // of a broken one its members and elements that are whole
  bool broken = false;
  size_t end = 0;  // of a whole one: behind it; other text may follow, and no more JSON
};
// Nullopt: the text does not begin as an object or an array, or has more than `most` bytes.
std::optional<JsonHead> json_head(View bytes, size_t most);

// What follows a whole one, blanks in its place: for all other readers (read_beside).
std::string behind_json(View bytes, const JsonHead& head);

}  // namespace attest
