// Onboarding codes found in a text or in a picture, made statements.
#pragma once

#include "verifier/matter/onboarding_payload.h"
#include "verifier/readers/reader.h"

namespace attest {

// A text that is quoted, without what may be an onboarding code or a passcode in it: "MT:" and what
// follows up to the next blank, and eight digits or more, grouped or not, become "(masked)"; what
// has as many and is something else (number_words.h) stays.
std::string without_codes(std::string_view text);
bool may_be_code(std::string_view text);  // all of it

// What somebody typed as a code, as a text that says so.
std::string typed_code(std::string_view typed);

// The code as it stands, not what it says: the checks parse it again and compare.
void say_codes(std::span<const OnboardingPayload> codes, const Place& place, Reading& reading);

// Those of a text that was read as something else; of many, which are a list of devices, none.
void say_loose_codes(const Source& source, Reading& reading);

}  // namespace attest
