// Reading one piece of evidence in a test, and asking what came of it.
#pragma once

#include <fmt/format.h>

#include "codecs/loader.h"
#include "tests/support/support.h"
#include "verifier/readers/reader.h"

namespace attest::test {

inline Reading read_bytes(View bytes, std::vector<Secret> secrets = {},
                          std::string path = "dump.bin") {
  Reading reading;
  reading.secrets = std::move(secrets);
  reading.codecs = &codecs::direct();
  if (const auto done = read_evidence({.path = std::move(path), .bytes = bytes}, reading); !done)
    reading.device.damaged({.path = "error", .offset = done.error().offset, .item = {}}, "error",
                           done.error().what);
  return reading;
}

// "0x8: section hash: the header has ..." of every problem, one a line.
inline std::string problems(const Reading& reading) {
  std::string out;
  for (const IntegrityProblem& p : reading.device.integrity) {
    out += (p.place.offset ? "0x" + hex_id(*p.place.offset).substr(2) + " " : std::string()) +
           p.what + ": " + p.problem + "\n";
  }
  return out;
}
inline bool has_problem(const Reading& reading, std::string_view words) {
  return problems(reading).find(words) != std::string::npos;
}
inline std::string remark(const Reading& reading, Remark remark) {
  for (const Noted& n : reading.device.remarks) {
    if (n.remark == remark) return n.message;
  }
  return "";
}
inline std::string kind(const Reading& reading) {
  return reading.files.empty() ? "" : reading.files[0].kind;
}
inline size_t count(const Reading& reading, FactId fact) {
  size_t n = 0;
  for (const Statement& s : reading.device.statements) n += s.fact == fact;
  return n;
}

// "yes on, no off": all that is claimed of a trait.
inline std::string all_said(const Reading& reading, Trait trait) {
  std::string out;
  constexpr const char* kHolds[] = {"yes", "no", "unclear"};
  for (const Claim& claim : reading.device.posture.claims) {
    if (claim.trait == trait)
      out += fmt::format("{}{} {}", out.empty() ? "" : ", ",
                         kHolds[static_cast<size_t>(claim.locked)], claim.value);
  }
  return out;
}

}  // namespace attest::test
