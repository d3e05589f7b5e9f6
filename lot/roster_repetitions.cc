// What repeats among a lot's devices, or counts upwards.

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>
#include <numeric>
#include <queue>
#include <unordered_map>

#include "lot/chance.h"
#include "lot/roster_block.h"

namespace attest {

namespace {

using Members = std::vector<uint32_t>;

struct Repetition {
  const LotRule* rule;
  const char* what;  // "the same DAC"
};
// The fingerprints that may repeat, in their order: all but next_passcode.
constexpr size_t kRepeated = 11;
// With one of these all else is the same, too: a part that was copied, or given twice.
constexpr bool is_copied_with(Fingerprint kind) {
  return kind <= Fingerprint::payload;
}
// A constant that was left in is told of as that, whatever other constant the same devices share.
constexpr bool is_own_fault(Fingerprint kind) {
  return kind > Fingerprint::passcode;
}

const std::array<Repetition, kRepeated>& repeated_things() {
  static const std::array<Repetition, kRepeated> list = {
      {{&lot_rule::dac_is_used_once, "the same DAC"},
       {&lot_rule::dac_key_is_used_once, "the same DAC key"},
       {&lot_rule::payload_is_used_once, "the same onboarding payload"},
       {&lot_rule::serial_number_is_used_once, "the same serial number"},
       {&lot_rule::spake2p_verifier_is_used_once, "the same SPAKE2+ verifier"},
       {&lot_rule::spake2p_salt_is_used_once, "the same SPAKE2+ salt"},
       {&lot_rule::passcodes_do_not_repeat, "the same passcode"},
       {&lot_rule::unique_id_is_used_once, "the same unique id"},
       {&lot_rule::rotating_id_is_used_once, "the same secret for the rotating id"},
       {&lot_rule::attestation_nonce_is_used_once, "responses to the same nonce"},
       {&lot_rule::chip_id_is_used_once, "the same MAC or unique id in their chips"}}};
  return list;
}

// Less than once in ten thousand lots: not chance. Less than once in a thousand: worth a look.
constexpr double kNotChance = 1e-4, kUnlikely = 1e-3;
// Of the few units of a lab any two differ, unless there are so many that some will be alike.
constexpr double kLabsUnits = 0.1;
constexpr size_t kMostShared = 8;  // discriminators that are each told of

std::string odds_text(double expected) {
  return expected > 0 ? fmt::format("{:.2g}", expected) : "fewer than 1e-300";
}

}  // namespace

// The devices with equal fingerprints, kind by kind. A group that already shares something found
// before is an echo: two devices with one DAC have one key, too.
class LotRoster::Search {
 public:
  Search(const LotRoster& roster, Stage stage) : roster_(roster), stage_(stage) {}

  FindingList run() {
    for (size_t kind = 0; kind < kRepeated; ++kind) repeats(static_cast<Fingerprint>(kind));
    counts_upwards();
    discriminators();
    compared();
    return std::move(out_);
  }

 private:
  struct Marked {
    uint64_t mark;
    uint32_t device;
    bool operator<(const Marked& o) const {
      return mark != o.mark ? mark < o.mark : device < o.device;
    }
  };
  struct Found {
    uint64_t count;
    std::vector<std::string> names;  // the first of them
    std::string also;
    Severity severity;
    bool one_device = false;
    std::string message;
    bool operator<(const Found& o) const {
      return count != o.count ? count > o.count : names < o.names;
    }
  };

  template <class Take>
  void each(Fingerprint kind, Take&& take) const {
    uint32_t device = 0;
    for (const auto& block : roster_.blocks_) {
      for (size_t i = 0; i < block->size; ++i, ++device) {
        if (const uint64_t mark = block->mark(kind, i); mark != 0) take(Marked{mark, device});
      }
    }
  }

