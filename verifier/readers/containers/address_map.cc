#include "verifier/readers/containers/address_map.h"

#include <fmt/format.h>

#include <algorithm>

namespace attest {
void AddressMap::add(uint64_t address, View bytes) {
  if (bytes.empty()) return;
  const size_t begin = bytes_.size();
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  if (!pieces_.empty() && pieces_.back().address + pieces_.back().size == address) {
    pieces_.back().size += bytes.size();
    return;
  }
  pieces_.push_back(
      {.address = address, .begin = begin, .size = bytes.size(), .order = pieces_.size()});
}

std::optional<uint32_t> AddressMap::word(uint64_t address) const {
  for (const Piece& piece : pieces_) {
    if (address >= piece.address && piece.size >= 4 && address - piece.address <= piece.size - 4)
      return le32(bytes_, piece.begin + static_cast<size_t>(address - piece.address));
  }
  return std::nullopt;
}

std::vector<AddressMap::Image> AddressMap::join(const std::function<void(uint64_t)>& on_overlap,
                                                uint64_t near, uint64_t& between) {
  std::sort(pieces_.begin(), pieces_.end(), [](const Piece& a, const Piece& b) {
    return std::pair(a.address, a.order) < std::pair(b.address, b.order);
  });
  std::vector<Image> images;
  for (const Piece& piece : pieces_) {
    const View bytes = View(bytes_).subspan(piece.begin, piece.size);
    const uint64_t end = images.empty() ? 0 : images.back().address + images.back().bytes.size();
    const uint64_t gap = piece.address > end ? piece.address - end : 0;
    if (images.empty() || gap > std::min(near, between)) {
      images.push_back({.address = piece.address, .bytes = to_bytes(bytes)});
      continue;
    }
    Bytes& image = images.back().bytes;
    if (piece.address >= end) {
      between -= gap;
      image.resize(static_cast<size_t>(piece.address - images.back().address), 0xFF);
      image.insert(image.end(), bytes.begin(), bytes.end());
      continue;
    }
    const auto from = static_cast<size_t>(piece.address - images.back().address);
    const size_t both = std::min(piece.size, image.size() - from);
    if (!equal(View(image).subspan(from, both), bytes.first(both))) on_overlap(piece.address);
    image.insert(image.end(), bytes.begin() + static_cast<std::ptrdiff_t>(both), bytes.end());
  }
  return images;
}

Source image_source(const std::string& path, uint64_t address, View bytes) {
  return {.path = fmt::format("{}!0x{:08x}", path, address),
          .bytes = bytes,
          .base = address,
          .member = true,
          .sparse = true};
}

Result<void> read_image(const std::string& path, uint64_t address, View bytes, Reading& reading) {
  return read_inside(image_source(path, address, bytes), reading);
}

}  // namespace attest
