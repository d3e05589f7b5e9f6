// Names of files, folders and members that are secrets: labels are often called by their code, and
// so are folders of units. A path is masked here before anything is made of it.
#pragma once

#include <string>
#include <string_view>

#include "verifier/readers/reader.h"

namespace attest {

// A name without what is an onboarding code by its form alone.
std::string without_code_names(std::string_view name);

// The same, and without the passcodes, codes and private keys of this device.
std::string without_secrets(std::string_view name, const Device& device, bool show_codes);

// All paths of the reading, without onboarding codes, and without the passcodes, codes and private
// keys that the evidence has. Two that are masked keep two names. `show_codes`: keys alone.
void mask_paths(Reading& reading, bool show_codes);

}  // namespace attest
