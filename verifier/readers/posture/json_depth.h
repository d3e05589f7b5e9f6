// How deep in JSON a place stands, without parsing it: for those who have to know what a file is
// before anybody reads it.
#pragma once

#include <cstddef>
#include <string_view>

namespace attest::tool {

class JsonDepth {
 public:
  // From an object or array that begins at `at`.
  JsonDepth(std::string_view text, size_t at) : text_(text), at_(at) {}

  // Looks at what stands before `to`; false: what began ended before, at the brace in front of
  // at().
  bool go(size_t to);
  size_t at() const { return at_; }
  size_t depth() const { return depth_; }
  bool in_string() const { return quoted_; }

 private:
  bool one();
  bool many();

  std::string_view text_;
  size_t at_, depth_ = 0;
  bool quoted_ = false;
};

}  // namespace attest::tool
