// What was ordered (--expect): a cpms.json or the keys of device.json, with the certificates that a
// cpms.json names.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "verifier/readers/device.h"

namespace attest {

// An error names the file, what was expected and what was found. `opened`: the files that were read
// take their place there, the order's own and those that lie beside it.
Result<Device> expected_from(const std::string& path, std::vector<std::string>* opened = nullptr);
// Of a file in memory. `beside` gives the content of what it names; nullopt: not there.
using FileBeside = std::function<std::optional<Bytes>(const std::string& name)>;
Result<Device> expected_from(const std::string& name, View content, const FileBeside& beside);

}  // namespace attest
