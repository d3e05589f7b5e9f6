// Whether a word stands in a text, however large. What every file is asked for has to be quick:
// std::string_view::find stops at each first letter, and JSON is full of quotation marks; memmem
// looks at every byte. Here places where both the first and the last letter fit are found sixteen
// at a time.
#pragma once

#include <cstring>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace attest {

inline bool contains(std::string_view text, std::string_view word) {
#ifdef __SSE2__
  constexpr size_t kAtOnce = 16;
  if (word.size() >= 2 && text.size() >= word.size() + kAtOnce) {
    const char* at = text.data();
    const size_t behind = word.size() - 1;
    const char* const last = at + text.size() - behind - kAtOnce;
    const __m128i first_letter = _mm_set1_epi8(word.front()),
                  last_letter = _mm_set1_epi8(word.back());
    const auto load = [](const char* from) {
      return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    };
    for (; at <= last; at += kAtOnce) {
      const __m128i both = _mm_and_si128(_mm_cmpeq_epi8(load(at), first_letter),
                                         _mm_cmpeq_epi8(load(at + behind), last_letter));
      for (unsigned fit = static_cast<unsigned>(_mm_movemask_epi8(both)); fit != 0;
           fit &= fit - 1) {
        if (std::memcmp(at + __builtin_ctz(fit), word.data(), word.size()) == 0) return true;
      }
    }
    text.remove_prefix(static_cast<size_t>(at - text.data()));
  }
#endif
  return ::memmem(text.data(), text.size(), word.data(), word.size()) != nullptr;
}

}  // namespace attest
