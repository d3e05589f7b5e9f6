#include "verifier/readers/text/log_message.h"

#include <iterator>
#include <optional>
#include <string>

#include "verifier/matter/tlv.h"

namespace attest::log {
namespace {

constexpr unsigned kMostElements = 4096;

// The path that the next values belong to. Core 10.6: a command's is endpoint 0, cluster 1,
// command 2; an attribute's is endpoint 2, cluster 3, attribute 4.
struct Path {
  std::optional<uint64_t> tags[5];
  bool command() const { return tags[1] == kOperationalCredentials && tags[2] && !tags[3]; }
  bool attribute() const { return is_device_cluster(tags[3]) && tags[4]; }
};

// A string's head: the tag where it is a context tag, and the length that it states.
struct Head {
  std::optional<uint64_t> tag;
  uint64_t stated = 0;
  size_t size = 0;
};
std::optional<Head> head_of(View rest) {
  if (rest.size() < 2) return std::nullopt;
  const uint8_t type = rest[0] & 0x1F, form = rest[0] >> 5;
  if (type < 0x0C || type > 0x13 || form > 1) return std::nullopt;
  const size_t width = size_t{1} << (type & 3), at = form == 1 ? 2 : 1;
  if (rest.size() < at + width) return std::nullopt;
  Head out{.tag = form == 1 ? std::optional<uint64_t>(rest[1]) : std::nullopt,
           .stated = 0,
           .size = at + width};
  for (size_t i = width; i-- > 0;) out.stated = out.stated << 8 | rest[at + i];
  return out;
}

}  // namespace

Message read_message(View payload) {
  Message out;
  tlv::Cursor cursor(payload);
  Path path;
  bool in_path = false;
  size_t open = 0, fields_at = 0;  // containers; how many are open inside an attribute's structure
  for (unsigned guard = 0; guard < kMostElements && !cursor.empty(); ++guard) {
    const auto element = cursor.next();
    if (!element) {
      const auto head = head_of(cursor.rest());
      const size_t there = head ? cursor.rest().size() - head->size : 0;
      if (head && head->stated <= there) return out;  // whole, and wrong otherwise: no message
      out.cut = Message::Cut{.command = path.command() ? path.tags[2] : std::nullopt,
                             .number = head ? head->tag : std::nullopt,
                             .stated = head ? head->stated : 0,
                             .there = there};
      return out;
    }
    open += element->is_container();
    open -= element->type == tlv::Type::end;
    if (element->type == tlv::Type::list) {
      in_path = true;
      fields_at = 0;
      path = {};
      continue;
    }
    if (element->type == tlv::Type::end) {
      if (fields_at != 0 && open < fields_at) fields_at = 0;
      in_path = false;
      continue;
    }
    if (element->tag.form != tlv::TagId::Form::context) continue;
    const uint32_t tag = element->tag.number;
    const bool number = element->type == tlv::Type::unsigned_integer;
    if (in_path) {
      if (number && tag < std::size(path.tags)) path.tags[tag] = element->unsigned_value;
    } else if (path.command()) {
      if (number) out.fields.push_back({*path.tags[2], tag, element->unsigned_value});
      if (element->type == tlv::Type::octets)
        out.fields.push_back({*path.tags[2], tag, to_bytes(element->bytes)});
    } else if (path.attribute() && fields_at == 0 && tag == 2 &&
               element->type == tlv::Type::structure) {
      fields_at = open;  // its members are the fields
    } else if (path.attribute() && (fields_at == 0 ? tag == 2 : open == fields_at)) {
      const auto field = fields_at == 0 ? std::nullopt : std::optional<uint64_t>(tag);
      const auto add = [&](FactValue value) {
        out.attributes.push_back({.path = {.cluster = *path.tags[3], .attribute = *path.tags[4]},
                                  .field = field,
                                  .value = std::move(value)});
      };
      if (number) add(element->unsigned_value);
      if (element->type == tlv::Type::boolean) add(element->unsigned_value);
      if (element->type == tlv::Type::utf8) add(std::string(text(element->bytes)));
    }
  }
  if (open != 0)
    out.cut = Message::Cut{.command = {}, .number = {}, .stated = 0, .there = payload.size()};
  return out;
}

}  // namespace attest::log
