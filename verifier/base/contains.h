// Where a word stands in a text, however large. What every file is asked for has to be quick:
// std::string_view::find stops at each first letter, and JSON is full of quotation marks; memmem
// looks at every byte. Here places where both the first and the last letter fit are found 64 at a
// time.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace attest {

// As std::string_view::find.
inline size_t place_of(std::string_view text, std::string_view word, size_t from = 0) {
  size_t at = from;
#ifdef __SSE2__
  constexpr size_t kAtOnce = 16, kParts = 4;
  if (word.size() >= 2 && text.size() >= word.size() && from <= text.size() - word.size()) {
    const size_t behind = word.size() - 1;
    const __m128i first = _mm_set1_epi8(word.front()), last = _mm_set1_epi8(word.back());
    const auto fits = [&](size_t place) {
      const auto is = [&](size_t where, __m128i letter) {
        return _mm_cmpeq_epi8(
            _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + where)), letter);
      };
      return _mm_and_si128(is(place, first), is(place + behind, last));
    };
    for (; at + behind + kParts * kAtOnce <= text.size(); at += kParts * kAtOnce) {
      const __m128i parts[kParts] = {fits(at), fits(at + kAtOnce), fits(at + 2 * kAtOnce),
                                     fits(at + 3 * kAtOnce)};
      const __m128i any =
          _mm_or_si128(_mm_or_si128(parts[0], parts[1]), _mm_or_si128(parts[2], parts[3]));
      if (_mm_movemask_epi8(any) == 0) continue;
      for (size_t part = 0; part < kParts; ++part) {
        for (auto fit = static_cast<unsigned>(_mm_movemask_epi8(parts[part])); fit != 0;
             fit &= fit - 1) {
          const size_t place = at + part * kAtOnce + static_cast<size_t>(__builtin_ctz(fit));
          if (text[place + 1] == word[1] &&
              std::memcmp(text.data() + place, word.data(), word.size()) == 0)
            return place;
        }
      }
    }
  }
#endif
  if (at > text.size()) return std::string_view::npos;
  const void* found = ::memmem(text.data() + at, text.size() - at, word.data(), word.size());
  return found == nullptr ? std::string_view::npos
                          : static_cast<size_t>(static_cast<const char*>(found) - text.data());
}

inline bool contains(std::string_view text, std::string_view word) {
  return place_of(text, word) != std::string_view::npos;
}

}  // namespace attest
