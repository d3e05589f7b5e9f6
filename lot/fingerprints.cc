#include "lot/fingerprints.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include "verifier/readers/posture/mac.h"
#include "verifier/readers/posture/untold.h"

namespace attest {
namespace {

// A passcode is one the device opens to: the one that fits its verifier where that is known, else
// the first given.
const PasscodeEvidence* own_passcode(const Evidence& e) {
  for (const PasscodeEvidence& p : e.onboarding.passcodes) {
    if (p.fits_verifier == true) return &p;
  }
  return e.onboarding.passcodes.empty() ? nullptr : &e.onboarding.passcodes.front();
}

// As the part says it, or its label: a manual code has four bits of it only.
std::optional<uint16_t> own_discriminator(const Evidence& e) {
  std::optional<uint64_t> found = e.device.number(FactId::discriminator);
  for (const CodeEvidence& code : e.onboarding.codes) {
    if (found) break;
    if (!code.payload.manual && code.has_values() && !code.other_device)
      found = code.payload.discriminator;
  }
  return found && *found < kDiscriminators ? std::optional(static_cast<uint16_t>(*found))
                                           : std::nullopt;
}

std::string product_of(const Evidence& e) {
  std::optional<uint16_t> vid = e.vid, pid = e.pid;
  if (const Certificate* dac = e.dac.certificate.get()) {
    if (dac->vid()) vid = dac->vid();
    if (dac->pid()) pid = dac->pid();
  } else if (!e.csrs.empty() && e.csrs.front().csr) {
    const Csr& csr = *e.csrs.front().csr;
    if (csr.vid) vid = csr.vid;
    if (csr.pid) pid = csr.pid;
  }
  if (!vid || !pid) return {};
  return fmt::format("{}/{}", hex_id(*vid), hex_id(*pid));
}

// What parts of one lot are alike in; their ids and the keys that are theirs alone are their own.
// No name begins as another with a blank behind it does.
constexpr std::pair<Trait, const char*> kAlike[] = {
    {Trait::secure_boot, "secure boot"},
    {Trait::flash_encryption, "flash encryption"},
    {Trait::debug, "debug"},
    {Trait::download_mode, "download mode"},
    {Trait::device_erase, "device erase"},
    {Trait::rollback, "rollback protection"},
    {Trait::secure_engine, "secure engine"},
    {Trait::trusted_key, "signing key"},
    {Trait::chip, "chip"},
    {Trait::secure_version, "secure version"},
    {Trait::release_mode, "bits of release mode"},
    {Trait::other_boot, "other ways to boot"},
    {Trait::fuse_key_read, "reading of keys"},
    {Trait::fuse_key_write, "writing of keys"},
    {Trait::read_protection, "read protection"},
    {Trait::nvs_scheme, "key of NVS encryption"},
    {Trait::verify_certificate, "demand of certificates"},
    {Trait::page_lock, "page lock"},
    {Trait::command_key, "command key"},
    {Trait::tamper, "tamper"},
    {Trait::tamper_status, "status of tamper"}};
constexpr std::string_view kBetweenTraits = ", ";

// Of what many fuses tell together, whether any is open is what counts: another tool tells fewer of
// them, and has other words for one that is shut.
bool is_of_many(Trait trait) {
  return trait == Trait::release_mode || trait == Trait::other_boot ||
         trait == Trait::fuse_key_read || trait == Trait::fuse_key_write ||
         trait == Trait::read_protection;
}

// Whole words, in an order of their own: what tells of a part tells in its own order.
std::string posture_of(const Evidence& e) {
  constexpr size_t kShownOfKey = 16;
  std::string out;
  for (const auto& [trait, name] : kAlike) {
    const bool is_key = trait == Trait::trusted_key || trait == Trait::command_key;
    std::set<std::string> values;
    bool any_open = false;
    for (const Claim& claim : e.device.posture.claims) {
      if (claim.trait != trait || claim.value.empty() || claim.value == kUntold) continue;
      if (claim.locked == Holds::unclear && !is_key) continue;
      if (is_of_before(claim, e.device.posture.claims)) continue;
      values.insert(is_key ? claim.value.substr(0, kShownOfKey) : claim.value);
      any_open = any_open || claim.locked == Holds::no;
    }
    if (!values.empty() && is_of_many(trait)) values = {any_open ? "open" : "shut"};
    if (!values.empty())
      out += fmt::format("{}{} {}", out.empty() ? std::string_view() : kBetweenTraits, name,
                         fmt::join(values, "/"));
  }
  return out;
}

// A label's address is of an interface, and is not asked here.
std::string chip_id_of(const Evidence& e) {
  for (const Trait trait : {Trait::mac, Trait::unique_id}) {
    for (const Claim& claim : e.device.posture.claims) {
      if (claim.trait == trait && claim.locked == Holds::yes && !is_blank_id(claim.value))
        return claim.value;
    }
  }
  return {};
}

}  // namespace

uint64_t fingerprint_of(const SipKey& key, Fingerprint kind, View value) {
  SipKey own = key;
  own[0] ^= static_cast<uint8_t>(kind);  // a key a kind
  return std::max<uint64_t>(siphash(own, value), 1);
}

uint64_t dac_fingerprint(const SipKey& key, const Sha256& tbs_digest,
                         const std::array<uint8_t, 64>& signature) {
  std::array<uint8_t, sizeof(Sha256) + 64> both{};
  std::copy(tbs_digest.begin(), tbs_digest.end(), both.begin());
  std::copy(signature.begin(), signature.end(), both.begin() + sizeof(Sha256));
  return fingerprint_of(key, Fingerprint::dac, both);
}

// A Feistel network over two halves of 14 bits (Luby and Rackoff, 1988: four rounds make a
// permutation that nobody without the key can tell from a random one). A passcode has 27 bits, and
// the one that follows the last has no more than 28.
uint64_t passcode_fingerprint(const SipKey& key, uint64_t passcode) {
  constexpr unsigned kHalf = 14, kRounds = 4;
  constexpr uint64_t kMask = (1u << kHalf) - 1;
  uint64_t left = passcode >> kHalf & kMask, right = passcode & kMask;
  for (unsigned round = 0; round < kRounds; ++round) {
    const std::array<uint8_t, 3> input{static_cast<uint8_t>(round), static_cast<uint8_t>(right),
                                       static_cast<uint8_t>(right >> 8)};
    const uint64_t mixed = left ^ (fingerprint_of(key, Fingerprint::passcode, input) & kMask);
    left = right;
    right = mixed;
  }
  return (left << kHalf | right) + 1;
}

std::vector<LockTold> locks_told(const std::string& posture) {
  std::vector<LockTold> out;
  std::string_view rest = posture;
  for (const auto& [trait, name] : kAlike) {
    const std::string_view word = name;
    if (!rest.starts_with(word) || !rest.substr(word.size()).starts_with(' ')) continue;
    rest.remove_prefix(word.size() + 1);
    // A value may have a comma of its own: it ends where another trait begins.
    size_t end = std::string_view::npos;
    for (const auto& [other, next] : kAlike)
      end = std::min(end, rest.find(fmt::format("{}{} ", kBetweenTraits, next)));
    out.push_back({.trait = name, .value = std::string(rest.substr(0, end))});
    rest.remove_prefix(std::min(
        rest.size(), end == std::string_view::npos ? rest.size() : end + kBetweenTraits.size()));
  }
  return out;
}

DeviceFingerprints fingerprints_of(const Evidence& e, const SipKey& key) {
  DeviceFingerprints out;
  const auto mark = [&](Fingerprint kind, View value) {
    if (!value.empty()) out.values[static_cast<size_t>(kind)] = fingerprint_of(key, kind, value);
  };
  if (const Certificate* dac = e.dac.certificate.get()) {
    if (dac->ecdsa) {
      out.values[static_cast<size_t>(Fingerprint::dac)] =
          dac_fingerprint(key, dac->tbs_digest(), *dac->ecdsa);
    } else {
      mark(Fingerprint::dac, dac->der);
    }
    mark(Fingerprint::dac_key, dac->public_key);
    if (const auto akid = dac->akid()) out.issuer = hex(*akid);
  } else if (e.dac.present()) {
    mark(Fingerprint::dac, e.dac.bytes);
  } else if (!e.csrs.empty() && e.csrs.front().csr && e.csrs.front().csr->public_key) {
    mark(Fingerprint::dac_key, *e.csrs.front().csr->public_key);
  }
  const auto text_mark = [&](Fingerprint kind, const std::string* value) {
    if (value != nullptr) mark(kind, view(*value));
  };
  const std::string* qr = e.device.string(FactId::qr_payload);
  text_mark(Fingerprint::payload, qr != nullptr ? qr : e.device.string(FactId::manual_code));
  text_mark(Fingerprint::serial_number, e.device.string(FactId::serial_number));
  if (const Bytes* verifier = e.device.bytes(FactId::spake2p_verifier))
    mark(Fingerprint::spake2p_verifier, *verifier);
  if (const Bytes* salt = e.device.bytes(FactId::spake2p_salt))
    mark(Fingerprint::spake2p_salt, *salt);
  if (const PasscodeEvidence* own = own_passcode(e)) {
    out.values[static_cast<size_t>(Fingerprint::passcode)] =
        passcode_fingerprint(key, own->passcode);
    out.values[static_cast<size_t>(Fingerprint::next_passcode)] =
        passcode_fingerprint(key, own->passcode + 1);
  }
  text_mark(Fingerprint::unique_id, e.device.string(FactId::unique_id));
  if (const Bytes* secret = e.device.bytes(FactId::rotating_id_unique_id))
    mark(Fingerprint::rotating_id, *secret);
  if (e.nonce != nullptr) {
    mark(Fingerprint::nonce, *e.nonce);
  } else if (e.elements) {
    mark(Fingerprint::nonce, e.elements->nonce);
  }
  if (const std::string id = chip_id_of(e); !id.empty()) mark(Fingerprint::chip_id, view(id));
  out.discriminator = own_discriminator(e);
  out.product = product_of(e);
  out.posture = posture_of(e);
  return out;
}

}  // namespace attest
