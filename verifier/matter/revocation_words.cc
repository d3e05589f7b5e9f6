#include "verifier/matter/revocation_words.h"

#include <algorithm>
#include <string_view>

#include "verifier/base/characters.h"

namespace attest {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\xEF\xBB\xBF";
// Names that no other format has. Of an entry any one may be hit.
constexpr std::string_view kNames[] = {"issuer_subject_key_id", "revoked_serial_numbers",
                                       "crl_signer_cert", "crl_signer_delegator"};
constexpr size_t kHead = 4096;  // bytes that tell whether it is text
constexpr std::string_view kKind = "revocation_set";

bool is_of_word(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || c == '+' || c == '/' || c == '=' || c == '-';
}

// The name as a member of JSON with its value, of which one byte may be hit.
bool is_member(std::string_view all, size_t at, std::string_view name) {
  size_t end = at + name.size();
  const bool opens = at != 0 && all[at - 1] == '"';
  const bool closes = end < all.size() && all[end] == '"';
  const auto skip = [&] { end = std::min(all.find_first_not_of(kBlanks, end), all.size()); };
  if (closes) ++end;
  skip();
  const bool colon = end < all.size() && all[end] == ':';
  if (colon) ++end;
  skip();
  const bool value = end < all.size() && (all[end] == '"' || all[end] == '[');
  return opens + closes + colon + value >= 3;
}
// (Large texts are passed by quickly: all of these names hold "_s".)
bool has_members(std::string_view all) {
  constexpr size_t kMost = 4096;  // places that are looked at
  size_t looked = 0;
  for (size_t at = all.find('_'); at != all.npos && looked < kMost; at = all.find('_', at + 1)) {
    if (all.substr(at, 2) != "_s") continue;
    for (const std::string_view name : kNames) {
      const size_t before = name.find("_s");
      if (at < before || all.substr(at - before, name.size()) != name) continue;
      ++looked;
      if (is_member(all, at - before, name)) return true;
    }
  }
  return false;
}

// What is left behind a cut.
bool begins_within_a_name(std::string_view all) {
  constexpr size_t kLeast = 6;  // letters
  const std::string_view rest = all.substr(0, all.find("\":"));
  return rest.size() >= kLeast && rest.size() < all.size() &&
         std::any_of(std::begin(kNames), std::end(kNames),
                     [&](std::string_view name) { return name.ends_with(rest); });
}

// Comments before the text itself.
std::string_view without_comments(std::string_view all) {
  for (;;) {
    all.remove_prefix(std::min(all.find_first_not_of(kBlanks), all.size()));
    const bool block = all.starts_with("/*"), markup = all.starts_with("<!--");
    const bool line = all.starts_with("//") || all.starts_with("#") || all.starts_with("--") ||
                      all.starts_with(";");
    if (!block && !markup && !line) return all;
    const std::string_view close = block ? "*/" : markup ? "-->" : "\n";
    const size_t end = all.find(close);
    if (end == all.npos) return all;
    all.remove_prefix(end + close.size());
  }
}

// What a set consists of but names and punctuation: digits and base64. Words of a language or a
// program are few in one.
bool is_mostly_of_sets(std::string_view all) {
  constexpr size_t kValue = 16, kLeastOthers = 3, kShare = 4;
  size_t own = 0, others = 0;
  for (size_t at = 0; at < all.size();) {
    if (!is_of_word(all[at])) {
      ++at;
      continue;
    }
    size_t end = at, digits = 0;
    for (; end < all.size() && is_of_word(all[end]); ++end) digits += is_hex_digit(all[end]);
    const std::string_view word = all.substr(at, end - at);
    const bool name = word == kKind || word == "type" || word == "issuer_name" ||
                      std::find(std::begin(kNames), std::end(kNames), word) != std::end(kNames);
    if (name || word.size() >= kValue || digits == word.size()) {
      own += word.size();
    } else if (word.size() >= kLeastOthers) {
      others += word.size();
    }
    at = end;
  }
  return own / kShare >= others;
}

}  // namespace

SetWords revocation_set_words(View bytes) {
  const std::string_view all = text(bytes);
  const auto at = all.find_first_not_of(kBlanks);
  if (at != all.npos && all[at] == '[' && all.find("\"revoked_serial_numbers\"") != all.npos)
    return SetWords::set;
  if (all.substr(0, kHead).find('\0') != all.npos) return SetWords::none;  // memory
  const bool any = has_members(all) || begins_within_a_name(all);
  const std::string_view rest = without_comments(all);
  if (any) return is_mostly_of_sets(rest) ? SetWords::set : SetWords::among_others;
  // It breaks off, or begins, within its first member.
  const bool kind =
      rest.size() < 256 && rest.find(kKind) != rest.npos && rest.find('"') != rest.npos;
  return kind && is_mostly_of_sets(rest) ? SetWords::set : SetWords::none;
}

}  // namespace attest
