// Whether a word stands in a text, however large. What every file is asked for has to be quick:
// std::string_view::find stops at each first letter, and JSON is full of quotation marks.
#pragma once

#include <cstring>
#include <string_view>

namespace attest {

inline bool contains(std::string_view text, std::string_view word) {
  return ::memmem(text.data(), text.size(), word.data(), word.size()) != nullptr;
}

}  // namespace attest
