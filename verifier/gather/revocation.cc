#include "verifier/gather/revocation.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

#include "verifier/gather/list_signature.h"
#include "verifier/pki/algorithms.h"
#include "verifier/pki/name.h"

namespace attest {
namespace {

// Who signed a list: the issuer, or one it delegated to.
struct Signer {
  const Name* subject = nullptr;
  std::optional<KeyId> key_id;
  VerifyingKey key;
  std::optional<uint16_t> key_usage;
  bool delegated = false;
};

std::optional<uint16_t> usage_of(const Certificate& c) {
  return c.key_usage.value ? std::optional(c.key_usage.value->bits) : std::nullopt;
}

Signer signer_of(const ListIssuer& issuer) {
  return {.subject = &issuer.subject,
          .key_id = issuer.key_id,
          .key = issuer.key,
          .key_usage = issuer.key_usage,
          .delegated = false};
}

Signer signer_of(const Certificate& c, bool delegated) {
  return {.subject = &c.subject,
          .key_id = c.skid(),
          .key = VerifyingKey(c),
          .key_usage = usage_of(c),
          .delegated = delegated};
}

Checked issued_by(const Certificate& c, const ListIssuer& issuer, SignatureEngine& engine) {
  const auto akid = c.akid();
  if (!same_name(c.issuer, issuer.subject) || (akid && issuer.key_id && *akid != *issuer.key_id))
    return Checked::refused;
  if (algorithm_of_signature(c.signature_algorithm) != issuer.key.algorithm)
    return Checked::refused;
  const auto job = signature_job(c, issuer.key);
  return job ? check(engine, *job) : Checked::refused;
}

std::string not_delegated(const Certificate& c, const ListIssuer& issuer, Checked answer) {
  if (answer == Checked::unsupported)
    return fmt::format(
        "its signer's certificate ({}) is signed with {}, which no library here checks",
        name_text(c.subject), algorithm_name(c.signature_algorithm));
  return fmt::format("its signer ({}) is neither the issuer ({}) nor delegated by it",
                     name_text(c.subject), name_text(issuer.subject));
}

// Why a certificate that the issuer issued may not sign lists in its place; empty when it may (the
// ledger's crlSignerCertificate: issued by the PAA or the PAI, no authority itself, cRLSign).
std::string unfit(const Certificate& c) {
  if (!c.basic_constraints.value || c.basic_constraints.value->ca)
    return fmt::format(
        "its signer ({}) is an authority itself, expected the issuer or a certificate for signing "
        "lists",
        name_text(c.subject));
  if (!c.key_usage.value || (c.key_usage.value->bits & KeyUsage::crl_sign) == 0)
    return fmt::format("its signer ({}) may not sign lists (no cRLSign)", name_text(c.subject));
  return {};
}
bool in_force(const Certificate& c, Instant at) {
  return at >= c.not_before && at <= c.not_after;
}
std::string ended(const Certificate& c, Instant at) {
  return in_force(c, at) ? ""
                         : fmt::format("its signer's certificate is not in force (from {} to {})",
                                       rfc3339(c.not_before), rfc3339(c.not_after));
}

bool is_issuer(const Certificate& c, const ListIssuer& issuer) {
  return VerifyingKey(c).is(issuer.key) && same_name(c.subject, issuer.subject);
}

bool has_signed(const RevokedList& list, const Signer& signer, SignatureEngine& engine) {
  return signed_by(list, signer.key, engine);
}
// Whether the list is this signer's. What it names is revoked then, and what else is wrong with it
// takes nothing back.
bool is_of(const RevokedList& list, const Signer& signer, SignatureEngine& engine) {
  return same_name(list.crl().issuer, *signer.subject) && has_signed(list, signer, engine);
}

// Key ids are digests: two of different keys differ in about half of their bits, one that was
// damaged in a few.
bool nearly_same(const KeyId& a, const KeyId& b) {
  constexpr int kFew = 8;
  int differ = 0;
  for (size_t i = 0; i < a.size(); ++i) differ += std::popcount(static_cast<uint8_t>(a[i] ^ b[i]));
  return differ <= kFew;
}

// Whose list it is by what it says: the key id names the issuer's key, where there is one.
bool points_to(const Crl& crl, const Name& subject, const std::optional<KeyId>& key_id) {
  return crl.authority_key_id && key_id ? nearly_same(*crl.authority_key_id, *key_id)
                                        : same_name(crl.issuer, subject);
}

// Why the list is not known to be this signer's.
std::string not_signed(const Crl& crl, const Signer& signer, const SignatureEngine& engine) {
  if (not_judged(crl, engine) && algorithm_of_signature(crl.signature_algorithm) != nullptr)
    return fmt::format("it is signed with {}, which no library here checks",
                       algorithm_name(crl.signature_algorithm));
  if (not_judged(crl, engine))
    return fmt::format("it is signed with {}, which is not judged: expected ecdsa-with-SHA256",
                       algorithm_name(crl.signature_algorithm));
  if (!same_name(crl.issuer, *signer.subject))
    return fmt::format("it is issued by {}, expected {}", name_text(crl.issuer),
                       name_text(*signer.subject));
  return signer.delegated ? "its signature does not verify with its signer's key"
                          : "its signature does not verify with its issuer's key";
}

// Whether it covers what it is asked about, at the instant.
std::string out_of_scope(const Crl& crl, ListOf of, Instant at) {
  if (crl.partition) {
    if (crl.partition->only_attribute || (crl.partition->only_user && of == ListOf::paa) ||
        (crl.partition->only_ca && of == ListOf::pai))
      return "it covers another kind of certificates (issuing distribution point)";
  }
  if (at < crl.this_update)
    return fmt::format("it is not in force before {}", rfc3339(crl.this_update));
  if (!crl.next_update) return "it does not say until when it holds (no nextUpdate)";
  if (at >= *crl.next_update)
    return fmt::format("it is stale: a newer one was due {}", rfc3339(*crl.next_update));
  return {};
}

// What a list itself says (RFC 5280 5.2, 6.3.3), of one that this signer signed.
std::string wrong_with(const Crl& crl, const Signer& signer, ListOf of, Instant at) {
  if (crl.damage) return crl.damage->what;
  if (crl.version != 2) return fmt::format("its version is {}, expected 2", crl.version);
  if (!crl.same_algorithm)
    return "its signature algorithm is one in the signed part and another beside the signature, "
           "expected the same";
  if (has_longer_digest(crl))
    return fmt::format("it is signed with {}, expected ecdsa-with-SHA256",
                       algorithm_name(crl.signature_algorithm));
  if (crl.authority_key_id && signer.key_id && *crl.authority_key_id != *signer.key_id)
    return fmt::format("its authority key id is {}, expected that of its signer, {}",
                       hex_colons(*crl.authority_key_id), hex_colons(*signer.key_id));
  if (!crl.unknown_critical.empty())
    return fmt::format("it has a critical extension that is not understood ({})",
                       crl.unknown_critical.front());
  if (signer.key_usage && (*signer.key_usage & KeyUsage::crl_sign) == 0)
    return "its issuer may not sign lists (no cRLSign)";
  return out_of_scope(crl, of, at);
}

// A list as its signer's.
void judge_signed(CrlEvidence& list, const Signer& signer, Instant at, SignatureEngine& engine) {
  const Crl& crl = list.list->crl();
  list.authentic = is_of(*list.list, signer, engine);
  list.problem =
      list.authentic ? wrong_with(crl, signer, list.of, at) : not_signed(crl, signer, engine);
  list.altered = !list.authentic && signer.key && !not_judged(crl, engine) &&
                 points_to(crl, *signer.subject, signer.key_id) &&
                 !has_signed(*list.list, signer, engine);
}

// A delegate speaks for its issuer as long as its certificate holds: what it signed then stays
// said, what it signs later nobody delegated.
void hold_to_term(CrlEvidence& list, const Certificate& signer, Instant at) {
  const Instant said = list.list->crl().this_update;
  const Instant signed_at = said == Instant{} ? at : said;  // one that cannot be read is damage
  list.authentic = list.authentic && in_force(signer, signed_at);
  if (list.problem.empty()) list.problem = ended(signer, at);
  if (list.problem.empty()) list.problem = ended(signer, signed_at);
}

// RFC 5280 5.2.1 and 5.2.3 require both of every list: without them nobody can tell an older list
// of another key.
std::string gap_of(const Crl& crl) {
  if (crl.delta) return "it is a delta list: it names only what changed since another";
  if (!crl.number) return "it has no CRL number: an older list in its place would not be noticed";
  if (!crl.authority_key_id)
    return "it has no authority key id: it does not say which key of its issuer it is of";
  if (crl.partition && crl.partition->only_some_reasons)
    return "it covers only some reasons for revocation (issuing distribution point)";
  return {};
}

// The ledger takes entries for any issuer key id from any vendor. What makes one the issuer's: its
// signer is the issuer or was delegated by it, and vendor and product are those of signer and
// issuer.
std::string not_the_issuers(const RevocationPoint& point, const Certificate& signer,
                            const ListIssuer& issuer, SignatureEngine& engine) {
  if (point.is_paa != (issuer.of == ListOf::paa))
    return fmt::format("the ledger's entry is for a {}, expected one for a {}",
                       point.is_paa ? "PAA" : "PAI", point.is_paa ? "PAI" : "PAA");
  if (!issuer.key_id || point.issuer_subject_key_id != *issuer.key_id)
    return fmt::format("the ledger's entry is for the issuer {}, expected {}",
                       hex_colons(point.issuer_subject_key_id),
                       issuer.key_id ? hex_colons(*issuer.key_id) : "one with a key id");
  if (!point.crl_signer_delegator.empty()) {
    const auto delegator = parse_certificate(point.crl_signer_delegator);
    if (!delegator) return "the ledger's delegator is not a certificate: " + delegator.error().what;
    if (!is_issuer(**delegator, issuer))
      return fmt::format("the ledger's delegator ({}) is not the issuer ({})",
                         name_text((*delegator)->subject), name_text(issuer.subject));
  }
  const Checked delegated =
      is_issuer(signer, issuer) ? Checked::verified : issued_by(signer, issuer, engine);
  if (delegated != Checked::verified) return not_delegated(signer, issuer, delegated);
  const MaybeValue<uint16_t> vid = signer.vid(), pid = signer.pid() ? signer.pid() : issuer.pid;
  if (vid && *vid != point.vid)
    return fmt::format("the ledger's entry is of vendor {}, its signer of {}", hex_id(point.vid),
                       hex_id(*vid));
  if (issuer.vid && *issuer.vid != point.vid)
    return fmt::format("the ledger's entry is of vendor {}, its issuer of {}", hex_id(point.vid),
                       hex_id(*issuer.vid));
  if (issuer.of == ListOf::pai && pid.value_or(0) != point.pid)
    return fmt::format("the ledger's entry is for product {}, its signer for {}", hex_id(point.pid),
                       hex_id(pid.value_or(0)));
  return {};
}

}  // namespace

std::string does_not_fit_a_point(const Certificate& issuer) {
  if (is_released(issuer)) return {};
  return fmt::format(
      "the ledger cannot name one yet: its field for the certificate of a list's signer holds 2048 "
      "characters, and one of {} has more",
      strongest(issuer).name);
}

std::span<const std::string> addresses(const Crl& crl) {
  return crl.partition ? std::span<const std::string>(crl.partition->uris)
                       : std::span<const std::string>();
}
bool names_address(const Crl& crl, const std::string& url) {
  const auto all = addresses(crl);
  return std::find(all.begin(), all.end(), url) != all.end();
}

ListIssuer list_issuer(const Certificate& pai) {
  return {.of = ListOf::pai,
          .subject = pai.subject,
          .key_id = pai.skid(),
          .key = VerifyingKey(pai),
          .vid = pai.vid(),
          .pid = pai.pid(),
          .key_usage = usage_of(pai)};
}

ListIssuer list_issuer(const Paa& paa, std::optional<uint16_t> assigned_vid) {
  ListIssuer out{.of = ListOf::paa,
                 .subject = {},
                 .key_id = paa.subject_key_id,
                 .key = paa.verifying_key(),
                 .vid = paa.vid ? paa.vid : assigned_vid,
                 .pid = {},
                 .key_usage = {}};
  der::Cursor cursor(paa.subject);
  if (auto name = read_name(cursor, "subject")) out.subject = std::move(*name);
  if (paa.certificate) out.key_usage = usage_of(*paa.certificate);
  return out;
}

bool same_series(const Crl& a, const Crl& b) {
  const auto of_a = addresses(a), of_b = addresses(b);
  return same_name(a.issuer, b.issuer) && a.authority_key_id == b.authority_key_id &&
         std::equal(of_a.begin(), of_a.end(), of_b.begin(), of_b.end());
}

bool is_newer(const Crl& a, const Crl& b) {
  if (a.number && b.number) {
    const View left = without_leading_zeros(*a.number), right = without_leading_zeros(*b.number);
    if (left.size() != right.size()) return left.size() > right.size();
    if (!equal(left, right))
      return std::lexicographical_compare(right.begin(), right.end(), left.begin(), left.end());
  }
  return a.this_update > b.this_update;
}

CrlEvidence read_crl(const Bytes& der, const Place& place, bool many) {
  CrlEvidence out{.place = place, .list = nullptr, .of = ListOf::nobody, .problem = {}, .gap = {}};
  auto crl = salvage_crl(der);
  if (crl) {
    out.list = std::make_shared<const RevokedList>(many ? RevokedList::indexed(std::move(*crl))
                                                        : RevokedList(std::move(*crl)));
  } else {
    out.problem = crl.error().what;
  }
  return out;
}

namespace {

// The list as one of a delegate of this issuer. False: this certificate is not its signer's.
bool judge_delegated(CrlEvidence& list, const Certificate& c, const ListIssuer& issuer, Instant at,
                     SignatureEngine& engine) {
  const Crl& crl = list.list->crl();
  const Signer signer = signer_of(c, true);
  if (!same_name(c.issuer, issuer.subject) ||
      !(points_to(crl, c.subject, signer.key_id) || has_signed(*list.list, signer, engine)))
    return false;
  list.of = issuer.of;
  const Checked delegated = issued_by(c, issuer, engine);
  list.problem = delegated == Checked::verified ? unfit(c) : not_delegated(c, issuer, delegated);
  if (list.problem.empty() && c.vid() && issuer.vid && c.vid() != issuer.vid)
    list.problem = fmt::format("its signer is of vendor {}, its issuer of {}", hex_id(*c.vid()),
                               hex_id(*issuer.vid));
  if (list.problem.empty() && c.pid() && issuer.pid && c.pid() != issuer.pid)
    list.problem = fmt::format("its signer is for product {}, its issuer for {}", hex_id(*c.pid()),
                               hex_id(*issuer.pid));
  if (!list.problem.empty()) return true;
  judge_signed(list, signer, at, engine);
  hold_to_term(list, c, at);
  return true;
}

}  // namespace

void judge_crl(CrlEvidence& list, std::span<const ListIssuer> issuers,
               std::span<const CertificatePtr> signers, Instant at, SignatureEngine& engine) {
  if (list.list == nullptr) return;
  const Crl& crl = list.list->crl();
  list.gap = gap_of(crl);
  const auto of_its_name = [&](const ListIssuer& i) { return same_name(crl.issuer, i.subject); };
  list.problem =
      std::any_of(issuers.begin(), issuers.end(), of_its_name) && crl.authority_key_id
          ? fmt::format("it is of another issuer of the same name ({}), with the key id {}",
                        name_text(crl.issuer), hex_colons(*crl.authority_key_id))
          : fmt::format("it is of another issuer ({})", name_text(crl.issuer));
  // Whose it is, its signature says; of one that nobody signed, what it points to.
  for (const bool by_signature : {true, false}) {
    for (const ListIssuer& issuer : issuers) {
      const Signer signer = signer_of(issuer);
      if (by_signature ? !has_signed(*list.list, signer, engine)
                       : !points_to(crl, issuer.subject, issuer.key_id))
        continue;
      list.of = issuer.of;
      return judge_signed(list, signer, at, engine);
    }
  }
  CrlEvidence best = list;
  for (const CertificatePtr& c : signers) {
    for (const ListIssuer& issuer : issuers) {
      if (!judge_delegated(list, *c, issuer, at, engine)) continue;
      if (list.problem.empty()) return;
      if (!best.authentic) best = list;  // another certificate of the signer may do
      list.authentic = false;
    }
  }
  list = std::move(best);
}

CrlEvidence judge_point(const RevocationPoint& point,
                        const std::function<Fact<RevokedListPtr>()>& fetch,
                        const ListIssuer& issuer, bool partitioned, Instant at,
                        SignatureEngine& engine) {
  CrlEvidence out{.place = {.path = point.data_url, .offset = {}, .item = {}},
                  .list = nullptr,
                  .of = issuer.of,
                  .problem = {},
                  .gap = {}};
  if (point.revocation_type != 1) {
    out.problem = fmt::format("the ledger's entry has revocation type {}, expected 1 (a CRL)",
                              point.revocation_type);
    return out;
  }
  const auto signer = parse_certificate(point.crl_signer);
  // Of another vendor's entry it is no matter whether its signer can be read.
  const bool others = issuer.vid && *issuer.vid != point.vid;
  out.problem = signer ? not_the_issuers(point, **signer, issuer, engine)
                       : "the ledger's signer is not a certificate: " + signer.error().what;
  if (!signer && issuer.key.algorithm != nullptr && !issuer.key.algorithm->released)
    out.problem += fmt::format(
        " (the field holds 2048 characters; a certificate of {}, the issuer's or one that it "
        "issued, has more)",
        issuer.key.algorithm->name);
  if (!signer && !others) return out;
  out.foreign = !out.problem.empty();
  if (out.foreign) return out;
  const Certificate& c = **signer;
  const bool delegated = !is_issuer(c, issuer);
  if (delegated) out.problem = unfit(c);
  if (!out.problem.empty()) return out;
  const auto list = fetch();
  if (const auto* why = std::get_if<Unknown>(&list)) out.problem = why->why;
  if (std::holds_alternative<Absent>(list)) out.problem = "the list is not there";
  const auto* found = std::get_if<Found<RevokedListPtr>>(&list);
  if (found == nullptr) return out;
  out.list = found->value;
  const Crl& crl = out.list->crl();
  judge_signed(out, signer_of(c, delegated), at, engine);
  if (delegated) hold_to_term(out, c, at);
  // The issuer's own list in its delegate's place is the issuer's word still.
  if (!out.authentic) out.authentic = is_of(*out.list, signer_of(issuer), engine);
  // RFC 5280 5.2.5: a list that names its address is of that partition; one served elsewhere is
  // another's.
  if (out.problem.empty() && !addresses(crl).empty() && !names_address(crl, point.data_url))
    out.problem =
        fmt::format("it is the list of {}, not of this address (issuing distribution point)",
                    printable(addresses(crl).front()));
  out.gap = gap_of(crl);
  if (out.gap.empty() && partitioned && addresses(crl).empty())
    out.gap =
        "it does not say which of its issuer's several lists it is (no issuing distribution point)";
  return out;
}

}  // namespace attest
