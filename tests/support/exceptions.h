// The known divergences between what outside data is labelled and what we say:
// tests/exceptions.json, each with a reason. A divergence that is not listed fails a test, and so
// does a listed one that no longer is.
#pragma once

#include <map>

#include "tests/support/support.h"
#include "verifier/base/json.h"

namespace attest::test {

// The entries of one group, by name.
inline std::map<std::string, Json> exceptions(const char* group) {
  const auto json = parse_json(text(slurp("tests/exceptions.json")));
  REQUIRE(json.has_value());
  const Json* list = json->find(group);
  REQUIRE(list != nullptr);
  std::map<std::string, Json> out;
  for (const Json& entry : *list->array()) {
    const std::string name = *entry.find("name")->string();
    CHECK_MESSAGE(entry.find("reason")->string()->size() > 20, name << " needs a reason");
    CHECK_MESSAGE(out.emplace(name, entry).second, name << " stands twice in " << group);
  }
  return out;
}

inline std::vector<std::string> strings(const Json& list) {
  std::vector<std::string> out;
  for (const Json& entry : *list.array()) out.push_back(*entry.string());
  return out;
}

}  // namespace attest::test
