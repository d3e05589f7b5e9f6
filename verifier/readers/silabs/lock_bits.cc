// Series 1 (EFR32xG1x): the debug lock word is the last of the first 128 words of the lock bits
// page; its low four bits are all set while the port is open. Firmware that locks writes 0. What
// the words in front of it are (the lock of the erase port among them) is not known for sure, and
// not said. Series 2 keeps its lock in the secure engine, which no memory shows.

#include "verifier/readers/silabs/lock_bits.h"

#include <fmt/format.h>

namespace attest {

void say_lock_bits(const AddressMap& map, const std::string& path, Reading& reading) {
  constexpr uint64_t kPage = 0x0FE04000, kPageEnd = 0x0FE05000, kDebugLock = 0x0FE041FC;
  const auto word = map.word(kDebugLock);
  // A page by itself: bytes on either side of it are another part's flash.
  if (!word || map.word(kPage - 4) || map.word(kPageEnd)) return;
  const uint32_t above = *word >> 4;
  const bool known = above == 0xFFFFFFF || above == 0;
  const bool open = (*word & 0xF) == 0xF;
  reading.holds("posture");
  reading.device.posture.say(
      Trait::debug,
      !known ? Holds::unclear
      : open ? Holds::no
             : Holds::yes,
      !known ? ""
      : open ? "open"
             : "locked",
      fmt::format("the debug lock word is 0x{:08x}{}", *word,
                  !known ? ", which no tool writes"
                  : open ? ": its low bits are not cleared"
                         : ""),
      {.path = path, .offset = {}, .item = fmt::format("0x{:08x} DLW", kDebugLock)});
}

}  // namespace attest
