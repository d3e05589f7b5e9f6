#include "serve/judge/lot_feed.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace attest::serve {

Result<std::unique_ptr<LotFeed>> LotFeed::start(Nursery& nursery, const Job& job,
                                                std::shared_ptr<Spool> lines,
                                                std::function<void()> wake) {
  std::unique_ptr<LotFeed> out(new LotFeed(nursery));
  auto ends = socket_pair();
  if (!ends) return tl::unexpected(ends.error());
  if (auto done = lines->to_file(); !done) return tl::unexpected(done.error());
  auto followed = LotLines::of(lines->fd());
  if (!followed) return tl::unexpected(followed.error());
  out->followed_ = std::move(*followed);
  auto child = nursery.make();
  if (!child) return tl::unexpected(child.error());
  out->child_ = std::move(*child);
  out->records_ = std::move(ends->first);
  out->bell_ = Handle(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  out->lines_ = std::move(lines);
  out->wake_ = std::move(wake);
  if (!send_frame(out->child_.socket.get(), job_text(job), "",
                  {ends->second.get(), out->lines_->fd(), out->bell_.get()}))
    return error("no process for judging can be had");
  out->thread_ = std::thread([feed = out.get()] { feed->watch(); });
  return out;
}

LotFeed::~LotFeed() {
  {
    const std::lock_guard lock(mutex_);
    given_up_ = true;
  }
  nursery_.end(child_.pid);
  ::eventfd_write(bell_.get(), 1);
  if (thread_.joinable()) thread_.join();
  if (followed_) followed_->end(problem(400, "the lot's records broke off before their end"));
}

size_t LotFeed::offer(View records) {
  const std::lock_guard lock(mutex_);
  if (answer_) return records.size();  // it ended before its records did: its answer says why
  size_t taken = 0;
  while (taken < records.size()) {
    const ssize_t n = ::send(records_.get(), records.data() + taken, records.size() - taken,
                             MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n > 0) {
      taken += static_cast<size_t>(n);
      continue;
    }
    if (errno != EAGAIN && errno != EWOULDBLOCK) return records.size();  // the answer is coming
    wants_ = true;
    ::eventfd_write(bell_.get(), 1);
    break;
  }
  return taken;
}

void LotFeed::end() {
  const std::lock_guard lock(mutex_);
  over_ = true;
  ::shutdown(records_.get(), SHUT_WR);
}

std::optional<Answer> LotFeed::answer() {
  const std::lock_guard lock(mutex_);
  return answer_;
}

void LotFeed::watch() {
  for (;;) {
    bool wants = false;
    {
      const std::lock_guard lock(mutex_);
      if (given_up_) return;
      wants = wants_;
    }
    std::array<pollfd, 3> fds{
        {{.fd = child_.socket.get(), .events = POLLIN, .revents = 0},
         {.fd = bell_.get(), .events = POLLIN, .revents = 0},
         {.fd = wants ? records_.get() : -1, .events = POLLOUT, .revents = 0}}};
    if (::poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) return;
    eventfd_t ignored = 0;
    if (fds[1].revents != 0) {
      ::eventfd_read(bell_.get(), &ignored);
      followed_->grown();
    }
    if (fds[0].revents != 0) break;
    if (fds[2].revents == 0) continue;
    {
      const std::lock_guard lock(mutex_);
      wants_ = false;
    }
    wake_();
  }
  bool late = false;
  auto frame = receive_frame(child_.socket.get(),
                             std::chrono::steady_clock::now() + std::chrono::seconds(10), late);
  auto answer = frame ? answer_from(std::move(*frame)) : std::nullopt;
  {
    const std::lock_guard lock(mutex_);
    if (given_up_) return;
    answer_ = answer ? std::move(*answer) : problem(500, "judging the lot ended without an answer");
    if (answer_->status == 200) answer_->file = lines_;
    followed_->end(*answer_);
  }
  wake_();
}

}  // namespace attest::serve
