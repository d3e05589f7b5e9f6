// Software versions of a product: those that the ledger lists and those that it certifies, which it
// never compares.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "audit/findings.h"
#include "verifier/matter/ota_image.h"

namespace attest::audit {
namespace {

constexpr size_t kCertificateId = 19;
constexpr uint32_t kProvisional = 1, kCertified = 2, kRevoked = 3;

struct Product {
  uint16_t vid = 0, pid = 0;
  std::string about;
  bool listed_is_known = false, compliance_is_known = false;
  std::set<uint32_t> numbers, listed;
  std::map<uint32_t, Result<ComplianceInfo>> compliance;  // of type matter

  // The versions that there are, for whoever misses this one.
  std::string known_versions(uint32_t missing) const {
    std::vector<uint64_t> others(listed.begin(), listed.end());
    std::erase(others, missing);
    return others.empty() ? std::string(" (the product has no other)")
                          : dcl::known_versions_text(std::move(others));
  }
  bool any_certified() const {
    return std::any_of(compliance.begin(), compliance.end(), [](const auto& one) {
      return one.second && one.second->status == kCertified;
    });
  }
  std::string of(uint32_t number) const { return fmt::format("{} version {}", about, number); }
};

// "FFF1/8000/00000001/matter"
std::optional<uint32_t> certified_for_matter(const std::string& key) {
  constexpr std::string_view kType = "/matter";
  constexpr size_t kDigits = 8, kFrom = dcl::kModelKeySize + 1;
  if (key.size() != kFrom + kDigits + kType.size() || !key.ends_with(kType)) return std::nullopt;
  uint32_t out = 0;
  std::from_chars(key.data() + kFrom, key.data() + kFrom + kDigits, out, 16);
  return out;
}

void look_up(Auditing& a, Product& p) {
  const auto list = a.ledger.record(dcl::Schema::versions, dcl::model_key(p.vid, p.pid));
  const auto* found = std::get_if<Found<dcl::CachedRecord>>(&list);
  const auto numbers = found == nullptr ? Result<std::vector<uint32_t>>(std::vector<uint32_t>())
                                        : dcl::versions_of(found->value.object);
  const auto* unknown = std::get_if<Unknown>(&list);
  p.listed_is_known = unknown == nullptr && numbers.has_value();
  if (!p.listed_is_known)
    a.findings.unknown(rule::model_has_versions, p.about,
                       unknown != nullptr ? unknown->why : numbers.error().what);
  if (numbers) p.listed.insert(numbers->begin(), numbers->end());
  p.numbers = p.listed;
  const auto entries =
      a.ledger.records(dcl::Schema::compliance, dcl::model_key(p.vid, p.pid) + "/");
  if (const auto* why = std::get_if<Unknown>(&entries)) {
    a.findings.unknown(rule::version_is_certified, p.about, why->why);
    return;
  }
  p.compliance_is_known = true;
  const auto* all = std::get_if<Found<std::vector<dcl::CachedRecord>>>(&entries);
  if (all == nullptr) return;
  for (const dcl::CachedRecord& record : all->value) {
    const auto number = certified_for_matter(record.key);
    if (!number) continue;
    p.compliance.emplace(*number, dcl::compliance_of(record.object));
    p.numbers.insert(*number);
  }
}

void audit_checksum(Auditing& a, const ModelVersion& v, const std::string& about) {
  constexpr uint32_t kTypes[] = {1, 7, 8, 10, 11, 12};
  const bool known =
      std::find(std::begin(kTypes), std::end(kTypes), v.ota_checksum_type) != std::end(kTypes);
  if (!known)
    return a.findings.fail(rule::ota_checksum_is_usable, about,
                           fmt::format("otaChecksumType is {}", v.ota_checksum_type),
                           "1, 7, 8, 10, 11 or 12", std::to_string(v.ota_checksum_type));
  const auto digest = from_base64(v.ota_checksum);
  const size_t size = ota_digest_size(v.ota_checksum_type);
  if (digest && digest->size() == size) return a.findings.pass(rule::ota_checksum_is_usable, about);
  const bool blanks = v.ota_checksum.find_first_of(" \t\r\n") != std::string::npos;
  a.findings.fail(
      rule::ota_checksum_is_usable, about,
      fmt::format("otaChecksum is no {} in base64{}", ota_digest_name(v.ota_checksum_type),
                  blanks ? ": it has white space" : ""),
      fmt::format("base64 of {} bytes, without white space", size),
      digest ? fmt::format("{} bytes", digest->size()) : printable(v.ota_checksum.substr(0, 60)));
}

void audit_ota_entry(Auditing& a, const ModelVersion& v, const std::string& about) {
  if (v.ota_url.empty())
    return a.findings.skipped(rule::ota_is_complete, about, "no image is offered");
  std::string lacks;
  const auto add = [&](bool there, const char* name) {
    if (!there) lacks += (lacks.empty() ? "" : ", ") + std::string(name);
  };
  add(v.ota_file_size != 0, "otaFileSize");
  add(!v.ota_checksum.empty(), "otaChecksum");
  add(v.ota_checksum_type != 0, "otaChecksumType");
  if (lacks.empty()) a.findings.pass(rule::ota_is_complete, about);
  if (!lacks.empty())
    a.findings.fail(rule::ota_is_complete, about, "the entry offers an image without " + lacks,
                    "otaFileSize, otaChecksum and otaChecksumType", "without " + lacks);
  if (!v.ota_checksum.empty() && v.ota_checksum_type != 0) audit_checksum(a, v, about);
  audit_image(a, v, about);
}

void audit_entry(Auditing& a, const Product& p, const ModelVersion& v, const Json& object) {
  const std::string about = p.of(v.software_version);
  if (v.valid) a.findings.pass(rule::version_is_valid, about);
  if (!v.valid)
    a.findings.fail(rule::version_is_valid, about, "the vendor has withdrawn this version",
                    "softwareVersionValid true", "false");
  if (v.min_applicable <= v.max_applicable) a.findings.pass(rule::range_is_usable, about);
  if (v.min_applicable > v.max_applicable)
    a.findings.fail(rule::range_is_usable, about,
                    fmt::format("no version can be updated to it: the lowest is {}, the highest {}",
                                v.min_applicable, v.max_applicable),
                    "lowest <= highest",
                    fmt::format("{} > {}", v.min_applicable, v.max_applicable));
  audit_ota_entry(a, v, about);
  audit_urls(a, about, object, {"otaUrl"});
}

// Of a version that has no compliance entry.
void audit_uncertified(Auditing& a, const Product& p, uint32_t number,
                       const std::optional<ModelVersion>& v) {
  const std::string about = p.of(number);
  if (v && !v->valid)
    return a.findings.warn(rule::version_is_certified, about,
                           "the version has no compliance entry, and the vendor has withdrawn it",
                           "certified (2)", "none");
  const bool another = p.any_certified();
  if (another && a.options.fast_track)
    return a.findings.warn(rule::version_is_certified, about,
                           "the version has no compliance entry; the fast-track policy takes "
                           "another certified version of the product for enough",
                           "certified (2)", "none");
  a.findings.fail(
      rule::version_is_certified, about,
      fmt::format(
          "the version has no compliance entry{}",
          another ? "; another version of the product is certified (see --fast-track)" : ""),
      "certified (2)", "none");
}

void audit_status(Auditing& a, const Product& p, const ComplianceInfo& c,
                  const std::optional<ModelVersion>& v) {
  const std::string about = p.of(c.software_version);
  if (c.status == kCertified) return a.findings.pass(rule::version_is_certified, about);
  if (c.status == kProvisional)
    return a.findings.warn(rule::version_is_certified, about, "the certification is provisional",
                           "certified (2)", "provisional (1)");
  if (c.status == kRevoked && v && !v->valid)
    return a.findings.warn(
        rule::version_is_certified, about,
        "the certification was revoked, and the vendor has withdrawn the version", "certified (2)",
        "revoked (3)");
  if (c.status == kRevoked)
    return a.findings.fail(rule::version_is_certified, about, "the certification was revoked",
                           "certified (2)", "revoked (3)");
  a.findings.fail(rule::version_is_certified, about,
                  fmt::format("the certification has the status {}", c.status), "certified (2)",
                  std::to_string(c.status));
}

void audit_compliance(Auditing& a, const Product& p, const ComplianceInfo& c,
                      const std::optional<ModelVersion>& v) {
  const std::string about = p.of(c.software_version);
  audit_status(a, p, c, v);
  const bool same = !v || (v->software_version_string == c.software_version_string &&
                           v->cd_version_number == c.cd_version_number);
  if (v && same) a.findings.pass(rule::compliance_agrees, about);
  if (!same)
    a.findings.fail(rule::compliance_agrees, about,
                    "the version's entry and its compliance entry contradict each other",
                    fmt::format("\"{}\", CD version {}", printable(v->software_version_string),
                                v->cd_version_number),
                    fmt::format("\"{}\", CD version {}", printable(c.software_version_string),
                                c.cd_version_number));
  // One that was revoked without ever having been certified has none.
  const bool never = c.status == kRevoked && c.certificate_id.empty();
  if (never) a.findings.skipped(rule::certificate_id_is_wellformed, about, "it never had one");
  if (!never && c.certificate_id.size() == kCertificateId)
    a.findings.pass(rule::certificate_id_is_wellformed, about);
  if (!never && c.certificate_id.size() != kCertificateId)
    a.findings.fail(rule::certificate_id_is_wellformed, about,
                    fmt::format("the certificate id has {} characters", c.certificate_id.size()),
                    "19 characters", printable(c.certificate_id.substr(0, 40)));
  const auto date = parse_rfc3339(c.date);
  if (date && *date <= a.options.at) return a.findings.pass(rule::certification_is_past, about);
  a.findings.fail(rule::certification_is_past, about,
                  date ? "the date of certification lies in the future"
                       : "the date of certification is none: " + date.error().what,
                  "an instant before " + rfc3339(a.options.at), printable(c.date.substr(0, 40)));
}

std::string certification_word(const Product& p, uint32_t number) {
  const auto entry = p.compliance.find(number);
  if (entry == p.compliance.end()) return p.compliance_is_known ? "none" : "not known";
  if (!entry->second) return "not readable";
  constexpr const char* kWords[] = {"", "provisional", "certified", "revoked"};
  const uint32_t status = entry->second->status;
  return status >= kProvisional && status <= kRevoked ? kWords[status] : std::to_string(status);
}

void audit_version(Auditing& a, const Product& p, uint32_t number, AuditedModel& model) {
  const std::string about = p.of(number);
  AuditedVersion row;
  row.software_version = number;
  row.certification = certification_word(p, number);
  const auto compliance = p.compliance.find(number);
  const bool readable = compliance != p.compliance.end() && compliance->second.has_value();
  if (readable) {
    row.text = compliance->second->software_version_string;
    row.certificate_id = compliance->second->certificate_id;
  }
  std::optional<ModelVersion> version;
  const auto fact = a.ledger.record(dcl::Schema::version, dcl::version_key(p.vid, p.pid, number));
  if (const auto* unknown = std::get_if<Unknown>(&fact)) {
    // Where the list is not known either, that was said once for all of them.
    if (p.listed_is_known) a.findings.unknown(rule::version_is_known, about, unknown->why);
    if (!p.listed_is_known)
      a.findings.blocked(rule::version_is_known, about, rule::model_has_versions);
  }
  if (std::holds_alternative<Absent>(fact))
    a.findings.fail(rule::version_is_known, about,
                    fmt::format("{}, but has no entry of its own{}",
                                p.listed.contains(number) ? "the version is listed"
                                                          : "the version has a compliance entry",
                                p.listed_is_known ? p.known_versions(number) : ""),
                    "an entry of the version", "none");
  if (const auto* found = std::get_if<Found<dcl::CachedRecord>>(&fact)) {
    auto read = dcl::version_of(found->value.object);
    if (!read) a.findings.unknown(rule::version_is_known, about, read.error().what);
    if (read) {
      a.findings.pass(rule::version_is_known, about);
      row.text = read->software_version_string;
      row.ota_url = read->ota_url;
      audit_entry(a, p, *read, found->value.object);
      version = std::move(*read);
    }
  }
  model.versions.push_back(std::move(row));
  if (!p.compliance_is_known) return;  // said once for all of them
  if (compliance == p.compliance.end()) return audit_uncertified(a, p, number, version);
  if (!readable)
    return a.findings.unknown(rule::version_is_certified, about, compliance->second.error().what);
  audit_compliance(a, p, *compliance->second, version);
}

}  // namespace

void audit_versions(Auditing& a, AuditedModel& model) {
  Product p{.vid = model.vid,
            .pid = model.pid,
            .about = fmt::format("{}/{}", hex_id(model.vid), hex_id(model.pid)),
            .numbers = {},
            .listed = {},
            .compliance = {}};
  look_up(a, p);
  if (p.listed_is_known && p.numbers.empty())
    a.findings.fail(rule::model_has_versions, p.about, "the product has no software version",
                    "one or more", "none");
  if (p.listed_is_known && !p.numbers.empty()) a.findings.pass(rule::model_has_versions, p.about);
  for (const uint32_t number : p.numbers) audit_version(a, p, number, model);
}

}  // namespace attest::audit
