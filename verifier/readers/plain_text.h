// Is a file text that a person or a program wrote? For readers of logs, codes and pasted bytes.
#pragma once

#include "verifier/bytes.h"

namespace attest {

// UTF-8 without control characters other than tab, line ends and escape, judged by its first and
// last 4 KiB.
bool is_plain_text(View bytes);

}  // namespace attest
