#include "lot/sample.h"

#include <fmt/format.h>

#include "lot/chance.h"
#include "verifier/base/counted.h"

namespace attest {

// SplitMix64 (Steele, Lea, Flood 2014).
uint64_t sample_rank(uint64_t seed, uint64_t place) {
  uint64_t z = seed * 0x9E3779B97F4A7C15 + (place + 1) * 0xD1B54A32D192ED03;
  for (int i = 0; i < 2; ++i) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    z ^= z >> 31;
  }
  return z;
}

LotSample sample_statement(uint64_t lot, uint64_t size, uint64_t seed, uint64_t rejected,
                           uint64_t undecided) {
  LotSample out{.lot = lot,
                .size = size,
                .seed = seed,
                .rejected = rejected,
                .most_faulty = most_faulty(lot, size, rejected + undecided),
                .words = {}};
  const auto devices = [](uint64_t n) { return counted(n, "device"); };
  if (size == lot) {
    out.words = fmt::format("all {} of the lot were judged: this is no sample", devices(lot));
    return out;
  }
  const double share =
      lot == 0 ? 0 : 100.0 * static_cast<double>(out.most_faulty) / static_cast<double>(lot);
  const std::string open = undecided == 0 ? "" : fmt::format(", {} undecided", undecided);
  out.words = fmt::format(
      "{} of {} drawn at random with seed {}: {} rejected{}. With 95 % confidence at most {} of "
      "the lot ({:.2g} %) would be {}; what only shows between devices was looked for among the "
      "drawn ones only",
      size, devices(lot), seed, rejected == 0 ? "none" : std::to_string(rejected), open,
      devices(out.most_faulty), share, undecided == 0 ? "rejected" : "rejected or undecided");
  return out;
}

}  // namespace attest
