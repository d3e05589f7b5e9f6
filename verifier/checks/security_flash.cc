#include "verifier/checks/security_flash.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace attest::security {

namespace {

// Fuses tell, and where there are none of them, the flash.
Outcome encrypts_nothing(const RecordView& record, const Order& order) {
  if (claimed(record, Trait::flash_encryption))
    return word_is_as_ordered(record, order, Trait::flash_encryption, "flash encryption");
  if (const Maybe<Claim> hidden = first(record, Trait::flash_content, Holds::yes))
    return asked(true, as_claimed(*hidden, "off"));
  if (claimed(record, Trait::flash_content)) return pass();
  return has_no_such_lock(record, Trait::flash_encryption)
             ? skipped("parts of this vendor do not encrypt their flash")
             : not_shown(order, "flash encryption");
}

}  // namespace

Outcome flash_encryption_is_on(const RecordView& record) {
  const Order order = ordered(record, "flash_encryption");
  if (order.lenient) return skipped("the order takes a part without flash encryption");
  if (order.is("off")) return encrypts_nothing(record, order);
  const bool told = claimed(record, Trait::flash_encryption);
  if (!told && first(record, Trait::flash_content, Holds::no) != nullptr && order)
    return blocked("security.flash-is-ciphertext");
  if (!told && first(record, Trait::flash_content, Holds::yes) != nullptr)
    return note("the flash is ciphertext; its fuses are not in the evidence");
  return all_hold(record, Trait::flash_encryption, bool(order), "flash encryption");
}

namespace {

// ESP-IDF's rule of flash encryption in release mode wants JTAG closed for good, its rule of secure
// boot takes a key that opens it. Who orders such a lock in so many words gets it. Where a fuse
// that may close it for good is not told, the lock is no more than "locked".
MaybeValue<Outcome> jtag_that_opens(const RecordView& record) {
  if (!wants_release_rule(record) || ordered(record, "debug").said != nullptr) return std::nullopt;
  MaybeValue<Outcome> untold;
  for (const Claim* claim : claims(record, Trait::debug)) {
    if (claim->locked != Holds::yes) continue;
    if (claim->value == "secure-lock")
      return asked(true, as_claimed(*claim, "JTAG that is disabled for good"));
    if (claim->value == "locked")
      untold = asked(true, unknown(fmt::format("{}: {}; whether JTAG is disabled for good is not "
                                               "told",
                                               place_text(claim->place), claim->detail)));
  }
  return untold;
}

}  // namespace

Outcome flash_encryption_is_for_release(const RecordView& record) {
  const Order order = ordered(record, "flash_encryption");
  const auto modes = claims(record, Trait::flash_encryption);
  if (order.is("on")) return skipped("the order takes a part in development mode");
  if (order.is("development")) {
    const auto in = [&](std::string_view mode) {
      const auto at = std::find_if(modes.begin(), modes.end(),
                                   [&](const Claim* claim) { return claim->value == mode; });
      return at == modes.end() ? nullptr : *at;
    };
    if (const Maybe<Claim> release = in("release"))
      return asked(true, as_claimed(*release, "development"));
    // The word alone is that of both modes.
    if (const Maybe<Claim> either = in("on"); either != nullptr && in("development") == nullptr)
      return asked(true, unknown(fmt::format("{}: {}", place_text(either->place), either->detail)));
    return skipped("the order takes a part in development mode");
  }
  if (order.is("off") || order.lenient)
    return skipped("the order takes a part without flash encryption");
  // Of a part that does not encrypt the mode says nothing: where that is a fault, it is told.
  if (first(record, Trait::flash_encryption, Holds::no) != nullptr)
    return order ? blocked("security.flash-encryption-is-on") : skipped("flash encryption is off");
  std::vector<Outcome> answers;
  if (order.is("release") && !modes.empty()) {
    if (auto jtag = jtag_that_opens(record)) answers.push_back(std::move(*jtag));
  }
  answers.push_back(all_hold(record, Trait::release_mode, order.is("release"),
                             "flash encryption in release mode"));
  return together(std::move(answers));
}

