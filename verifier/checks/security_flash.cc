#include "verifier/checks/security_flash.h"

#include <algorithm>

namespace attest::security {

Outcome flash_encryption_is_on(const RecordView& record) {
  const Order order = ordered(record, "flash_encryption");
  if (order.lenient) return skipped("the order takes a part without flash encryption");
  if (order.is("off")) {
    const Maybe<Claim> on = first(record, Trait::flash_encryption, Holds::yes);
    return on == nullptr ? skipped("the order takes a part without flash encryption")
                         : asked(true, as_claimed(*on, "off"));
  }
  const bool told = claimed(record, Trait::flash_encryption);
  if (!told && first(record, Trait::flash_content, Holds::no) != nullptr && order)
    return blocked("security.flash-is-ciphertext");
  if (!told && first(record, Trait::flash_content, Holds::yes) != nullptr)
    return note("the flash is ciphertext; its fuses are not in the evidence");
  return all_hold(record, Trait::flash_encryption, bool(order), "flash encryption");
}

Outcome flash_encryption_is_for_release(const RecordView& record) {
  const Order order = ordered(record, "flash_encryption");
  const auto modes = claims(record, Trait::flash_encryption);
  if (order.is("development") || order.is("on")) {
    const bool release = std::any_of(modes.begin(), modes.end(),
                                     [](const Claim* c) { return c->value == "release"; });
    if (order.is("development") && release)
      return asked(true, as_claimed(*first_of(modes), "development"));
    return skipped("the order takes a part in development mode");
  }
  if (order.is("off") || order.lenient)
    return skipped("the order takes a part without flash encryption");
  // Of a part that does not encrypt the mode says nothing: where that is a fault, it is told.
  if (first(record, Trait::flash_encryption, Holds::no) != nullptr)
    return order ? blocked("security.flash-encryption-is-on") : skipped("flash encryption is off");
  return all_hold(record, Trait::release_mode, order.is("release"),
                  "flash encryption in release mode");
}

Outcome flash_is_ciphertext(const RecordView& record) {
  const Order order = ordered(record, "flash_encryption");
  if (!claimed(record, Trait::flash_content)) return skipped("no read-out of flash that tells");
  const bool mixed = first(record, Trait::flash_content, Holds::yes) != nullptr;
  const bool wanted = order && !order.is("off");
  if (!mixed && !wanted && !encrypts_flash(record))
    return skipped("nothing says that the flash is to be ciphertext");
  return all_hold(record, Trait::flash_content, wanted, "ciphertext");
}

Outcome nvs_is_encrypted(const RecordView& record) {
  const Order order = ordered(record, "nvs_encryption");
  if (!is_finished(record)) return skipped(kNothing);
  if (order.is("off") || order.lenient) return skipped("the order takes a plain NVS");
  if (order.is("hmac") && !claimed(record, Trait::nvs_scheme)) {
    if (const Maybe<Claim> seen = first(record, Trait::chip, Holds::yes);
        seen != nullptr && claimed(record, Trait::read_protection))
      return asked(true, fail("no block holds a key of purpose HMAC_UP", "NVS encryption by HMAC",
                              "no key for it", place_text(seen->place)));
    return not_shown(order, "scheme of NVS encryption");
  }
  const bool by_fuses = order.is("hmac") && !claimed(record, Trait::nvs);
  return by_fuses ? pass() : all_hold(record, Trait::nvs, bool(order), "an encrypted NVS");
}

Outcome nvs_keys_are_hidden(const RecordView& record) {
  if (!is_finished(record)) return skipped(kNothing);
  if (ordered(record, "nvs_encryption").is("off")) return skipped("the order takes a plain NVS");
  return all_hold(record, Trait::nvs_keys, false, "keys that cannot be read");
}

Outcome dac_key_is_hidden(const RecordView& record) {
  if (!is_finished(record)) return skipped(kNothing);
  if (ordered(record, "dac_key").is("flash")) return skipped("the order takes the key in flash");
  return all_hold(record, Trait::dac_key, false, "a key that no read-out shows");
}

Outcome dac_key_place(const RecordView& record) {
  const Order order = ordered(record, "dac_key");
  if (order.said == nullptr) return skipped(kNotOrdered);
  const auto all = claims(record, Trait::dac_key);
  if (std::any_of(all.begin(), all.end(),
                  [&](const Claim* claim) { return claim->value == order.value; }))
    return pass();
  return all.empty() ? not_shown(order, "place of the DAC's key")
                     : asked(true, as_claimed(*first_of(all), order.value));
}

}  // namespace attest::security
