#include "verifier/readers/credentials/behind.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "verifier/pki/der.h"
#include "verifier/readers/formats.h"

namespace attest {
namespace {

// What bytes may be that describe a device: the one list of it; and of text the readers of those.
constexpr const Reader* kCredentials[] = {&x509_reader, &cms_cd_reader,   &csr_reader,
                                          &crl_reader,  &pkcs12_reader,   &sealed_key_reader,
                                          &key_reader,  &elements_reader, &other_cms_reader};
constexpr const Reader* kOfText[] = {&pem_reader, &text_der_reader};

const Reader* taking(std::span<const Reader* const> readers, const Source& s) {
  const auto found = std::find_if(readers.begin(), readers.end(),
                                  [&](const Reader* reader) { return reader->recognises(s); });
  return found == readers.end() ? nullptr : *found;
}

size_t behind_padding(View bytes, size_t at) {
  while (at < bytes.size() && is_padding(bytes[at])) ++at;
  return at;
}

void note_rest(const Source& rest, const char* what, Reading& reading) {
  if (damaged_reader.recognises(rest) && damaged_reader.read(rest, reading)) return;
  reading.holds("damaged");
  reading.device.note(Remark::damaged_credential,
                      {.path = rest.path, .offset = rest.base, .item = {}},
                      fmt::format("{} bytes behind {}, which are no credential that can be read",
                                  rest.bytes.size(), what));
}

}  // namespace

bool is_padding(uint8_t b) {
  return b == 0x00 || b == 0xFF || b == ' ' || (b >= '\t' && b <= '\r') || b == 0x1A;
}

const Reader* credential_reader(const Source& s) {
  return taking(kCredentials, s);
}

View first_der(View bytes) {
  if (bytes.empty() || bytes[0] != der::kSequence) return {};
  const auto one = der::Cursor(bytes).any("value");
  return one ? one->whole : View{};
}

void read_behind(const Source& s, size_t used, const char* what, Reading& reading) {
  for (size_t at = behind_padding(s.bytes, used); at < s.bytes.size();
       at = behind_padding(s.bytes, at)) {
    Source rest{.path = s.path, .bytes = s.bytes.subspan(at), .base = s.base + at, .member = true};
    const View one = first_der(rest.bytes);
    if (!one.empty()) rest.bytes = one;
    const Reader* reader = one.empty() ? taking(kOfText, rest) : taking(kCredentials, rest);
    if (reader == nullptr) {
      rest.bytes = s.bytes.subspan(at);
      return note_rest(rest, what, reading);
    }
    const std::string kind = reading.current->kind;
    const auto done = reader->read(rest, reading);
    reading.current->kind = kind;
    if (!done) return note_rest(rest, what, reading);
    at += rest.bytes.size();
  }
}

bool is_row_of_credentials(const Source& s) {
  for (size_t at = behind_padding(s.bytes, 0); at < s.bytes.size();
       at = behind_padding(s.bytes, at)) {
    const View one = first_der(s.bytes.subspan(at));
    if (one.empty() || taking(kCredentials, {.path = s.path, .bytes = one}) == nullptr)
      return false;
    at += one.size();
  }
  return true;
}

}  // namespace attest
