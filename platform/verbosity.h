// Verbosity: what is said on stderr beside the result. Errors that end a command are always said
// (Console::tell); notes and progress unless --quiet; details with --verbose. stdout is for the
// result alone.
#pragma once

#include <string>

#include "platform/console.h"

namespace attest {

class Verbosity {
 public:
  Verbosity(const Console& console, bool quiet, bool verbose = false)
      : console_(&console), quiet_(quiet), verbose_(verbose && !quiet) {}
  // Nobody is there: nothing is said, and nothing is at stdin.
  static const Verbosity& silent();

  const Console& console() const { return *console_; }
  bool quiet() const { return quiet_; }
  bool verbose() const { return verbose_; }
  bool shows_progress() const { return console_->err_is_terminal && !quiet_; }
  void note(const std::string& line) const;
  void detail(const std::string& line) const;

 private:
  const Console* console_;
  bool quiet_, verbose_;
};

}  // namespace attest
