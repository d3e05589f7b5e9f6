// What inspect found, for a person: one screen a device. Every byte of it stands in the JSON.
#pragma once

#include "report/report_text.h"

namespace attest {

// Shows what inspect may show: passcodes and codes, never a private key.
std::string inspect_text(const Evidence& evidence, const TextStyle& style);

}  // namespace attest
