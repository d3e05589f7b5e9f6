// The command that judges one device of a lot by itself, as the lot was judged.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/lot_run.h"
#include "platform/command_line_secrets.h"

namespace attest::cli {

// What a device at `path` of an input was judged with beside its own files. Nullopt: no command
// could hand over the same, or it would be too long to be read.
using LentFiles = std::function<std::optional<std::vector<std::string>>(const std::string& input,
                                                                        const std::string& path)>;

// "matter-attest verify --network test lot/d2": of a device that lies where an input is, by its
// name in the lot. Empty: none can be told.
std::string command_that_shows(const std::string& device, const LotOptions& options,
                               const CommandLineSecrets& secrets, const LentFiles& lent_files);

}  // namespace attest::cli
