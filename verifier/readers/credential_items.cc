#include "verifier/readers/credential_items.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/pki/key.h"

namespace attest {
namespace {

constexpr const char* kHolds[] = {"dac", "pai", "paa"};
const char* hold_of(FactId role) {
  return role == FactId::dac ? kHolds[0] : role == FactId::pai ? kHolds[1] : kHolds[2];
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

void say_certificate_item(FactId role, View item, const Place& place, Reading& reading) {
  if (is_erased(item)) {
    reading.device.note(Remark::erased, place,
                        fmt::format("the place of the {} is erased", hold_of(role)));
    return;
  }
  if (!looks_like_pem(item)) {
    reading.holds(hold_of(role));
    reading.device.say(role, to_bytes(item), place);
    return;
  }
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

void say_cd_item(View item, const Place& place, Reading& reading) {
  if (is_erased(item)) {
    reading.device.note(Remark::erased, place,
                        "the place of the certification declaration is erased");
    return;
  }
  reading.holds("cd");
  reading.device.say(FactId::cd, to_bytes(item), place);
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

KeyItem say_dac_key_item(View item, const Place& place, Reading& reading) {
  Bytes scalar;
  const KeyItem is = key_item(item, &scalar);
  if (is == KeyItem::plain) {
    reading.holds("dac-key");
    reading.device.say(FactId::dac_private_key, std::move(scalar), place);
  } else if (is == KeyItem::encrypted) {
    reading.holds("encrypted-key");
    reading.device.note(Remark::key_encrypted, place, "the private key is encrypted");
  } else if (is == KeyItem::unreadable) {
    reading.device.damaged(place, "private key",
                           fmt::format("{} bytes are no P-256 private key", item.size()));
  }
  return is;
}

}  // namespace attest
