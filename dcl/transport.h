// Transport: HTTP as the ledger client needs it, and nothing else. GET only, many at once, bounded
// in size and time. Virtual because here the world begins: the real one is libcurl, a test's one
// answers from memory and records what it was asked.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "verifier/base/result.h"

namespace attest::dcl {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string url;
  Headers headers;
  size_t tag = 0;  // the asker's own; comes back with the answer
};

struct Response {
  int status = 0;
  Headers headers;   // names in lower case
  std::string body;  // content encoding undone

  // The value of a header, or nullptr. `name` in lower case.
  const std::string* header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return &value;
    }
    return nullptr;
  }
};

// What one transport may spend. Reaching any of these is an error that says which.
struct Budget {
  std::chrono::milliseconds connect{10'000};  // to establish one connection
  std::chrono::milliseconds silence{10'000};  // without a byte
  std::chrono::milliseconds answer{
      60'000};  // one answer, from the first byte asked to the last byte read
  std::chrono::milliseconds total{
      600'000};                          // all requests of one get(), retries and pauses included
  std::chrono::milliseconds pause{250};  // before the first retry; doubled for each further one
  std::chrono::milliseconds patience{60'000};  // with a node that says that it is overloaded
  size_t body = 32u << 20;                     // of one answer, decompressed
  unsigned attempts = 4;                       // of one request; a time-out is tried once more only
  unsigned parallel = 8;                       // connections to the node
};

class Transport {
 public:
  virtual ~Transport() = default;

  // Called once for each request, in the order in which answers come; what it returns is asked too.
  using Answered = std::function<std::vector<Request>(const Request&, Result<Response>)>;
  // Asks everything and returns when nothing is left to ask. An error is an answer that did not
  // come: it names the URL and the reason. HTTP errors are answers.
  virtual void get(std::vector<Request> requests, const Answered& answered) = 0;
};

// Called when something has to be fetched, and not before.
using MakeTransport = std::function<Result<std::unique_ptr<Transport>>()>;
// Told what is waited for.
using Say = std::function<void(const std::string&)>;

}  // namespace attest::dcl
