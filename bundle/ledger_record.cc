#include "bundle/ledger_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

#include "bundle/fields.h"
#include "verifier/crypto/crypto.h"

namespace attest {

// The fields of what a ledger says, in the order of ledger.h.
namespace bundle {

auto words(Names, LedgerTrust) {
  return std::to_array<const char*>({"none", "snapshot", "tls", "proof"});
}

template <class V>
void fields(V& v, Provenance& p) {
  v("source", p.source), v("height", p.height), v("read_at", p.read_at), v("proven", p.proven);
}
template <class V>
void fields(V& v, VendorInfo& i) {
  v("vendor_id", i.vendor_id), v("vendor_name", i.vendor_name),
      v("company_legal_name", i.company_legal_name),
      v("company_preferred_name", i.company_preferred_name),
      v("landing_page_url", i.landing_page_url);
}
template <class V>
void fields(V& v, Model& m) {
  v("vid", m.vid), v("pid", m.pid), v("device_type_id", m.device_type_id),
      v("product_name", m.product_name), v("product_label", m.product_label),
      v("part_number", m.part_number);
  v("commissioning_custom_flow", m.commissioning_custom_flow),
      v("discovery_capabilities", m.discovery_capabilities);
}
template <class V>
void fields(V& v, ModelVersion& m) {
  v("vid", m.vid), v("pid", m.pid), v("software_version", m.software_version),
      v("software_version_string", m.software_version_string),
      v("cd_version_number", m.cd_version_number);
  v("firmware_information", m.firmware_information), v("valid", m.valid), v("ota_url", m.ota_url),
      v("ota_file_size", m.ota_file_size), v("ota_checksum", m.ota_checksum);
  v("ota_checksum_type", m.ota_checksum_type), v("min_applicable", m.min_applicable),
      v("max_applicable", m.max_applicable);
}
template <class V>
void fields(V& v, ComplianceInfo& c) {
  v("vid", c.vid), v("pid", c.pid), v("software_version", c.software_version),
      v("certification_type", c.certification_type),
      v("software_version_string", c.software_version_string);
  v("cd_version_number", c.cd_version_number), v("status", c.status), v("date", c.date),
      v("reason", c.reason), v("certificate_id", c.certificate_id),
      v("specification_version", c.specification_version);
}
template <class V>
void fields(V& v, LedgerCertificate& c) {
  v("der", c.der), v("is_root", c.is_root), v("device_attestation", c.device_attestation),
      v("vid", c.vid);
  if constexpr (std::is_same_v<V, Reader>) {
    if (v.object.find("type") == nullptr) return;  // bundles of before had none
  }
  v("type", c.type);
}
template <class V>
void fields(V& v, RevocationPoint& p) {
  v("vid", p.vid), v("pid", p.pid), v("label", p.label),
      v("issuer_subject_key_id", p.issuer_subject_key_id), v("is_paa", p.is_paa),
      v("crl_signer", p.crl_signer);
  v("crl_signer_delegator", p.crl_signer_delegator), v("data_url", p.data_url),
      v("data_file_size", p.data_file_size), v("data_digest", p.data_digest);
  v("data_digest_type", p.data_digest_type), v("revocation_type", p.revocation_type);
}
template <class V>
void fields(V& v, CertificateCoverage& c) {
  v("certificate_id", c.certificate_id), v("entries", c.entries);
}
template <class V>
void fields(V& v, LedgerStatus& s) {
  v("chain_id", s.chain_id), v("height", s.height), v("synced_at", s.synced_at),
      v("trust", s.trust), v("source", s.source);
}
template <class V>
void fields(V& v, LedgerAnswer& a) {
  v("question", a.question), v("answer", a.answer);
}
template <class V>
void fields(V& v, LedgerRecord& r) {
  v("status", r.status), v("answers", r.answers);
}

template <class T>
Json write_fact(const Fact<T>& fact) {
  Json out;
  if (const auto* found = std::get_if<Found<T>>(&fact))
    return out.set("found", write(found->value)).set("from", write(found->from)), out;
  if (const auto* absent = std::get_if<Absent>(&fact)) {
    out.set("absent", write(absent->from));
    if (!absent->instead.empty()) out.set("instead", write(absent->instead));
    return out;
  }
  return out.set("unknown", write(std::get<Unknown>(fact).why)), out;
}
template <class T>
std::optional<Fact<T>> read_fact(const Json& json) {
  const Json *value = json.find("found"), *from = json.find("from"), *none = json.find("absent"),
             *why = json.find("unknown"), *instead = json.find("instead");
  Found<T> found{};
  Absent absent;
  Unknown unknown;
  if (value != nullptr && from != nullptr && read(*value, found.value) && read(*from, found.from))
    return Fact<T>(std::move(found));
  if (none != nullptr && read(*none, absent.from) &&
      (instead == nullptr || read(*instead, absent.instead)))
    return Fact<T>(std::move(absent));
  if (why != nullptr && read(*why, unknown.why)) return Fact<T>(std::move(unknown));
  return std::nullopt;
}

}  // namespace bundle

namespace {

std::string product(const char* what, uint16_t vid, uint16_t pid) {
  return fmt::format("{} {:04X}/{:04X}", what, vid, pid);
}
std::string version_of(const char* what, uint16_t vid, uint16_t pid, uint32_t version) {
  return fmt::format("{} {:04X}/{:04X}/{}", what, vid, pid, version);
}
// A point has no name of its own that is its alone: everything in it together has.
std::string list_behind(const RevocationPoint& point) {
  return "crl " + hex(sha256(view(dump(bundle::write(point)))));
}

}  // namespace

template <class T>
Fact<T> RecordingLedger::keep(std::string question, Fact<T> answer) {
  const bool known = std::any_of(record_.answers.begin(), record_.answers.end(),
                                 [&](const LedgerAnswer& a) { return a.question == question; });
  if (!known)
    record_.answers.push_back(
        {.question = std::move(question), .answer = bundle::write_fact(answer)});
  return answer;
}
template <class T>
Fact<T> RecordedLedger::answer(const std::string& question) const {
  const auto at = std::find_if(record_.answers.begin(), record_.answers.end(),
                               [&](const LedgerAnswer& a) { return a.question == question; });
  if (at == record_.answers.end()) return Unknown{"the bundle has no answer to this question"};
  auto fact = bundle::read_fact<T>(at->answer);
  return fact ? std::move(*fact) : Unknown{"the bundle's answer to this question cannot be read"};
}

LedgerStatus RecordingLedger::status() {
  return record_.status = asked_.status();
}

// Each question and the words it is kept under.
#define QUESTION(TYPE, NAME, PARAMETERS, ARGUMENTS, WORDS) \
  Fact<TYPE> RecordingLedger::NAME PARAMETERS {            \
    return keep<TYPE>(WORDS, asked_.NAME ARGUMENTS);       \
  }                                                        \
  Fact<TYPE> RecordedLedger::NAME PARAMETERS {             \
    return answer<TYPE>(WORDS);                            \
  }
QUESTION(std::vector<LedgerCertificate>, approved_paa, (const KeyId& skid), (skid),
         "approved_paa " + hex(skid))
QUESTION(std::vector<LedgerCertificate>, approved_pai, (const KeyId& skid), (skid),
         "approved_pai " + hex(skid))
QUESTION(std::vector<LedgerCertificate>, revoked_certificates, (const KeyId& skid), (skid),
         "revoked_certificates " + hex(skid))
QUESTION(std::vector<LedgerCertificate>, cd_signer, (const KeyId& skid), (skid),
         "cd_signer " + hex(skid))
QUESTION(VendorInfo, vendor, (uint16_t vid), (vid), fmt::format("vendor {:04X}", vid))
QUESTION(Model, model, (uint16_t vid, uint16_t pid), (vid, pid), product("model", vid, pid))
QUESTION(ModelVersion, version, (uint16_t vid, uint16_t pid, uint32_t software_version),
         (vid, pid, software_version), version_of("version", vid, pid, software_version))
QUESTION(ComplianceInfo, compliance, (uint16_t vid, uint16_t pid, uint32_t software_version),
         (vid, pid, software_version), version_of("compliance", vid, pid, software_version))
QUESTION(CertificateCoverage, coverage, (const std::string& certificate_id), (certificate_id),
         "coverage " + hex(view(certificate_id)))
QUESTION(std::vector<RevocationPoint>, revocation_points, (const KeyId& issuer), (issuer),
         "revocation_points " + hex(issuer))
#undef QUESTION

// A list is kept as its DER.
Fact<RevokedListPtr> RecordingLedger::crl(const RevocationPoint& point) {
  const auto fact = asked_.crl(point);
  Fact<Bytes> der = Unknown{};
  if (const auto* found = std::get_if<Found<RevokedListPtr>>(&fact))
    der = Found<Bytes>{to_bytes(found->value->crl().der), found->from};
  if (const auto* absent = std::get_if<Absent>(&fact)) der = *absent;
  if (const auto* unknown = std::get_if<Unknown>(&fact)) der = *unknown;
  keep<Bytes>(list_behind(point), std::move(der));
  return fact;
}
Fact<RevokedListPtr> RecordedLedger::crl(const RevocationPoint& point) {
  auto der = answer<Bytes>(list_behind(point));
  if (auto* unknown = std::get_if<Unknown>(&der)) return std::move(*unknown);
  if (auto* absent = std::get_if<Absent>(&der)) return std::move(*absent);
  auto& found = std::get<Found<Bytes>>(der);
  auto list = salvage_crl(std::move(found.value));
  if (!list) return Unknown{"the bundle's revocation list cannot be read"};
  return Found<RevokedListPtr>{std::make_shared<const RevokedList>(std::move(*list)),
                               std::move(found.from)};
}

Json write(const LedgerRecord& record) {
  return bundle::write(record);
}
Result<LedgerRecord> ledger_record_from(const Json& json) {
  LedgerRecord out;
  if (!bundle::read(json, out)) return error("expected a ledger's status and answers");
  return out;
}

}  // namespace attest
