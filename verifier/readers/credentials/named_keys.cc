#include "verifier/readers/credentials/named_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "verifier/base/characters.h"
#include "verifier/crypto/crypto.h"
#include "verifier/pki/key.h"
#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/credentials/name_before.h"
#include "verifier/readers/credentials/role_names.h"

namespace attest {
namespace {

constexpr size_t kScalar = 32;
constexpr size_t kMostBetween = 32;  // letters between the name and the value: "Bytes.fromHex("
constexpr size_t kAround = 900;      // characters of one key as a tool prints it
constexpr std::string_view kRoles[] = {"dac", "pai", "paa", "attest", "matter"};

std::string letters_of(std::string_view words) {
  std::string out;
  for (const char c : words) {
    if (is_digit(c) || is_word_letter(c)) out += c;
  }
  std::erase(out, '_');
  return to_lower(out);
}

bool has_any(std::string_view words, std::initializer_list<const char*> sought) {
  return std::any_of(sought.begin(), sought.end(),
                     [&](const char* w) { return words.find(w) != std::string_view::npos; });
}

// (The letters of "pair", "paint" and "formatter" name nobody.)
bool names_role(std::string_view letters) {
  for (const std::string_view role : kRoles) {
    for (size_t at = 0; (at = letters.find(role, at)) != std::string_view::npos;
         at += role.size()) {
      const char next = at + role.size() < letters.size() ? letters[at + role.size()] : '\0';
      if (role == "pai" && std::string_view("rndl").find(next) != std::string_view::npos &&
          next != '\0')
        continue;
      if (role == "matter" && at >= 3 && letters.substr(at - 3, 3) == "for") continue;
      return true;
    }
  }
  return false;
}

// Where a name of a private key ends; npos: none does behind `from`.
size_t end_of_key_name(std::string_view letters, size_t from) {
  size_t first = std::string_view::npos, end = first;
  for (const std::string_view name :
       {"privatekey", "privkey", "prvkey", "prikey", "dackey", "paikey", "paakey", "dacskey",
        "paiskey", "paaskey", "attestationkey", "dacpriv", "paipriv", "paapriv"}) {
    const size_t at = letters.find(name, from);
    if (at == std::string_view::npos || at > first) continue;
    if (at == first && at + name.size() <= end) continue;
    first = at;
    end = at + name.size();
  }
  return end;
}

// What a value is the digest of may be called by its name, too, and what a key is wrapped in.
bool is_made_of_a_key(std::string_view letters) {
  return has_any(letters, {"sha1", "sha2", "sha5", "hash", "finger", "thumb", "digest", "checksum",
                           "md5", "hmac", "encrypted", "wrapped", "ciphertext"});
}

bool is_filler(View bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [&](uint8_t b) { return b == bytes[0]; });
}

std::string_view around(std::string_view text, const PastedBytes& value) {
  const size_t begin = value.offset - std::min<size_t>(value.offset, kAround);
  return text.substr(
      std::min(begin, text.size()),
      std::min<size_t>(value.end + kAround, text.size()) - std::min(begin, text.size()));
}

// As tools print the parts of a key, where its name is a word of their own: `openssl ec -text`, and
// a JWK in a text that is no JSON.
bool is_printed_key(std::string_view text, const PastedBytes& value) {
  if (value.name != "priv" && value.name != "d") return false;
  const std::string_view near = around(text, value);
  const auto has = [&](std::string_view word) { return near.find(word) != std::string_view::npos; };
  if (!has("prime256v1") && !has("P-256")) return false;
  return value.name == "priv" ? has("Private-Key: (256 bit") : has("kty");
}

void say(View scalar, const Place& place, Reading& reading) {
  reading.holds("private-key");
  reading.device.say(FactId::private_key, to_bytes(scalar), place);
}

void read_scalar(View bytes, const Place& place, Reading& reading) {
  if (bytes.empty() || is_filler(bytes)) return;  // the place of a key, without one
  const auto scalar = scalar_of(bytes);
  if (scalar && raw_private_key(*scalar)) return say(*scalar, place, reading);
  constexpr size_t kLongest = kScalar + 3;  // (Longer ones are encrypted, or of another curve.)
  if (bytes.size() > kLongest) {
    reading.not_used.push_back(
        {place_text(place),
         fmt::format("{} bytes that are called a private key: none on P-256 in the clear",
                     bytes.size())});
    return;
  }
  reading.holds("damaged");
  reading.device.note(
      Remark::damaged_credential, place,
      bytes.size() == kScalar
          ? "32 bytes that are called a private key and are none on P-256"
          : fmt::format("{} bytes that are called a private key, which has 32", bytes.size()));
}

bool is_key_of_dac(std::string_view words) {
  const std::string letters = letters_of(words);
  return !is_made_of_a_key(letters) &&
         !has_any(letters, {"sha", "issuer", "signer", "authority", "paidac", "paadac"}) &&
         has_any(letters, {"dac"}) && has_any(letters, {"pub"});
}
bool names_no_key(std::string_view words) {
  const std::string letters = letters_of(words);
  return names_only_a_key(words) && !names_role(letters);
}
// Of the lines above a value only a name counts: prose says what it likes.
std::string name_above(std::string_view text, size_t offset) {
  const NameBefore before = name_before(text, offset, names_no_key);
  std::string whole = before.whole();
  return names_only_a_key(whole) ? whole : before.line;
}

Result<void> read(const Source& s, Reading& reading) {
  read_scalar(
      s.bytes,
      {.path = s.path, .offset = s.base == 0 ? std::nullopt : std::optional(s.base), .item = {}},
      reading);
  return {};
}

}  // namespace

