#include "verifier/checks/security_keys.h"

#include <fmt/format.h>

#include <algorithm>

namespace attest::security {

bool is_one_of(std::string_view key, const std::string& forms) {
  for (size_t at = 0; at <= forms.size();) {
    const size_t end = std::min(forms.find('|', at), forms.size());
    const std::string_view one = std::string_view(forms).substr(at, end - at);
    // Of a chip with half a digest, that half.
    if (one == key || (key.size() == 32 && one.size() == 64 && one.starts_with(key))) return true;
    at = end + 1;
  }
  return false;
}

std::string short_key(std::string_view key) {
  return fmt::format("{}{}", key.substr(0, 16), key.size() > 16 ? "..." : "");
}

}  // namespace attest::security
