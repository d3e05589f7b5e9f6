// LotCache: what the devices of one lot have in common, kept from device to device by its bytes,
// so that a PAI, a declaration, a product's ledger facts are read and found once. Bounded: a lot in
// which every device brings others makes it start anew, and nothing but speed depends on it.
#pragma once

#include <map>
#include <tuple>
#include <unordered_map>

#include "verifier/gather/evidence.h"
#include "verifier/matter/rejected_verifiers.h"

namespace attest {

struct ParsedCertificate {
  Result<CertificatePtr> certificate;
  size_t used = 0;  // bytes of the input that the certificate takes
};
ParsedCertificate read_certificate(View bytes);

struct ParsedDeclaration {
  std::shared_ptr<const Cms> cms;
  std::string cms_problem;
  size_t trailing = 0;
  std::shared_ptr<const CertificationDeclaration> cd;
  std::string cd_problem;
};
ParsedDeclaration read_declaration(View bytes);

// How a PAI's anchor was found, and a declaration's signer.
struct FoundPaa {
  std::shared_ptr<const Paa> paa;
  Evidence::PaaFound found = Evidence::PaaFound::none;
  std::string unknown_why;
};
struct FoundSigner {
  std::shared_ptr<const CdSigner> signer;
  std::string unknown_why;
};
struct KnownFacts {
  std::shared_ptr<const LedgerFacts> facts;
  LedgerStatus status;
};

class LotCache {
 public:
  // `tried` may be null, else outlives it.
  explicit LotCache(RejectedVerifiers* tried = nullptr) : tried_(tried) {}
  RejectedVerifiers* tried() const { return tried_; }

  const ParsedCertificate& certificate(View bytes);
  const ParsedDeclaration& declaration(View bytes);

  // The places in which an answer is kept; empty ones are to be filled in.
  std::optional<FoundPaa>* paa(const CertificatePtr& pai);
  std::optional<FoundSigner>* signer(const std::shared_ptr<const Cms>& cms);
  std::optional<KnownFacts>* facts(const Evidence& evidence, const LedgerFacts& product);

 private:
  template <class Parsed>
  struct ByBytes {
    struct Entry {
      Bytes bytes;
      Parsed parsed;
    };
    std::unordered_multimap<size_t, Entry> entries;
    const Entry* last = nullptr;
    template <class Parse>
    const Parsed& of(View bytes, Parse&& parse);
  };
  void bound();

  RejectedVerifiers* tried_;
  ByBytes<ParsedCertificate> certificates_;
  ByBytes<ParsedDeclaration> declarations_;
  std::map<CertificatePtr, std::optional<FoundPaa>> paas_;
  std::map<std::shared_ptr<const Cms>, std::optional<FoundSigner>> signers_;
  using FactsKey =
      std::tuple<std::optional<uint16_t>, std::optional<uint16_t>, std::optional<uint32_t>,
                 std::shared_ptr<const Paa>, CertificatePtr, std::optional<KeyId>,
                 std::shared_ptr<const CertificationDeclaration>>;
  std::map<FactsKey, std::optional<KnownFacts>> facts_;
};

}  // namespace attest
