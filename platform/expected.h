// What was ordered (--expect): a cpms.json or the keys of device.json, with the certificates that a
// cpms.json names.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "verifier/readers/device.h"

namespace attest {

// An error names the file, what was expected and what was found.
Result<Device> expected_from(const std::string& path);
// Of a file in memory. `beside` gives the content of what it names; nullopt: not there.
using FileBeside = std::function<std::optional<Bytes>(const std::string& name)>;
Result<Device> expected_from(const std::string& name, View content, const FileBeside& beside);

}  // namespace attest
