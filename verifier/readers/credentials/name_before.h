// What a value of a text is called there, in whatever form the text names its values: an array, a
// label of assembler, a key of YAML, TOML, settings or mark-up, the cell before it, a heading.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace attest {

// The words between the value before this one and this: of its line, and where those name nothing
// ("value", ".byte", a tag) of the line before, if that goes on in this one. Tags are left out, but
// not what their attributes say ("name", "key", "id").
std::string name_before(std::string_view text, size_t offset);

}  // namespace attest
