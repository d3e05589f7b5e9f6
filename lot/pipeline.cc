#include "lot/pipeline.h"

#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace attest {
namespace {

class Pipeline {
 public:
  Pipeline(LotSource& source, const LotSetup& setup, unsigned jobs, const PipelineSteps& steps,
           std::stop_source& stop)
      : source_(source), setup_(setup), jobs_(jobs), steps_(steps), stop_(stop) {}

  Result<void> run() {
    std::vector<std::thread> others;
    for (unsigned i = 1; i < jobs_; ++i) others.emplace_back([this] { work(); });
    work();
    for (std::thread& other : others) other.join();
    if (wrong_) std::rethrow_exception(wrong_);
    if (write_error_) return tl::unexpected(*write_error_);
    if (source_error_) return tl::unexpected(*source_error_);
    return {};
  }

 private:
  void work() {
    try {
      LotJudge judge(setup_);
      LotBatch batch;
      while (const auto number = read(batch)) {
        std::vector<DeviceLine> judged = judge.judge(std::move(batch));
        std::vector<WrittenLine> lines;
        lines.reserve(judged.size());
        for (DeviceLine& line : judged) {
          lines.push_back({.line = std::move(line), .text = {}});
          lines.back().text = steps_.render(lines.back().line);
        }
        write(*number, std::move(lines));
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!wrong_) wrong_ = std::current_exception();
      end();
    }
  }

  // Nobody goes on: not who waits for room either, nor who waits for input that may never come.
  void end() {
    stop_.request_stop();
    room_.notify_all();
  }

  // The next batch and its number; nullopt at the end.
  std::optional<uint64_t> read(LotBatch& batch) {
    const std::lock_guard mine(source_mutex_);
    if (ended_) return std::nullopt;
    {
      std::unique_lock lock(mutex_);
      room_.wait(lock, [&] { return stop_.stop_requested() || begun_ - written_ < 2 * jobs_ + 2; });
    }
    batch = {};
    if (stop_.stop_requested()) return std::nullopt;
    const auto more = source_.next(batch);
    if (stop_.stop_requested()) return std::nullopt;
    if (!more) source_error_ = more.error();
    ended_ = !more || !*more;
    if (ended_) return std::nullopt;
    return begun_++;
  }

  // Hands over what was found. Whoever brings the batch whose turn it is writes it, and those that
  // waited for it.
  void write(uint64_t number, std::vector<WrittenLine> lines) {
    std::unique_lock lock(mutex_);
    done_.emplace(number, std::move(lines));
    for (auto next = done_.find(written_); next != done_.end(); next = done_.find(written_)) {
      std::vector<WrittenLine> turn = std::move(next->second);
      done_.erase(next);
      const bool pause = done_.count(written_ + 1) == 0;
      lock.unlock();
      const auto done = steps_.write(std::move(turn), pause);
      lock.lock();
      if (!done) {
        write_error_ = done.error();
        return end();
      }
      ++written_;
      room_.notify_one();  // one at most waits: it has the source
    }
  }

  LotSource& source_;
  const LotSetup& setup_;
  const unsigned jobs_;
  const PipelineSteps& steps_;
  std::stop_source& stop_;

  std::mutex source_mutex_;  // over the source and what is known of it
  bool ended_ = false;
  uint64_t begun_ = 0;
  std::optional<Error> source_error_;

  std::mutex mutex_;  // over what is done
  std::condition_variable room_;
  std::map<uint64_t, std::vector<WrittenLine>> done_;
  uint64_t written_ = 0;  // while one is being written, nobody finds it, nor what comes after it
  std::optional<Error> write_error_;
  std::exception_ptr wrong_;
};

}  // namespace

Result<void> run_pipeline(LotSource& source, const LotSetup& setup, unsigned jobs,
                          const PipelineSteps& steps, std::stop_source stop) {
  return Pipeline(source, setup, jobs, steps, stop).run();
}

}  // namespace attest
