// Waivers from the command line: --waive ID=REASON, and --waivers FILE:
//
//   { "waivers": [ { "id": "onboarding.passcode-agrees", "reason": "label reprinted", "who": "J.
//   Doe", "until": "2026-12-31", "device": "SN-0001" } ] }
//
// Strict: id, reason, who and until must be there, device (serial number, or SHA-256 of the DAC)
// may be; any other key is an error. A date holds to its end (UTC); an RFC 3339 instant is taken as
// it is.
#pragma once

#include "verifier/policy.h"

namespace attest {

Result<Waiver> waiver_from_option(const std::string& given);
// Those of a record that was kept stay as they were taken; a new one needs texts that say
// something.
enum class WaiverTexts : uint8_t { given, recorded };
Result<std::vector<Waiver>> waivers_from_text(std::string_view text,
                                              WaiverTexts texts = WaiverTexts::given);
Result<std::vector<Waiver>> waivers_from(const std::vector<std::string>& options,
                                         const std::vector<std::string>& files);

}  // namespace attest
