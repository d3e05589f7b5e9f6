#include "report/inspect_json.h"

#include <algorithm>

#include "report/report_json.h"
#include "verifier/crypto/crypto.h"
#include "verifier/gather/chains.h"
#include "verifier/gather/file_digests.h"
#include "verifier/matter/onboarding_payload.h"
#include "verifier/pki/der.h"
#include "verifier/readers/quoted.h"

namespace attest {
namespace {

// Where a fact stands in device.json: its group, and its key there.
struct Key {
  FactId fact;
  const char* group;
  const char* key;
  bool base64 = false;
};
constexpr Key kKeys[] = {
    {FactId::vendor_id, "", "vendor_id"},
    {FactId::product_id, "", "product_id"},
    {FactId::vendor_name, "", "vendor_name"},
    {FactId::product_name, "", "product_name"},
    {FactId::product_label, "", "product_label"},
    {FactId::product_url, "", "product_url"},
    {FactId::part_number, "", "part_number"},
    {FactId::device_type_id, "", "device_type_id"},
    {FactId::software_version, "", "software_version"},
    {FactId::software_version_string, "", "software_version_string"},
    {FactId::hardware_version, "", "hardware_version"},
    {FactId::hardware_version_string, "", "hardware_version_string"},
    {FactId::serial_number, "", "serial_number"},
    {FactId::manufacturing_date, "", "manufacturing_date"},
    {FactId::specification_version, "", "specification_version"},
    {FactId::firmware_information, "", "firmware_information"},
    {FactId::discriminator, "", "discriminator"},
    {FactId::passcode, "", "passcode"},
    {FactId::commissioning_flow, "", "commissioning_flow"},
    {FactId::discovery_capabilities, "", "discovery_capabilities"},
    {FactId::rotating_id_unique_id, "", "rotating_id_unique_id"},
    {FactId::unique_id, "", "unique_id"},
    {FactId::data_model_revision, "", "data_model_revision"},
    {FactId::node_label, "", "node_label"},
    {FactId::location, "", "location"},
    {FactId::local_config_disabled, "", "local_config_disabled"},
    {FactId::reachable, "", "reachable"},
    {FactId::max_paths_per_invoke, "", "max_paths_per_invoke"},
    {FactId::configuration_version, "", "configuration_version"},
    {FactId::commissioner_result, "", "commissioner_result"},
    {FactId::case_sessions_per_fabric, "capability_minima", "case_sessions_per_fabric"},
    {FactId::subscriptions_per_fabric, "capability_minima", "subscriptions_per_fabric"},
    {FactId::simultaneous_invocations_supported, "capability_minima",
     "simultaneous_invocations_supported"},
    {FactId::simultaneous_writes_supported, "capability_minima", "simultaneous_writes_supported"},
    {FactId::read_paths_supported, "capability_minima", "read_paths_supported"},
    {FactId::subscribe_paths_supported, "capability_minima", "subscribe_paths_supported"},
    {FactId::product_finish, "product_appearance", "finish"},
    {FactId::product_primary_color, "product_appearance", "primary_color"},
    {FactId::location_name, "device_location", "location_name"},
    {FactId::area_type, "device_location", "area_type"},
    {FactId::paa_supported_profiles, "pqc_device_attestation_profile", "paa_supported_profiles"},
    {FactId::pai_supported_profiles, "pqc_device_attestation_profile", "pai_supported_profiles"},
    {FactId::dac_supported_profiles, "pqc_device_attestation_profile", "dac_supported_profiles"},
    {FactId::cd_supported_profiles, "pqc_device_attestation_profile", "cd_supported_profiles"},
    {FactId::spake2p_iterations, "spake2p", "iterations"},
    {FactId::spake2p_salt, "spake2p", "salt", true},
    {FactId::spake2p_verifier, "spake2p", "verifier", true},
    {FactId::qr_payload, "onboarding", "qr"},
    {FactId::manual_code, "onboarding", "manual_code"},
    {FactId::attestation_elements, "attestation", "elements"},
    {FactId::attestation_signature, "attestation", "signature"},
    {FactId::attestation_nonce, "attestation", "nonce"},
    {FactId::attestation_challenge, "attestation", "challenge"},
    {FactId::nocsr_elements, "nocsr", "elements"},
    {FactId::nocsr_signature, "nocsr", "signature"},
    {FactId::nocsr_nonce, "nocsr", "nonce"},
    {FactId::nocsr_challenge, "nocsr", "challenge"},
};

Json value_json(const Key& key, const Statement& s, Masked masked) {
  if (masked == Masked::yes && is_masked(key.fact)) return Json("masked");
  if (const auto* number = std::get_if<uint64_t>(&s.value)) {
    const bool id = key.fact == FactId::vendor_id || key.fact == FactId::product_id;
    if (key.fact == FactId::local_config_disabled || key.fact == FactId::reachable)
      return Json(*number != 0);
    return id ? Json(hex_id(*number)) : Json(*number);
  }
  if (const auto* bytes = std::get_if<Bytes>(&s.value))
    return Json(key.base64 ? base64(*bytes) : hex(*bytes));
  const std::string& string = std::get<std::string>(s.value);
  const std::string shown = is_masked(key.fact) ? printable(string) : shown_text(string);
  return Json(is_utf8(string) && shown == printable(string) ? string : shown);
}

const char* how_text(SubjectId::How how) {
  constexpr const char* kNames[] = {"absent", "attribute", "common-name", "malformed", "duplicate"};
  return kNames[static_cast<size_t>(how)];
}

}  // namespace

Json payload_json(const OnboardingPayload& p, Masked masked) {
  const bool hidden = masked == Masked::yes;
  Json out{Json::Object{}};
  out.set("text", hidden ? Json("masked") : Json(printable(p.text)))
      .set("kind", p.manual ? "manual" : "qr");
  out.set("vendor_id", p.vendor_id ? Json(hex_id(*p.vendor_id)) : Json())
      .set("product_id", p.product_id ? Json(hex_id(*p.product_id)) : Json());
  out.set("flow", p.flow ? Json(static_cast<uint32_t>(*p.flow)) : Json())
      .set("discovery_capabilities",
           p.capabilities ? Json(static_cast<uint32_t>(*p.capabilities)) : Json());
  out.set(p.manual ? "short_discriminator" : "discriminator",
          static_cast<uint32_t>(p.discriminator))
      .set("passcode", hidden ? Json("masked") : Json(p.passcode))
      .set("valid", p.valid());
  if (!p.problems.empty()) {
    Json problems{Json::Array{}};
    for (const PayloadProblem& problem : p.problems)
      problems.push(Json(Json::Object{})
                        .set("id", problem.id)
                        .set("message", hidden ? "masked" : printable(problem.message)));
    out.set("problems", std::move(problems));
  }
  return out;
}

Json facts_json(const Device& device, Masked masked) {
  Json out{Json::Object{}};
  std::vector<std::pair<std::string, Json>> groups;
  for (const Key& key : kKeys) {
    const Statement* s = device.first(key.fact);
    if (s == nullptr) continue;
    if (key.group[0] == '\0') {
      out.set(key.key, value_json(key, *s, masked));
      continue;
    }
    auto at = std::find_if(groups.begin(), groups.end(),
                           [&](const auto& g) { return g.first == key.group; });
    if (at == groups.end()) at = groups.insert(groups.end(), {key.group, Json(Json::Object{})});
    at->second.set(key.key, value_json(key, *s, masked));
  }
  for (auto& [name, group] : groups) out.set(name, std::move(group));
  return out;
}

Json certificate_json(const Certificate& c) {
  Json out{Json::Object{}};
  out.set("sha256", hex(c.sha256()))
      .set("size", static_cast<uint64_t>(c.der.size()))
      .set("version", c.version)
      .set("serial", hex_upper(c.serial));
  out.set("issuer", name_text(c.issuer))
      .set("subject", name_text(c.subject))
      .set("not_before", rfc3339(c.not_before))
      .set("not_after", rfc3339(c.not_after));
  out.set("signature_algorithm", der::oid_text(c.signature_algorithm))
      .set("curve", c.curve.empty() ? Json() : Json(der::oid_text(c.curve)))
      .set("public_key", hex(c.public_key));
  const auto id = [](const SubjectId& s) {
    Json entry{Json::Object{}};
    entry.set("how", how_text(s.how));
    if (s.how == SubjectId::How::malformed) {
      entry.set("found", printable(s.found));
    } else if (s.how != SubjectId::How::absent) {
      entry.set("value", hex_id(s.value));
    }
    return entry;
  };
  out.set("vendor_id", id(c.vendor_id)).set("product_id", id(c.product_id));
  out.set("subject_key_id",
          c.subject_key_id.value ? Json(hex_colons(*c.subject_key_id.value)) : Json());
  out.set("authority_key_id", c.akid() ? Json(hex_colons(*c.akid())) : Json());
  if (c.basic_constraints.value) {
    const BasicConstraints& bc = *c.basic_constraints.value;
    out.set("basic_constraints",
            Json(Json::Object{})
                .set("ca", bc.ca)
                .set("path_length", bc.path_length ? Json(*bc.path_length) : Json())
                .set("critical", c.basic_constraints.critical));
  }
  if (c.key_usage.value) out.set("key_usage", key_usage_text(c.key_usage.value->bits));
  Json extensions{Json::Array{}};
  for (const Extension& x : c.extensions)
    extensions.push(
        Json(Json::Object{}).set("oid", der::oid_text(x.oid)).set("critical", x.critical));
  return out.set("extensions", std::move(extensions));
}

Json declaration_json(const CertificationDeclaration& cd) {
  Json out{Json::Object{}};
  const auto n = [](uint32_t v) { return Json(v); };
  Json products{Json::Array{}};
  for (const uint16_t pid : cd.product_ids) products.push(hex_id(pid));
  out.set("format_version", n(cd.format_version))
      .set("vendor_id", hex_id(cd.vendor_id))
      .set("product_id_array", std::move(products))
      .set("device_type_id", n(cd.device_type_id));
  out.set("certificate_id", printable(cd.certificate_id))
      .set("security_level", n(cd.security_level))
      .set("security_information", n(cd.security_information));
  out.set("version_number", n(cd.version_number))
      .set("certification_type", n(cd.certification_type));
  if (cd.dac_origin_vendor_id) out.set("dac_origin_vendor_id", hex_id(*cd.dac_origin_vendor_id));
  if (cd.dac_origin_product_id) out.set("dac_origin_product_id", hex_id(*cd.dac_origin_product_id));
  if (cd.authorized_paa_list) {
    Json list{Json::Array{}};
    for (const Bytes& entry : *cd.authorized_paa_list) list.push(hex_colons(entry));
    out.set("authorized_paa_list", std::move(list));
  }
  return out;
}

Json ota_image_json(const OtaEvidence& ota) {
  Json out{Json::Object{}};
  out.set("source", place_text(ota.place))
      .set("size", ota.image.size)
      .set("sha256", hex(ota.image.sha256));
  if (!ota.image.header)
    return out.set("problem", ota.image.problem).set("problem_offset", ota.image.problem_at);
  const OtaHeader& h = *ota.image.header;
  const auto number = [](const std::optional<uint32_t>& n) { return n ? Json(*n) : Json(); };
  out.set("total_size", h.total_size)
      .set("header_size", h.header_size)
      .set("vendor_id", hex_id(h.vendor_id))
      .set("product_id", hex_id(h.product_id));
  out.set("software_version", h.software_version)
      .set("software_version_string", printable(h.software_version_string))
      .set("payload_size", h.payload_size)
      .set("payload_offset", h.payload_offset());
  out.set("min_applicable_software_version", number(h.min_applicable))
      .set("max_applicable_software_version", number(h.max_applicable));
  out.set("release_notes_url",
          h.release_notes_url ? Json(printable(*h.release_notes_url)) : Json());
  out.set("image_digest_type", h.digest_type)
      .set("image_digest_name", ota_digest_name(h.digest_type))
      .set("image_digest", hex(h.digest));
  // Beside what the header says, what was found; the verdict is verify's.
  return out.set("payload_digest_found",
                 ota.image.payload_digest ? Json(hex(*ota.image.payload_digest)) : Json());
}

namespace {

Json evidence_json(const Evidence& e) {
  Json out{Json::Array{}};
  for (const EvidenceFile& file : e.files) {
    Json holds{Json::Array{}};
    for (const std::string& what : file.holds) holds.push(what);
    out.push(Json(Json::Object{})
                 .set("path", printable(file.path))
                 .set("kind", file.kind)
                 .set("sha256", shown_digest(file))
                 .set("size", file.size)
                 .set("holds", std::move(holds)));
  }
  return out;
}

Json device_json(const Evidence& e, Masked masked) {
  Json out = facts_json(e.device, masked);
  const auto digest = [](const Bytes& b) { return b.empty() ? Json() : Json(hex(sha256(b))); };
  out.set("dac_sha256",
          e.dac.certificate ? Json(hex(e.dac.certificate->sha256())) : digest(e.dac.bytes));
  out.set("pai_sha256",
          e.pai.certificate ? Json(hex(e.pai.certificate->sha256())) : digest(e.pai.bytes));
  out.set("cd_sha256", e.cms ? Json(hex(sha256(e.cms->der))) : digest(e.cd_bytes));
  out.set("dac_private_key_present",
          e.dac_key.has_value() || e.device.noted(Remark::key_encrypted));
  return out;
}

Json certificates_json(const Device& device) {
  Json out{Json::Array{}};
  for (const Statement& s : device.statements) {
    const char* role = s.fact == FactId::dac           ? "dac"
                       : s.fact == FactId::pai         ? "pai"
                       : s.fact == FactId::paa         ? "paa"
                       : s.fact == FactId::certificate ? "other"
                                                       : nullptr;
    if (role == nullptr) continue;
    Json entry{Json::Object{}};
    entry.set("role", role).set("source", place_text(s.place));
    if (const auto certificate = parse_certificate(std::get<Bytes>(s.value))) {
      const Json decoded = certificate_json(**certificate);
      for (const auto& [key, value] : *decoded.object()) entry.set(key, value);
    } else {
      entry.set("problem", certificate.error().what);
    }
    out.push(std::move(entry));
  }
  return out;
}

// Null: there is none.
Json declaration_or_problem(const Evidence& e) {
  if (e.cd) return declaration_json(*e.cd);
  if (!e.cd_place) return {};
  return Json(Json::Object{}).set("problem", e.cms ? e.cd_problem : e.cms_problem);
}

Json payloads_json(const Device& device, Masked masked) {
  Json out{Json::Array{}};
  for (const Statement& s : device.statements) {
    if (s.fact == FactId::qr_payload) {
      for (const OnboardingPayload& p : parse_qr(std::get<std::string>(s.value)))
        out.push(payload_json(p, masked).set("source", place_text(s.place)));
    } else if (s.fact == FactId::manual_code) {
      out.push(payload_json(parse_manual_code(std::get<std::string>(s.value)), masked)
                   .set("source", place_text(s.place)));
    }
  }
  return out;
}

Json integrity_json(const Device& device) {
  Json out{Json::Array{}};
  for (const IntegrityProblem& p : device.integrity)
    out.push(Json(Json::Object{})
                 .set("path", printable(p.place.path))
                 .set("offset", p.place.offset ? Json(*p.place.offset) : Json())
                 .set("what", printable(p.what))
                 .set("problem", printable(p.problem)));
  return out;
}

Json remarks_json(const Device& device) {
  Json out{Json::Array{}};
  for (const Noted& noted : device.remarks)
    out.push(Json(Json::Object{})
                 .set("source", place_text(noted.place))
                 .set("message", printable(noted.message)));
  return out;
}

Json conflicts_json(const Device& device, Masked masked) {
  Json out{Json::Array{}};
  for (const Conflict& conflict : conflicts_within_chains(device)) {
    Json values{Json::Array{}};
    for (const Statement* s : conflict.values)
      values.push(Json(Json::Object{})
                      .set("value", is_secret(s->fact) ? Json("secret")
                                    : masked == Masked::yes && is_masked(s->fact)
                                        ? Json("masked")
                                        : Json(value_text(s->fact, s->value)))
                      .set("path", printable(s->place.path))
                      .set("offset", s->place.offset ? Json(*s->place.offset) : Json()));
    out.push(Json(Json::Object{})
                 .set("fact", fact_name(conflict.fact))
                 .set("values", std::move(values)));
  }
  return out;
}

}  // namespace

Json inspect_json(const Evidence& e, Masked masked) {
  Json out{Json::Object{}};
  out.set("schema", "matter-attest/inspect/1")
      .set("evidence", evidence_json(e))
      .set("not_used", not_used_json(e.not_used))
      .set("device", device_json(e, masked))
      .set("certificates", certificates_json(e.device))
      .set("certification_declaration", declaration_or_problem(e))
      .set("payloads", payloads_json(e.device, masked));
  if (!e.ota_images.empty()) {
    Json images{Json::Array{}};
    for (const OtaEvidence& ota : e.ota_images) images.push(ota_image_json(ota));
    out.set("ota_images", std::move(images));
  }
  return out.set("integrity", integrity_json(e.device))
      .set("remarks", remarks_json(e.device))
      .set("conflicts", conflicts_json(e.device, masked));
}

}  // namespace attest
