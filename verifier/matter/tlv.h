// Tlv: a strict cursor over Matter TLV (Core, appendix A). Reads element after element; a container
// is an opening, its members and an end. The cursor knows which containers are open, so it refuses
// nesting beyond kMaxDepth, an end that closes nothing, and a member whose tag its container
// forbids.
#pragma once

#include "verifier/base/bytes.h"

namespace attest::tlv {

enum class Type : uint8_t {
  signed_integer,
  unsigned_integer,
  boolean,
  real,
  utf8,
  octets,
  null,
  structure,
  array,
  list,
  end
};
std::string_view type_text(Type type);  // "unsigned integer", "UTF-8 string", "end of container"

struct TagId {
  enum class Form : uint8_t { anonymous, context, common, implicit, full };
  Form form = Form::anonymous;
  uint16_t vendor = 0, profile = 0;  // full form only
  uint32_t number = 0;
  bool is_context(uint32_t n) const { return form == Form::context && number == n; }
  bool operator==(const TagId&) const = default;
};
std::string tag_text(const TagId& tag);  // "context 4", "anonymous", "0xFFF1/0x003E/1"

struct Element {
  Type type = Type::null;
  TagId tag{};
  uint64_t unsigned_value = 0;  // unsigned_integer, boolean (0/1), real (its bits)
  int64_t signed_value = 0;
  View bytes{};         // utf8 and octets
  uint64_t offset = 0;  // of its control octet in the input

  bool is_container() const {
    return type == Type::structure || type == Type::array || type == Type::list;
  }
};

inline constexpr unsigned kMaxDepth = 16;

class Cursor {
 public:
  explicit Cursor(View data, uint64_t base = 0) : data_(data), base_(base) {}
  bool empty() const { return at_ == data_.size(); }
  uint64_t offset() const { return base_ + at_; }
  View rest() const { return data_.subspan(at_); }
  // The next element. A container is returned as its opening; its members follow, then Type::end.
  // Strings longer than what is left, reserved control octets and invalid UTF-8 are errors. After
  // an error the cursor stays where it was.
  Result<Element> next();
  // Skips the members of the container just opened, up to and including its end.
  Result<void> skip_container();

 private:
  Result<void> nest(const Element& element);

  View data_;
  uint64_t base_ = 0;
  size_t at_ = 0;
  std::array<Type, kMaxDepth> open_{};  // the containers entered and not yet left
  unsigned depth_ = 0;
};

// Writes TLV; used by fixtures and by `payload make`.
class Writer {
 public:
  Writer& open(Type container, TagId tag = {});
  Writer& close();
  Writer& number(TagId tag, uint64_t value);  // shortest width
  Writer& signed_number(TagId tag, int64_t value);
  Writer& utf8(TagId tag, std::string_view value);
  Writer& octets(TagId tag, View value);
  const Bytes& bytes() const { return out_; }

 private:
  void control(uint8_t type, const TagId& tag);
  void length_and_bytes(uint8_t type, const TagId& tag, View value);
  Bytes out_;
};
inline TagId context(uint32_t n) {
  return {.form = TagId::Form::context, .number = n};
}

}  // namespace attest::tlv
