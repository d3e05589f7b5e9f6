// Text in UTF-16, as editors on Windows save it.
#pragma once

#include "verifier/base/bytes.h"

namespace attest {

// The same text in UTF-8, where the bytes are UTF-16: with a byte order mark, or with every other
// byte of its beginning zero. Nothing where they are not, or are not well-formed to the end.
std::optional<Bytes> utf8_of_utf16(View bytes);

}  // namespace attest
