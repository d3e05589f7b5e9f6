// Credentials as somebody pasted them: base64 of DER without PEM's lines, or hex digits. Decoded,
// they are what they are: the file takes the kind of what is in it.

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "verifier/base/characters.h"
#include "verifier/readers/credentials/behind.h"
#include "verifier/readers/credentials/role_names.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/text/plain_text.h"
#include "verifier/readers/text/value_words.h"

namespace attest {
namespace {

constexpr size_t kMaxText = 96u << 20;  // of a revocation list of 64 MiB

// Nothing but the digits of values, and what parts them. (Of the same letters are the markers of
// PEM, and the numbers of its lines.)
bool is_digits(View bytes) {
  if (bytes.size() < 16 || bytes.size() > kMaxText || !is_plain_text(bytes) ||
      text(bytes).find("-----") != std::string_view::npos)
    return false;
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

// Of one value alone: what stands behind it may be another's.
std::optional<Bytes> decoded(View bytes) {
  if (!is_digits(bytes)) return std::nullopt;
  const auto words = words_between_blanks(text(bytes));
  const auto values = values_of_words(words);
  if (values.size() > 1 || (!values.empty() && values[0].whole.size() > 1)) return std::nullopt;
  if (auto digits = from_hex_lenient(text(bytes))) return std::move(*digits);
  if (auto base = from_base64_lines(text(bytes))) return std::move(*base);
  return std::nullopt;
}

// A word, or lines, that nothing tells to be whole.
Bytes decoded_part(std::span<const ValueWord> words) {
  std::string digits;
  for (const ValueWord& word : words) {
    for (const char c : word.text) {
      if (c != ':') digits += c;
    }
  }
  const bool hex = std::all_of(digits.begin(), digits.end(), is_hex_digit);
  auto value = hex ? from_hex(digits) : from_base64(digits);
  digits.resize(digits.size() / (hex ? 2 : 4) * (hex ? 2 : 4));
  if (!value) value = hex ? from_hex(digits) : from_base64(digits);
  return value.value_or(Bytes{});
}

// Several values, on one line or each on lines of its own. Empty: it is one value, or none.
std::vector<Bytes> values_in(View bytes) {
  const auto words = words_between_blanks(text(bytes));
  auto parts = values_of_words(words);
  std::vector<Bytes> out;
  for (ValueOfWords& part : parts) {
    if (part.whole.empty())
      part.whole.push_back(decoded_part({words.data() + part.begin, part.end - part.begin}));
    for (Bytes& one : part.whole) {
      if (!one.empty()) out.push_back(std::move(one));
    }
  }
  if (out.size() < 2) out.clear();
  return out;
}

const Reader* inside(const Source& s) {
  if (const Reader* reader = credential_reader(s)) return reader;
  return blob_reader.recognises(s) ? &blob_reader : nullptr;
}

// (Words beside them are source text.)
std::vector<Bytes> several(const Source& s) {
  auto values = is_digits(s.bytes) ? values_in(s.bytes) : std::vector<Bytes>();
  const auto is = [&](const Bytes& value, bool credential) {
    const Source plain{.path = s.path, .bytes = value};
    return credential ? credential_reader(plain) != nullptr
                      : inside(plain) != nullptr || damaged_reader.recognises(plain);
  };
  const bool ours =
      std::any_of(values.begin(), values.end(), [&](const Bytes& v) { return is(v, true); }) &&
      std::all_of(values.begin(), values.end(), [&](const Bytes& v) { return is(v, false); });
  if (!ours) values.clear();
  return values;
}

// A name beside a value states what it is ("dac_cert: MII…", "- name: dac_cert"): source text keeps
// to that.
bool names_a_place(View bytes) {
  const auto words = words_between_blanks(text(bytes));
  return std::any_of(words.begin(), words.end(), [](const ValueWord& word) {
    std::string_view name = word.text;
    while (name.ends_with(':')) name.remove_suffix(1);
    constexpr size_t kLongestName = 64;  // what is longer is a value
    return name.size() <= kLongestName && role_of_name(name).has_value();
  });
}

bool recognises(const Source& source) {
  if (is_digits(source.bytes) && names_a_place(source.bytes)) return false;
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
                      fmt::format("{} bytes beside a credential, which are none that can be read",
                                  plain.bytes.size()));
}

// 32 bytes beside certificates alone: as likely the fingerprint of one as a nonce, and nothing
// names them. Beside attestation elements they are the nonce.
bool is_nameless(const Bytes& value, const std::vector<Bytes>& all) {
  if (value.size() != sizeof(Sha256) || damaged_reader.recognises({.path = {}, .bytes = value}))
    return false;
  return std::none_of(all.begin(), all.end(), [](const Bytes& v) {
    return elements_reader.recognises({.path = {}, .bytes = v});
  });
}

Result<void> read(const Source& source, Reading& reading) {
  std::string letters;
  const Source s = in_base64(source, letters);
  if (const auto values = several(s); !values.empty()) {
    for (const Bytes& value : values) {
      if (is_nameless(value, values)) {
        reading.not_used.push_back(
            {.path = s.path,
             .why = "32 bytes beside a certificate, and nothing says that they are a nonce"});
        continue;
      }
      read_one_of_several({.path = s.path, .bytes = value, .base = s.base, .member = s.member},
                          reading);
    }
    const Reader* first = nullptr;
    for (const Bytes& value : values) {
      first = credential_reader({.path = s.path, .bytes = value});
      if (first != nullptr) break;
    }
    reading.current->kind = first->kind;
    return {};
  }
  const auto bytes = decoded(s.bytes);
  const Source plain{.path = s.path, .bytes = *bytes, .base = s.base, .member = s.member};
  const Reader* reader = inside(plain);
  reading.current->kind = reader->kind;
  return reader->read(plain, reading);
}

}  // namespace

const Reader text_der_reader{.kind = "raw",
                             .expects = "base64 or hex of DER",
                             .content = Content::text,
                             .recognises = recognises,
                             .read = read};

}  // namespace attest
