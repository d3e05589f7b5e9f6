// Loudness: what is said on stderr beside the result. Errors that end a command are always said;
// notes unless --quiet; details with --verbose. stdout is for the result alone.
#pragma once

#include <string>

namespace attest {

class Loudness {
 public:
  Loudness(bool quiet, bool verbose) : quiet_(quiet), verbose_(verbose && !quiet) {}
  bool verbose() const { return verbose_; }
  void note(const std::string& line) const;
  void detail(const std::string& line) const;

 private:
  bool quiet_, verbose_;
};

}  // namespace attest
