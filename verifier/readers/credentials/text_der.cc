// Credentials as somebody pasted them: base64 of DER without PEM's lines, or hex digits. Decoded,
// they are what they are: the file takes the kind of what is in it.

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "verifier/base/characters.h"
#include "verifier/readers/credentials/behind.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/text/plain_text.h"

namespace attest {
namespace {

constexpr size_t kMaxText = 96u << 20;  // of a revocation list of 64 MiB

// Nothing but the digits of values, and what parts them.
bool is_digits(View bytes) {
  if (bytes.size() < 16 || bytes.size() > kMaxText || !is_plain_text(bytes)) return false;
  const auto stray = [](uint8_t byte) {
    const char c = static_cast<char>(byte);
    return !is_base64_letter(c) &&
           std::string_view("=-_: \t\r\n").find(c) == std::string_view::npos;
  };
  return std::none_of(bytes.begin(), bytes.end(), stray);
}

// The source with base64url's letters as base64's, which `letters` keeps.
Source in_base64(const Source& s, std::string& letters) {
  auto plain = is_digits(s.bytes) ? base64_of_url(text(s.bytes)) : std::nullopt;
  if (!plain) return s;
  letters = std::move(*plain);
  Source out = s;
  out.bytes = view(letters);
  return out;
}

std::optional<Bytes> decoded(View bytes) {
  if (!is_digits(bytes)) return std::nullopt;
  if (auto digits = from_hex_lenient(text(bytes))) return std::move(*digits);
  if (auto base = from_base64_lines(text(bytes))) return std::move(*base);
  return std::nullopt;
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// How many digits a DER value has that begins so: by the length in its header. 0: none begins.
size_t digits_of(std::string_view begun, bool hex, bool padded) {
  constexpr size_t kHead = 16;  // digits: more than the longest header
  const std::string head(begun.substr(0, std::min(begun.size() / 4 * 4, kHead)));
  const auto bytes = hex ? from_hex(head) : from_base64(head);
  if (!bytes || bytes->size() < 6 || (*bytes)[0] != 0x30) return 0;
  const size_t octets = (*bytes)[1] < 0x80 ? 0 : (*bytes)[1] & 0x7Fu;
  if (octets > 4) return 0;
  size_t size = octets == 0 ? (*bytes)[1] : 0;
  for (size_t i = 0; i < octets; ++i) size = size << 8 | (*bytes)[2 + i];
  size += 2 + octets;
  if (hex) return 2 * size;
  return padded ? (size + 2) / 3 * 4 : (size * 4 + 2) / 3;
}

// Several values, each beginning on a line of its own: the length that a value states, and an end
// of line behind it, part them. Empty: it is one value, or none. What is left over is the last.
std::vector<Bytes> values_by_line(View bytes) {
  std::vector<Bytes> out;
  std::string digits;
  bool hex = true, splits = false;
  const auto keep = [&] {
    auto value = hex ? from_hex(digits) : from_base64(digits);
    if (!value && !hex)
      value = from_base64(std::string_view(digits).substr(0, digits.size() / 4 * 4));
    if (!value && hex) value = from_hex(std::string_view(digits).substr(0, digits.size() / 2 * 2));
    if (value && !value->empty()) out.push_back(std::move(*value));
    digits.clear();
    hex = true;
  };
  std::string_view rest = text(bytes);
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    for (const char c : line) {
      if (c == ' ' || c == '\t' || c == '\r' || c == ':') continue;
      hex = hex && is_hex(c);
      digits += c;
    }
    if (digits.empty()) continue;
    const bool padded = digits.ends_with('=');
    const size_t needed = digits_of(digits, hex, padded);
    if (needed == 0 || needed != digits.size()) continue;
    while (!hex && digits.size() % 4 != 0) digits += '=';
    keep();
    splits = splits || rest.find_first_not_of(" \t\r\n") != std::string_view::npos;
  }
  if (!digits.empty()) keep();
  if (!splits) out.clear();
  return out;
}

const Reader* inside(const Source& s) {
  if (const Reader* reader = credential_reader(s)) return reader;
  return blob_reader.recognises(s) ? &blob_reader : nullptr;
}

std::vector<Bytes> several(const Source& s) {
  auto values = is_digits(s.bytes) ? values_by_line(s.bytes) : std::vector<Bytes>();
  if (!values.empty() && inside({.path = s.path, .bytes = values.front()}) == nullptr)
    values.clear();
  return values;
}

bool recognises(const Source& source) {
  std::string letters;
  const Source s = in_base64(source, letters);
  if (!several(s).empty()) return true;
  const auto bytes = decoded(s.bytes);
  return bytes && inside({.path = s.path, .bytes = *bytes}) != nullptr;
}

// Offsets in the decoded bytes would mislead in the file: the place is its beginning.
void read_one_of_several(const Source& plain, Reading& reading) {
  const Place place{.path = plain.path,
                    .offset = plain.base == 0 ? std::nullopt : std::optional(plain.base),
                    .item = {}};
  const Reader* reader = inside(plain);
  const bool bare = reader == nullptr || reader == &blob_reader;
  if (bare && damaged_reader.recognises(plain)) reader = &damaged_reader;
  Result<void> done;
  if (reader != nullptr) read_at(place, reading, [&] { done = reader->read(plain, reading); });
  if (reader != nullptr && done) return;
  reading.holds("damaged");
  reading.device.note(Remark::damaged_credential, place,
                      fmt::format("{} bytes behind a credential, which are none that can be read",
                                  plain.bytes.size()));
}

Result<void> read(const Source& source, Reading& reading) {
  std::string letters;
  const Source s = in_base64(source, letters);
  if (const auto values = several(s); !values.empty()) {
    for (const Bytes& value : values)
      read_one_of_several({.path = s.path, .bytes = value, .base = s.base, .member = s.member},
                          reading);
    reading.current->kind = inside({.path = s.path, .bytes = values.front()})->kind;
    return {};
  }
  const auto bytes = decoded(s.bytes);
  const Source plain{.path = s.path, .bytes = *bytes, .base = s.base, .member = s.member};
  const Reader* reader = inside(plain);
  reading.current->kind = reader->kind;
  return reader->read(plain, reading);
}

}  // namespace

const Reader text_der_reader{
    .kind = "raw", .expects = "base64 or hex of DER", .recognises = recognises, .read = read};

}  // namespace attest
