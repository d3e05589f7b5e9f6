#include "verifier/matter/tlv.h"

#include <fmt/format.h>

namespace attest::tlv {
namespace {

// Core A.7.1: a control octet is a tag control (upper three bits) and an element type (lower five).
constexpr uint8_t kSigned = 0x00, kUnsigned = 0x04, kFalse = 0x08, kTrue = 0x09, kFloat = 0x0A,
                  kDouble = 0x0B, kUtf8 = 0x0C, kOctets = 0x10, kNull = 0x14, kStructure = 0x15,
                  kArray = 0x16, kList = 0x17, kEnd = 0x18;

constexpr size_t kTagBytes[] = {0, 1, 2, 4, 2, 4, 6, 8};

Type type_of(uint8_t element_type) {
  if (element_type < kUnsigned) return Type::signed_integer;
  if (element_type < kFalse) return Type::unsigned_integer;
  if (element_type < kFloat) return Type::boolean;
  if (element_type < kUtf8) return Type::real;
  if (element_type < kOctets) return Type::utf8;
  if (element_type < kNull) return Type::octets;
  constexpr Type kRest[] = {Type::null, Type::structure, Type::array, Type::list, Type::end};
  return kRest[element_type - kNull];
}

// How many bytes stand after the tag: the value of a number, the length field of a string, nothing
// for the rest.
size_t field_bytes(uint8_t element_type) {
  if (element_type < kFalse || (element_type >= kUtf8 && element_type < kNull))
    return size_t{1} << (element_type & 3);
  if (element_type == kFloat) return 4;
  if (element_type == kDouble) return 8;
  return 0;
}

uint64_t little_endian(View v) {
  uint64_t value = 0;
  for (size_t i = 0; i < v.size(); ++i) value |= static_cast<uint64_t>(v[i]) << (8 * i);
  return value;
}

// Two's complement of a number of 1, 2, 4 or 8 bytes.
int64_t sign_extended(uint64_t value, size_t width) {
  if (width == 1) return static_cast<int8_t>(value);
  if (width == 2) return static_cast<int16_t>(value);
  if (width == 4) return static_cast<int32_t>(value);
  return static_cast<int64_t>(value);
}

TagId tag_of(uint8_t tag_control, View v) {
  using Form = TagId::Form;
  constexpr Form kForms[] = {Form::anonymous, Form::context,  Form::common, Form::common,
                             Form::implicit,  Form::implicit, Form::full,   Form::full};
  TagId tag{.form = kForms[tag_control]};
  if (tag.form == Form::full) {
    tag.vendor = le16(v, 0);
    tag.profile = le16(v, 2);
    v = v.subspan(4);
  }
  tag.number = static_cast<uint32_t>(little_endian(v));
  return tag;
}

void put_little_endian(Bytes* out, uint64_t value, size_t width) {
  for (size_t i = 0; i < width; ++i) out->push_back(static_cast<uint8_t>(value >> (8 * i)));
}

// The two bits that code a width of 1, 2, 4 or 8 bytes.
uint8_t width_code(uint64_t value) {
  return value <= 0xFF ? 0 : value <= 0xFFFF ? 1 : value <= 0xFFFFFFFF ? 2 : 3;
}

// The bytes of a string whose length field said `length`, of which `left` begins at the first.
Result<void> take_string(Element* element, uint64_t length, View left) {
  if (length > left.size()) {
    return error(fmt::format("TLV: {}: expected {} bytes, found {}", type_text(element->type),
                             length, left.size()),
                 element->offset);
  }
  element->bytes = left.first(static_cast<size_t>(length));
  if (element->type == Type::utf8 && !is_utf8(text(element->bytes))) {
    return error("TLV: UTF-8 string: expected UTF-8, found other bytes", element->offset);
  }
  return {};
}

// The element that begins here, by itself, and how many bytes it has; of a container, its opening.
Result<Element> decode(View in, uint64_t start, size_t* size) {
  if (in.empty()) return error("TLV: expected an element, found the end of the input", start);
  const uint8_t tag_control = in[0] >> 5, element_type = in[0] & 0x1F;
  // Core A.7.1: 0x19..0x1F are reserved, and an end of container has no tag.
  if (element_type > kEnd || (element_type == kEnd && tag_control != 0)) {
    return error(
        fmt::format("TLV: expected an element, found the reserved control octet 0x{:02x}", in[0]),
        start);
  }
  Element element{.type = type_of(element_type), .offset = start};
  const size_t tag_bytes = kTagBytes[tag_control], value_bytes = field_bytes(element_type);
  const size_t fixed = 1 + tag_bytes + value_bytes;
  if (in.size() < fixed) {
    return error(fmt::format("TLV: {}: expected {} bytes of tag and value, found {}",
                             type_text(element.type), fixed - 1, in.size() - 1),
                 start);
  }
  element.tag = tag_of(tag_control, in.subspan(1, tag_bytes));
  const uint64_t value = little_endian(in.subspan(1 + tag_bytes, value_bytes));
  const bool is_string = element.type == Type::utf8 || element.type == Type::octets;
  if (is_string) {
    if (const auto taken = take_string(&element, value, in.subspan(fixed)); !taken) {
      return tl::unexpected<Error>(taken.error());
    }
  } else if (element.type == Type::signed_integer) {
    element.signed_value = sign_extended(value, value_bytes);
  } else {
    element.unsigned_value = element_type == kTrue ? 1 : value;
  }
  *size = fixed + element.bytes.size();
  return element;
}

}  // namespace

std::string_view type_text(Type type) {
  constexpr std::string_view kNames[] = {"signed integer",
                                         "unsigned integer",
                                         "boolean",
                                         "floating point number",
                                         "UTF-8 string",
                                         "octet string",
                                         "null",
                                         "structure",
                                         "array",
                                         "list",
                                         "end of container"};
  return kNames[static_cast<size_t>(type)];
}

std::string tag_text(const TagId& tag) {
  switch (tag.form) {
    case TagId::Form::anonymous:
      return "anonymous";
    case TagId::Form::context:
      return fmt::format("context {}", tag.number);
    case TagId::Form::common:
      return fmt::format("common {}", tag.number);
    case TagId::Form::implicit:
      return fmt::format("implicit {}", tag.number);
    case TagId::Form::full:
      return fmt::format("{}/{}/{}", hex_id(tag.vendor), hex_id(tag.profile), tag.number);
  }
  return "unknown tag";
}

Result<Element> Cursor::next() {
  size_t size = 0;
  auto element = decode(rest(), offset(), &size);
  if (!element) return element;
  if (const auto nested = nest(*element); !nested) return tl::unexpected<Error>(nested.error());
  at_ += size;
  return element;
}

// Enters or leaves a container, unless the element may not stand here. Core A.5: members of a
// structure have tags, members of an array have none, members of a list may have one.
Result<void> Cursor::nest(const Element& element) {
  if (element.type == Type::end) {
    if (depth_ == 0) {
      return error("TLV: expected an element, found the end of a container that was not opened",
                   element.offset);
    }
    --depth_;
    return {};
  }
  const bool anonymous = element.tag.form == TagId::Form::anonymous;
  if (depth_ > 0 && open_[depth_ - 1] == Type::structure && anonymous) {
    return error("TLV: member of a structure: expected a tag, found none", element.offset);
  }
  if (depth_ > 0 && open_[depth_ - 1] == Type::array && !anonymous) {
    return error("TLV: member of an array: expected no tag, found " + tag_text(element.tag),
                 element.offset);
  }
  if (!element.is_container()) return {};
  if (depth_ == kMaxDepth)
    return error(fmt::format("TLV: containers nested deeper than {}", kMaxDepth), element.offset);
  open_[depth_++] = element.type;
  return {};
}

Result<void> Cursor::skip_container() {
  if (depth_ == 0) return error("TLV: no container is open", offset());
  const unsigned outside = depth_ - 1;
  while (depth_ > outside) {
    if (const auto element = next(); !element) return tl::unexpected<Error>(element.error());
  }
  return {};
}

void Writer::control(uint8_t type, const TagId& tag) {
  const bool wide = tag.number > 0xFFFF;
  const auto put = [&](unsigned tag_control, size_t width) {
    out_.push_back(static_cast<uint8_t>(tag_control << 5 | type));
    if (tag.form == TagId::Form::full) {
      put_little_endian(&out_, tag.vendor, 2);
      put_little_endian(&out_, tag.profile, 2);
    }
    put_little_endian(&out_, tag.number, width);
  };
  switch (tag.form) {
    case TagId::Form::anonymous:
      return put(0, 0);
    case TagId::Form::context:
      return put(1, 1);
    case TagId::Form::common:
      return put(wide ? 3 : 2, wide ? 4 : 2);
    case TagId::Form::implicit:
      return put(wide ? 5 : 4, wide ? 4 : 2);
    case TagId::Form::full:
      return put(wide ? 7 : 6, wide ? 4 : 2);
  }
}

void Writer::length_and_bytes(uint8_t type, const TagId& tag, View value) {
  const uint8_t code = width_code(value.size());
  control(type | code, tag);
  put_little_endian(&out_, value.size(), size_t{1} << code);
  out_.insert(out_.end(), value.begin(), value.end());
}

Writer& Writer::open(Type container, TagId tag) {
  control(container == Type::array ? kArray : container == Type::list ? kList : kStructure, tag);
  return *this;
}

Writer& Writer::close() {
  out_.push_back(kEnd);
  return *this;
}

Writer& Writer::number(TagId tag, uint64_t value) {
  const uint8_t code = width_code(value);
  control(kUnsigned | code, tag);
  put_little_endian(&out_, value, size_t{1} << code);
  return *this;
}

Writer& Writer::signed_number(TagId tag, int64_t value) {
  uint8_t code = 0;
  while (sign_extended(static_cast<uint64_t>(value), size_t{1} << code) != value) ++code;
  control(kSigned | code, tag);
  put_little_endian(&out_, static_cast<uint64_t>(value), size_t{1} << code);
  return *this;
}

Writer& Writer::utf8(TagId tag, std::string_view value) {
  length_and_bytes(kUtf8, tag, view(value));
  return *this;
}

Writer& Writer::octets(TagId tag, View value) {
  length_and_bytes(kOctets, tag, value);
  return *this;
}

}  // namespace attest::tlv
