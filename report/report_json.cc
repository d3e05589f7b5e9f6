#include "report/report_json.h"

#include <algorithm>

#include "report/posture_table.h"
#include "report/test_plan.h"
#include "report/wording.h"
#include "verifier/checks/waiver.h"
#include "verifier/gather/chains.h"
#include "verifier/gather/file_digests.h"
#include "verifier/rules/check.h"
#include "verifier/sdk/sdk_result.h"

namespace attest {
namespace {

Json ledger_json(const Evidence& e) {
  Json out{Json::Object{}};
  const bool there = !e.ledger.chain_id.empty();
  out.set("chain_id", there ? Json(e.ledger.chain_id) : Json());
  out.set("height", there ? Json(e.ledger.height) : Json());
  const bool synced = there && e.ledger.synced_at.seconds != 0;
  out.set("synced_at", synced ? Json(rfc3339(e.ledger.synced_at)) : Json());
  out.set("age_seconds", synced ? Json(e.policy.at.seconds - e.ledger.synced_at.seconds) : Json());
  out.set("trust", ledger_trust_name(e.ledger.trust));
  out.set("source", there ? Json(printable(e.ledger.source)) : Json());
  return out;
}

Json device_json(const Evidence& e) {
  Json out{Json::Object{}};
  const Certificate *dac = e.dac.certificate.get(), *pai = e.pai.certificate.get();
  const auto id = [](const std::optional<uint16_t>& v) { return v ? Json(hex_id(*v)) : Json(); };
  // Basic Information names the device; without it the DAC does.
  out.set("vid", id(e.vid ? e.vid : dac != nullptr ? dac->vid() : std::nullopt));
  out.set("pid", id(e.pid ? e.pid : dac != nullptr ? dac->pid() : std::nullopt));
  for (const FactId fact :
       {FactId::vendor_name, FactId::product_name, FactId::serial_number, FactId::hardware_version,
        FactId::software_version, FactId::software_version_string}) {
    const Statement* s = e.device.first(fact);
    if (s == nullptr && fact != FactId::serial_number) continue;
    const auto number = e.device.number(fact);
    out.set(fact_name(fact), s == nullptr ? Json()
                             : number     ? Json(*number)
                                          : Json(value_text(fact, s->value)));
  }
  out.set("dac_sha256", dac != nullptr ? Json(hex(dac->sha256())) : Json());
  out.set("pai_sha256", pai != nullptr ? Json(hex(pai->sha256())) : Json());
  out.set("dac_vid", id(dac != nullptr ? dac->vid() : std::nullopt));
  out.set("dac_pid", id(dac != nullptr ? dac->pid() : std::nullopt));
  out.set("paa_skid", e.paa ? Json(hex_colons(e.paa->subject_key_id)) : Json());
  out.set("paa_source", e.paa ? Json(printable(e.paa->source)) : Json());
  if (!e.other_chains.empty()) {
    Json chains{Json::Array{}};
    for (const auto& chain : e.other_chains) {
      const Certificate *below = chain->dac.certificate.get(),
                        *above = chain->pai.certificate.get();
      chains.push(
          Json(Json::Object{})
              .set("name", chain_name(*chain))
              .set("dac_sha256", below != nullptr ? Json(hex(below->sha256())) : Json())
              .set("pai_sha256", above != nullptr ? Json(hex(above->sha256())) : Json())
              .set("paa_skid", chain->paa ? Json(hex_colons(chain->paa->subject_key_id)) : Json()));
    }
    out.set("other_chains", std::move(chains));
  }
  out.set("cd_certificate_id", e.cd ? Json(printable(e.cd->certificate_id)) : Json());
  if (e.cd) out.set("cd_certification_type", static_cast<uint32_t>(e.cd->certification_type));
  if (e.cd_signer) out.set("cd_signer", Json(printable(e.cd_signer->name)));
  const auto masked = [&](FactId fact) {
    const Statement* s = e.device.first(fact);
    if (s != nullptr)
      out.set(fact_name(fact),
              e.policy.show_passcode ? Json(value_text(fact, s->value)) : Json("masked"));
  };
  for (const FactId fact : {FactId::passcode, FactId::qr_payload, FactId::manual_code,
                            FactId::spake2p_salt, FactId::spake2p_verifier})
    masked(fact);
  return out;
}

// Every waiver that was handed over, and whether it let something pass.
Json waivers_json(const Evidence& e, const Report& report) {
  Json out{Json::Array{}};
  const auto optional = [](const std::string& s) {
    return s.empty() ? Json() : Json(printable(s));
  };
  for (const Waiver& w : e.policy.waivers) {
    const bool applied = std::any_of(
        report.findings.begin(), report.findings.end(),
        [&](const Finding& f) { return !f.waived.empty() && waiver_for(e, *f.check) == &w; });
    out.push(Json(Json::Object{})
                 .set("id", printable(w.id))
                 .set("reason", printable(w.reason))
                 .set("who", optional(w.who))
                 .set("until", optional(w.until_text))
                 .set("device", optional(w.device))
                 .set("applied", applied));
  }
  return out;
}

Json check_json(const Finding& f) {
  Json::Object members;
  members.reserve(15);  // what is set below: a report has hundreds of these
  Json out{std::move(members)};
  const auto optional = [](const std::string& s) {
    return s.empty() ? Json() : Json(printable(s));
  };
  out.set("id", f.check->id)
      .set("status", status_name(f.status))
      .set("severity", severity_name(f.severity))
      .set("title", f.check->title);
  out.set("message", printable(f.message))
      .set("expected", optional(f.expected))
      .set("actual", optional(f.actual))
      .set("source", optional(f.source));
  out.set("spec", f.check->spec).set("remedy", optional(f.remedy));
  out.set("blocked_by", f.blocked_by != nullptr ? Json(f.blocked_by->id) : Json());
  out.set("waived", optional(f.waived));
  const PlanCover* cover = cover_of(f.check->id, f.facts);
  out.set("test_case", cover == nullptr ? Json() : Json(cover->test_case));
  out.set("step", cover == nullptr || *cover->step == '\0' ? Json() : Json(cover->step));
  if (f.check->sdk == 0) {
    out.set("sdk", Json());
  } else {
    out.set("sdk", Json(Json::Object{{"code", Json(f.check->sdk)},
                                     {"name", Json(sdk_code_name(f.check->sdk))}}));
  }
  return out;
}

}  // namespace

Json sdk_json(const SdkResult& sdk) {
  Json out{Json::Object{}};
  if (sdk.code) return out.set("code", sdk.code->code).set("name", sdk.code->name), out;
  return out.set("code", Json()).set("name", Json()).set("reason", sdk.why_unknown), out;
}

Json not_used_json(std::span<const NotUsed> list) {
  Json out{Json::Array{}};
  for (const NotUsed& unused : list)
    out.push(Json(Json::Object{{"path", Json(printable(unused.path))},
                               {"why", Json(printable(unused.why))}}));
  return out;
}

Json report_json(const Evidence& e, const Report& report) {
  Json out{Json::Object{}};
  out.set("schema", "matter-attest/report/1");
  out.set("tool", Json(Json::Object{{"name", Json("matter-attest")},
                                    {"version", Json(MATTER_ATTEST_VERSION)}}));
  out.set("verdict", verdict_name(report.verdict))
      .set("network", network_name(e.policy.network))
      .set("stage", stage_name(e.policy.stage))
      .set("at", rfc3339(e.policy.at));
  if (e.policy.fail_on_unknown || e.policy.fail_on_warn) {
    Json on{Json::Array{}};
    if (e.policy.fail_on_unknown) on.push("unknown");
    if (e.policy.fail_on_warn) on.push("warn");
    out.set("fail_on", std::move(on));
  }
  if (!e.policy.environment.empty()) {
    Json taken{Json::Object{}};
    for (const std::string& one : e.policy.environment)
      taken.set(one.substr(0, one.find('=')), printable(one.substr(one.find('=') + 1)));
    out.set("environment", std::move(taken));
  }
  out.set("ledger", ledger_json(e)).set("device", device_json(e));
  Json files{Json::Array{}};
  for (const EvidenceFile& file : e.files) {
    Json holds{Json::Array{}};
    for (const std::string& what : file.holds) holds.push(what);
    files.push(Json(Json::Object{{"path", Json(printable(file.path))},
                                 {"kind", Json(file.kind)},
                                 {"sha256", Json(shown_digest(file))},
                                 {"holds", std::move(holds)}}));
  }
  out.set("evidence", std::move(files));
  out.set("not_used", not_used_json(e.not_used));
  out.set("trust_anchors_given", static_cast<uint64_t>(e.given_anchors));
  out.set("summary", printable(report.summary));
  if (const std::string locked = posture_line(e, report); !locked.empty())
    out.set("locked", locked);
  if (!e.policy.waivers.empty()) out.set("waivers", waivers_json(e, report));
  Json checks{Json::Array{}};
  for (const Finding& finding : report.findings) checks.push(check_json(finding));
  out.set("checks", std::move(checks));
  out.set("sdk_result", sdk_json(report.sdk));
  return out;
}

}  // namespace attest
