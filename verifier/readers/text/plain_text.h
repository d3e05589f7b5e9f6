// Is a file text that a person or a program wrote? For readers of logs, codes and pasted bytes.
#pragma once

#include "verifier/base/bytes.h"

namespace attest {

// UTF-8 without control characters other than tab, line ends and escape, judged by its first and
// last 4 KiB.
bool is_plain_text(View bytes);

// What bytes of no known kind are, for messages: "70000 bytes that begin with 7f454c46...". Few
// bytes may be a key, or a passcode that somebody noted down, and are not quoted.
std::string nature_of(View bytes);

}  // namespace attest
