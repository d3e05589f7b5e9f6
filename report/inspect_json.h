// "matter-attest/inspect/1" (schemas/inspect.schema.json): what is in the evidence, decoded,
// without a verdict.
#pragma once

#include "verifier/base/json.h"
#include "verifier/gather/evidence.h"

namespace attest {

Json inspect_json(const Evidence& evidence);
Json payload_json(const OnboardingPayload& payload);
Json certificate_json(const Certificate& certificate);
Json declaration_json(const CertificationDeclaration& cd);
Json ota_image_json(const OtaEvidence& ota);
// The facts as the keys of device.json; secrets never, passcodes always: inspecting is what they
// are shown for.
Json facts_json(const Device& device);

}  // namespace attest
