#include "platform/loudness.h"

#include <ostream>

namespace attest {

const Loudness& Loudness::silent() {
  static std::ostream nowhere(nullptr);
  static const Console console{.out = nowhere,
                               .err = nowhere,
                               .environment = [](const char*) { return std::nullopt; },
                               .now = {}};
  static const Loudness none(console, true);
  return none;
}

void Loudness::note(const std::string& line) const {
  if (!quiet_) console_->tell(line);
}
void Loudness::detail(const std::string& line) const {
  if (verbose_) note(line);
}

}  // namespace attest
