#include "dcl/snapshot.h"

namespace attest::dcl {

std::string_view builtin_snapshot() { return {}; }

}  // namespace attest::dcl
