#include "verifier/readers/credentials/credential_items.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/crypto/crypto.h"
#include "verifier/pki/certificate.h"
#include "verifier/pki/der.h"
#include "verifier/pki/encrypted_key.h"
#include "verifier/pki/key.h"

namespace attest {
namespace {

const char* hold_of(FactId role) {
  return role == FactId::dac   ? "dac"
         : role == FactId::pai ? "pai"
         : role == FactId::cd  ? "cd"
                               : "paa";
}

bool is_certificate_label(std::string_view label) {
  return label.ends_with("CERTIFICATE");
}

}  // namespace

bool is_erased(View item) {
  if (item.empty()) return true;
  if (item[0] != 0xFF && item[0] != 0x00) return false;
  return std::all_of(item.begin(), item.end(), [&](uint8_t b) { return b == item[0]; });
}

size_t der_size(View v) {
  if (v.size() < 4 || v[0] != 0x30) return 0;
  if (v[1] < 0x80) return 2u + v[1];
  if (v[1] == 0x81) return 3u + v[2];
  return v[1] == 0x82 ? 4u + be16(v, 2) : 0;
}

namespace {

const char* sent_as(FactId role) {
  return role == FactId::cd    ? "certification declaration"
         : role == FactId::dac ? "DAC"
         : role == FactId::pai ? "PAI"
                               : "PAA";
}

// A private key where another thing belongs is kept as one, so that nothing shows it.
bool say_if_private_key(View der, const Place& place, Reading& reading) {
  const auto key = parse_private_key(der);
  if (!key) return false;
  reading.holds("private-key");
  reading.device.say(FactId::private_key, Bytes(key->scalar.begin(), key->scalar.end()), place);
  return true;
}

// What a slot for a certificate or a declaration holds: DER, or a fault.
void say_der(FactId role, View item, const Place& place, Reading& reading) {
  const auto wrong = [&](const std::string& found) {
    wrong_encoding(
        role, place,
        fmt::format("holds {}; the firmware sends these bytes as the {}", found, sent_as(role)),
        reading);
  };
  if (say_if_private_key(item, place, reading)) return wrong("a private key");
  if (item.size() == 32) return wrong("32 bytes, as many as a private key has");
  // (Digits that begin with 0x have the first byte of a SEQUENCE, and no certificate is so short.)
  const bool der = der_size(item) != 0 && item[1] >= 0x80;
  if (!der) {
    if (const auto other = disguise(item)) {
      wrong(other->found);
      if (say_if_private_key(other->inside, place, reading) || der_size(other->inside) == 0) return;
      reading.holds(hold_of(role));
      reading.device.say(role, other->inside, place);
      return;
    }
  }
  reading.holds(hold_of(role));
  reading.device.say(role, to_bytes(item), place);
}

void say_pem_certificates(FactId role, View item, const Place& place, Reading& reading) {
  const PemFile file = parse_pem(item);
  FactId as = role;
  for (const PemBlock& block : file.blocks) {
    if (!is_certificate_label(block.label)) continue;
    reading.holds(as == role ? hold_of(role) : "certificate");
    reading.device.say(as, block.der, place);
    as = FactId::certificate;
  }
  for (const Error& problem : file.problems)
    reading.device.damaged(place, "PEM block", problem.what);
  if (as == role && file.problems.empty())
    reading.device.damaged(place, "PEM block", "expected a CERTIFICATE, found none");
}

// What a key is instead of 32 bytes, and the scalar in it where one can be had.
struct KeyForm {
  std::string name;
  Bytes scalar;
};

std::optional<KeyForm> der_key_form(View item) {
  const size_t size = der_size(item);
  if (size == 0 || size > item.size()) return std::nullopt;
  const View der = item.first(size);
  if (const auto key = parse_private_key(der)) {
    // Both begin with a version: 1 in SEC 1, 0 in PKCS#8.
    const size_t version = (der[1] < 0x80 ? 2 : der[1] == 0x81 ? 3 : 4) + 2;
    const bool sec1 = der[version] == 1 && der[version + 1] == 0x04;
    return KeyForm{.name = fmt::format("{} DER of {}", sec1 ? "SEC1" : "PKCS#8", size),
                   .scalar = Bytes(key->scalar.begin(), key->scalar.end())};
  }
  if (looks_like_sealed_key(der)) return KeyForm{.name = "an encrypted PKCS#8 key", .scalar = {}};
  if (parse_certificate(der)) return KeyForm{.name = "a certificate", .scalar = {}};
  return std::nullopt;
}

std::optional<KeyForm> key_form(View item) {
  constexpr size_t kScalar = 32, kPoint = 65;
  const auto is_point = [](View v) { return v[0] == 0x04 && on_curve(v); };
  if (item.size() == kScalar && raw_private_key(item))
    return KeyForm{.name = "32 raw bytes", .scalar = to_bytes(item)};
  if (auto der = der_key_form(item)) return der;
  if (item.size() == kPoint && is_point(item))
    return KeyForm{.name = "a public key of 65", .scalar = {}};
  if (item.size() == kPoint + kScalar && is_point(item.first(kPoint)))
    return KeyForm{.name = "97 bytes, the public key before it",
                   .scalar = to_bytes(item.last(kScalar))};
  if (item.size() == kPoint + kScalar && is_point(item.last(kPoint)))
    return KeyForm{.name = "97 bytes, the public key behind it",
                   .scalar = to_bytes(item.first(kScalar))};
  if (item.size() == kScalar + 1 && item[0] == 0)
    return KeyForm{.name = "33 bytes, a zero before it", .scalar = to_bytes(item.last(kScalar))};
  if (item.size() == kScalar + 2 && item[0] == 0x04 && item[1] == kScalar)
    return KeyForm{.name = "an OCTET STRING of 34", .scalar = to_bytes(item.last(kScalar))};
  if (item.size() >= kScalar + 2 && item[0] == der::kInteger && item[1] + 2u == item.size() &&
      (item.size() == kScalar + 2 || (item.size() == kScalar + 3 && item[2] == 0)))
    return KeyForm{.name = fmt::format("a DER INTEGER of {} bytes", item.size()),
                   .scalar = to_bytes(item.last(kScalar))};
  if (const View line = item.subspan(std::min(kScalar, item.size()));
      !line.empty() && line.size() <= 2 &&
      std::all_of(line.begin(), line.end(), [](uint8_t b) { return b == '\r' || b == '\n'; }))
    return KeyForm{.name = fmt::format("{} bytes, the end of a line behind it", item.size()),
                   .scalar = to_bytes(item.first(kScalar))};
  const auto other = disguise(item);
  if (!other) return std::nullopt;
  KeyForm out{.name = fmt::format("{} of {}", other->found, item.size()), .scalar = {}};
  if (other->inside.size() == kScalar) {
    out.scalar = other->inside;
  } else if (auto inner = der_key_form(other->inside)) {
    out.scalar = std::move(inner->scalar);
  }
  return out;
}

// Whether the slot is one that takes this form.
bool takes(Encoding encoding, View item) {
  if (encoding == Encoding::any) return key_item(item) != KeyItem::unreadable;
  if (item.size() == 32 && encoding == Encoding::raw) return true;
  const auto form = encoding == Encoding::sec1 ? der_key_form(item) : std::nullopt;
  return form && form->name.starts_with("SEC1");
}

}  // namespace

bool is_some_key(View item) {
  return key_form(item).has_value();
}

std::optional<Bytes> scalar_of(View item) {
  auto form = key_form(item);
  return form && !form->scalar.empty() ? std::optional(std::move(form->scalar)) : std::nullopt;
}

void say_certificate_item(FactId role, Encoding encoding, View item, const Place& place,
                          Reading& reading) {
  if (is_erased(item)) {
    reading.device.note(Remark::erased, place,
                        fmt::format("the place of the {} is erased", hold_of(role)));
  } else if (encoding == Encoding::any && looks_like_pem(item)) {
    say_pem_certificates(role, item, place, reading);
  } else {
    say_der(role, item, place, reading);
  }
}

void say_cd_item(View item, const Place& place, Reading& reading) {
  if (is_erased(item)) {
    reading.device.note(Remark::erased, place,
                        "the place of the certification declaration is erased");
    return;
  }
  say_der(FactId::cd, item, place, reading);
}

KeyItem key_item(View item, Bytes* scalar) {
  if (is_erased(item)) return KeyItem::absent;
  const auto plain = [&](const Result<PrivateKey>& key) {
    if (!key) return KeyItem::unreadable;
    if (scalar != nullptr) scalar->assign(key->scalar.begin(), key->scalar.end());
    return KeyItem::plain;
  };
  if (item.size() == 32) return plain(raw_private_key(item));
  if (!looks_like_pem(item)) return plain(parse_private_key(item));
  for (const PemBlock& block : parse_pem(item).blocks) {
    if (!block.label.ends_with("PRIVATE KEY")) continue;
    if (block.encrypted || block.label.starts_with("ENCRYPTED")) return KeyItem::encrypted;
    return plain(parse_private_key(block.der));
  }
  return KeyItem::unreadable;
}

KeyItem say_dac_key_item(Encoding encoding, View item, const Place& place, Reading& reading) {
  Bytes scalar;
  KeyItem is = key_item(item, &scalar);
  if (is == KeyItem::absent) return is;
  if (auto form = takes(encoding, item) ? std::nullopt : key_form(item)) {
    wrong_encoding(FactId::dac_private_key, place,
                   fmt::format("expected {}, found {}",
                               encoding == Encoding::raw    ? "32 raw bytes"
                               : encoding == Encoding::sec1 ? "SEC1 DER"
                                                            : "DER or PEM of a private key",
                               form->name),
                   reading);
    if (form->scalar.empty()) return KeyItem::unreadable;
    scalar = std::move(form->scalar);
    is = raw_private_key(scalar) ? KeyItem::plain : KeyItem::unreadable;
  }
  if (is == KeyItem::plain) {
    reading.holds("dac-key");
    reading.device.say(FactId::dac_private_key, std::move(scalar), place);
  } else if (is == KeyItem::encrypted) {
    reading.holds("encrypted-key");
    reading.device.note(Remark::key_encrypted, place, "the private key is encrypted");
    reading.device.note(Remark::key_locked, place, "the private key is encrypted");
  } else if (encoding == Encoding::raw && item.size() != 32) {
    wrong_encoding(FactId::dac_private_key, place,
                   fmt::format("expected 32 raw bytes, found {} bytes", item.size()), reading);
  } else if (is == KeyItem::unreadable) {
    reading.device.damaged(place, "private key",
                           fmt::format("{} bytes are no P-256 private key", item.size()));
  }
  return is;
}

void call_keys(const std::string& name, size_t before, Reading& reading) {
  auto& all = reading.device.statements;
  for (size_t i = before; i < all.size() && !name.empty(); ++i) {
    if (all[i].fact == FactId::private_key || all[i].fact == FactId::public_key)
      all[i].place.item = name;
  }
}

}  // namespace attest
