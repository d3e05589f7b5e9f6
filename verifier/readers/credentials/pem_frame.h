// What stands before and behind the lines of a block of PEM, and is none of it: the signs of a
// quotation, the number of a line, what a log puts there, the borders of a table.
#pragma once

#include <string>
#include <string_view>

namespace attest {

// The text between `behind`, where the BEGIN marker at `begin` ends, and `end`: each line without
// what looks like that which frames the marker in its line.
std::string body_without_frame(std::string_view all, size_t begin, size_t behind, size_t end);

}  // namespace attest
