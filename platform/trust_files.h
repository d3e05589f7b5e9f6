// What a tester gives as trusted: roots and signers, in whatever form people have them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "verifier/pki/certificate.h"

namespace attest {

// The certificates of a file or of the files of a folder, each with the place where it stands: DER
// or PEM, several a file, in an archive, in JSON (the ledger's own answers, too), a table or source
// text.
Result<std::vector<std::pair<CertificatePtr, std::string>>> trusted_certificates(
    const std::string& path);
// Of a file that is already in memory.
Result<std::vector<std::pair<CertificatePtr, std::string>>> trusted_certificates(
    const std::string& name, View bytes);

}  // namespace attest
