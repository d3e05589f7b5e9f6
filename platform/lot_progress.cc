#include "platform/lot_progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "platform/terminal.h"

namespace attest {
namespace {

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

std::string progress_line(uint64_t done, std::optional<uint64_t> of, double seconds, size_t width) {
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  std::string words =
      fmt::format("{}{} devices  {} a second", thousands(done), of ? " of " + thousands(*of) : "",
                  thousands(static_cast<uint64_t>(std::llround(rate))));
  if (of && rate > 0)
    words += "  " + time_left(static_cast<double>(*of - std::min(done, *of)) / rate) + " left";
  if (!of || words.size() + 14 > width) return words.substr(0, width);
  const size_t room = std::min<size_t>(width - words.size() - 4, 40);
  const size_t filled = *of == 0 ? room : room * std::min(done, *of) / *of;
  return fmt::format("[{}{}]  {}", std::string(filled, '#'), std::string(room - filled, '.'),
                     words);
}

void LotProgress::show(uint64_t done, std::optional<uint64_t> of) {
  if (!shown_) return;
  const auto now = std::chrono::steady_clock::now();
  if (drawn_ && now - last_ < std::chrono::milliseconds(200)) return;
  last_ = now;
  drawn_ = true;
  const double seconds = std::chrono::duration<double>(now - begun_).count();
  std::fprintf(stderr, "\r\x1b[K%s",
               progress_line(done, of, seconds, terminal_width() - 1).c_str());
  std::fflush(stderr);
}

void LotProgress::clear() {
  if (std::exchange(drawn_, false)) std::fputs("\r\x1b[K", stderr);
}

}  // namespace attest
