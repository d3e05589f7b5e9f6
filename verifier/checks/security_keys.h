// Keys that sign firmware and unlocks, as an order names them and as parts and images hold them.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "verifier/checks/security_rules.h"

namespace attest::security {

// A key of an order may stand in several forms.
bool is_one_of(std::string_view key, const std::string& forms);
std::string short_key(std::string_view key);

// `readkey` does not say which of a part's two keys it read.
inline constexpr size_t kKeysOfAPart = 2;
inline bool is_certain(const Claim* claim) {
  return claim->locked != Holds::unclear;
}

// The keys of one kind that an order names.
class OrderedKeys {
 public:
  OrderedKeys(const RecordView& record, std::string_view kind) : all_(all_ordered(record, kind)) {}
  bool empty() const { return all_.empty(); }
  const OrderedLock& first() const { return *first_of(all_); }
  bool has(const std::string& key) const {
    return std::any_of(all_.begin(), all_.end(),
                       [&](const OrderedLock* lock) { return is_one_of(key, lock->value); });
  }
  bool has_any(const std::vector<std::string>& keys) const {
    return std::any_of(keys.begin(), keys.end(), [&](const std::string& key) { return has(key); });
  }
  // False: an image names its key by a longer hash than SHA-256, and the order has keys by that
  // hash alone.
  bool tells_apart(const std::vector<std::string>& keys) const {
    constexpr size_t kDigits = 64;
    const bool longer = std::any_of(keys.begin(), keys.end(),
                                    [](const std::string& key) { return key.size() > kDigits; });
    return !longer || std::none_of(all_.begin(), all_.end(), [](const OrderedLock* lock) {
      return lock->value.size() == kDigits;
    });
  }
  Outcome other(std::string_view what, std::string found, const Place& place) const {
    return asked(true, fail(fmt::format("{} is not a key that was ordered ({})", what,
                                        place_text(first().place)),
                            short_key(first().value), std::move(found), place_text(place)));
  }

 private:
  std::vector<const OrderedLock*> all_;
};

}  // namespace attest::security
