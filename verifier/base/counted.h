// counted: how many of what, for texts that people read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace attest {

// "1 device", "2 devices"; `many` where an s behind it does not do: "entries".
std::string counted(uint64_t n, std::string_view one, std::string_view many = {});

// "none of its 3 files is one", "its file is none".
std::string none_of_files(uint64_t n);

}  // namespace attest