namespace {

constexpr std::string_view kPlain = "plain", kInFlash = "flash", kInNvs = "nvs-encrypted";

// What the purpose of a block is is open; of none that is named: of any.
bool is_purpose_open(const RecordView& record, std::string_view block = {}) {
  const auto all = claims(record, Trait::nvs_scheme);
  return std::any_of(all.begin(), all.end(), [&](const Claim* claim) {
    return claim->locked == Holds::unclear && (block.empty() || subject_of(*claim) == block);
  });
}

// The fuses of the part are in the evidence, and the purpose of that block of keys, or of each.
bool purposes_are_told(const RecordView& record, std::string_view block = {}) {
  const bool told = first(record, Trait::read_protection, Holds::yes) != nullptr ||
                    first(record, Trait::read_protection, Holds::no) != nullptr;
  return told && !is_purpose_open(record, block);
}

// The claims of a place for keys, by a scheme: of fuses that hold such a key, or of files (what
// opened the NVS).
std::vector<const Claim*> told_by(const RecordView& record, Trait trait, std::string_view scheme,
                                  bool by_fuses) {
  std::vector<const Claim*> out = claims(record, trait);
  std::erase_if(out, [&](const Claim* claim) {
    return claim->locked != Holds::yes || claim->value != scheme ||
           is_key_block(subject_of(*claim)) != by_fuses;
  });
  return out;
}
const Claim* opened_by(const RecordView& record, std::string_view scheme, bool by_fuses) {
  const auto all = told_by(record, Trait::nvs_scheme, scheme, by_fuses);
  return all.empty() ? nullptr : first_of(all);
}

// Nothing: the part has it. Keys of a keys partition are told by what they open, by their place in
// the flash, or by fuses that hold no other.
MaybeValue<Outcome> scheme_is_shown(const RecordView& record, const Order& order) {
  const bool by_hmac = order.is("hmac");
  const Maybe<Claim> other = opened_by(record, by_hmac ? "keys-partition" : "hmac", false),
                     own = opened_by(record, order.value, false),
                     burned = opened_by(record, "hmac", true);
  if (other != nullptr && own == nullptr) return asked(true, as_claimed(*other, order.value));
  if (!by_hmac) {
    // (Where the flash is ciphertext the keys' partition is, too.)
    const bool told = own != nullptr || claimed(record, Trait::nvs_keys) ||
                      first(record, Trait::flash_content, Holds::yes) != nullptr ||
                      (burned == nullptr && purposes_are_told(record));
    if (told || !claimed(record, Trait::nvs)) return std::nullopt;
    return not_shown(order, "scheme of NVS encryption");
  }
  if (burned != nullptr) return std::nullopt;
  if (const Maybe<Claim> open = first(record, Trait::nvs_scheme, Holds::unclear))
    return asked(true, unknown(fmt::format("{}: {}", place_text(open->place), open->detail)));
  if (const Maybe<Claim> seen = first(record, Trait::chip, Holds::yes);
      seen != nullptr && purposes_are_told(record))
    return asked(true, fail("no block holds a key of purpose HMAC_UP", "NVS encryption by HMAC",
                            "no key for it", place_text(seen->place)));
  if (own != nullptr) return std::nullopt;
  return not_shown(order, "scheme of NVS encryption");
}

Outcome plain_nvs(const RecordView& record, const Order& order) {
  if (const Maybe<Claim> hidden = first(record, Trait::nvs, Holds::yes))
    return asked(true, as_claimed(*hidden, "off"));
  return claimed(record, Trait::nvs) ? pass() : not_shown(order, "factory data in NVS");
}

}  // namespace

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
  if (order.lenient) return skipped("the order takes a plain NVS");
  if (order.is("off"))
    return has_no_such_lock(record, Trait::nvs)
               ? skipped("parts of this vendor have no such encryption")
               : plain_nvs(record, order);
  // What lies there in plain answers, whatever fuses say. (A factory's file does to an order
  // alone.)
  for (const Claim* nvs : claims(record, Trait::nvs)) {
    if (nvs->locked == Holds::no || (order && nvs->value == kPlain))
      return asked(bool(order), as_claimed(*nvs, "an encrypted NVS"));
  }
  if (order.is("hmac") || order.is("keys-partition")) {
    if (auto other = scheme_is_shown(record, order)) return std::move(*other);
  }
  if (first(record, Trait::nvs, Holds::yes) != nullptr) return pass();
  return order.is("hmac") ? pass()
         : order          ? not_shown(order, "NVS with the factory data")
                          : skipped(kNothing);
}

