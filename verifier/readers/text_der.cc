// Credentials as somebody pasted them: base64 of DER without PEM's lines, or hex digits. Decoded,
// they are what they are: the file takes the kind of what is in it.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/readers/formats.h"
#include "verifier/readers/plain_text.h"

namespace attest {
namespace {

constexpr size_t kMaxText = 96u << 20;  // of a revocation list of 64 MiB

// The readers of what such text may mean.
constexpr const Reader* kInside[] = {&x509_reader, &cms_cd_reader,   &csr_reader,
                                     &crl_reader,  &pkcs12_reader,   &sealed_key_reader,
                                     &key_reader,  &elements_reader, &blob_reader};

std::optional<Bytes> decoded(View bytes) {
  if (bytes.size() < 16 || bytes.size() > kMaxText || !is_plain_text(bytes)) return std::nullopt;
  const auto stray = [](uint8_t c) {
    const bool alphabet = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                          (c >= 'a' && c <= 'z') || c == '+' || c == '/' || c == '=';
    return !alphabet && c != ':' && c != ' ' && c != '\t' && c != '\r' && c != '\n';
  };
  if (std::any_of(bytes.begin(), bytes.end(), stray)) return std::nullopt;
  if (auto digits = from_hex_lenient(text(bytes))) return std::move(*digits);
  if (auto base = from_base64_lines(text(bytes))) return std::move(*base);
  return std::nullopt;
}

const Reader* inside(const Source& s) {
  for (const Reader* reader : kInside) {
    if (reader->recognises(s)) return reader;
  }
  return nullptr;
}

bool recognises(const Source& s) {
  const auto bytes = decoded(s.bytes);
  return bytes && inside({.path = s.path, .bytes = *bytes}) != nullptr;
}

// Offsets in the decoded bytes would mislead in the file: the place is its beginning.
tl::expected<void, Error> read(const Source& s, Reading& reading) {
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
