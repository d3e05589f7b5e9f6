// LotFeed: a lot that is judged while its records come in, by a process of its own. What it cannot
// take yet is left with who sends; its lines lie in a file without a name until the last, where
// they may be followed.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "serve/judge/lot_lines.h"
#include "serve/judge/nursery.h"

namespace attest::serve {

class LotFeed {
 public:
  // `wake` is called by another thread when offer() would take something again, or the answer is
  // there.
  static Result<std::unique_ptr<LotFeed>> start(Nursery& nursery, const Job& job,
                                                std::shared_ptr<Spool> lines,
                                                std::function<void()> wake);
  ~LotFeed();
  // How many bytes were taken. Fewer than were offered: wake comes.
  size_t offer(View records);
  void end();  // there are no more
  std::optional<Answer> answer();
  const std::shared_ptr<LotLines>& lines() const { return followed_; }

 private:
  explicit LotFeed(Nursery& nursery) : nursery_(nursery) {}
  void watch();
  Nursery& nursery_;
  Nursery::Child child_;
  Handle records_, bell_;
  std::shared_ptr<Spool> lines_;
  std::shared_ptr<LotLines> followed_;
  std::function<void()> wake_;
  std::mutex mutex_;
  bool wants_ = false, over_ = false, given_up_ = false;
  std::optional<Answer> answer_;
  std::thread thread_;
};

}  // namespace attest::serve
