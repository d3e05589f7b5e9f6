// Addresses: where the server listens, and who may be meant by a Host header. A page of somebody
// else's must not reach this server through a name that it lets point here (DNS rebinding), nor
// post to it out of a browser that is logged in.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "serve/http/http_request.h"

namespace attest::serve {

struct ListenAddress {
  std::string host;  // an IPv4 or IPv6 address, without brackets
  uint16_t port = 0;
  bool v6 = false;
  bool loopback() const;
  std::string text() const;  // "127.0.0.1:8480", "[::1]:8480"
};
// "127.0.0.1:8480", "localhost:8480", "[::1]:8480". Port 0: any that is free.
Result<ListenAddress> listen_address(const std::string& given);

// Null where the Host header means this server: an address, localhost, or one of `names`.
std::optional<Answer> refuse_host(const HttpRequest& request,
                                  const std::vector<std::string>& names);
// Null where the request may change something: no browser's, or one of a page of ours.
std::optional<Answer> refuse_origin(const HttpRequest& request);
// Null where its framing is told in one way only (no request is smuggled behind another).
std::optional<Answer> refuse_framing(const HttpRequest& request);

}  // namespace attest::serve
