// What the Matter SDK's result codes mean, in our words, for reports that name a commissioner's own
// result.
#pragma once

namespace attest {

// "the PAA is not in the commissioner's trust store"; for a code nobody declares, that it is none.
const char* sdk_code_meaning(int code);

// The check that compares a commissioner's result with ours; the summary speaks of it.
inline constexpr const char* kCommissionerAgrees = "attestation.commissioner-agrees";

}  // namespace attest
