// A snapshot's text, from a file, a pipe, or out of the program.
#pragma once

#include <chrono>
#include <string>

#include "dcl/transport.h"
#include "verifier/base/result.h"

namespace attest::dcl {

// A pipe's writer may come late, and pause; it is told of after `quiet`, and left after these.
struct PipeWaits {
  std::chrono::milliseconds quiet{1'000}, first{10'000}, pause{60'000};
};
// "demo", where no file has that name, is the one built into the program. `expected`: what the
// caller takes there, for an error. `say` is told of a pipe that is waited for.
Result<std::string> read_snapshot_file(const std::string& path, const std::string& expected,
                                       const Say& say, const PipeWaits& waits = {});

}  // namespace attest::dcl
