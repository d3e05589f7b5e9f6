#include "verifier/readers/credentials/loose_text.h"

#include <algorithm>

#include "verifier/base/characters.h"
#include "verifier/readers/credentials/loose_credentials.h"

namespace attest {
namespace {

// How many characters at the start of a line are the sign of a comment.
size_t comment_sign(std::string_view line) {
  const size_t from = std::min(line.find_first_not_of(" \t>"), line.size());
  for (const std::string_view sign : {"// ", "/*", "#", ";", "*"}) {
    if (line.substr(from).starts_with(sign)) return from + sign.size();
  }
  return from;
}

}  // namespace

std::string without_names(std::string_view all) {
  std::string out;
  out.reserve(all.size());
  while (!all.empty()) {
    std::string_view line = all.substr(0, all.find('\n'));
    all.remove_prefix(std::min(line.size() + 1, all.size()));
    line.remove_prefix(comment_sign(line));
    constexpr size_t kLongestName = 64;
    const size_t sign = line.substr(0, kLongestName).find_first_of("=:");
    if (sign != std::string_view::npos && line.size() - sign > kLeastText &&
        !(sign == 2 && line[2] == ':'))
      line.remove_prefix(sign + 1);
    out += line;
    out += '\n';
  }
  return out;
}

std::string long_words(std::string_view rest) {
  constexpr size_t kLongWord = 48;
  constexpr std::string_view kAround = " \t\r\"'`,;()[]{}<>";
  std::string out;
  bool row = false;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const bool shortened =
        line.find("...") != std::string_view::npos || line.find("…") != std::string_view::npos;
    std::string_view last;
    bool any = false;
    for (size_t at = 0; at < line.size() && !shortened;) {
      const size_t end = std::min(line.find_first_of(kAround, at), line.size());
      // (What '=' ends is a name, but at the end of letters.)
      std::string_view word = line.substr(at, end - at);
      const size_t name = word.substr(0, word.find_last_not_of('=') + 1).rfind('=');
      if (name != std::string_view::npos) word.remove_prefix(name + 1);
      if (word.size() >= kLongWord) {
        out += std::string(word) + "\n";
        any = true;
      }
      if (!word.empty()) last = word;
      at = end + 1;
    }
    if (row && !any && !last.empty()) out += std::string(last) + "\n";
    if (!any) out += '\n';
    row = any;
  }
  return out;
}

std::string unquoted(std::string_view rest) {
  constexpr size_t kLeastLine = 64;
  std::string out(rest);
  for (size_t at = 0; at < out.size();) {
    const size_t end = std::min(out.find('\n', at), out.size());
    const std::string_view line = std::string_view(out).substr(at, end - at);
    const bool strings = line.size() >= kLeastLine && (line.find('"') != std::string_view::npos ||
                                                       line.find("\\n") != std::string_view::npos);
    if (!strings) {
      blank(out, at, end);
      at = end + 1;
      continue;
    }
    for (size_t i = at; i < end; ++i) {
      if (out[i] == '\\' && i + 1 < end && (out[i + 1] == 'n' || out[i + 1] == 'r')) {
        out[i] = ' ';
        out[i + 1] = '\n';
      } else if (out[i] == '"' || out[i] == '\\') {
        out[i] = ' ';
      }
    }
    at = end + 1;
  }
  return out;
}

void open_comments(std::string& text) {
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    blank(text, at, at + comment_sign(std::string_view(text).substr(at, end - at)));
    at = end + 1;
  }
}

void open_lines(std::string& text) {
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = std::string_view(text).substr(at, end - at);
    const bool strings = line.find_first_of("\"'`") != std::string_view::npos;
    for (size_t i = at; !strings && i + 1 < end; ++i) {
      if (text[i] != '\\' || (text[i + 1] != 'n' && text[i + 1] != 'r')) continue;
      text[i] = ' ';
      text[i + 1] = '\n';
    }
    const size_t zeros = line.find("0000: ");
    const size_t before = zeros == std::string_view::npos || zeros == 0
                              ? std::string_view::npos
                              : line.find_last_not_of('0', zeros - 1);
    if (before != std::string_view::npos &&
        std::string_view("=,\":").find(line[before]) != std::string_view::npos)
      blank(text, at, at + before + 1);
    at = end + 1;
  }
}

bool blanks_that_break(std::string& text) {
  constexpr std::string_view kNoBreak = "\u00a0";
  bool any = false;
  for (size_t at = 0; (at = text.find(kNoBreak, at)) != std::string::npos; any = true)
    text.replace(at, kNoBreak.size(), kNoBreak.size(), ' ');
  return any;
}

}  // namespace attest
