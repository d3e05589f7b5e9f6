// Bundles on the disk: written by verify --bundle, judged again by replay, compared with by verify
// --after.
#pragma once

#include "bundle/bundle.h"
#include "bundle/recorded_inputs.h"

namespace attest {

struct Signer {
  std::string key, certificate;  // PEM files; no key: the bundle is not signed; no certificate: it
                                 // is in the key's file
};

// Stands beside one verification and writes down what it will need. Does nothing until `begin`.
class BundleWriter {
 public:
  // `reading` as it is before gather; `ledger` may be null. Gives the ledger that is to be asked
  // instead.
  Ledger* begin(const Reading& reading, Ledger* ledger);
  Result<void> write(const std::string& path, const Evidence& evidence, const Report& report,
                     const TrustStore& trust, const Signer& signer, SignatureEngine& engine) const;
  // What write would put into the file.
  Result<Bytes> bytes(const Evidence& evidence, const Report& report, const TrustStore& trust,
                      const Signer& signer, SignatureEngine& engine) const;

 private:
  Device read_;
  std::optional<RecordingLedger> ledger_;
};

// What write makes, as bytes.
Result<Bytes> bundle_bytes(const RecordedInputs& inputs, const Evidence& evidence,
                           const Report& report, const Signer& signer, SignatureEngine& engine);

// A bundle, read and judged again.
struct Replayed {
  Bundle bundle;
  RecordedInputs inputs;
  Evidence evidence;
  Report report;
  std::string kept_report, now_report;  // JSON: as it was written, as it is now

  bool same() const { return kept_report == now_report; }
};
// `further`: files that are judged with it, and that the bundle does not have.
Result<Replayed> replay(View file, SignatureEngine& engine, const Reading& further = {});
// What differs between the two reports, a line each: a check's status, another member. Empty when
// nothing does.
std::vector<std::string> differences(const Replayed& replayed);

// Who signed, in words; an error unless it is the key of this certificate (PEM file), where one is
// named.
Result<std::string> check_signer(const Bundle& bundle, const std::string& signed_by);

// The sample in a bundle, judged again (--after, --signed-by).
Result<ApprovedPart> approved_part_from(const std::string& path, const std::string& signed_by,
                                        SignatureEngine& engine);

}  // namespace attest
