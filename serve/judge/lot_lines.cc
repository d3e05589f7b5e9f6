#include "serve/judge/lot_lines.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace attest::serve {
namespace {

// (Its offset is shared with who writes to it, and left alone.)
uint64_t size_of(int file) {
  struct stat info {};
  return ::fstat(file, &info) == 0 && info.st_size > 0 ? static_cast<uint64_t>(info.st_size) : 0;
}

bool is_at_line_end(int file) {
  const uint64_t size = size_of(file);
  char last = '\n';
  if (size != 0) (void)!::pread(file, &last, 1, static_cast<off_t>(size - 1));
  return last == '\n';
}

}  // namespace

Result<std::shared_ptr<LotLines>> LotLines::of(int file) {
  Handle own(::fcntl(file, F_DUPFD_CLOEXEC, 0));
  if (own.get() < 0)
    return error(std::string("the lines of a lot cannot be followed: ") + std::strerror(errno));
  return std::shared_ptr<LotLines>(new LotLines(std::move(own)));
}

void LotLines::wake_all() {
  std::vector<std::function<void()>> all;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [number, wake] : followers_) all.push_back(wake);
  }
  for (const auto& wake : all) wake();
}

void LotLines::grown() {
  wake_all();
}

void LotLines::end(const Answer& answer) {
  {
    const std::lock_guard lock(mutex_);
    if (over_) return;
    over_ = true;
    if (answer.status != 200)
      last_ = (is_at_line_end(file_.get()) ? "{\"problem\":" : "\n{\"problem\":") +
              answer.body.substr(0, answer.body.find_last_not_of('\n') + 1) + "}\n";
  }
  wake_all();
}

std::optional<size_t> LotLines::read(uint64_t offset, std::span<char> into) const {
  // (What is written after it was read of is told of by grown().)
  const auto some = [&]() -> ssize_t {
    for (;;) {
      const ssize_t n = ::pread(file_.get(), into.data(), into.size(), static_cast<off_t>(offset));
      if (n >= 0 || errno != EINTR) return n;
    }
  };
  std::unique_lock lock(mutex_);
  const bool over = over_;
  lock.unlock();
  const ssize_t n = some();
  if (n > 0) return static_cast<size_t>(n);
  if (!over) return n < 0 ? std::nullopt : std::optional<size_t>(0);
  const uint64_t size = size_of(file_.get());
  lock.lock();
  const uint64_t told = offset < size ? last_.size() : offset - size;
  if (told >= last_.size()) return std::nullopt;
  return last_.copy(into.data(), into.size(), told);
}

std::optional<uint64_t> LotLines::follow(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  if (followers_.size() >= kMostFollowers) return std::nullopt;
  followers_[next_] = std::move(wake);
  return next_++;
}

void LotLines::leave(uint64_t follower) {
  const std::lock_guard lock(mutex_);
  followers_.erase(follower);
}

std::shared_ptr<LotFollower> LotFollower::of(std::shared_ptr<LotLines> lines,
                                             std::function<void()> wake) {
  const auto number = lines->follow(std::move(wake));
  if (!number) return nullptr;
  return std::shared_ptr<LotFollower>(new LotFollower(std::move(lines), *number));
}

bool NamedLots::is_name(std::string_view text) {
  return text.size() >= 16 && text.size() <= 64 &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

bool NamedLots::add(const std::string& name, const std::string& user,
                    std::shared_ptr<LotLines> lines) {
  const std::lock_guard lock(mutex_);
  return all_.emplace(name, One{.user = user, .lines = std::move(lines)}).second;
}

void NamedLots::remove(const std::string& name) {
  const std::lock_guard lock(mutex_);
  all_.erase(name);
}

std::shared_ptr<LotLines> NamedLots::find(const std::string& name, const std::string& user) const {
  const std::lock_guard lock(mutex_);
  const auto at = all_.find(name);
  return at == all_.end() || at->second.user != user ? nullptr : at->second.lines;
}

}  // namespace attest::serve
