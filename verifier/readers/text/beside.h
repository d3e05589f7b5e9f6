// What stands in a text beside what its reader took: codes and credentials in the output of a tool,
// the output of another tool behind it.
#pragma once

#include <string>

#include "verifier/readers/reader.h"

namespace attest {

// `rest` is the text of the source, blanks in the place of what the reader took: all other readers
// are asked of it. Nothing happens where it is blank; where nothing was taken of it, codes alone
// are looked for.
void read_beside(const Source& source, const Reader& by, std::string rest, Reading& reading);

}  // namespace attest
