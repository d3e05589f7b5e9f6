#include "verifier/gather/lot_cache.h"

#include <functional>
#include <string_view>

namespace attest {
namespace {

// More than any lot has in common; at some 3 KiB each a few MiB.
constexpr size_t kMost = 2048;

size_t hash_of(View bytes) {
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

ParsedCertificate read_certificate(View bytes) {
  size_t used = 0;
  auto certificate = parse_certificate(bytes, &used);
  return {.certificate = std::move(certificate), .used = used};
}

ParsedDeclaration read_declaration(View bytes) {
  ParsedDeclaration out;
  size_t used = 0;
  auto cms = parse_cms(bytes, &used);
  if (!cms) {
    out.cms_problem = cms.error().what;
    return out;
  }
  out.cms = std::make_shared<const Cms>(std::move(*cms));
  out.trailing = bytes.size() - used;
  auto cd = parse_certification_declaration(out.cms->content);
  if (cd) {
    out.cd = std::make_shared<const CertificationDeclaration>(std::move(*cd));
  } else {
    out.cd_problem = cd.error().what;
  }
  return out;
}

template <class Parsed>
template <class Parse>
const Parsed& LotCache::ByBytes<Parsed>::of(View bytes, Parse&& parse) {
  if (last != nullptr && equal(last->bytes, bytes)) return last->parsed;
  const size_t hash = hash_of(bytes);
  const auto [from, to] = entries.equal_range(hash);
  for (auto at = from; at != to; ++at) {
    if (equal(at->second.bytes, bytes)) return (last = &at->second)->parsed;
  }
  last = &entries.emplace(hash, Entry{.bytes = to_bytes(bytes), .parsed = parse(bytes)})->second;
  return last->parsed;
}

// All at once: what is cache under a certificate's address must not outlive the certificate.
void LotCache::bound() {
  if (certificates_.entries.size() < kMost && declarations_.entries.size() < kMost &&
      facts_.size() < kMost)
    return;
  *this = LotCache(tried_);
}

const ParsedCertificate& LotCache::certificate(View bytes) {
  bound();
  return certificates_.of(bytes, read_certificate);
}

const ParsedDeclaration& LotCache::declaration(View bytes) {
  bound();
  return declarations_.of(bytes, read_declaration);
}

std::optional<FoundPaa>* LotCache::paa(const CertificatePtr& pai) {
  return &paas_[pai];
}
std::optional<FoundSigner>* LotCache::signer(const std::shared_ptr<const Cms>& cms) {
  return &signers_[cms];
}

std::optional<KnownFacts>* LotCache::facts(const Evidence& e, const LedgerFacts& product) {
  return &facts_[{product.vid, product.pid, product.software_version, e.paa, e.pai.certificate,
                  e.dac.certificate ? e.dac.certificate->akid() : std::nullopt, e.cd}];
}

}  // namespace attest
