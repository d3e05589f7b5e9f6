// OnboardingEvidence: what labels, logs and factory data say about how the device is commissioned,
// parsed and with the key derivation already done: PBKDF2 may take a tenth of a second, and a check
// only looks.
#pragma once

#include "verifier/base/maybe.h"
#include "verifier/matter/onboarding_payload.h"
#include "verifier/matter/rejected_verifiers.h"
#include "verifier/readers/device.h"

namespace attest {

inline constexpr uint32_t kDefaultPasscode = 20202021;
inline constexpr uint16_t kDefaultDiscriminator = 3840;
// Of Basic Information. (A lot's records that are alike may differ in their serial numbers.)
inline constexpr size_t kMostSerialNumberBytes = 32;
inline constexpr std::string_view kDefaultSalt = "SPAKE2P Key Salt";

// One payload of a code. A joined QR code (Core 5.1.3.1, "*") speaks of several devices: the one
// that has this device's discriminator counts, the others are marked.
struct CodeEvidence {
  OnboardingPayload payload;
  Place place;
  bool other_device = false;
  // The fields could be read, whatever is wrong with them.
  bool has_values() const;
};

// A passcode that something in the evidence gives, each number once.
struct PasscodeEvidence {
  uint64_t passcode = 0;
  Place place;  // the first that gives it
  std::optional<bool>
      fits_verifier;  // nullopt: salt, iterations or verifier are missing or unusable
};

struct OnboardingEvidence {
  std::vector<CodeEvidence> codes;
  std::vector<PasscodeEvidence> passcodes;
  MaybeValue<bool> verifier_is_of_default_passcode;  // asked when no passcode is given
  MaybeValue<bool> verifier_is_of_ordered_passcode;  // the same, for what --expect orders

  // The code of this device that says most: a QR code where there is one. Null: none can be read.
  const CodeEvidence* main_code() const;
};
// `tried`: verifiers that need no derivation to be told from the default passcode's; may be null.
OnboardingEvidence onboarding_evidence(const Device& device, const Device* ordered,
                                       RejectedVerifiers* tried = nullptr);

}  // namespace attest
