// Judging: who waits for an answer hands a job over and is told when it is there. Jobs wait in a
// queue that is bounded, and each is given up when its time is over.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "serve/judge/nursery.h"

namespace attest::serve {

using Done = std::function<void(Answer)>;

class Judging {
 public:
  virtual ~Judging() = default;
  // False: too many wait already. `done` is called once, by another thread or by this one.
  virtual bool submit(Job job, std::shared_ptr<Spool> body, Done done) = 0;
  virtual size_t waiting() const { return 0; }
};

// In this process and this thread: for tests.
class DirectJudging final : public Judging {
 public:
  explicit DirectJudging(JudgeSettings settings) : judge_(std::move(settings)) {}
  bool submit(Job job, std::shared_ptr<Spool> body, Done done) override;

 private:
  Judge judge_;
};

struct JudgingLimits {
  unsigned at_once = 2;
  size_t queue = 512;
  std::chrono::seconds each{60};  // of one job, from when it is begun
};

// In processes of their own, so many at once.
class ProcessJudging final : public Judging {
 public:
  ProcessJudging(Nursery& nursery, JudgingLimits limits);
  ~ProcessJudging() override;
  bool submit(Job job, std::shared_ptr<Spool> body, Done done) override;
  size_t waiting() const override;

 private:
  struct Waiting {
    Job job;
    std::shared_ptr<Spool> body;
    Done done;
  };
  void work();
  std::optional<Answer> judged(const Waiting& one, Nursery::Child& child);

  Nursery& nursery_;
  const JudgingLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable there_;
  std::deque<Waiting> queue_;
  bool ended_ = false;
  std::vector<pid_t> running_;
  std::vector<std::thread> threads_;
};

// What such a process does: jobs from the socket, answers back, until the other end is gone.
void judge_for(int socket, const JudgeSettings& settings);

}  // namespace attest::serve
