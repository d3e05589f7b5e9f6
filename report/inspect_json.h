// "matter-attest/inspect/1" (schemas/inspect.schema.json): what is in the evidence, decoded,
// without a verdict.
#pragma once

#include "verifier/base/json.h"
#include "verifier/gather/evidence.h"

namespace attest {

// `yes`: in place of passcodes, codes, salts and verifiers stands "masked".
enum class Masked : bool { no, yes };
Json inspect_json(const Evidence& evidence, Masked masked = Masked::no);
Json payload_json(const OnboardingPayload& payload, Masked masked = Masked::no);
Json certificate_json(const Certificate& certificate);
Json declaration_json(const CertificationDeclaration& cd);
Json ota_image_json(const OtaEvidence& ota);
// The facts as the keys of device.json; secrets never, passcodes always: inspecting is what they
// are shown for, unless they are masked.
Json facts_json(const Device& device, Masked masked = Masked::no);

}  // namespace attest
