#include "dcl/snapshot_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "dcl/file_text.h"
#include "dcl/network.h"
#include "dcl/snapshot.h"

namespace attest::dcl {
namespace {

constexpr size_t kMaxSnapshot = size_t{1} << 30;

// Waits until something can be read of a pipe, or its writer is gone. False: neither, for so long.
bool pipe_has_more(int fd, bool begun, const PipeWaits& waits, const std::string& name, bool& told,
                   const Say& say) {
  const auto most = begun ? waits.pause : waits.first;
  const auto comes = [fd](std::chrono::milliseconds within) {
    pollfd wait = {.fd = fd, .events = POLLIN, .revents = 0};
    return ::poll(&wait, 1, static_cast<int>(within.count())) == 1;
  };
  if (comes(waits.quiet)) return true;
  if (say && !told)
    say(fmt::format("waiting up to {} s for what is written into the pipe {}", most.count() / 1000,
                    name));
  told = true;
  return comes(most - waits.quiet);
}

// A file's text, or a pipe's as far as somebody writes into it: neither is waited for without end.
Result<std::string> text_of_file(const std::string& path, const std::string& expected,
                                 const Say& say, const PipeWaits& waits) {
  const auto refuse = [&](const std::string& found) {
    return error(
        fmt::format("{}: cannot be read, expected {}, found {}", shown_url(path), expected, found));
  };
  const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return refuse(errno_text(errno));
  const auto closed = std::shared_ptr<void>(nullptr, [fd](void*) { ::close(fd); });
  struct stat about = {};
  if (::fstat(fd, &about) != 0) return refuse(errno_text(errno));
  const bool pipe = S_ISFIFO(about.st_mode);
  if (!pipe && !S_ISREG(about.st_mode)) return refuse(file_kind_text(about.st_mode));
  bool told = false;
  std::string out;
  std::vector<char> piece(1u << 16);
  for (;;) {
    if (pipe && !pipe_has_more(fd, !out.empty(), waits, shown_url(path), told, say))
      return refuse(out.empty() ? "a pipe that nobody writes into"
                                : "a pipe whose writer fell silent");
    const ssize_t n = ::read(fd, piece.data(), piece.size());
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n < 0) return refuse(errno_text(errno));
    if (n == 0) return out;
    out.append(piece.data(), static_cast<size_t>(n));
    if (out.size() > kMaxSnapshot) return refuse(fmt::format("more than {} bytes", kMaxSnapshot));
  }
}

}  // namespace

Result<std::string> read_snapshot_file(const std::string& path, const std::string& expected,
                                       const Say& say, const PipeWaits& waits) {
  if (path == "demo" && !std::filesystem::exists(path)) return std::string(builtin_snapshot());
  return text_of_file(path, expected, say, waits);
}

}  // namespace attest::dcl
