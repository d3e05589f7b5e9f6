// Credentials that somebody pasted: source code, a debugger's memory, a hex dump, a note with hex
// behind a name. Each value is read as what it is; the name it has there becomes its place.

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "verifier/readers/credentials/behind.h"
#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/credentials/damaged.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/text/pasted_bytes.h"
#include "verifier/readers/text/plain_text.h"

namespace attest {
namespace {

// The readers of what a pasted value may be.
constexpr const Reader* kInside[] = {
    &pem_reader,    &x509_reader,       &cms_cd_reader, &csr_reader,      &crl_reader,
    &pkcs12_reader, &sealed_key_reader, &key_reader,    &elements_reader, &other_cms_reader};

const Reader* reader_of(const Source& s) {
  for (const Reader* reader : kInside) {
    if (reader->recognises(s)) return reader;
  }
  return nullptr;
}

Bytes swapped_pairs(View bytes) {
  Bytes out = to_bytes(bytes);
  for (size_t i = 0; i + 1 < out.size(); i += 2) std::swap(out[i], out[i + 1]);
  return out;
}

bool has(std::string_view name, std::initializer_list<const char*> words) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return std::any_of(words.begin(), words.end(),
                     [&](const char* w) { return lower.find(w) != std::string::npos; });
}

// Bare bytes are everywhere in source code: what they are called has to say that they are ours.
bool is_named_blob(const PastedBytes& value) {
  switch (value.bytes.size()) {
    case 16:
      return has(value.name, {"challenge"});
    case 32:
      return has(value.name,
                 {"nonce", "privkey", "private_key", "privatekey", "dac_key", "dackey"});
    case 64:
      return has(value.name, {"signature"});
    case 65:
      return has(value.name, {"dac"}) && has(value.name, {"pub"});
    default:
      return false;
  }
}

// A credential that cannot be read. Programs are full of heads of DER and of names of algorithms:
// fewer bytes than the least key has are none.
bool is_damaged(View bytes) {
  constexpr size_t kLeast = 64;
  if (bytes.size() < kLeast) return false;
  const auto began = began_as(bytes);
  return began && began->kind == Began::Kind::credential &&
         damaged_reader.recognises({.path = {}, .bytes = bytes});
}

struct Value {
  const Reader* reader;
  PastedBytes pasted;
};
struct Values {
  std::vector<Value> known;
  bool whole = true;  // all of the text was searched
};
Values values_in(const Source& s) {
  Values out;
  for (PastedBytes& pasted : pasted_bytes(text(s.bytes), &out.whole)) {
    // `hexdump` and `od -x` without options show pairs of bytes as numbers of this machine.
    Bytes swapped = swapped_pairs(pasted.bytes);
    if (pasted.half) {
      swapped.pop_back();
      pasted.bytes.pop_back();
    }
    const Reader* reader = reader_of({.path = s.path, .bytes = pasted.bytes});
    if (reader == nullptr) {
      reader = reader_of({.path = s.path, .bytes = swapped});
      if (reader != nullptr) pasted.bytes = std::move(swapped);
    }
    if (reader == nullptr && is_damaged(pasted.bytes)) {
      reader = &damaged_reader;
    } else if (reader == nullptr && is_damaged(swapped)) {
      reader = &damaged_reader;
      pasted.bytes = std::move(swapped);
    }
    if (reader == nullptr && is_named_blob(pasted)) reader = &blob_reader;
    if (reader != nullptr) out.known.push_back({reader, std::move(pasted)});
  }
  return out;
}

bool recognises(const Source& s) {
  if (!is_plain_text(s.bytes)) return false;
  const Values values = values_in(s);
  return (!values.whole && s.member) ||
         std::any_of(values.known.begin(), values.known.end(),
                     [](const Value& v) { return v.reader != &blob_reader; });
}

const char* name_of(const Reader* reader) {
  return reader == &x509_reader     ? "certificate"
         : reader == &cms_cd_reader ? "declaration"
                                    : "value";
}

// The bytes end within an element of the SEQUENCE of `says` bytes with which they begin. (Where the
// length is damaged they end with an element.)
bool breaks_off(View der, size_t says) {
  size_t at = der[1] < 0x80 ? 2 : 2u + (der[1] & 0x7Fu);
  while (at < der.size()) {
    if (der.size() - at < 2) return true;
    const uint8_t length = der[at + 1];
    const size_t octets = length < 0x80 ? 0 : length & 0x7Fu;
    if (octets > 2) return false;
    if (der.size() - at < 2 + octets) return true;
    size_t size = octets == 0 ? length : 0;
    for (size_t i = 0; i < octets; ++i) size = size << 8 | der[at + 2 + i];
    at += 2 + octets + size;
  }
  return at > der.size() && at <= says;
}

// Its own length says that a part was left out by who pasted it: not there, and no damage. Nobody
// has to say so where it is the head of something and no more: `xxd dac.der | head`.
bool is_left_out(const Value& v) {
  const View bytes = v.pasted.bytes;
  const size_t says = der_size(bytes);
  if (says <= bytes.size()) return false;
  return v.pasted.shortened ||
         (v.pasted.open && bytes.size() * 2 < says && breaks_off(bytes, says));
}

tl::expected<void, Error> read(const Source& s, Reading& reading) {
  const Values values = values_in(s);
  if (!values.whole)
    reading.device.note(
        Remark::unreadable_file, {.path = s.path, .offset = {}, .item = {}},
        fmt::format("only its first {} MiB or {} values were searched for pasted credentials",
                    kMostPastedText >> 20, kMostPasted));
  for (const Value& v : values.known) {
    const Place place{.path = s.path, .offset = s.base + v.pasted.offset, .item = v.pasted.name};
    if (is_left_out(v)) {
      reading.device.note(
          Remark::not_in_log, place,
          fmt::format("{}: shortened where it was pasted: {} bytes are stated, {} are there",
                      name_of(v.reader), der_size(v.pasted.bytes), v.pasted.bytes.size()));
      continue;
    }
    const Source inside{
        .path = s.path, .bytes = v.pasted.bytes, .base = s.base, .member = s.member};
    const std::string kind = reading.current->kind;
    tl::expected<void, Error> done;
    read_at(place, reading, [&] { done = v.reader->read(inside, reading); });
    reading.current->kind = kind;
    if (!done) reading.device.damaged(place, name_of(v.reader), done.error().what);
  }
  return {};
}

}  // namespace

const Reader source_text_reader{.kind = "source-text",
                                .expects = "source text or a dump with a credential in it",
                                .recognises = recognises,
                                .read = read};

}  // namespace attest
