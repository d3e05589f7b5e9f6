// --engine and --engine-library: what checks the signatures.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "verifier/crypto/crypto.h"

namespace attest::cli {

struct EngineOption {
  std::string engine = "auto";
  std::vector<std::string> libraries;  // of crypto_mb and ippcp; none: looked for
  bool of_one = false;  // device: auto is OpenSSL, since another library takes longer to load
};
void add_engine_option(Command& command, EngineOption& option);

// auto takes the fast engine where it can be had and says nothing where it cannot; crypto_mb by
// name says why not.
Result<std::shared_ptr<SignatureEngine>> engine_from(const EngineOption& option);

}  // namespace attest::cli
