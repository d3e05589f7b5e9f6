#include "serve/decisions/desk.h"

namespace attest::serve {

Desk::Desk(unsigned threads) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

Desk::~Desk() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  there_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool Desk::submit(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (ended_ || queue_.size() >= kMost) return false;
    queue_.push_back(std::move(work));
  }
  there_.notify_one();
  return true;
}

void Desk::run() {
  for (;;) {
    std::function<void()> work;
    {
      std::unique_lock lock(mutex_);
      there_.wait(lock, [&] { return ended_ || !queue_.empty(); });
      if (queue_.empty()) return;
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    work();
  }
}

}  // namespace attest::serve
