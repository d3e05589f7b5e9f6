// What a value of a text is called there, in whatever form the text names its values: an array, a
// label of assembler, a key of YAML, TOML, settings or mark-up, the cell before it, a heading.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace attest {

struct NameBefore {
  std::string
      above;         // of lines that go on in the value's, if that names nothing ("value", ".byte")
  std::string line;  // of its own line, behind the value before it
  std::string whole() const { return above + line; }
};
// Tags are left out, but not what their attributes say ("name", "key", "id"). What names a place
// that was closed before, a column, or another place that stands empty before the value names it
// not. Lines are asked as long as their words say nothing to who asks.
NameBefore name_before(std::string_view text, size_t offset,
                       bool (*says_nothing)(std::string_view words));

}  // namespace attest
