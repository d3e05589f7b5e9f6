#include "cli/lot_pipeline.h"

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

namespace attest::cli {
namespace {

class Pipeline {
 public:
  Pipeline(LotSource& source, const LotSetup& setup, unsigned jobs, const PipelineSteps& steps) : source_(source), setup_(setup), jobs_(jobs), steps_(steps) {}

  tl::expected<void, Error> run() {
    std::vector<std::thread> threads;
    threads.emplace_back([this] { guarded([this] { read(); }); });
    for (unsigned i = 0; i < jobs_; ++i) threads.emplace_back([this] { guarded([this] { work(); }); });
    write();
    for (std::thread& thread : threads) thread.join();
    if (source_error_) return tl::unexpected(*source_error_);
    return {};
  }

 private:
  struct Work {
    uint64_t number;
    LotBatch batch;
  };

  template <class Step>
  static void guarded(Step&& step) {
    try {
      step();
    } catch (const std::exception& wrong) {
      std::fprintf(stderr, "matter-attest: internal error: %s\n", wrong.what());
      std::_Exit(70);
    }
  }

  void read() {
    for (uint64_t number = 0;; ++number) {
      LotBatch batch;
      const auto more = source_.next(batch);
      std::unique_lock lock(mutex_);
      if (!more) source_error_ = more.error();
      if (!more || !*more) break;
      changed_.wait(lock, [&] { return number - written_ < 2 * jobs_ + 2; });
      waiting_.push_back({number, std::move(batch)});
      ++begun_;
      changed_.notify_all();
    }
    const std::lock_guard lock(mutex_);
    read_all_ = true;
    changed_.notify_all();
  }

  void work() {
    LotJudge judge(setup_);
    for (;;) {
      Work work;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !waiting_.empty() || read_all_; });
        if (waiting_.empty()) return;
        work = std::move(waiting_.front());
        waiting_.pop_front();
      }
      std::vector<WrittenLine> lines;
      for (DeviceLine& line : judge.judge(std::move(work.batch))) {
        lines.push_back({.line = std::move(line), .text = {}});
        lines.back().text = steps_.render(lines.back().line);
      }
      const std::lock_guard lock(mutex_);
      done_.emplace(work.number, std::move(lines));
      changed_.notify_all();
    }
  }

  void write() {
    for (;;) {
      std::vector<WrittenLine> lines;
      bool pause = false;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return done_.count(written_) != 0 || (read_all_ && written_ == begun_); });
        const auto next = done_.find(written_);
        if (next == done_.end()) return;
        lines = std::move(next->second);
        done_.erase(next);
        ++written_;
        pause = done_.count(written_) == 0;
        changed_.notify_all();
      }
      steps_.write(std::move(lines), pause);
    }
  }

  LotSource& source_;
  const LotSetup& setup_;
  unsigned jobs_;
  const PipelineSteps& steps_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> waiting_;
  std::map<uint64_t, std::vector<WrittenLine>> done_;
  uint64_t written_ = 0, begun_ = 0;
  bool read_all_ = false;
  std::optional<Error> source_error_;
};

}  // namespace

tl::expected<void, Error> run_pipeline(LotSource& source, const LotSetup& setup, unsigned jobs, const PipelineSteps& steps) { return Pipeline(source, setup, jobs, steps).run(); }

}  // namespace attest::cli
