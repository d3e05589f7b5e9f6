// What a container begins with says little: memory, a log or a table may begin with the same bytes.
#pragma once

#include <string>

#include "verifier/readers/reader.h"

namespace attest {

// The file begins as one of `by` does and cannot be opened as one, or is empty: what any other
// reader makes of it counts. Where none finds anything it is not used, and `why` says the reason.
void read_otherwise(const Source& source, const Reader& by, std::string why, Reading& reading);

}  // namespace attest
