#include "verifier/rules/part_facts.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/rules/check.h"

namespace attest {
namespace {

using Text = std::optional<std::string>;

template <FactId F>
Text said(const Evidence& e) {
  const Statement* s = e.device.first(F);
  return s == nullptr ? Text() : value_text(F, s->value);
}
// Basic Information names the product; without it the DAC does.
Text vendor(const Evidence& e) {
  const std::optional<uint16_t> id = e.vid               ? e.vid
                                     : e.dac.certificate ? e.dac.certificate->vid()
                                                         : std::nullopt;
  return id ? hex_id(*id) : Text();
}
Text product(const Evidence& e) {
  const std::optional<uint16_t> id = e.pid               ? e.pid
                                     : e.dac.certificate ? e.dac.certificate->pid()
                                                         : std::nullopt;
  return id ? hex_id(*id) : Text();
}
Text firmware(const Evidence& e) {
  if (e.elements && e.elements->firmware_information) return hex(*e.elements->firmware_information);
  return said<FactId::firmware_information>(e);
}
// By serial number and key: its bytes are not its own, each ECDSA signature has a twin.
Text certificate(const CertificateEvidence& c) {
  if (!c.certificate) return Text();
  const Certificate& x = *c.certificate;
  return fmt::format("{}, serial number {}, key {}", name_text(x.subject),
                     hex(without_leading_zeros(x.serial)),
                     hex(View(sha256(x.public_key)).first(16)));
}
Text dac(const Evidence& e) {
  return certificate(e.dac);
}
Text pai(const Evidence& e) {
  return certificate(e.pai);
}
Text paa(const Evidence& e) {
  return e.paa ? hex_colons(e.paa->subject_key_id) : Text();
}
Text declaration_type(const Evidence& e) {
  return e.cd ? certification_type_text(e.cd->certification_type) : Text();
}
Text declaration_signer(const Evidence& e) {
  return e.cd_signer ? printable(e.cd_signer->name) : Text();
}
Text declaration_id(const Evidence& e) {
  return e.cd ? printable(e.cd->certificate_id) : Text();
}

template <class T, class Show>
Text on_ledger(const Fact<T>& fact, Show&& show) {
  if (const auto* found = std::get_if<Found<T>>(&fact)) return printable(show(found->value));
  return std::holds_alternative<Absent>(fact) ? Text("not there") : Text();
}
Text ledger_vendor(const Evidence& e) {
  return on_ledger(e.facts->vendor, [](const VendorInfo& v) { return v.vendor_name; });
}
Text ledger_model(const Evidence& e) {
  return on_ledger(e.facts->model, [](const Model& m) {
    return fmt::format("{}, device type {}", m.product_name, m.device_type_id);
  });
}
Text ledger_version(const Evidence& e) {
  return on_ledger(e.facts->version, [](const ModelVersion& v) {
    return fmt::format("{} ({}){}", v.software_version, v.software_version_string,
                       v.valid ? "" : ", withdrawn");
  });
}
Text ledger_certification(const Evidence& e) {
  return on_ledger(e.facts->compliance, [](const ComplianceInfo& c) {
    return fmt::format("status {}, {}", c.status, c.certificate_id);
  });
}

struct Kept {
  const char* name;
  Text (*of)(const Evidence&);
};
constexpr Kept kKept[] = {
    {"vendor id", vendor},
    {"product id", product},
    {"vendor name", said<FactId::vendor_name>},
    {"product name", said<FactId::product_name>},
    {"device type", said<FactId::device_type_id>},
    {"software version", said<FactId::software_version>},
    {"software version string", said<FactId::software_version_string>},
    {"hardware version", said<FactId::hardware_version>},
    {"hardware version string", said<FactId::hardware_version_string>},
    {"firmware information", firmware},
    {"DAC", dac},
    {"PAI", pai},
    {"PAA", paa},
    {"declaration type", declaration_type},
    {"declaration signer", declaration_signer},
    {"declaration id", declaration_id},
    {"ledger vendor", ledger_vendor},
    {"ledger model", ledger_model},
    {"ledger version", ledger_version},
    {"ledger certification", ledger_certification},
};

}  // namespace

std::optional<std::string> part_fact(const Evidence& e, std::string_view name) {
  const auto at = std::find_if(std::begin(kKept), std::end(kKept),
                               [&](const Kept& k) { return name == k.name; });
  return at == std::end(kKept) ? std::nullopt : at->of(e);
}

ApprovedPart part_of_report(const Evidence& e, const Report& report, std::string source) {
  ApprovedPart out{.source = std::move(source),
                   .network = network_name(e.policy.network),
                   .verdict = verdict_name(report.verdict),
                   .at = e.policy.at,
                   .facts = {},
                   .signer = {},
                   .signer_is_known = false,
                   .waived = {}};
  for (const Finding& f : report.findings) {
    if (f.check->proves_authenticity && !f.waived.empty()) out.waived.emplace_back(f.check->id);
  }
  for (const Kept& kept : kKept) {
    if (auto value = kept.of(e))
      out.facts.push_back({.name = kept.name, .value = std::move(*value)});
  }
  return out;
}

}  // namespace attest
