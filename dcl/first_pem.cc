#include "dcl/first_pem.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace attest::dcl {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ", kEnd = "-----END ", kDashes = "-----";

// Takes the first line off the text. Blanks at its end and a carriage return do not belong to it.
std::string_view take_line(std::string_view& rest) {
  const size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
  while (line.ends_with(' ') || line.ends_with('\t')) line.remove_suffix(1);
  return line;
}

// Where a mark stands at the start of a line; npos when nowhere.
size_t at_line_start(std::string_view text, std::string_view mark) {
  size_t at = 0;
  while ((at = text.find(mark, at)) != std::string_view::npos) {
    if (at == 0 || text[at - 1] == '\n') return at;
    ++at;
  }
  return at;
}

// Base64 with blanks and line ends anywhere. Bits of the last letter that belong to no octet may be
// set: a node does not look at them.
std::optional<Bytes> body(std::string_view text) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string letters;
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') letters += c;
  }
  const size_t padding = letters.ends_with("==") ? 2 : letters.ends_with('=') ? 1 : 0;
  if (padding > 0 && letters.size() > padding) {
    char& last = letters[letters.size() - padding - 1];
    const size_t value = kLetters.find(last);
    if (value != std::string_view::npos) last = kLetters[value & (padding == 2 ? 0x30u : 0x3Cu)];
  }
  auto out = from_base64(letters);
  return out ? std::optional(std::move(*out)) : std::nullopt;
}

// What follows a BEGIN line, up to its END line. nullopt: not well formed; `rest` is where to look
// on.
std::optional<Bytes> block(std::string_view label, std::string_view& rest) {
  bool headers = false;
  for (std::string_view next = rest;;) {
    if (rest.empty()) return std::nullopt;
    if (take_line(next).find(':') == std::string_view::npos) break;
    headers = true;
    rest = next;
  }
  const size_t end = at_line_start(rest, kEnd);
  // Behind header fields the END line cannot follow at once.
  if (end == std::string_view::npos || (headers && end == 0)) return std::nullopt;
  std::string_view closing = rest.substr(end + kEnd.size());
  if (!closing.starts_with(label)) return std::nullopt;
  closing.remove_prefix(label.size());
  if (!closing.starts_with(kDashes)) return std::nullopt;
  closing.remove_prefix(kDashes.size());
  if (!take_line(closing).empty()) return std::nullopt;
  return body(rest.substr(0, end));
}

}  // namespace

Result<Bytes> first_pem(std::string_view text) {
  size_t begin = 0;
  while ((begin = at_line_start(text, kBegin)) != std::string_view::npos) {
    text.remove_prefix(begin + kBegin.size());
    std::string_view rest = text;
    std::string_view label = take_line(rest);
    if (label.ends_with(kDashes)) {
      label.remove_suffix(kDashes.size());
      if (auto found = block(label, rest)) return std::move(*found);
    }
    // At a line start again: what was looked at is no block.
    text = rest;
  }
  return error("expected a PEM block, found none");
}

}  // namespace attest::dcl
