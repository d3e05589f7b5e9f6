#include "serve/judge/nursery.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <set>

namespace attest::serve {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

constexpr std::chrono::seconds kPatience{10};

uint64_t memory_now() {
  std::array<char, 64> text{};
  const int file = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  const ssize_t got = ::read(file, text.data(), text.size() - 1);
  ::close(file);
  uint64_t pages = 0;
  if (got > 0) std::from_chars(text.data(), text.data() + got, pages);
  return pages * static_cast<uint64_t>(::getpagesize());
}

void limit(int what, uint64_t most) {
  const rlimit both{.rlim_cur = most, .rlim_max = most};
  ::setrlimit(what, &both);
}

// All that this process was left, but one and the streams.
void keep_only(int kept) {
  constexpr unsigned kFirst = 3;
  const auto file = static_cast<unsigned>(kept);
  if (file > kFirst) ::close_range(kFirst, file - 1, 0);
  ::close_range(std::max(file + 1, kFirst), ~0U, 0);
}

void begin_anew(pid_t parent) {
  if (parent != 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(0);
  }
  for (const int caught : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD}) ::signal(caught, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void be_child(int socket, pid_t parent, const ProcessLimits& limits,
                           const Nursery::Work& work) {
  begin_anew(parent);
  keep_only(socket);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, limits.file);
  if (const uint64_t now = memory_now(); !kSanitized && now != 0)
    limit(RLIMIT_AS, now + limits.memory);
  int code = 0;
  try {
    work(socket);
  } catch (const std::exception&) {
    code = 70;  // who waits for the answer sees that there is none
  }
  ::_exit(code);
}

struct Command {
  enum class What : int32_t { make, end, another } what = What::make;
  int32_t pid = 0;
};

// Those that ended by themselves.
void bury(std::set<pid_t>& children) {
  for (pid_t pid = ::waitpid(-1, nullptr, WNOHANG); pid > 0; pid = ::waitpid(-1, nullptr, WNOHANG))
    children.erase(pid);
}

void end_child(pid_t pid, std::set<pid_t>& children) {
  if (children.erase(pid) == 0) return;
  ::kill(pid, SIGKILL);
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// A child's socket comes back with its process id. Without a parent it goes on when the one that
// made it is gone: it ends with the server, which has the socket's other end.
[[noreturn]] void be_nursery(int socket, pid_t parent, const ProcessLimits& limits,
                             const Nursery::Work& work) {
  begin_anew(parent);
  ::setpgid(0, 0);  // what is typed at the terminal is for the server: it ends its children
  keep_only(socket);
  const pid_t self = ::getpid();
  std::set<pid_t> children;
  for (Command command; ::recv(socket, &command, sizeof command, MSG_WAITALL) == sizeof command;) {
    bury(children);
    if (command.what == Command::What::end) {
      end_child(command.pid, children);
      continue;
    }
    auto ends = socket_pair();
    if (!ends) {
      send_frame(socket, "", ends.error().what);
      continue;
    }
    const bool another = command.what == Command::What::another;
    const pid_t child = ::fork();
    if (child == 0 && another) be_nursery(ends->second.get(), 0, limits, work);
    if (child == 0) be_child(ends->second.get(), self, limits, work);
    if (child < 0) {
      send_frame(socket, "", std::strerror(errno));
    } else {
      if (!another) children.insert(child);
      send_frame(socket, std::to_string(child), "", {ends->first.get()});
    }
  }
  ::_exit(0);
}

}  // namespace

Result<std::unique_ptr<Nursery>> Nursery::start(const Work& work, ProcessLimits limits) {
  auto ends = socket_pair();
  if (!ends) return tl::unexpected(ends.error());
  const pid_t parent = ::getpid(), child = ::fork();
  if (child < 0)
    return error(fmt::format("no process for judging can be made: {}", std::strerror(errno)));
  if (child == 0) be_nursery(ends->second.get(), parent, limits, work);
  std::unique_ptr<Nursery> out(new Nursery(std::move(ends->first), child));
  if (auto waits = out->ask(true); waits.made) out->next_ = std::move(waits.made->socket);
  return out;
}

Nursery::~Nursery() {
  next_.close();
  socket_.close();
  bury();
}

void Nursery::on_replaced(std::function<void()> told) {
  const std::lock_guard lock(mutex_);
  told_ = std::move(told);
}

// The others end by themselves, once their socket is closed.
void Nursery::bury() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
}

void Nursery::end(pid_t pid) {
  if (pid <= 0) return;
  const std::lock_guard lock(mutex_);
  const Command command{.what = Command::What::end, .pid = pid};
  (void)::send(socket_.get(), &command, sizeof command, MSG_NOSIGNAL);
}

Nursery::Reply Nursery::ask(bool for_another) {
  bool late = false;
  const Command command{.what = for_another ? Command::What::another : Command::What::make};
  if (::send(socket_.get(), &command, sizeof command, MSG_NOSIGNAL) !=
      static_cast<ssize_t>(sizeof command))
    return {.made = error("no process for judging can be made")};
  auto frame = receive_frame(socket_.get(), std::chrono::steady_clock::now() + kPatience, late);
  if (!frame) return {.made = error("no process for judging can be made")};
  if (frame->handles.size() != 1)
    return {.there = true, .made = error("no process for judging can be made: " + frame->body)};
  Child out{.socket = std::move(frame->handles.front()), .pid = -1};
  std::from_chars(frame->head.data(), frame->head.data() + frame->head.size(), out.pid);
  return {.there = true, .made = std::move(out)};
}

// It never says anything unasked.
bool Nursery::is_gone() const {
  pollfd ready{.fd = socket_.get(), .events = POLLIN, .revents = 0};
  return socket_.get() < 0 || ::poll(&ready, 1, 0) > 0;
}

// Its children are gone with it.
bool Nursery::replace() {
  bury();
  socket_ = std::exchange(next_, Handle());
  if (socket_.get() < 0 || is_gone()) {
    socket_.close();
    return false;
  }
  if (auto waits = ask(true); waits.made) next_ = std::move(waits.made->socket);
  if (told_) told_();
  return true;
}

Result<Nursery::Child> Nursery::make() {
  const std::lock_guard lock(mutex_);
  if (is_gone() && !replace()) return error("no process for judging can be made");
  auto reply = ask(false);
  if (!reply.there && replace()) reply = ask(false);
  return std::move(reply.made);
}

bool Nursery::is_there() {
  const std::lock_guard lock(mutex_);
  if (is_gone()) return replace();
  if (next_.get() < 0) {
    if (auto waits = ask(true); waits.made) next_ = std::move(waits.made->socket);
  }
  return true;
}

}  // namespace attest::serve
