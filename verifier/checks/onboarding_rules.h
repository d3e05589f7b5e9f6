// What the two files of onboarding.* share: an onboarding code, its form, and the words for it.
#pragma once

#include "verifier/checks/catalogue.h"

namespace attest::onboarding_rules {

inline constexpr const char* kCodeSpec = "Matter Core 5.1";
inline constexpr const char* kReprint = "make the code again and print the label anew";

using Code = CodeEvidence;

inline const char* kind(const Code& code) {
  return code.payload.manual ? "manual code" : "QR code";
}
inline std::string where(const Code& code) {
  return place_text(code.place);
}

enum class Form : uint8_t { qr, manual, any };
inline bool is_of(const Code& code, Form form) {
  return form == Form::any || code.payload.manual == (form == Form::manual);
}

}  // namespace attest::onboarding_rules
