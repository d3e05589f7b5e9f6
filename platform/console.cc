#include "platform/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

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

bool Console::has_no_color() const {
  const auto no = environment("NO_COLOR");
  return no && !no->empty();
}

Console process_console() {
  return {.out = std::cout,
          .err = std::cerr,
          .environment = variable,
          .now = {static_cast<int64_t>(std::time(nullptr))},
          .in = STDIN_FILENO,
          .out_is_terminal = ::isatty(STDOUT_FILENO) == 1,
          .err_is_terminal = ::isatty(STDERR_FILENO) == 1,
          .columns = columns,
          .rows = rows};
}

}  // namespace attest
