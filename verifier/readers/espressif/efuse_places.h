// Where the fuses of each chip lie in the words of its blocks, after the vendor's definitions
// (espressif/esptool: espefuse/efuse_defs).
#pragma once

#include <array>

#include "verifier/readers/espressif/efuse.h"

namespace attest::efuse {

enum Chip : uint16_t {
  kEsp32 = 1,
  kC2 = 2,
  kC3 = 4,
  kC5 = 8,
  kC6 = 16,
  kC61 = 32,
  kH2 = 64,
  kP4 = 128,
  kS2 = 256,
  kS3 = 512
};
inline constexpr std::pair<Chip, const char*> kChips[] = {
    {kEsp32, "esp32"},  {kC2, "esp32c2"}, {kC3, "esp32c3"}, {kC5, "esp32c5"}, {kC6, "esp32c6"},
    {kC61, "esp32c61"}, {kH2, "esp32h2"}, {kP4, "esp32p4"}, {kS2, "esp32s2"}, {kS3, "esp32s3"}};
// Those with eleven blocks.
inline constexpr uint16_t kWide = kC3 | kC5 | kC6 | kC61 | kH2 | kP4 | kS2 | kS3;
inline constexpr size_t kMostBlocks = 11, kKeys = 6;

// Of chips of one form.
size_t blocks_of(uint16_t chips);
size_t words_of(uint16_t chips, size_t block);

using Words = std::vector<uint32_t>;

// One dump: its blocks, as far as they are there.
struct Dump {
  std::array<Words, kMostBlocks> blocks;
  uint16_t chips = 0;  // that it may be of
  std::string named;   // the chip that the tool named
  uint64_t offset = 0;

  uint32_t word(size_t block, size_t at) const { return blocks[block][at]; }
  bool has(size_t block, size_t words) const { return blocks[block].size() >= words; }
};

// Its fuses, as of one chip. The first block is whole.
Summary fuses_of(const Dump& dump, Chip chip);

// Whether the chip of this name ("esp32c3") has such a fuse, of those that tell how it is locked.
bool chip_has(std::string_view chip, std::string_view fuse);
// Whether any has it.
bool is_of_locks(std::string_view fuse);
// Of one that is not known: whether it may have it. (An ESP32 is always known.)
bool any_chip_has(std::string_view fuse);

}  // namespace attest::efuse
