#include <string>
#include <utility>

#include "report/audit_report.h"
#include "report/wording.h"
#include "verifier/base/json.h"

namespace attest {
namespace {

using audit::AuditReport;

Json optional(const std::string& s) {
  return s.empty() ? Json() : Json(printable(s));
}

Json ledger_json(const AuditReport& r) {
  Json out;
  return out.set("chain_id", optional(r.ledger.chain_id))
      .set("height", r.ledger.height)
      .set("synced_at", r.ledger.height == 0 ? Json() : Json(rfc3339(r.ledger.synced_at)))
      .set("trust", ledger_trust_name(r.ledger.trust))
      .set("source", printable(r.ledger.source));
}

Json products_json(const AuditReport& r) {
  Json out{Json::Array{}};
  for (const auto& m : r.models) {
    Json versions{Json::Array{}};
    for (const auto& v : m.versions) {
      Json one;
      one.set("software_version", v.software_version)
          .set("software_version_string", optional(v.text))
          .set("certification", v.certification);
      versions.push(one.set("certificate_id", optional(v.certificate_id))
                        .set("ota_url", optional(v.ota_url)));
    }
    Json model;
    out.push(model.set("vid", hex_id(m.vid))
                 .set("pid", hex_id(m.pid))
                 .set("name", optional(m.name))
                 .set("versions", std::move(versions)));
  }
  return out;
}

}  // namespace

std::string audit_json(const AuditReport& r) {
  Json out, vendor, policy, counts, findings{Json::Array{}};
  out.set("schema", "matter-attest/audit/1");
  out.set("tool", Json(Json::Object{{"name", Json("matter-attest")},
                                    {"version", Json(MATTER_ATTEST_VERSION)}}));
  out.set("verdict", verdict_name(r.verdict)).set("summary", printable(r.summary));
  out.set("network", network_name(r.network)).set("at", rfc3339(r.at));
  out.set("policy", policy.set("fetch", r.fetched).set("fast_track", r.fast_track));
  out.set("ledger", ledger_json(r));
  out.set("vendor", vendor.set("vid", hex_id(r.vid)).set("name", optional(r.vendor_name)));
  out.set("pid", r.pid ? Json(hex_id(*r.pid)) : Json());
  out.set("products", products_json(r));
  for (const Status status : {Status::pass, Status::fail, Status::warn, Status::unknown,
                              Status::blocked, Status::skipped})
    counts.set(status_name(status), static_cast<uint64_t>(r.count(status)));
  out.set("counts", std::move(counts));
  for (const auto& f : r.findings) {
    Json one;
    one.set("id", f.id).set("about", printable(f.about)).set("status", status_name(f.status));
    one.set("severity", severity_name(f.severity)).set("title", f.title);
    const bool blocked = f.status == Status::blocked;
    one.set("message", blocked ? "" : printable(f.message))
        .set("expected", optional(f.expected))
        .set("actual", optional(f.actual));
    one.set("remedy", optional(f.remedy));
    findings.push(one.set("blocked_by", blocked ? optional(f.message) : Json()));
  }
  out.set("findings", std::move(findings));
  return dump_pretty(out);
}

}  // namespace attest
