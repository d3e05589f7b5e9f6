// Trust: the anchors a device is judged against. A PAA or CD signer that a device brings is never
// one of them.
#pragma once

#include <memory>

#include "verifier/crypto/crypto.h"
#include "verifier/matter/known_credentials.h"
#include "verifier/pki/algorithms.h"

namespace attest {

// Where an anchor comes from decides what may end there: policies differ, see
// checks/credentials.cc.
enum class Origin : uint8_t {
  given,    // --trust-paa, --trust-cd-signer
  builtin,  // the tool's own list: the CSA's CD signers, under policy test the SDK's test PAAs and
            // test CD signer
  ledger,   // an approved entry of the ledger
};

// A PAA. `certificate` is null for the two built-in test PAAs, of which only facts are kept.
struct Paa {
  KeyId subject_key_id{};
  std::optional<Point> key;  // nullopt: not on P-256
  Bytes subject;             // DER Name
  std::optional<uint16_t> vid;
  Instant not_before, not_after;
  CertificatePtr certificate;
  Origin origin = Origin::given;
  std::string source;  // the file, "built in", the ledger's name

  // Of its certificate, where that is at hand.
  VerifyingKey verifying_key() const {
    return certificate ? VerifyingKey(*certificate) : VerifyingKey(key);
  }
};

struct CdSigner {
  KeyId subject_key_id{};
  Point key{};
  Instant not_before, not_after;
  std::string name;
  Origin origin = Origin::given;
  std::string source;
  bool under_csa = false;      // it is, or was issued by, the CSA's certification CA
  CertificatePtr certificate;  // null for built-in ones
};

// An anchor that the user gave, as it can be given again.
struct GivenAnchor {
  enum class Role : uint8_t { paa, cd_signer } role = Role::paa;
  std::string source;
  Bytes der;
};

class TrustStore {
 public:
  // Built-in anchors of a policy: the CSA's CD signers always; with_test_credentials adds the SDK's
  // test PAAs and signer.
  static TrustStore builtin(bool with_test_credentials);
  // At a certification lab: the public test key as a declaration's signer, and no test PAA.
  static TrustStore builtin_at_lab();

  // Refuses what cannot anchor anything: no 20-byte subject key id, for a signer no P-256 key. The
  // CSA's certification CA is no PAA.
  Result<void> add_paa(const CertificatePtr& certificate, Origin origin, std::string source);
  Result<void> add_cd_signer(const CertificatePtr& certificate, Origin origin, std::string source,
                             SignatureEngine& engine);

  // All PAAs with this key id; several renewals may share it.
  std::vector<const Paa*> paas(const KeyId& skid) const;
  const Paa* paa_named(View subject) const;  // by DER Name, for saying what went wrong
  const CdSigner* cd_signer(const KeyId& skid) const;
  size_t paa_count() const { return paas_.size(); }
  std::vector<GivenAnchor> given() const;        // adding them in this order makes the same store
  size_t given_count() const { return given_; }  // anchors that the user gave: the report says so

 private:
  std::vector<std::unique_ptr<Paa>> paas_;          // sorted by subject key id
  std::vector<std::unique_ptr<CdSigner>> signers_;  // sorted by subject key id
  size_t given_ = 0;
};

// A PAA as an anchor; an error when it cannot be one.
Result<Paa> paa_from(const CertificatePtr& certificate, Origin origin, std::string source);
// `engine` tells whether the CSA issued it.
Result<CdSigner> cd_signer_from(const CertificatePtr& certificate, Origin origin,
                                std::string source, SignatureEngine& engine);

}  // namespace attest
