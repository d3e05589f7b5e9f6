// HttpServer: sockets, TLS and HTTP, from a module that is opened when the server is started, so
// that no other command pays for its libraries.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "serve/http/front.h"

namespace attest::serve {

struct HttpOptions {
  std::string host;  // an address
  uint16_t port = 0;
  bool v6 = false;
  std::string certificate, key;  // PEM; empty: without TLS
  unsigned threads = 1;          // that have the connections; none of them judges
  unsigned connections = 4'096, of_one_peer = 1'200;
  unsigned idle_seconds = 60;  // between requests, and until the head of one is there
  unsigned slow_seconds = 60;  // a body or an answer may take so long,
  unsigned slowest = 4'096;    // and beyond that has to go on with so many bytes a second
  std::function<void(const std::string&)> log = [](const std::string&) {};
};

class HttpServer {
 public:
  virtual ~HttpServer() = default;  // ends all connections
  virtual uint16_t port() const = 0;
  virtual size_t connections() const = 0;
  virtual size_t under_way() const = 0;  // requests that are not answered yet
  virtual void stop_listening() = 0;
};

// An error: no module, a certificate or key that is none, an address that cannot be had.
Result<std::unique_ptr<HttpServer>> http_server(const HttpOptions& options, Front& front);

// The module's one symbol. Null: `wrong` says why.
extern "C" HttpServer* matter_attest_http(const char* version, const HttpOptions& options,
                                          Front& front, std::string& wrong);
inline constexpr const char* kHttpSymbol = "matter_attest_http";

}  // namespace attest::serve
