#include "verifier/readers/text/plain_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/base/plain_ascii.h"

namespace attest {
namespace {

// The piece may begin and end inside a character.
bool is_text(View piece) {
  while (!piece.empty() && (piece.front() & 0xC0) == 0x80) piece = piece.subspan(1);
  for (size_t back = 1; back <= 3 && back <= piece.size(); ++back) {
    if (piece[piece.size() - back] >= 0xC0) {
      piece = piece.first(piece.size() - back);
      break;
    }
  }
  if (plain_ascii_run(text(piece)) == piece.size()) return true;
  const bool clean = std::all_of(piece.begin(), piece.end(), [](uint8_t b) {
    return b >= 0x80 || is_plain_ascii(static_cast<char>(b));
  });
  return clean && is_utf8(text(piece));
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
