#include "verifier/readers/text/plain_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace attest {
namespace {

// Eight bytes that are printable ASCII, as most of a text are. (Readers ask of each file again.)
bool are_printable(const uint8_t* eight) {
  constexpr uint64_t kEach = 0x0101010101010101;
  uint64_t all = 0;
  std::memcpy(&all, eight, sizeof all);
  return (((all - 0x20 * kEach) | all | (all + kEach)) & (0x80 * kEach)) == 0;
}

// The piece may begin and end inside a character.
bool is_text(View piece) {
  while (!piece.empty() && (piece.front() & 0xC0) == 0x80) piece = piece.subspan(1);
  for (size_t back = 1; back <= 3 && back <= piece.size(); ++back) {
    if (piece[piece.size() - back] >= 0xC0) {
      piece = piece.first(piece.size() - back);
      break;
    }
  }
  bool ascii = true;
  for (size_t i = 0; i < piece.size();) {
    if (piece.size() - i >= sizeof(uint64_t) && are_printable(piece.data() + i)) {
      i += sizeof(uint64_t);
      continue;
    }
    const uint8_t b = piece[i++];
    ascii = ascii && b < 0x80;
    if (b == 0x7F || (b < 0x20 && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 0x1B))
      return false;
  }
  return ascii || is_utf8(text(piece));
}

}  // namespace

bool is_plain_text(View bytes) {
  constexpr size_t kPiece = 4096;
  if (bytes.empty()) return false;
  return is_text(bytes.first(std::min(bytes.size(), kPiece))) &&
         (bytes.size() <= kPiece || is_text(bytes.last(kPiece)));
}

std::string nature_of(View bytes) {
  constexpr size_t kMayBeASecret = 128, kMagic = 4;
  if (bytes.empty()) return "an empty file";
  if (bytes.size() <= kMayBeASecret)
    return fmt::format("{} bytes of {}", bytes.size(),
                       is_plain_text(bytes) ? "text" : "something else");
  return fmt::format("{} bytes that begin with {}...", bytes.size(), hex(bytes.first(kMagic)));
}

}  // namespace attest
