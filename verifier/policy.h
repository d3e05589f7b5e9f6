// Policy: what the user asked for. Everything that could make two runs differ is in here or in the evidence.
#pragma once

#include <string>
#include <vector>

#include "verifier/instant.h"

namespace attest {

// Whose facts decide, and how strict the rules about test credentials are (interface.md, "Policy by network").
enum class Network : uint8_t { main, test, none };
inline const char* network_name(Network n) { return n == Network::main ? "main" : n == Network::test ? "test" : "none"; }

struct Policy {
  Network network = Network::main;
  Instant at;                            // the instant as of which everything is judged
  std::vector<std::string> required;     // ids made required by --require
  bool show_passcode = false;
  int64_t max_age = 86'400;              // seconds; older ledger facts are told of
};

}  // namespace attest
