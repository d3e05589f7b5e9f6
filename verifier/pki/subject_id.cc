#include "verifier/pki/subject_id.h"

#include <algorithm>

#include "verifier/pki/der.h"

namespace attest {
namespace {

using How = SubjectId::How;

constexpr size_t kIdDigits = 4;
// A common name is at most this long (X.520 ub-common-name); what stands behind is not looked at.
constexpr size_t kCommonNameBytes = 64;

// Four hex digits, upper case only, at the start of `v`.
std::optional<uint16_t> leading_id(View v) {
  if (v.size() < kIdDigits) return std::nullopt;
  unsigned n = 0;
  for (const uint8_t c : v.first(kIdDigits)) {
    if (c >= '0' && c <= '9') {
      n = n << 4 | (c - '0' + 0u);
    } else if (c >= 'A' && c <= 'F') {
      n = n << 4 | (c - 'A' + 10u);
    } else {
      return std::nullopt;
    }
  }
  return static_cast<uint16_t>(n);
}

SubjectId malformed(View value) {
  return {How::malformed, 0, std::string(text(value)), 0};
}

bool is_id_type(uint8_t tag) {
  return tag == der::kUtf8String || tag == der::kPrintableString;
}

void take_attribute(SubjectId& id, const NameAttribute& attribute) {
  const View value = attribute.value;
  if (id.how == How::malformed && id.wrong_type == 0) return;
  if (id.how != How::absent) {
    id.how = How::duplicate;
    return;
  }
  id = malformed(value);
  const auto n = value.size() == kIdDigits ? leading_id(value) : std::nullopt;
  if (!n) return;
  id.value = *n;
  if (is_id_type(attribute.tag)) {
    id.how = How::attribute;
    id.found.clear();
  } else {
    id.wrong_type = attribute.tag;
  }
}

// The first well-formed "<prefix>XXXX" counts, wherever it stands and whatever is around it. A
// prefix that is nowhere followed by four digits is a mistake, not an absence.
SubjectId in_common_name(const NameAttribute& attribute, std::string_view prefix) {
  const View common_name = attribute.value;
  const View scanned = common_name.first(std::min(common_name.size(), kCommonNameBytes));
  bool seen = false;
  for (auto at = find(scanned, view(prefix)); at; at = find(scanned, view(prefix), *at + 1)) {
    seen = true;
    if (const auto n = leading_id(scanned.subspan(*at + prefix.size())))
      return is_id_type(attribute.tag)
                 ? SubjectId{How::common_name, *n, {}, 0}
                 : SubjectId{How::malformed, *n, std::string(text(common_name)), attribute.tag};
  }
  return seen ? malformed(common_name) : SubjectId{};
}

}  // namespace

SubjectIds subject_ids(const Name& subject) {
  SubjectIds from_attributes, from_names;
  for (const auto& attribute : subject.attributes) {
    if (equal(attribute.oid, oid::kMatterVid)) take_attribute(from_attributes.vendor, attribute);
    if (equal(attribute.oid, oid::kMatterPid)) take_attribute(from_attributes.product, attribute);
    // Once a common name gave something, later ones are not asked.
    const bool asked =
        from_names.vendor.how == How::absent && from_names.product.how == How::absent;
    if (asked && equal(attribute.oid, oid::kCommonName)) {
      from_names.vendor = in_common_name(attribute, "Mvid:");
      from_names.product = in_common_name(attribute, "Mpid:");
    }
  }
  // The two ways are not mixed: one attribute, and the common names no longer count. Their mistakes
  // do: they make the certificate invalid either way.
  const bool attributes =
      from_attributes.vendor.how != How::absent || from_attributes.product.how != How::absent;
  SubjectIds out = attributes ? from_attributes : from_names;
  if (attributes && from_names.vendor.how == How::malformed) out.vendor = from_names.vendor;
  if (attributes && from_names.product.how == How::malformed) out.product = from_names.product;
  return out;
}

std::optional<uint16_t> readable_id(const SubjectId& id) {
  const bool there = id.how == How::attribute || id.how == How::common_name;
  return there ? std::optional(id.value) : std::nullopt;
}

}  // namespace attest
