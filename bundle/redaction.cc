#include "bundle/redaction.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/crypto/crypto.h"
#include "verifier/readers/quoted.h"

namespace attest {
namespace {

// Of a private key its public part. What is no key (a wrong length, 0, beyond the order) is as
// wrong without its value.
Bytes without_scalar(const Bytes& key) {
  if (const auto point = public_key_of(key)) return to_bytes(*point);
  const bool zero = std::all_of(key.begin(), key.end(), [](uint8_t b) { return b == 0; });
  return Bytes(key.size(), key.size() != 32 || zero ? 0x00 : 0xFF);
}

}  // namespace

size_t Redaction::number_of(FactId fact, FactValue value) {
  auto& known = seen_[fact];
  auto at = std::find(known.begin(), known.end(), value);
  if (at == known.end()) at = known.insert(known.end(), std::move(value));
  return static_cast<size_t>(at - known.begin()) + 1;
}

// A text may hold a key, whatever its fact is.
void Redaction::keep(Statement& s) {
  if (is_masked(s.fact)) {
    if (!show_passcode_) s.value = masked(s.fact, s.value);
    return;
  }
  auto* text = std::get_if<std::string>(&s.value);
  if (text == nullptr || shown_text(*text) == printable(*text)) return;
  *text = stand_in_text(*text, number_of(s.fact, s.value));
}

FactValue Redaction::masked(FactId fact, const FactValue& value) {
  FactValue plain = value;
  // Dashes only group the digits of a manual code (conflicts() sees it so, too).
  if (auto* code = std::get_if<std::string>(&plain); code != nullptr && fact == FactId::manual_code)
    std::erase(*code, '-');
  const uint64_t number = number_of(fact, std::move(plain));
  if (std::holds_alternative<uint64_t>(value)) return number;
  if (std::holds_alternative<std::string>(value)) return fmt::format("masked {}", number);
  Bytes bytes(std::get<Bytes>(value).size());
  for (size_t i = 0; i < 8 && i < bytes.size(); ++i)
    bytes[bytes.size() - 1 - i] = static_cast<uint8_t>(number >> (8 * i));
  return bytes;
}

Device Redaction::device(const Device& read, const Evidence& settled) {
  Device out = read;
  out.keys_left_out = true;
  size_t next = 0;  // of what was settled: in the same order, without the further chains'
  for (Statement& s : out.statements) {
    const auto& all = settled.device.statements;
    const Statement* same = next < all.size() && all[next].value == s.value ? &all[next] : nullptr;
    next += same != nullptr ? 1 : 0;
    const bool key = s.fact == FactId::dac_private_key || s.fact == FactId::private_key;
    if (is_masked(s.fact) || std::holds_alternative<std::string>(s.value)) {
      keep(s);
    } else if (key) {
      s.value = without_scalar(std::get<Bytes>(s.value));
    } else if (s.fact == FactId::blob && same == nullptr) {
      s.value = Bytes{};
    } else if (s.fact == FactId::blob) {
      // Bare bytes stay when they are part of the attestation response; the DAC's key leaves its
      // public part, and what nobody needed may be anything.
      const Bytes* own = &std::get<Bytes>(same->value);
      if (own == settled.signature || own == settled.challenge || own == settled.nonce) continue;
      const auto& authorities = settled.authority_keys;
      const bool is_key = (settled.dac_key && equal(settled.dac_key->scalar, *own)) ||
                          std::any_of(authorities.begin(), authorities.end(),
                                      [&](const AuthorityKey& a) { return a.place == s.place; });
      const bool is_nonce = settled.elements && equal(settled.elements->nonce, *own);
      if (!is_nonce) s.value = is_key ? without_scalar(*own) : Bytes{};
    }
  }
  return out;
}

Device Redaction::ordered(const Device& order) {
  Device out = order;
  out.keys_left_out = true;
  for (Statement& s : out.statements) {
    keep(s);
    if (is_secret(s.fact)) s.value = Bytes{};
  }
  return out;
}

}  // namespace attest
