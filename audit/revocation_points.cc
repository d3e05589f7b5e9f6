// The revocation points of a vendor and of the PAAs above it: whose they are, and whether each list
// can be used.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "audit/authority.h"
#include "verifier/gather/revocation.h"
#include "verifier/trust.h"

namespace attest::audit {
namespace {

using dcl::CachedRecord;

constexpr int64_t kDay = 86'400, kSoon = 2 * kDay;

// The revocation points of the ledger, sorted by what they say they are for.
class Points {
 public:
  Points(Auditing& a, Authorities& approved) : a_(a), approved_(approved) {}

  // Of an approved issuer.
  void of(const Authority& issuer) {
    const auto fact = a_.ledger.records(dcl::Schema::revocation_point,
                                        dcl::key_id_prefix(issuer.entry.subject_key_id));
    PaaLists* const of_paa = issuer.is_paa ? &of_paas_[issuer.entry.subject_key_id] : nullptr;
    if (const auto* unknown = std::get_if<Unknown>(&fact)) {
      hinder(of_paa, rule::revocation_is_published);
      return a_.findings.unknown(rule::revocation_is_published, issuer.about(), unknown->why);
    }
    std::vector<RevocationPoint> points;
    bool unread = false;
    if (const auto* found = std::get_if<Found<std::vector<CachedRecord>>>(&fact)) {
      for (const CachedRecord& record : found->value) {
        if (auto point = read(record))
          points.push_back(std::move(*point));
        else
          unread = true;
      }
    }
    if (unread) hinder(of_paa, rule::certificates_are_readable);
    std::erase_if(points, [&](const RevocationPoint& p) { return p.is_paa != issuer.is_paa; });
    if (points.empty() && unread)
      return a_.findings.blocked(rule::revocation_is_published, issuer.about(),
                                 rule::certificates_are_readable);
    if (points.empty()) {
      const std::string hindered = does_not_fit_a_point(*issuer.certificate);
      return a_.findings.fail(rule::revocation_is_published, issuer.about(),
                              "nobody publishes what this issuer has revoked" +
                                  (hindered.empty() ? "" : "; " + hindered),
                              "a revocation point", "none");
    }
    a_.findings.pass(rule::revocation_is_published, issuer.about());
    const auto named = list_issuer_of(issuer);
    if (!named) {
      hinder(of_paa, rule::certificates_are_readable);
      return a_.findings.blocked(rule::revocation_list_is_usable, issuer.about(),
                                 rule::certificates_are_readable);
    }
    for (const RevocationPoint& point : points) {
      const auto beside = std::count_if(points.begin(), points.end(), [&](const auto& p) {
        return p.vid == point.vid && p.pid == point.pid;
      });
      judge(point, *named, beside > 1);
    }
  }

  // What else this vendor publishes: for issuers that the ledger does not have, or other vendors'.
  void others_of_vendor() {
    const auto fact = a_.ledger.records(dcl::Schema::revocation_point);
    const auto* found = std::get_if<Found<std::vector<CachedRecord>>>(&fact);
    if (const auto* unknown = std::get_if<Unknown>(&fact))
      a_.findings.unknown(rule::revocation_is_published, "vendor " + hex_id(a_.options.vid),
                          unknown->why);
    if (found == nullptr) return;
    for (const CachedRecord& record : found->value) {
      const Json* vid = record.object.find("vid");
      if (vid == nullptr || vid->natural() != a_.options.vid) continue;
      const auto point = read(record);
      if (point && !judged_.contains(name_of(*point))) other(*point);
    }
  }

  std::map<KeyId, PaaLists> of_paas() { return std::move(of_paas_); }

