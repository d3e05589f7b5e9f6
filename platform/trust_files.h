// What a tester gives as trusted: roots and signers, in whatever form people have them.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "verifier/pki/certificate.h"
#include "verifier/readers/reader.h"
#include "verifier/trust.h"

namespace attest {

struct GivenCertificates {
  std::vector<std::pair<CertificatePtr, std::string>> found;  // each with the place where it stands
  std::vector<NotUsed> unread;  // PEM blocks that say they are certificates, and are none
};

// The certificates of a file or of the files of a folder: DER or PEM, several a file, in an
// archive, in JSON (the ledger's own answers, too), a table or source text.
Result<GivenCertificates> trusted_certificates(const std::string& path);
// Of a file that is already in memory.
Result<GivenCertificates> trusted_certificates(const std::string& name, View bytes);

// Takes what was given into a store. A file or folder may hold roots and signers together: what
// fits is taken, and it is an error where nothing does. What was taken in neither role is told.
class GivenTrust {
 public:
  using Role = GivenAnchor::Role;
  GivenTrust(TrustStore& store, SignatureEngine& engine) : store_(store), engine_(engine) {}
  // `as`: what gave it, an option or a field. The error says why nothing of it is taken.
  Result<void> add(Role role, const char* as, const GivenCertificates& given);
  std::vector<NotUsed> not_used() const;

 private:
  struct Refused {
    NotUsed told;
    Bytes der;  // empty: it cannot be read
  };
  void refuse(const char* as, const NotUsed& one, Bytes der = {});

  TrustStore& store_;
  SignatureEngine& engine_;
  std::set<Bytes> taken_;  // DER
  std::vector<Refused> refused_;
};

}  // namespace attest
