// AuditRule: one thing that must hold of a vendor's entries on the ledger. The table of them is the
// catalogue: a finding names its row, and reports take title, rule and remedy from there. Of
// software images the checks of the verifier's own catalogue are asked (ota.…).
#pragma once

#include <span>
#include <string_view>

#include "verifier/report.h"

namespace attest::audit {

struct AuditRule {
  const char* id;     // "audit.version-is-certified": never reused, never renamed
  const char* title;  // what must hold
  Severity severity = Severity::error;
  bool fetches = false;  // asked only where what the ledger names is fetched (--fetch)
  const char* rule;
  const char* remedy;
  const char* when_unknown;
};

// What to do where the network kept us from knowing: that is nobody's fault on the ledger.
inline constexpr const char* kNetworkAgain = "try again later, or from another network";

std::span<const AuditRule> audit_rules();  // in the order of reports
const AuditRule* find_audit_rule(std::string_view id);

namespace rule {
extern const AuditRule &vendor_is_known, &vendor_has_models, &model_is_known, &model_is_readable,
    &discovery_in_range, &custom_flow_has_url, &terms_are_complete, &terms_digest_is_sha256,
    &terms_file_matches, &terms_file_is_valid, &model_has_versions, &version_is_known,
    &version_is_valid, &range_is_usable, &ota_is_complete, &ota_checksum_is_usable,
    &version_is_certified, &compliance_agrees, &certificate_id_is_wellformed,
    &certification_is_past, &urls_are_https, &urls_answer, &certificates_are_readable,
    &pai_has_approved_paa, &certificate_is_not_revoked, &certificate_is_in_date,
    &revocation_is_published, &revocation_point_is_its_issuers, &revocation_list_is_usable,
    &revocation_list_is_current;
}  // namespace rule

}  // namespace attest::audit
