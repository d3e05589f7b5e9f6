// Bytes, views of bytes, and the three texts they are written in: hex, base64, key ids.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/base/result.h"

namespace attest {

using Bytes = std::vector<uint8_t>;     // owning
using View = std::span<const uint8_t>;  // non-owning; the owner must outlive it

using KeyId = std::array<uint8_t, 20>;   // a subject or authority key identifier
using Sha256 = std::array<uint8_t, 32>;  // a SHA-256 digest
using Point = std::array<uint8_t, 65>;   // a P-256 point, uncompressed: 04 | x | y

inline View view(std::string_view s) {
  return {reinterpret_cast<const uint8_t*>(s.data()), s.size()};
}
inline std::string_view text(View v) {
  return {reinterpret_cast<const char*>(v.data()), v.size()};
}
inline Bytes to_bytes(View v) {
  return {v.begin(), v.end()};
}
inline bool equal(View a, View b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}
// Where needle first stands in haystack at or after `from`; nullopt when it does not.
std::optional<size_t> find(View haystack, View needle, size_t from = 0);

std::string hex(View v);         // lower case, nothing between: "fff1"
std::string hex_upper(View v);   // "FFF1"
std::string hex_colons(View v);  // "FF:F1", the ledger's form of a subject key id
std::string hex_id(
    uint64_t id);  // "0xFFF1": at least four digits, as Matter writes vendor and product ids

// Strict: an even number of hex digits of either case and nothing else.
Result<Bytes> from_hex(std::string_view s);
// Hex with optional "0x", colons, blanks and line ends between the bytes, as people paste it.
Result<Bytes> from_hex_lenient(std::string_view s);

std::string base64(View v);
// Strict RFC 4648 section 4: padding required, no other characters, unused bits zero.
Result<Bytes> from_base64(std::string_view s);
// The same, but blanks and line ends are skipped (PEM bodies).
Result<Bytes> from_base64_lines(std::string_view s);
// base64url (RFC 4648 5), with or without padding, in base64's letters and padded. Nullopt: nothing
// in it is told from base64 by its letters, or it has letters of both.
std::optional<std::string> base64_of_url(std::string_view s);

std::optional<KeyId> key_id(View v);  // nullopt unless 20 bytes

// Little- and big-endian integers at an offset the caller has checked.
inline uint16_t le16(View v, size_t at) {
  return static_cast<uint16_t>(v[at] | v[at + 1] << 8);
}
inline uint32_t le32(View v, size_t at) {
  return static_cast<uint32_t>(le16(v, at)) | static_cast<uint32_t>(le16(v, at + 2)) << 16;
}
inline uint64_t le64(View v, size_t at) {
  return static_cast<uint64_t>(le32(v, at)) | static_cast<uint64_t>(le32(v, at + 4)) << 32;
}
inline uint16_t be16(View v, size_t at) {
  return static_cast<uint16_t>(v[at] << 8 | v[at + 1]);
}
inline uint32_t be32(View v, size_t at) {
  return static_cast<uint32_t>(be16(v, at)) << 16 | be16(v, at + 2);
}

// Valid UTF-8 without surrogates or overlong forms (RFC 3629).
bool is_utf8(std::string_view s);
// Text that came from a device, a vendor or a node, made harmless to show: control characters,
// bidirectional overrides and invalid UTF-8 become \xNN or \u{NNNN}; nothing else changes.
std::string printable(std::string_view s);

}  // namespace attest
