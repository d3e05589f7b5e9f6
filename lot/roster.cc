#include "lot/roster.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <queue>
#include <unordered_map>

#include "lot/chance.h"
#include "lot/device_name.h"

namespace attest {

// --- keeping -------------------------------------------------------------------------------------

namespace {
constexpr size_t kBlock = 4096;   // devices
constexpr size_t kNameStep = 16;  // every so many names their offset is kept
}  // namespace

struct LotRoster::Block {
  std::array<std::vector<uint64_t>, kFingerprintCount> fingerprints;
  std::vector<uint8_t> product, issuer, posture;
  std::string names;
  std::vector<uint32_t> name_at;
  size_t size = 0;

  // A block that is full has no spare room.
  void close() { names.shrink_to_fit(); }
};

LotRoster::LotRoster() = default;
LotRoster::~LotRoster() = default;
LotRoster::LotRoster(LotRoster&&) noexcept = default;

uint8_t LotRoster::Kinds::number(const std::string& name) {
  if (name.empty()) return 0;
  const auto at = std::find(names.begin(), names.end(), name);
  if (at != names.end()) return static_cast<uint8_t>(at - names.begin() + 1);
  if (names.size() == 254) return 255;
  names.push_back(name);
  return static_cast<uint8_t>(names.size());
}

void LotRoster::add(std::string_view name, const DeviceFingerprints& fingerprints) {
  if (blocks_.empty() || blocks_.back()->size == kBlock) {
    if (!blocks_.empty()) blocks_.back()->close();
    blocks_.push_back(std::make_unique<Block>());
  }
  Block& block = *blocks_.back();
  const auto put = [&](auto& column, auto value) {
    if (column.capacity() == 0 && blocks_.size() > 1) column.reserve(kBlock);
    column.push_back(value);
  };
  for (size_t kind = 0; kind < kFingerprintCount; ++kind)
    put(block.fingerprints[kind], fingerprints.values[kind]);
  put(block.product, products_.number(fingerprints.product));
  put(block.issuer, issuers_.number(fingerprints.issuer));
  put(block.posture, postures_.number(fingerprints.posture));
  if (block.size % kNameStep == 0)
    block.name_at.push_back(static_cast<uint32_t>(block.names.size()));
  pack_name(name, block.names);
  ++block.size;
  ++size_;
}

std::string LotRoster::name(uint32_t device) const {
  const Block& block = *blocks_[device / kBlock];
  const size_t within = device % kBlock;
  size_t at = block.name_at[within / kNameStep];
  for (size_t i = 0; i < within % kNameStep; ++i) skip_name(block.names, at);
  return printable(unpack_name(block.names, at));
}

// --- searching -----------------------------------------------------------------------------------

namespace {

using Members = std::vector<uint32_t>;

struct Repetition {
  const LotRule* rule;
  const char* what;  // "the same DAC"
};
constexpr size_t kRepeated =
    7;  // the fingerprints that may repeat, in their order: all but next_passcode

const std::array<Repetition, kRepeated>& repetitions() {
  static const std::array<Repetition, kRepeated> list = {
      {{&lot_rule::dac_is_used_once, "the same DAC"},
       {&lot_rule::dac_key_is_used_once, "the same DAC key"},
       {&lot_rule::payload_is_used_once, "the same onboarding payload"},
       {&lot_rule::serial_number_is_used_once, "the same serial number"},
       {&lot_rule::spake2p_verifier_is_used_once, "the same SPAKE2+ verifier"},
       {&lot_rule::spake2p_salt_is_used_once, "the same SPAKE2+ salt"},
       {&lot_rule::passcodes_do_not_repeat, "the same passcode"}}};
  return list;
}

// Less than once in ten thousand lots: not chance. Less than once in ten: worth a look.
constexpr double kNotChance = 1e-4, kUnlikely = 0.1;

}  // namespace

// The devices with equal fingerprints, kind by kind. A group that already shares something found
// before is an echo: two devices with one DAC have one key, too.
class LotRoster::Search {
 public:
  explicit Search(const LotRoster& roster) : roster_(roster) {}

  FindingList run() {
    for (size_t kind = 0; kind < kRepeated; ++kind) repeats(static_cast<Fingerprint>(kind));
    counts_upwards();
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
      for (const uint64_t mark : block->fingerprints[static_cast<size_t>(kind)]) {
        if (mark != 0) take(Marked{mark, device});
        ++device;
      }
    }
  }

  // Those that are equal to another, in order. Marks are spread evenly: two that fall into one
  // place of sixteen times as many are equal, or one of few that are sorted in vain.
  std::vector<Marked> repeated(Fingerprint kind) const {
    const size_t places = std::bit_ceil(std::max<size_t>(64, 16 * roster_.size_));
    std::vector<uint64_t> once(places / 64), again(places / 64);
    each(kind, [&](const Marked& m) {
      const size_t place = m.mark & (places - 1);
      const uint64_t bit = uint64_t{1} << (place % 64);
      again[place / 64] |= once[place / 64] & bit;
      once[place / 64] |= bit;
    });
    std::vector<Marked> out;
    each(kind, [&](const Marked& m) {
      const size_t place = m.mark & (places - 1);
      if ((again[place / 64] >> (place % 64) & 1) != 0) out.push_back(m);
    });
    std::sort(out.begin(), out.end());
    return out;
  }

