// PaaStore: the folder of PAAs that a commissioner is delivered with, for its date alone. Nothing
// that lies in it is believed.
#pragma once

#include <string>

#include "verifier/base/result.h"
#include "verifier/policy.h"

namespace attest {

// The file in which `dcl export --format chip` says from which ledger, height and time its
// certificates are.
inline constexpr const char* kProvenanceFile = "provenance.json";
inline constexpr const char* kProvenanceSchema = "matter-attest/paa-store/1";

// The time that provenance.json gives, in the folder or above it (the store of an export is its
// paa-root-certs); without one, when the newest of its certificates was written. An error names the
// path: no folder, none of a certificate in it, a provenance that cannot be read.
Result<PaaStore> paa_store_from(const std::string& path);

}  // namespace attest
