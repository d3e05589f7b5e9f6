// Front: what the HTTP library's side asks of ours, a request at a time. Abstract, since the two
// are linked apart: the library comes in with a module, when the server is started.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "serve/http/http_request.h"

namespace attest::serve {

enum class Next : uint8_t {
  more,    // go on: the body, or its end
  wait,    // nothing until `wake` was called, then woken()
  answer,  // take() it
  drop     // close the connection
};

// What an answer has, where its end is not there yet.
class Growing {
 public:
  virtual ~Growing() = default;
  // How much of what begins at `offset` was put into `into`; 0: nothing yet, and `wake` is called
  // once there is. Nullopt: that was all.
  virtual std::optional<size_t> read(uint64_t offset, std::span<char> into) = 0;
};

// An answer as it is sent.
struct Reply {
  int status = 200;
  std::string type, body;
  Pairs headers;
  int file = -1;                          // in place of the body; whose it is now closes it
  uint64_t size = 0;                      // of either
  std::shared_ptr<Growing> growing = {};  // in place of both
};

class Exchanging {
 public:
  virtual ~Exchanging() = default;  // the connection is gone, or the answer went out
  virtual Next head(HttpRequest request) = 0;
  // Takes from the front of `piece`. What is left at `wait` is offered again after `wake`.
  virtual Next body(View& piece) = 0;
  virtual Next end() = 0;
  virtual Next woken() = 0;
  virtual Reply take() = 0;
};

class Front {
 public:
  virtual ~Front() = default;
  // `wake` may be called by any thread, and before `wait` was returned.
  virtual std::unique_ptr<Exchanging> begin(std::function<void()> wake) = 0;
};

}  // namespace attest::serve
