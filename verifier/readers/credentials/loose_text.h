// A text as the search for credentials looks at it: what stands around values is blank, or left
// out.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace attest {

inline constexpr size_t kLeastText = 24;  // letters of base64 or digits that may be a credential

// The text without the signs of comments and the names before its values: letters of a damaged
// value run from line to line.
std::string without_names(std::string_view all);
// The long words of a text, and a shorter one that ends a row of them: letters of base64, or
// digits.
std::string long_words(std::string_view rest);
// The strings of a text as text of their own: a line of JSON may hold lines of a dump.
std::string unquoted(std::string_view rest);
// Comments are text here: their signs are blanks.
void open_comments(std::string& text);
// Lines that are written as one, outside of strings, and a dump whose first line has a name before
// its address: "x=00000000: 3082".
void open_lines(std::string& text);
// Blanks at which no line may break, as pages on the web have them, become two that may. False: it
// has none.
bool blanks_that_break(std::string& text);

}  // namespace attest
