#include "platform/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
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

// In columns, 110 at most.
size_t columns() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
    return std::min<size_t>(size.ws_col, 110);
  return Console::kColumns;
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
          .columns = columns};
}

}  // namespace attest
