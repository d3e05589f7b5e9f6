// What the two files of cd.* share: where the declaration stands, and how a fault of it is told.
#pragma once

#include "verifier/catalogue.h"

namespace attest::cd_rules {

inline std::string where(const Evidence& e) {
  return place_text(*e.cd_place);
}
inline Outcome broken(const Evidence& e, std::string message, std::string expected,
                      std::string actual) {
  return fail(fmt::format("the certification declaration's {}", message), std::move(expected),
              std::move(actual), where(e));
}

}  // namespace attest::cd_rules
