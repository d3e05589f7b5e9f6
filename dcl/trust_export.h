// TrustExport: the ledger's roots and signers of declarations, as the Matter SDK's commissioners
// load them: DER files in paa-root-certs/ and cd-certs/. From approved entries only; what is left
// out is named, and with it whatever a revoked entry that cannot be read may be about.
#pragma once

#include <string>
#include <vector>

#include "dcl/cached_ledger.h"

namespace attest::dcl {

struct ExportedCertificate {
  bool is_paa = false;  // else a signer of declarations
  std::string file;     // "paa-root-certs/dcld_mirror_CN_…_6A_FD_….der"
  Bytes der;
  KeyId subject_key_id{};
  uint16_t vid = 0;     // that the ledger assigned
  std::string subject;  // as the ledger writes it
  Instant not_before, not_after;
};
struct LeftOut {
  std::string what, why;
};

struct TrustExport {
  int64_t height = 0;
  Instant time;  // of that block
  std::vector<ExportedCertificate> certificates;
  std::vector<LeftOut> left_out;
};

// An error: the lists of approved and of revoked certificates are not both known, nobody can tell
// whom a revoked entry is about, or nothing is approved.
Result<TrustExport> trust_export(CachedLedger& ledger);

}  // namespace attest::dcl
