// Ota: software images of the command line: read from the disk as a stream, whatever their size, and fetched from where
// the ledger says they are.
#pragma once

#include "verifier/evidence.h"

namespace attest::cli {

// Which digests an image needs to be compared with its ledger entry; without a ledger none but SHA-256.
OtaDigestTypes digests_for(Ledger* ledger);

// Adds the image to the reading and to its list of files, whether or not it is one. Memory does not grow with its size.
// An error names the path: it is not there or cannot be read.
Result<void> read_ota_image(const std::string& path, Reading& reading);

}  // namespace attest::cli
