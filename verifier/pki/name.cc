#include "verifier/pki/name.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/base/characters.h"

namespace attest {
namespace {

void append_utf8(std::string& out, uint32_t c) {
  const auto put = [&](uint32_t b) { out += static_cast<char>(static_cast<uint8_t>(b)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

// The characters of a string type, as UTF-8; nullopt when the tag is no string type or the octets
// are no such string.
std::optional<std::string> characters(uint8_t tag, View value) {
  std::string out;
  switch (tag) {
    case der::kUtf8String:
      if (!is_utf8(text(value))) return std::nullopt;
      return std::string(text(value));
    case der::kNumericString:
    case der::kPrintableString:
    case der::kIa5String:
    case der::kVisibleString:
      if (std::any_of(value.begin(), value.end(), [](uint8_t b) { return b >= 0x80; }))
        return std::nullopt;
      return std::string(text(value));
    case der::kTeletexString:  // in practice Latin-1
      for (const uint8_t b : value) append_utf8(out, b);
      return out;
    case der::kBmpString:
    case der::kUniversalString: {
      const size_t unit = tag == der::kBmpString ? 2 : 4;
      if (value.size() % unit != 0) return std::nullopt;
      for (size_t i = 0; i < value.size(); i += unit) {
        const uint32_t c = unit == 2 ? be16(value, i) : be32(value, i);
        if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return std::nullopt;
        append_utf8(out, c);
      }
      return out;
    }
    default:
      return std::nullopt;
  }
}

Result<NameAttribute> read_attribute(der::Cursor& set) {
  auto pair = set.enter(der::kSequence, "attribute");
  if (!pair) return tl::unexpected(pair.error());
  const auto type = pair->oid("attribute type");
  if (!type) return tl::unexpected(type.error());
  const auto value = pair->any("attribute value");
  if (!value) return tl::unexpected(value.error());
  if (const auto done = pair->end("attribute"); !done) return tl::unexpected(done.error());
  return NameAttribute{*type, value->tag, value->body};
}

// Calls `take` with the attributes of one RDN after another.
template <class Take>
Result<void> each_rdn(der::Cursor& names, Take take) {
  while (!names.empty()) {
    auto set = names.enter(der::kSet, "relative name");
    if (!set) return tl::unexpected(set.error());
    std::vector<NameAttribute> rdn;
    do {  // RFC 5280 4.1.2.4: at least one attribute
      auto attribute = read_attribute(*set);
      if (!attribute) return tl::unexpected(attribute.error());
      rdn.push_back(*attribute);
    } while (!set->empty());
    take(std::move(rdn));
  }
  return {};
}

// ASCII case folded, blanks at the ends dropped, blanks inside made one space: what OpenSSL
// compares too.
std::string folded(std::string_view s) {
  std::string out;
  bool gap = false;
  for (const char c : s) {
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
      gap = !out.empty();
      continue;
    }
    if (gap) out += ' ';
    gap = false;
    out += to_lower(c);
  }
  return out;
}

// One attribute in a form in which equal attributes have equal bytes. A value that is no readable
// string counts as it stands.
std::string canonical(const NameAttribute& a) {
  const auto chars = characters(a.tag, a.value);
  const std::string value = chars ? folded(*chars) : std::string(text(a.value));
  return fmt::format("{}:{}:{}:{}", hex(a.oid), chars ? 0 : a.tag, value.size(), value);
}

std::vector<std::vector<std::string>> canonical(const Name& name) {
  std::vector<std::vector<std::string>> out;
  der::Cursor outer(name.der);
  auto names = outer.enter(der::kSequence, "name");
  if (!names) return out;
  static_cast<void>(each_rdn(*names, [&](const std::vector<NameAttribute>& rdn) {
    auto& set = out.emplace_back();
    for (const auto& attribute : rdn) set.push_back(canonical(attribute));
    std::sort(set.begin(), set.end());  // an RDN is a set
  }));
  return out;
}

std::string attribute_label(View type) {
  if (equal(type, oid::kMatterVid)) return "VID";
  if (equal(type, oid::kMatterPid)) return "PID";
  // 2.5.4.x, X.520.
  if (type.size() == 3 && type[0] == 0x55 && type[1] == 0x04) {
    switch (type[2]) {
      case 3:
        return "CN";
      case 5:
        return "serialNumber";
      case 6:
        return "C";
      case 7:
        return "L";
      case 8:
        return "ST";
      case 10:
        return "O";
      case 11:
        return "OU";
      default:
        break;
    }
  }
  return der::oid_text(type);
}

bool is_string_type(uint8_t tag) {
  return characters(tag, View{}).has_value();
}

// The most characters of an attribute that is a DirectoryString or PrintableString (RFC 5280
// appendix A.1); nullopt for what has no such bound, or another form.
std::optional<size_t> upper_bound_of(View type) {
  if (type.size() != 3 || type[0] != 0x55 || type[1] != 0x04) return std::nullopt;  // X.520: 2.5.4
  switch (type[2]) {
    case 3:   // commonName
    case 5:   // serialNumber
    case 10:  // organizationName
    case 11:  // organizationalUnitName
    case 12:  // title
      return 64;
    case 6:  // countryName
      return 2;
    case 7:   // localityName
    case 8:   // stateOrProvinceName
    case 65:  // pseudonym
      return 128;
    default:
      return std::nullopt;
  }
}

size_t characters_in(std::string_view utf8) {
  return static_cast<size_t>(std::count_if(
      utf8.begin(), utf8.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; }));
}

}  // namespace

std::optional<NameFault> name_fault(const Name& name) {
  if (name.attributes.empty())
    return NameFault{.what = "is empty", .expected = "a name", .found = "none", .readable = true};
  for (const NameAttribute& a : name.attributes) {
    const std::string label = attribute_label(a.oid);
    const auto chars = characters(a.tag, a.value);
    if (!chars && is_string_type(a.tag))
      return NameFault{.what = label + " is no text",
                       .expected = "well-formed " + der::tag_text(a.tag),
                       .found = hex(a.value),
                       .readable = a.tag != der::kUtf8String && a.tag != der::kBmpString &&
                                   a.tag != der::kUniversalString};
    const auto most = upper_bound_of(a.oid);
    if (!most) continue;
    if (!chars)
      return NameFault{.what = label + " is no text",
                       .expected = "a string type, as UTF8String",
                       .found = der::tag_text(a.tag),
                       .readable = a.tag == der::kBitString};
    if (const size_t n = characters_in(*chars); n > *most)
      return NameFault{.what = label + " is too long",
                       .expected = fmt::format("at most {} characters", *most),
                       .found = fmt::format("{}", n),
                       .readable = true};
  }
  return std::nullopt;
}

bool is_within(const Name& base, const Name& name) {
  const auto outer = canonical(base), inner = canonical(name);
  return outer.size() <= inner.size() && std::equal(outer.begin(), outer.end(), inner.begin());
}

Result<Name> read_name(der::Cursor& cursor, std::string_view name) {
  der::Cursor whole = cursor;
  auto names = cursor.enter(der::kSequence, name);
  if (!names) return tl::unexpected(names.error());
  Name out;
  out.der = whole.rest().first(static_cast<size_t>(cursor.offset() - whole.offset()));
  const auto done = each_rdn(*names, [&](const std::vector<NameAttribute>& rdn) {
    out.attributes.insert(out.attributes.end(), rdn.begin(), rdn.end());
  });
  if (!done) return within(name, done.error());
  return out;
}

std::string name_text(const Name& name) {
  std::string out;
  for (const auto& a : name.attributes) {
    if (!out.empty()) out += ", ";
    out += attribute_label(a.oid);
    out += '=';
    const auto chars = characters(a.tag, a.value);
    const bool is_string =
        chars ||
        a.tag == der::kUtf8String;  // broken UTF-8 is still shown as the text it tries to be
    if (!is_string) {
      out += '#' + hex(a.value);
      continue;
    }
    std::string escaped;
    for (const char c : chars ? *chars : std::string(text(a.value))) {
      if (c == ',' || c == '\\') escaped += '\\';
      escaped += c;
    }
    out += printable(escaped);
  }
  return out;
}

bool same_name(const Name& a, const Name& b) {
  return equal(a.der, b.der) || canonical(a) == canonical(b);
}

}  // namespace attest
