#include "codecs/apart.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <optional>
#include <semaphore>

#include "verifier/base/bytes.h"
#include "verifier/readers/containers/picture_form.h"

namespace attest::codecs {
namespace {

constexpr size_t kMostAnswer = 1u << 20;
constexpr uint64_t kMostMemory = 2ull << 30;  // beside what this process has already

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

// One letter, then texts, each behind its length in decimal and a ':'.
std::string packed(const Result<std::vector<std::string>>& answer) {
  std::string out = answer ? "t" : "e";
  const auto add = [&](const std::string& one) { out += fmt::format("{}:{}", one.size(), one); };
  if (!answer) {
    add(answer.error().what);
  } else {
    for (const std::string& one : *answer) add(one);
  }
  return out;
}

std::optional<Result<std::vector<std::string>>> unpacked(std::string_view all) {
  if (all.empty()) return std::nullopt;
  const bool failed = all.front() == 'e';
  all.remove_prefix(1);
  std::vector<std::string> texts;
  while (!all.empty()) {
    size_t size = 0, at = 0;
    for (; at < all.size() && all[at] >= '0' && all[at] <= '9' && size <= kMostAnswer; ++at)
      size = size * 10 + static_cast<size_t>(all[at] - '0');
    if (at == 0 || at >= all.size() || all[at] != ':' || size > all.size() - at - 1)
      return std::nullopt;
    texts.emplace_back(all.substr(at + 1, size));
    all.remove_prefix(at + 1 + size);
  }
  if (!failed) return Result<std::vector<std::string>>(std::move(texts));
  if (texts.empty()) return std::nullopt;
  return Result<std::vector<std::string>>(error(std::move(texts.front())));
}

// `beyond`: how much further the hard limit lies, whose signal nobody can tell from another's.
void limit(int what, uint64_t most, uint64_t beyond = 0) {
  rlimit now{};
  if (getrlimit(what, &now) != 0) return;
  if (now.rlim_max == RLIM_INFINITY || now.rlim_max > most + beyond) now.rlim_max = most + beyond;
  if (now.rlim_cur == RLIM_INFINITY || now.rlim_cur > most) now.rlim_cur = most;
  if (now.rlim_cur > now.rlim_max) now.rlim_cur = now.rlim_max;
  setrlimit(what, &now);
}

// All files but the three streams and this one.
void close_others(int kept) {
  constexpr unsigned kFirst = 3, kMostByHand = 4096;
  const auto file = static_cast<unsigned>(std::max(kept, 2));
  const bool done = (file <= kFirst || close_range(kFirst, file - 1, 0) == 0) &&
                    close_range(std::max(file + 1, kFirst), ~0U, 0) == 0;
  for (unsigned i = kFirst; !done && i < kMostByHand; ++i) {  // a kernel without the call
    if (i != file) close(static_cast<int>(i));
  }
}

uint64_t memory_now() {
  char text[64] = {};
  const int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  const ssize_t got = read(file, text, sizeof text - 1);
  close(file);
  return got <= 0 ? 0 : std::strtoull(text, nullptr, 10) * static_cast<uint64_t>(getpagesize());
}

[[noreturn]] void run(int to, pid_t parent, ApartLimits limits,
                      const std::function<Result<std::vector<std::string>>()>& work) {
  // Nobody waits for the answer of one whose parent is gone, be it before this line.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(0);
  // Libraries that complain write to stderr: what they say is no line of ours.
  const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nowhere >= 0) {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
      if (stream != to) dup2(nowhere, stream);
    }
  }
  close_others(to);
  for (const int caught : {SIGINT, SIGTERM, SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGPIPE, SIGXCPU})
    signal(caught, SIG_DFL);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, limits.cpu, 1);
  if (const uint64_t now = memory_now(); !kSanitized && now != 0)
    limit(RLIMIT_AS, now + kMostMemory);
  std::string answer;
  try {
    answer = packed(work());
  } catch (const std::exception& e) {
    answer = packed(error(fmt::format("picture: {}", e.what())));
  }
  if (answer.size() > kMostAnswer) answer.clear();
  for (size_t at = 0; at < answer.size();) {
    const ssize_t put = write(to, answer.data() + at, answer.size() - at);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) break;
    at += static_cast<size_t>(put);
  }
  _exit(0);
}

// Whether the other end was closed in time; what came is in `answer`.
bool listen(int from, unsigned seconds, std::string& answer) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  char piece[4096];
  while (answer.size() <= kMostAnswer) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd ready{.fd = from, .events = POLLIN, .revents = 0};
    const int got = poll(&ready, 1, static_cast<int>(left.count()));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    const ssize_t size = read(from, piece, sizeof piece);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return true;
    answer.append(piece, static_cast<size_t>(size));
  }
  return true;
}

}  // namespace

Result<std::vector<std::string>> apart(
    const std::function<Result<std::vector<std::string>>()>& work, ApartLimits limits) {
  // Each may take a processor and gigabytes. (This process itself calls none of the libraries that
  // run here, so that no thread of it holds a lock of theirs when another process is made.)
  constexpr std::ptrdiff_t kAtOnce = 4;
  static std::counting_semaphore<kAtOnce> places(kAtOnce);
  struct Place {
    Place() { places.acquire(); }
    ~Place() { places.release(); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
  } const place;
  const pid_t parent = getpid();
  int ends[2] = {};
  if (pipe2(ends, O_CLOEXEC) != 0)
    return error(fmt::format("no process for it can be made: {}", std::strerror(errno)));
  const pid_t child = fork();
  if (child < 0) {
    close(ends[0]);
    close(ends[1]);
    return error(fmt::format("no process for it can be made: {}", std::strerror(errno)));
  }
  if (child == 0) {
    close(ends[0]);
    run(ends[1], parent, limits, work);
  }
  close(ends[1]);
  std::string answer;
  const bool in_time = listen(ends[0], limits.all, answer);
  close(ends[0]);
  if (!in_time) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!in_time || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU))
    return error(fmt::format("{}{} seconds", kTakesLonger, in_time ? limits.cpu : limits.all));
  if (auto texts = unpacked(answer)) return std::move(*texts);
  return error("its decoder ended without an answer");
}

}  // namespace attest::codecs
