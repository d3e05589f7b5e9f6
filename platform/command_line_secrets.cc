#include "platform/command_line_secrets.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "verifier/base/bytes.h"
#include "verifier/base/characters.h"
#include "verifier/readers/text/onboarding_codes.h"

namespace attest {
namespace {

constexpr const char* kMasked = "(masked)";
// A shorter secret is masked with the word it stands in only: by itself it is a part of any text.
constexpr size_t kLeast = 4;

bool is_file(const std::string& word) {
  std::error_code ignored;
  return std::filesystem::exists(word, ignored);
}

bool has_code(std::string_view s) {
  return to_lower(s).find("mt:") != std::string::npos;
}

// Folders, files and instants hold as many digits as a passcode.
bool may_hold_digits(std::string_view s) {
  const auto digit = [&](size_t i) { return s[i] >= '0' && s[i] <= '9'; };
  const bool instant = s.size() >= 10 && digit(0) && digit(1) && digit(2) && digit(3) &&
                       s[4] == '-' && digit(5) && digit(6) && s[7] == '-' && digit(8) && digit(9);
  if (instant || s.find('/') != std::string_view::npos) return true;
  const size_t dot = s.rfind('.');
  return dot != std::string_view::npos && dot + 1 < s.size() && s.size() - dot <= 6 &&
         std::any_of(s.begin() + static_cast<std::ptrdiff_t>(dot), s.end(), is_letter);
}

// Options whose value is a secret wherever no file has its name, and such whose value is a number
// that is none.
bool takes_secret(std::string_view option) {
  return option == "--unlock" || option == "--part" || option == "--passcode";
}
bool takes_number(std::string_view option) {
  return option == "--trust-height" || option == "--since" || option == "--jobs" ||
         option == "--sample" || option == "--seed";
}

// An address holds as many digits as a code: where one is expected, and it is one.
bool is_address(std::string_view option, std::string_view s) {
  if (option != "--listen" && option != "--host") return false;
  const size_t colon = s.rfind(':');
  if (colon != std::string_view::npos && s.size() - colon <= 6 &&
      s.find_first_not_of("0123456789", colon + 1) == std::string_view::npos)
    s = s.substr(0, colon);
  std::array<unsigned char, sizeof(in6_addr)> ignored{};
  if (s.starts_with('[') && s.ends_with(']')) s = s.substr(1, s.size() - 2);
  const std::string host(s.substr(0, s.find('\0')));
  return host.size() == s.size() && (::inet_pton(AF_INET, host.c_str(), ignored.data()) == 1 ||
                                     ::inet_pton(AF_INET6, host.c_str(), ignored.data()) == 1);
}

// As many hex digits as an AES key or a P-256 key has.
bool may_be_key(std::string_view s) {
  return (s.size() == 32 || s.size() == 48 || s.size() == 64) &&
         std::all_of(s.begin(), s.end(), [](char c) { return is_hex_digit(c); });
}

// Where the secret of "hex:..." or "pass:..." begins, anywhere in a word; npos: nowhere.
size_t after_prefix(std::string_view word) {
  const std::string plain = to_lower(word);
  for (const std::string_view prefix : {std::string_view("hex:"), std::string_view("pass:")}) {
    for (size_t at = plain.find(prefix); at != std::string::npos; at = plain.find(prefix, at + 1)) {
      const bool begins = at == 0 || !(plain[at - 1] >= 'a' && plain[at - 1] <= 'z');
      if (begins && at + prefix.size() < word.size()) return at + prefix.size();
    }
  }
  return std::string::npos;
}

// User name and password of a URL, with a scheme or without.
std::pair<size_t, size_t> user_of_url(std::string_view word) {
  const size_t end = word.rfind('@');
  if (end == std::string_view::npos) return {0, 0};
  const size_t scheme = word.find("://");
  if (scheme != std::string_view::npos && scheme + 3 < end) return {scheme + 3, end};
  const size_t option = word.starts_with("--") ? word.find('=') : std::string_view::npos;
  const size_t from = option == std::string_view::npos ? 0 : option + 1;
  const std::string_view user = word.substr(std::min(from, end), end - std::min(from, end));
  return user.find(':') == std::string_view::npos ? std::pair<size_t, size_t>{0, 0}
                                                  : std::pair<size_t, size_t>{from, end};
}

}  // namespace

CommandLineSecrets::CommandLineSecrets(const std::vector<std::string>& words) {
  for (size_t i = 0; i < words.size(); ++i) add_word(words[i], i == 0 ? "" : words[i - 1]);
  std::stable_sort(texts_.begin(), texts_.end(),
                   [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
}

void CommandLineSecrets::add(const std::string& text, const std::string& instead) {
  if (text.empty() || text == instead) return;
  texts_.emplace_back(text, instead);
  if (const std::string shown = printable(text); shown != text)
    texts_.emplace_back(shown, printable(instead));
}

void CommandLineSecrets::add_word(const std::string& word, const std::string& before) {
  const auto mask = [&](size_t from, size_t end) {
    const std::string secret = word.substr(from, end - from);
    if (word.size() >= kLeast) add(word, word.substr(0, from) + kMasked + word.substr(end));
    if (secret.size() >= kLeast) add(secret, kMasked);
  };
  const size_t parting = word.starts_with("-") ? word.find_first_of("=:") : std::string::npos;
  const size_t from = parting == std::string::npos ? 0 : parting + 1;
  const std::string value = word.substr(from),
                    option = from == 0 ? before : word.substr(0, parting);
  if (value.empty() || value.starts_with("--")) return;
  if (const size_t at = after_prefix(word); at != std::string::npos) return mask(at, word.size());
  if (!has_code(value) && is_file(value)) return;
  if (const auto [user, end] = user_of_url(word); user != end) return mask(user, end);
  if (from != 0 && word[parting] == ':') return mask(from, word.size());  // "--unlock:hunter2"
  if (takes_secret(option) && !value.starts_with("env:")) return mask(from, word.size());
  if (!before.starts_with("-") && may_be_key(value)) return mask(from, word.size());
  if (takes_number(option) || is_address(option, value)) return;
  if (!has_code(value) && may_hold_digits(value)) return;
  // Messages quote the whole, or what stands on one side of '='.
  add(word, without_codes(word));
  for (size_t at = 0; at <= word.size();) {
    const size_t end = std::min(word.find('=', at), word.size());
    const std::string part = word.substr(at, end - at);
    add(part, without_codes(part));
    at = end + 1;
  }
}

std::string CommandLineSecrets::leave_out(std::string_view line) const {
  std::string out;
  for (size_t at = 0; at < line.size();) {
    const auto text = std::find_if(texts_.begin(), texts_.end(), [&](const auto& t) {
      return line.substr(at).starts_with(t.first);
    });
    if (text == texts_.end()) {
      out += line[at++];
    } else {
      out += text->second;
      at += text->first.size();
    }
  }
  return out;
}

}  // namespace attest
