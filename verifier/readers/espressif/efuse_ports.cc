// Ways into the part: JTAG, download mode, other ways to boot.

#include "verifier/readers/espressif/efuse_rules.h"

namespace attest::efuse {

std::string Rules::jtag_bits(std::string_view pad) const {
  const auto usb = bit("DIS_USB_JTAG");
  return fmt::format("{} is {}{}", pad, is_set(pad) ? 1 : 0,
                     usb ? fmt::format(", DIS_USB_JTAG is {}", *usb ? 1 : 0) : "");
}

void Rules::debug() {
  if (old_) return want(Trait::debug, "JTAG_DISABLE", "disabled", "open");
  const char* pad = has("HARD_DIS_JTAG") ? "HARD_DIS_JTAG" : "DIS_PAD_JTAG";
  if (!has(pad)) {
    if (is_lost(pad)) say_untold(Trait::debug, pad);
    return;
  }
  const auto usb = bit("DIS_USB_JTAG"), pads = bit(pad);
  const bool usb_untold = !has("HARD_DIS_JTAG") && is_untold("DIS_USB_JTAG");
  if (pads == true && usb.value_or(true) && !usb_untold)
    return say(Trait::debug, Holds::yes, "disabled", jtag_bits(pad), pad);
  // A key may open it by challenge.
  const char* soft = "SOFT_DIS_JTAG";
  const Fuse* count = find(soft);
  const bool burned =
      count != nullptr && count->number && *count->number == (has("HARD_DIS_JTAG") ? 1u : 7u);
  bool key = false;
  for (size_t block = 0; block < kKeyBlocks; ++block)
    key = key || purpose(block) == "HMAC_DOWN_JTAG" || purpose(block) == "HMAC_DOWN_ALL";
  // (What is not told may be a bit that closes it for good.)
  if (burned && key)
    return say(Trait::debug, Holds::yes, pads && !(*pads && usb_untold) ? "secure-lock" : "locked",
               "SOFT_DIS_JTAG is burned, a key opens it by challenge", pad);
  if (pads == true && usb_untold) return say_untold(Trait::debug, "DIS_USB_JTAG");
  if (!pads) return say_untold(Trait::debug, pad);
  if (is_untold(soft)) return say_untold(Trait::debug, soft);
  if (const auto untold = untold_purposes(); burned && !untold.empty())
    return say_untold(Trait::debug, untold.front());
  say(Trait::debug, Holds::no, "open", jtag_bits(pad), pad);
}

void Rules::download() {
  if (old_) {
    want(Trait::download_mode, "UART_DOWNLOAD_DIS", "disabled", "open");
    want(Trait::other_boot, "CONSOLE_DEBUG_DISABLE", "closed", "open");
    return;
  }
  const auto disabled = bit("DIS_DOWNLOAD_MODE"), secure = bit("ENABLE_SECURITY_DOWNLOAD");
  const char* untold = is_untold("DIS_DOWNLOAD_MODE")          ? "DIS_DOWNLOAD_MODE"
                       : is_untold("ENABLE_SECURITY_DOWNLOAD") ? "ENABLE_SECURITY_DOWNLOAD"
                                                               : nullptr;
  const bool closed = disabled == true || secure == true;
  if (untold != nullptr && !closed)
    say_untold(Trait::download_mode, untold);
  else if (disabled || secure)
    say(Trait::download_mode, closed ? Holds::yes : Holds::no,
        disabled == true ? "disabled"
        : secure == true ? "secure"
                         : "open",
        fmt::format("DIS_DOWNLOAD_MODE is {}, ENABLE_SECURITY_DOWNLOAD is {}",
                    disabled ? (*disabled ? "1" : "0") : "not told",
                    secure ? (*secure ? "1" : "0") : "not told"),
        "ENABLE_SECURITY_DOWNLOAD");
  for (const char* field : {"DIS_DIRECT_BOOT", "DIS_LEGACY_SPI_BOOT", "DIS_BOOT_REMAP"})
    want(Trait::other_boot, field, "closed", "open");
}

}  // namespace attest::efuse
