#include "platform/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <iostream>

#include "verifier/base/bytes.h"

namespace attest {
namespace {

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

// What is told before an interrupt ends the program: in place, for a signal's handler may do next
// to nothing.
char interrupted[160];
size_t interrupted_size = 0;

extern "C" void on_interrupt(int signal) {
  if (::write(STDERR_FILENO, interrupted, interrupted_size) < 0) std::signal(signal, SIG_DFL);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void tell_when_interrupted(const std::string& line) {
  const std::string whole = "\nmatter-attest: " + line + "\n";
  interrupted_size = std::min(whole.size(), sizeof interrupted);
  std::copy_n(whole.data(), interrupted_size, interrupted);
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, on_interrupt);
}

size_t columns() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40) return size.ws_col;
  return Console::kColumns;
}
size_t rows() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0) return size.ws_row;
  return Console::kRows;
}

}  // namespace

void Console::tell(std::string_view line) const {
  // One write: other threads and programs may tell something, too.
  err << "matter-attest: " + secrets.leave_out(printable(line)) + "\n" << std::flush;
}

bool Console::colours(bool is_terminal) const {
  if (colour != Colour::automatic) return colour == Colour::always;
  const auto no = environment("NO_COLOR"), terminal = environment("TERM");
  return is_terminal && (!no || no->empty()) && terminal != "dumb";
}

Console process_console() {
  return {.out = std::cout,
          .err = std::cerr,
          .environment = variable,
          .now = {static_cast<int64_t>(std::time(nullptr))},
          .in = STDIN_FILENO,
          .out_is_terminal = ::isatty(STDOUT_FILENO) == 1,
          .err_is_terminal = ::isatty(STDERR_FILENO) == 1,
          .in_is_terminal = ::isatty(STDIN_FILENO) == 1,
          .columns = columns,
          .rows = rows,
          .when_interrupted = tell_when_interrupted,
          .clock = [] { return Instant{static_cast<int64_t>(std::time(nullptr))}; }};
}

}  // namespace attest
