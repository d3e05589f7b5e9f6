#include "verifier/matter/nocsr_elements.h"

#include <fmt/format.h>

#include "verifier/matter/attestation_elements.h"
#include "verifier/matter/tlv.h"
#include "verifier/pki/certificate.h"
#include "verifier/pki/key.h"

namespace attest {
namespace {

using tlv::Element;
using tlv::Type;

constexpr const char* kFields[] = {"NOCSR (1)", "CSRNonce (2)", "vendor_reserved1 (3)",
                                   "vendor_reserved2 (4)", "vendor_reserved3 (5)"};
constexpr uint32_t kCsr = 1, kNonce = 2, kFirstReserved = 3, kLastReserved = 5;

bool is_known(const Element& element) {
  return element.tag.form == tlv::TagId::Form::context && element.tag.number >= kCsr &&
         element.tag.number <= kLastReserved;
}
std::string name_of(const Element& element) {
  if (element.type == Type::end) return "the end of the structure";
  return is_known(element) ? kFields[element.tag.number - 1] : tlv::tag_text(element.tag);
}
tl::unexpected<Error> wrong(std::string_view expected, const Element& found) {
  return error(fmt::format("NOCSR elements: expected {}, found {}", expected, name_of(found)),
               found.offset);
}

// May this member, or the end, stand behind the context tag `last`?
Result<void> check_place(const Element& element, uint32_t last) {
  const uint32_t wanted = last + 1;
  if (wanted <= kNonce && !element.tag.is_context(wanted)) return wrong(kFields[last], element);
  if (element.type == Type::end) return {};
  if (!is_known(element)) return wrong("no tag but those from 1 to 5", element);
  if (element.tag.number <= last) return wrong(fmt::format("a tag above {}", last), element);
  if (element.type != Type::octets)
    return error(fmt::format("NOCSR elements: {}: expected {}, found {}", name_of(element),
                             tlv::type_text(Type::octets), tlv::type_text(element.type)),
                 element.offset);
  return {};
}

}  // namespace

Result<NocsrElements> parse_nocsr_elements(View input) {
  NocsrElements out;
  tlv::Cursor cursor(input);
  const auto opening = cursor.next();
  if (!opening) return within("NOCSR elements", opening.error());
  if (opening->type != Type::structure || opening->tag != tlv::TagId{})
    return error(fmt::format("NOCSR elements: expected an anonymous structure, found {} with tag "
                             "{}",
                             tlv::type_text(opening->type), tlv::tag_text(opening->tag)),
                 opening->offset);
  uint32_t last = 0;
  for (;;) {
    if (cursor.empty())
      return error(
          "NOCSR elements: expected an end-of-container octet (0x18), found the end of "
          "the bytes",
          cursor.offset());
    const auto element = cursor.next();
    if (!element) return within("NOCSR elements", element.error());
    if (const auto placed = check_place(*element, last); !placed)
      return tl::unexpected<Error>(placed.error());
    if (element->type == Type::end) break;
    last = element->tag.number;
    if (last == kCsr) out.csr = element->bytes;
    if (last == kNonce) out.nonce = element->bytes;
    if (last >= kFirstReserved) out.vendor_reserved.at(last - kFirstReserved) = element->bytes;
  }
  if (const size_t more = cursor.rest().size(); more != 0)
    return error(fmt::format("NOCSR elements: expected nothing behind the structure, found {} {}",
                             more, more == 1 ? "byte" : "bytes"),
                 cursor.offset());
  return out;
}

bool nocsr_elements_are_wrong(View elements) {
  const auto read = parse_nocsr_elements(elements);
  if (!read || elements.size() > kMaxElementsBytes || read->nonce.size() != kNonceBytes)
    return true;
  size_t used = 0;
  const auto csr = parse_csr(read->csr, &used);
  return !csr || used != read->csr.size() || !csr->p256 || !csr->public_key ||
         !equal(csr->signature_algorithm, oid::kEcdsaWithSha256);
}

}  // namespace attest
