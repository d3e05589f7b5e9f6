// OtaImage: a Matter OTA software image (Core 11.20, "Over-the-Air Software Update File Format"): a
// fixed part of 16 bytes, a header in TLV, the payload. An image may be larger than memory, so it
// is read as a stream of pieces: the header from the first of them, the digests of payload and file
// in the same single pass.
#pragma once

#include <functional>

#include "verifier/base/maybe.h"
#include "verifier/crypto/crypto.h"

namespace attest {

inline constexpr uint32_t kOtaFileIdentifier = 0x1BEEF11E;
inline constexpr size_t kOtaFixedPart =
    16;  // file identifier, total size, header size; little endian
// The bound of the SDK's OTAImageHeaderParser: an image with a longer header is installed by no
// device built on it.
inline constexpr uint32_t kMaxOtaHeader = 1024;

struct OtaHeader {
  uint64_t total_size = 0;   // of the file, as the fixed part says
  uint32_t header_size = 0;  // of the TLV
  uint16_t vendor_id = 0, product_id = 0;
  uint32_t software_version = 0;
  std::string software_version_string = {};
  uint64_t payload_size = 0;
  std::optional<uint32_t> min_applicable = {},
                          max_applicable = {};  // software versions that may be updated with it
  MaybeValue<std::string> release_notes_url = {};
  uint32_t digest_type = 0;  // IANA named-information hash id
  Bytes digest = {};
  std::vector<uint32_t> unknown_tags = {};  // of a later version of the format

  uint64_t payload_offset() const { return kOtaFixedPart + header_size; }
  bool operator==(const OtaHeader&) const = default;
};

// Whether the file identifier is there.
bool looks_like_ota_image(View start);

// The header from the first bytes of an image; kOtaFixedPart + kMaxOtaHeader of them are always
// enough. Strict in structure, order, types and ranges; what the values say is the affair of the
// checks.
Result<OtaHeader> parse_ota_header(View start);

// Fixed part and TLV in the shortest encoding; unknown tags are left out. header_size is computed,
// total_size is taken.
Bytes encode_ota_header(const OtaHeader& header);

// The bytes that a digest of this IANA type has; 0 for an unknown type.
size_t ota_digest_size(uint32_t type);
const char* ota_digest_name(uint32_t type);  // "sha-256-128", "unknown"

struct OtaDigest {
  uint32_t type = 0;
  Bytes value;

  bool operator==(const OtaDigest&) const = default;
};

// One image as it was read to its end.
struct OtaImage {
  MaybeValue<OtaHeader> header;
  std::string problem;  // why there is no header
  uint64_t problem_at = 0;
  uint64_t size = 0;                 // bytes that came
  Sha256 sha256{};                   // of them
  std::vector<OtaDigest> digests;    // of them, of the types that were asked for
  MaybeValue<Bytes> payload_digest;  // of the header's type, over the payload as far as it came;
                                     // nullopt: no such type here

  const Bytes* digest(uint32_t type) const;
};

// Which digests of the whole file are wanted: asked once, when the header is known. SHA-256 is
// always made.
using OtaDigestTypes = std::function<std::vector<uint32_t>(const OtaHeader&)>;
// All that the ledger knows, for who cannot ask beforehand.
std::vector<uint32_t> all_ota_digest_types(const OtaHeader&);

// Pieces in, image out. How the file is cut into pieces makes no difference.
class OtaScan {
 public:
  explicit OtaScan(OtaDigestTypes types = all_ota_digest_types);
  void update(View piece);
  OtaImage finish();

 private:
  void begin();  // with the first bytes, or all there are
  void take(View piece, uint64_t offset);

  OtaDigestTypes types_;
  Bytes start_;  // until the header is read
  bool begun_ = false;
  Hash sha256_;
  std::vector<std::pair<uint32_t, Hash>> whole_;
  MaybeValue<Hash> payload_;
  OtaImage image_;
};

OtaImage scan_ota_image(View file, OtaDigestTypes types = all_ota_digest_types);

}  // namespace attest
