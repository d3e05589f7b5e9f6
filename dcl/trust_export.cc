#include "dcl/trust_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "dcl/certificate_list.h"
#include "verifier/pki/algorithms.h"

namespace attest::dcl {
namespace {

// A larger file is passed over by the SDK's loader. One of ML-DSA is passed over by the SDK of
// every Matter in force, and loaded by that of 1.7.
size_t most_der(const Certificate& certificate) {
  return strongest(certificate).longest_certificate;
}
constexpr size_t kLongestName = 100;

// Letters, digits, '-' and '_'; other characters become one '_' or nothing. Anybody with a vendor's
// account chooses these names.
std::string file_name(const std::string& subject, const KeyId& key_id) {
  std::string name;
  for (const char c : subject.substr(0, kLongestName)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-';
    if (plain) name += c;
    if (c == '=' || c == ',' || c == ' ') name += '_';
  }
  std::string id = hex_colons(key_id);
  std::replace(id.begin(), id.end(), ':', '_');
  return fmt::format("dcld_mirror_{}_{}", name.empty() ? "unnamed" : name, id);
}

std::string subject_of(const Json& entry, size_t index) {
  const Json* certs = entry.find("certs");
  if (certs == nullptr || certs->array() == nullptr || index >= certs->array()->size()) return {};
  const Json* text = (*certs->array())[index].find("subjectAsText");
  return text == nullptr || text->string() == nullptr ? std::string() : *text->string();
}

Result<std::vector<CachedRecord>> whole(CachedLedger& ledger, Schema schema) {
  auto fact = ledger.records(schema);
  if (const auto* unknown = std::get_if<Unknown>(&fact)) return error(unknown->why);
  auto* found = std::get_if<Found<std::vector<CachedRecord>>>(&fact);
  return found == nullptr ? std::vector<CachedRecord>() : std::move(found->value);
}

class Exporter {
 public:
  Exporter(CachedLedger& ledger, CertificateList revoked)
      : ledger_(ledger), revoked_(std::move(revoked)) {}
  TrustExport out;

  void entry(const CachedRecord& record) {
    out.height = std::max(out.height, record.when.height);
    out.time = std::max(out.time, record.when.block_time);
    const std::string what = printable(record.key.substr(0, record.key.find('/')));
    const auto read = certificate_entry(record.object);
    const auto role = ledger_.role(record);
    if (!read || !role) {
      out.left_out.push_back({what, !read ? read.error().what : role.error().what});
      return;
    }
    for (const UnreadCertificate& unread : read->unread) out.left_out.push_back({what, unread.why});
    if (*role == CachedLedger::Role::pai) return;  // no store has them
    if (*role == CachedLedger::Role::cd_authority) {
      out.left_out.push_back({what, "it is the CSA's certification CA, and no PAA"});
      return;
    }
    for (size_t i = 0; i < read->certificates.size(); ++i)
      certificate(read->certificates[i], *role == CachedLedger::Role::paa,
                  subject_of(record.object, i), what);
  }

 private:
  void certificate(const EntryCertificate& one, bool is_paa, const std::string& subject,
                   const std::string& what) {
    const Bytes& der = one.certificate.der;
    const auto refuse = [&](std::string why) { out.left_out.push_back({what, std::move(why)}); };
    if (!one.certificate.device_attestation)
      return refuse(
          fmt::format("it is approved for {}, not for devices", printable(one.certificate.type)));
    if (revoked_.certificates.contains(der)) return refuse("the same certificate was revoked");
    if (const UnreadEntry* unread = revoked_.unread_of(one.subject_key_id, one.subject))
      return refuse("whether it was revoked is not known: " + unread->why);
    const auto certificate = parse_certificate(der);
    if (!certificate) return refuse(certificate.error().what);
    if (const size_t most = most_der(**certificate); der.size() > most)
      return refuse(fmt::format("it has {} bytes; the SDK loads at most {}", der.size(), most));
    const std::string name = file_name(subject, one.subject_key_id);
    std::string file = (is_paa ? "paa-root-certs/" : "cd-certs/") + name;
    for (int again = 2; !names_.insert(file).second; ++again)
      file = fmt::format("{}{}_{}", is_paa ? "paa-root-certs/" : "cd-certs/", name, again);
    out.certificates.push_back({.is_paa = is_paa,
                                .file = file + ".der",
                                .der = der,
                                .subject_key_id = one.subject_key_id,
                                .vid = one.certificate.vid,
                                .subject = subject,
                                .not_before = (*certificate)->not_before,
                                .not_after = (*certificate)->not_after});
  }

  CachedLedger& ledger_;
  CertificateList revoked_;
  std::set<std::string> names_;
};

}  // namespace

Result<TrustExport> trust_export(CachedLedger& ledger) {
  const auto approved = whole(ledger, Schema::certificate);
  if (!approved) return tl::unexpected(approved.error());
  const auto revoked = whole(ledger, Schema::revoked);
  if (!revoked) return tl::unexpected(revoked.error());
  CertificateList list = certificate_list(*revoked);
  for (const UnreadEntry& unread : list.unread) {
    if (!unread.subject_key_id || !unread.subject)
      return error(fmt::format(
          "the list of {}: the entry {} names no certificate that can be told, so any may be "
          "revoked: {}",
          info(Schema::revoked).title, unread.about, unread.why));
  }
  Exporter exporter(ledger, std::move(list));
  for (const CachedRecord& record : *approved) exporter.entry(record);
  if (std::none_of(exporter.out.certificates.begin(), exporter.out.certificates.end(),
                   [](const ExportedCertificate& c) { return c.is_paa; }))
    return error("the ledger at hand approves no PAA: there is nothing to export");
  return std::move(exporter.out);
}

}  // namespace attest::dcl
