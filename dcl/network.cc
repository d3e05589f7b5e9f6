#include "dcl/network.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "verifier/base/bytes.h"

namespace attest::dcl {

namespace {

std::string_view host_of(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  const size_t port = url.starts_with('[') ? std::min(url.find(']'), url.size()) : 0;
  return url.substr(0, url.find_first_of(":/?#", port));
}

}  // namespace

Result<void> check_redirect(const std::string& from, const std::string& to) {
  const bool tls = to.starts_with("https://");
  if (!tls && (from.starts_with("https://") || !to.starts_with("http://")))
    return error(fmt::format("redirected to another scheme: {}", shown_url(without_query(to))));
  if (!tls && host_of(from) != host_of(to))
    return error(
        fmt::format("redirected to another host without TLS: {}", shown_url(without_query(to))));
  return {};
}

Result<Network> network_by_name(const std::string& name) {
  if (name == "main")
    return Network{.name = name, .chain_id = "main-net", .url = "https://on.dcl.csa-iot.org"};
  if (name == "test")
    return Network{
        .name = name, .chain_id = "testnet-2.0", .url = "https://on.test-net.dcl.csa-iot.org"};
  return error(fmt::format("network: expected main or test, found \"{}\"", printable(name)));
}

std::string network_hint(const std::string& chain_id) {
  for (const char* name : {"main", "test"}) {
    const auto network = network_by_name(name);
    if (network && network->chain_id == chain_id)
      return std::string("; it is asked with --network ") + name;
  }
  return is_chain_id(chain_id) ? "; it is asked with --chain-id " + chain_id : "";
}

bool is_chain_id(const std::string& id) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  };
  return !id.empty() && id.size() <= 50 && id[0] != '.' && std::all_of(id.begin(), id.end(), fits);
}

Result<std::string> node_url(const std::string& text) {
  const auto refuse = [&] {
    return error(fmt::format("ledger URL: expected https://host[:port][/path], found \"{}\"",
                             shown_url(without_query(text))));
  };
  const size_t scheme = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
  if (scheme == 0 || text.size() == scheme || text[scheme] == '/' || text.size() > 2000)
    return refuse();
  for (const char c : text) {
    if (c <= ' ' || c >= 0x7F || c == '@' || c == '?' || c == '#' || c == '\\') return refuse();
  }
  std::string url = text;
  while (url.ends_with('/')) url.pop_back();
  return url;
}

bool is_loopback(const std::string& url) {
  const size_t at = url.find("://");
  if (at == std::string::npos) return false;
  const std::string host = url.substr(at + 3, url.find('/', at + 3) - at - 3);
  return host.starts_with("127.") || host.starts_with("[::1]") || host == "localhost" ||
         host.starts_with("localhost:");
}

std::string without_query(const std::string& url) {
  return url.substr(0, url.find_first_of("?#"));
}

std::string shown_url(const std::string& given) {
  // "https://host/#token=…": no server is asked for what is behind a '#'. Without a scheme this may
  // be a file's name.
  const bool has_scheme = given.find("://") != std::string::npos;
  const size_t end = given.find(has_scheme ? '#' : '?'), hash = given.find('#');
  const size_t hidden = has_scheme ? end : std::min(end, hash);
  const bool secret =
      hidden != std::string::npos && (has_scheme || given.find('=', hidden) != std::string::npos);
  const std::string url = secret ? given.substr(0, hidden + 1) + "***" : given;
  // "https://user:password@host/…": everything before the '@' may be a secret, with a scheme or
  // without.
  const size_t scheme = url.find("://"), from = scheme == std::string::npos ? 0 : scheme + 3,
               at = url.substr(0, url.find_first_of("/?#", from)).rfind('@');
  const bool has_user = at != std::string::npos && at >= from && (from != 0 || url.find(':') < at);
  const std::string shown = has_user ? url.substr(0, from) + "***" + url.substr(at) : url;
  return printable(shown.size() <= 160 ? shown : shown.substr(0, 157) + "...");
}

std::string own_user_agent() {
  return "matter-attest/" MATTER_ATTEST_VERSION;
}

}  // namespace attest::dcl
