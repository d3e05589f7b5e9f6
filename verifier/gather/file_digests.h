// Digests of files in reports: whoever knows the rest of a small file guesses the passcode in it
// from its SHA-256. A digest stays where all of a file was understood and nothing in it is a
// secret.
#pragma once

#include "verifier/gather/evidence.h"

namespace attest {

// Takes the digest from every file that holds a secret or may hold one, and from what holds that
// file. All zeros then stand for it.
void leave_out_digests(Evidence& evidence);

// As hex, for whoever shows it; nullopt where it was left out, or never made.
std::optional<std::string> shown_digest(const EvidenceFile& file);

}  // namespace attest
