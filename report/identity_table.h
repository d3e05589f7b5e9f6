// IdentityTable: the vendor and product id as each place gives it, and which of them is the odd one
// out. Places that speak of the product (declaration, Basic Information, label, ledger, order) form
// one group with the certificates, unless the declaration says that the DAC comes from another
// vendor: then the certificates are compared among themselves.
#pragma once

#include "verifier/gather/evidence.h"

namespace attest {

struct IdentityRow {
  std::string place;  // "DAC", "Basic Information"
  std::string where;  // file and offset; empty where there is none
  std::vector<uint64_t> vids,
      pids;  // several: any of them will do (a declaration's products); none: it names none
  bool of_certificates =
      false;  // belongs to the credentials' group where the declaration names an origin
  bool vid_odd = false, pid_odd = false;
};
std::vector<IdentityRow> identity_table(const Evidence& e);

}  // namespace attest
