// The rules that QR and manual codes share, for qr_code.cc and manual_code.cc only.
#pragma once

#include "verifier/matter/onboarding_payload.h"

namespace attest {

inline void add_problem(OnboardingPayload* payload, std::string id, std::string message,
                        bool warning = false) {
  payload->problems.push_back(
      {.id = std::move(id), .warning = warning, .message = std::move(message)});
}

// Sets the ids from their numbers and judges them: a vendor id of 0 means that none is given.
void set_product(OnboardingPayload* payload, uint16_t vendor_id, uint16_t product_id);
void set_passcode(OnboardingPayload* payload, uint32_t passcode);
// The made text, when the parser finds nothing wrong with it; else its first fault.
Result<std::string> unless_refused(std::string text, const OnboardingPayload& read_back);

}  // namespace attest
