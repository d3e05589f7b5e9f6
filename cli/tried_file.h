// TriedFile: the verifiers that earlier lots tried, in the cache folder. Nothing but speed depends on it: a file that is
// missing, damaged or cannot be written is no error.
#pragma once

#include <memory>
#include <string>

#include "verifier/matter/tried_verifiers.h"

namespace attest::cli {

std::unique_ptr<TriedVerifiers> load_tried(const std::string& folder);
void keep_tried(const std::string& folder, const TriedVerifiers& tried);

}  // namespace attest::cli
