// TriedFile: the verifiers that earlier lots tried, in the cache folder. A file that is missing,
// damaged or cannot be written costs time and is no error. It is trusted as the rest of that folder
// is: whoever may write there could have a default passcode passed over.
#pragma once

#include <memory>
#include <string>

#include "verifier/matter/tried_verifiers.h"

namespace attest {

std::unique_ptr<TriedVerifiers> load_tried(const std::string& folder);
void keep_tried(const std::string& folder, const TriedVerifiers& tried);

}  // namespace attest
