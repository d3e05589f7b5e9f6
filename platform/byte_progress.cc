#include "platform/byte_progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "platform/terminal.h"
#include "verifier/base/bytes.h"

namespace attest {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPatience = std::chrono::milliseconds(300), kPause = std::chrono::milliseconds(100);
constexpr size_t kBar = 24;

double seconds_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

std::string amount_text(uint64_t bytes) {
  if (bytes < 1'000'000) return fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3);
  if (bytes < 1'000'000'000) return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
  return fmt::format("{:.2f} GB", static_cast<double>(bytes) / 1e9);
}

std::string progress_text(const std::string& what, uint64_t done, std::optional<uint64_t> size,
                          double seconds) {
  const double rate = static_cast<double>(done) / std::max(seconds, 0.001);
  const std::string speed = amount_text(static_cast<uint64_t>(rate)) + "/s";
  if (!size || *size == 0 || done > *size)
    return fmt::format("{}: {}, {}", what, amount_text(done), speed);
  const auto filled =
      static_cast<size_t>(static_cast<double>(done) / static_cast<double>(*size) * kBar);
  const double left = rate > 0 ? static_cast<double>(*size - done) / rate : 0;
  return fmt::format("{}: [{:.<{}}] {} of {}, {}, {:.0f} s left", what, std::string(filled, '#'),
                     kBar, amount_text(done), amount_text(*size), speed, left);
}

ByteProgress::ByteProgress(std::string what)
    : what_(printable(what)),
      started_(Clock::now()),
      last_(started_),
      terminal_(is_terminal(STDERR_FILENO)) {}

ByteProgress::~ByteProgress() {
  if (shown_) std::fputs("\r\033[K", stderr);
}

void ByteProgress::show(uint64_t done, std::optional<uint64_t> size) {
  if (!terminal_) return;
  const auto now = Clock::now();
  if (now - started_ < kPatience || (shown_ && now - last_ < kPause)) return;
  last_ = now;
  shown_ = true;
  const double seconds = seconds_between(started_, now);
  std::string line = progress_text(what_, done, size, seconds);
  const size_t width = terminal_width();
  if (line.size() >= width)
    line =
        progress_text(what_.substr(0, what_.find(' ')), done, size, seconds);  // without the name
  std::fprintf(stderr, "\r\033[K%s", line.substr(0, width - 1).c_str());
  std::fflush(stderr);
}

}  // namespace attest
