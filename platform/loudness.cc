#include "platform/loudness.h"

#include "platform/command_line_secrets.h"

namespace attest {

void Loudness::note(const std::string& line) const {
  if (!quiet_) tell(line);
}
void Loudness::detail(const std::string& line) const {
  if (verbose_) note(line);
}

}  // namespace attest
