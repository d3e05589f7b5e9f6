// What the Matter SDK's own verifier would report for the same device: the first fault in its order
// of steps, as one number. Mirrors its DefaultDeviceAttestationVerifier, leniencies included, so
// that a person holding a commissioner's "err 604" can match the two. Where no fault is found and
// something is missing that the SDK cannot pass without, no code is given.
#pragma once

#include "verifier/report.h"

namespace attest {

SdkResult sdk_result(const Evidence& evidence);
SdkCode sdk_code(int code);  // with its name

}  // namespace attest
