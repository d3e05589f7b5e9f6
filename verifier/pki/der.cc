#include "verifier/pki/der.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace attest::der {
namespace {

// How many octets tag and length take, and how many the content; the content need not be there.
struct Header {
  size_t size = 0;
  size_t content = 0;
};

Result<Header> read_header(View at, uint64_t offset, std::string_view name) {
  const auto bad = [&](std::string_view what, size_t k) {
    return error(fmt::format("{}: {}", name, what), offset + k);
  };
  if (at.empty()) return bad("expected an element, found the end", 0);
  // X.690 8.1.2.4: all ones announce a tag number of several octets. No structure read here has
  // one.
  if ((at[0] & 0x1F) == 0x1F)
    return bad(fmt::format("tag 0x{:02x}: tag numbers above 30 are not used here", at[0]), 0);
  if (at[0] == 0) return bad("expected an element, found tag 0x00", 0);
  if (at.size() < 2) return bad("the length is missing", 1);
  const uint8_t first = at[1];
  if (first < 0x80) return Header{2, first};
  if (first == 0x80) return bad("indefinite length, which DER forbids", 1);
  const size_t octets = first & 0x7F;
  if (octets > 4)
    return bad(fmt::format("a length of {} octets is beyond every limit here", octets), 1);
  if (at.size() < 2 + octets) return bad("the length is cut off", at.size());
  size_t content = 0;
  for (size_t i = 0; i < octets; ++i) content = content << 8 | at[2 + i];
  // X.690 10.1: the shortest form that holds the length.
  if (at[2] == 0 || content < 0x80)
    return bad(fmt::format("length {} is not in its shortest form", content), 1);
  return Header{2 + octets, content};
}

}  // namespace

std::string tag_text(uint8_t tag) {
  const char* name = nullptr;
  switch (tag) {
    case kBoolean:
      name = "BOOLEAN";
      break;
    case kInteger:
      name = "INTEGER";
      break;
    case kBitString:
      name = "BIT STRING";
      break;
    case kOctetString:
      name = "OCTET STRING";
      break;
    case kNull:
      name = "NULL";
      break;
    case kOid:
      name = "OBJECT IDENTIFIER";
      break;
    case kUtf8String:
      name = "UTF8String";
      break;
    case kPrintableString:
      name = "PrintableString";
      break;
    case kIa5String:
      name = "IA5String";
      break;
    case kUtcTime:
      name = "UTCTime";
      break;
    case kGeneralizedTime:
      name = "GeneralizedTime";
      break;
    case kNumericString:
      name = "NumericString";
      break;
    case kTeletexString:
      name = "TeletexString";
      break;
    case kVisibleString:
      name = "VisibleString";
      break;
    case kUniversalString:
      name = "UniversalString";
      break;
    case kBmpString:
      name = "BMPString";
      break;
    case kSequence:
      name = "SEQUENCE";
      break;
    case kSet:
      name = "SET";
      break;
    default:
      break;
  }
  if (name != nullptr) return fmt::format("{} (0x{:02x})", name, tag);
  if ((tag & 0xC0) == 0x80) return fmt::format("[{}] (0x{:02x})", tag & 0x1F, tag);
  return fmt::format("tag 0x{:02x}", tag);
}

Result<Element> Cursor::any(std::string_view name) {
  const View left = rest();
  const auto header = read_header(left, offset(), name);
  if (!header) return tl::unexpected(header.error());
  if (header->content > left.size() - header->size)
    return error(fmt::format("{}: length {} goes beyond the {} bytes that are left", name,
                             header->content, left.size() - header->size),
                 offset());
  const size_t whole = header->size + header->content;
  at_ += whole;
  return Element{left[0], left.subspan(header->size, header->content), left.first(whole)};
}

Result<Element> Cursor::expect(uint8_t tag, std::string_view name) {
  const auto found = peek();
  if (!found)
    return error(fmt::format("{}: expected {}, found the end", name, tag_text(tag)), offset());
  if (*found != tag)
    return error(fmt::format("{}: expected {}, found {}", name, tag_text(tag), tag_text(*found)),
                 offset());
  return any(name);
}

