// UF2 (github.com/microsoft/uf2): a flash image in blocks of 512 bytes, each with its address, its
// number and the count of all. Boot loaders that show up as a disk take it. Blocks may come in any
// order, several images may follow one another, one for each family of chips. The images go back to
// the readers under their device addresses.

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "verifier/readers/containers/address_map.h"
#include "verifier/readers/formats.h"

namespace attest {
namespace {

constexpr size_t kBlock = 512, kPayloadAt = 32, kMostPayload = 476, kEndAt = kBlock - 4;
constexpr uint32_t kFirstMagic = 0x0A324655, kSecondMagic = 0x9E5D5157, kEndMagic = 0x0AB16F30;
constexpr uint32_t kNotForFlash = 0x1, kOfFile = 0x1000, kHasFamily = 0x2000;
constexpr uint32_t kMostBlocks = 1u << 20;  // 256 MiB of flash
constexpr size_t kMostImages = 64;

struct Block {
  uint32_t flags = 0, address = 0, number = 0, count = 0, family = 0;
  std::string_view file;  // of a container of files: whose block it is
  View payload;
};

// What is wrong with the block; empty: it is sound.
std::string judge(View v, Block& out) {
  const auto magic = [&](size_t at, uint32_t expected, const char* where) {
    return le32(v, at) == expected ? std::string()
                                   : fmt::format(
                                         "expected the magic number 0x{:08x} at its {}, "
                                         "found 0x{:08x}",
                                         expected, where, le32(v, at));
  };
  if (v.size() < kBlock)
    return fmt::format("expected {} bytes, found {}: it is cut", kBlock, v.size());
  for (const auto& wrong : {magic(0, kFirstMagic, "beginning"), magic(4, kSecondMagic, "beginning"),
                            magic(kEndAt, kEndMagic, "end")}) {
    if (!wrong.empty()) return wrong;
  }
  out.flags = le32(v, 8);
  out.address = le32(v, 12);
  const uint32_t size = le32(v, 16);
  out.number = le32(v, 20);
  out.count = le32(v, 24);
  out.family = (out.flags & kHasFamily) != 0 ? le32(v, 28) : 0;
  if (size > kMostPayload)
    return fmt::format("expected at most {} bytes of data, found {}", kMostPayload, size);
  if (out.count == 0 || out.count > kMostBlocks || out.number >= out.count)
    return fmt::format("expected a number below the count of blocks, found {} of {}", out.number,
                       out.count);
  out.payload = v.subspan(kPayloadAt, size);
  if ((out.flags & kOfFile) != 0) {
    const std::string_view rest = text(v.subspan(kPayloadAt + size, kMostPayload - size));
    out.file = rest.substr(0, rest.find('\0'));
  }
  return {};
}

// The blocks that belong together.
struct Image {
  uint32_t family = 0, count = 0;
  std::string file;
  std::vector<bool> seen;
  size_t there = 0;
  AddressMap map;

  bool takes(const Block& b) const {
    return b.family == family && b.count == count && b.file == file && !seen[b.number];
  }
};

class Uf2 {
 public:
  Uf2(const Source& s, Reading& reading) : s_(s), reading_(reading) {}

  Result<void> run() {
    for (size_t at = 0; at < s_.bytes.size(); at += kBlock) {
      const View v = s_.bytes.subspan(at, std::min(kBlock, s_.bytes.size() - at));
      Block block;
      if (std::string wrong = judge(v, block); !wrong.empty()) {
        if (broken_++ == 0) begun_ = at, problem_ = std::move(wrong);
        continue;
      }
      end_run();
      if ((block.flags & kNotForFlash) == 0) {
        take(block);
      } else if (not_for_flash_++ == 0) {
        first_aside_ = at;
      }
    }
    end_run();
    if (not_for_flash_ != 0)
      reading_.not_used.push_back(
          {s_.path, fmt::format("{} UF2 block{} that {} not for flash, the first at 0x{:x}: what a "
                                "chip never gets is no evidence",
                                not_for_flash_, not_for_flash_ == 1 ? "" : "s",
                                not_for_flash_ == 1 ? "is" : "are", s_.base + first_aside_)});
    for (Image& image : images_) {
      if (const auto done = read(image); !done) return done;
    }
    return {};
  }

