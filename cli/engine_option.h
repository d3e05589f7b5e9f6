// --engine and --engine-library: what checks the signatures of many devices.
#pragma once

#include <memory>

#include "cli/arguments.h"
#include "verifier/crypto/crypto.h"

namespace attest::cli {

struct EngineOption {
  std::string engine = "auto";
  std::string library;  // of crypto_mb; empty: looked for
};
void add_engine_option(Command& command, EngineOption& option);

// auto takes the fast engine where it can be had and says nothing where it cannot; crypto_mb by
// name says why not.
Result<std::shared_ptr<SignatureEngine>> engine_from(const EngineOption& option);

}  // namespace attest::cli
