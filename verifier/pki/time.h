// The two times of X.509: UTCTime and GeneralizedTime as RFC 5280 4.1.2.5 narrows them, to whole
// seconds and "Z". Which of the two a year calls for is not asked here.
#pragma once

#include "verifier/base/instant.h"
#include "verifier/pki/der.h"

namespace attest {

Result<Instant> read_time(der::Cursor& cursor, std::string_view name);

}  // namespace attest
