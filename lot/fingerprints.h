// DeviceFingerprints: what a lot keeps of each device to find what repeats: a keyed digest of
// everything that must be its own, its product and its issuer. Digests are made with a key that is
// drawn once a lot, or given where the lot is judged in parts: without it a passcode could be found
// from its digest by trying all of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "verifier/crypto/siphash.h"
#include "verifier/gather/evidence.h"

namespace attest {

enum class Fingerprint : uint8_t {
  dac,
  dac_key,  // the public key: of the DAC, or of a request for one
  payload,
  serial_number,
  spake2p_verifier,
  spake2p_salt,
  passcode,
  unique_id,
  rotating_id,    // the secret that a rotating id is made of
  nonce,          // of the attestation response
  chip_id,        // the MAC in fuses, or the chip's unique id, as tools print it
  next_passcode,  // of the passcode that follows this one: whose `passcode` it is, shows who counts
};
inline constexpr size_t kFingerprintCount = 12;
inline constexpr uint64_t kDiscriminators = 4096;

struct DeviceFingerprints {
  std::array<uint64_t, kFingerprintCount> values{};  // 0: the device has none
  std::optional<uint16_t> discriminator;  // no secret: a device tells it to whoever listens
  std::string product;  // "0xFFF1/0x8000", of the DAC, of the factory data or of a request
  std::string issuer;   // the DAC's authority key id, hex
  std::string posture;  // "secure boot v2, debug disabled": how the part is said to be locked

  uint64_t of(Fingerprint m) const { return values[static_cast<size_t>(m)]; }
  bool operator==(const DeviceFingerprints&) const = default;
};

// Never 0. The kind is part of what is digested: a serial number is not a payload that reads the
// same.
uint64_t fingerprint_of(const SipKey& key, Fingerprint kind, View value);
// A DAC is known by what is signed and its signature (r | s).
uint64_t dac_fingerprint(const SipKey& key, const Sha256& tbs_digest,
                         const std::array<uint8_t, 64>& signature);
// Of 28 bits and one more: each passcode has one of its own, so that few bytes tell them apart.
uint64_t passcode_fingerprint(const SipKey& key, uint64_t passcode);
// What DeviceFingerprints::posture tells, trait by trait: "secure boot", "v2".
struct LockTold {
  std::string trait, value;
};
std::vector<LockTold> locks_told(const std::string& posture);
DeviceFingerprints fingerprints_of(const Evidence& evidence, const SipKey& key);

}  // namespace attest
