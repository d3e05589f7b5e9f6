// Checks against the Distributed Compliance Ledger: is the product known there, certified there,
// and does the ledger say of it what the device says of itself? On the main network everything must
// be there and agree; on the test network a missing entry is a warning and a contradiction an
// error.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "verifier/base/counted.h"
#include "verifier/checks/ledger_rules.h"

namespace attest {
namespace {

using namespace ledger_rules;

// --- the ledger itself ---

// What stopped us in a word; the whole of it stands beside.
const char* stopped_by(std::string_view why) {
  const auto says = [&](std::string_view words) {
    return why.find(words) != std::string_view::npos;
  };
  if (says("resolve host") || says("no such host")) return "reached: no internet";
  return says("connect") || says("timed out") || says("unreachable") ? "reached" : "read";
}

Outcome answers(const RecordView& record) {
  if (record.policy.network == Network::none) return skipped("network none asks no ledger");
  // Asked, but nothing was ever read: one answer for all, instead of one a fact.
  if (record.facts.asked && record.ledger.height == 0) {
    const Maybe<Unknown> fact = std::get_if<Unknown>(&record.facts.vendor);
    const std::string why = fact == nullptr ? "" : fact->why;
    return with_texts(Status::unknown,
                      fmt::format("the {} ledger could not be {}",
                                  network_name(record.policy.network), stopped_by(why)),
                      "an answer of the ledger", why);
  }
  if (record.facts.asked) return pass();
  return unknown(fmt::format("the {} ledger was not asked", network_name(record.policy.network)));
}

// An age and the greatest that is allowed, each in the largest unit of which it has two; where that
// tells them not apart, in a smaller one.
std::pair<std::string, std::string> ages(int64_t age, int64_t most) {
  const auto of = [](int64_t n, const char* unit) {
    return counted(static_cast<uint64_t>(n), unit);
  };
  const auto text = [&](int64_t seconds) {
    for (const auto& [unit, each] :
         {std::pair("day", 86'400), std::pair("hour", 3'600), std::pair("minute", 60)}) {
      if (seconds >= 2 * each) return of(seconds / each, unit);
    }
    return of(seconds, "second");
  };
  if (text(age) != text(most)) return {text(age), text(most)};
  if (age / 60 != most / 60) return {of(age / 60, "minute"), of(most / 60, "minute")};
  return {of(age, "second"), of(most, "second")};
}

Outcome facts_are_fresh(const RecordView& record) {
  if (record.ledger.synced_at.seconds == 0) return skipped("no fact of the ledger was read");
  const int64_t age = record.policy.at.seconds - record.ledger.synced_at.seconds;
  if (age <= record.policy.max_age) return pass();
  const auto [is, most] = ages(age, record.policy.max_age);
  return fail(fmt::format("the ledger's facts are {} old", is), fmt::format("at most {}", most),
              rfc3339(record.ledger.synced_at), record.ledger.source);
}

// --- anchors ---

using Certificates = std::vector<LedgerCertificate>;

// Unequal means refused here, so bytes may decide. Of a built-in PAA only key and name are kept.
bool is_this_paa(const LedgerCertificate& entry, const Paa& paa) {
  if (paa.certificate) return equal(entry.der, paa.certificate->der);
  const auto certificate = parse_certificate(entry.der);
  return certificate && (*certificate)->p256 == paa.key &&
         equal((*certificate)->subject.der, paa.subject);
}

Outcome paa_is_approved(const Paa& paa, const RecordView& record) {
  const Maybe<TestPaa> test = test_paa(paa.subject_key_id);
  if (record.policy.network == Network::test && test != nullptr && paa.key == test->key.public_key)
    return skipped("a public test PAA, which stands on no ledger");
  if (const auto entry = entry_of(record.facts.approved_paa)) {
    const auto same = std::find_if(entry->begin(), entry->end(),
                                   [&](const LedgerCertificate& c) { return is_this_paa(c, paa); });
    if (same == entry->end())
      return differ(record.ledger,
                    "the PAA that was used is not the one the ledger approves under this key id",
                    "another certificate", paa.source);
    if (same->device_attestation) return pass();
    if (same->type.empty())
      return unknown(
          "whether the ledger approves the PAA is not known: its entry does not say what it is for "
          "(no certificateType)");
    return fail("the ledger approves the root that was used, but not as a PAA for devices",
                "certificateType DeviceAttestationPKI", printable(same->type),
                record.ledger.source);
  }
  return present(record.ledger, record.facts.approved_paa,
                 fmt::format("the PAA {}", hex_colons(paa.subject_key_id)));
}

// --- revoked certificates ---
//
// A certificate is known by its issuer and serial number, or by its key; never by its bytes: of
// each ECDSA signature (r, s) there is a twin (r, n - s) that verifies as well, and whoever holds a
// revoked certificate makes it.

bool same_key(const Certificate& a, const Certificate& b) {
  return equal(a.public_key, b.public_key) && equal(a.key_algorithm, b.key_algorithm);
}
bool same_serial(const Certificate& a, const Certificate& b) {
  return equal(without_leading_zeros(a.serial), without_leading_zeros(b.serial));
}

// What the ledger's revoked certificates of one key id say of one at hand.
struct Revoked {
  bool itself = false;
  CertificatePtr other;  // with its key, under another serial number or of another issuer
  std::string unread;    // an entry that cannot be read: nobody knows which it is
};
Revoked among(const Certificates& revoked, const Certificate& own) {
  Revoked out;
  for (const LedgerCertificate& entry : revoked) {
    const auto certificate = parse_certificate(entry.der);
    if (!certificate) {
      out.unread = certificate.error().what;
      continue;
    }
    const Certificate& c = **certificate;
    const bool named =
        same_name(c.issuer, own.issuer) || (same_name(c.subject, own.subject) && same_key(c, own));
    if (same_serial(c, own) && named) {
      out.itself = true;
    } else if (same_key(c, own)) {
      out.other = *certificate;
    }
  }
  return out;
}

Outcome not_revoked(const LedgerStatus& ledger, const Fact<Certificates>& fact,
                    const Certificate& own, const char* name) {
  if (const auto entry = entry_of(fact)) {
    const Revoked revoked = among(*entry, own);
    if (revoked.itself)
      return fail(
          fmt::format("the {} was revoked on the ledger", name),
          fmt::format("a certificate in force; {} has serial number {}", name, hex(own.serial)),
          fmt::format("revoked, at height {}", ledger.height), ledger.source);
    if (revoked.unread.empty()) return pass();
    return unknown(fmt::format(
        "whether the {} was revoked is not known: the ledger revoked a certificate with its key "
        "id that cannot be read: {}",
        name, revoked.unread));
  }
  if (std::holds_alternative<Absent>(fact)) return pass();
  return unknown(fmt::format("whether the {} was revoked on the ledger is not known: {}", name,
                             std::get<Unknown>(fact).why));
}

// A new certificate does not heal a key that was lost; a renewal revokes its predecessor, too.
Outcome key_not_revoked(const LedgerStatus& ledger, const Fact<Certificates>& fact,
                        const Certificate* own, const char* name) {
  if (own == nullptr) return skipped(fmt::format("of the {} only the key is at hand", name));
  const auto entry = entry_of(fact);
  if (entry == nullptr)
    return std::holds_alternative<Absent>(fact)
               ? pass()
               : unknown(fmt::format("whether the {}'s key was revoked on the ledger is not known",
                                     name));
  const CertificatePtr other = among(*entry, *own).other;
  if (other == nullptr) return pass();
  return fail(
      fmt::format("the ledger revoked another certificate with the {}'s key: if the key was lost, "
                  "this one is no better",
                  name),
      "no revoked certificate with this key",
      fmt::format("serial number {} of {}, revoked; the {} has serial number {}",
                  hex(other->serial), name_text(other->issuer), name, hex(own->serial)),
      ledger.source);
}

Outcome paa_is_not_revoked(const Paa& paa, const RecordView& record) {
  if (paa.certificate)
    return not_revoked(record.ledger, record.facts.revoked_paa, *paa.certificate, "PAA");
  const auto entry = entry_of(record.facts.revoked_paa);
  const bool its_key = entry != nullptr &&
                       std::any_of(entry->begin(), entry->end(), [&](const LedgerCertificate& c) {
                         const auto certificate = parse_certificate(c.der);
                         return !certificate || (*certificate)->p256 == paa.key;
                       });
  // Whether the revoked one is this one or its renewal cannot be told, and is not "no".
  if (its_key)
    return unknown(
        "whether the PAA was revoked is not known: the ledger revoked a certificate with its key, "
        "and only its key is at hand");
  if (entry != nullptr || std::holds_alternative<Absent>(record.facts.revoked_paa)) return pass();
  return unknown(fmt::format("whether the PAA was revoked on the ledger is not known: {}",
                             std::get<Unknown>(record.facts.revoked_paa).why));
}
Outcome pai_is_not_revoked(const Pai& pai, const RecordView& record) {
  return not_revoked(record.ledger, record.facts.revoked_pai, *pai, "PAI");
}
Outcome paa_key_is_not_revoked(const Paa& paa, const RecordView& record) {
  return key_not_revoked(record.ledger, record.facts.revoked_paa, paa.certificate.get(), "PAA");
}
Outcome pai_key_is_not_revoked(const Pai& pai, const RecordView& record) {
  return key_not_revoked(record.ledger, record.facts.revoked_pai, &*pai, "PAI");
}

constexpr const char* kAskWhy =
    "ask the authority why the other certificate was revoked; where its key was lost, have the "
    "chain issued under a new one";

constexpr Check kChecks[] = {
    {
        .id = "ledger.answers",
        .title = "the ledger answers",
        .severity = kMustBeThere,
        .spec = kSpec,
        .open_on_main_only = true,
        .run = rule<answers>,
        .rule = "Whether a product is known and certified stands on the ledger alone; unasked, "
                "that stays open.",
        .remedy = "run matter-attest dcl sync, or give a snapshot or node with --ledger",
        .when_unknown = "run matter-attest dcl sync where there is internet, or give a snapshot or "
                        "node with --ledger",
    },
    {
        .id = "ledger.facts-are-fresh",
        .title = "the ledger's facts are recent",
        .severity = kShouldAgree,
        .spec = kSpec,
        .after = {"ledger.answers"},
        .proves_authenticity = false,
        .run = rule<facts_are_fresh>,
        .rule = "Certifications are revoked and roots withdrawn; old facts do not know it.",
        .remedy = "run matter-attest dcl sync",
    },
    {
        .id = "ledger.paa-is-approved",
        .title = "the PAA is approved on the ledger",
        .severity = kMustBeThere,
        .spec = "Matter Core 6.2.2.5",
        .sdk = 101,
        .after = {"ledger.answers"},
        .consequence_of = {"credentials.no-test-paa", "credentials.no-development-dac"},
        .open_on_main_only = true,
        .run = rule<paa_is_approved>,
        .rule = "A root given by hand is not one that homes trust: on the main network it must be "
                "approved there, as the same certificate and for device attestation.",
        .remedy = "have the PAA approved on the ledger, or the PAI issued below an approved one",
        .when_unknown = kAskAgain,
    },
    {
        .id = "ledger.paa-is-not-revoked",
        .title = "the PAA was not revoked on the ledger",
        .spec = "Matter Core 6.2.2.5",
        .after = {"ledger.answers"},
        .open_on_main_only = true,
        .run = rule<paa_is_not_revoked>,
        .rule = "A revoked root takes everything below it with it. It is known by its issuer and "
                "serial number: other bytes of its signature make no other certificate.",
        .remedy = "have PAI and DACs issued below an approved PAA",
        .when_unknown = kAskAgain,
    },
    {
        .id = "ledger.paa-key-is-not-revoked",
        .title = "no other certificate with the PAA's key was revoked on the ledger",
        .severity = kWarning,
        .spec = "Matter Core 6.2.2.5",
        .after = {"ledger.answers"},
        .consequence_of = {"ledger.paa-is-not-revoked"},
        .run = rule<paa_key_is_not_revoked>,
        .rule =
            "A root that is renewed keeps its key, and its predecessor may be revoked. One that "
            "was revoked for its key is no better under another serial number.",
        .remedy = kAskWhy,
        .when_unknown = kAskAgain,
    },
    {
        .id = "ledger.pai-is-not-revoked",
        .title = "the PAI was not revoked on the ledger",
        .spec = "Matter Core 6.2.2.4",
        .sdk = 202,
        .after = {"ledger.answers"},
        .open_on_main_only = true,
        .run = rule<pai_is_not_revoked>,
        .rule = "The ledger lists revoked intermediates beside the revocation lists. One is known "
                "by its issuer and serial number: other bytes of its signature make no other "
                "certificate.",
        .remedy = "have the DACs issued below a PAI in force",
        .when_unknown = kAskAgain,
    },
    {
        .id = "ledger.pai-key-is-not-revoked",
        .title = "no other certificate with the PAI's key was revoked on the ledger",
        .severity = kWarning,
        .spec = "Matter Core 6.2.2.4",
        .after = {"ledger.answers"},
        .consequence_of = {"ledger.pai-is-not-revoked"},
        .run = rule<pai_key_is_not_revoked>,
        .rule = "A PAI that is renewed keeps its key, and its predecessor may be revoked. One that "
                "was revoked for its key is no better under another serial number.",
        .remedy = kAskWhy,
        .when_unknown = kAskAgain,
    },
};

}  // namespace

std::span<const Check> ledger_checks() {
  return kChecks;
}

}  // namespace attest
