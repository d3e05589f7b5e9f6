// The terminal: whether there is one, how wide it is, and whether it may be coloured.
#pragma once

#include <cstddef>

namespace attest {

bool is_terminal(int fd);
bool wants_colour(int fd);  // a terminal, and NO_COLOR is not set
size_t terminal_width();    // in columns, 110 at most; 80 where it cannot be told

}  // namespace attest
