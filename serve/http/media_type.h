// Media types: what a body is said to be, and what somebody wants for an answer.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace attest::serve {

struct MediaType {
  std::string name;      // "multipart/form-data", in lower case
  std::string boundary;  // of multipart; empty: none
};
// Nullopt: it is none.
std::optional<MediaType> media_type(std::string_view header);

// The one of `offered` that an Accept header likes best, the first of equals; null: none will do.
const char* accepted(std::string_view header, std::span<const char* const> offered);

}  // namespace attest::serve