Bytes key_letters(std::string_view letters) {
  constexpr size_t kLongest = 256;
  if (letters.size() > kLongest) return {};
  std::string plain(letters);
  std::replace(plain.begin(), plain.end(), '-', '+');
  std::replace(plain.begin(), plain.end(), '_', '/');
  while (plain.size() % 4 > 1) plain += '=';
  for (const Result<Bytes>& bytes : {from_hex_lenient(letters), from_base64_lines(plain)}) {
    if (bytes && bytes->size() >= kScalar / 2 && bytes->size() <= 2 * kScalar + 1) return *bytes;
  }
  return {};
}

CalledKey called_key(std::string_view words) {
  const std::string letters = letters_of(words);
  if (is_made_of_a_key(letters)) return CalledKey::no;
  for (size_t end = 0; (end = end_of_key_name(letters, end)) != std::string_view::npos;) {
    const std::string_view behind = std::string_view(letters).substr(end);
    if (behind.size() > kMostBetween) continue;
    constexpr std::string_view kNotIt[] = {"id",    "name", "path",   "file",  "slot",
                                           "label", "size", "handle", "type",  "len",
                                           "usage", "pass", "map",    "index", "mask"};
    if (std::any_of(std::begin(kNotIt), std::end(kNotIt),
                    [&](std::string_view w) { return behind.starts_with(w); }))
      continue;
    if (has_any(behind, {"nonce", "challenge", "salt", "serial", "unique", "pub", "sign",
                         "verifier", "uuid"}))
      continue;
    return names_role(letters) ? CalledKey::ours : CalledKey::key;
  }
  return CalledKey::no;
}

CalledKey called_key(std::string_view text, const PastedBytes& value) {
  const std::string before = name_above(text, value.offset);
  if (is_made_of_a_key(letters_of(before))) return CalledKey::no;
  const CalledKey called = called_key(value.name);
  return called == CalledKey::no ? called_key(before) : called;
}

bool is_named_blob(std::string_view text, const PastedBytes& value) {
  const std::string letters = letters_of(value.name);
  if (is_made_of_a_key(letters) || has_any(letters, {"sha"})) return false;
  switch (value.bytes.size()) {
    case kScalar / 2:
      return has_any(letters, {"challenge"});
    case kScalar:
      return has_any(letters, {"nonce"}) || called_key(text, value) != CalledKey::no;
    case 2 * kScalar:
      return has_any(letters, {"signature"});
    case 2 * kScalar + 1:
      return is_key_of_dac(value.name) || is_key_of_dac(name_above(text, value.offset));
    default:
      return false;
  }
}

bool is_named_point(std::string_view text, const PastedBytes& value) {
  return value.bytes.size() == 2 * kScalar + 1 && is_named_blob(text, value);
}

bool is_about_matter(std::string_view text) {
  const std::string lower = to_lower(text);
  for (const std::string_view word :
       {"matter", "attestation", "-----begin certificate", "dac", "pai"}) {
    for (size_t at = 0; (at = lower.find(word, at)) != std::string::npos; at += word.size()) {
      const bool begins = at == 0 || !is_word_letter(lower[at - 1]) || lower[at - 1] == '_' ||
                          (lower[at - 1] == 'k' && (at == 1 || !is_word_letter(lower[at - 2])));
      const size_t end = at + word.size();
      const bool ends = word.size() > 3 || end == lower.size() || !is_word_letter(lower[end]) ||
                        lower[end] == '_' || text[end] != lower[end];
      if (begins && ends) return true;
    }
  }
  return false;
}

