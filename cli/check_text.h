// How a check of the catalogue is explained on a terminal.
#pragma once

#include "verifier/check.h"

namespace attest::cli {

std::string check_text(const Check& check, size_t width);
std::string checks_markdown();               // CHECKS.md
std::string sentence(std::string_view s);   // with a capital first letter

}  // namespace attest::cli
