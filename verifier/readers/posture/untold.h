// What an output of a tool does not tell at all, though the part has it: cut, of an older version,
// or never printed. Another output that does tell it is the answer; a contradiction has none.
#pragma once

namespace attest {

// The value of such a claim, which is unclear.
inline constexpr const char* kUntold = "untold";

}  // namespace attest