  // Marks are spread evenly, so a share of the values holds a share of the devices: what is sorted
  // at a time stays small.
  size_t share_bits() const {
    size_t bits = 0;
    while ((roster_.size_ >> bits) > 1u << 16) ++bits;
    return bits;
  }
  template <class Take>
  void by_share(Take&& take) const {
    const size_t bits = share_bits();
    for (uint64_t share = 0; share < uint64_t{1} << bits; ++share) {
      take([&](uint64_t mark) { return bits == 0 || mark >> (64 - bits) == share; });
    }
  }
  template <class Wanted>
  std::vector<Marked> collect(Fingerprint kind, Wanted&& wanted) const {
    std::vector<Marked> out;
    each(kind, [&](const Marked& m) {
      if (wanted(m.mark)) out.push_back(m);
    });
    std::sort(out.begin(), out.end());
    return out;
  }
  // Those that are equal to another, in order. Marks are spread evenly: two that fall into one
  // place of sixteen times as many are equal, or one of few that are sorted in vain.
  template <class Wanted>
  std::vector<Marked> repeated(Fingerprint kind, Wanted&& wanted) const {
    const size_t places = std::bit_ceil(std::max<size_t>(64, 16 * roster_.size_ >> share_bits()));
    std::vector<uint64_t> once(places / 64), again(places / 64);
    each(kind, [&](const Marked& m) {
      if (!wanted(m.mark)) return;
      const size_t place = m.mark & (places - 1);
      const uint64_t bit = uint64_t{1} << (place % 64);
      again[place / 64] |= once[place / 64] & bit;
      once[place / 64] |= bit;
    });
    std::vector<Marked> out;
    each(kind, [&](const Marked& m) {
      const size_t place = m.mark & (places - 1);
      if (wanted(m.mark) && (again[place / 64] >> (place % 64) & 1) != 0) out.push_back(m);
    });
    std::sort(out.begin(), out.end());
    return out;
  }

  uint64_t having(Fingerprint kind) const {
    uint64_t n = 0;
    each(kind, [&](const Marked&) { ++n; });
    return n;
  }

  void repeats(Fingerprint kind) {
    std::vector<Found> found;
    const uint64_t with_it = kind == Fingerprint::passcode ? having(kind) : 0;
    by_share([&](auto&& wanted) {
      const std::vector<Marked> marked = repeated(kind, wanted);
      for (size_t i = 0; i < marked.size();) {
        size_t end = i + 1;
        while (end < marked.size() && marked[end].mark == marked[i].mark) ++end;
        if (end - i > 1) {
          Members members;
          for (size_t j = i; j < end; ++j) members.push_back(marked[j].device);
          group(kind, members, with_it, found);
        }
        i = end;
      }
    });
    if (kind == Fingerprint::dac) move_given_twice(found);
    list(*repeated_things()[static_cast<size_t>(kind)].rule, found);
  }

  void group(Fingerprint kind, const Members& members, uint64_t with_it,
             std::vector<Found>& found) {
    Severity severity = repeated_things()[static_cast<size_t>(kind)].rule->severity;
    if (kind == Fingerprint::passcode) {
      const double expected = expected_repeats(with_it, members.size());
      if (expected > kUnlikely) {
        shared_[static_cast<size_t>(kind)].by_chance += members.size();
        return;
      }
      if (expected > kNotChance) severity = Severity::warning;
    }
    shared_[static_cast<size_t>(kind)].equal += members.size();
    if (is_own_fault(kind) ? is_copy(members) : is_echo(members, severity)) return;
    remember(members, severity, is_copied_with(kind));
    Found one{.count = members.size(),
              .names = first_names(members),
              .also = {},
              .severity = severity,
              .one_device = false,
              .message = {}};
    if (kind == Fingerprint::passcode)
      one.also = fmt::format("; of {} random passcodes {:.2g} such groups are to be expected",
                             with_it, expected_repeats(with_it, members.size()));
    if (kind == Fingerprint::dac) {
      one.one_device = std::adjacent_find(one.names.begin(), one.names.end(),
                                          std::not_equal_to<>()) == one.names.end() &&
                       members.size() <= kNamesShown;
    }
    if (kind != Fingerprint::passcode) one.also = shared_besides(kind, members);
    found.push_back(std::move(one));
    trim(found);
  }

