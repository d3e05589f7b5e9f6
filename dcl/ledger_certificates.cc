// CachedLedger's answers about certificates: roots, intermediates, revoked ones, signers of
// certification declarations.
#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dcl/cached_ledger.h"
#include "dcl/first_pem.h"
#include "verifier/pki/certificate.h"

namespace attest::dcl {
namespace {

// The CSA's own vendor id. The root that names it is its Matter Certification and Testing CA:
// approved like a PAA, under the same type, and the issuer of the certification declarations'
// signers. No device chain may end there.
constexpr uint16_t kCsaVendorId = 0xC5A0;

bool is_cd_authority(const EntryCertificate& c) {
  return c.certificate.is_root && c.named_vid == kCsaVendorId;
}

}  // namespace

// Is this certificate issued by the CSA's authority, going by names and key ids? Its signature is
// the verifier's affair.
Result<bool> CachedLedger::below_cd_authority(const EntryCertificate& certificate) {
  if (certificate.certificate.is_root || !certificate.authority_key_id) return false;
  auto issuers = find_records(Schema::certificate, key_id_prefix(*certificate.authority_key_id));
  if (const auto* unknown = std::get_if<Unknown>(&issuers)) return error(unknown->why);
  const auto* found = std::get_if<Found<std::vector<CachedRecord>>>(&issuers);
  if (found == nullptr) return false;
  for (const CachedRecord& record : found->value) {
    const auto entry = certificate_entry(record.object);
    if (!entry) return tl::unexpected(entry.error());
    for (const UnreadCertificate& unread : entry->unread) {
      if (unread.is_root.value_or(true)) return error(unread.why);
    }
    for (const EntryCertificate& issuer : entry->certificates) {
      if (is_cd_authority(issuer) && equal(issuer.subject, certificate.issuer)) return true;
    }
  }
  return false;
}

Result<CachedLedger::Role> CachedLedger::role(const CachedRecord& entry) {
  const auto read = certificate_entry(entry.object);
  if (!read) return tl::unexpected(read.error());
  if (read->certificates.empty())
    return read->unread.front().is_root.value_or(true) ? Role::paa : Role::pai;
  const std::lock_guard lock(mutex_);
  const EntryCertificate& first = read->certificates.front();
  if (is_cd_authority(first)) return Role::cd_authority;
  if (first.certificate.is_root) return Role::paa;
  const auto below = below_cd_authority(first);
  if (!below) return tl::unexpected(below.error());
  return *below ? Role::cd_signer : Role::pai;
}

// All certificates under a key id, of all subjects, that `keep` takes. Anybody with a vendor's
// account can put an entry that cannot be read beside another's: `weigh` says what it is to the
// question.
template <class Keep, class Weigh>
Fact<std::vector<LedgerCertificate>> CachedLedger::certificates(Schema schema, const KeyId& skid,
                                                                const Keep& keep,
                                                                const Weigh& weigh) {
  const std::lock_guard lock(mutex_);
  auto entries = find_records(schema, key_id_prefix(skid));
  if (const auto* unknown = std::get_if<Unknown>(&entries)) return *unknown;
  std::vector<LedgerCertificate> out;
  std::optional<Unknown> may_answer;
  auto* found = std::get_if<Found<std::vector<CachedRecord>>>(&entries);
  for (const CachedRecord& record : found ? found->value : std::vector<CachedRecord>()) {
    auto entry = certificate_entry(record.object);
    if (!entry) return Unknown{entry.error().what};
    for (const UnreadCertificate& unread : entry->unread) {
      const Unread weight = weigh(unread);
      if (weight == Unread::decides) return Unknown{unread.why};
      if (weight == Unread::may_answer) may_answer = Unknown{unread.why};
    }
    for (EntryCertificate& certificate : entry->certificates) {
      const Result<bool> kept = keep(certificate);
      if (!kept) return Unknown{kept.error().what};
      if (*kept) out.push_back(std::move(certificate.certificate));
    }
  }
  if (!out.empty()) return Found<std::vector<LedgerCertificate>>{std::move(out), found->from};
  if (may_answer) return *may_answer;
  if (auto astray = misfiled(schema, skid)) return *astray;
  if (const auto* absent = std::get_if<Absent>(&entries)) return *absent;
  return Absent{found->from};
}

// A certificate of this key id in an entry of another one: which of the two is right is not known.
std::optional<Unknown> CachedLedger::misfiled(Schema schema, const KeyId& skid) {
  const auto all = find_records(schema, "");
  const auto* found = std::get_if<Found<std::vector<CachedRecord>>>(&all);
  for (const CachedRecord& record : found ? found->value : std::vector<CachedRecord>()) {
    for (const std::string& pem : pem_of(record.object)) {
      const auto der = first_pem(pem);
      // Looked for as bytes first: reading every certificate of the ledger takes its time.
      if (!der || !attest::find(*der, skid) || record.key.starts_with(key_id_prefix(skid)))
        continue;
      const auto certificate = parse_certificate(*der);
      if (certificate && (*certificate)->skid() == skid)
        return Unknown{fmt::format("the ledger has a {} with the key id {} under {}",
                                   info(schema).noun, hex_colons(skid), printable(record.key))};
    }
  }
  return std::nullopt;
}

Fact<std::vector<LedgerCertificate>> CachedLedger::approved_paa(const KeyId& skid) {
  // Trustees approve roots, so no vendor can put an unreadable one beside another's.
  return certificates(
      Schema::certificate, skid,
      [](const EntryCertificate& c) -> Result<bool> {
        return c.certificate.is_root && !is_cd_authority(c);
      },
      [](const UnreadCertificate& c) {
        return c.is_root.value_or(true) ? Unread::decides : Unread::irrelevant;
      });
}

namespace {

bool may_be_below_a_root(const UnreadCertificate& c) {
  return !c.is_root.value_or(false);
}

}  // namespace

Fact<std::vector<LedgerCertificate>> CachedLedger::approved_pai(const KeyId& skid) {
  return certificates(
      Schema::certificate, skid,
      [this](const EntryCertificate& c) -> Result<bool> {
        if (c.certificate.is_root) return false;
        const auto below = below_cd_authority(c);
        return below ? Result<bool>(!*below) : below;
      },
      [](const UnreadCertificate& c) {
        return may_be_below_a_root(c) ? Unread::may_answer : Unread::irrelevant;
      });
}

Fact<std::vector<LedgerCertificate>> CachedLedger::revoked_certificates(const KeyId& skid) {
  return certificates(
      Schema::revoked, skid, [](const EntryCertificate&) -> Result<bool> { return true; },
      [](const UnreadCertificate&) { return Unread::decides; });
}

Fact<std::vector<LedgerCertificate>> CachedLedger::cd_signer(const KeyId& skid) {
  return certificates(
      Schema::certificate, skid,
      [this](const EntryCertificate& c) { return below_cd_authority(c); },
      [](const UnreadCertificate& c) {
        return may_be_below_a_root(c) ? Unread::may_answer : Unread::irrelevant;
      });
}

}  // namespace attest::dcl
