#include "serve/mirror/mirror_request.h"

#include <fmt/format.h>

#include <algorithm>

#include "serve/mirror/gateway_values.h"

namespace attest::serve {
namespace {

constexpr uint64_t kDefaultPage = 100;

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> out;
  path.remove_prefix(1);
  for (size_t at = 0;;) {
    const size_t slash = std::min(path.find('/', at), path.size());
    out.push_back(path.substr(at, slash - at));
    if (slash == path.size()) return out;
    at = slash + 1;
  }
}

Result<int64_t> number_in(std::string_view name, std::string_view text) {
  if (name != "softwareVersion") return gateway_int32(text);
  const auto value = gateway_uint(text, 32);
  if (!value) return tl::unexpected(value.error());
  return static_cast<int64_t>(*value);
}

template <class T, class Parse>
std::optional<MirrorReply> take(const MirrorRequest& request,
                                std::initializer_list<const char*> names, const Parse& parse,
                                T& into) {
  const auto text = asked(request, names);
  if (!text) return text.error();
  if (!*text) return std::nullopt;
  const auto value = parse(**text);
  if (!value) return node_error(kInvalid, value.error().what);
  into = *value;
  return std::nullopt;
}

}  // namespace

MirrorReply node_error(NodeError error, std::string_view message) {
  Json body;
  body.set("code", error.code).set("message", message).set("details", Json(Json::Array{}));
  return {.status = error.status, .body = dump(body)};
}

std::optional<tl::expected<PathValues, MirrorReply>> values_of(std::string_view pattern,
                                                               std::string_view path) {
  const auto wanted = segments(pattern), there = segments(path);
  if (wanted.size() != there.size()) return std::nullopt;
  PathValues out;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].empty() || wanted[i][0] != '{') {
      if (wanted[i] != there[i]) return std::nullopt;
      continue;
    }
    out.push_back({.text = std::string(there[i])});
  }
  size_t at = 0;
  for (const std::string_view name : wanted) {
    if (name.empty() || name[0] != '{') continue;
    PathValue& value = out[at++];
    if (name[1] != '#') continue;
    const std::string_view bare = name.substr(2, name.size() - 3);
    const auto number = number_in(bare, value.text);
    if (!number)
      return tl::unexpected(node_error(
          kInvalid,
          fmt::format("type mismatch, parameter: {}, error: {}", bare, number.error().what)));
    value.number = *number;
  }
  return out;
}

tl::expected<std::optional<std::string>, MirrorReply> asked(
    const MirrorRequest& request, std::initializer_list<const char*> names) {
  std::optional<std::string> out;
  for (const auto& [key, value] : request.query) {
    if (std::find(names.begin(), names.end(), key) == names.end()) continue;
    if (out)
      return tl::unexpected(
          node_error(kInvalid, fmt::format("too many values for field \"{}\"", *names.begin())));
    out = value;
  }
  return out;
}

tl::expected<Paging, MirrorReply> paging_of(const MirrorRequest& request) {
  Paging out;
  out.limit = kDefaultPage;
  bool limit_given = false;
  const auto number = [](const std::string& text) { return gateway_uint(text, 64); };
  const auto limit = [&](const std::string& text) {
    limit_given = true;
    return number(text);
  };
  const auto flag = [](const std::string& text) { return gateway_bool(text); };
  const auto key = [](const std::string& text) -> Result<std::optional<std::string>> {
    const auto bytes = gateway_base64(text);
    if (!bytes) return tl::unexpected(bytes.error());
    if (bytes->empty()) return std::nullopt;
    return std::optional<std::string>(attest::text(*bytes));
  };
  if (auto wrong = take(request, {"pagination.limit"}, limit, out.limit))
    return tl::unexpected(*wrong);
  if (auto wrong = take(request, {"pagination.offset"}, number, out.offset))
    return tl::unexpected(*wrong);
  if (auto wrong =
          take(request, {"pagination.count_total", "pagination.countTotal"}, flag, out.count))
    return tl::unexpected(*wrong);
  if (auto wrong = take(request, {"pagination.reverse"}, flag, out.reverse))
    return tl::unexpected(*wrong);
  if (auto wrong = take(request, {"pagination.key"}, key, out.key)) return tl::unexpected(*wrong);
  if (out.key && out.offset > 0)
    return tl::unexpected(
        node_error(kInternal, "invalid request, either offset or key is expected, got both"));
  if (!limit_given || out.limit == 0) {
    out.limit = kDefaultPage;
    out.count = true;
  }
  return out;
}

}  // namespace attest::serve