 private:
  // What cannot be read is told once. Its address is looked at with the first look, too.
  std::optional<RevocationPoint> read(const CachedRecord& record) {
    const bool first = seen_.insert(record.key).second;
    auto point = dcl::revocation_point_of(record.object);
    const std::string about = "revocation point " + printable(record.key);
    if (!point && first)
      a_.findings.unknown(rule::certificates_are_readable, about, point.error().what,
                          "look at the entry: matter-attest dcl revocation --format json");
    if (!point) return std::nullopt;
    if (first) audit_urls(a_, name_of(*point), record.object);
    return std::move(*point);
  }
  static std::string name_of(const RevocationPoint& point) {
    return fmt::format("revocation point {} \"{}\"", hex_upper(point.issuer_subject_key_id),
                       printable(point.label));
  }
  std::optional<ListIssuer> list_issuer_of(const Authority& issuer) {
    if (!issuer.is_paa) return list_issuer(*issuer.certificate);
    auto paa = paa_from(issuer.certificate, Origin::ledger, "the ledger");
    if (!paa) {
      if (unusable_.insert(issuer.about()).second)
        a_.findings.unknown(rule::certificates_are_readable, issuer.about(), paa.error().what);
      return std::nullopt;
    }
    kept_.push_back(std::make_unique<Paa>(std::move(*paa)));
    const uint16_t assigned = issuer.entry.certificate.vid;
    return list_issuer(*kept_.back(),
                       assigned == 0 ? std::nullopt : std::optional<uint16_t>(assigned));
  }
  // Its issuer is on the ledger, or is the signer or the delegator that it names.
  void other(const RevocationPoint& point) {
    for (const Authority& one : approved_.all()) {
      if (one.entry.subject_key_id != point.issuer_subject_key_id || one.is_paa != point.is_paa)
        continue;
      if (const auto named = list_issuer_of(one)) return judge(point, *named, false);
      return blocked(point);
    }
    for (const Bytes* der : {&point.crl_signer, &point.crl_signer_delegator}) {
      auto certificate = parse_certificate(*der);
      if (!certificate || (*certificate)->skid() != point.issuer_subject_key_id || point.is_paa)
        continue;
      others_.push_back(std::move(*certificate));
      return judge(point, list_issuer(*others_.back()), false);
    }
    if (approved_.hides_issuer(point.issuer_subject_key_id)) return blocked(point);
    a_.findings.fail(rule::revocation_point_is_its_issuers, name_of(point),
                     "the point names an issuer that is not approved, and a signer of another one",
                     "the key id of its signer, or of the PAI that delegated to it",
                     hex_colons(point.issuer_subject_key_id));
  }

  void blocked(const RevocationPoint& point) {
    a_.findings.blocked(rule::revocation_point_is_its_issuers, name_of(point),
                        rule::certificates_are_readable);
  }

