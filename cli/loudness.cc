#include "cli/loudness.h"

#include "cli/told.h"

namespace attest::cli {

void Loudness::note(const std::string& line) const {
  if (!quiet_) tell(line);
}
void Loudness::detail(const std::string& line) const {
  if (verbose_) note(line);
}

void add_loudness(Command& command, bool& quiet, bool& verbose) {
  command.flag("-q,--quiet", quiet, "say nothing on stderr but errors")
      .flag("-v,--verbose", verbose, "say on stderr what is read, asked and used");
}

}  // namespace attest::cli
