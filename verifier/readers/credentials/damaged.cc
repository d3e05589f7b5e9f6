#include "verifier/readers/credentials/damaged.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/base/characters.h"
#include "verifier/base/counted.h"
#include "verifier/pki/certificate.h"
#include "verifier/pki/cms.h"
#include "verifier/pki/crl.h"
#include "verifier/pki/der.h"
#include "verifier/readers/containers/carve.h"
#include "verifier/readers/credentials/pem_text.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/text/pasted_bytes.h"
#include "verifier/readers/text/plain_text.h"
#include "verifier/readers/text/value_words.h"

namespace attest {
namespace {

constexpr size_t kMostCredential = 16u << 10;  // what is searched to its end for what is inside
constexpr uint64_t kMostList = 64u << 20;      // of a revocation list

// Octets that stand at one place in every credential of a kind; `within` allows for lengths and for
// a few strange bytes before it.
struct Mark {
  std::string_view octets;
  size_t within;
  const char* what;
};
using std::string_view_literals::operator""sv;
constexpr const char *kDeclaration = "a certification declaration", *kCertificate = "a certificate",
                     *kList = "a certificate or a revocation list", *kKey = "a key";
constexpr Mark kMarks[] = {
    {"\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02"sv, 24, kDeclaration},  // signedData
    {"\xA0\x03\x02\x01\x02\x02"sv, 24, kCertificate},              // [0] version 3, serial
    {"\x2A\x86\x48\xCE\x3D\x04\x03\x02"sv, 72, kList},             // ecdsa-with-SHA256
    {"\x2A\x86\x48\xCE\x3D\x02\x01"sv, 40, kKey},                  // id-ecPublicKey
    {"\x2A\x86\x48\xCE\x3D\x03\x01\x07"sv, 72, kKey},              // prime256v1
    {"\x02\x01\x01\x04\x20"sv, 12, kKey},                          // SEC 1
};
constexpr std::string_view kSignedData = "\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02"sv,
                           kEcdsaSha256 = "\x2A\x86\x48\xCE\x3D\x04\x03\x02"sv,
                           kPrime256v1 = "\x2A\x86\x48\xCE\x3D\x03\x01\x07"sv,
                           kMatter = "\x2B\x06\x01\x04\x01\x82\xA2\x7C"sv;
// Anywhere in something small: one of them is chance, two are a certificate.
constexpr std::string_view kInside[] = {kSignedData,
                                        kEcdsaSha256,
                                        "\x2A\x86\x48\xCE\x3D\x02\x01"sv,
                                        kPrime256v1,
                                        "\x2B\x06\x01\x04\x01\x82\xA2\x7C\x02"sv,
                                        "\x06\x03\x55\x04\x03"sv,
                                        "\x06\x03\x55\x1D"sv};

// How long a DER SEQUENCE says it is, header included; nothing where no SEQUENCE of a hundred bytes
// or more begins.
std::optional<uint64_t> stated_size(View v, size_t* header = nullptr) {
  if (v.size() < 2 || v[0] != 0x30) return std::nullopt;
  const size_t octets = v[1] < 0x80 ? 0 : v[1] & 0x7Fu;
  if (header != nullptr) *header = 2 + octets;
  if (octets == 0) return v[1] >= 0x50 && v[1] < 0x80 ? std::optional(2u + v[1]) : std::nullopt;
  if (octets > 4 || v.size() < 2 + octets) return std::nullopt;
  uint64_t length = 0;
  for (size_t i = 0; i < octets; ++i) length = length << 8 | v[2 + i];
  const bool minimal = octets == 1 ? length >= 0x80 : length >> (8 * (octets - 1)) != 0;
  return minimal ? std::optional(2 + octets + length) : std::nullopt;
}

bool has(View v, std::string_view octets) {
  return find(v, view(octets)).has_value();
}

constexpr unsigned kDeepest = 32;

// DER from its first octet to its last, as it must be, and no more.
bool is_whole_der(View v, unsigned depth = 0) {
  der::Cursor cursor(v);
  while (!cursor.empty()) {
    const auto element = cursor.any("element");
    if (!element) return false;
    const bool constructed = (element->tag & 0x20) != 0;
    if (constructed && (depth == kDeepest || !is_whole_der(element->body, depth + 1))) return false;
  }
  return true;
}

// The name of what whole DER without a mark of ours is.
const char* another_trade(View v, View inside) {
  constexpr struct {
    std::string_view octets;
    const char* name;
  } kTrades[] = {{"\x2A\x86\x48\x86\xF7\x0D\x01\x01"sv, "RSA"},
                 {"\x06\x03\x2B\x65\x70"sv, "Ed25519"},
                 {"\x06\x03\x2B\x65\x71"sv, "Ed448"},
                 {"\x06\x03\x2B\x65\x6E"sv, "X25519"},
                 {"\x06\x03\x2B\x65\x6F"sv, "X448"},
                 {"\x2A\x86\x48\xCE\x38\x04"sv, "DSA"},
                 {"\x2A\x86\x48\x86\xF7\x0D\x01\x03"sv, "Diffie and Hellman"},
                 {"\x2A\x86\x48\xCE\x3E\x02\x01"sv, "Diffie and Hellman"},
                 {"\x2B\x24\x03\x03\x02\x08\x01\x01"sv, "a Brainpool curve"}};
  for (const auto& [octets, name] : kTrades) {
    if (has(v, octets)) return name;
  }
  // Parameters that name no curve: a version, and the field.
  if (inside.size() > 4 && has(inside.first(4), "\x02\x01\x01\x30"sv) &&
      has(v, "\x2A\x86\x48\xCE\x3D\x01\x01"sv))
    return "a curve's parameters";
  // RSA's and DSA's own forms, parameters, signatures: numbers and nothing else.
  der::Cursor numbers(inside);
  while (numbers.peek() == der::kInteger && numbers.any("number")) {
  }
  return numbers.empty() ? "numbers" : nullptr;
}

// Whole DER of another trade: nobody's damaged credential. One bit does not make one of ours such:
// they say more than once what they are.
std::optional<Began> whole_of_another_trade(View v) {
  if (v.size() < 16 || v.size() > kMostCredential || v[0] != 0x30) return std::nullopt;
  der::Cursor cursor(v);
  const auto outer = cursor.any("value");
  if (!outer || !cursor.empty() || !is_whole_der(outer->body)) return std::nullopt;
  const View inside = outer->body;
  constexpr struct {
    std::string_view oid;
    const char* name;
  } kCurves[] = {{"\x06\x05\x2B\x81\x04\x00\x22"sv, "secp384r1"},
                 {"\x06\x05\x2B\x81\x04\x00\x23"sv, "secp521r1"},
                 {"\x06\x05\x2B\x81\x04\x00\x0A"sv, "secp256k1"}};
  const bool ours = has(v, kEcdsaSha256) || has(v, kPrime256v1) || has(v, kMatter);
  if (ours) return std::nullopt;
  const bool private_key = inside.size() > 3 && inside[0] == 0x02 && inside[1] == 0x01;
  for (const auto& [oid, name] : kCurves) {
    if (!has(v, oid)) continue;
    return private_key ? Began{.kind = Began::Kind::other_curve,
                               .what = fmt::format("a private key on {}", name)}
                       : Began{.kind = Began::Kind::foreign,
                               .what = fmt::format("a public key or request on {}", name)};
  }
  const char* trade = another_trade(v, inside);
  if (trade == nullptr) return std::nullopt;
  const bool wrapped = has(v, kSignedData);
  return Began{.kind = Began::Kind::foreign,
               .what = fmt::format("{} of {}",
                                   wrapped       ? "signed data"
                                   : private_key ? "a key, parameters or a signature"
                                                 : "a key, a request or a certificate",
                                   trade)};
}

const char* marked(View v) {
  for (const Mark& mark : kMarks) {
    if (has(v.first(std::min(v.size(), mark.within)), mark.octets)) return mark.what;
  }
  return nullptr;
}

// The length in the header fits what is there, all of it or the most of it.
bool length_fits(View v) {
  size_t header = 0;
  const auto size = stated_size(v, &header);
  if (!size) {  // cut within the header
    return v.size() >= 2 && v.size() <= 5 && v[0] == 0x30 && v[1] >= 0x81 && v[1] <= 0x83 &&
           v.size() < 2u + (v[1] & 0x7Fu);
  }
  if (*size > kMostList) return false;
  constexpr std::string_view kFirst =
      "\x30\x06\x02\x31\xA0"sv;  // tags that one of ours begins with
  const bool telling =
      v.size() <= header || kFirst.find(static_cast<char>(v[header])) != std::string_view::npos;
  if (*size == v.size()) return telling || v[1] >= 0x80;
  if (*size > v.size()) return telling && v[1] >= 0x80;
  return telling && *size * 2 >= v.size();
}

// The size of the whole thing that begins here and has its own parser: nobody's damaged credential.
size_t whole_thing(View v) {
  size_t used = 0;
  if (parse_certificate(v, &used)) return used;
  const auto size = stated_size(v);
  if (!size || *size > v.size()) return 0;
  const View whole = v.first(static_cast<size_t>(*size));
  if (whole_of_another_trade(whole) || parse_cms(whole)) return whole.size();
  return looks_like_crl(whole) && parse_crl(to_bytes(whole)) ? whole.size() : 0;
}

// Without the whole things in it, which say nothing of what is damaged beside them.
Bytes without_whole_things(View v) {
  Bytes out = to_bytes(v);
  for (size_t at = 0; at + 2 < v.size();) {
    const bool may_begin = v[at] == 0x30 && (v[at + 1] == 0x81 || v[at + 1] == 0x82);
    const size_t size = may_begin ? whole_thing(v.subspan(at)) : 0;
    std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(at), size, uint8_t{0});
    at += std::max<size_t>(size, 1);
  }
  return out;
}

bool inside_something_small(View v) {
  if (v.size() > kMostCredential) return false;
  const auto two_in = [](View bytes) {
    return std::count_if(std::begin(kInside), std::end(kInside),
                         [&](std::string_view octets) { return has(bytes, octets); }) >= 2;
  };
  return two_in(v) && two_in(without_whole_things(v));
}

// Nothing but the name of a curve, as `openssl ecparam` writes it.
bool is_name_of_curve(View v) {
  constexpr size_t kLongest = 16;
  der::Cursor cursor(v);
  return v.size() <= kLongest && cursor.peek() == der::kOid && cursor.any("name") && cursor.empty();
}

}  // namespace

