// An attestation response saved as files: the elements are known by their TLV; nonce, challenge and
// signature are bare bytes that only their length and the rest of the evidence can tell (see
// gather.cc).

#include "verifier/matter/attestation_elements.h"
#include "verifier/readers/formats.h"

namespace attest {
namespace {

bool recognises_elements(const Source& s) {
  return s.bytes.size() <= 64u << 10 && looks_like_attestation_elements(s.bytes);
}

Result<void> read_elements(const Source& s, Reading& reading) {
  reading.holds("attestation-elements");
  reading.device.say(
      FactId::attestation_elements, to_bytes(s.bytes),
      {.path = s.path, .offset = s.base == 0 ? std::nullopt : std::optional(s.base), .item = {}});
  return {};
}

// 16: a challenge. 32: a nonce or a raw private key. 64: a signature. 65: a public key. A blob is a
// file of its own: inside a container such lengths say nothing. All-same bytes are erased flash,
// not a value, and a text with an onboarding code has that to say.
bool recognises_blob(const Source& s) {
  const size_t n = s.bytes.size();
  if (n != 16 && n != 32 && n != 64 && !(n == 65 && s.bytes[0] == 0x04)) return false;
  for (const uint8_t b : s.bytes) {
    if (b != s.bytes[0]) return !onboarding_text_reader.recognises(s);
  }
  return false;
}

Result<void> read_blob(const Source& s, Reading& reading) {
  const Place place{
      .path = s.path, .offset = s.base == 0 ? std::nullopt : std::optional(s.base), .item = {}};
  if (s.bytes.size() == 65) {
    reading.holds("public-key");
    reading.device.say(FactId::dac_public_key, to_bytes(s.bytes), place);
    return {};
  }
  reading.holds(s.bytes.size() == 16   ? "challenge-or-id"
                : s.bytes.size() == 32 ? "nonce-or-key"
                                       : "signature");
  reading.device.say(FactId::blob, to_bytes(s.bytes), place);
  reading.secrets.push_back({.bytes = to_bytes(s.bytes),
                             .guess = true});  // the key of a vendor's tool lies beside its dumps
  return {};
}

}  // namespace

const Reader elements_reader{.kind = "raw",
                             .expects = "attestation elements",
                             .content = Content::scraps,
                             .recognises = recognises_elements,
                             .read = read_elements};
const Reader blob_reader{.kind = "raw",
                         .expects = "16, 32, 64 or 65 bytes of an attestation",
                         .content = Content::scraps,
                         .recognises = recognises_blob,
                         .read = read_blob};

}  // namespace attest
