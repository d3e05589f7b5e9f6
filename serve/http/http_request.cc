#include "serve/http/http_request.h"

#include <algorithm>
#include <optional>

#include "verifier/base/bytes.h"

namespace attest::serve {
namespace {

const std::string* find(const Pairs& pairs, std::string_view name) {
  const auto at =
      std::find_if(pairs.begin(), pairs.end(), [&](const auto& p) { return p.first == name; });
  return at == pairs.end() ? nullptr : &at->second;
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// `plus`: of a query, where '+' is a blank.
std::optional<std::string> decoded(std::string_view text, bool plus) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? digit(text[i + 1]) : -1;
      const int low = high < 0 ? -1 : digit(text[i + 2]);
      if (low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus) {
      c = ' ';
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return std::nullopt;
    out += c;
  }
  return out;
}

// Of a path, but for its slashes.
std::string encoded(std::string_view path) {
  std::string out;
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~/:=+").find(c) != std::string_view::npos;
    out +=
        plain ? std::string(1, c) : "%" + hex_upper(View(reinterpret_cast<const uint8_t*>(&c), 1));
  }
  return out;
}

}  // namespace

const std::string* HttpRequest::header(std::string_view name) const {
  return find(headers, name);
}
const std::string* HttpRequest::asked(std::string_view name) const {
  return find(query, name);
}
size_t HttpRequest::count(std::string_view name) const {
  return static_cast<size_t>(std::count_if(headers.begin(), headers.end(),
                                           [&](const auto& p) { return p.first == name; }));
}
bool HttpRequest::has_body() const {
  const std::string* length = header("content-length");
  return header("transfer-encoding") != nullptr || (length != nullptr && *length != "0");
}

Result<void> take_target(HttpRequest& into) {
  constexpr size_t kMostParameters = 100;
  const std::string_view raw = into.target;
  if (raw.empty() || raw[0] != '/')
    return error("expected a path that begins with /, found another form of target");
  const size_t mark = raw.find('?');
  auto path = decoded(raw.substr(0, mark), false);
  if (!path || raw.find('#') != std::string_view::npos)
    return error("expected a path in percent-encoding without control characters, found another");
  into.path = std::move(*path);
  into.query.clear();
  if (mark == std::string_view::npos) return {};
  std::string_view rest = raw.substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
    if (one.empty()) continue;
    const size_t equals = std::min(one.find('='), one.size());
    auto name = decoded(one.substr(0, equals), true);
    auto value = decoded(one.substr(std::min(equals + 1, one.size())), true);
    if (!name || !value || into.query.size() == kMostParameters)
      return error("expected a query of few parameters in percent-encoding, found another");
    into.query.emplace_back(std::move(*name), std::move(*value));
  }
  return {};
}

std::optional<std::string> moved_to(const HttpRequest& request) {
  std::vector<std::string_view> kept;
  std::string_view rest = request.path;
  bool folder = true;  // it ends with a slash, or what stands for one
  while (!rest.empty()) {
    rest.remove_prefix(1);  // its slash
    const std::string_view one = rest.substr(0, rest.find('/'));
    rest.remove_prefix(one.size());
    folder = one.empty() || one == "." || one == "..";
    if (!folder) kept.push_back(one);
    if (one == ".." && !kept.empty()) kept.pop_back();
  }
  std::string path;
  for (const std::string_view one : kept) path.append("/").append(one);
  if (folder) path += '/';
  if (path == request.path) return std::nullopt;
  const size_t query = std::min(request.target.find('?'), request.target.size());
  return encoded(path) + request.target.substr(query);
}

Answer& Answer::with(std::string name, std::string value) {
  headers.emplace_back(std::move(name), std::move(value));
  return *this;
}
const std::string* Answer::header(std::string_view name) const {
  return find(headers, name);
}

const char* status_title(int status) {
  switch (status) {
    case 301:
      return "Moved Permanently";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 507:
      return "Insufficient Storage";
    default:
      return "OK";
  }
}

Answer problem(int status, std::string detail, std::string expected, std::string found) {
  Json json{Json::Object{}};
  json.set("type", "about:blank")
      .set("title", status_title(status))
      .set("status", status)
      .set("detail", printable(detail));
  if (!expected.empty()) json.set("expected", printable(expected));
  if (!found.empty()) json.set("found", printable(found));
  return {.status = status,
          .type = "application/problem+json",
          .body = dump(json) + "\n",
          .headers = {}};
}
Answer problem(int status, std::string detail) {
  // "code: expected ..., found ...": said in parts, too.
  const size_t expected = detail.find("expected "), found = detail.rfind(", found ");
  if (expected == std::string::npos || found == std::string::npos || found < expected)
    return problem(status, std::move(detail), {}, {});
  std::string of = detail.substr(expected + 9, found - expected - 9), is = detail.substr(found + 8);
  return problem(status, std::move(detail), std::move(of), std::move(is));
}
Answer busy(std::string detail, unsigned retry_after, int status) {
  return problem(status, std::move(detail)).with("Retry-After", std::to_string(retry_after));
}
Answer json_answer(const Json& json) {
  return {.body = dump_pretty(json), .headers = {}};
}

}  // namespace attest::serve
