// Console: what a command has of the world around it: streams, environment, clocks, terminal,
// network. It is handed in, so that a test sees what a user would; the process's own is made in one
// place, and nothing else of the program looks there.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dcl/download.h"
#include "dcl/transport.h"
#include "platform/command_line_secrets.h"
#include "verifier/base/instant.h"

namespace attest {

// The value of an environment variable; nullopt when it is not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;

struct Console {
  std::ostream& out;  // for the result alone
  std::ostream& err;
  Environment environment;
  Instant now;  // when the command began
  int in = -1;  // the descriptor that "-" means
  bool out_is_terminal = false, err_is_terminal = false;
  bool in_is_terminal = true;  // else a command that reads text may take it from there
  std::function<size_t()> columns = [] { return kColumns; };  // now: terminals change
  std::function<size_t()> rows = [] { return kRows; };
  std::function<std::chrono::steady_clock::time_point()> ticks = std::chrono::steady_clock::now;
  dcl::MakeTransport transport = {};    // libcurl when empty
  dcl::MakeDownloader downloader = {};  // the same
  // Should the user interrupt the program from now on, this line is told first.
  std::function<void(const std::string& line)> when_interrupted = [](const std::string&) {};
  CommandLineSecrets secrets = {};  // of the command line: they are never told
  // Options that the environment gave, as "MATTER_ATTEST_NETWORK=test".
  std::vector<std::string> taken_from_environment = {};
  // "; the word behind --at was taken as its TIME": for who misses a word.
  std::string taken_as_value = {};
  // The time of day, for who serves longer than one moment; empty: it is always `now`.
  std::function<Instant()> clock = {};
  enum class Colour : uint8_t { automatic, always, never } colour = Colour::automatic;

  static constexpr size_t kColumns = 80;  // where it cannot be told
  static constexpr size_t kRows = 24;     // the same
  // Of the page that is written on; a pipe or file has none, and takes a line whole.
  std::optional<size_t> page_width() const {
    return out_is_terminal ? std::optional(columns()) : std::nullopt;
  }
  // "matter-attest: LINE" on err.
  void tell(std::string_view line) const;
  // As --color says; by itself on a terminal that can, while NO_COLOR is not set.
  bool colours_out() const { return colours(out_is_terminal); }
  bool colours_err() const { return colours(err_is_terminal); }

 private:
  bool colours(bool is_terminal) const;
};

// This process's.
Console process_console();

}  // namespace attest
