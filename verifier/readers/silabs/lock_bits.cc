// Series 1 (EFR32xG1x): words of the lock bits page, after the vendor's emlib (em_dbg.c,
// DBG_DisableDebugAccess). The debug lock word is the last of the first 128: its low four bits are
// all set while the port is open. The erase port's (AAP) stands three before it: where that is
// cleared, too, nothing opens the part again. Whoever locks writes 0; what other values mean is not
// known for sure. Series 2 keeps its lock in the secure engine, which no memory shows.

#include "verifier/readers/silabs/lock_bits.h"

#include <fmt/format.h>

namespace attest {
namespace {

constexpr uint64_t kPage = 0x0FE04000, kPageEnd = 0x0FE05000, kErasePortLock = 0x0FE041F0,
                   kDebugLock = 0x0FE041FC;
constexpr uint32_t kErased = 0xFFFFFFFF;

}  // namespace

void say_lock_bits(const AddressMap& map, const std::string& path, Reading& reading) {
  const auto debug = map.word(kDebugLock), erase = map.word(kErasePortLock);
  // A page by itself: bytes on either side of it are another part's flash.
  if (!debug || map.word(kPage - 4) || map.word(kPageEnd)) return;
  const auto say = [&](Trait trait, Holds locked, std::string value, std::string detail,
                       uint64_t address, const char* name) {
    reading.holds("posture");
    reading.device.posture.say(
        trait, locked, std::move(value), std::move(detail),
        {.path = path, .offset = {}, .item = fmt::format("0x{:08x} {}", address, name)});
  };
  const bool erasable = erase == kErased, for_good = erase == 0u;
  if (erasable || for_good)
    say(Trait::device_erase, Holds::yes, erasable ? "enabled" : "disabled",
        fmt::format("the AAP lock word is 0x{:08x}", *erase), kErasePortLock, "ALW");
  const uint32_t above = *debug >> 4;
  const bool known = above == 0xFFFFFFF || above == 0, open = (*debug & 0xF) == 0xF;
  const std::string found = fmt::format("the debug lock word is 0x{:08x}", *debug);
  if (!known)
    return say(Trait::debug, Holds::unclear, "", found + ", which no tool writes", kDebugLock,
               "DLW");
  if (open)
    return say(Trait::debug, Holds::no, "open", found + ": its low bits are not cleared",
               kDebugLock, "DLW");
  const std::string port =
      erase ? fmt::format(", the AAP lock word 0x{:08x}", *erase) : std::string();
  say(Trait::debug, Holds::yes,
      erasable   ? "standard-lock"
      : for_good ? "permanent-lock"
                 : "locked",
      found + port + (erasable ? ": an erase opens it, and destroys the attestation data" : ""),
      kDebugLock, "DLW");
}

}  // namespace attest
