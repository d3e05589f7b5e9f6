// The vendor's entry.
#include <fmt/format.h>

#include <variant>

#include "audit/findings.h"

namespace attest::audit {

void audit_vendor(Auditing& a) {
  const std::string about = "vendor " + hex_id(a.options.vid);
  const auto fact = a.ledger.record(dcl::Schema::vendor, dcl::vendor_key(a.options.vid));
  if (const auto* unknown = std::get_if<Unknown>(&fact))
    return a.findings.unknown(rule::vendor_is_known, about, unknown->why);
  const auto* found = std::get_if<Found<dcl::CachedRecord>>(&fact);
  if (found == nullptr)
    return a.findings.fail(rule::vendor_is_known, about, "the ledger has no entry of the vendor",
                           "an entry", "none");
  const auto vendor = dcl::vendor_of(found->value.object);
  if (!vendor) return a.findings.unknown(rule::vendor_is_known, about, vendor.error().what);
  a.findings.pass(rule::vendor_is_known, about);
  a.report.vendor_name = vendor->vendor_name;
  audit_urls(a, about, found->value.object);
}

}  // namespace attest::audit
