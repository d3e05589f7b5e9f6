#include "verifier/readers/plain_text.h"

#include <algorithm>

namespace attest {

bool is_plain_text(View bytes) {
  const View head = bytes.first(std::min<size_t>(bytes.size(), 4096));
  return !head.empty() && std::all_of(head.begin(), head.end(), [](uint8_t b) {
    return (b >= 0x20 && b != 0x7F) || b == '\t' || b == '\n' || b == '\r' || b == '\f' || b == 0x1B;
  });
}

}  // namespace attest
