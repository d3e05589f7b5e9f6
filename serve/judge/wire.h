// Wire: what the server and the processes that judge for it say to each other over a socket: a head
// (JSON), a body, and descriptors that go along. Both ends are this program; a frame that is none
// means that the other end is no longer itself.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "serve/http/http_request.h"
#include "serve/judge/judge.h"

namespace attest::serve {

// A descriptor that is closed with its owner.
class Handle {
 public:
  Handle() = default;
  explicit Handle(int fd) : fd_(fd) {}
  ~Handle() { close(); }
  Handle(Handle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  int get() const { return fd_; }
  void close();

 private:
  int fd_ = -1;
};
Result<std::pair<Handle, Handle>> socket_pair();

struct Frame {
  std::string head, body;
  std::vector<Handle> handles;
};
inline constexpr size_t kMostHead = 256u << 10;
inline constexpr size_t kMostBody = 256u << 20;

// False: the other end is gone. `handles` are not taken.
bool send_frame(int socket, std::string_view head, std::string_view body,
                const std::vector<int>& handles = {});
using Deadline = std::chrono::steady_clock::time_point;
// Nullopt: the other end is gone, or the time is over (`late` says which).
std::optional<Frame> receive_frame(int socket, Deadline deadline, bool& late);

std::string job_text(const Job& job);
std::optional<Job> job_from(std::string_view text);
// An answer's head, and what goes into the body: three lengths are in the head.
std::pair<std::string, std::string> answer_frame(Answer answer);
std::optional<Answer> answer_from(Frame frame);

}  // namespace attest::serve
