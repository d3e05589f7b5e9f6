#include "verifier/matter/certification_declaration.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "verifier/matter/tlv.h"

namespace attest {
namespace {

using tlv::Element;
using tlv::Type;

// Core 6.3.1: the context tags of the declaration, in the order in which they must stand.
constexpr const char* kFields[] = {"format_version",        "vendor_id",
                                   "product_id_array",      "device_type_id",
                                   "certificate_id",        "security_level",
                                   "security_information",  "version_number",
                                   "certification_type",    "dac_origin_vendor_id",
                                   "dac_origin_product_id", "authorized_paa_list"};
constexpr uint32_t kCertificationType = 8, kDacOriginVendorId = 9, kDacOriginProductId = 10,
                   kAuthorizedPaaList = 11;

std::string field_text(uint32_t tag) {
  return fmt::format("{} ({})", kFields[tag], tag);
}

bool is_field(const tlv::TagId& tag) {
  return tag.form == tlv::TagId::Form::context && tag.number < std::size(kFields);
}

// What stands at a place, in the words of an error.
std::string found_text(const Element& element) {
  if (element.type == Type::end) return "the end of the structure";
  return is_field(element.tag) ? field_text(element.tag.number)
                               : "the unknown tag " + tlv::tag_text(element.tag);
}

// What is being read, put into words where it cannot be.
class Name {
 public:
  static Name declaration() { return {}; }
  static Name field(uint32_t tag) {
    Name out;
    out.field_ = tag;
    return out;
  }
  Name entry(size_t i) const {
    Name out = *this;
    out.entry_ = i;
    return out;
  }
  std::string text() const {
    const std::string of = field_ ? field_text(*field_) : "certification declaration";
    return entry_ ? fmt::format("{} entry {}", of, *entry_) : of;
  }

 private:
  std::optional<uint32_t> field_;
  std::optional<size_t> entry_;
};

// The members of the declaration, one after the other. The first failure stays; whatever is asked
// for after it is empty.
class Members {
 public:
  explicit Members(View data) : cursor_(data) {}

  void enter();
  // The next member, or nullopt at the end of the structure, which must be the end of the input.
  std::optional<Element> next();
  // The next member, which must be this field.
  std::optional<Element> field(uint32_t tag);

  template <class T>
  T number(const std::optional<Element>& element) {
    return element ? number_up_to<T>(*element, Name::field(element->tag.number)) : T{};
  }
  template <class T>
  T number(uint32_t tag) {
    return number<T>(field(tag));
  }
  std::vector<uint16_t> numbers(const std::optional<Element>& array);
  std::vector<Bytes> octet_strings(const std::optional<Element>& array);
  std::string utf8(const std::optional<Element>& element);
  void skip(const Element& element);
  void fail(std::string what, uint64_t offset) {
    fail(Error{.what = std::move(what), .offset = offset});
  }

  const std::optional<Error>& failure() const { return failure_; }

 private:
  void fail(Error e) {
    if (!failure_) failure_ = std::move(e);
  }
  bool is(const Element& element, Type type, const Name& name);
  std::optional<Element> member(const Name& name);

  template <class T>
  T number_up_to(const Element& element, const Name& name) {
    if (!is(element, Type::unsigned_integer, name)) return {};
    if (element.unsigned_value > std::numeric_limits<T>::max()) {
      fail(fmt::format("{}: expected at most {}, found {}", name.text(),
                       std::numeric_limits<T>::max(), element.unsigned_value),
           element.offset);
      return {};
    }
    return static_cast<T>(element.unsigned_value);
  }

