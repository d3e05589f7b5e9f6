// A revocation set known by its words: one that is damaged in any place can only speak against the
// part, and must not vanish.
#pragma once

#include "verifier/base/bytes.h"

namespace attest {

enum class SetWords : uint8_t {
  none,
  among_others,  // members of a set stand in another text: a note, a program
  set            // the text is meant to be one, whatever became of it
};
SetWords revocation_set_words(View bytes);

}  // namespace attest
