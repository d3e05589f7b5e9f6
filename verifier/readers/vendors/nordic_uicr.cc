// Addresses and values after nRF5340's SVD, the nRF54L15 datasheet and pyOCD's targets. The value
// 50FA50FA opens a port of nRF53 and nRF91, and locks one of nRF54L: the address tells which.

#include "verifier/readers/vendors/nordic_uicr.h"

#include <fmt/format.h>

#include <initializer_list>

#include "verifier/readers/posture/untold.h"

namespace attest {
namespace {

constexpr uint32_t kErased = 0xFFFFFFFF, kKey = 0x50FA50FA;

struct Word {
  uint64_t address;
  const char* name;
};

class Uicr {
 public:
  Uicr(const AddressMap& map, const std::string& path, Reading& reading)
      : map_(map), path_(path), reading_(reading) {}

  std::optional<uint32_t> word(uint64_t address) const { return map_.word(address); }
  void say(Trait trait, Holds holds, const char* value, std::string detail, const Word& at) {
    reading_.holds("posture");
    reading_.device.posture.say(
        trait, holds, value, std::move(detail),
        {.path = path_, .offset = {}, .item = fmt::format("0x{:08x} {}", at.address, at.name)});
  }

  // UICR is a page by itself: where a file has bytes on both sides of what lies there (FICR in
  // front of it included), that is flash of some other part. What was never written is erased, and
  // what was has one of a few values: noise has neither.
  bool is_page(uint64_t before, uint64_t behind, std::initializer_list<uint64_t> words) const {
    if (word(before - 4) || word(behind)) return false;
    size_t there = 0, known = 0;
    for (const uint64_t address : words) {
      const auto value = word(address);
      there += value.has_value();
      known += value == kErased || value == kKey || value == 0u;
    }
    return there != 0 && known * 2 >= there;
  }

  // nRF52: the low byte; what an erased word means hangs on the revision.
  void nrf52() {
    const Word at{.address = 0x10001208, .name = "UICR.APPROTECT"};
    const auto value = word(at.address);
    if (!value || word(0x10000000 - 4) || word(0x10002000)) return;
    // The bits above are never written, or all of them.
    if (*value >> 8 != 0xFFFFFF && *value >> 8 != 0) return;
    const uint8_t low = *value & 0xFF;
    const std::string found = fmt::format("{} is 0x{:08x}", at.name, *value);
    if (low == 0x5A)
      say(Trait::debug, Holds::no, "open", found + ": access is not protected by hardware", at);
    else if (low == 0xFF)
      say(Trait::debug, Holds::unclear, "",
          found + ": erased, which locks newer revisions of the chip and leaves older ones open",
          at);
    else
      say(Trait::debug, Holds::yes, "locked", found, at);
  }

  // nRF53, nRF91: 50FA50FA is open.
  void open_by_key(const Word& at) {
    const auto value = word(at.address);
    if (!value) return;
    const bool open = *value == kKey;
    say(Trait::debug, open ? Holds::no : Holds::yes, open ? "open" : "locked",
        fmt::format("{} is 0x{:08x}{}", at.name, *value,
                    open ? ": not protected by hardware, so that firmware may open it" : ""),
        at);
  }
  void erase_open_when_erased(const Word& at) {
    const auto value = word(at.address);
    if (!value) return;
    const bool open = *value == kErased;
    say(Trait::device_erase, Holds::yes, open ? "enabled" : "disabled",
        fmt::format("{} is 0x{:08x}", at.name, *value), at);
  }

  // nRF54L: erased is open, and both copies have to be set.
  void locked_by_copies(const Word& first, const Word& second) {
    for (const Word& at : {first, second}) {
      const auto value = word(at.address);
      if (!value) continue;
      const bool open = *value == kErased;
      say(Trait::debug, open ? Holds::no : Holds::yes, open ? "open" : "locked",
          fmt::format("{} is 0x{:08x}{}", at.name, *value, open ? ": not written" : ""), at);
    }
    if (word(first.address).has_value() != word(second.address).has_value())
      say(Trait::debug, Holds::unclear, "",
          fmt::format("{} has two copies, and the file has one of them", first.name), first);
  }
  void erase_locked_by_key(const Word& first, const Word& second) {
    const auto a = word(first.address), b = word(second.address);
    if (!a && !b) return;
    // (One that is not in the file counts where the other is set.)
    if ((!a || !b) && (a ? a : b) == kKey)
      return say(Trait::device_erase, Holds::unclear, kUntold,
                 fmt::format("{} has two copies, and the file has one of them", first.name), first);
    const bool locked = a == kKey && b == kKey;
    say(Trait::device_erase, Holds::yes, locked ? "disabled" : "enabled",
        fmt::format("{} is {}", first.name, locked ? "set, both copies" : "not set"), first);
  }

