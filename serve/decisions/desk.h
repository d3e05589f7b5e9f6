// Desk: a few threads for what takes a moment and must not hold up the connections: passwords,
// files.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace attest::serve {

class Desk {
 public:
  explicit Desk(unsigned threads);
  ~Desk();
  bool submit(std::function<void()> work);  // false: too much waits already

 private:
  static constexpr size_t kMost = 256;
  void run();
  std::mutex mutex_;
  std::condition_variable there_;
  std::deque<std::function<void()>> queue_;
  bool ended_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace attest::serve
