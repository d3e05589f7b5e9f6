// What the rules about a part's posture share: what is claimed of a trait, what the order says, and
// how the two make an outcome. Absent is not open: what nobody claims is skipped, or unknown where
// an order asks for it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "verifier/rules/check.h"

namespace attest::security {

inline constexpr const char* kNothing = "no evidence of how the part is locked";
inline constexpr const char* kNotOrdered = "the order does not say";
inline constexpr const char* kShow =
    "hand over what the vendor's tool prints of the part (espefuse summary, security status, "
    "option bytes), taken before the tool was locked out";

// The claims of one trait, in the order of the evidence. What one output does not tell (kUntold)
// and another does is told; what a later one tells otherwise is not of now (is_of_before).
std::vector<const Claim*> claims(const RecordView& record, Trait trait);
// What it is about: nothing more than its trait, or of those that many fields make up the field,
// with which its words begin (Claim::detail); of a key's purpose the block of that key.
std::string_view subject_of(const Claim& claim);
// A block of keys in Espressif's fuses: "BLOCK_KEY0" to "BLOCK_KEY5".
bool is_key_block(std::string_view subject);
const Claim* first(const RecordView& record, Trait trait, Holds holds);
bool claimed(const RecordView& record, Trait trait);
// A vendor's tool told of the part's locks, or an order asks for them: then a dump is judged as a
// finished part's.
bool is_finished(const RecordView& record);
// Secure boot is on, by the part's own words.
bool boots_securely(const RecordView& record);
// By ESP32's first scheme alone, as the part says, or else the order: its bootloader has a digest
// that only the part can check, and no signature.
bool boots_by_v1(const RecordView& record);
bool encrypts_flash(const RecordView& record);
// Espressif's parts alone have a release rule of many bits (ESP-IDF); whose order says "release"
// wants all of it told. False where the order is no such one, or the part of another vendor.
bool wants_release_rule(const RecordView& record);
// The evidence tells of a part of Silicon Labs or Nordic: neither encrypts its flash, nor has a
// download mode that fuses close.
bool has_no_such_lock(const RecordView& record, Trait trait);

// What the order says of one key: in so many words, or by its profile.
struct Order {
  const OrderedLock* said = nullptr;  // in so many words
  std::string value;                  // of it, or of the profile; empty: nothing
  bool lenient = false;               // the profile takes what development leaves open

  explicit operator bool() const { return !value.empty(); }
  bool is(std::string_view word) const { return value == word; }
  std::string where() const { return said == nullptr ? "the profile" : place_text(said->place); }
};
Order ordered(const RecordView& record, std::string_view key);
std::vector<const OrderedLock*> all_ordered(const RecordView& record, std::string_view key);

// A difference from an order is an error everywhere.
Outcome asked(bool by_order, Outcome outcome);
Outcome as_claimed(const Claim& claim, std::string expected);
// Every claim of the trait is as a locked part has it. `wanted`: the order asks for that.
Outcome all_hold(const RecordView& record, Trait trait, bool wanted, const char* expected);
Outcome not_shown(const Order& order, std::string_view what);
// Every claim of the trait has the ordered word, and one is there: "off" is told as "on" is.
Outcome word_is_as_ordered(const RecordView& record, const Order& order, Trait trait,
                           const char* what);
// Several answers as one: each difference is told, and beside it whatever stays open.
Outcome together(std::vector<Outcome> answers);

}  // namespace attest::security
