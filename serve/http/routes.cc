#include "serve/http/routes.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace attest::serve {
namespace {

std::optional<std::vector<std::string>> values_of(std::string_view pattern, std::string_view path) {
  std::vector<std::string> out;
  for (;;) {
    const size_t open = std::min(pattern.find_first_of("{*"), pattern.size());
    if (path.substr(0, open) != pattern.substr(0, open)) return std::nullopt;
    pattern.remove_prefix(open);
    path.remove_prefix(open);
    if (pattern.empty()) return path.empty() ? std::optional(out) : std::nullopt;
    if (pattern[0] == '*') {
      out.emplace_back(path);
      return out;
    }
    const size_t end = std::min(path.find('/'), path.size());
    if (end == 0) return std::nullopt;
    out.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
    pattern.remove_prefix(pattern.find('}') + 1);
  }
}

}  // namespace

Matched match(const Routes& routes, const std::string& method, const std::string& path) {
  Matched out;
  const std::string wanted = method == "HEAD" ? "GET" : method;
  for (const Route& route : routes) {
    auto values = values_of(route.path, path);
    if (!values) continue;
    if (route.method == wanted)
      return {.route = &route, .values = std::move(*values), .allowed = {}};
    for (const char* one : {route.method, route.method == std::string_view("GET") ? "HEAD" : ""}) {
      if (*one != '\0' && out.allowed.find(one) == std::string::npos)
        out.allowed += (out.allowed.empty() ? "" : ", ") + std::string(one);
    }
  }
  return out;
}

}  // namespace attest::serve
