// Property: a CMS that parses is exactly the first `consumed` bytes, is recognised as one, and
// parses the same from these alone and from no shorter part; content and signatures stand in it as
// they were read. Certificates and lists of a bundle stand in it in their order. What is a CMS of
// another kind is no SignedData.
#include <cstdlib>

#include "verifier/pki/cms.h"

using namespace attest;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const View input(data, size);
  if (const auto bag = cms_bag(input)) {
    require(looks_like_cms(input));
    size_t at = 0;
    for (const auto* part : {&bag->certificates, &bag->crls}) {
      for (const auto& one : *part) {
        const auto found = find(input, one, at);
        require(found.has_value());
        at = *found + one.size();
      }
    }
  }
  require(other_cms(input) == nullptr || !looks_like_cms(input));
  size_t consumed = 0;
  const auto cms = parse_cms(input, &consumed);
  if (!cms) return 0;
  require(looks_like_cms(input));
  require(holds_declaration(input) == (!cms->content.empty() && cms->content[0] == 0x15));
  require(consumed <= kMaxCmsBytes && equal(cms->der, input.first(consumed)));
  require(cms->content.empty() || find(cms->der, cms->content));
  const auto again = parse_cms(cms->der);
  require(again && again->content == cms->content && again->signers.size() == cms->signers.size());
  require(!parse_cms(View(cms->der).first(consumed - 1)));
  for (const auto& signer : cms->signers)
    require(signer.signature.empty() || find(cms->der, signer.signature));
  return 0;
}
