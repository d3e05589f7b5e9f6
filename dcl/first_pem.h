// The first PEM block of a text, read as the ledger's nodes read it, which are written in Go: any
// label, with or without header fields, whatever stands around it, either line end. What a node
// took for a certificate must be readable here too, or whoever may write an entry could hide it.
#pragma once

#include <string_view>

#include "verifier/base/bytes.h"

namespace attest::dcl {

// A block that is not well formed is passed over, as a node does; an error says that there is none.
Result<Bytes> first_pem(std::string_view text);

}  // namespace attest::dcl