 private:
  // Broken blocks in a row are one problem.
  void end_run() {
    if (broken_ == 0) return;
    if (broken_ > 1) problem_ += fmt::format(" (and {} more blocks)", broken_ - 1);
    reading_.device.damaged(place(begun_), "uf2 block", problem_);
    broken_ = 0;
    any_broken_ = true;
  }
  Place place(size_t at) const {
    return {.path = s_.path, .offset = s_.base + at, .item = fmt::format("block {}", at / kBlock)};
  }
  void take(const Block& block) {
    auto image = std::find_if(images_.rbegin(), images_.rend(),
                              [&](const Image& i) { return i.takes(block); });
    if (image == images_.rend()) {
      if (images_.size() == kMostImages) {
        if (!too_many_)
          reading_.device.note(Remark::unreadable_file, place(0),
                               fmt::format("a UF2 file of more than {} images: the others were not "
                                           "read",
                                           kMostImages));
        too_many_ = true;
        return;
      }
      images_.push_back({.family = block.family,
                         .count = block.count,
                         .file = std::string(block.file),
                         .seen = std::vector<bool>(block.count),
                         .map = {}});
      image = images_.rbegin();
    }
    image->seen[block.number] = true;
    ++image->there;
    image->map.add(block.address, block.payload);
  }
  std::string name_of(const Image& image) const {
    return image.family == 0 ? std::string() : fmt::format(" of family 0x{:08x}", image.family);
  }
  Result<void> read(Image& image) {
    // A block that is broken is told of at its own place.
    if (image.there != image.count && !any_broken_) {
      const auto first = std::find(image.seen.begin(), image.seen.end(), false);
      reading_.device.damaged(
          {.path = s_.path, .offset = s_.base, .item = {}}, "uf2 image",
          fmt::format("expected {} blocks{}, found {}: block {} is the first that is missing",
                      image.count, name_of(image), image.there, first - image.seen.begin()));
    }
    // What was erased is left out, be it megabytes.
    constexpr uint64_t kFlash = 16u << 20;
    const auto joined = image.map.join(
        [&](uint64_t address) {
          reading_.device.damaged(
              {.path = s_.path, .offset = {}, .item = fmt::format("0x{:08x}", address)},
              "uf2 overlap", "two blocks give different bytes for one address");
        },
        kFlash, between_);
    for (const AddressMap::Image& one : joined) {
      if (const auto done = read_image(s_.path, one.address, one.bytes, reading_); !done)
        return done;
    }
    return {};
  }

  const Source& s_;
  Reading& reading_;
  std::vector<Image> images_;
  uint64_t between_ = AddressMap::kMostBetween;
  size_t broken_ = 0, begun_ = 0, not_for_flash_ = 0, first_aside_ = 0;
  bool any_broken_ = false, too_many_ = false;
  std::string problem_;
};

// Its first block, or the one behind it, has two of the three magic numbers: one may be damaged.
bool recognises(const Source& s) {
  for (size_t at = 0; at <= kBlock && at + kPayloadAt <= s.bytes.size(); at += kBlock) {
    const View v = s.bytes.subspan(at);
    const int right = (le32(v, 0) == kFirstMagic) + (le32(v, 4) == kSecondMagic) +
                      (v.size() >= kBlock && le32(v, kEndAt) == kEndMagic);
    if (right >= 2) return true;
  }
  return false;
}

}  // namespace

const Reader uf2_reader{
    .kind = "raw",
    .expects = "a flash image in UF2",
    .content = Content::bytes,
    .recognises = recognises,
    .read = [](const Source& s, Reading& reading) { return Uf2(s, reading).run(); }};

}  // namespace attest