  tlv::Cursor cursor_;
  std::optional<Error> failure_;
};

bool Members::is(const Element& element, Type type, const Name& name) {
  if (element.type == type) return true;
  fail(fmt::format("{}: expected {}, found {}", name.text(), tlv::type_text(type),
                   tlv::type_text(element.type)),
       element.offset);
  return false;
}

// The next element inside a container, its end included.
std::optional<Element> Members::member(const Name& name) {
  if (failure_) return std::nullopt;
  const auto element = cursor_.next();
  if (!element) {
    fail(within(name.text(), element.error()).value());
    return std::nullopt;
  }
  return *element;
}

void Members::enter() {
  const Name name = Name::declaration();
  const auto element = member(name);
  if (!element || !is(*element, Type::structure, name)) return;
  if (element->tag.form != tlv::TagId::Form::anonymous) {
    fail(fmt::format("{}: expected an anonymous structure, found tag {}", name.text(),
                     tlv::tag_text(element->tag)),
         element->offset);
  }
}

std::optional<Element> Members::next() {
  const auto element = member(Name::declaration());
  if (!element || element->type != Type::end) return element;
  if (!cursor_.empty()) {
    fail(fmt::format(
             "certification declaration: expected nothing after the structure, found {} bytes",
             cursor_.rest().size()),
         cursor_.offset());
  }
  return std::nullopt;
}

std::optional<Element> Members::field(uint32_t tag) {
  const Name name = Name::field(tag);
  const auto element = member(name);
  if (!element || element->tag.is_context(tag)) return element;
  fail(fmt::format("{}: expected this field, found {}", name.text(), found_text(*element)),
       element->offset);
  return std::nullopt;
}

std::vector<uint16_t> Members::numbers(const std::optional<Element>& array) {
  std::vector<uint16_t> out;
  if (!array) return out;
  const Name name = Name::field(array->tag.number);
  if (!is(*array, Type::array, name)) return out;
  for (auto element = member(name); element && element->type != Type::end; element = member(name)) {
    out.push_back(number_up_to<uint16_t>(*element, name.entry(out.size())));
  }
  return out;
}

std::vector<Bytes> Members::octet_strings(const std::optional<Element>& array) {
  std::vector<Bytes> out;
  if (!array) return out;
  const Name name = Name::field(array->tag.number);
  if (!is(*array, Type::array, name)) return out;
  for (auto element = member(name); element && element->type != Type::end; element = member(name)) {
    if (!is(*element, Type::octets, name.entry(out.size()))) return out;
    out.push_back(to_bytes(element->bytes));
  }
  return out;
}

std::string Members::utf8(const std::optional<Element>& element) {
  if (!element || !is(*element, Type::utf8, Name::field(element->tag.number))) return {};
  return std::string(text(element->bytes));
}

void Members::skip(const Element& element) {
  if (!element.is_container()) return;
  if (const auto skipped = cursor_.skip_container(); !skipped) {
    fail(within(found_text(element), skipped.error()).value());
  }
}

// Whatever follows certification_type: the optional fields in order, and tags that a later revision
// may define. The SDK stops at the first such tag; reading on keeps an authorized_paa_list behind
// it from being lost.
void read_optional_fields(Members* members, CertificationDeclaration* cd) {
  uint32_t last = kCertificationType;
  while (const auto element = members->next()) {
    if (!is_field(element->tag)) {
      cd->unknown_tags.push_back(tlv::tag_text(element->tag));
      members->skip(*element);
      continue;
    }
    const uint32_t tag = element->tag.number;
    if (tag <= last) {
      return members->fail(
          fmt::format("{}: expected a tag after {}", field_text(tag), field_text(last)),
          element->offset);
    }
    last = tag;
    cd->unknown_tag_hides_fields = !cd->unknown_tags.empty();
    if (tag == kDacOriginVendorId) cd->dac_origin_vendor_id = members->number<uint16_t>(element);
    if (tag == kDacOriginProductId) cd->dac_origin_product_id = members->number<uint16_t>(element);
    if (tag == kAuthorizedPaaList) cd->authorized_paa_list = members->octet_strings(element);
  }
}

}  // namespace

std::string certification_type_text(uint8_t type) {
  constexpr const char* kNames[] = {"development and test", "provisional", "official"};
  return fmt::format("{} ({})", type < std::size(kNames) ? kNames[type] : "reserved", type);
}

Result<CertificationDeclaration> parse_certification_declaration(View tlv) {
  CertificationDeclaration cd;
  Members members(tlv);
  members.enter();
  cd.format_version = members.number<uint16_t>(0);
  cd.vendor_id = members.number<uint16_t>(1);
  cd.product_ids = members.numbers(members.field(2));
  cd.device_type_id = members.number<uint32_t>(3);
  cd.certificate_id = members.utf8(members.field(4));
  cd.security_level = members.number<uint8_t>(5);
  cd.security_information = members.number<uint16_t>(6);
  cd.version_number = members.number<uint16_t>(7);
  cd.certification_type = members.number<uint8_t>(kCertificationType);
  read_optional_fields(&members, &cd);
  if (members.failure()) return tl::unexpected<Error>(*members.failure());
  return cd;
}

Bytes encode(const CertificationDeclaration& cd) {
  using tlv::context;
  tlv::Writer writer;
  writer.open(Type::structure);
  writer.number(context(0), cd.format_version).number(context(1), cd.vendor_id);
  writer.open(Type::array, context(2));
  for (const uint16_t id : cd.product_ids) writer.number({}, id);
  writer.close();
  writer.number(context(3), cd.device_type_id).utf8(context(4), cd.certificate_id);
  writer.number(context(5), cd.security_level).number(context(6), cd.security_information);
  writer.number(context(7), cd.version_number)
      .number(context(kCertificationType), cd.certification_type);
  if (cd.dac_origin_vendor_id) writer.number(context(kDacOriginVendorId), *cd.dac_origin_vendor_id);
  if (cd.dac_origin_product_id)
    writer.number(context(kDacOriginProductId), *cd.dac_origin_product_id);
  if (cd.authorized_paa_list) {
    writer.open(Type::array, context(kAuthorizedPaaList));
    for (const Bytes& id : *cd.authorized_paa_list) writer.octets({}, id);
    writer.close();
  }
  writer.close();
  return writer.bytes();
}

}  // namespace attest
