// Onboarding codes found in a text or in a picture, made statements.
#pragma once

#include "verifier/matter/onboarding_payload.h"
#include "verifier/readers/reader.h"

namespace attest {

// The code as it stands, not what it says: the checks parse it again and compare.
void say_codes(std::span<const OnboardingPayload> codes, const Place& place, Reading& reading);

}  // namespace attest
