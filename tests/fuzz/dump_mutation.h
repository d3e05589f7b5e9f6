// What the fuzz targets of the readers share: a good dump made by code, one small damage to it, and
// what a reader may then say.
#pragma once

#include <algorithm>
#include <cstdlib>

#include "tests/support/dump_builders.h"
#include "verifier/readers/reader.h"

namespace attest::test {

inline void require(bool holds) {
  if (!holds) std::abort();
}

inline Reading read_dump(View bytes, bool* recognised = nullptr) {
  Reading reading;
  const auto done = read_evidence({.path = "d", .bytes = bytes}, reading);
  if (recognised != nullptr) *recognised = done.has_value();
  return reading;
}

// Damage at a place that the input names: `bytes` of it are exchanged (a burst, which every CRC-32
// notices), or one bit.
inline Bytes with_burst(Bytes dump, const uint8_t* data, size_t size) {
  if (size < 4) return dump;
  const size_t at = (static_cast<size_t>(data[0]) | static_cast<size_t>(data[1]) << 8 |
                     static_cast<size_t>(data[2]) << 16) %
                    dump.size();
  for (size_t i = 0; i < std::min<size_t>(size - 3, 4) && at + i < dump.size(); ++i)
    dump[at + i] = static_cast<uint8_t>(dump[at + i] ^ data[3 + i]);
  return dump;
}
inline Bytes with_bit(Bytes dump, const uint8_t* data, size_t size) {
  if (size < 4) return dump;
  const size_t at = (static_cast<size_t>(data[0]) | static_cast<size_t>(data[1]) << 8 |
                     static_cast<size_t>(data[2]) << 16) %
                    dump.size();
  dump[at] = static_cast<uint8_t>(dump[at] ^ 1u << data[3] % 8);
  return dump;
}

// Something tells the reader of the report that not all is well.
inline bool says_damage(const Reading& reading) {
  return !reading.device.integrity.empty() ||
         std::any_of(
             reading.device.remarks.begin(), reading.device.remarks.end(), [](const Noted& n) {
               return n.remark == Remark::truncated || n.remark == Remark::encrypted_no_key ||
                      n.remark == Remark::wrong_key || n.remark == Remark::erased;
             });
}
// Facts that the damaged dump states and the good one does not.
inline size_t new_facts(const Reading& good, const Reading& bad) {
  return static_cast<size_t>(std::count_if(
      bad.device.statements.begin(), bad.device.statements.end(), [&](const Statement& b) {
        return std::none_of(
            good.device.statements.begin(), good.device.statements.end(),
            [&](const Statement& g) { return g.fact == b.fact && g.value == b.value; });
      }));
}

// Of any input at all: every place lies in the file, and reading again says the same.
inline void require_sane(View bytes) {
  const Reading once = read_dump(bytes), again = read_dump(bytes);
  require(once.device.statements.size() == again.device.statements.size());
  for (size_t i = 0; i < once.device.statements.size(); ++i) {
    require(once.device.statements[i].value == again.device.statements[i].value);
    const Place& place = once.device.statements[i].place;
    if (place.path == "d" && place.offset) require(*place.offset <= bytes.size());
  }
  for (const IntegrityProblem& p : once.device.integrity) {
    require(!p.what.empty() && !p.problem.empty());
    if (p.place.path == "d" && p.place.offset) require(*p.place.offset <= bytes.size());
  }
}

}  // namespace attest::test