  void judge(const RevocationPoint& point, const ListIssuer& issuer, bool partitioned) {
    const std::string about = name_of(point);
    judged_.insert(about);
    std::string unavailable;
    const CrlEvidence list = judge_point(
        point,
        [&]() -> Fact<RevokedListPtr> {
          auto fact = a_.ledger.crl(point);
          if (const auto* unknown = std::get_if<Unknown>(&fact)) unavailable = unknown->why;
          return fact;
        },
        issuer, partitioned, a_.options.at, a_.options.engine);
    if (list.foreign)
      return a_.findings.fail(rule::revocation_point_is_its_issuers, about, list.problem,
                              "a signer of the issuer's", "another's");
    a_.findings.pass(rule::revocation_point_is_its_issuers, about);
    const std::string where = dcl::shown_url(point.data_url);
    PaaLists* const of_paa = point.is_paa ? &of_paas_[point.issuer_subject_key_id] : nullptr;
    if (of_paa != nullptr) of_paa->lists.push_back(list);
    if (!unavailable.empty() && !a_.ledger.list_wrongly_served(point)) {
      hinder(of_paa, rule::revocation_list_is_usable);
      a_.findings.unknown(rule::revocation_list_is_usable, about,
                          fmt::format("{}: {}", where, unavailable),
                          a_.options.offline ? "" : kNetworkAgain);
      return a_.findings.blocked(rule::revocation_list_is_current, about,
                                 rule::revocation_list_is_usable);
    }
    const Crl* crl = list.list == nullptr ? nullptr : &list.list->crl();
    const bool over = crl != nullptr && crl->next_update && *crl->next_update < a_.options.at;
    const std::string problem = list.problem.empty() ? list.gap : list.problem;
    // That it is no longer in force is told below.
    if (crl == nullptr || !list.authentic || (!problem.empty() && !over)) {
      hinder(of_paa, rule::revocation_list_is_usable);
      a_.findings.fail(
          rule::revocation_list_is_usable, about,
          fmt::format("{}: {}", where, problem.empty() ? "it is not its issuer's" : problem),
          "a list of this issuer that clears whom it does not name", "another");
      return a_.findings.blocked(rule::revocation_list_is_current, about,
                                 rule::revocation_list_is_usable);
    }
    a_.findings.pass(rule::revocation_list_is_usable, about);
    if (over) hinder(of_paa, rule::revocation_list_is_current);
    judge_age(about, where, *crl, a_.ledger.list_not_refreshed(point),
              a_.ledger.list_wrongly_served(point));
  }
  static void hinder(PaaLists* lists, const AuditRule& by) {
    if (lists != nullptr && lists->hindered == nullptr) lists->hindered = &by;
  }

  // `stale`: what kept us from asking whether there is a newer one. Then that it is over is not its
  // publisher's fault, as far as is known; unless the server answered that there is none.
  void judge_age(const std::string& about, const std::string& where, const Crl& crl,
                 const std::string& stale, bool wrongly_served) {
    const std::string age =
        fmt::format("{}: of {}, {} days old, {} serials", where, rfc3339(crl.this_update),
                    (a_.options.at.seconds - crl.this_update.seconds) / kDay, crl.entry_count);
    if (!crl.next_update)
      return a_.findings.warn(rule::revocation_list_is_current, about,
                              age + "; it does not say when the next is due", "a nextUpdate",
                              "none");
    const std::string due = rfc3339(*crl.next_update);
    if (*crl.next_update < a_.options.at && !stale.empty() && !wrongly_served)
      return a_.findings.unknown(
          rule::revocation_list_is_current, about,
          fmt::format("{}; the next was due {}, and whether it is there is not known: {}", age, due,
                      stale),
          a_.options.offline ? "" : kNetworkAgain);
    if (*crl.next_update < a_.options.at)
      return a_.findings.fail(
          rule::revocation_list_is_current, about,
          fmt::format("{}; the next was due {}{}{}", age, due, stale.empty() ? "" : ": ", stale),
          "due after " + rfc3339(a_.options.at), due);
    if (crl.next_update->seconds - a_.options.at.seconds < kSoon)
      return a_.findings.warn(rule::revocation_list_is_current, about,
                              fmt::format("{}; the next is due {}", age, due),
                              "two days or more left", due);
    a_.findings.pass(rule::revocation_list_is_current, about,
                     fmt::format("{}, next due {}", age, due));
  }

  Auditing& a_;
  Authorities& approved_;
  std::set<std::string> judged_, seen_, unusable_;
  std::vector<std::unique_ptr<Paa>> kept_;  // list_issuer points into them
  std::vector<CertificatePtr> others_;
  std::map<KeyId, PaaLists> of_paas_;
};

}  // namespace

std::map<KeyId, PaaLists> audit_revocation_points(Auditing& a,
                                                  const std::vector<const Authority*>& issuers,
                                                  Authorities& approved) {
  Points points(a, approved);
  std::set<KeyId> seen;
  for (const Authority* one : issuers) {
    if (seen.insert(one->entry.subject_key_id).second) points.of(*one);
  }
  points.others_of_vendor();
  return points.of_paas();
}

}  // namespace attest::audit