std::optional<Began> began_as(View v) {
  if (v.empty()) return std::nullopt;
  if (is_name_of_curve(v))
    return Began{.kind = Began::Kind::foreign, .what = "parameters of elliptic curves"};
  if (auto other = whole_of_another_trade(v)) return other;
  // What begins with a credential and goes on for long is a dump: it is searched for what it holds.
  const auto size = stated_size(v);
  if (v.size() > kMostCredential && (!size || *size * 2 < v.size())) return std::nullopt;
  const auto ours = [](const char* what, bool at_head = true) {
    return Began{.kind = Began::Kind::credential, .what = what, .at_head = at_head};
  };
  if (const char* what = marked(v)) {
    Began out = ours(what);
    out.is_printed = what == kCertificate || what == kDeclaration;
    return out;
  }
  if (is_plain_text(v)) return std::nullopt;
  if (length_fits(v)) return ours("a certificate, a declaration, a key or a revocation list");
  if (inside_something_small(v)) return ours("a certificate, a declaration or a key", false);
  return std::nullopt;
}

namespace {

// Text but for a few strange bytes: what one changed bit makes of it.
bool mostly_text(View v) {
  const auto strange = std::count_if(v.begin(), v.end(), [](uint8_t b) {
    return (b < 0x20 && b != '\t' && b != '\r' && b != '\n') || b >= 0x7F;
  });
  return static_cast<size_t>(strange) <= 1 + v.size() / 64;
}

// Digits between whatever else stands there; of an odd number of them the last is left.
Bytes digits_of(std::string_view run) {
  std::string kept;
  for (size_t i = 0; i < run.size();) {
    size_t end = i;
    while (end < run.size() && is_hex_digit(run[end])) ++end;
    kept += run.substr(i, (end - i) / 2 * 2);
    i = std::max(end, i + 1);
  }
  return from_hex(kept).value_or(Bytes{});
}

// What a run of letters may have been, a changed character among them or not: digits, digits with a
// separator that became one or the reverse, base64.
std::vector<DecodedRun> readings_of(std::string_view run) {
  std::vector<DecodedRun> out;
  const bool exact = std::all_of(run.begin(), run.end(), [](char c) {
    return is_base64_letter(c) || c == '=' || c == ':' || c == ' ';
  });
  const auto digits = static_cast<size_t>(
      std::count_if(run.begin(), run.end(), [](char c) { return is_hex_digit(c); }));
  const auto add = [&](Bytes bytes) {
    if (!bytes.empty()) out.push_back({.bytes = std::move(bytes), .exact = true});
  };
  std::string solid(run);
  if (digits * 32 >= run.size() * 31) {  // digits without separators
    std::replace_if(
        solid.begin(), solid.end(), [](char c) { return !is_hex_digit(c); }, '0');
    // Of an odd number the first may be what is gone: DER begins with 30.
    if (solid.size() % 2 == 1) add(from_hex("3" + solid).value_or(Bytes{}));
    solid.resize(solid.size() / 2 * 2);
    add(from_hex(solid).value_or(Bytes{}));
    add(digits_of(run));
    const bool only_digits = digits == run.size() && digits % 2 == 0;
    for (DecodedRun& reading : out) reading.exact = only_digits;
    return out;
  }
  if (digits * 2 >= run.size()) add(digits_of(run));
  std::erase_if(solid, [](char c) { return c == '=' || c == ':' || c == ' '; });
  std::replace_if(
      solid.begin(), solid.end(), [](char c) { return !is_base64_letter(c); }, 'A');
  const auto padding = static_cast<size_t>(std::count(run.begin(), run.end(), '='));
  if ((solid.size() + padding) % 4 == 3)
    add(from_base64(("M" + solid).substr(0, (solid.size() + 1) / 4 * 4)).value_or(Bytes{}));
  // (Without its last bytes, which padding ends, what is whole would not be.)
  std::string filled = solid;
  if (exact && padding <= 2) filled.append(padding, '=');
  if (auto whole = from_base64(filled); whole && padding != 0) add(std::move(*whole));
  solid.resize(solid.size() / 4 * 4);
  add(from_base64(solid).value_or(Bytes{}));
  for (DecodedRun& reading : out) reading.exact = exact;
  return out;
}

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view kAround = " \t\r\"',;";
  const size_t from = line.find_first_not_of(kAround);
  if (from == std::string_view::npos) return {};
  return line.substr(from, line.find_last_not_of(kAround) + 1 - from);
}

}  // namespace

