// How much of a text is letters, digits and signs of ASCII, with tabs, line ends, form feeds and
// escapes between them. Every file is asked for it, more than once: sixteen bytes at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace attest {

constexpr bool is_plain_ascii(char c) {
  return (c >= 0x20 && c < 0x7F) || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == 0x1B;
}

// The number of such bytes that the text begins with.
inline size_t plain_ascii_run(std::string_view text) {
  size_t at = 0;
#ifdef __SSE2__
  constexpr size_t kAtOnce = 16;
  const auto is = [](__m128i bytes, char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
  for (; at + kAtOnce <= text.size(); at += kAtOnce) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    // (Compared with a sign: what is above ASCII is below zero.)
    const __m128i sign =
        _mm_andnot_si128(is(bytes, 0x7F), _mm_cmpgt_epi8(bytes, _mm_set1_epi8(0x1F)));
    const __m128i blank = _mm_or_si128(_mm_or_si128(is(bytes, '\n'), is(bytes, '\r')),
                                       _mm_or_si128(is(bytes, '\t'), is(bytes, '\f')));
    const auto plain = static_cast<unsigned>(
        _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(sign, blank), is(bytes, 0x1B))));
    if (plain != 0xFFFF) return at + static_cast<size_t>(__builtin_ctz(~plain));
  }
#endif
  while (at < text.size() && is_plain_ascii(text[at])) ++at;
  return at;
}

}  // namespace attest
