// The vendor's entry.
#include <fmt/format.h>

#include <variant>

#include "audit/findings.h"

namespace attest::audit {

void audit_vendor(Auditing& a) {
  const std::string about = "vendor " + hex_id(a.options.vid);
  const auto fact = a.ledger.vendor(a.options.vid);
  if (const auto* unknown = std::get_if<Unknown>(&fact))
    return a.findings.unknown(rule::vendor_is_known, about, unknown->why);
  const auto* found = std::get_if<Found<VendorInfo>>(&fact);
  if (found == nullptr)
    return a.findings.fail(rule::vendor_is_known, about, "the ledger has no entry of the vendor",
                           "an entry", "none");
  a.findings.pass(rule::vendor_is_known, about);
  a.report.vendor_name = found->value.vendor_name;
  audit_urls(a, about, {{"vendorLandingPageURL", found->value.landing_page_url}});
}

}  // namespace attest::audit
