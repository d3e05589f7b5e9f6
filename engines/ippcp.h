// ippcp: ML-DSA of Intel's Cryptography Primitives (libippcp, Apache-2.0), for systems whose
// OpenSSL has none. Loaded when it is found or named, never required, and asked only where OpenSSL
// cannot answer.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "verifier/crypto/crypto.h"

namespace attest {

// The engine with ML-DSA added. `library`: the file. An Error names what is missing: the file, a
// function in it, or the sizes of FIPS 204.
Result<std::shared_ptr<SignatureEngine>> with_ippcp(std::shared_ptr<SignatureEngine> engine,
                                                    const std::string& library);
// The same, looked for where the build found it and where the system's loader looks, when the first
// signature needs it; without one the answer stays open.
std::shared_ptr<SignatureEngine> with_ippcp_where_needed(std::shared_ptr<SignatureEngine> engine);

// The library by itself, with a context: for test vectors of FIPS 204.
using MlDsaVerify = std::function<Checked(const MlDsaJob& job, View context)>;
Result<MlDsaVerify> ippcp_ml_dsa(const std::string& library);

}  // namespace attest
