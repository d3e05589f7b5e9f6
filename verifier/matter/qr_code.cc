// QR payloads (Core 5.1.3): "MT:", base 38, 88 bits of fields, an optional TLV structure.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "verifier/base/characters.h"
#include "verifier/matter/base38.h"
#include "verifier/matter/onboarding_payload.h"
#include "verifier/matter/onboarding_rules.h"
#include "verifier/matter/onboarding_words.h"
#include "verifier/matter/tlv.h"

namespace attest {
namespace {

using tlv::Element;
using tlv::Type;

constexpr std::string_view kPrefix = "MT:";
constexpr size_t kMaxText = 4296;  // characters in the largest QR code, alphanumeric mode
constexpr size_t kFieldBytes = 11;

// Core 5.1.3: the fields, packed from the least significant bit of the first byte upward.
struct Field {
  const char* name;
  size_t offset, bits;
};
constexpr Field kVersion{"version", 0, 3}, kVendorId{"vendor id", 3, 16},
    kProductId{"product id", 19, 16}, kFlow{"flow", 35, 2},
    kCapabilities{"discovery capabilities", 37, 8}, kDiscriminator{"discriminator", 45, 12},
    kPasscode{"passcode", 57, 27}, kPadding{"padding", 84, 4};

uint32_t get(View bytes, const Field& field) {
  uint32_t value = 0;
  for (size_t i = 0; i < field.bits; ++i) {
    const size_t bit = field.offset + i;
    value |= static_cast<uint32_t>(bytes[bit / 8] >> (bit % 8) & 1) << i;
  }
  return value;
}

void put(Bytes* bytes, const Field& field, uint32_t value) {
  for (size_t i = 0; i < field.bits; ++i) {
    const size_t bit = field.offset + i;
    (*bytes)[bit / 8] = static_cast<uint8_t>((*bytes)[bit / 8] | (value >> i & 1) << (bit % 8));
  }
}

// Core 5.1.5: context tags of the TLV extension.
constexpr uint32_t kSerialNumber = 0, kIterations = 1, kSalt = 2, kNumberOfDevices = 3,
                   kTimeout = 4, kFirstVendorTag = 0x80, kLastVendorTag = 0xFF;
constexpr const char* kTagNames[] = {"serial number", "PBKDF iterations", "PBKDF salt",
                                     "number of devices", "commissioning timeout"};

std::string tag_name(uint32_t tag) {
  return tag < std::size(kTagNames) ? fmt::format("{} ({})", kTagNames[tag], tag)
                                    : fmt::format("vendor element 0x{:02X}", tag);
}

void wrong_type(OnboardingPayload* payload, const Element& element, std::string_view expected) {
  add_problem(payload, "tlv-type",
              fmt::format("{}: expected {}, found {}", tag_name(element.tag.number), expected,
                          tlv::type_text(element.type)),
              /*warning=*/true);
}

void take_vendor_element(OnboardingPayload* payload, const Element& element) {
  const auto int32 = static_cast<int32_t>(element.signed_value);
  if (element.type == Type::utf8) {
    payload->vendor_elements.push_back(
        {.tag = element.tag.number, .value = std::string(text(element.bytes)), .integer = false});
  } else if (element.type == Type::signed_integer && int32 == element.signed_value) {
    payload->vendor_elements.push_back(
        {.tag = element.tag.number, .value = std::to_string(int32), .integer = true});
  } else {
    wrong_type(payload, element, "UTF-8 string or signed integer of 32 bits");
  }
}

void take_common_element(OnboardingPayload* payload, const Element& element) {
  const auto number_into = [&](std::optional<uint64_t>* place) {
    if (element.type == Type::unsigned_integer) {
      *place = element.unsigned_value;
    } else {
      wrong_type(payload, element, "unsigned integer");
    }
  };
  switch (element.tag.number) {
    case kSerialNumber:
      if (element.type == Type::utf8) {
        payload->serial_number = text(element.bytes);
      } else if (element.type == Type::unsigned_integer &&
                 element.unsigned_value <= std::numeric_limits<uint32_t>::max()) {
        payload->serial_number = std::to_string(element.unsigned_value);
      } else {
        wrong_type(payload, element, "UTF-8 string or unsigned integer of 32 bits");
      }
      break;
    case kIterations:
      number_into(&payload->pbkdf_iterations);
      break;
    case kNumberOfDevices:
      number_into(&payload->number_of_devices);
      break;
    case kTimeout:
      number_into(&payload->commissioning_timeout);
      break;
    case kSalt:
      if (element.type == Type::octets) {
        payload->pbkdf_salt = to_bytes(element.bytes);
      } else {
        wrong_type(payload, element, "octet string");
      }
      break;
    default:
      break;  // Core reserves the other tags below 0x80 for later revisions
  }
}

// The members of the extension into the payload. An error is damage; a wrong type is a warning and
// the rest is read.
Result<void> read_extension(View data, OnboardingPayload* payload) {
  tlv::Cursor cursor(data);
  const auto opening = cursor.next();
  if (!opening) return tl::unexpected<Error>(opening.error());
  if (opening->type != Type::structure || opening->tag != tlv::TagId{}) {
    return error(fmt::format("TLV: expected an anonymous structure, found {} with tag {}",
                             tlv::type_text(opening->type), tlv::tag_text(opening->tag)));
  }
  std::array<bool, kLastVendorTag + 1> seen{};
  for (;;) {
    const auto element = cursor.next();
    if (!element) return tl::unexpected<Error>(element.error());
    if (element->type == Type::end) break;
    if (element->tag.form != tlv::TagId::Form::context) {
      return error("TLV: expected a context tag, found " + tlv::tag_text(element->tag));
    }
    const uint32_t tag = element->tag.number;
    if (std::exchange(seen[tag], true))
      return error(fmt::format("{}: expected once, found again", tag_name(tag)));
    if (tag >= kFirstVendorTag) {
      take_vendor_element(payload, *element);
    } else {
      take_common_element(payload, *element);
    }
    if (element->is_container()) {
      if (const auto skipped = cursor.skip_container(); !skipped) return skipped;
    }
  }
  if (!cursor.empty()) {
    return error(fmt::format("TLV: expected nothing after the structure, found {} bytes",
                             cursor.rest().size()));
  }
  return {};
}

void read_fields(View bytes, OnboardingPayload* payload) {
  payload->version = static_cast<uint8_t>(get(bytes, kVersion));
  if (payload->version != 0) {
    // What the other bits of a later version mean is not known.
    return add_problem(payload, "version",
                       fmt::format("version: expected 0, found {}", payload->version));
  }
  set_product(payload, static_cast<uint16_t>(get(bytes, kVendorId)),
              static_cast<uint16_t>(get(bytes, kProductId)));
  payload->flow = static_cast<uint8_t>(get(bytes, kFlow));
  if (*payload->flow == 3)
    add_problem(payload, "flow-reserved", "flow: expected 0 to 2, found the reserved value 3");
  payload->capabilities = static_cast<uint8_t>(get(bytes, kCapabilities));
  if ((*payload->capabilities & kReservedCapabilities) != 0) {
    add_problem(payload, "capability-reserved",
                fmt::format("discovery capabilities: expected bits 0 to 5 only, found 0x{:02X}",
                            *payload->capabilities),
                true);
  }
  if (*payload->capabilities == 0) {
    add_problem(payload, "capability-none",
                "discovery capabilities: expected at least one bit, found none", true);
  }
  payload->discriminator = static_cast<uint16_t>(get(bytes, kDiscriminator));
  set_passcode(payload, get(bytes, kPasscode));
  if (const uint32_t padding = get(bytes, kPadding); padding != 0) {
    add_problem(payload, "padding", fmt::format("padding: expected 0, found {}", padding));
  }
  const View extension = bytes.subspan(kFieldBytes);
  if (extension.empty()) return;
  if (const auto read = read_extension(extension, payload); !read) {
    add_problem(payload, "tlv-malformed", read.error().what);
  }
}

const char* problem_id(Base38Fault::Kind kind) {
  switch (kind) {
    case Base38Fault::Kind::alphabet:
      return "alphabet";
    case Base38Fault::Kind::length:
      return "length";
    default:
      return "group-overflow";
  }
}

OnboardingPayload parse_body(std::string_view body) {
  OnboardingPayload payload;
  payload.text = std::string(kPrefix) + std::string(body);
  const auto bytes = from_base38(body);
  if (!bytes) {
    add_problem(&payload, problem_id(bytes.error().kind), bytes.error().what);
  } else if (bytes->size() < kFieldBytes) {
    add_problem(&payload, "length",
                fmt::format("QR code: expected at least 19 characters after the prefix, found {}",
                            body.size()));
  } else {
    read_fields(*bytes, &payload);
  }
  return payload;
}

OnboardingPayload refused(std::string_view text, std::string id, std::string message) {
  OnboardingPayload payload;
  payload.text = text;
  add_problem(&payload, std::move(id), std::move(message));
  return payload;
}

std::string_view prefix_found(std::string_view text) {
  const bool other_case = text.size() >= kPrefix.size() &&
                          std::equal(kPrefix.begin(), kPrefix.end(), text.begin(),
                                     [](char a, char b) { return to_lower(a) == to_lower(b); });
  return other_case ? "it in another case" : "other text";
}

bool has_extension(const OnboardingPayload& p) {
  return p.serial_number || p.pbkdf_iterations || p.number_of_devices || p.commissioning_timeout ||
         p.pbkdf_salt || !p.vendor_elements.empty();
}

// Vendor elements first, then the common ones, as the SDK writes them: so the same content gives
// the same code.
Result<Bytes> extension_of(const OnboardingPayload& payload) {
  tlv::Writer writer;
  writer.open(Type::structure);
  for (const auto& element : payload.vendor_elements) {
    if (element.tag < kFirstVendorTag || element.tag > kLastVendorTag) {
      return error(fmt::format("vendor element: expected a tag from 0x80 to 0xFF, found 0x{:02X}",
                               element.tag));
    }
    if (!element.integer) {
      writer.utf8(tlv::context(element.tag), element.value);
      continue;
    }
    int32_t number = 0;
    const char* const end = element.value.data() + element.value.size();
    const auto read = std::from_chars(element.value.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end) {
      return error(fmt::format("{}: expected an integer of 32 bits, found \"{}\"",
                               tag_name(element.tag), printable(element.value)));
    }
    writer.signed_number(tlv::context(element.tag), number);
  }
  if (payload.serial_number) writer.utf8(tlv::context(kSerialNumber), *payload.serial_number);
  if (payload.pbkdf_iterations) writer.number(tlv::context(kIterations), *payload.pbkdf_iterations);
  if (payload.pbkdf_salt) writer.octets(tlv::context(kSalt), *payload.pbkdf_salt);
  if (payload.number_of_devices)
    writer.number(tlv::context(kNumberOfDevices), *payload.number_of_devices);
  if (payload.commissioning_timeout)
    writer.number(tlv::context(kTimeout), *payload.commissioning_timeout);
  writer.close();
  return writer.bytes();
}

}  // namespace

std::vector<OnboardingPayload> parse_qr(std::string_view text) {
  if (!text.starts_with(kPrefix)) {
    return {
        refused(text, "prefix",
                fmt::format("QR code: expected the prefix \"MT:\", found {}", prefix_found(text)))};
  }
  if (text.size() > kMaxText) {
    return {refused(
        text, "length",
        fmt::format("QR code: expected at most {} characters, found {}", kMaxText, text.size()))};
  }
  std::vector<OnboardingPayload> out;
  std::string_view rest = text.substr(kPrefix.size());
  for (;;) {
    const size_t star = rest.find('*');
    out.push_back(parse_body(rest.substr(0, star)));
    if (star == std::string_view::npos) break;
    rest.remove_prefix(star + 1);
  }
  for (auto& payload : out) {
    if (out.size() > 1) payload.joined = text;
  }
  return out;
}

Result<std::string> make_qr(const OnboardingPayload& payload) {
  if (payload.manual)
    return error("discriminator: expected all 12 bits, found the 4 of a manual code");
  if (!payload.flow) return error("flow: expected 0 to 2, found none");
  if (!payload.capabilities) return error("discovery capabilities: expected a value, found none");
  Bytes bytes(kFieldBytes);
  const std::pair<Field, uint32_t> fields[] = {
      {kVersion, payload.version},
      {kVendorId, payload.vendor_id.value_or(0)},
      {kProductId, payload.product_id.value_or(0)},
      {kFlow, *payload.flow},
      {kCapabilities, *payload.capabilities},
      {kDiscriminator, payload.discriminator},
      {kPasscode, payload.passcode},
  };
  if (const auto problem = judge_passcode(payload.passcode)) return error(problem->message);
  for (const auto& [field, value] : fields) {
    if (value >> field.bits != 0)
      return error(
          fmt::format("{}: expected at most {} bits, found {}", field.name, field.bits, value));
    put(&bytes, field, value);
  }
  if (has_extension(payload)) {
    const auto extension = extension_of(payload);
    if (!extension) return tl::unexpected<Error>(extension.error());
    bytes.insert(bytes.end(), extension->begin(), extension->end());
  }
  std::string code = std::string(kPrefix) + base38(bytes);
  const auto read_back = parse_qr(code);
  return unless_refused(std::move(code), read_back.front());
}

}  // namespace attest
