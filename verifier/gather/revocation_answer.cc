// What lists that were judged say of one certificate: revoked, cleared, or an open question.

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

#include "verifier/gather/revocation.h"

namespace attest {
namespace {

bool names_revoked(const CrlEvidence& list) {
  return list.authentic && list.list != nullptr;
}
bool clears(const CrlEvidence& list) {
  return names_revoked(list) && list.problem.empty() && list.gap.empty();
}
const std::string& why_not(const CrlEvidence& list) {
  return list.problem.empty() ? list.gap : list.problem;
}

RevocationState open_question(const CrlEvidence& list, const std::string& why) {
  return {.answer = RevocationState::Answer::unknown,
          .why = fmt::format("{}: {}", place_text(list.place), why),
          .place = list.place,
          .date = {},
          .reason = {}};
}

// Can a list of the evidence stand for the one at this point? When it says that it is that one, or
// the point is the only one.
bool stands_for(const CrlEvidence& list, const CrlEvidence& point, bool only_point) {
  const Crl& crl = list.list->crl();
  return addresses(crl).empty() ? only_point : names_address(crl, point.place.path);
}

// The lists of one issuer: of the evidence, of the issuer's points, of others' points.
struct Lists {
  std::vector<const CrlEvidence*> here, there, elsewhere;
  struct Replaced {
    const CrlEvidence *list, *newer;  // of the same series
  };
  std::vector<Replaced> replaced;
};

// What each series has newest of the lists that clear, by number and by date: beside the latter an
// issue without a number is judged.
class Newest {
 public:
  void add(const CrlEvidence& list) {
    if (!clears(list)) return;
    const Crl& crl = list.list->crl();
    for (Series& known : of_[key(crl)]) {
      if (same_series(known.by_number->list->crl(), crl)) {
        if (is_newer(crl, known.by_number->list->crl())) known.by_number = &list;
        if (crl.this_update > known.by_date->list->crl().this_update) known.by_date = &list;
        return;
      }
    }
    of_[key(crl)].push_back({&list, &list});
  }
  // The one that replaced this list; null: none did.
  const CrlEvidence* after(const CrlEvidence& list) const {
    const Crl& crl = list.list->crl();
    const auto at = of_.find(key(crl));
    if (at == of_.end()) return nullptr;
    for (const Series& known : at->second) {
      if (!same_series(known.by_number->list->crl(), crl)) continue;
      for (const CrlEvidence* newest : {known.by_number, known.by_date}) {
        if (is_newer(newest->list->crl(), crl)) return newest;
      }
    }
    return nullptr;
  }

