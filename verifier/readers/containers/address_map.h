// AddressMap: bytes at device addresses, as the records of a hex file bring them, joined to images
// that keep those addresses. Between two pieces that lie near each other the flash is taken for
// erased, which is how it is after such a file has been written.
#pragma once

#include "verifier/readers/reader.h"

namespace attest {

class AddressMap {
 public:
  struct Image {
    uint64_t address = 0;
    Bytes bytes;
  };

  void add(uint64_t address, View bytes);
  // The little-endian word that one of the pieces has there, before they are joined; nullopt: none.
  std::optional<uint32_t> word(uint64_t address) const;
  // Pieces no farther from one another are of one memory.
  static constexpr uint64_t kNear = 2u << 20;
  // Erased bytes that are put between pieces of one file: no flash of these parts is larger.
  static constexpr uint64_t kMostBetween = 32u << 20;
  // Joins what was added. An address given twice keeps the first value; `on_overlap` hears of each
  // piece that differs. What is put between the pieces is taken from `between`.
  std::vector<Image> join(const std::function<void(uint64_t address)>& on_overlap, uint64_t near,
                          uint64_t& between);

 private:
  struct Piece {
    uint64_t address = 0;
    size_t begin = 0, size = 0;  // in bytes_
    size_t order = 0;
  };
  std::vector<Piece> pieces_;
  Bytes bytes_;
};

// An image as "file!0x08174000", sparse.
Source image_source(const std::string& path, uint64_t address, View bytes);
// Hands it to the readers.
Result<void> read_image(const std::string& path, uint64_t address, View bytes, Reading& reading);

}  // namespace attest
