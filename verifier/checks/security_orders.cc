// Checks on what an order says of a part's locks.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/checks/catalogue.h"
#include "verifier/checks/security_flash.h"
#include "verifier/checks/security_images.h"
#include "verifier/checks/security_keys.h"
#include "verifier/checks/security_rules.h"
#include "verifier/readers/posture/firmware_images.h"

namespace attest {
namespace {

using namespace security;

// MCUboot starts its own images alone, and checks each.
Outcome mcuboot_starts_it(const RecordView& record, const Order& order) {
  std::vector<Outcome> answers;
  for (const SignedImage& image : record.posture.images) {
    if (!image.what.starts_with(kMcubootImage)) continue;
    if (image.signature == ImageSignature::none)
      answers.push_back(blocked("security.images-are-signed"));
    else if (image.signature == ImageSignature::bad)
      answers.push_back(blocked("security.image-signatures-verify"));
    else if (image.signature == ImageSignature::good)
      answers.push_back(pass());
    else
      answers.push_back(asked(
          true, unknown(fmt::format("the signature of the {} cannot be checked", named(image)))));
  }
  return answers.empty() ? not_shown(order, "firmware that MCUboot would start")
                         : together(std::move(answers));
}

Outcome scheme_is_as_ordered(const RecordView& record) {
  const Order order = ordered(record, "secure_boot");
  if (order.said == nullptr || order.is("on")) return skipped("the order names no scheme");
  if (order.is("off"))
    return security::word_is_as_ordered(record, order, Trait::secure_boot, "secure boot");
  if (order.is("mcuboot")) return mcuboot_starts_it(record, order);
  if (first(record, Trait::secure_boot, Holds::no) != nullptr)
    return blocked("security.secure-boot-is-enabled");
  if (order.is("certificate")) {
    const auto demanded = claims(record, Trait::verify_certificate);
    if (demanded.empty()) return not_shown(order, "setting of certificates");
    const auto off = std::find_if(demanded.begin(), demanded.end(),
                                  [](const Claim* claim) { return claim->value != "on"; });
    return off == demanded.end() ? pass() : asked(true, as_claimed(**off, "certificate"));
  }
  return security::word_is_as_ordered(record, order, Trait::secure_boot, "scheme of secure boot");
}

// A generic lock fulfils no order of a certain kind; one that nothing opens again fulfils another.
Outcome debug_lock_is_as_ordered(const RecordView& record) {
  const Order order = ordered(record, "debug");
  if (order.said == nullptr || order.is("locked"))
    return skipped("the order names no kind of lock");
  std::vector<Outcome> answers;
  const auto all = claims(record, Trait::debug);
  const auto tells_kind = [](const Claim* claim) {
    return claim->locked == Holds::yes && claim->value != "locked";
  };
  const bool told = std::any_of(all.begin(), all.end(), tells_kind);
  for (const Claim* claim : all) {
    // An output that does not tell the kind is answered by one that does.
    if (told && claim->locked == Holds::yes && !tells_kind(claim)) continue;
    const bool for_good = claim->value == "disabled" || claim->value == "permanent-lock";
    const std::string where = place_text(claim->place);
    if (claim->locked == Holds::unclear)
      answers.push_back(asked(true, unknown(fmt::format("{}: {}", where, claim->detail))));
    else if (claim->value == order.value ||
             (for_good && (order.is("disabled") || order.is("permanent-lock"))))
      answers.push_back(pass());
    else if (claim->value == "locked" && !order.is("open"))
      answers.push_back(
          asked(true, unknown(fmt::format("{}: locked, and of which kind is not told", where))));
    else
      answers.push_back(asked(true, as_claimed(*claim, order.value)));
  }
  return answers.empty() ? not_shown(order, "debug lock") : together(std::move(answers));
}

Outcome debug_unlock_is_signed(const RecordView& record) {
  const OrderedKeys keys(record, "command_key");
  std::vector<Outcome> answers;
  for (const Claim* claim : claims(record, Trait::command_key)) {
    if (keys.empty()) continue;
    if (keys.has(claim->value))
      answers.push_back(pass());
    else
      answers.push_back(keys.other(fmt::format("the command key {}", short_key(claim->value)),
                                   short_key(claim->value), claim->place));
  }
  // The output of readkey may be of either key.
  for (const Claim* claim : claims(record, Trait::trusted_key)) {
    if (!is_certain(claim) && keys.has(claim->value)) answers.push_back(pass());
  }
  if (first(record, Trait::debug, Holds::no) != nullptr && answers.empty())
    return keys.empty() ? skipped("the port is open") : blocked("security.debug-is-locked");
  if (!keys.empty() && answers.empty())
    answers.push_back(
        asked(true, unknown("a command key was ordered, and which one is installed is not told")));
  answers.push_back(
      all_hold(record, Trait::debug_unlock, false, "a command key that signs the unlock"));
  return together(std::move(answers));
}

// A property that one word tells.
Outcome word_is_as_ordered(const RecordView& record, const char* key, Trait trait,
                           const char* what) {
  const Order order = ordered(record, key);
  if (order.said == nullptr) return skipped(kNotOrdered);
  return security::word_is_as_ordered(record, order, trait, what);
}

Outcome erase_is_as_ordered(const RecordView& record) {
  // A kind of lock has its own: where the part's lock is of another, that is told.
  const Order kind = ordered(record, "debug"), order = ordered(record, "device_erase");
  const bool of_kind =
      order.said != nullptr && kind.said != nullptr &&
      (kind.is("standard-lock")
           ? order.is("enabled")
           : (kind.is("secure-lock") || kind.is("permanent-lock")) && order.is("disabled"));
  Outcome out =
      word_is_as_ordered(record, "device_erase", Trait::device_erase, "setting of device erase");
  const auto locks = claims(record, Trait::debug);
  const bool of_another = std::any_of(locks.begin(), locks.end(), [&](const Claim* claim) {
    return claim->locked == Holds::yes && claim->value != "locked" && claim->value != kind.value;
  });
  if (out.status == Status::fail && of_kind && of_another)
    return blocked("security.debug-lock-is-as-ordered");
  return out;
}

Outcome tamper_setting(const OrderedLock& lock, const std::vector<const Claim*>& found) {
  const std::string name = lock.value.substr(0, lock.value.find('=') + 1);
  std::vector<Outcome> answers;
  for (const Claim* claim : found) {
    if (!claim->value.starts_with(name)) continue;
    answers.push_back(claim->value == lock.value ? pass()
                                                 : asked(true, as_claimed(*claim, lock.value)));
  }
  if (answers.empty())
    return asked(true, unknown(fmt::format("ordered was {} ({}), and the evidence gives none",
                                           printable(lock.value), place_text(lock.place))));
  return together(std::move(answers));
}

// All of it is asked: one setting that is wrong hides no other.
Outcome tamper_is_as_ordered(const RecordView& record) {
  std::vector<Outcome> answers;
  if (const Maybe<Claim> bad = first(record, Trait::tamper_status, Holds::no))
    answers.push_back(as_claimed(*bad, "ok"));
  const auto found = claims(record, Trait::tamper);
  for (const OrderedLock* lock : all_ordered(record, "tamper"))
    answers.push_back(tamper_setting(*lock, found));
  answers.push_back(word_is_as_ordered(record, "page_lock", Trait::page_lock, "page lock"));
  // (Where secure boot was ordered by certificate, the scheme answers for it.)
  if (!ordered(record, "secure_boot").is("certificate") ||
      !ordered(record, "verify_certificate").is("on"))
    answers.push_back(word_is_as_ordered(record, "verify_certificate", Trait::verify_certificate,
                                         "setting of certificates"));
  return together(std::move(answers));
}

// "2.2.5" and the like, number by number.
std::vector<uint64_t> version_of(std::string_view s) {
  std::vector<uint64_t> out;
  uint64_t number = 0;
  for (const char c : s) {
    if (c == '.') {
      out.push_back(number);
      number = 0;
    } else if (c >= '0' && c <= '9') {
      number = std::min<uint64_t>(number * 10 + static_cast<uint64_t>(c - '0'), 1'000'000);
    } else {
      break;
    }
  }
  out.push_back(number);
  return out;
}

Outcome secure_engine_is_recent(const RecordView& record) {
  const Order order = ordered(record, "secure_engine");
  if (order.said == nullptr) return skipped(kNotOrdered);
  const auto all = claims(record, Trait::secure_engine);
  for (const Claim* claim : all) {
    if (claim->value.find_first_of("0123456789") != 0)
      return asked(true, unknown(fmt::format("{}: the secure engine's firmware is \"{}\"",
                                             place_text(claim->place), claim->value)));
    if (version_of(claim->value) < version_of(order.value))
      return asked(true, fail(fmt::format("the secure engine's firmware is {}", claim->value),
                              fmt::format("{} or later", order.value), claim->value,
                              place_text(claim->place)));
  }
  return all.empty() ? not_shown(order, "version of the secure engine") : pass();
}

// --- rollback ---

MaybeValue<uint64_t> number_of(const Claim& claim) {
  uint64_t out = 0;
  for (const char c : claim.value) {
    if (c < '0' || c > '9' || out > 1'000'000) return std::nullopt;
    out = out * 10 + static_cast<uint64_t>(c - '0');
  }
  return out;
}

// A counter behind a signature or a hash that is wrong is none.
bool is_broken(const SignedImage& image) {
  return !image.problem.empty();
}

// Fuses and firmware, whichever the evidence has: each is of that version or a later one.
Outcome versions_reach(const RecordView& record, const Order& order) {
  const uint64_t wanted = first_of(version_of(order.value));
  std::vector<Outcome> answers;
  for (const Claim* claim : claims(record, Trait::secure_version))
    answers.push_back(
        claim->locked == Holds::unclear
            ? asked(true, unknown(fmt::format("{}: {}", place_text(claim->place), claim->detail)))
        : number_of(*claim).value_or(0) >= wanted
            ? pass()
            : asked(true, as_claimed(*claim, fmt::format("{} or more", wanted))));
  for (const SignedImage& image : record.posture.images) {
    if (!image.secure_version) continue;
    answers.push_back(
        is_broken(image) ? blocked("security.image-signatures-verify")
        : *image.secure_version >= wanted
            ? pass()
            : asked(true, fail(fmt::format("the secure version of the {} is {}", named(image),
                                           *image.secure_version),
                               fmt::format("{} or more", wanted),
                               std::to_string(*image.secure_version), place_text(image.place))));
  }
  return answers.empty() ? not_shown(order, "secure version") : together(std::move(answers));
}

// An image below the counter in the fuses does not start.
MaybeValue<Outcome> below_the_fuses(const RecordView& record) {
  for (const Claim* claim : claims(record, Trait::secure_version)) {
    const auto burned = number_of(*claim);
    for (const SignedImage& image : record.posture.images) {
      if (!burned || !image.secure_version || *image.secure_version >= *burned || is_broken(image))
        continue;
      return fail(fmt::format("the {} has secure version {}, the fuses {}: the part refuses it",
                              named(image), *image.secure_version, *burned),
                  fmt::format("{} or more", *burned), std::to_string(*image.secure_version),
                  place_text(image.place));
    }
  }
  return std::nullopt;
}

Outcome counter_is_on(const RecordView& record) {
  const Order order = ordered(record, "anti_rollback");
  if (order.is("off"))
    return security::word_is_as_ordered(record, order, Trait::rollback, "setting of rollback");
  if (!order && !claimed(record, Trait::rollback))
    return first(record, Trait::secure_version, Holds::yes) != nullptr ? pass() : skipped(kNothing);
  Outcome out = all_hold(record, Trait::rollback, bool(order), "protection against rollback");
  return out.status == Status::fail && !order ? weighing(Severity::warning, std::move(out))
                                              : std::move(out);
}

Outcome rollback_is_prevented(const RecordView& record) {
  std::vector<Outcome> answers;
  if (auto below = below_the_fuses(record)) answers.push_back(std::move(*below));
  if (const Order version = ordered(record, "secure_version"))
    answers.push_back(versions_reach(record, version));
  answers.push_back(counter_is_on(record));
  return together(std::move(answers));
}

constexpr const char* kRemedy = "have the parts made again as ordered, or correct the order";

constexpr Check kChecks[] = {
    {
        .id = "security.secure-boot-scheme-is-as-ordered",
        .title = "secure boot is of the ordered scheme",
        .consequence_of = {"security.secure-boot-is-enabled"},
        .proves_authenticity = false,
        .run = rule<scheme_is_as_ordered>,
        .rule = "Firmware is built and signed for one scheme.",
        .remedy = "order and build for one scheme",
        .when_unknown = kShow,
    },
    {
        .id = "security.debug-lock-is-as-ordered",
        .title = "the debug lock is of the ordered kind",
        .consequence_of = {"security.debug-is-locked"},
        .proves_authenticity = false,
        .run = rule<debug_lock_is_as_ordered>,
        .rule = "A standard lock opens by an erase that destroys the attestation data, a secure "
                "one by a signed challenge, a permanent one never.",
        .remedy = kRemedy,
        .when_unknown = kShow,
    },
    {
        .id = "security.debug-unlock-is-signed",
        .title = "a secure unlock has its command key, the ordered one",
        .consequence_of = {"security.debug-is-locked"},
        .proves_authenticity = false,
        .run = rule<debug_unlock_is_signed>,
        .rule = "Without a command key a secure lock can never be opened again.",
        .remedy = "install the command key before locking",
        .when_unknown = kShow,
    },
    {
        .id = "security.dac-key-place-is-as-ordered",
        .title = "the DAC's key lives where it was ordered to",
        .consequence_of = {"security.evidence-is-of-this-part", "security.dac-key-is-hidden",
                           "factory.no-key-beside-hardware-flag"},
        .proves_authenticity = false,
        .run = rule<dac_key_place>,
        .rule = "Where the key lives decides who can take it out.",
        .remedy = kRemedy,
        .when_unknown = kShow,
    },
    {
        .id = "security.rollback-is-prevented",
        .title = "firmware cannot be rolled back",
        .proves_authenticity = false,
        .run = rule<rollback_is_prevented>,
        .rule = "An older image with a known fault is signed, too: a counter in the part refuses "
                "it. An image below the counter does not start.",
        .remedy = "build with the part's counter, and enable it",
        .when_unknown = kShow,
    },
    {
        .id = "security.erase-is-as-ordered",
        .title = "the erase of a locked part is as ordered",
        .proves_authenticity = false,
        .run = rule<erase_is_as_ordered>,
        .rule = "An erase opens a standard lock, and takes the DAC with it.",
        .remedy = kRemedy,
        .when_unknown = kShow,
    },
    {
        .id = "security.tamper-is-as-ordered",
        .title = "tamper responses, page lock and certificates are as ordered",
        .proves_authenticity = false,
        .run = rule<tamper_is_as_ordered>,
        .rule = "They are written once, and together with secure boot.",
        .remedy = kRemedy,
        .when_unknown = kShow,
    },
    {
        .id = "security.secure-engine-is-recent",
        .title = "the secure engine's firmware is recent enough",
        .proves_authenticity = false,
        .run = rule<secure_engine_is_recent>,
        .rule = "Older versions have known faults.",
        .remedy = "upgrade the secure engine",
        .when_unknown = kShow,
    },
};

}  // namespace

std::span<const Check> security_order_checks() {
  return kChecks;
}

}  // namespace attest