Result<std::optional<Element>> Cursor::optional(uint8_t tag, std::string_view name) {
  if (peek() != tag) return std::optional<Element>();
  auto element = any(name);
  if (!element) return tl::unexpected(std::move(element).error());
  return std::optional<Element>(*element);
}

Result<Cursor> Cursor::enter(uint8_t tag, std::string_view name) {
  const auto element = expect(tag, name);
  if (!element) return tl::unexpected(element.error());
  return Cursor(element->body, offset() - element->body.size());
}

Result<bool> Cursor::boolean(std::string_view name) {
  const auto element = expect(kBoolean, name);
  if (!element) return tl::unexpected(element.error());
  // X.690 11.1: true is all ones.
  if (element->body.size() == 1 && element->body[0] == 0x00) return false;
  if (element->body.size() == 1 && element->body[0] == 0xFF) return true;
  return error(fmt::format("{}: expected a BOOLEAN of 00 or ff, found {}", name,
                           hex(element->body.first(std::min<size_t>(4, element->body.size())))),
               offset() - element->body.size());
}

Result<View> Cursor::integer(std::string_view name) {
  const auto element = expect(kInteger, name);
  if (!element) return tl::unexpected(element.error());
  const View v = element->body;
  if (v.empty()) return error(fmt::format("{}: an INTEGER without octets", name), offset());
  // X.690 8.3.2: the first nine bits are neither all ones nor all zero.
  if (v.size() > 1 && ((v[0] == 0x00 && v[1] < 0x80) || (v[0] == 0xFF && v[1] >= 0x80)))
    return error(fmt::format("{}: an INTEGER that is not in its shortest form", name),
                 offset() - v.size());
  return v;
}

Result<uint64_t> Cursor::small_integer(std::string_view name, uint64_t max) {
  const auto body = integer(name);
  if (!body) return tl::unexpected(body.error());
  View v = *body;
  const bool negative = v[0] >= 0x80;
  if (v[0] == 0) v = v.subspan(1);
  uint64_t n = 0;
  if (v.size() <= 8) {
    for (const uint8_t b : v) n = n << 8 | b;
  }
  if (negative || v.size() > 8 || n > max)
    return error(fmt::format("{}: expected a number from 0 to {}, found {}", name, max,
                             negative       ? "a negative one"
                             : v.size() > 8 ? "a larger one"
                                            : fmt::to_string(n)),
                 offset() - body->size());
  return n;
}

Result<View> Cursor::oid(std::string_view name) {
  const auto element = expect(kOid, name);
  if (!element) return tl::unexpected(element.error());
  const View v = element->body;
  // X.690 8.19.2: every arc ends, and none begins with a padding octet.
  bool start = true;
  for (const uint8_t b : v) {
    if (start && b == 0x80)
      return error(fmt::format("{}: an OBJECT IDENTIFIER with a padded arc", name),
                   offset() - v.size());
    start = b < 0x80;
  }
  if (v.empty() || !start)
    return error(fmt::format("{}: an OBJECT IDENTIFIER whose last arc does not end", name),
                 offset() - v.size());
  return v;
}

Result<View> Cursor::bit_string(std::string_view name, unsigned* unused_bits) {
  const auto element = expect(kBitString, name);
  if (!element) return tl::unexpected(element.error());
  const View v = element->body;
  const auto bad = [&](std::string_view what) {
    return error(fmt::format("{}: {}", name, what), offset() - v.size());
  };
  if (v.empty()) return bad("a BIT STRING without its octet of unused bits");
  const unsigned unused = v[0];
  if (unused > 7 || (unused != 0 && v.size() == 1))
    return bad(fmt::format("a BIT STRING with {} unused bits", unused));
  // X.690 11.2.1.
  if (unused != 0 && (v.back() & ((1u << unused) - 1)) != 0)
    return bad("a BIT STRING whose unused bits are not zero");
  if (unused_bits != nullptr) {
    *unused_bits = unused;
  } else if (unused != 0) {
    return bad(fmt::format("expected a BIT STRING of whole octets, found {} unused bits", unused));
  }
  return v.subspan(1);
}

