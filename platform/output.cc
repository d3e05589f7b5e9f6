#include "platform/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <ostream>
#include <utility>

#include "dcl/file_text.h"

namespace attest {
namespace {

// What this program was started with: opening it again waits for nobody.
bool is_own_stream(const std::string& path) {
  return path == "/dev/null" || path == "/dev/stdout" || path == "/dev/stderr" ||
         path.starts_with("/dev/fd/") || path.starts_with("/proc/self/fd/");
}

tl::unexpected<Error> not_written(const std::string& path) {
  return error(fmt::format("{}: {}", path, dcl::errno_text(errno, dcl::Doing::writing)));
}

tl::unexpected<Error> not_writable(const std::string& path, const std::string& found) {
  return error(fmt::format("{}: expected a file that can be written, found {}", path, found));
}

Result<std::FILE*> open_file(const std::string& path) {
  const auto fail = [&](const std::string& found) { return not_writable(path, found); };
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode) && !is_own_stream(path))
    return fail(dcl::file_kind_text(info.st_mode));
  const int fd =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0666);
  if (fd < 0) return fail(dcl::errno_text(errno, dcl::Doing::writing));
  // What has become a FIFO since then; and writing is to wait where a pipe is full.
  const int flags = ::fcntl(fd, F_GETFL);
  if (::fstat(fd, &info) != 0 || (!S_ISREG(info.st_mode) && !is_own_stream(path)) || flags < 0 ||
      ::fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) != 0) {
    ::close(fd);
    return fail(dcl::file_kind_text(info.st_mode));
  }
  std::FILE* file = ::fdopen(fd, "wb");
  if (file != nullptr) return file;
  const auto why = not_written(path);
  ::close(fd);
  return why;
}

}  // namespace

Output::Output(Output&& other) noexcept
    : console_(other.console_),
      path_(std::move(other.path_)),
      file_(std::exchange(other.file_, nullptr)) {}
Output::~Output() {
  if (file_ != nullptr) std::fclose(file_);
}

Result<Output> Output::open(const std::string& path, const Console& console) {
  Output out(console);
  if (path.empty() || path == "-") return out;
  out.path_ = path;
  const auto file = open_file(path);
  if (!file) return tl::unexpected(file.error());
  out.file_ = *file;
  return out;
}

bool Output::is_stream(const std::string& path) {
  return path.empty() || path == "-" || is_own_stream(path);
}

Result<void> Output::can_open(const std::string& path) {
  if (is_stream(path)) return {};
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) {
    if (!S_ISREG(info.st_mode)) return not_writable(path, dcl::file_kind_text(info.st_mode));
    if (::access(path.c_str(), W_OK) == 0) return {};
    return not_writable(path, dcl::errno_text(errno, dcl::Doing::writing));
  }
  if (errno != ENOENT) return not_writable(path, dcl::errno_text(errno, dcl::Doing::writing));
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (path.ends_with('/') || ::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) != 0)
    return not_writable(path,
                        dcl::errno_text(path.ends_with('/') ? EISDIR : errno, dcl::Doing::writing));
  return {};
}

Result<void> Output::failed() const {
  return not_written(path_.empty() ? "stdout" : path_);
}

Result<void> Output::write(std::string_view text) {
  const bool done =
      file_ == nullptr
          ? console_->out.write(text.data(), static_cast<std::streamsize>(text.size())).good()
          : std::fwrite(text.data(), 1, text.size(), file_) == text.size();
  return done ? Result<void>() : failed();
}

Result<void> Output::flush() {
  const bool done = file_ == nullptr ? console_->out.flush().good() : std::fflush(file_) == 0;
  return done ? Result<void>() : failed();
}

Result<void> Output::close() {
  if (file_ == nullptr) return flush();
  return std::fclose(std::exchange(file_, nullptr)) == 0 ? Result<void>() : failed();
}

Result<void> write_output(const std::string& path, std::string_view content,
                          const Console& console) {
  auto output = Output::open(path, console);
  if (!output) return tl::unexpected(output.error());
  if (auto written = output->write(content); !written) return written;
  return output->close();
}

Result<void> write_file(const std::string& path, std::string_view content) {
  const auto file = open_file(path);
  if (!file) return tl::unexpected(file.error());
  const bool written = std::fwrite(content.data(), 1, content.size(), *file) == content.size();
  if (std::fclose(*file) != 0 || !written) return not_written(path);
  return {};
}

}  // namespace attest