  // Only the largest are listed; what is sorted out is counted.
  void trim(std::vector<Found>& found) {
    if (found.size() < 2 * kMostFindings) return;
    std::nth_element(found.begin(), found.begin() + kMostFindings, found.end());
    out_.left_out += found.size() - kMostFindings;
    found.resize(kMostFindings);
  }

  // Other fingerprints that all of them share, for a person who looks for the cause.
  std::string shared_besides(Fingerprint kind, const Members& members) const {
    if (members.size() > kRosterBlock) return {};
    std::string out;
    for (size_t k = static_cast<size_t>(kind) + 1; k < kRepeated; ++k) {
      if (is_own_fault(static_cast<Fingerprint>(k)) && !is_copied_with(kind)) break;
      const uint64_t first = mark(static_cast<Fingerprint>(k), members[0]);
      const bool all = first != 0 && std::all_of(members.begin(), members.end(), [&](uint32_t d) {
                         return mark(static_cast<Fingerprint>(k), d) == first;
                       });
      if (all)
        out += fmt::format("{}{}", out.empty() ? "; also " : ", ", repeated_things()[k].what);
    }
    return out;
  }

  uint64_t mark(Fingerprint kind, uint32_t device) const {
    return roster_.blocks_[device / kRosterBlock]->mark(kind, device % kRosterBlock);
  }

  // The first names in their own order: which devices are shown does not depend on who came first.
  std::vector<std::string> first_names(const Members& members) const {
    std::priority_queue<std::string> least;
    for (const uint32_t device : members) {
      std::string name = roster_.name(device);
      if (least.size() == kNamesShown && !(name < least.top())) continue;
      least.push(std::move(name));
      if (least.size() > kNamesShown) least.pop();
    }
    std::vector<std::string> out(least.size());
    for (size_t i = out.size(); i-- > 0; least.pop()) out[i] = least.top();
    return out;
  }

  // --- echoes ---
  // The same devices share something found before that weighs as much. Where some of them share
  // more than the others do, that is a thing of its own: a lot with one serial number throughout
  // may also have a DAC twice.
  static constexpr size_t kMostRemembered = 1u << 16;
  bool is_echo(const Members& members, Severity severity) const {
    const auto at = groups_.find(signature(members));
    return at != groups_.end() &&
           (at->second.severity == Severity::error || severity != Severity::error);
  }
  bool is_copy(const Members& members) const {
    const auto at = groups_.find(signature(members));
    return at != groups_.end() && at->second.copied;
  }
  void remember(const Members& members, Severity severity, bool copied) {
    if (groups_.size() < kMostRemembered)
      groups_.try_emplace(signature(members), Told{.severity = severity, .copied = copied});
  }
  static uint64_t signature(const Members& members) {
    return siphash(SipKey{}, View(reinterpret_cast<const uint8_t*>(members.data()),
                                  members.size() * sizeof(uint32_t)));
  }

