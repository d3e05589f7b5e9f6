// Lists of names and values ("- name: dac_cert", "  value: MII…", as YAML, TOML and object literals
// have them): what a value is called stands in another entry of the same map, above it, behind it
// or on its line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace attest {

// "dac_cert" of the line "- name: dac_cert" right above `of_value`, the line before a value. Empty:
// one of the two is something else, or they are of two items.
std::string_view name_beside(std::string_view line, std::string_view of_value);

// The same, of the value's own line ("{name: dac_cert, value: …}") and of what stands behind the
// value at `offset` in its item.
std::string name_in_map(std::string_view text, size_t offset, std::string_view of_value);

}  // namespace attest
