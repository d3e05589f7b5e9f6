// multipart/form-data (RFC 7578), as browsers and curl write it. Strict: what is no such body is an
// error that says where. Parts are views of the body; nothing is copied but names.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/base/bytes.h"
#include "verifier/base/result.h"

namespace attest::serve {

struct Part {
  std::string name;
  std::optional<std::string>
      file_name;  // as it was told: no path of this machine. Nullopt: a field
  View content;
};

inline constexpr size_t kMostParts = 2'100;
inline constexpr size_t kMostPartHead = 8u << 10;

struct MultipartError {
  bool too_many = false;  // parts, or bytes in a part's head
  Error error;
};
tl::expected<std::vector<Part>, MultipartError> parse_multipart(View body,
                                                                std::string_view boundary);

}  // namespace attest::serve
