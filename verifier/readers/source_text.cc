// Credentials that somebody pasted: source code, a debugger's memory, a hex dump, a note with hex
// behind a name. Each value is read as what it is; the name it has there becomes its place.

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "verifier/readers/behind.h"
#include "verifier/readers/credential_items.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/pasted_bytes.h"
#include "verifier/readers/plain_text.h"

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

struct Value {
  const Reader* reader;
  PastedBytes pasted;
};
std::vector<Value> values_in(const Source& s) {
  std::vector<Value> out;
  for (PastedBytes& pasted : pasted_bytes(text(s.bytes))) {
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
    if (reader == nullptr && is_named_blob(pasted)) reader = &blob_reader;
    if (reader != nullptr) out.push_back({reader, std::move(pasted)});
  }
  return out;
}

bool recognises(const Source& s) {
  if (!is_plain_text(s.bytes)) return false;
  const auto values = values_in(s);
  return std::any_of(values.begin(), values.end(),
                     [](const Value& v) { return v.reader != &blob_reader; });
}

const char* name_of(const Reader* reader) {
  return reader == &x509_reader     ? "certificate"
         : reader == &cms_cd_reader ? "declaration"
                                    : "value";
}

// Its own length says that a part was left out by who pasted it: not there, and no damage.
bool is_left_out(const Value& v) {
  const size_t says = der_size(v.pasted.bytes);
  return v.pasted.shortened && says > v.pasted.bytes.size();
}

tl::expected<void, Error> read(const Source& s, Reading& reading) {
  for (const Value& v : values_in(s)) {
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
