// IdHint: how a wrong vendor or product id may have come about, where its digits show it.
#pragma once

#include <string>
#include <string_view>

namespace attest {

// `expected` and `found` as findings give them: ids like 0xFFF1, several with commas between. A
// sentence that starts with a lower-case letter; empty where nothing is to be seen.
std::string id_hint(std::string_view expected, std::string_view found);

}  // namespace attest
