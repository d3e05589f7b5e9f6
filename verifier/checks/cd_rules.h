// What the two files of cd.* share: how a fault of the declaration is told.
#pragma once

#include <fmt/format.h>

#include "verifier/checks/catalogue.h"

namespace attest::cd_rules {

inline Outcome broken(const Place& place, std::string message, std::string expected,
                      std::string actual) {
  return fail(fmt::format("the certification declaration's {}", message), std::move(expected),
              std::move(actual), place_text(place));
}
inline Outcome broken(const Declaration& cd, std::string message, std::string expected,
                      std::string actual) {
  return broken(*cd.place, std::move(message), std::move(expected), std::move(actual));
}

}  // namespace attest::cd_rules
