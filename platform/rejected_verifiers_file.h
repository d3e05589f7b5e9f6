// TriedFile: the verifiers that earlier lots tried, in the cache folder. A file that is missing,
// damaged or cannot be written costs time and is no error. It is trusted as the rest of that folder
// is: whoever may write there could have a default passcode passed over.
#pragma once

#include <memory>
#include <string>

#include "verifier/matter/rejected_verifiers.h"

namespace attest {

std::unique_ptr<RejectedVerifiers> load_rejected(const std::string& folder);
void keep_rejected(const std::string& folder, const RejectedVerifiers& tried);

}  // namespace attest
