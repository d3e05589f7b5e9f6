// Signatures of firmware images and of the keys that make them: RSA-PSS, ECDSA on the curves that
// chips take, Ed25519. A handful a part, where attestation's own P-256 goes through
// SignatureEngine.
#pragma once

#include <string>
#include <string_view>

#include "verifier/base/bytes.h"

namespace attest {

enum class FirmwareCurve : uint8_t { p192, p256, p384 };

// PSS with MGF1 and SHA-256, a salt of 32 bytes. Numbers are big endian; a key of other than 2048
// to 4096 bits is none.
bool verify_rsa_pss(View modulus, View exponent, View digest, View signature);
// `point` is x | y, `signature` r | s, each as wide as the curve.
bool verify_ecdsa(FirmwareCurve curve, View point, View digest, View signature);
bool verify_ed25519(View key, View message, View signature);

Bytes sha384(View data);
Bytes sha512(View data);

// A public key as makers of firmware hold it: its own number, whatever file it came in.
struct FirmwareKey {
  enum class Kind : uint8_t { rsa, p192, p256, p384, ed25519 } kind = Kind::rsa;
  Bytes modulus, exponent;  // RSA, big endian
  Bytes point;              // of a curve: x | y; Ed25519: 32 bytes
  Bytes pkcs1, spki;        // as DER; the first of RSA alone
};
// From the DER of a public or a private key: of the latter its public part.
std::optional<FirmwareKey> firmware_key(View der);

// What Espressif's fuses hold of a key: SHA-256 over the key's part of a signature block. Nullopt:
// a key that no chip of theirs takes.
std::optional<Sha256> esp_key_digest(const FirmwareKey& key);
// MCUboot's key hash: of the SubjectPublicKeyInfo, of RSA the PKCS#1 key.
Sha256 mcuboot_key_hash(const FirmwareKey& key);
// The same by the hash of that many bytes, as hex: an image names its key by the hash that it has
// of itself. Empty: there is no such hash.
std::string mcuboot_key_hash(const FirmwareKey& key, size_t size);
// Whether this key makes such a signature ("rsa2048", "ecdsa-p384", "ed25519"), and made this one:
// `message` is the digest, of a pure Ed25519 signature all that was signed.
bool verifies_firmware(const FirmwareKey& key, std::string_view scheme, View message,
                       View signature);

// Flash encryption of Espressif's newer chips: units of 128 bytes, each reversed around AES-XTS.
// The data begin at this address of the flash, and whole units are taken. Keys of 32 and 64 bytes.
std::optional<Bytes> esp_xts_decrypt(View key, uint64_t address, View data);

}  // namespace attest
