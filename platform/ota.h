// Ota: software images of the command line: read from the disk as a stream, whatever their size,
// and fetched from where the ledger says they are.
#pragma once

#include "dcl/download.h"
#include "platform/verbosity.h"
#include "verifier/gather/evidence.h"

namespace attest {

// Which digests an image needs to be compared with its ledger entry; without a ledger none but
// SHA-256.
OtaDigestTypes digests_for(Ledger* ledger);

// Adds the image to the reading and to its list of files, whether or not it is one. Memory does not
// grow with its size. An error names the path: it is not there or cannot be read.
Result<void> read_ota_image(const std::string& path, Reading& reading, const Verbosity& verbosity);

struct OtaFetchOptions {
  std::string folder;    // where images stay
  bool offline = false;  // only what is there
  dcl::DownloadLimits limits = {};
};
// Fetches the image that the ledger's entry of the device's software version names, and adds it to
// what is judged. What kept it from being fetched is part of the evidence, too. `make` is called
// when something has to be fetched.
void fetch_ota_image(Evidence& evidence, Ledger& ledger, const dcl::MakeDownloader& make,
                     const OtaFetchOptions& options, const Verbosity& verbosity);

}  // namespace attest