void decoded_runs(View bytes, const std::function<bool(DecodedRun&)>& take) {
  constexpr size_t kLeast = 24;  // letters
  if (bytes.size() > kMostPastedText || !mostly_text(bytes)) return;
  std::string run;  // lines, each with its end
  bool goes_on = true;
  const auto end_run = [&] {
    const std::vector<ValueWord> words = words_between_blanks(run);
    for (const ValueOfWords& value : values_of_words(words)) {
      const std::string_view last = words[value.end - 1].text;
      std::string letters(words[value.begin].text.data(), last.data() + last.size());
      std::erase(letters, '\n');
      if (letters.size() < kLeast) continue;
      for (DecodedRun& reading : readings_of(letters)) goes_on = goes_on && take(reading);
    }
    run.clear();
  };
  std::string_view rest = text(bytes);
  while (goes_on && !rest.empty()) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    line = trimmed(line);
    const auto url = line.find_first_of(" ") == std::string_view::npos && !line.starts_with("--")
                         ? base64_of_url(line)
                         : std::nullopt;
    if (url) line = *url;
    size_t letters = 0, digits = 0, strange = 0;
    for (const char c : line) {
      letters += is_base64_letter(c);
      digits += is_hex_digit(c);
      strange += !is_base64_letter(c) && c != '=' && c != ':' && c != ' ';
    }
    // Words are letters, too: a line of a run is long, or the last of one.
    const bool words = line.find(' ') != std::string_view::npos && digits + 1 < letters;
    const bool clean = !line.empty() && strange <= (letters >= kLeast ? 1u : 0u);
    if (!clean || words || (run.empty() && letters < kLeast)) {
      end_run();
      continue;
    }
    run += line;
    run += '\n';
  }
  if (goes_on) end_run();
}