Result<void> Cursor::end(std::string_view name) {
  if (empty()) return {};
  return error(fmt::format("{}: {} bytes too many, beginning with {}", name, rest().size(),
                           tag_text(rest()[0])),
               offset());
}

std::optional<View> peel(View input, uint8_t tag) {
  if (input.size() < 2 || input[0] != tag) return std::nullopt;
  const size_t octets = input[1] > 0x80 ? input[1] & 0x7Fu : 0;
  if (octets > 4 || input.size() < 2 + octets) return std::nullopt;
  size_t length = input[1] < 0x80 ? input[1] : input[1] == 0x80 ? input.size() : 0;
  for (size_t i = 0; i < octets; ++i) length = length << 8 | input[2 + i];
  const View behind = input.subspan(2 + octets);
  return behind.first(std::min(length, behind.size()));
}

std::string oid_text(View oid) {
  std::string out;
  uint64_t arc = 0;
  bool ended = false;
  for (const uint8_t b : oid) {
    if (arc >> 57 != 0) return "#" + hex(oid);  // an arc beyond 64 bits; shown, not computed with
    arc = arc << 7 | (b & 0x7Fu);
    ended = b < 0x80;
    if (!ended) continue;
    // X.690 8.19.4: the first two arcs share an octet group.
    if (out.empty()) {
      const uint64_t root = std::min<uint64_t>(arc / 40, 2);
      out = fmt::format("{}.{}", root, arc - root * 40);
    } else {
      out += fmt::format(".{}", arc);
    }
    arc = 0;
  }
  return ended ? out : "#" + hex(oid);
}

Bytes oid_bytes(std::string_view dotted) {
  std::vector<uint64_t> arcs;
  const char* at = dotted.data();
  const char* const end = at + dotted.size();
  while (true) {
    uint64_t arc = 0;
    const auto [next, code] = std::from_chars(at, end, arc);
    if (code != std::errc() || (*at == '0' && next != at + 1)) return {};
    arcs.push_back(arc);
    if (next == end) break;
    if (*next != '.') return {};
    at = next + 1;
  }
  if (arcs.size() < 2 || arcs[0] > 2 || (arcs[0] < 2 && arcs[1] > 39) || arcs[1] > UINT64_MAX - 80)
    return {};
  arcs[1] += arcs[0] * 40;
  Bytes out;
  for (size_t i = 1; i < arcs.size(); ++i) {
    int shift = 63;
    while (shift > 0 && arcs[i] >> shift == 0) shift -= 7;
    for (; shift >= 0; shift -= 7)
      out.push_back(static_cast<uint8_t>((arcs[i] >> shift & 0x7F) | (shift > 0 ? 0x80 : 0)));
  }
  return out;
}

Result<std::array<uint8_t, 64>> ecdsa_signature(View der) {
  std::array<uint8_t, 64> out{};
  Cursor outer(der);
  auto inner = outer.enter(kSequence, "ecdsa signature");
  if (!inner) return tl::unexpected(std::move(inner).error());
  for (size_t i = 0; i < 2; ++i) {
    const char* name = i == 0 ? "ecdsa signature: r" : "ecdsa signature: s";
    auto number = inner->integer(name);
    if (!number) return tl::unexpected(std::move(number).error());
    View v = *number;
    if (v[0] >= 0x80)
      return error(fmt::format("{}: expected a positive number, found a negative one", name),
                   inner->offset() - v.size());
    if (v[0] == 0) v = v.subspan(1);
    if (v.size() > 32)
      return error(fmt::format("{}: expected at most 32 bytes, found {}", name, v.size()),
                   inner->offset() - v.size());
    std::copy(v.begin(), v.end(),
              out.begin() + static_cast<std::ptrdiff_t>(32 * i + 32 - v.size()));
  }
  if (auto done = inner->end("ecdsa signature"); !done)
    return tl::unexpected(std::move(done).error());
  if (auto done = outer.end("ecdsa signature"); !done)
    return tl::unexpected(std::move(done).error());
  return out;
}

}  // namespace attest::der
