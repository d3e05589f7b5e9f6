// Values in paths and queries as the ledger's gateway reads them: Go's strconv, with Go's
// complaints. 0xFFF1, 0177761 and 65521 are one number.
#pragma once

#include <string_view>

#include "verifier/base/bytes.h"

namespace attest::serve {

Result<int64_t> gateway_int32(std::string_view text);
Result<uint64_t> gateway_uint(std::string_view text, int bits);
Result<bool> gateway_bool(std::string_view text);
Result<Bytes> gateway_base64(std::string_view text);
// A height in a header: decimal.
Result<int64_t> gateway_height(std::string_view text);

}  // namespace attest::serve
