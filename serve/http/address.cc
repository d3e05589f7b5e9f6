#include "serve/http/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace attest::serve {
namespace {

// (A NUL would end the text for the system's function.)
bool is_v4(const std::string& s) {
  in_addr out{};
  return s.find('\0') == std::string::npos && ::inet_pton(AF_INET, s.c_str(), &out) == 1;
}
bool is_v6(const std::string& s) {
  in6_addr out{};
  return s.find('\0') == std::string::npos && ::inet_pton(AF_INET6, s.c_str(), &out) == 1;
}
std::string lower(std::string_view s) {
  std::string out(s);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

// "[::1]:8480" -> "::1"; nullopt: no host and port.
std::optional<std::string> host_of(std::string_view header) {
  std::string host;
  std::string_view rest;
  if (header.starts_with('[')) {
    const size_t end = header.find(']');
    if (end == header.npos) return std::nullopt;
    host = header.substr(1, end - 1);
    if (!is_v6(host)) return std::nullopt;
    rest = header.substr(end + 1);
  } else {
    host = header.substr(0, header.find(':'));
    rest = header.substr(host.size());
  }
  if (host.empty()) return std::nullopt;
  if (!rest.empty() && (rest[0] != ':' || rest.size() > 6 || rest.size() == 1 ||
                        rest.find_first_not_of("0123456789", 1) != rest.npos))
    return std::nullopt;
  return lower(host);
}

}  // namespace

bool ListenAddress::loopback() const {
  return v6 ? host == "::1" : host.starts_with("127.");
}
std::string ListenAddress::text() const {
  return v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

Result<ListenAddress> listen_address(const std::string& given) {
  const auto wrong = [&] {
    return error(
        fmt::format("--listen: expected ADDRESS:PORT as in 127.0.0.1:8480, [::1]:8480 or "
                    "localhost:8480, found \"{}\"",
                    printable(given)));
  };
  const size_t colon = given.rfind(':');
  if (colon == std::string::npos) return wrong();
  ListenAddress out{.host = given.substr(0, colon)};
  const char *from = given.data() + colon + 1, *end = given.data() + given.size();
  const auto port = std::from_chars(from, end, out.port);
  if (port.ec != std::errc() || port.ptr != end) return wrong();
  if (out.host.starts_with('[') && out.host.ends_with(']')) {
    out.host = out.host.substr(1, out.host.size() - 2);
    out.v6 = true;
    if (!is_v6(out.host)) return wrong();
  } else if (out.host == "localhost") {
    out.host = "127.0.0.1";
  } else if (!is_v4(out.host)) {
    return wrong();
  }
  return out;
}

std::optional<Answer> refuse_host(const HttpRequest& request,
                                  const std::vector<std::string>& names) {
  const std::string* header = request.header("host");
  const auto host = header == nullptr ? std::nullopt : host_of(*header);
  if (!host || request.count("host") != 1)
    return problem(400, "the request does not say whom it is for", "one Host header",
                   header == nullptr ? "none" : "another");
  if (is_v4(*host) || is_v6(*host) || *host == "localhost" ||
      std::any_of(names.begin(), names.end(), [&](const auto& n) { return lower(n) == *host; }))
    return std::nullopt;
  return problem(421,
                 "the request is for a host that this server does not go by (--host names more)",
                 "an address or localhost", host->substr(0, 128));
}

std::optional<Answer> refuse_origin(const HttpRequest& request) {
  if (request.count("sec-fetch-site") > 1 || request.count("origin") > 1)
    return problem(403, "a page of another place may not ask for this", "one origin", "two");
  const std::string* site = request.header("sec-fetch-site");
  if (site != nullptr && *site != "same-origin" && *site != "none")
    return problem(403, "a page of another place may not ask for this", "a page of this server",
                   "a page of another");
  const std::string* origin = request.header("origin");
  if (origin == nullptr) return std::nullopt;
  const std::string* host = request.header("host");
  const std::string own = (request.secure ? "https://" : "http://") + (host ? *host : "");
  // Behind a proxy that speaks TLS the scheme is another's; the host is not.
  const size_t mark = origin->find("://");
  const bool weaker = request.secure && lower(origin->substr(0, mark)) != "https";
  if (mark != std::string::npos && !weaker && host != nullptr &&
      lower(origin->substr(mark + 3)) == lower(*host))
    return std::nullopt;
  return problem(403, "a page of another place may not ask for this", own, origin->substr(0, 128));
}

std::optional<Answer> refuse_framing(const HttpRequest& request) {
  const std::string* coding = request.header("transfer-encoding");
  const std::string* length = request.header("content-length");
  // What follows may be a part of it, or another request: the connection ends.
  const auto refused = [](const char* found) {
    return problem(400, "where the request ends is not told in one way",
                   "one Content-Length, or Transfer-Encoding: chunked", found)
        .with("Connection", "close");
  };
  for (const auto& [name, value] : request.headers) {
    if (name.empty() || name.find_first_of(" \t") != std::string::npos)
      return refused("a blank in a header's name");
  }
  if (coding != nullptr && length != nullptr) return refused("both");
  if (request.count("transfer-encoding") > 1 || request.count("content-length") > 1)
    return refused("two of a kind");
  if (coding != nullptr && lower(*coding) != "chunked") return refused("another coding");
  if (length != nullptr &&
      (length->empty() || length->find_first_not_of("0123456789") != std::string::npos))
    return refused("a length that is no number");
  constexpr size_t kMostDigits = 18;
  if (length != nullptr) {
    const size_t digits = length->size() - std::min(length->find_first_not_of('0'), length->size());
    if (digits > kMostDigits)
      return problem(413, "the body is too large", fmt::format("at most {} digits", kMostDigits),
                     fmt::format("{} digits of a length", digits))
          .with("Connection", "close");
  }
  return std::nullopt;
}

}  // namespace attest::serve