  // --- passcodes that follow each other ---
  // One device a passcode stands for all that share it: the one whose name comes first, whatever
  // order they came in.
  std::vector<Marked> one_each(std::vector<Marked> marked) const {
    std::vector<Marked> out;
    std::string name;  // of the last one, where it has been asked for
    for (const Marked& m : marked) {
      if (out.empty() || out.back().mark != m.mark) {
        out.push_back(m);
        name.clear();
        continue;
      }
      if (name.empty()) name = roster_.name(out.back().device);
      if (std::string other = roster_.name(m.device); other < name) {
        out.back().device = m.device;
        name = std::move(other);
      }
    }
    return out;
  }
  void counts_upwards() {
    if (having(Fingerprint::next_passcode) == 0) return;
    std::vector<std::pair<uint32_t, uint32_t>>
        next;  // the device whose passcode follows the first one's
    by_share([&](auto&& wanted) {
      const std::vector<Marked> passcodes = one_each(collect(Fingerprint::passcode, wanted)),
                                after = one_each(collect(Fingerprint::next_passcode, wanted));
      size_t p = 0;
      for (size_t i = 0; i < after.size(); ++i) {
        while (p < passcodes.size() && passcodes[p].mark < after[i].mark) ++p;
        if (p < passcodes.size() && passcodes[p].mark == after[i].mark)
          next.emplace_back(after[i].device, passcodes[p].device);
      }
    });
    if (next.empty()) return;
    std::sort(next.begin(), next.end());
    Members followers;
    for (const auto& [from, to] : next) followers.push_back(to);
    std::sort(followers.begin(), followers.end());
    const uint64_t with_it = having(Fingerprint::passcode);
    std::vector<Found> found;
    for (const auto& [from, to] : next) {
      if (std::binary_search(followers.begin(), followers.end(), from))
        continue;  // not the first of its run
      Members run{from};
      for (auto at =
               std::lower_bound(next.begin(), next.end(), std::pair<uint32_t, uint32_t>(from, 0));
           at != next.end() && at->first == run.back() && run.size() <= next.size();
           at = std::lower_bound(next.begin(), next.end(),
                                 std::pair<uint32_t, uint32_t>(run.back(), 0)))
        run.push_back(at->second);
      const double expected = expected_runs(with_it, run.size());
      if (expected > kUnlikely) continue;
      found.push_back(
          {.count = run.size(),
           .names = first_names(run),
           .also = fmt::format("; of {} random passcodes {:.2g} such runs are to be expected",
                               with_it, expected),
           .severity = expected > kNotChance ? Severity::warning : Severity::error,
           .one_device = false,
           .message = {}});
      trim(found);
    }
    for (Found& one : found)
      one.message = fmt::format("the passcodes of {} devices follow each other, one by one{}",
                                one.count, one.also);
    list(lot_rule::passcodes_do_not_count_upwards, found);
  }

  // --- discriminators ---
  // One of 4096, so many devices share theirs by chance. A finding where more do than that: each
  // value that too many have, or too few different ones in all.
  template <class Take>
  void each_discriminator(Take&& take) const {
    uint32_t device = 0;
    for (const auto& block : roster_.blocks_) {
      for (const uint16_t value : block->discriminator) {
        if (value != 0) take(value - 1u, device);
        ++device;
      }
    }
  }
  void discriminators() {
    std::vector<uint32_t> having(kDiscriminators);
    each_discriminator([&](size_t value, uint32_t) { ++having[value]; });
    const uint64_t devices = std::accumulate(having.begin(), having.end(), uint64_t{0});
    if (devices < 2) return;
    const Severity severity = lot_rule::discriminators_do_not_repeat.under(stage_);
    const bool few = expected_shared(devices, 2, kDiscriminators) <= kLabsUnits;
    const double most = stage_ == Stage::lab && few ? kLabsUnits : kNotChance;
    const auto expected = [&](size_t value) {
      return expected_shared(devices, having[value], kDiscriminators);
    };
    std::map<size_t, Members> shared;  // of values that too many have
    for (size_t value = 0; value < kDiscriminators; ++value) {
      if (having[value] > 1 && expected(value) <= most) shared[value];
    }
    each_discriminator([&](size_t value, uint32_t device) {
      if (const auto at = shared.find(value); at != shared.end()) at->second.push_back(device);
    });
    for (size_t value = 0; value < kDiscriminators; ++value) {
      if (having[value] < 2) continue;
      const bool chance = expected(value) > (few ? kLabsUnits : kNotChance);
      (chance ? shared_.back().by_chance : shared_.back().equal) += having[value];
    }
    std::vector<Found> found;
    uint64_t sharing = 0;
    for (const auto& [value, members] : shared) {
      sharing += members.size();
      if (is_copy(members)) continue;
      found.push_back({.count = members.size(),
                       .names = first_names(members),
                       .also = {},
                       .severity = severity,
                       .one_device = false,
                       .message = fmt::format(
                           "{} of {} devices have discriminator {}; of {} random discriminators "
                           "{} such groups are to be expected",
                           members.size(), devices, value, devices, odds_text(expected(value)))});
    }
    if (found.size() > kMostShared) {
      std::sort(found.begin(), found.end());
      Found& first = found.front();
      first.message =
          fmt::format("{} of {} devices share {} discriminators, {} or more each; {}", sharing,
                      devices, found.size(), found.back().count, first.message);
      first.count = sharing;
      found.resize(1);
    }
    const auto different = static_cast<uint64_t>(
        std::count_if(having.begin(), having.end(), [](uint32_t n) { return n != 0; }));
    const double least = least_different(devices, kDiscriminators, kNotChance);
    const bool too_few = static_cast<double>(different) < least;
    if (too_few) shared_.back() = {.equal = devices, .by_chance = 0};
    if (sharing == 0 && too_few)
      found.push_back(
          {.count = devices,
           .names = {},
           .also = {},
           .severity = severity,
           .one_device = false,
           .message = fmt::format(
               "{} devices have {} different discriminators; of as many random ones {:.0f} are to "
               "be expected, and fewer than {:.0f} in less than one of 10000 lots",
               devices, different, expected_different(devices, kDiscriminators), least)});
    list(lot_rule::discriminators_do_not_repeat, found);
  }

