#include "platform/open_output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "dcl/file_text.h"

namespace attest {
namespace {

// What this program was started with: opening it again waits for nobody.
bool is_own_stream(const std::string& path) {
  return path == "/dev/null" || path == "/dev/stdout" || path == "/dev/stderr" ||
         path.starts_with("/dev/fd/") || path.starts_with("/proc/self/fd/");
}

}  // namespace

Result<int> open_output(const std::string& path) {
  const auto fail = [&](const std::string& found) {
    return error(fmt::format("{}: expected a file that can be written, found {}", path, found));
  };
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode) && !is_own_stream(path))
    return fail(dcl::file_kind_text(info.st_mode));
  const int fd =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0666);
  if (fd < 0) return fail(dcl::errno_text(errno));
  // What has become a FIFO since then; and writing is to wait where a pipe is full.
  const int flags = ::fcntl(fd, F_GETFL);
  if (::fstat(fd, &info) != 0 || (!S_ISREG(info.st_mode) && !is_own_stream(path)) || flags < 0 ||
      ::fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) != 0) {
    ::close(fd);
    return fail(dcl::file_kind_text(info.st_mode));
  }
  return fd;
}

}  // namespace attest
