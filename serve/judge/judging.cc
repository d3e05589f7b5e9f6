#include "serve/judge/judging.h"

#include <fmt/format.h>
#include <malloc.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "serve/judge/remembering_engine.h"

namespace attest::serve {
namespace {

constexpr int kRestAfterMs = 3'000;      // a process that nobody asks lets go of what it opened
constexpr int kKept = 8 << 20;           // bytes of memory between two jobs
constexpr size_t kLargeBody = 1u << 20;  // after which a process gives its memory back
constexpr unsigned kRetryAfter = 5;      // seconds
constexpr unsigned kJobsEach = 20'000;   // then another process takes its place

View mapped(int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0 || info.st_size <= 0) return {};
  void* at = ::mmap(nullptr, static_cast<size_t>(info.st_size), PROT_READ, MAP_PRIVATE, fd, 0);
  return at == MAP_FAILED
             ? View()
             : View(static_cast<const uint8_t*>(at), static_cast<size_t>(info.st_size));
}

Answer judged_here(Judge& judge, const Job& job, const Frame& frame) {
  if (job.what == "lot") {
    if (frame.handles.size() != 3) return problem(500, "a lot came without its records");
    return judge.lot(job, {.records = frame.handles[0].get(),
                           .lines = frame.handles[1].get(),
                           .bell = frame.handles[2].get()});
  }
  if (job.what == "refresh") return judge.refresh(job);
  if (frame.handles.empty()) return judge.judge(job, view(frame.body));
  const View body = mapped(frame.handles.front().get());
  Answer out = judge.judge(job, body);
  if (!body.empty()) ::munmap(const_cast<uint8_t*>(body.data()), body.size());
  return out;
}

}  // namespace

void judge_for(int socket, const JudgeSettings& settings) {
  // What one report takes, the next one takes again: it is not given back in between.
  ::mallopt(M_MMAP_THRESHOLD, kKept);
  ::mallopt(M_TRIM_THRESHOLD, kKept);
  RememberingEngine engine(*settings.engine);
  JudgeSettings own = settings;
  own.engine = &engine;
  Judge judge(std::move(own));
  for (unsigned jobs = 0; jobs < kJobsEach; ++jobs) {
    pollfd ready{.fd = socket, .events = POLLIN, .revents = 0};
    while (::poll(&ready, 1, kRestAfterMs) == 0) judge.rest();
    bool late = false;
    const auto frame =
        receive_frame(socket, std::chrono::steady_clock::now() + std::chrono::minutes(10), late);
    if (!frame) return;
    const auto job = job_from(frame->head);
    if (!job) return;
    if (job->tells_begin && !send_frame(socket, "begun", "")) return;
    const auto [head, body] = answer_frame(judged_here(judge, *job, *frame));
    if (!send_frame(socket, head, body)) return;
    if (!frame->handles.empty() || body.size() > kLargeBody) ::malloc_trim(0);
  }
}

bool DirectJudging::submit(Job job, std::shared_ptr<Spool> body, Done done) {
  const auto all = body ? body->view() : Result<View>(View());
  done(all ? judge_.judge(job, *all) : problem(507, all.error().what));
  return true;
}

ProcessJudging::ProcessJudging(Nursery& nursery, JudgingLimits limits)
    : nursery_(nursery), limits_(limits) {
  for (unsigned i = 0; i < limits_.at_once; ++i) threads_.emplace_back([this] { work(); });
}

ProcessJudging::~ProcessJudging() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    for (const pid_t pid : running_) nursery_.end(pid);
  }
  there_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool ProcessJudging::submit(Job job, std::shared_ptr<Spool> body, Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (ended_ || queue_.size() >= limits_.queue) return false;
    queue_.push_back({.job = std::move(job), .body = std::move(body), .done = std::move(done)});
  }
  there_.notify_one();
  return true;
}

size_t ProcessJudging::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void ProcessJudging::work() {
  Nursery::Child child;
  for (;;) {
    Waiting one;
    {
      std::unique_lock lock(mutex_);
      there_.wait(lock, [&] { return ended_ || !queue_.empty(); });
      if (queue_.empty()) return;
      one = std::move(queue_.front());
      queue_.pop_front();
    }
    auto answer = judged(one, child);
    // One that ended between two jobs (its number of jobs was full) did not see this one. What was
    // begun is not begun again: it may have written, and would end as badly.
    if (!answer) answer = judged(one, child);
    one.body.reset();
    one.done(answer ? std::move(*answer)
                    : busy("the processes that judge end before they begin", kRetryAfter));
  }
}

// Nullopt: the process was gone before it began. What it could not answer is its end.
std::optional<Answer> ProcessJudging::judged(const Waiting& one, Nursery::Child& child) {
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return busy("the server is being stopped", 5);
  }
  if (child.pid <= 0) {
    auto made = nursery_.make();
    if (!made) return busy(made.error().what, 1);
    child = std::move(*made);
  }
  {
    const std::lock_guard lock(mutex_);
    running_.push_back(child.pid);
  }
  std::vector<int> handles;
  std::string_view body;
  if (one.body && one.body->fd() >= 0) {
    handles.push_back(one.body->fd());
  } else if (one.body) {
    if (const auto all = one.body->view()) body = text(*all);
  }
  bool late = false, begun = false;
  std::optional<Answer> answer;
  Job job = one.job;
  job.tells_begin = true;
  const int socket = child.socket.get();
  if (send_frame(socket, job_text(job), body, handles)) {
    const auto until = std::chrono::steady_clock::now() + limits_.each;
    begun = receive_frame(socket, until, late).has_value();
    auto frame = begun ? receive_frame(socket, until, late) : std::nullopt;
    if (frame) answer = answer_from(std::move(*frame));
  }
  {
    const std::lock_guard lock(mutex_);
    std::erase(running_, child.pid);
  }
  if (answer) return answer;
  nursery_.end(child.pid);
  child = {};
  if (late)
    return problem(422, fmt::format("judging it takes longer than the {} seconds that one upload "
                                    "may have",
                                    limits_.each.count()));
  if (!begun) return std::nullopt;
  return problem(500, "judging it ended without an answer; nothing was judged");
}

}  // namespace attest::serve