Outcome nvs_keys_are_hidden(const RecordView& record) {
  if (!is_finished(record)) return skipped(kNothing);
  if (ordered(record, "nvs_encryption").is("off")) return skipped("the order takes a plain NVS");
  return all_hold(record, Trait::nvs_keys, false, "keys that cannot be read");
}

Outcome dac_key_is_hidden(const RecordView& record) {
  if (!is_finished(record)) return skipped(kNothing);
  if (ordered(record, "dac_key").is("flash")) return skipped("the order takes the key in flash");
  if (const Maybe<Claim> shown = first(record, Trait::dac_key, Holds::no))
    return as_claimed(*shown, "a key that no read-out shows");
  return first(record, Trait::dac_key, Holds::yes) != nullptr ? pass() : skipped(kNothing);
}

namespace {

// What the part's factory data promise of its key, beside the fuses: one of the keys that these
// hold, in the block that it names.
MaybeValue<Outcome> promise_is_kept(const RecordView& record, const Claim& promise) {
  const bool by_hmac = promise.value == "hmac-ecdsa" || promise.value == "secure-cert-encrypted";
  const auto keys = told_by(record, by_hmac ? Trait::nvs_scheme : Trait::dac_key,
                            by_hmac ? "hmac" : std::string_view(promise.value), true);
  const std::string_view block = subject_of(promise);
  const bool names_key = is_key_block(block);
  if (keys.empty()) {
    if (!purposes_are_told(record, names_key ? block : std::string_view())) return std::nullopt;
    return asked(true,
                 fail(fmt::format("{}, and no block of the fuses has such a key", promise.detail),
                      promise.value, "no key for it", place_text(promise.place)));
  }
  if (!names_key && block != "block") return std::nullopt;
  const bool there = std::any_of(keys.begin(), keys.end(),
                                 [&](const Claim* key) { return subject_of(*key) == block; });
  if (there || (names_key && is_purpose_open(record, block))) return std::nullopt;
  return asked(true, fail(fmt::format("{}, and the key of that kind in the fuses is {}",
                                      promise.detail, first_of(keys)->detail),
                          std::string(subject_of(*first_of(keys))), std::string(block),
                          place_text(promise.place)));
}

}  // namespace

// A key that lies in plain lives there, whatever else is burned or promised.
Outcome dac_key_place(const RecordView& record) {
  const Order order = ordered(record, "dac_key");
  if (order.said == nullptr) return skipped(kNotOrdered);
  const auto all = claims(record, Trait::dac_key);
  const auto is_ordered = [&](const Claim* claim) { return claim->value == order.value; };
  for (const Claim* claim : all) {
    if (claim->value == kInFlash && !is_ordered(claim))
      return asked(true, as_claimed(*claim, order.value));
  }
  for (const Claim* claim : all) {
    if (claim->locked != Holds::unclear || claim->value == kInFlash) continue;
    // (That a partition is encrypted does not tell what is in it.)
    if (claim->value == kInNvs) continue;
    if (!is_ordered(claim)) return asked(true, as_claimed(*claim, order.value));
    if (auto broken = promise_is_kept(record, *claim)) return std::move(*broken);
  }
  if (std::any_of(all.begin(), all.end(), is_ordered)) return pass();
  for (const Claim* claim : all) {
    if (claim->locked == Holds::yes) return asked(true, as_claimed(*claim, order.value));
  }
  return not_shown(order, "place of the DAC's key");
}

}  // namespace attest::security