namespace {

std::string size_words(View v) {
  return counted(v.size(), "byte");
}

struct InText {
  Began began;
  Bytes der;
  bool exact = true;
};
// PEM that no reader of text takes: its marker stands behind other words, or is cut.
std::optional<InText> embedded_pem(std::string_view all) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  constexpr size_t kMostMarkers = 256, kLabel = 64;
  size_t markers = 0;
  for (size_t at = all.find(kBegin); at != std::string_view::npos && markers++ < kMostMarkers;
       at = all.find(kBegin, at + 1)) {
    const std::string_view line = all.substr(at, kBegin.size() + kLabel);
    const size_t dashes = line.find("-----", kBegin.size()), end = line.find('\n');
    const bool cut = dashes == std::string_view::npos || end < dashes;
    const size_t behind = cut ? std::min(end, line.size()) : dashes + 5;
    if (pem_body(all.substr(at + behind)) != PemBody::credential) continue;
    return InText{.began = {.kind = Began::Kind::credential, .what = "a PEM block"}, .der = {}};
  }
  return std::nullopt;
}

// Of text: base64 or hex that decodes to what began as a credential, or lines of PEM's armour
// without their counterpart.
std::optional<InText> in_text(View bytes) {
  std::optional<InText> found;
  decoded_runs(bytes, [&](DecodedRun& run) {
    if (auto began = began_as(run.bytes))
      found = {.began = std::move(*began), .der = std::move(run.bytes), .exact = run.exact};
    return !found;
  });
  if (found) return found;
  if (bytes.size() > kMostPastedText || !mostly_text(bytes)) return std::nullopt;
  const std::string_view all = text(bytes);
  if (is_lone_marker(all) || !pem_ends_alone(all).empty())
    return InText{.began = {.kind = Began::Kind::credential, .what = "a PEM block"}, .der = {}};
  return embedded_pem(all);
}

