#include "verifier/readers/quoted.h"

#include <algorithm>
#include <array>

#include "verifier/base/characters.h"
#include "verifier/readers/text/onboarding_codes.h"

namespace attest {
namespace {

constexpr size_t kLeastBytes = 24;             // of a key: what is shorter is an id
constexpr size_t kLeastLetters = 40;           // of base64: 30 bytes
enum class Said : uint8_t { them, us, path };  // who says it, or that it is called so
constexpr size_t kShortest = 24;               // characters that may hold any of it

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

// Letters behind one another that are a key's.
bool is_key(std::string_view run, std::string_view before, Said by) {
  std::string_view letters = run.substr(0, run.find_last_not_of('=') + 1);
  if (letters.starts_with("0x") || letters.starts_with("0X")) letters.remove_prefix(2);
  const auto digits = static_cast<size_t>(
      std::count_if(letters.begin(), letters.end(), [](char c) { return is_hex_digit(c); }));
  if (digits == letters.size()) {
    const bool digest =
        by == Said::path ? digits == 2 * sizeof(Sha256) : by == Said::us && is_compared(before);
    return digits >= 2 * kLeastBytes && !digest;
  }
  if (letters.size() < kLeastLetters) return false;
  if (names_curve(letters)) return true;
  // What has many strokes is a path.
  const auto strokes = static_cast<size_t>(std::count(letters.begin(), letters.end(), '/'));
  return 12 * strokes <= letters.size() && is_mixed(letters);
}

std::string masked(std::string_view s, Said by) {
  std::string out;
  bool goes_on = false;  // a key's lines: the last one is a short one
  for (size_t at = 0; at < s.size();) {
    const std::string_view rest = s.substr(at);
    const bool begins = at == 0 || !is_of_run(s[at - 1]) || goes_on;
    size_t length = private_block(rest);
    if (length == 0 && begins) length = parted_bytes(rest);
    size_t run = 0;
    while (length == 0 && run < rest.size() && is_of_run(rest[run])) ++run;
    if (length == 0 && run != 0 && (goes_on || is_key(rest.substr(0, run), s.substr(0, at), by)))
      length = run;
    if (length == 0) {
      const size_t plain = std::max<size_t>(run, 1);
      out += rest.substr(0, plain);
      at += plain;
      continue;
    }
    if (!goes_on) out += kMasked;
    at += length;
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

void mask(std::string& text, Said by) {
  if (text.size() < kShortest) return;
  std::string shown = masked(text, by);
  if (shown != text) text = std::move(shown);
}
// A name in a file.
void mask_item(std::string& item) {
  constexpr size_t kShortestCode = 8;
  if (item.size() >= kShortestCode) item = quotable(item);
}

}  // namespace

std::string quotable(std::string_view text) {
  std::string out(text);
  mask(out, Said::them);
  return without_codes(out);
}

std::string quotable_path(std::string_view path) {
  std::string out(path);
  mask(out, Said::path);
  return out;
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
    if (where.starts_with(path) && where.size() > path.size())
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
