#include "verifier/readers/quoted.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "verifier/base/characters.h"
#include "verifier/matter/base38.h"
#include "verifier/matter/onboarding_payload.h"
#include "verifier/readers/text/onboarding_codes.h"

namespace attest {
namespace {

constexpr size_t kLeastBytes = 24;       // of a key: what is shorter is an id
constexpr size_t kLeastLetters = 40;     // of base64: 30 bytes
enum class Said : uint8_t { them, us };  // who says it
constexpr size_t kShortest = 13;         // characters that may hold any of it

bool is_of_run(char c) {
  return is_base64_letter(c) || c == '-' || c == '_' || c == '=';
}

// The name of the curve P-256 in base64, wherever it begins: every key and certificate has it.
bool names_curve(std::string_view letters) {
  for (const std::string_view name : {"KoZIzj0", "qGSM49", "hkjOPQ"}) {
    if (letters.find(name) != std::string_view::npos) return true;
  }
  return false;
}

// Bytes in base64 change between capitals, small letters and digits at most of their letters;
// names and paths do not.
bool is_mixed(std::string_view letters) {
  constexpr size_t kLeastChanges = 42;  // of a hundred
  const auto sort = [](char c) {
    return is_digit(c) ? 0 : c >= 'A' && c <= 'Z' ? 1 : c >= 'a' && c <= 'z' ? 2 : 3;
  };
  std::array<bool, 4> seen{};
  size_t changes = 0;
  for (size_t i = 0; i < letters.size(); ++i) {
    seen[static_cast<size_t>(sort(letters[i]))] = true;
    changes += i != 0 && sort(letters[i]) != sort(letters[i - 1]);
  }
  return seen[0] && seen[1] && seen[2] && 100 * changes >= kLeastChanges * (letters.size() - 1);
}

// What a program puts for an end of line or of a byte, and how long it is.
size_t escape_length(std::string_view s) {
  if (s.size() < 2 || s[0] != '\\') return 0;
  if (s[1] == 'n' || s[1] == 'r' || s[1] == 't') return 2;
  if (s.starts_with("\\x0A") || s.starts_with("\\x0D") || s.starts_with("\\x09")) return 4;
  return 0;
}

// A block of PEM with a private key, to its END line; without that all that follows.
size_t private_block(std::string_view s) {
  constexpr std::string_view kDashes = "-----", kBegin = "-----BEGIN ", kEnd = "-----END ";
  constexpr size_t kLabel = 64;
  if (!s.starts_with(kBegin)) return 0;
  const size_t label_end = s.substr(0, kBegin.size() + kLabel).find(kDashes, kBegin.size());
  const std::string_view label = s.substr(0, std::min(label_end, s.size()));
  if (label.find("PRIVATE") == std::string_view::npos) return 0;
  const size_t end = s.find(kEnd, kBegin.size());
  if (end == std::string_view::npos) return s.size();
  const size_t closed = s.find(kDashes, end + kEnd.size());
  return closed == std::string_view::npos ? s.size() : closed + kDashes.size();
}

// Hex digits of bytes that something parts: "30:77:02", "0x30, 0x77", "\x30\x77", "3077 0201".
// Numbers in decimal look the same.
size_t parted_bytes(std::string_view s) {
  constexpr size_t kMostDigits = 8, kMostBetween = 4;
  constexpr std::string_view kBetween = " ,:;-\t\r\n\"'{}[]()";
  size_t at = 0, end = 0, groups = 0, digits = 0;
  while (at < s.size()) {
    if (s[at] == '\\' || s.substr(at).starts_with("0x") || s.substr(at).starts_with("0X")) {
      if (at + 1 < s.size() && (s[at + 1] == 'x' || s[at + 1] == 'X')) at += 2;
    }
    size_t width = 0;
    while (at + width < s.size() && is_hex_digit(s[at + width])) ++width;
    if (width == 0 || width > kMostDigits) break;
    digits += width;
    ++groups;
    at += width;
    end = at;
    size_t between = 0;
    while (at < s.size() && between < kMostBetween &&
           kBetween.find(s[at]) != std::string_view::npos) {
      ++at;
      ++between;
    }
    if (between == 0 && !(at < s.size() && s[at] == '\\')) break;
  }
  return groups >= kLeastBytes || (groups > 1 && digits >= 2 * kLeastBytes) ? end : 0;
}

// Digests stand behind these words, and nothing that was handed over.
bool is_compared(std::string_view before) {
  for (const std::string_view words : {"expected ", "found ", "has ", "gives "}) {
    if (before.ends_with(words)) return true;
  }
  return false;
}

// Hex digits, with a 0x in front of them or without.
std::optional<std::string_view> hex_digits(std::string_view run) {
  run = run.substr(0, run.find_last_not_of('=') + 1);
  if (run.starts_with("0x") || run.starts_with("0X")) run.remove_prefix(2);
  return !run.empty() && std::all_of(run.begin(), run.end(), is_hex_digit) ? std::optional(run)
                                                                           : std::nullopt;
}
bool is_as_long_as_digest(std::string_view digits) {
  constexpr size_t kBytes[] = {20, 28, 32, 48, 64};  // SHA-1, SHA-2, SHA-3
  return std::any_of(std::begin(kBytes), std::end(kBytes),
                     [&](size_t bytes) { return digits.size() == 2 * bytes; });
}
// What says itself that a digest follows is no place of a secret: "sha256:", "SHA-256 = ".
bool says_digest(std::string_view before) {
  constexpr size_t kLongest = 24;
  const std::string lower =
      to_lower(before.substr(before.size() - std::min(before.size(), kLongest)));
  const std::string_view name =
      std::string_view(lower).substr(0, lower.find_last_not_of(" :=/_-") + 1);
  for (const std::string_view word :
       {"sha1", "sha-1", "sha224", "sha256", "sha384", "sha512", "sha-224", "sha-256", "sha-384",
        "sha-512", "sha_256", "sha3-256", "digest", "fingerprint", "thumbprint", "checksum"}) {
    if (name.ends_with(word)) return true;
  }
  return false;
}

// Letters behind one another that are a key's.
bool is_key(std::string_view run, std::string_view before, Said by) {
  if (const auto digits = hex_digits(run)) {
    const bool digest = (by == Said::us && is_compared(before)) ||
                        (is_as_long_as_digest(*digits) && says_digest(before));
    return digits->size() >= 2 * kLeastBytes && !digest;
  }
  if (const size_t value = run.substr(0, run.find_last_not_of('=') + 1).rfind('=') + 1; value != 0)
    return is_key(run.substr(value), run.substr(0, value), by);
  const size_t name = run.find_last_of("-_/") + 1;  // 0: nothing of the kind
  const std::string_view tail = run.substr(name);
  if (name != 0 && hex_digits(tail) && is_as_long_as_digest(tail) &&
      says_digest(run.substr(0, name)))
    return false;
  const std::string_view letters = run.substr(0, run.find_last_not_of('=') + 1);
  if (letters.size() < kLeastLetters) return false;
  if (names_curve(letters)) return true;
  // What has many strokes is a path.
  const auto strokes = static_cast<size_t>(std::count(letters.begin(), letters.end(), '/'));
  return 12 * strokes <= letters.size() && is_mixed(letters);
}

// What parts the names of a path, and the words of a name. Letters of base64, too.
bool is_boundary(char c) {
  return c == '/' || c == '-' || c == '_' || c == '=' || c == '+';
}
bool ends_word(char c) {
  return is_boundary(c) || !is_of_run(c);
}
// Letters of base64 that are as long as a key without a frame is: of 32, 48 or 64 bytes.
size_t bare_key(std::string_view from) {
  constexpr size_t kLetters[] = {43, 64, 86}, kMostBoundaries = 6;  // one of so many
  for (const size_t size : kLetters) {
    if (from.size() < size || (from.size() > size && !ends_word(from[size]))) continue;
    const std::string_view letters = from.substr(0, size);
    if (!std::all_of(letters.begin(), letters.end(), is_of_run)) continue;
    const auto boundaries =
        static_cast<size_t>(std::count_if(letters.begin(), letters.end(), is_boundary));
    if (boundaries * kMostBoundaries <= size && is_mixed(letters)) return size;
  }
  return 0;
}
// A word in hex, longer than an id and no digest. (Digits alone are numbers.)
size_t hex_key(std::string_view from) {
  const size_t end =
      static_cast<size_t>(std::find_if(from.begin(), from.end(), ends_word) - from.begin());
  const auto digits = hex_digits(from.substr(0, end));
  return digits && digits->size() >= 2 * kLeastBytes && !is_as_long_as_digest(*digits) &&
                 !std::all_of(digits->begin(), digits->end(), is_digit)
             ? end
             : 0;
}
// Groups of two, four, six or eight hex digits, all alike, with 0x in front of them or without, and
// little between them; of nothing but decimal digits they are numbers. `looked`: as far as they go.
size_t even_bytes(std::string_view s, size_t& looked) {
  constexpr size_t kWidest = 8, kMostBetween = 2;
  constexpr std::string_view kBetween = " ,:;-_";
  const auto digits_at = [&](size_t at) {
    size_t width = 0;
    while (width <= kWidest && at + width < s.size() && is_hex_digit(s[at + width])) ++width;
    return width;
  };
  const size_t prefix = s.starts_with("0x") || s.starts_with("0X") ? 2 : 0;
  const size_t width = digits_at(prefix);
  size_t digits = 0;
  bool decimal = prefix == 0;
  for (size_t at = 0; width % 2 == 0 && width <= kWidest && digits_at(at + prefix) == width;) {
    if (prefix != 0 && (s[at] != '0' || to_lower(s[at + 1]) != 'x')) break;
    const std::string_view group = s.substr(at + prefix, width);
    decimal = decimal && std::all_of(group.begin(), group.end(), is_digit);
    digits += width;
    looked = at += prefix + width;
    const size_t next = std::min(s.find_first_not_of(kBetween, at), s.size());
    if (width == 0 || next == at || next - at > kMostBetween) break;
    at = next;
  }
  return !decimal && digits >= 2 * kLeastBytes ? looked : 0;
}
// A run with a key in a frame.
size_t framed_key(std::string_view rest) {
  size_t run = 0;
  while (run < rest.size() && is_of_run(rest[run])) ++run;
  return run >= kLeastLetters && names_curve(rest.substr(0, run)) ? run : 0;
}
// A path without what is a key. Most of what is long there is a name.
std::string masked_path(std::string_view path) {
  std::string out;
  size_t numbers_to = 0;  // nothing before this is more than a row of numbers
  for (size_t at = 0; at < path.size();) {
    const std::string_view rest = path.substr(at);
    const bool run = at == 0 || !is_of_run(path[at - 1]);
    size_t length = 0;
    if (run || is_boundary(path[at - 1])) {
      length = private_block(rest);
      if (length == 0 && run) length = framed_key(rest);
      if (length == 0) length = hex_key(rest);
      if (length == 0) length = bare_key(rest);
      if (length == 0 && at >= numbers_to) {
        size_t looked = 0;
        length = even_bytes(rest, looked);
        numbers_to = at + looked;
      }
    }
    out += length != 0 ? std::string_view(kMasked) : rest.substr(0, 1);
    at += std::max<size_t>(length, 1);
  }
  return out;
}

// What stands in a bundle for such a code: "MT:****1", "****-***-0001".
constexpr std::string_view kPayloadBegins = "MT:****", kPrintedBegins = "****-***-";
size_t stand_in_code(std::string_view s) {
  size_t end = s.starts_with(kPayloadBegins)   ? kPayloadBegins.size()
               : s.starts_with(kPrintedBegins) ? kPrintedBegins.size()
                                               : 0;
  if (end == 0) return 0;
  while (end < s.size() && s[end] == '*') ++end;
  while (end < s.size() && is_digit(s[end])) ++end;
  return end;
}
std::string stand_in_of_code(size_t size, bool payload, size_t number) {
  const std::string digits = std::to_string(number);
  std::string out(payload ? kPayloadBegins : kPrintedBegins);
  out.resize(std::max(size, out.size()), payload ? '*' : '0');
  const size_t room =
      std::min(digits.size(),
               size - std::min(size, payload ? kPayloadBegins.size() : kPrintedBegins.size()));
  return out.replace(out.size() - room, room, digits.substr(digits.size() - room));
}

// An onboarding code in what others say: a payload that is right, or digits as labels print them.
size_t code_in(std::string_view s) {
  constexpr size_t kBody = 19, kLongest = 120, kPrinted = 13;
  const auto are_valid = [](const std::vector<OnboardingPayload>& codes) {
    return std::all_of(codes.begin(), codes.end(), [](const auto& code) { return code.valid(); });
  };
  if (s.size() >= 3 + kBody && to_lower(s[0]) == 'm' && to_lower(s[1]) == 't' && s[2] == ':') {
    std::string code = "MT:";
    for (const char c : s.substr(3, kLongest)) {
      const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      if (!is_base38(upper)) break;
      code += upper;
    }
    for (; code.size() >= 3 + kBody; code.pop_back()) {
      if (are_valid(parse_qr(code))) return code.size();
    }
  }
  if (const size_t stand_in = stand_in_code(s)) return stand_in;
  const bool printed = s.size() >= kPrinted && s[4] == '-' && s[8] == '-' &&
                       (s.size() == kPrinted || !is_word_letter(s[kPrinted]));
  return printed && parse_manual_code(s.substr(0, kPrinted)).valid() ? kPrinted : 0;
}

struct Span {
  size_t begin, end;
};
// Where keys stand, and in what others say codes.
std::vector<Span> keys_in(std::string_view s, Said by) {
  std::vector<Span> out;
  bool goes_on = false;  // a key's lines: the last one is a short one
  for (size_t at = 0; at < s.size();) {
    const std::string_view rest = s.substr(at);
    const bool begins = at == 0 || !is_of_run(s[at - 1]) || goes_on;
    size_t length = private_block(rest);
    if (length == 0 && by == Said::them && (at == 0 || !is_word_letter(s[at - 1])))
      length = code_in(rest);
    if (length == 0 && begins) length = parted_bytes(rest);
    size_t run = 0;
    while (length == 0 && run < rest.size() && is_of_run(rest[run])) ++run;
    if (length == 0 && run != 0 && (goes_on || is_key(rest.substr(0, run), s.substr(0, at), by)))
      length = run;
    if (length == 0) {
      at += std::max<size_t>(run, 1);
      continue;
    }
    if (!goes_on) out.push_back({at, at});
    at += length;
    out.back().end = at;
    goes_on = false;
    for (size_t end = at; end < s.size();) {
      const size_t escape = escape_length(s.substr(end));
      const bool line_end = s[end] == '\n' || s[end] == '\r';
      if (escape == 0 && !line_end) break;
      end += std::max<size_t>(escape, 1);
      goes_on = end < s.size() && is_of_run(s[end]);
      if (goes_on) at = end;
    }
  }
  return out;
}
template <class InPlace>
std::string replaced(std::string_view s, const std::vector<Span>& spans, InPlace&& in_place) {
  std::string out;
  size_t at = 0;
  for (const Span& span : spans) {
    out += s.substr(at, span.begin - at);
    out += in_place(s.substr(span.begin, span.end - span.begin));
    at = span.end;
  }
  out += s.substr(at);
  return out;
}

void mask(std::string& text, Said by) {
  if (text.size() < kShortest) return;
  const std::vector<Span> keys = keys_in(text, by);
  if (!keys.empty()) text = replaced(text, keys, [](std::string_view) { return kMasked; });
}
// Of a name that nobody reads to its end both ends.
bool shorten(std::string& name, size_t most) {
  if (name.size() <= most) return false;
  const auto within = [&](size_t at) { return (static_cast<uint8_t>(name[at]) & 0xC0) == 0x80; };
  size_t head = most / 2, tail = name.size() - most / 2;
  while (head != 0 && within(head)) --head;
  while (tail < name.size() && within(tail)) ++tail;
  name = name.substr(0, head) + "..." + name.substr(tail);
  return true;
}
// Words without a digit, as names mostly are: nothing that is masked is so short and has none.
bool is_plain_name(std::string_view s) {
  return s.size() < kLeastLetters && std::all_of(s.begin(), s.end(), [](char c) {
           return is_letter(c) || c == '_' || c == '.' || c == ' ';
         });
}
// A name in a file.
void mask_item(std::string& item) {
  constexpr size_t kShortestCode = 8, kLongest = 200;
  if (item.size() >= kShortestCode && !is_plain_name(item)) item = quotable(item);
  shorten(item, kLongest);
}

}  // namespace

std::string quotable(std::string_view text) {
  if (is_plain_name(text)) return std::string(text);
  std::string out(text);
  mask(out, Said::them);
  return without_codes(out);
}

std::string quotable_path(std::string_view path, size_t nth) {
  std::string out = masked_path(path);
  constexpr size_t kLongest = 255;
  const bool shortened = shorten(out, kLongest);
  if (shortened || out.find(kMasked) != std::string::npos) out += fmt::format(" (member {})", nth);
  return out;
}

std::string shown_text(std::string_view text) {
  std::string out = printable(std::string(text));
  mask(out, Said::them);
  return out;
}

std::string stand_in_text(std::string_view text, size_t number) {
  // Shown as a key is, and none.
  constexpr std::string_view kBegin = "-----BEGIN PRIVATE-----", kEnd = "-----END -----";
  return replaced(text, keys_in(text, Said::them), [&](std::string_view key) {
    if (code_in(key) == key.size())
      return stand_in_of_code(key.size(), to_lower(key[0]) == 'm', number);
    std::string out(kBegin);
    const std::string digits = std::to_string(number);
    const size_t frame = kBegin.size() + kEnd.size() + digits.size();
    // Too short for a frame: a block that breaks off.
    if (key.size() < frame) return std::string(key.size(), '*');
    return out + std::string(key.size() - frame, '0') + digits + std::string(kEnd);
  });
}

std::string without_keys(std::string_view message) {
  std::string out(message);
  mask(out, Said::us);
  return out;
}

QuotedBefore QuotedBefore::of(const Reading& r) {
  return {.statements = r.device.statements.size(),
          .remarks = r.device.remarks.size(),
          .integrity = r.device.integrity.size(),
          .not_used = r.not_used.size(),
          .locked = r.locked.size(),
          .ota_images = r.ota_images.size(),
          .claims = r.device.posture.claims.size(),
          .images = r.device.posture.images.size()};
}

void mask_quoted(const std::string& path, const QuotedBefore& before, Reading& reading) {
  Device& d = reading.device;
  for (size_t i = before.statements; i < d.statements.size(); ++i)
    mask_item(d.statements[i].place.item);
  for (size_t i = before.remarks; i < d.remarks.size(); ++i) {
    mask_item(d.remarks[i].place.item);
    mask(d.remarks[i].message, Said::us);
  }
  for (size_t i = before.integrity; i < d.integrity.size(); ++i) {
    mask_item(d.integrity[i].place.item);
    mask(d.integrity[i].what, Said::us);
    mask(d.integrity[i].problem, Said::us);
  }
  for (size_t i = before.not_used; i < reading.not_used.size(); ++i) {
    std::string& where = reading.not_used[i].path;
    // (The names of members were masked as paths.)
    if (where.starts_with(path) && where.size() > path.size() && where[path.size()] != '!')
      where = path + quotable(where.substr(path.size()));
    mask(reading.not_used[i].why, Said::us);
  }
  for (size_t i = before.locked; i < reading.locked.size(); ++i)
    mask_item(reading.locked[i].place.item);
  for (size_t i = before.ota_images; i < reading.ota_images.size(); ++i)
    mask_item(reading.ota_images[i].place.item);
  for (size_t i = before.claims; i < d.posture.claims.size(); ++i)
    mask_item(d.posture.claims[i].place.item);
  for (size_t i = before.images; i < d.posture.images.size(); ++i)
    mask_item(d.posture.images[i].place.item);
}

}  // namespace attest
