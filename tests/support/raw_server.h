// A web server of a few lines for tests: what it writes is written by the test, byte for byte, so
// that it can lie.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace attest::test {

class RawServer {
 public:
  // Writes to the one who asks. False: he is gone, or the test is over.
  class Asker {
   public:
    Asker(int fd, const std::atomic<bool>& over) : fd_(fd), over_(over) {}
    bool write(std::string_view bytes) const {
      while (!bytes.empty() && !over_) {
        const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) return false;
        bytes.remove_prefix(static_cast<size_t>(n));
      }
      return !over_;
    }
    // Until he goes away, the test is over or the time is.
    bool wait(int ms) const {
      pollfd waiting{.fd = fd_, .events = POLLRDHUP, .revents = 0};
      return ::poll(&waiting, 1, ms) == 0 && !over_;
    }
    void wait_for_end() const {
      while (wait(20)) {
      }
    }

   private:
    int fd_;
    const std::atomic<bool>& over_;
  };
  using Answer = std::function<void(const std::string& request, const Asker&)>;

  explicit RawServer(Answer answer, const char* address = "127.0.0.1")
      : answer_(std::move(answer)),
        address_(address),
        listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    ::inet_pton(AF_INET, address, &at.sin_addr);
    (void)::bind(listener_, reinterpret_cast<const sockaddr*>(&at), sizeof at);
    (void)::listen(listener_, 16);
    socklen_t size = sizeof at;
    (void)::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~RawServer() {
    over_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    for (std::thread& one : asked_by_) one.join();
    ::close(listener_);
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  std::string url(const std::string& path) const {
    return "http://" + address_ + ":" + port() + path;
  }
  std::string port() const { return std::to_string(port_); }
  std::vector<std::string> requests() const {  // head of each, as it came
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve() {
    while (!over_) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      asked_by_.emplace_back([this, fd] {
        std::string request;
        char piece[4096];
        while (request.find("\r\n\r\n") == std::string::npos && !over_) {
          pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
          if (::poll(&waiting, 1, 20) == 0) continue;
          const ssize_t n = ::recv(fd, piece, sizeof piece, 0);
          if (n <= 0) break;
          request.append(piece, static_cast<size_t>(n));
        }
        if (request.find("\r\n\r\n") != std::string::npos) {
          {
            const std::lock_guard lock(mutex_);
            requests_.push_back(request);
          }
          answer_(request, Asker(fd, over_));
        }
        ::shutdown(fd, SHUT_RDWR);
        ::close(fd);
      });
    }
  }

  Answer answer_;
  std::string address_;
  int listener_;
  int port_ = 0;
  std::atomic<bool> over_ = false;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<std::thread> asked_by_;
  std::thread thread_;
};

// "/x" of "GET /x HTTP/1.1".
inline std::string path_of(const std::string& request) {
  const size_t from = request.find(' ') + 1;
  return request.substr(from, request.find(' ', from) - from);
}

inline std::string ok(std::string_view body, const std::string& headers = "") {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers +
         "Connection: close\r\n\r\n" + std::string(body);
}

}  // namespace attest::test
