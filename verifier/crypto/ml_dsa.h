// ML-DSA below the narrow interface of engines: what test vectors of FIPS 204 need and no
// certificate has, a context.
#pragma once

#include "verifier/crypto/crypto.h"

namespace attest {

inline constexpr size_t kLongestMlDsaContext = 255;  // bytes; a longer one is refused
inline bool is_of_the_sets_sizes(const MlDsaJob& job) {
  return job.key.size() == sizes_of(job.set).key &&
         job.signature.size() == sizes_of(job.set).signature;
}
Checked openssl_verify_ml_dsa(const MlDsaJob& job, View context_string);

}  // namespace attest
