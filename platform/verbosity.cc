#include "platform/verbosity.h"

#include <ostream>

namespace attest {

const Verbosity& Verbosity::silent() {
  static std::ostream nowhere(nullptr);
  static const Console console{.out = nowhere,
                               .err = nowhere,
                               .environment = [](const char*) { return std::nullopt; },
                               .now = {}};
  static const Verbosity none(console, true);
  return none;
}

void Verbosity::note(const std::string& line) const {
  if (!quiet_) console_->tell(line);
}
void Verbosity::detail(const std::string& line) const {
  if (verbose_) note(line);
}

}  // namespace attest
