// Credentials that somebody pasted: source code, a debugger's memory, a hex dump, a note with hex
// behind a name. Each value is read as what it is; the name it has there becomes its place.

#include <algorithm>
#include <cstdint>
#include <optional>

#include "verifier/base/json.h"
#include "verifier/readers/credentials/behind.h"
#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/credentials/damaged.h"
#include "verifier/readers/credentials/loose_credentials.h"
#include "verifier/readers/credentials/named_keys.h"
#include "verifier/readers/credentials/role_names.h"
#include "verifier/readers/credentials/stated_role.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/text/may_hold.h"
#include "verifier/readers/text/pasted_bytes.h"
#include "verifier/readers/text/plain_text.h"

namespace attest {
namespace {

// Of such a text one look tells whether it is worth searching, and it is searched once.
constexpr size_t kLargeText = 256u << 10;

std::optional<Json> json_of(const Source& s) {
  const std::string_view all = text(s.bytes);
  const size_t from = all.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos || (all[from] != '{' && all[from] != '[')) return std::nullopt;
  auto json = parse_json(all);
  return json ? std::optional(std::move(*json)) : std::nullopt;
}

size_t said(const Device& d) {
  return d.statements.size() + d.remarks.size() + d.integrity.size();
}

// JSON of a program that nobody knows is read value by value, its arrays and names as well.
enum class Values : uint8_t { no_json, none, read };
Values read_values(const Source& s, Reading& reading) {
  const auto json = json_of(s);
  if (!json) return Values::no_json;
  const size_t before = said(reading.device);
  read_loose_json(*json, s.path, {}, Before::of(reading), reading);
  return said(reading.device) == before ? Values::none : Values::read;
}

bool is_credential(const Loose& f) {
  return f.reader != &blob_reader;
}
// (Of bytes that are called a key and say not whose it is, the rest of the evidence may tell.)
bool is_evidence(std::string_view all, const Loose& f) {
  return is_credential(f) || is_named_point(all, f.pasted) ||
         called_key(all, f.pasted) != CalledKey::no;
}
bool has_evidence(std::string_view all, const LooseText& loose) {
  return std::any_of(loose.found.begin(), loose.found.end(),
                     [&](const Loose& f) { return is_evidence(all, f); });
}

bool recognises(const Source& s) {
  if (!is_plain_text(s.bytes)) return false;
  if (s.bytes.size() >= kLargeText) return may_hold_credential(text(s.bytes));
  Reading scratch;
  if (read_values(s, scratch) == Values::read) return true;
  const LooseText loose = loose_in_text(text(s.bytes), Search::names);
  return (!loose.whole && s.member) || has_evidence(text(s.bytes), loose);
}

// A large text in which nothing was found goes on to the readers that are asked behind this one.
Result<void> hand_on(const Source& s, Reading& reading, bool searched_for_damage) {
  for (const Reader* next :
       {&nearly_device_json_reader, &damaged_reader, &onboarding_text_reader, &drawing_reader}) {
    if (searched_for_damage && next == &damaged_reader) continue;
    if (!next->recognises(s)) continue;
    reading.current->kind = next->kind;
    return next->read(s, reading);
  }
  reading.not_used.push_back({.path = s.path, .why = "nothing in it describes a device"});
  return {};
}

Result<void> read(const Source& s, Reading& reading) {
  const Values values = read_values(s, reading);
  const bool large = s.bytes.size() >= kLargeText;
  if (large && values == Values::none) return hand_on(s, reading, true);
  // (Of JSON whose values were looked at, only bare bytes with a name are left.)
  const LooseText loose = loose_in_text(text(s.bytes), Search::names);
  if (!loose.whole) note_unsearched(s.path, reading);
  if (large && values == Values::no_json && loose.whole && !has_evidence(text(s.bytes), loose))
    return hand_on(s, reading, false);
  if (!large && nearly_device_json_reader.recognises(s)) nearly_device_json_reader.read(s, reading);
  for (const Loose& f : loose.found) {
    if (values == Values::read && is_credential(f)) continue;  // read already
    const Place place{.path = s.path, .offset = s.base + f.pasted.offset, .item = f.pasted.name};
    const auto role = f.block ? role_before_block(text(s.bytes), f.pasted.offset)
                              : role_before(text(s.bytes), f.pasted.offset);
    if (role && !f.block && is_pem_among_bytes(text(s.bytes), f.pasted, false)) {
      say_no_certificate(*role, f.pasted.bytes, place, reading);
    } else {
      const size_t before = reading.device.statements.size();
      read_loose(s, f, place, reading, role);
      call_keys(other_trade_before(text(s.bytes), f.pasted.offset), before, reading);
    }
  }
  return {};
}

}  // namespace

const Reader source_text_reader{.kind = "source-text",
                                .expects = "source text or a dump with a credential in it",
                                .content = Content::text,
                                .recognises = recognises,
                                .read = read};

}  // namespace attest