 private:
  struct Series {
    const CrlEvidence *by_number, *by_date;
  };
  // All that same_series compares but the name: two that are the same in other letters are few.
  static std::string key(const Crl& crl) {
    std::string out;
    if (crl.authority_key_id) out += text(*crl.authority_key_id);
    for (const std::string& uri : addresses(crl)) out += fmt::format(" {}:{}", uri.size(), uri);
    return out;
  }
  std::map<std::string, std::vector<Series>> of_;
};

Lists lists_of(ListOf of, std::span<const CrlEvidence> evidence,
               std::span<const CrlEvidence> points) {
  Lists out;
  if (of == ListOf::nobody) return out;
  for (const CrlEvidence& list : evidence) {
    if (list.of == of) out.here.push_back(&list);
  }
  for (const CrlEvidence& list : points) {
    if (list.of == of) (list.foreign ? out.elsewhere : out.there).push_back(&list);
  }
  // An older issue clears nobody beside a newer one that may clear. Whom it names stays revoked.
  Newest newest;
  for (const CrlEvidence* list : out.here) newest.add(*list);
  if (out.there.size() == 1) newest.add(*out.there.front());
  std::vector<const CrlEvidence*> kept;
  for (const CrlEvidence* list : out.here) {
    const CrlEvidence* newer = names_revoked(*list) ? newest.after(*list) : nullptr;
    if (newer == nullptr) {
      kept.push_back(list);
    } else {
      out.replaced.push_back({.list = list, .newer = newer});
    }
  }
  out.here = std::move(kept);
  return out;
}

// What one list says that names this serial number: revoked, or not known whether. Nullopt: it does
// not name it.
std::optional<RevocationState> named(const Certificate& certificate, const CrlEvidence& list) {
  if (!names_revoked(list)) return std::nullopt;
  const auto entry = list.list->find(certificate.serial, certificate.issuer);
  if (!entry) return open_question(list, entry.error().what);
  if (!*entry) return std::nullopt;
  if (!(*entry)->unsaid)
    return RevocationState{.answer = RevocationState::Answer::revoked,
                           .why = list.problem,
                           .place = list.place,
                           .date = (*entry)->date,
                           .reason = (*entry)->reason};
  return open_question(
      list, fmt::format("the serial number {} stands on it behind an entry of another issuer and "
                        "without one of its own: by RFC 5280 5.3.3 it is that one's, by the Matter "
                        "SDK the certificate's issuer's",
                        hex(certificate.serial)));
}

// RFC 5280 5.3.1: whoever was only put on hold is let go by a newer list that does not name him.
bool is_hold(const RevocationState& state) {
  constexpr unsigned kCertificateHold = 6;
  return state.reason == kCertificateHold;
}

// What all of them say. A list that was replaced is asked last: what it says alone is told of.
std::optional<RevocationState> named(const Certificate& certificate, const Lists& lists) {
  std::optional<RevocationState> open;
  for (const auto* some : {&lists.there, &lists.here}) {
    for (const CrlEvidence* list : *some) {
      auto said = named(certificate, *list);
      if (!said) continue;
      if (said->answer == RevocationState::Answer::revoked) return said;
      open = std::move(said);
    }
  }
  for (const Lists::Replaced& old : lists.replaced) {
    auto said = named(certificate, *old.list);
    if (!said) continue;
    if (said->answer == RevocationState::Answer::revoked) {
      if (is_hold(*said)) continue;
      said->replaced = ReplacedEntry{.place = said->place,
                                     .date = said->date,
                                     .reason = said->reason,
                                     .newer = old.newer->place};
      return said;
    }
    open = std::move(said);
  }
  return open;
}

RevocationState cleared(const Place& place) {
  return {.answer = RevocationState::Answer::not_revoked,
          .why = {},
          .place = place,
          .date = {},
          .reason = {}};
}

// Every point of the issuer has to clear it, or a list of the evidence in the point's place.
RevocationState by_points(const Lists& lists) {
  RevocationState out = cleared({});
  for (const CrlEvidence* point : lists.there) {
    const auto instead =
        std::find_if(lists.here.begin(), lists.here.end(), [&](const CrlEvidence* list) {
          return clears(*list) && stands_for(*list, *point, lists.there.size() == 1);
        });
    if (clears(*point)) {
      out.place = point->place;
    } else if (instead != lists.here.end()) {
      out.place = (*instead)->place;
    } else {
      return open_question(*point, why_not(*point));
    }
  }
  return out;
}

RevocationState by_lists(const Certificate& certificate, const Lists& lists,
                         std::span<const CrlEvidence> evidence) {
  if (auto answer = named(certificate, lists)) return *answer;
  if (!lists.there.empty()) return by_points(lists);

  // A list that is one of several clears nobody whom nothing says to belong to it.
  std::optional<RevocationState> partition;
  for (const CrlEvidence* list : lists.here) {
    if (!clears(*list)) continue;
    const Crl& crl = list->list->crl();
    const auto& points_named = certificate.crl_distribution_points.value;
    const bool belongs =
        addresses(crl).empty() ||
        (points_named && std::any_of(points_named->uris.begin(), points_named->uris.end(),
                                     [&](const std::string& u) { return names_address(crl, u); }));
    if (belongs) return cleared(list->place);
    partition = open_question(
        *list,
        fmt::format("it is the list of {}, and nothing says that this certificate belongs to it",
                    printable(addresses(crl).front())));
  }
  if (partition) return *partition;
  if (!lists.here.empty()) return open_question(*lists.here.front(), why_not(*lists.here.front()));
  if (!lists.elsewhere.empty())
    return open_question(*lists.elsewhere.front(), lists.elsewhere.front()->problem);
  // A list that cannot be read may be of any issuer, and may name anybody.
  const auto unread = std::find_if(evidence.begin(), evidence.end(),
                                   [](const CrlEvidence& list) { return list.list == nullptr; });
  if (unread != evidence.end()) return open_question(*unread, unread->problem);
  return {};
}

}  // namespace

RevocationState revocation_of(const Certificate& certificate, ListOf of,
                              std::span<const CrlEvidence> evidence,
                              std::span<const CrlEvidence> points) {
  return by_lists(certificate, lists_of(of, evidence, points), evidence);
}

std::string reason_text(std::optional<unsigned> reason) {
  constexpr const char* kReasons[] = {"unspecified",
                                      "key compromise",
                                      "authority compromise",
                                      "affiliation changed",
                                      "superseded",
                                      "cessation of operation",
                                      "certificate hold",
                                      "",
                                      "removed from the list",
                                      "privilege withdrawn",
                                      "attribute authority compromise"};
  if (!reason) return "no reason given";
  return *reason < std::size(kReasons) && kReasons[*reason][0] != '\0'
             ? kReasons[*reason]
             : fmt::format("reason {}", *reason);
}

}  // namespace attest
