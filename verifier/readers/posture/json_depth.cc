#include "verifier/readers/posture/json_depth.h"

#include <algorithm>
#include <cstdint>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace attest::tool {
namespace {

constexpr size_t kAtOnce = 64;

#ifdef __SSE2__
// A bit for each of kAtOnce characters.
struct Bits {
  uint64_t opens = 0, closes = 0, quotes = 0, escapes = 0;
};

Bits bits_at(const char* from) {
  Bits out;
  for (unsigned part = 0; part < kAtOnce; part += 16) {
    const __m128i c = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + part));
    // A brace differs from its bracket in one bit.
    const __m128i brace = _mm_or_si128(c, _mm_set1_epi8(0x20));
    const auto bits = [&](__m128i of, char is) {
      const auto some =
          static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(of, _mm_set1_epi8(is))));
      return static_cast<uint64_t>(some) << part;
    };
    out.opens |= bits(brace, '{');
    out.closes |= bits(brace, '}');
    out.quotes |= bits(c, '"');
    out.escapes |= bits(c, '\\');
  }
  return out;
}

// From each bit on all are turned.
uint64_t from_each_on(uint64_t bits) {
  for (unsigned shift = 1; shift < kAtOnce; shift *= 2) bits ^= bits << shift;
  return bits;
}
#endif

}  // namespace

// False: the outermost ends here.
bool JsonDepth::one() {
  const char c = text_[at_++];
  if (quoted_) {
    if (c == '\\') ++at_;
    quoted_ = c != '"';
  } else if (c == '"') {
    quoted_ = true;
  } else if (c == '{' || c == '[') {
    ++depth_;
  } else if ((c == '}' || c == ']') && depth_ != 0) {
    return --depth_ != 0;
  }
  return true;
}

// The next kAtOnce; false: they are looked at one by one.
bool JsonDepth::many() {
#ifdef __SSE2__
  const Bits bits = bits_at(text_.data() + at_);
  if (bits.escapes != 0) return false;
  const uint64_t strings = from_each_on(bits.quotes) ^ (quoted_ ? ~uint64_t{0} : 0);
  size_t depth = depth_;
  for (uint64_t left = (bits.opens | bits.closes) & ~strings; left != 0; left &= left - 1) {
    const bool opens = (bits.opens & left & (~left + 1)) != 0;
    if (!opens && depth <= 1) return false;
    depth = opens ? depth + 1 : depth - 1;
  }
  depth_ = depth;
  quoted_ = strings >> (kAtOnce - 1) != 0;
  at_ += kAtOnce;
  return true;
#else
  return false;
#endif
}

bool JsonDepth::go(size_t to) {
  to = std::min(to, text_.size());
  while (at_ < to) {
    const size_t end = std::min(to, at_ + kAtOnce);
    if (end - at_ == kAtOnce && many()) continue;
    while (at_ < end) {
      if (!one()) return false;
    }
  }
  return true;
}

}  // namespace attest::tool
