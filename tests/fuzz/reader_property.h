// What holds for every reader and every input. A reader that crashes or hangs is found by the
// fuzzer itself; beyond that:
//  - what is stated as standing at an offset stands there (credentials are never made up or
//  shifted),
//  - problems have places inside the input,
//  - reading the same bytes twice says the same.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "codecs/loader.h"
#include "verifier/readers/formats.h"

namespace attest::fuzz {

inline void must(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "property broken: %s\n", property);
  std::abort();
}

inline Reading read_once(const Reader& reader, View bytes) {
  Reading reading;
  reading.codecs = &codecs::direct();
  reading.budget.unpacked_bytes = 64u << 20;
  const char kPassphrase[] = "blue-door";
  reading.secrets.push_back({.bytes = to_bytes(view(kPassphrase)), .passphrase = true});
  reading.secrets.push_back({.bytes = Bytes(16, 0x5A)});
  EvidenceFile file{
      .path = "fuzz", .kind = reader.kind, .sha256 = {}, .size = bytes.size(), .holds = {}};
  reading.current = &file;
  (void)reader.read({.path = "fuzz", .bytes = bytes}, reading);
  reading.current = nullptr;
  return reading;
}

// `slack`: how far behind its place a value may begin (the head of a CBOR string). nullopt: values
// are decoded. `unpacked`: places lie in what comes out of the input, not in the input.
inline int check(const Reader& reader, const uint8_t* data, size_t size,
                 std::optional<size_t> slack, bool unpacked = false) {
  const View bytes(data, size);
  if (!reader.recognises({.path = "fuzz", .bytes = bytes})) return 0;
  const Reading reading = read_once(reader, bytes), again = read_once(reader, bytes);
  must(reading.device.statements.size() == again.device.statements.size(),
       "the same bytes say the same");
  for (size_t i = 0; i < reading.device.statements.size(); ++i) {
    const Statement& s = reading.device.statements[i];
    must(s.value == again.device.statements[i].value && s.place == again.device.statements[i].place,
         "the same bytes say the same");
    must(unpacked || !s.place.offset || *s.place.offset <= size, "a place lies inside the input");
    const bool credential = s.fact == FactId::dac || s.fact == FactId::pai ||
                            s.fact == FactId::cd || s.fact == FactId::certificate ||
                            s.fact == FactId::csr;
    // What was told to be in another encoding is stated as it is meant.
    const bool told = std::any_of(reading.device.remarks.begin(), reading.device.remarks.end(),
                                  [&](const Noted& n) {
                                    return n.place == s.place && n.remark >= Remark::dac_slot &&
                                           n.remark <= Remark::value_slot;
                                  });
    if (told || !slack || !credential || !s.place.offset || s.place.path != "fuzz") continue;
    const Bytes& value = std::get<Bytes>(s.value);
    const auto at = find(bytes, value, static_cast<size_t>(*s.place.offset));
    must(at && *at - *s.place.offset <= *slack, "what is stated stands in the input at its place");
  }
  must(reading.device.posture == again.device.posture, "the same bytes say the same");
  for (const Claim& claim : reading.device.posture.claims)
    must(unpacked || !claim.place.offset || *claim.place.offset <= size,
         "a claim lies inside the input");
  for (const IntegrityProblem& p : reading.device.integrity)
    must(unpacked || !p.place.offset || *p.place.offset <= size, "a problem lies inside the input");
  return 0;
}

}  // namespace attest::fuzz
