#include "serve/http/spool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace attest::serve {
namespace {

Result<int> nameless_file(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
  if (fd >= 0) return fd;
  // A file system without such files.
  std::string name = folder + "/matter-attest-XXXXXX";
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named < 0)
    return error(
        fmt::format("expected room for an upload in {}, found {}", folder, std::strerror(errno)));
  ::unlink(name.c_str());
  return named;
}

Result<void> write_all(int fd, View bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0)
      return error(fmt::format("an upload could not be kept while it came in: {}",
                               std::strerror(n < 0 ? errno : ENOSPC)));
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
  return {};
}

}  // namespace

Spool::~Spool() {
  if (mapped_ != nullptr) ::munmap(mapped_, mapped_size_);
  if (fd_ >= 0) ::close(fd_);
  room_->used -= counted_;
}

Result<void> Spool::to_file() {
  if (fd_ >= 0) return {};
  const auto file = nameless_file(room_->folder);
  if (!file) return tl::unexpected(file.error());
  fd_ = *file;
  if (auto done = write_all(fd_, memory_); !done) return done;
  memory_ = {};
  return {};
}

Result<void> Spool::add(View piece) {
  if (fd_ < 0 && memory_.size() + piece.size() > kInMemory) {
    if (auto done = to_file(); !done) return done;
  }
  size_ += piece.size();
  if (fd_ < 0) {
    memory_.insert(memory_.end(), piece.begin(), piece.end());
    return {};
  }
  const uint64_t more = size_ - counted_;
  counted_ += more;
  if (room_->used.fetch_add(more) + more > room_->most)
    return error("there is no room for more uploads at once");
  return write_all(fd_, piece);
}

uint64_t Spool::size() const {
  struct stat info {};
  if (fd_ >= 0 && ::fstat(fd_, &info) == 0) return static_cast<uint64_t>(info.st_size);
  return size_;
}

Result<View> Spool::view() {
  if (fd_ < 0) return View(memory_);
  if (mapped_ == nullptr) {
    mapped_size_ = static_cast<size_t>(size());
    if (mapped_size_ == 0) return View();
    void* at = ::mmap(nullptr, mapped_size_, PROT_READ, MAP_PRIVATE, fd_, 0);
    if (at == MAP_FAILED)
      return error(fmt::format("an upload could not be read back: {}", std::strerror(errno)));
    mapped_ = at;
  }
  return View(static_cast<const uint8_t*>(mapped_), mapped_size_);
}

int Spool::release() {
  return std::exchange(fd_, -1);
}

}  // namespace attest::serve
