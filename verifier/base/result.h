// Result<T>: what stopped us, as opposed to what is wrong with the device.
//
// Two channels, never mixed: a fault of the device is a finding (see check.h); a file that cannot
// be read, a structure that does not parse, a node that does not answer is an Error inside a
// Result. No exception crosses a file's edge.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace attest {

// Error names what was being read, what was expected there and what was found instead.
// Voice: lower case, no final period.
struct Error {
  std::string what;  // "basicConstraints: expected SEQUENCE (0x30), found INTEGER (0x02)"
  std::optional<uint64_t>
      offset;  // byte in the input where it went wrong, where one byte can be blamed

  bool operator==(const Error&) const = default;
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> error(std::string what,
                                   std::optional<uint64_t> offset = std::nullopt) {
  return tl::unexpected<Error>(Error{.what = std::move(what), .offset = offset});
}

// The same error, with the name of what was being read put in front of it.
inline tl::unexpected<Error> within(std::string_view name, const Error& inner) {
  return tl::unexpected<Error>(
      Error{.what = std::string(name) + ": " + inner.what, .offset = inner.offset});
}

}  // namespace attest