// A single byte of DER is what is left of one, or a digit.
bool one_byte(View v) {
  return v.size() == 1 && v[0] == 0x30;
}

// What carving finds in it: whole things, the first of them where the damage is or further on, and
// things that break off.
struct Inside {
  bool whole = false, at_head = false, broken = false;
};
Inside inside_of(const Source& s) {
  constexpr uint64_t kHead = 32;  // bytes: a length, a tag, some padding
  if (s.bytes.size() < 64 || s.bytes.size() > kMostCredential) return {};
  Reading scratch;
  const Carved carved = carve(s, scratch);
  Inside out{.whole = carved.found != 0, .at_head = false, .broken = carved.broken != 0};
  for (const Statement& said : scratch.device.statements)
    out.at_head = out.at_head || (said.place.offset && *said.place.offset < s.base + kHead);
  return out;
}

bool recognises(const Source& s) {
  if (one_byte(s.bytes)) return s.member;
  if (const auto began = began_as(s.bytes)) {
    if (began->kind != Began::Kind::credential) return true;
    const Inside inside = inside_of(s);
    return began->at_head ? !inside.at_head : !inside.whole && !inside.broken;
  }
  return in_text(s.bytes).has_value();
}

Result<void> read(const Source& s, Reading& reading) {
  const Place place{
      .path = s.path, .offset = s.base == 0 ? std::nullopt : std::optional(s.base), .item = {}};
  if (one_byte(s.bytes)) {
    reading.device.note(Remark::resembles_evidence, place,
                        "1 byte, 30, is how DER begins: a credential may have been cut off here");
    return {};
  }
  auto began = began_as(s.bytes);
  Bytes der;
  if (!began) {
    auto found = in_text(s.bytes);
    began = std::move(found->began);
    if (found->exact) der = std::move(found->der);
    // Readable, with something around it that no reader of text expects.
    const Source inside{.path = s.path, .bytes = der, .base = s.base, .member = s.member};
    for (const Reader* reader :
         {&x509_reader, &cms_cd_reader, &csr_reader, &crl_reader, &key_reader}) {
      if (!der.empty() && reader->recognises(inside) && stated_size(der) == der.size())
        return reader->read(inside, reading);
    }
  }
  if (began->kind == Began::Kind::foreign) {
    reading.not_used.push_back(
        {s.path, fmt::format("{}: none that a device attests itself with", began->what)});
  } else if (began->kind == Began::Kind::other_curve) {
    reading.holds("other-key");
    reading.device.note(Remark::resembles_evidence, place,
                        fmt::format("{}: expected a DAC's, on P-256", began->what));
  } else {
    reading.holds("damaged");
    reading.device.note(Remark::damaged_credential, place,
                        fmt::format("{} that began as {} and cannot be read as one",
                                    size_words(s.bytes), began->what));
  }
  return {};
}

}  // namespace

const Reader damaged_reader{.kind = "raw",
                            .expects = "a credential",
                            .content = Content::scraps,
                            .recognises = recognises,
                            .read = read};

}  // namespace attest
