#include "verifier/checks/security_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/readers/posture/untold.h"

namespace attest::security {

namespace {

constexpr std::string_view kPurpose = "KEY_PURPOSE_";
constexpr std::string_view kBlocks[] = {"BLOCK_KEY0", "BLOCK_KEY1", "BLOCK_KEY2",
                                        "BLOCK_KEY3", "BLOCK_KEY4", "BLOCK_KEY5"};

}  // namespace

std::string_view subject_of(const Claim& claim) {
  constexpr Trait kOfOneField[] = {Trait::secure_boot, Trait::flash_encryption, Trait::debug,
                                   Trait::download_mode};
  if (std::find(std::begin(kOfOneField), std::end(kOfOneField), claim.trait) !=
      std::end(kOfOneField))
    return {};
  const std::string_view field = std::string_view(claim.detail).substr(0, claim.detail.find(' '));
  // A purpose is its block's. (Both can be written, each by itself.)
  if (claim.trait == Trait::fuse_key_write || !field.starts_with(kPurpose) ||
      field.size() != kPurpose.size() + 1)
    return field;
  const std::string_view number = field.substr(kPurpose.size());
  const auto* block = std::find_if(std::begin(kBlocks), std::end(kBlocks),
                                   [&](std::string_view one) { return one.ends_with(number); });
  return block == std::end(kBlocks) ? field : *block;
}

bool is_key_block(std::string_view subject) {
  return std::find(std::begin(kBlocks), std::end(kBlocks), subject) != std::end(kBlocks);
}

namespace {

bool is_untold(const Claim& claim) {
  return claim.locked == Holds::unclear && claim.value == kUntold;
}

// Of a file that holds several outputs, the one that a claim is of: "summary 2", "dump".
std::string output_of(const Claim& claim) {
  const std::string& item = claim.place.item;
  const bool is_one = item.starts_with("summary ") || item.starts_with("dump") ||
                      item.starts_with("get-security-info");
  return claim.place.path + "\n" + (is_one ? item.substr(0, item.find(": ")) : std::string());
}

// Whether a summary or dump of Espressif's fuses is there that lacks none of them. Only these tell
// of other ways to boot.
bool has_whole_fuses(const std::vector<Claim>& all) {
  std::set<std::string> fuses, cut;
  for (const Claim& claim : all) {
    if (is_untold(claim))
      cut.insert(output_of(claim));
    else if (claim.trait == Trait::other_boot)
      fuses.insert(output_of(claim));
  }
  return std::any_of(fuses.begin(), fuses.end(),
                     [&](const std::string& output) { return cut.count(output) == 0; });
}

}  // namespace

std::vector<const Claim*> claims(const RecordView& record, Trait trait) {
  std::vector<const Claim*> out;
  std::set<std::string_view> told;
  bool any_untold = false;
  for (const Claim& claim : record.posture.claims) {
    if (claim.trait != trait || is_of_before(claim, record.posture.claims)) continue;
    out.push_back(&claim);
    if (is_untold(claim))
      any_untold = true;
    else if (claim.locked != Holds::unclear)
      told.insert(subject_of(claim));
  }
  if (!any_untold) return out;
  const bool whole = has_whole_fuses(record.posture.claims);
  std::erase_if(out, [&](const Claim* claim) {
    return is_untold(*claim) && (whole || told.count(subject_of(*claim)) != 0);
  });
  return out;
}

const Claim* first(const RecordView& record, Trait trait, Holds holds) {
  if (holds == Holds::unclear) {
    const auto all = claims(record, trait);
    const auto at = std::find_if(
        all.begin(), all.end(), [](const Claim* claim) { return claim->locked == Holds::unclear; });
    return at == all.end() ? nullptr : *at;
  }
  for (const Claim& claim : record.posture.claims) {
    if (claim.trait == trait && claim.locked == holds &&
        !is_of_before(claim, record.posture.claims))
      return &claim;
  }
  return nullptr;
}

// (As claims() has it: where nothing is told, a whole output alone answers what is not.)
bool claimed(const RecordView& record, Trait trait) {
  bool any_untold = false;
  for (const Claim& claim : record.posture.claims) {
    if (claim.trait != trait) continue;
    if (!is_untold(claim)) return true;
    any_untold = true;
  }
  return any_untold && !has_whole_fuses(record.posture.claims);
}

bool is_finished(const RecordView& record) {
  if (record.ordered && !record.ordered->posture.ordered.empty()) return true;
  return claimed(record, Trait::secure_boot) || claimed(record, Trait::debug) ||
         claimed(record, Trait::flash_encryption);
}

bool boots_securely(const RecordView& record) {
  return first(record, Trait::secure_boot, Holds::yes) != nullptr;
}
bool boots_by_v1(const RecordView& record) {
  const auto schemes = claims(record, Trait::secure_boot);
  if (schemes.empty()) return ordered(record, "secure_boot").is("v1");
  return std::all_of(schemes.begin(), schemes.end(),
                     [](const Claim* claim) { return claim->value == "v1"; });
}
bool encrypts_flash(const RecordView& record) {
  return first(record, Trait::flash_encryption, Holds::yes) != nullptr;
}

std::vector<const OrderedLock*> all_ordered(const RecordView& record, std::string_view key) {
  std::vector<const OrderedLock*> out;
  if (!record.ordered) return out;
  for (const OrderedLock& lock : record.ordered->posture.ordered) {
    if (lock.key == key) out.push_back(&lock);
  }
  return out;
}

namespace {

bool is_espressif(const RecordView& record) {
  const auto chips = claims(record, Trait::chip);
  return claimed(record, Trait::flash_content) ||
         std::any_of(chips.begin(), chips.end(),
                     [](const Claim* chip) { return chip->value.starts_with("esp32"); });
}

std::string words_of(const Outcome& outcome) {
  return outcome.texts != nullptr      ? outcome.texts->message
         : outcome.constant != nullptr ? outcome.constant
                                       : "";
}
void append(std::string& all, const std::string& more) {
  if (!more.empty()) all += (all.empty() ? "" : "; ") + more;
}

}  // namespace

bool wants_release_rule(const RecordView& record) {
  const auto profile = all_ordered(record, "profile");
  return !profile.empty() && first_of(profile)->value == "release" && is_espressif(record);
}

bool has_no_such_lock(const RecordView& record, Trait trait) {
  return !is_espressif(record) && !claimed(record, trait) &&
         (claimed(record, Trait::unique_id) || claimed(record, Trait::device_erase) ||
          claimed(record, Trait::secure_engine));
}

Order ordered(const RecordView& record, std::string_view key) {
  Order out;
  if (const auto all = all_ordered(record, key); !all.empty()) {
    out.said = first_of(all);
    out.value = out.said->value;
    return out;
  }
  const auto profile = all_ordered(record, "profile");
  if (profile.empty()) return out;
  if (first_of(profile)->value != "release") {
    out.lenient = true;
    return out;
  }
  const std::pair<std::string_view, const char*> kRelease[] = {{"secure_boot", "on"},
                                                               {"debug", "locked"}};
  for (const auto& [name, value] : kRelease) {
    if (name == key) out.value = value;
  }
  // Not every vendor's parts encrypt their flash or have a download mode. Espressif's do, told or
  // not.
  const bool whole = is_espressif(record);
  if (key == "flash_encryption" && (whole || claimed(record, Trait::flash_encryption)))
    out.value = "release";
  if (key == "download_mode" && (whole || claimed(record, Trait::download_mode)))
    out.value = "closed";
  return out;
}

Outcome asked(bool by_order, Outcome outcome) {
  if (!by_order) return outcome;
  return weighing(Severity::error, std::move(outcome));
}

Outcome as_claimed(const Claim& claim, std::string expected) {
  return fail(claim.detail, std::move(expected), claim.value.empty() ? claim.detail : claim.value,
              place_text(claim.place));
}

Outcome all_hold(const RecordView& record, Trait trait, bool wanted, const char* expected) {
  if (const Maybe<Claim> open = first(record, trait, Holds::no))
    return asked(wanted, as_claimed(*open, expected));
  if (const Maybe<Claim> unclear = first(record, trait, Holds::unclear)) {
    const std::string why = fmt::format("{}: {}", place_text(unclear->place), unclear->detail);
    return wanted ? asked(true, unknown(why)) : unknown_aside(why);
  }
  if (claimed(record, trait)) return pass();
  return wanted ? asked(true, unknown(fmt::format("ordered was {}, and the evidence does not tell",
                                                  expected)))
                : skipped(kNothing);
}

Outcome not_shown(const Order& order, std::string_view what) {
  return asked(true,
               unknown(fmt::format("ordered was {} ({}), and the evidence does not show the {}",
                                   order.value, order.where(), what)));
}

Outcome word_is_as_ordered(const RecordView& record, const Order& order, Trait trait,
                           const char* what) {
  std::vector<Outcome> answers;
  for (const Claim* claim : claims(record, trait)) {
    if (claim->locked == Holds::unclear)
      answers.push_back(
          asked(true, unknown(fmt::format("{}: {}", place_text(claim->place), claim->detail))));
    else
      answers.push_back(claim->value == order.value ? pass()
                                                    : asked(true, as_claimed(*claim, order.value)));
  }
  return answers.empty() ? not_shown(order, what) : together(std::move(answers));
}

Outcome together(std::vector<Outcome> answers) {
  const auto any = [&](Status status) {
    return std::any_of(answers.begin(), answers.end(),
                       [&](const Outcome& one) { return one.status == status; });
  };
  const bool failed = any(Status::fail), open = any(Status::unknown);
  if (!failed && !open) {
    for (const Status status : {Status::blocked, Status::pass, Status::skipped}) {
      const auto at = std::find_if(answers.begin(), answers.end(),
                                   [&](const Outcome& one) { return one.status == status; });
      if (at != answers.end()) return std::move(*at);
    }
    return pass();
  }
  Outcome out = with_texts(failed ? Status::fail : Status::unknown, "");
  out.aside = !failed;
  for (const Status status : {Status::fail, Status::unknown}) {
    for (const Outcome& one : answers) {
      if (one.status != status) continue;
      append(out.texts->message, words_of(one));
      if (one.weight == Severity::error || !out.weight) out.weight = one.weight;
      out.aside = out.aside && one.aside;
      if (status != out.status || one.texts == nullptr) continue;
      append(out.texts->expected, one.texts->expected);
      append(out.texts->actual, one.texts->actual);
      if (out.texts->source.empty()) out.texts->source = one.texts->source;
    }
  }
  return out;
}

}  // namespace attest::security
