#include "verifier/matter/ota_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "verifier/matter/tlv.h"

namespace attest {
namespace {

using tlv::Element;
using tlv::Type;

struct Field {
  const char* name;
  Type type;
  bool required;
  uint64_t most = 0;  // of numbers
};

// Core 11.20, the header's context tags 0 to 9.
constexpr Field kFields[] = {
    {"VendorID", Type::unsigned_integer, true, 0xFFFF},
    {"ProductID", Type::unsigned_integer, true, 0xFFFF},
    {"SoftwareVersion", Type::unsigned_integer, true, 0xFFFFFFFF},
    {"SoftwareVersionString", Type::utf8, true},
    {"PayloadSize", Type::unsigned_integer, true, std::numeric_limits<uint64_t>::max()},
    {"MinApplicableSoftwareVersion", Type::unsigned_integer, false, 0xFFFFFFFF},
    {"MaxApplicableSoftwareVersion", Type::unsigned_integer, false, 0xFFFFFFFF},
    {"ReleaseNotesURL", Type::utf8, false},
    {"ImageDigestType", Type::unsigned_integer, true, 0xFF},
    {"ImageDigest", Type::octets, true},
};
constexpr uint32_t kFieldCount = std::size(kFields);
enum Tag : uint32_t {
  kVendorId,
  kProductId,
  kVersion,
  kVersionString,
  kPayloadSize,
  kMinApplicable,
  kMaxApplicable,
  kReleaseNotes,
  kDigestType,
  kDigest
};

std::string field_text(uint32_t tag) {
  return fmt::format("{} ({})", kFields[tag].name, tag);
}

std::string name_of(const Element& element) {
  if (element.type == Type::end) return "the end of the structure";
  const bool known =
      element.tag.form == tlv::TagId::Form::context && element.tag.number < kFieldCount;
  return known ? field_text(element.tag.number) : tlv::tag_text(element.tag);
}

// The tag that must come at the latest when `next` is the lowest that may come.
std::optional<uint32_t> required_from(uint32_t next) {
  for (uint32_t tag = next; tag < kFieldCount; ++tag) {
    if (kFields[tag].required) return tag;
  }
  return std::nullopt;
}

// Core A.5.1 leaves the order of a structure's members to its definition; the SDK reads these in
// tag order only.
Result<void> check_place(const Element& element, uint32_t next) {
  const auto wanted = required_from(next);
  const bool is_context = element.tag.form == tlv::TagId::Form::context;
  const auto wrong = [&](const std::string& expected) {
    return error(fmt::format("header: expected {}, found {}", expected, name_of(element)),
                 element.offset);
  };
  if (element.type != Type::end && !is_context) return wrong("a context tag");
  if (wanted &&
      (element.type == Type::end || element.tag.number > *wanted || element.tag.number < next))
    return wrong(field_text(*wanted));
  if (element.type != Type::end && element.tag.number < next)
    return wrong("the end of the structure");
  return {};
}

Result<void> take_field(const Element& element, OtaHeader& out) {
  const uint32_t tag = element.tag.number;
  if (tag >= kFieldCount) {
    out.unknown_tags.push_back(tag);
    return {};
  }
  const Field& field = kFields[tag];
  if (element.type != field.type)
    return error(fmt::format("{}: expected {}, found {}", field_text(tag),
                             tlv::type_text(field.type), tlv::type_text(element.type)),
                 element.offset);
  const uint64_t n = element.unsigned_value;
  if (field.type == Type::unsigned_integer && n > field.most)
    return error(fmt::format("{}: expected at most {}, found {}", field_text(tag), field.most, n),
                 element.offset);
  switch (tag) {
    case kVendorId:
      out.vendor_id = static_cast<uint16_t>(n);
      break;
    case kProductId:
      out.product_id = static_cast<uint16_t>(n);
      break;
    case kVersion:
      out.software_version = static_cast<uint32_t>(n);
      break;
    case kVersionString:
      out.software_version_string = text(element.bytes);
      break;
    case kPayloadSize:
      out.payload_size = n;
      break;
    case kMinApplicable:
      out.min_applicable = static_cast<uint32_t>(n);
      break;
    case kMaxApplicable:
      out.max_applicable = static_cast<uint32_t>(n);
      break;
    case kReleaseNotes:
      out.release_notes_url = text(element.bytes);
      break;
    case kDigestType:
      out.digest_type = static_cast<uint32_t>(n);
      break;
    case kDigest:
      out.digest = to_bytes(element.bytes);
      break;
    default:
      break;
  }
  return {};
}

Result<void> parse_tlv(View input, OtaHeader& out) {
  tlv::Cursor cursor(input, kOtaFixedPart);
  const auto opening = cursor.next();
  if (!opening) return within("header", opening.error());
  if (opening->type != Type::structure || opening->tag != tlv::TagId{}) {
    return error(fmt::format("header: expected an anonymous structure, found {} with tag {}",
                             tlv::type_text(opening->type), tlv::tag_text(opening->tag)),
                 opening->offset);
  }
  for (uint32_t next = 0;;) {
    const auto element = cursor.next();
    if (!element) return within("header", element.error());
    if (const auto placed = check_place(*element, next); !placed) return placed;
    if (element->type == Type::end) break;
    if (const auto taken = take_field(*element, out); !taken) return taken;
    if (element->is_container()) {
      if (const auto skipped = cursor.skip_container(); !skipped)
        return within(name_of(*element), skipped.error());
    }
    next = element->tag.number + 1;
  }
  if (!cursor.empty())
    return error(fmt::format("header: expected the end of its {} bytes, found {} more",
                             input.size(), cursor.rest().size()),
                 cursor.offset());
  return {};
}

struct DigestType {
  const char* name;
  uint32_t made_by;  // the type that Hash makes and that is cut to the size; 0: none
  size_t size;
};
// IANA named-information hash algorithm registry; index is the id.
constexpr DigestType kDigestTypes[] = {
    {"unknown", 0, 0},     {"sha-256", 1, 32},   {"sha-256-128", 1, 16}, {"sha-256-120", 1, 15},
    {"sha-256-96", 1, 12}, {"sha-256-64", 1, 8}, {"sha-256-32", 1, 4},   {"sha-384", 7, 48},
    {"sha-512", 8, 64},    {"sha3-224", 0, 28},  {"sha3-256", 10, 32},   {"sha3-384", 11, 48},
    {"sha3-512", 12, 64},
};
const DigestType& digest_type(uint32_t type) {
  return kDigestTypes[type < std::size(kDigestTypes) ? type : 0];
}

void put(Bytes& out, uint64_t value, size_t width) {
  for (size_t i = 0; i < width; ++i) out.push_back(static_cast<uint8_t>(value >> (8 * i)));
}

Hash made(uint32_t type) {
  return std::move(*Hash::of_type(type));
}  // of a type that is always there

}  // namespace

bool looks_like_ota_image(View start) {
  return start.size() >= 4 && le32(start, 0) == kOtaFileIdentifier;
}

Result<OtaHeader> parse_ota_header(View start) {
  if (start.size() >= 4 && !looks_like_ota_image(start))
    return error(fmt::format("file identifier: expected 0x{:08X}, found 0x{:08X}",
                             kOtaFileIdentifier, le32(start, 0)),
                 0);
  if (start.size() < kOtaFixedPart)
    return error(
        fmt::format("fixed part: expected {} bytes, found {}", kOtaFixedPart, start.size()),
        start.size());
  OtaHeader out{.total_size = le64(start, 4), .header_size = le32(start, 12)};
  if (out.header_size > kMaxOtaHeader)
    return error(
        fmt::format("header size: expected at most {}, found {}", kMaxOtaHeader, out.header_size),
        12);
  const View rest = start.subspan(kOtaFixedPart);
  if (rest.size() < out.header_size)
    return error(fmt::format("header: expected {} bytes, found {}", out.header_size, rest.size()),
                 start.size());
  if (const auto parsed = parse_tlv(rest.first(out.header_size), out); !parsed)
    return tl::unexpected(parsed.error());
  return out;
}

Bytes encode_ota_header(const OtaHeader& h) {
  using tlv::context;
  tlv::Writer w;
  w.open(Type::structure)
      .number(context(kVendorId), h.vendor_id)
      .number(context(kProductId), h.product_id)
      .number(context(kVersion), h.software_version);
  w.utf8(context(kVersionString), h.software_version_string)
      .number(context(kPayloadSize), h.payload_size);
  if (h.min_applicable) w.number(context(kMinApplicable), *h.min_applicable);
  if (h.max_applicable) w.number(context(kMaxApplicable), *h.max_applicable);
  if (h.release_notes_url) w.utf8(context(kReleaseNotes), *h.release_notes_url);
  w.number(context(kDigestType), h.digest_type).octets(context(kDigest), h.digest).close();
  Bytes out;
  put(out, kOtaFileIdentifier, 4);
  put(out, h.total_size, 8);
  put(out, w.bytes().size(), 4);
  out.insert(out.end(), w.bytes().begin(), w.bytes().end());
  return out;
}

size_t ota_digest_size(uint32_t type) {
  return digest_type(type).size;
}
const char* ota_digest_name(uint32_t type) {
  return digest_type(type).name;
}

const Bytes* OtaImage::digest(uint32_t type) const {
  const auto at = std::find_if(digests.begin(), digests.end(),
                               [&](const OtaDigest& d) { return d.type == type; });
  return at == digests.end() ? nullptr : &at->value;
}

std::vector<uint32_t> all_ota_digest_types(const OtaHeader&) {
  return {1, 7, 8, 10, 11, 12};
}

OtaScan::OtaScan(OtaDigestTypes types) : types_(std::move(types)), sha256_(made(1)) {}

void OtaScan::update(View piece) {
  image_.size += piece.size();
  sha256_.update(piece);
  if (begun_) return take(piece, image_.size - piece.size());
  // No more is kept than the header may have.
  const size_t wanted = kOtaFixedPart + kMaxOtaHeader - start_.size();
  const View kept = piece.first(std::min(piece.size(), wanted));
  start_.insert(start_.end(), kept.begin(), kept.end());
  if (kept.size() < wanted) return;
  begin();
  take(piece.subspan(kept.size()), start_.size());
}

void OtaScan::begin() {
  begun_ = true;
  auto header = parse_ota_header(start_);
  if (!header) {
    image_.problem = header.error().what;
    image_.problem_at = header.error().offset.value_or(0);
  } else {
    for (const uint32_t type : types_(*header)) {
      auto hash = type == 1 ? error("made already") : Hash::of_type(type);
      if (hash) whole_.emplace_back(type, std::move(*hash));
    }
    if (const uint32_t by = digest_type(header->digest_type).made_by; by != 0) payload_ = made(by);
    image_.header = std::move(*header);
  }
  take(start_, 0);
}

void OtaScan::take(View piece, uint64_t offset) {
  for (auto& [type, hash] : whole_) hash.update(piece);
  if (!payload_) return;
  const uint64_t begins = image_.header->payload_offset(), length = image_.header->payload_size;
  const uint64_t skipped = begins > offset ? std::min<uint64_t>(begins - offset, piece.size()) : 0;
  const View rest = piece.subspan(static_cast<size_t>(skipped));
  const uint64_t done =
      offset + skipped - std::min(begins, offset + skipped);  // of the payload, before this piece
  if (done >= length) return;
  payload_->update(rest.first(static_cast<size_t>(std::min<uint64_t>(rest.size(), length - done))));
}

OtaImage OtaScan::finish() {
  if (!begun_) begin();
  const Bytes sha256 = sha256_.finish();
  std::copy(sha256.begin(), sha256.end(), image_.sha256.begin());
  image_.digests.push_back({.type = 1, .value = sha256});
  for (auto& [type, hash] : whole_)
    image_.digests.push_back({.type = type, .value = hash.finish()});
  if (payload_) {
    image_.payload_digest = payload_->finish();
    image_.payload_digest->resize(ota_digest_size(image_.header->digest_type));
  }
  return std::move(image_);
}

OtaImage scan_ota_image(View file, OtaDigestTypes types) {
  OtaScan scan(std::move(types));
  scan.update(file);
  return scan.finish();
}

}  // namespace attest
