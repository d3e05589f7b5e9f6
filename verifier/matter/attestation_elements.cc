#include "verifier/matter/attestation_elements.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "verifier/matter/tlv.h"

namespace attest {
namespace {

using tlv::Element;
using tlv::Type;

// Core 11.18.4.7, context tags 1 to 4.
constexpr const char* kFields[] = {"certification_declaration", "attestation_nonce", "timestamp",
                                   "firmware_information"};
constexpr uint32_t kCertificationDeclaration = 1, kNonce = 2, kTimestamp = 3,
                   kFirmwareInformation = 4;
constexpr uint64_t kMaxTimestamp = std::numeric_limits<uint32_t>::max();

std::string field_text(uint32_t tag) {
  return fmt::format("{} ({})", kFields[tag - 1], tag);
}

std::string name_of(const Element& element) {
  if (element.type == Type::end) return "the end of the structure";
  const bool known = element.tag.form == tlv::TagId::Form::context &&
                     element.tag.number >= kCertificationDeclaration &&
                     element.tag.number <= kFirmwareInformation;
  return known ? field_text(element.tag.number) : tlv::tag_text(element.tag);
}

tl::unexpected<Error> wrong(std::string_view expected, const Element& found) {
  return error(fmt::format("attestation elements: expected {}, found {}", expected, name_of(found)),
               found.offset);
}

tl::unexpected<Error> wrong_type(Type expected, const Element& found) {
  return error(fmt::format("{}: expected {}, found {}", name_of(found), tlv::type_text(expected),
                           tlv::type_text(found.type)),
               found.offset);
}

// May this member, or the end, stand after context tag `last` and these vendor elements? Context
// tags ascend, tags 1 to 3 are all there, and vendors' fully-qualified tags come after the context
// tags.
Result<void> check_place(const Element& element, uint32_t last, size_t vendor_elements) {
  const bool is_context = element.tag.form == tlv::TagId::Form::context;
  const bool is_vendor = element.tag.form == tlv::TagId::Form::full;
  if (element.type != Type::end && !is_context && !is_vendor)
    return wrong("a context tag or a vendor's tag", element);
  if (is_context && vendor_elements != 0)
    return wrong("a vendor's tag after a vendor's tag", element);
  const uint32_t wanted = last + 1;
  if (wanted <= kTimestamp && !element.tag.is_context(wanted))
    return wrong(field_text(wanted), element);
  if (is_context && element.tag.number <= last)
    return wrong(fmt::format("a tag above {}", last), element);
  return {};
}

Result<void> take_context(const Element& element, AttestationElements* out) {
  const uint32_t tag = element.tag.number;
  if (tag > kFirmwareInformation) {
    out->unknown_tags.push_back(tlv::tag_text(element.tag));
    return {};
  }
  const Type expected = tag == kTimestamp ? Type::unsigned_integer : Type::octets;
  if (element.type != expected) return wrong_type(expected, element);
  if (tag == kCertificationDeclaration) out->certification_declaration = element.bytes;
  if (tag == kNonce) out->nonce = element.bytes;
  if (tag == kFirmwareInformation) out->firmware_information = element.bytes;
  if (tag == kTimestamp) {
    if (element.unsigned_value > kMaxTimestamp) {
      return error(fmt::format("{}: expected at most {}, found {}", field_text(tag), kMaxTimestamp,
                               element.unsigned_value),
                   element.offset);
    }
    out->timestamp = static_cast<uint32_t>(element.unsigned_value);
  }
  return {};
}

}  // namespace

Result<AttestationElements> parse_attestation_elements(View input) {
  AttestationElements out;
  tlv::Cursor cursor(input);
  const auto opening = cursor.next();
  if (!opening) return within("attestation elements", opening.error());
  if (opening->type != Type::structure || opening->tag != tlv::TagId{}) {
    return error(
        fmt::format("attestation elements: expected an anonymous structure, found {} with tag {}",
                    tlv::type_text(opening->type), tlv::tag_text(opening->tag)),
        opening->offset);
  }

  uint32_t last = 0;  // the context tag before; tag 0 can therefore not stand anywhere
  for (;;) {
    // A structure that lacks nothing but its end is told, not refused: commissioners accept it.
    out.unterminated = cursor.empty();
    const auto element =
        out.unterminated ? Element{.type = Type::end, .offset = cursor.offset()} : cursor.next();
    if (!element) return within("attestation elements", element.error());
    if (const auto placed = check_place(*element, last, out.vendor_elements); !placed) {
      return tl::unexpected<Error>(placed.error());
    }
    if (element->type == Type::end) break;
    if (element->tag.form == tlv::TagId::Form::full) {
      if (element->type != Type::octets) return wrong_type(Type::octets, *element);
      ++out.vendor_elements;
      continue;
    }
    last = element->tag.number;
    if (const auto taken = take_context(*element, &out); !taken)
      return tl::unexpected<Error>(taken.error());
    if (element->is_container()) {
      if (const auto skipped = cursor.skip_container(); !skipped)
        return within(name_of(*element), skipped.error());
    }
  }
  out.trailing_bytes = cursor.rest().size();
  return out;
}

// Elements have the CD under tag 1, and a CD is a CMS SignedData: a NOCSR answer has the same shape
// with a CSR there. (Fields in another order, or in a container that is no structure, are a fault
// of elements, and no other thing.)
bool looks_like_attestation_elements(View input) {
  constexpr uint8_t kSignedData[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                                     0xF7, 0x0D, 0x01, 0x07, 0x02};
  constexpr size_t kHeaderOfContentInfo = 4;
  constexpr uint8_t kStructure = 0x15, kArray = 0x16, kList = 0x17;
  if (input.empty()) return false;
  // The members of an array have no tags, and no cursor takes them.
  Bytes as_structure;
  if (input[0] == kArray || input[0] == kList) {
    as_structure = to_bytes(input.first(std::min(input.size(), 2 * kMaxElementsBytes)));
    as_structure[0] = kStructure;
  }
  tlv::Cursor cursor(as_structure.empty() ? input : View(as_structure));
  const auto opening = cursor.next();
  if (!opening || opening->type != Type::structure || opening->tag != tlv::TagId{}) return false;
  for (uint32_t i = 0; i < kFirmwareInformation; ++i) {
    const auto field = cursor.next();
    if (!field || field->is_container() || field->type == Type::end ||
        field->tag.form != tlv::TagId::Form::context)
      return false;
    if (field->type != Type::octets || !field->tag.is_context(kCertificationDeclaration)) continue;
    const View start = field->bytes.first(
        std::min(field->bytes.size(), kHeaderOfContentInfo + sizeof kSignedData));
    return find(start, kSignedData).has_value();
  }
  return false;
}

bool attestation_elements_are_wrong(View elements) {
  const auto read = parse_attestation_elements(elements);
  return !read || elements.size() > kMaxElementsBytes || read->unterminated ||
         read->trailing_bytes != 0 || read->nonce.size() != kNonceBytes;
}

}  // namespace attest
