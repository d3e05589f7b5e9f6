#include "verifier/readers/silabs/silabs_provision.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/matter/base38.h"
#include "verifier/matter/onboarding_payload.h"
#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/factory_item.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/unreadable.h"

namespace attest {
namespace {

enum class Form : uint8_t {
  number,
  text,
  base64,
  bytes,
  certificate,
  cd,
  dac_key,
  payload,
  silent
};
constexpr uint16_t kKeyId = 0x197;
struct Known {
  uint16_t id;
  FactId fact;  // unused where silent
  Form form;
};
constexpr Known kKnown[] = {
    {0x101, FactId::blob, Form::silent},  // flash address
    {0x102, FactId::blob, Form::silent},  // flash size
    {0x104, FactId::blob, Form::silent},  // base of the credentials
    {0x141, FactId::serial_number, Form::text},
    {0x142, FactId::vendor_id, Form::number},
    {0x143, FactId::vendor_name, Form::text},
    {0x144, FactId::product_id, Form::number},
    {0x145, FactId::product_name, Form::text},
    {0x146, FactId::product_label, Form::text},
    {0x147, FactId::product_url, Form::text},
    {0x148, FactId::part_number, Form::text},
    {0x151, FactId::hardware_version, Form::number},
    {0x152, FactId::hardware_version_string, Form::text},
    {0x153, FactId::manufacturing_date, Form::text},
    {0x154, FactId::rotating_id_unique_id, Form::bytes},
    {0x155, FactId::software_version_string, Form::text},
    {0x161, FactId::discriminator, Form::number},
    {0x162, FactId::passcode, Form::number},
    {0x163, FactId::spake2p_iterations, Form::number},
    {0x164, FactId::spake2p_salt, Form::base64},
    {0x165, FactId::spake2p_verifier, Form::base64},
    {0x166, FactId::qr_payload, Form::payload},
    {0x167, FactId::commissioning_flow, Form::number},
    {0x168, FactId::discovery_capabilities, Form::number},
    {0x181, FactId::firmware_information, Form::bytes},
    {0x182, FactId::cd, Form::cd},
    {0x191, FactId::paa, Form::certificate},
    {0x193, FactId::pai, Form::certificate},
    {0x195, FactId::dac, Form::certificate},
    {0x196, FactId::dac_private_key, Form::dac_key},
    {0x197, FactId::blob, Form::silent},  // id of the key in the secure element
    {0x1A1, FactId::blob, Form::silent},  // common name
    {0x1A2, FactId::blob, Form::silent},  // OTA key
};
const Known* known(uint16_t id) {
  const auto at = std::find_if(std::begin(kKnown), std::end(kKnown),
                               [&](const Known& k) { return k.id == id; });
  return at == std::end(kKnown) ? nullptr : at;
}

struct Entry {
  uint16_t id = 0;
  bool is_number = false;
  uint64_t number = 0;
  View data;        // of text and bytes
  size_t size = 0;  // with its header
};

// The entry at `at`; nullopt where its type is none or it does not end within `v`.
std::optional<Entry> entry_at(View v, size_t at) {
  if (at > v.size() || v.size() - at < 2) return std::nullopt;
  const uint16_t head = be16(v, at);
  const unsigned type = head >> 12, size_length = head >> 10 & 3;
  Entry e{.id = static_cast<uint16_t>(head & 0x1FF),
          .is_number = type != 0,
          .number = 0,
          .data = {},
          .size = 2};
  if (type > 3) return std::nullopt;
  if (size_length == 0) return e;  // null: an id without a value
  const auto big_endian = [&](size_t from, size_t bytes) -> std::optional<uint64_t> {
    if (v.size() - at < from + bytes) return std::nullopt;
    uint64_t out = 0;
    for (size_t i = 0; i < bytes; ++i) out = out << 8 | v[at + from + i];
    return out;
  };
  if (e.is_number) {
    const size_t width = size_t{1} << (type - 1);
    const auto number = big_endian(2, width);
    if (!number) return std::nullopt;
    e.number = *number;
    e.size += width;
    return e;
  }
  const size_t width = size_t{1} << (size_length - 1);
  const auto length = big_endian(2, width);
  if (!length || *length > v.size() - at - 2 - width) return std::nullopt;
  e.data = v.subspan(at + 2 + width, static_cast<size_t>(*length));
  e.size += width + e.data.size();
  return e;
}

void say_number(const Known& k, uint64_t number, const Place& at, Reading& reading) {
  attest::say_number(k.fact, number, at, reading);
  if (k.fact == FactId::passcode)
    reading.device.note(Remark::passcode_stored, at, "the passcode lies in the provisioning data");
}

void say_entry(const Known& k, const Entry& e, const Place& at, Reading& reading) {
  if (e.size == 2 || k.form == Form::silent) return;
  if (e.is_number != (k.form == Form::number)) {
    wrong_encoding(k.fact, at,
                   e.is_number ? "expected text or bytes, found a number"
                               : "expected a number, found text or bytes",
                   reading);
    return;
  }
  switch (k.form) {
    case Form::number:
      say_number(k, e.number, at, reading);
      return;
    case Form::text:
      reading.device.say(k.fact, std::string(text(e.data)), at);
      break;
    case Form::bytes:
      reading.device.say(k.fact, to_bytes(e.data), at);
      break;
    case Form::base64:
      if (auto bytes = slot_value(k.fact, Encoding::base64, e.data, at, reading))
        reading.device.say(k.fact, std::move(*bytes), at);
      break;
    case Form::certificate:
      say_certificate_item(k.fact, Encoding::der, e.data, at, reading);
      return;
    case Form::cd:
      say_cd_item(e.data, at, reading);
      return;
    case Form::dac_key:
      say_dac_key_item(Encoding::sec1, e.data, at, reading);
      return;
    case Form::payload:
      say_setup_payload(e.data, at, reading);
      return;
    case Form::silent:
      return;
  }
  reading.holds("factory");
}

Result<void> read(const Source& s, Reading& reading) {
  read_silabs_provision(s, reading);
  return {};
}

}  // namespace

void say_setup_payload(View bits, const Place& place, Reading& reading) {
  if (is_erased(bits)) return;
  constexpr size_t kFixedBytes = 11;
  if (bits.size() < kFixedBytes) {
    reading.device.damaged(
        place, "setup payload",
        fmt::format("expected {} bytes or more, found {}", kFixedBytes, bits.size()));
    return;
  }
  const std::string code = "MT:" + base38(bits);
  reading.holds("onboarding");
  reading.device.say(FactId::qr_payload, code, place);
  const auto payloads = parse_qr(code);
  reading.device.say(FactId::passcode, uint64_t{payloads.front().passcode}, place);
  reading.device.note(Remark::passcode_stored, place,
                      "the setup payload, and in it the passcode, lies in the part's memory");
}

bool looks_like_silabs_provision(View page, size_t entries) {
  if (page.size() < 8 || page[0] == 0xFF) return false;
  const size_t total = be16(page, 0);
  size_t count = 0;
  for (size_t at = 2; at < std::min(total, page.size()); ++count) {
    const auto entry = entry_at(page, at);
    const Known* k = entry ? known(entry->id) : nullptr;
    if (k == nullptr || (entry->size > 2 && k->form != Form::silent &&
                         entry->is_number != (k->form == Form::number)))
      break;
    at += entry->size;
  }
  return count >= entries;
}

void read_silabs_provision(const Source& source, Reading& reading) {
  const View v = source.bytes;
  const size_t total = be16(v, 0);
  const auto place = [&](size_t at, std::string item) {
    return Place{.path = source.path, .offset = source.base + at, .item = std::move(item)};
  };
  if (total > v.size()) {
    reading.device.damaged(place(0, "total length"), "total length",
                           fmt::format("expected {} bytes, found {}", total, v.size()));
    reading.device.note(Remark::truncated, place(v.size(), ""),
                        fmt::format("{} of {} bytes are here", v.size(), total));
  }
  const View entries = v.first(std::min(total, v.size()));
  NeededEntry needed[] = {{FactId::dac, "id 0x195"},
                          {FactId::dac_private_key, "id 0x196 or 0x197"},
                          {FactId::pai, "id 0x193"},
                          {FactId::cd, "id 0x182"}};
  size_t at = 2;
  while (at < entries.size()) {
    const auto entry = entry_at(entries, at);
    if (!entry) {
      reading.device.damaged(place(at, ""), "provision entry",
                             "its type is none, or it does not end within the total length");
      break;
    }
    const std::string item = fmt::format("id 0x{:03X}", entry->id);
    if (const Known* k = known(entry->id)) mark_held(needed, k->fact, entry->data);
    if (entry->id == kKeyId && entry->size > 2) needed[1].held = true;
    if (const Known* k = known(entry->id))
      say_entry(*k, *entry, place(at, item), reading);
    else
      reading.device.damaged(place(at, item), "provision entry", "the id is not known");
    at += entry->size;
  }
  if (at >= entries.size() && total <= v.size()) note_lacking(needed, place(0, ""), reading);
  if (at >= entries.size() && total < v.size() && !is_erased(v.subspan(total)))
    reading.device.damaged(place(0, "total length"), "total length",
                           fmt::format("expected erased flash behind {} bytes, found data", total));
}

const Reader silabs_provision_reader{.kind = "silabs-provision",
                                     .expects = "a Silicon Labs provisioning page",
                                     .content = Content::bytes,
                                     .recognises =
                                         [](const Source& s) {
                                           return s.bytes.size() <= 64u << 10 &&
                                                  looks_like_silabs_provision(s.bytes);
                                         },
                                     .read = read};

}  // namespace attest
