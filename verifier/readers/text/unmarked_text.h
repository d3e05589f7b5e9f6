// Blocks of PEM in what documents and programs put around lines: the tags of HTML and of word
// processors, terminal colours, the escapes of mail, of addresses on the web and of RTF, line ends
// that a data base joins. Each is read as the block that a person sees there.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace attest {

// The text with its blocks as they are meant, each at its place: what is left out are blanks at the
// end of a line, so that the text is as long as before. Nullopt: there is nothing to leave out.
std::optional<std::string> unmarked_blocks(std::string_view text);

}  // namespace attest
