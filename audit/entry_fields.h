// EntryFields: single fields of a ledger's object that no struct of verifier/ledger.h has. A field
// that is not there has its default: older entries lack what was added later.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>

#include "verifier/base/bytes.h"
#include "verifier/base/json.h"

namespace attest::audit {

class EntryFields {
 public:
  explicit EntryFields(const Json& object) : object_(object) {}

  // A number, or the ledger's text of a large one.
  uint64_t natural(const char* name) {
    const Json* value = object_.find(name);
    if (value == nullptr) return 0;
    if (const auto number = value->natural()) return *number;
    uint64_t out = 0;
    if (const std::string* s = value->string(); s != nullptr && !s->empty()) {
      const char* end = s->data() + s->size();
      const auto got = std::from_chars(s->data(), end, out);
      if (got.ec == std::errc() && got.ptr == end) return out;
    }
    bad(name, "a number", *value);
    return 0;
  }
  std::string text(const char* name) {
    const Json* value = object_.find(name);
    if (value == nullptr) return {};
    if (const std::string* s = value->string()) return *s;
    bad(name, "a text", *value);
    return {};
  }
  const std::string& problem() const { return problem_; }  // of the first; empty: all could be read

 private:
  void bad(const char* name, const char* expected, const Json& value) {
    if (problem_.empty())
      problem_ = std::string(name) + ": expected " + expected + ", found " +
                 printable(dump(value).substr(0, 60));
  }

  const Json& object_;
  std::string problem_;
};

}  // namespace attest::audit
