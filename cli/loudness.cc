#include "cli/loudness.h"

#include "cli/command_line_secrets.h"

namespace attest::cli {

void Loudness::note(const std::string& line) const {
  if (!quiet_) tell(line);
}
void Loudness::detail(const std::string& line) const {
  if (verbose_) note(line);
}

}  // namespace attest::cli
