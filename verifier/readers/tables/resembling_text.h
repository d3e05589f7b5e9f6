// Text that is no JSON and states what a device.json would: YAML, TOML, settings, a table of one
// row, XML, a program's literal, JSON with a comment or in a fence.
#pragma once

#include "verifier/base/json.h"

namespace attest {

struct TextFacts {
  // What it states of keys that device.json has or nearly has, as an object; null where it states
  // none, or states one of them twice, as lists of many devices do.
  Json facts;
  Json all;  // the same among other keys that it has
};
TextFacts facts_in_text(std::string_view all);

}  // namespace attest
