#include "verifier/readers/posture/user_configuration.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/base/characters.h"
#include "verifier/readers/posture/order.h"
#include "verifier/readers/quoted.h"

namespace attest {
namespace {

struct Flag {
  const char *name, *key;
};
constexpr Flag kFlags[] = {{"SECURE_BOOT_ENABLE", "secure_boot"},
                           {"SECURE_BOOT_VERIFY_CERTIFICATE", "verify_certificate"},
                           {"SECURE_BOOT_ANTI_ROLLBACK", "anti_rollback"}};
constexpr const char *kNarrow = "SECURE_BOOT_PAGE_LOCK_NARROW",
                     *kFull = "SECURE_BOOT_PAGE_LOCK_FULL";
constexpr const char* kMcuFlags = "mcu_flags";
constexpr std::string_view kTamper[] = {kTamperLevels, "tamper_filter", "tamper_flags"};

// (A name that is spelt otherwise would order nothing, and nobody would see it.)
bool is_known_flag(std::string_view name) {
  return name == kNarrow || name == kFull ||
         std::any_of(std::begin(kFlags), std::end(kFlags),
                     [&](const Flag& flag) { return name == flag.name; });
}
bool is_known_group(std::string_view name) {
  return name == "OPN" || name == "VERSION" || name == kMcuFlags ||
         std::find(std::begin(kTamper), std::end(kTamper), name) != std::end(kTamper);
}

class Configuration {
 public:
  Configuration(const std::string& path, Posture& posture) : path_(path), posture_(posture) {}

  Result<void> flags(const Json& group) {
    if (!group.is_object()) return no_object("mcu_flags", group);
    for (const auto& [name, value] : *group.object()) {
      if (!is_known_flag(name))
        return error(fmt::format("mcu_flags.{}: expected a flag that Simplicity Commander knows",
                                 quotable(printable(name))));
    }
    for (const auto& each : kFlags) {
      const auto flag = is_on(group, each.name);
      if (!flag) return error(flag.error().what);
      if (!*flag) continue;
      if (const auto done = add_flag(each.key, each.name, **flag); !done) return done;
    }
    const auto narrow = is_on(group, kNarrow), full = is_on(group, kFull);
    if (!narrow) return error(narrow.error().what);
    if (!full) return error(full.error().what);
    if (!*narrow && !*full) return {};
    return add("page_lock", "SECURE_BOOT_PAGE_LOCK",
               *full == true     ? "full"
               : *narrow == true ? "narrow"
                                 : "none");
  }

  Result<void> tamper(std::string_view name, const Json& group) {
    if (!group.is_object()) return no_object(name, group);
    for (const auto& [setting, value] : *group.object()) {
      const std::string item = fmt::format("{}.{}", name, quotable(printable(setting)));
      const auto word = setting_value(value);
      if (!word) return error(fmt::format("{}: expected a value, found {}", item, value.kind()));
      if (name == kTamperLevels && !is_tamper_level(*word))
        return error(fmt::format("{}: expected a level from 0 to 7, found {}", item,
                                 quotable(printable(*word))));
      if (const auto done = add_setting(item, setting_name(setting), *word); !done) return done;
    }
    return {};
  }

 private:
  static tl::unexpected<Error> no_object(std::string_view name, const Json& found) {
    return error(fmt::format("{}: expected an object, found {}", name, found.kind()));
  }

  // A flag is true or false, or a number that is 0 or not.
  static Result<std::optional<bool>> is_on(const Json& flags, const char* name) {
    const Json* flag = flags.find(name);
    if (flag == nullptr || flag->is_null()) return std::nullopt;
    if (const auto said = flag->boolean()) return said;
    if (const auto number = flag->natural()) return *number != 0;
    return error(fmt::format("mcu_flags.{}: expected true or false, found {}", name, flag->kind()));
  }

  const OrderedLock* ordered(std::string_view key) const {
    const auto& all = posture_.ordered;
    const auto at = std::find_if(all.begin(), all.end(),
                                 [&](const OrderedLock& lock) { return lock.key == key; });
    return at == all.end() ? nullptr : &*at;
  }

  static tl::unexpected<Error> contradicts(const OrderedLock& order, std::string_view item,
                                           std::string_view value) {
    return error(fmt::format("{}: expected what {} says, {}, found {}", item, order.place.item,
                             quotable(order.value), quotable(value)));
  }

  // The order may name the scheme: "v2" is on, too.
  Result<void> add_flag(const char* key, const char* item, bool on) {
    const OrderedLock* order = ordered(key);
    if (order == nullptr) return add(key, item, on ? "on" : "off");
    if ((order->value != "off") != on) return contradicts(*order, item, on ? "on" : "off");
    return {};
  }

  Result<void> add(const char* key, const std::string& item, std::string value) {
    const OrderedLock* order = ordered(key);
    if (order == nullptr) {
      posture_.ordered.push_back({.key = key,
                                  .value = std::move(value),
                                  .place = {.path = path_, .offset = {}, .item = item}});
      return {};
    }
    if (order->value != value) return contradicts(*order, item, value);
    return {};
  }

  // Each tamper source is an order of its own, "otp_read=4", once: in the order or in here.
  Result<void> add_setting(const std::string& item, const std::string& name,
                           const std::string& value) {
    for (const OrderedLock& order : posture_.ordered) {
      if (order.key != "tamper" || !order.value.starts_with(name + "=")) continue;
      if (order.value != fmt::format("{}={}", name, value)) return contradicts(order, item, value);
      return {};
    }
    posture_.ordered.push_back({.key = "tamper",
                                .value = fmt::format("{}={}", name, value),
                                .place = {.path = path_, .offset = {}, .item = item}});
    return {};
  }

  const std::string& path_;
  Posture& posture_;
};

}  // namespace

Result<void> read_user_configuration(const Json& json, const std::string& path, Posture& posture) {
  if (!json.is_object()) return error(fmt::format("expected an object, found {}", json.kind()));
  for (const auto& [name, value] : *json.object()) {
    if (!is_known_group(name))
      return error(fmt::format("{}: expected mcu_flags, {}, OPN or VERSION",
                               quotable(printable(name)), fmt::join(kTamper, ", ")));
  }
  Configuration configuration(path, posture);
  if (const Json* flags = json.find(kMcuFlags)) {
    if (const auto done = configuration.flags(*flags); !done) return done;
  }
  for (const std::string_view name : kTamper) {
    const Json* group = json.find(name);
    if (group == nullptr) continue;
    if (const auto done = configuration.tamper(name, *group); !done) return done;
  }
  return {};
}

}  // namespace attest
