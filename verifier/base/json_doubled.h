// JSON in which a key stands twice, as libraries read it that take the last: the Matter SDK's does.
#pragma once

#include <vector>

#include "verifier/base/json.h"

namespace attest {

struct DoubledKey {
  size_t element = 0;  // of the outermost array, in which it stands
  std::string key;
};
// As parse_json, but that the last of several members of one name counts; `doubled` gets each that
// another takes the place of.
Result<Json> parse_json_of_last_keys(std::string_view text, std::vector<DoubledKey>& doubled);

}  // namespace attest