  // Marks are spread evenly, so a share of the values holds a share of the devices: what is sorted
  // at a time stays small.
  template <class Take>
  void by_share(Take&& take) const {
    size_t bits = 0;
    while ((roster_.size_ >> bits) > 1u << 16) ++bits;
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
  uint64_t having(Fingerprint kind) const {
    uint64_t n = 0;
    each(kind, [&](const Marked&) { ++n; });
    return n;
  }

  void repeats(Fingerprint kind) {
    std::vector<Found> found;
    const uint64_t with_it = kind == Fingerprint::passcode ? having(kind) : 0;
    const std::vector<Marked> marked = repeated(kind);
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
    if (kind == Fingerprint::dac) move_given_twice(found);
    list(*repetitions()[static_cast<size_t>(kind)].rule, found);
  }

  void group(Fingerprint kind, const Members& members, uint64_t with_it,
             std::vector<Found>& found) {
    Severity severity = repetitions()[static_cast<size_t>(kind)].rule->severity;
    if (kind == Fingerprint::passcode) {
      const double expected = expected_repeats(with_it, members.size());
      if (expected > kUnlikely) return;
      if (expected > kNotChance) severity = Severity::warning;
    }
    if (is_echo(members, severity)) return;
    remember(members, severity);
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
    if (members.size() > kBlock) return {};
    std::string out;
    for (size_t k = static_cast<size_t>(kind) + 1; k < kRepeated; ++k) {
      const uint64_t first = mark(static_cast<Fingerprint>(k), members[0]);
      const bool all = first != 0 && std::all_of(members.begin(), members.end(), [&](uint32_t d) {
                         return mark(static_cast<Fingerprint>(k), d) == first;
                       });
      if (all) out += fmt::format("{}{}", out.empty() ? "; also " : ", ", repetitions()[k].what);
    }
    return out;
  }

  uint64_t mark(Fingerprint kind, uint32_t device) const {
    return roster_.blocks_[device / kBlock]
        ->fingerprints[static_cast<size_t>(kind)][device % kBlock];
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
    return at != groups_.end() && (at->second == Severity::error || severity != Severity::error);
  }
  void remember(const Members& members, Severity severity) {
    if (groups_.size() < kMostRemembered) groups_.try_emplace(signature(members), severity);
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
    const auto repetition = std::find_if(repetitions().begin(), repetitions().end(),
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

  const LotRoster& roster_;
  FindingList out_;
  std::unordered_map<uint64_t, Severity> groups_;  // told, by their members
};

// --- kinds ---------------------------------------------------------------------------------------

// One finding for each kind but the most frequent.
void LotRoster::unlike_the_rest(const Kinds& kinds, Column which, FindingList& out) const {
  if (kinds.names.size() < 2) return;
  std::array<uint64_t, 256> count{};
  const auto column = [&](const Block& block) -> const std::vector<uint8_t>& {
    return which == Column::product  ? block.product
           : which == Column::issuer ? block.issuer
                                     : block.posture;
  };
  for (const auto& block : blocks_) {
    for (const uint8_t kind : column(*block)) ++count[kind];
  }
  std::vector<size_t> order;
  for (size_t k = 0; k < kinds.names.size(); ++k) order.push_back(k);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return count[a + 1] != count[b + 1] ? count[a + 1] > count[b + 1]
                                        : kinds.names[a] < kinds.names[b];
  });
  std::array<std::priority_queue<std::string>, 256> least;
  uint32_t device = 0;
  for (const auto& block : blocks_) {
    for (const uint8_t kind : column(*block)) {
      if (kind != 0 && kind != order[0] + 1) {
        least[kind].push(name(device));
        if (least[kind].size() > kNamesShown) least[kind].pop();
      }
      ++device;
    }
  }
  const LotRule& rule = which == Column::product  ? lot_rule::devices_are_of_one_product
                        : which == Column::issuer ? lot_rule::dacs_are_of_one_pai
                                                  : lot_rule::parts_are_locked_alike;
  for (size_t i = 1; i < order.size(); ++i) {
    const size_t kind = order[i] + 1;
    if (i > kMostFindings) {
      out.left_out += order.size() - i;
      break;
    }
    const bool one = count[kind] == 1;
    const char* others = count[kind] == count[order[0] + 1] ? "as many" : "most";
    const std::string& its = kinds.names[order[i]];
    const std::string& theirs = kinds.names[order[0]];
    const std::string what =
        which == Column::product
            ? fmt::format("{} of {} devices {} of product {}, {} are of {}", count[kind], size_,
                          one ? "is" : "are", its, others, theirs)
        : which == Column::issuer
            ? fmt::format("{} of {} DACs {} the PAI with key id {}, {} name {}", count[kind], size_,
                          one ? "names" : "name", its, others, theirs)
            : fmt::format("{} of {} parts {} locked so: {}; {} so: {}", count[kind], size_,
                          one ? "is" : "are", its, others, theirs);
    LotFinding finding{.rule = &rule,
                       .severity = rule.severity,
                       .message = what,
                       .count = count[kind],
                       .devices = {}};
    for (auto& queue = least[kind]; !queue.empty(); queue.pop())
      finding.devices.insert(finding.devices.begin(), queue.top());
    out.findings.push_back(std::move(finding));
  }
}

FindingList LotRoster::findings() const {
  FindingList out;
  unlike_the_rest(products_, Column::product, out);
  unlike_the_rest(issuers_, Column::issuer, out);
  unlike_the_rest(postures_, Column::posture, out);
  FindingList repeated = Search(*this).run();
  out.left_out += repeated.left_out;
  std::move(repeated.findings.begin(), repeated.findings.end(), std::back_inserter(out.findings));
  std::stable_sort(out.findings.begin(), out.findings.end(),
                   [](const LotFinding& a, const LotFinding& b) { return a.rule < b.rule; });
  return out;
}

}  // namespace attest