bool is_named_key(std::string_view text, const PastedBytes& value, bool about_matter) {
  if (value.bytes.size() < kScalar / 2 || value.bytes.size() > 2 * kScalar ||
      is_filler(value.bytes))
    return false;
  const bool scalar = value.bytes.size() == kScalar;
  const bool padded = value.bytes.size() == kScalar + 1 && value.bytes[0] == 0;
  // (A shorter one of these is cut.)
  if ((scalar || padded || value.bytes.size() < kScalar) && is_printed_key(text, value))
    return true;
  // (What has another length is a damaged key only where its own name says that it is one.)
  if (!scalar)
    return called_key(value.name) == CalledKey::ours &&
           to_lower(value.name).find("priv") != std::string::npos;
  const CalledKey called = called_key(text, value);
  // (Of a tunnel, whose keys are on another curve.)
  if (called == CalledKey::key && value.name == "PrivateKey" &&
      around(text, value).find("[Interface]") != std::string_view::npos)
    return false;
  return called == CalledKey::ours || (called == CalledKey::key && about_matter);
}

bool read_jwk(const Json& json, const Place& place, Reading& reading) {
  const auto word = [&](const char* name) -> const std::string* {
    const Json* member = json.find(name);
    return member == nullptr ? nullptr : member->string();
  };
  const std::string *kty = word("kty"), *crv = word("crv");
  if (kty == nullptr) return false;
  const Place of_d{.path = place.path,
                   .offset = place.offset,
                   .item = place.item.empty() ? "d" : place.item + ".d"};
  const bool is_private = json.find("d") != nullptr || json.find("k") != nullptr;
  if (*kty != "EC" || (crv != nullptr && *crv != "P-256")) {
    constexpr size_t kLongestName = 16;
    const std::string kind = printable(std::string_view(*kty).substr(0, kLongestName)),
                      curve =
                          crv == nullptr
                              ? ""
                              : " on " + printable(std::string_view(*crv).substr(0, kLongestName));
    if (*kty == "EC" && is_private) {
      reading.holds("other-key");
      reading.device.note(Remark::resembles_evidence, of_d,
                          fmt::format("a private key{}: expected a DAC's, on P-256", curve));
    } else {
      reading.not_used.push_back(
          {place_text(place), fmt::format("a JWK of another trade: {}{}", kind, curve)});
    }
    return true;
  }
  const auto bytes = [](const std::string* letters) -> std::optional<Bytes> {
    if (letters == nullptr) return std::nullopt;
    auto out = key_letters(*letters);
    return out.size() == kScalar ? std::optional(std::move(out)) : std::nullopt;
  };
  const auto x = bytes(word("x")), y = bytes(word("y")), d = bytes(word("d"));
  Bytes point;
  if (x && y) {
    point = {0x04};
    point.insert(point.end(), x->begin(), x->end());
    point.insert(point.end(), y->begin(), y->end());
  }
  const auto damaged = [&](const Place& at, const char* problem) {
    reading.holds("damaged");
    reading.device.note(Remark::damaged_credential, at, problem);
  };
  if (is_private) {
    const auto key = d ? raw_private_key(*d) : Result<PrivateKey>(error("no key"));
    if (!key) {
      damaged(of_d, "a JWK whose \"d\" is no private key on P-256: expected 32 bytes in base64url");
      return true;
    }
    if (!point.empty() && !equal(point, key->public_key))
      reading.device.damaged(of_d, "private key",
                             "the public key written beside it is not its own");
    say(*d, of_d, reading);
  } else if (place.item == "keys[]" || place.item.ends_with(".keys[]") ||
             place.item.ends_with("publicKeyJwk")) {
    reading.not_used.push_back(
        {place_text(place), "a public JWK of a set, which a service publishes: no device's"});
  } else if (!point.empty() && on_curve(point)) {
    reading.holds("public-key");
    reading.device.say(FactId::public_key, std::move(point), place);
  } else {
    damaged(place, "a JWK whose \"x\" and \"y\" are no point on P-256");
  }
  return true;
}

const Reader named_key_reader{.kind = "key",
                              .expects = "a private key",
                              .content = Content::text,
                              .recognises = [](const Source&) { return false; },
                              .read = read};

}  // namespace attest
