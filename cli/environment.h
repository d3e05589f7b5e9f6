// The variables of the environment: options of a place, which may stand there instead of on every
// command line, and what else is looked at. Help, manual and the parser read this one table.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "platform/console.h"

namespace attest::cli {

struct Variable {
  const char* name;
  const char* option;  // that it gives; "" where it is none
  const char* help;
};
std::span<const Variable> variables();

// The variable of an option, by its flags ("-o,--output"); nullptr where there is none.
const char* variable_of(const std::string& flags);

// Those of the console's that a run could have looked at: none of the ledger under policy none, and
// no place for a cache where a snapshot or node was named.
std::vector<std::string> environment_used(const Console& console, bool asks_ledger,
                                          bool asks_cache);

}  // namespace attest::cli
