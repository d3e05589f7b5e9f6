// Codecs: the formats whose libraries most evidence never needs: archives, pictures, CBOR. The
// readers ask through this interface, so that judging two certificate files loads none of these
// libraries. The implementation is in codecs/; who reads evidence hands it in with Reading::codecs,
// and without one these formats are refused in clear words. The same library that reads QR codes
// draws them.
//
// All three bound what hostile input can cost: a member's content is limited by who asks for it, a
// picture by its pixels, and a CBOR item never claims more bytes than are there.
#pragma once

#include <functional>
#include <span>

#include "verifier/base/bytes.h"

namespace attest {

// One entry of an archive, valid during the call that hands it over.
struct ArchiveMember {
  enum class Kind : uint8_t { file, link, other };
  std::string path;    // as the archive gives it: may be absolute, may climb
  std::string target;  // of a link
  Kind kind = Kind::file;
  bool encrypted = false;
  // The whole content, or an error: more than `limit` bytes, damaged data, no passphrase that fits.
  std::function<Result<Bytes>(uint64_t limit)> content;
  // The same in pieces: how many octets were put there; 0 at the end. One or the other.
  std::function<Result<size_t>(std::span<uint8_t>)> next;
};

// The head of one CBOR item (RFC 8949), and for strings their content. Members of arrays and maps
// follow it.
struct CborItem {
  enum class Kind : uint8_t { natural, negative, bytes, text, array, map, tag, other, stop };
  Kind kind = Kind::other;
  uint64_t value =
      0;  // natural: the number; negative: -1 - value; array, map: count; tag: its number
  bool indefinite = false;  // of array, map, bytes, text: members follow until a stop
  View content;             // of bytes and text
  size_t size = 0;          // octets that head and content take
};

// The modules of a QR code, row by row, without a quiet zone around them.
struct QrModules {
  size_t side = 0;
  std::vector<uint8_t> dark;  // side * side of them, 1 where dark
};

class Codecs {
 public:
  virtual ~Codecs() = default;

  // Hands over the members in their order until `member` answers false. A gz, zst, xz, bz2 or lz4
  // file that holds no tar is an archive of one member without a path. An error is about the
  // archive itself; members before it have been handed over.
  virtual Result<void> archive(View bytes, std::span<const std::string> passphrases,
                               const std::function<bool(const ArchiveMember&)>& member) = 0;
  // The texts of all QR codes in a picture or document (picture_form.h). An error says why it
  // cannot be read, or that this build has no library for it.
  virtual Result<std::vector<std::string>> picture(View bytes) = 0;
  // A text as a QR code of error correction level M, and any such code as a PNG with its quiet
  // zone.
  virtual Result<QrModules> qr_modules(std::string_view text) = 0;
  virtual Result<Bytes> qr_png(const QrModules& modules, size_t pixels_a_module) = 0;
  // The item at the start of `bytes`. An error says whether bytes are missing or no item begins
  // here.
  virtual Result<CborItem> cbor(View bytes) = 0;
};

}  // namespace attest
