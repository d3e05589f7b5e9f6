// Whether a text says anything: one of blanks and of characters that nobody sees stands where a
// name or a reason has to, and is none.
#pragma once

#include <string_view>

namespace attest {

// Nothing in it shows: white space of Unicode, controls, what joins, fills or directs others. An
// empty text is blank, too.
bool is_blank_text(std::string_view text);

}  // namespace attest
