// Lists of names and values ("- name: dac_cert", "  value: MII…", as YAML, TOML and object literals
// have them): what a value is called stands in another entry of the same map, above it, behind it
// or on its line.
#pragma once

#include <cstddef>
#include <string_view>

namespace attest {

struct NameInMap {
  std::string_view name;   // "dac_cert"; empty: it has none there
  std::string_view entry;  // the value's own: "value: "
};
// `line`: where the line begins that names the value's own place, before the value at `offset`.
NameInMap name_in_map(std::string_view text, size_t line, size_t offset);

}  // namespace attest