  // Ports that the part has and the file does not tell of.
  void say_untold(const char* core, const Word& at, const char* where) {
    say(Trait::debug, Holds::unclear, core,
        fmt::format("the {} has a port of its own, and {} is not in the file", where, at.name), at);
  }

  void nrf53_and_91() {
    open_by_key({0x00FF8000, "UICR.APPROTECT"});
    // Their secure ports lie at different places, and neither writes the other's word.
    const auto secure = word(0x00FF801C), of_nrf91 = word(0x00FF802C);
    const bool nrf91 = of_nrf91 && (!secure || (*secure == kErased && *of_nrf91 != kErased));
    open_by_key(nrf91 ? Word{0x00FF802C, "UICR.SECUREAPPROTECT"}
                      : Word{0x00FF801C, "UICR.SECUREAPPROTECT"});
    erase_open_when_erased(nrf91 ? Word{0x00FF8030, "UICR.ERASEPROTECT"}
                                 : Word{0x00FF8020, "UICR.ERASEPROTECT"});
    if (!nrf91 && !secure)
      say_untold("", {0x00FF801C, "UICR.SECUREAPPROTECT"}, "secure state");
    else if (!word(0x00FF8000))
      say_untold("", {0x00FF8000, "UICR.APPROTECT"}, "part");
    if (!nrf91 && secure && !word(0x01FF8000))
      say_untold(kNetworkCore, {0x01FF8000, "UICR.APPROTECT of the network core (0x01FF8000)"},
                 "network core of an nRF5340");
  }
  void network_core() {
    open_by_key({0x01FF8000, "UICR.APPROTECT of the network core"});
    erase_open_when_erased({0x01FF8004, "UICR.ERASEPROTECT of the network core"});
    if (!word(0x00FF8000) && !word(0x00FF801C))
      say_untold(kApplicationCore, {0x00FF8000, "UICR.APPROTECT (0x00FF8000)"},
                 "application core of an nRF5340");
  }
  void nrf54l() {
    locked_by_copies({0x00FFD000, "UICR.APPROTECT"}, {0x00FFD01C, "UICR.APPROTECT (copy)"});
    locked_by_copies({0x00FFD020, "UICR.SECUREAPPROTECT"},
                     {0x00FFD03C, "UICR.SECUREAPPROTECT (copy)"});
    if (!word(0x00FFD020) && !word(0x00FFD03C))
      say_untold("", {0x00FFD020, "UICR.SECUREAPPROTECT"}, "secure state");
    if (!word(0x00FFD000) && !word(0x00FFD01C))
      say_untold("", {0x00FFD000, "UICR.APPROTECT"}, "part");
    erase_locked_by_key({0x00FFD060, "UICR.ERASEPROTECT"},
                        {0x00FFD07C, "UICR.ERASEPROTECT (copy)"});
  }

  void say_all() {
    nrf52();
    const bool nrf53 = is_page(0x00FF8000, 0x00FF9000,
                               {0x00FF8000, 0x00FF801C, 0x00FF8020, 0x00FF802C, 0x00FF8030});
    const bool nrf54 =
        is_page(0x00FFC000, 0x00FFE000,
                {0x00FFD000, 0x00FFD01C, 0x00FFD020, 0x00FFD03C, 0x00FFD060, 0x00FFD07C});
    // No part has both.
    if (nrf53 && !nrf54) nrf53_and_91();
    if (nrf54 && !nrf53) nrf54l();
    if (is_page(0x01FF8000, 0x01FF9000, {0x01FF8000, 0x01FF8004})) network_core();
  }

 private:
  const AddressMap& map_;
  const std::string& path_;
  Reading& reading_;
};

}  // namespace

void say_uicr(const AddressMap& map, const std::string& path, Reading& reading) {
  Uicr(map, path, reading).say_all();
}

}  // namespace attest