  // --- what was looked for ---
  void compared() {
    if (roster_.size_ < 2) return;
    for (size_t kind = 0; kind < kRepeated; ++kind)
      add_compared(*repeated_things()[kind].rule, shared_[kind],
                   having(static_cast<Fingerprint>(kind)));
    uint64_t devices = 0;
    each_discriminator([&](size_t, uint32_t) { ++devices; });
    add_compared(lot_rule::discriminators_do_not_repeat, shared_.back(), devices);
  }

  // --- into the list ---
  void move_given_twice(std::vector<Found>& found) {
    std::vector<Found> twice;
    std::erase_if(found, [&](Found& one) {
      if (!one.one_device) return false;
      one.message =
          fmt::format("{} is in the lot {} times, with one DAC", one.names.front(), one.count);
      one.names.resize(1);
      twice.push_back(std::move(one));
      return true;
    });
    list(lot_rule::device_is_given_once, twice);
  }
  void list(const LotRule& rule, std::vector<Found>& found) {
    std::sort(found.begin(), found.end());
    const auto repetition = std::find_if(repeated_things().begin(), repeated_things().end(),
                                         [&](const Repetition& r) { return r.rule == &rule; });
    for (size_t i = 0; i < found.size(); ++i) {
      if (i == kMostFindings) {
        out_.left_out += found.size() - i;
        break;
      }
      Found& one = found[i];
      if (one.message.empty())
        one.message = fmt::format("{} devices have {}{}", one.count, repetition->what, one.also);
      out_.findings.push_back({.rule = &rule,
                               .severity = one.severity,
                               .message = std::move(one.message),
                               .count = one.count,
                               .devices = std::move(one.names)});
    }
  }

  struct Shared {
    uint64_t equal = 0, by_chance = 0;
  };
  void add_compared(const LotRule& rule, const Shared& shared, uint64_t devices) {
    out_.compared.push_back({.rule = &rule,
                             .by_all = devices == roster_.size_,
                             .equal = shared.equal,
                             .by_chance = shared.by_chance});
  }

  const LotRoster& roster_;
  FindingList out_;
  std::array<Shared, kRepeated + 1> shared_;  // of the fingerprints, and of the discriminator
  Stage stage_;
  struct Told {
    Severity severity;
    bool copied;
  };
  std::unordered_map<uint64_t, Told> groups_;  // by their members
};

FindingList LotRoster::repetitions(Stage stage) const {
  return Search(*this, stage).run();
}

}  // namespace attest
