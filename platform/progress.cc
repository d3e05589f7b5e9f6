#include "platform/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <utility>

#include "verifier/base/bytes.h"

namespace attest {
namespace {

constexpr auto kPatience = std::chrono::milliseconds(300), kPause = std::chrono::milliseconds(100);
constexpr size_t kLeastBar = 10, kMostBar = 40;

std::string thousands(uint64_t n) {
  std::string out = std::to_string(n);
  for (size_t at = out.size(); at > 3;) out.insert(at -= 3, ",");
  return out;
}

std::string time_left(double seconds) {
  const auto whole = static_cast<uint64_t>(std::llround(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

}  // namespace

std::string amount_text(uint64_t bytes) {
  if (bytes < 1'000'000) return fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3);
  if (bytes < 1'000'000'000) return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
  return fmt::format("{:.2f} GB", static_cast<double>(bytes) / 1e9);
}

std::string progress_text(const HowFar& at, const char* counted, double seconds, size_t width) {
  const bool bytes = *counted == '\0', whole = at.of && *at.of > 0 && at.done <= *at.of;
  const auto amount = [&](uint64_t n) { return bytes ? amount_text(n) : thousands(n); };
  const double rate = static_cast<double>(at.done) / std::max(seconds, 0.001);
  std::string words = amount(at.done);
  if (whole) words += " of " + amount(*at.of);
  if (!bytes) words += fmt::format(" {}", counted);
  words += fmt::format(", {}/s", amount(static_cast<uint64_t>(std::llround(rate))));
  if (whole && rate > 0)
    words += fmt::format(", {} left", time_left(static_cast<double>(*at.of - at.done) / rate));
  if (!at.beside.empty()) words += ", " + at.beside;

  std::string what = printable(at.what);
  const auto columns = [&] { return words.size() + (what.empty() ? 0 : what.size() + 2); };
  if (columns() > width) what = what.substr(0, what.find(' '));  // without the name
  const size_t room = width - std::min(width, columns());
  std::string bar;
  if (whole && room >= kLeastBar + 3) {
    const size_t size = std::min(room - 3, kMostBar);
    const auto filled = static_cast<size_t>(
        static_cast<double>(at.done) / static_cast<double>(*at.of) * static_cast<double>(size));
    bar = fmt::format("[{:.<{}}] ", std::string(filled, '#'), size);
  }
  return fmt::format("{}{}{}{}", what, what.empty() ? "" : ": ", bar, words).substr(0, width);
}

Progress::Progress(const Verbosity& verbosity, const char* counted)
    : verbosity_(verbosity),
      counted_(counted),
      started_(verbosity.console().ticks()),
      last_(started_) {}

void Progress::show(const HowFar& at) {
  if (!verbosity_.shows_progress()) return;
  const Console& console = verbosity_.console();
  const auto now = console.ticks();
  if (now - started_ < kPatience || (shown_ && now - last_ < kPause)) return;
  last_ = now;
  shown_ = true;
  const double seconds = std::chrono::duration<double>(now - started_).count();
  console.err << "\r\033[K" + progress_text(at, counted_, seconds, console.columns() - 1)
              << std::flush;
}

void Progress::clear() {
  if (std::exchange(shown_, false)) verbosity_.console().err << "\r\033[K" << std::flush;
}

}  // namespace attest
