#include "verifier/readers/slot.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/pki/key.h"
#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/unreadable.h"

namespace attest {
namespace {

constexpr size_t kPoint = 65;

bool is_text(View v) {
  return std::all_of(v.begin(), v.end(),
                     [](uint8_t b) { return (b >= 0x20 && b < 0x7F) || (b >= 9 && b <= 13); });
}

// UTF-16 whose characters are all of one byte: as editors of one platform save text.
std::optional<Bytes> narrowed(View v) {
  if (v.size() < 8 || v.size() % 2 != 0) return std::nullopt;
  const bool little_mark = v[0] == 0xFF && v[1] == 0xFE, big_mark = v[0] == 0xFE && v[1] == 0xFF;
  const View body = little_mark || big_mark ? v.subspan(2) : v;
  const size_t zero = big_mark || (!little_mark && body[0] == 0) ? 0 : 1;
  Bytes out;
  for (size_t i = 0; i + 1 < body.size(); i += 2) {
    if (body[i + zero] != 0) return std::nullopt;
    out.push_back(body[i + 1 - zero]);
  }
  return is_text(out) ? std::optional(std::move(out)) : std::nullopt;
}

// Hex digits as people write them: "hex:3082", "0x30, 0x82", "\x30\x82", "30:82".
std::optional<Bytes> from_digits(std::string_view s) {
  std::string plain;
  if (s.starts_with("hex:")) s.remove_prefix(4);
  for (size_t i = 0; i < s.size(); ++i) {
    const bool prefix =
        (s[i] == '0' || s[i] == '\\') && i + 1 < s.size() && (s[i + 1] == 'x' || s[i + 1] == 'X');
    if (prefix) {
      ++i;
    } else if (std::string_view(" \t\r\n,:;{}[]\"'").find(s[i]) == std::string_view::npos) {
      plain += s[i];
    }
  }
  if (plain.size() < 2 * 16) return std::nullopt;
  const auto bytes = from_hex(plain);
  return bytes ? std::optional(*bytes) : std::nullopt;
}

std::string_view without_end(std::string_view s) {
  while (!s.empty() && std::string_view("\0 \t\r\n", 5).find(s.back()) != std::string_view::npos)
    s.remove_suffix(1);
  return s;
}

// The value of PEM text: its first block. What is encrypted has no value here.
Bytes from_pem(View item) {
  const PemFile file = parse_pem(item);
  return file.blocks.empty() || file.blocks.front().encrypted ? Bytes{} : file.blocks.front().der;
}

std::optional<Disguise> written_down(View item) {
  const std::string_view s = without_end(text(item));
  if (looks_like_pem(item)) return Disguise{.found = "PEM", .inside = from_pem(item)};
  if (s.size() < 24 || !is_text(view(s))) return std::nullopt;
  if (auto digits = from_digits(s)) return Disguise{.found = "hex digits", .inside = *digits};
  if (auto bytes = from_base64_lines(s)) return Disguise{.found = "base64", .inside = *bytes};
  return std::nullopt;
}

// A SEQUENCE behind a length of its own, or in an OCTET STRING.
std::optional<Disguise> framed(View item) {
  const auto holds = [&](size_t head, std::string found) -> std::optional<Disguise> {
    const View inside = item.subspan(head);
    if (der_size(inside) != inside.size()) return std::nullopt;
    return Disguise{.found = std::move(found), .inside = to_bytes(inside)};
  };
  if (item.size() < 8) return std::nullopt;
  if (item[0] == 0x04) {
    for (const size_t head : {2u, 3u, 4u}) {
      if (auto found = holds(head, "an OCTET STRING around it")) return found;
    }
  }
  const size_t size = item.size();
  if (le16(item, 0) == size - 2 || be16(item, 0) == size - 2)
    return holds(2, "a length of 2 bytes before it");
  if (le32(item, 0) == size - 4 || (be16(item, 0) == 0 && be16(item, 2) == size - 4))
    return holds(4, "a length of 4 bytes before it");
  return std::nullopt;
}

const char* meaning(FactId slot) {
  switch (slot) {
    case FactId::dac:
      return "DAC";
    case FactId::pai:
      return "PAI";
    case FactId::cd:
      return "certification declaration";
    case FactId::dac_private_key:
      return "DAC's private key";
    default:
      return fact_name(slot);
  }
}

Remark remark_of(FactId slot) {
  switch (slot) {
    case FactId::dac:
      return Remark::dac_slot;
    case FactId::pai:
      return Remark::pai_slot;
    case FactId::cd:
      return Remark::cd_slot;
    case FactId::dac_private_key:
      return Remark::key_slot;
    default:
      return Remark::value_slot;
  }
}

size_t usual_size(FactId fact) {
  return fact == FactId::spake2p_verifier ? 97 : fact == FactId::dac_public_key ? kPoint : 0;
}
// Whether bytes of this length can be the value. A salt has 16 to 32; other values any length.
bool may_be(FactId fact, size_t size) {
  if (const size_t wanted = usual_size(fact); wanted != 0) return size == wanted;
  return fact != FactId::spake2p_salt || (size >= 16 && size <= 32);
}

// Raw bytes of these values can look like text by chance or choice (a salt of ASCII). Digits alone
// cannot, nor base64 that ends in its padding, nor text that has no length for the value.
bool surely_text(FactId fact, View item, const Disguise& text_of) {
  if (text_of.found == "PEM" || !may_be(fact, item.size()))
    return may_be(fact, text_of.inside.size());
  if (!may_be(fact, text_of.inside.size())) return false;
  return text_of.found == "hex digits" || without_end(text(item)).ends_with('=');
}

}  // namespace

std::optional<Disguise> disguise(View item) {
  if (const auto text_bytes = narrowed(item)) {
    auto inside = written_down(*text_bytes);
    if (inside) inside->found += " in UTF-16";
    return inside;
  }
  if (auto written = written_down(item)) return written;
  return framed(item);
}

void wrong_encoding(FactId slot, const Place& place, std::string what, Reading& reading) {
  reading.device.note(remark_of(slot), place, std::move(what));
}

std::optional<Bytes> slot_value(FactId fact, Encoding encoding, View item, const Place& place,
                                Reading& reading) {
  const auto wrong = [&](const std::string& expected, const std::string& found) {
    wrong_encoding(fact, place,
                   fmt::format("expected {}, found {}; the firmware takes what lies here as the {}",
                               expected, found, meaning(fact)),
                   reading);
  };
  if (encoding != Encoding::base64) {
    const size_t usual = usual_size(fact);
    if (usual == 0 && fact != FactId::spake2p_salt) return to_bytes(item);  // any bytes are right
    const std::string expected = usual == 0 ? "raw bytes" : fmt::format("{} raw bytes", usual);
    auto other = disguise(item);
    if (other && surely_text(fact, item, *other)) {
      wrong(expected, other->found);
      return std::move(other->inside);
    }
    // SubjectPublicKeyInfo ends in the point.
    if (fact == FactId::dac_public_key && der_size(item) == item.size() && item.size() > kPoint &&
        item[item.size() - kPoint] == 0x04) {
      wrong(expected, fmt::format("DER of {}", item.size()));
      return to_bytes(item.last(kPoint));
    }
    return to_bytes(item);
  }
  const std::string_view s = without_end(text(item));
  if (const auto digits = from_digits(s); digits && may_be(fact, digits->size())) {
    wrong("base64", "hex digits");
    return *digits;
  }
  auto bytes = from_base64(s);
  if (bytes) {
    if (auto twice = disguise(*bytes); twice && surely_text(fact, *bytes, *twice)) {
      wrong("base64 of bytes", "base64 of " + twice->found);
      return std::move(twice->inside);
    }
    return std::move(*bytes);
  }
  if (auto other = disguise(item); other && may_be(fact, other->inside.size())) {
    wrong("base64", other->found);
    return std::move(other->inside);
  }
  if (!is_text(view(s)) && may_be(fact, item.size())) {
    wrong("base64", fmt::format("{} raw bytes", item.size()));
    return to_bytes(item);
  }
  say_unreadable(reading.device, fact, place, fact_name(fact), bytes.error().what);
  return std::nullopt;
}

void mark_held(std::span<NeededEntry> entries, FactId fact, View value) {
  for (NeededEntry& entry : entries) {
    if (entry.fact == fact)
      entry.held =
          entry.held || (!value.empty() && (fact == FactId::dac_private_key || !is_erased(value)));
  }
}

void note_lacking(std::span<const NeededEntry> entries, const Place& container, Reading& reading) {
  if (std::none_of(entries.begin(), entries.end(),
                   [](const NeededEntry& e) { return e.held && e.fact != FactId::cd; }))
    return;  // the credentials of this part lie elsewhere
  for (const NeededEntry& entry : entries) {
    if (entry.held) continue;
    const Remark remark = entry.fact == FactId::dac   ? Remark::lacks_dac
                          : entry.fact == FactId::pai ? Remark::lacks_pai
                          : entry.fact == FactId::cd  ? Remark::lacks_cd
                                                      : Remark::lacks_key;
    reading.device.note(
        remark, container,
        fmt::format("the factory data hold no {} ({})", meaning(entry.fact), entry.name));
  }
}

}  // namespace attest
