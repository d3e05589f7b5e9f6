#include "report/inspect_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "report/inspect_json.h"
#include "report/inspect_words.h"
#include "report/wording.h"
#include "verifier/base/counted.h"
#include "verifier/gather/chains.h"
#include "verifier/matter/known_credentials.h"
#include "verifier/matter/onboarding_payload.h"
#include "verifier/trust.h"

namespace attest {
namespace {

std::string listed(const std::vector<std::string>& all, const char* between = ", ") {
  return fmt::to_string(fmt::join(all, between));
}

// Basic constraints, key usage and the two key ids: what they say is shown.
bool is_profile(View oid) {
  return equal(oid, oid::kBasicConstraints) || equal(oid, oid::kKeyUsage) ||
         equal(oid, oid::kSubjectKeyId) || equal(oid, oid::kAuthorityKeyId);
}

// One certificate, and every place where it stands.
struct Shown {
  const char* role;
  CertificatePtr certificate;  // null: cannot be read
  std::string problem;
  std::vector<std::string> places;
};

std::vector<Shown> certificates_of(const Evidence& e) {
  constexpr std::pair<FactId, const char*> kRoles[] = {{FactId::paa, "PAA"},
                                                       {FactId::pai, "PAI"},
                                                       {FactId::dac, "DAC"},
                                                       {FactId::certificate, "other"}};
  std::vector<Shown> out;
  std::map<Bytes, size_t> known;
  for (const auto& [fact, role] : kRoles) {
    for (const Statement& s : e.device.statements) {
      if (s.fact != fact) continue;
      const Bytes& der = std::get<Bytes>(s.value);
      const auto [at, added] = known.emplace(der, out.size());
      if (added) {
        const auto certificate = parse_certificate(der);
        out.push_back({.role = role,
                       .certificate = certificate ? *certificate : nullptr,
                       .problem = certificate ? "" : certificate.error().what,
                       .places = {}});
      }
      auto& places = out[at->second].places;
      if (std::string place = place_text(s.place);
          std::find(places.begin(), places.end(), place) == places.end())
        places.push_back(std::move(place));
    }
  }
  return out;
}

constexpr size_t kNarrow = 13, kWide = 26;

// What the paths of all files begin with, up to a slash; empty: nothing, or it is short.
std::string common_folder(const std::vector<EvidenceFile>& files) {
  constexpr size_t kWorthIt = 8;
  if (files.size() < 2) return {};
  std::string out = files.front().path;
  for (const EvidenceFile& file : files) {
    const auto differ = std::mismatch(out.begin(), out.end(), file.path.begin(), file.path.end());
    out.erase(differ.first, out.end());
  }
  out.erase(out.rfind('/') == std::string::npos ? 0 : out.rfind('/') + 1);
  return out.size() < kWorthIt ? std::string() : out;
}

class InspectPage {
 public:
  InspectPage(const Evidence& e, const TextStyle& style) : e_(e), style_(style) {}

  std::string write() {
    const std::vector<Shown> certificates = certificates_of(e_);
    line(fmt::format("{}  {}, shown without a verdict (matter-attest/inspect/1)",
                     ink("1", "INSPECT"), counted(e_.files.size(), "file")));
    const std::string device = device_line(e_);
    out_ += "  " + wrap(device, style_.width - 2, 2) + "\n";
    folder_ = common_folder(e_.files);
    if (!folder_.empty())
      out_ += "  " + wrap("all in " + printable(folder_), style_.width - 2, 2) + "\n";
    line();
    chain(certificates);
    declaration();
    factory_data();
    codes();
    images();
    files();
    troubles();
    return std::move(out_);
  }

 private:
  std::string ink(const char* code, std::string_view s) const {
    return style_.colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, s) : std::string(s);
  }
  std::string within(std::string text) const {
    return !folder_.empty() && text.starts_with(folder_) ? text.substr(folder_.size()) : text;
  }
  std::string place_of(const Place& place) const { return within(place_text(place)); }
  void line(std::string_view s = {}) { out_ += fmt::format("{}\n", s); }
  void heading(std::string_view name, std::string_view rest = {}) {
    const size_t indent = name.size() + 2;
    out_ += ink("1", name);
    if (!rest.empty())
      out_ += "  " + wrap(rest, style_.width > indent + 20 ? style_.width - indent : 20, indent);
    out_ += '\n';
  }
  // Of a certificate of the chain, behind the stroke that leads to the next.
  void row(std::string_view label, std::string_view value) {
    if (value.empty()) return;
    const bool drawn = *stroke_ != '\0';
    const std::string before = drawn ? fmt::format(" {}  ", stroke_) : "  ";
    std::string text = wrap(value, style_.width - column_, column_);
    for (size_t at = 0; drawn && (at = text.find("\n    ", at)) != std::string::npos; ++at)
      text.replace(at + 1, 4, before);
    out_ += fmt::format("{}{}{}\n", before,
                        ink("2", fmt::format("{:<{}}", label, column_ - (drawn ? 4 : 2))), text);
  }

  // --- the chain: its certificates as `verify` draws it, then those that do not belong to it ---

  static std::string subject(const Certificate& c) {
    const std::string ids = c.vid() ? ids_text(c.vid(), c.pid()) + "  " : std::string();
    return ids + name_text(c.subject);
  }
  static const Shown* shown_of(const Certificate* c, const std::vector<Shown>& all) {
    const auto at = std::find_if(all.begin(), all.end(), [&](const Shown& one) {
      return c != nullptr && one.certificate != nullptr && equal(one.certificate->der, c->der);
    });
    return at == all.end() ? nullptr : &*at;
  }
  // `above` is who should have issued it, null: not here.
  void member(const char* role, const Certificate* c, const std::string& absent,
              const Certificate* above, const std::vector<Shown>& all) {
    heading(role, c != nullptr ? subject(*c) : absent);
    if (const Shown* shown = shown_of(c, all)) details(*shown, above, true);
  }
  // Between two of them.
  void link(const Certificate* above, const Certificate* of) {
    stroke_ = "";
    const bool known = above != nullptr && of != nullptr;
    line(fmt::format(" {}", !known                   ? "┊"
                            : is_issuer(*above, *of) ? "│  the next names it as its issuer"
                                                     : "┊  the next names another issuer"));
  }
  static bool is_issuer(const Certificate& above, const Certificate& of) {
    const auto skid = above.skid(), akid = of.akid();
    return skid && akid && *skid == *akid;
  }
  void chain(const std::vector<Shown>& all) {
    const Certificate *dac = e_.dac.certificate.get(), *pai = e_.pai.certificate.get(),
                      *paa = e_.paa_shown.certificate.get();
    if (dac != nullptr || pai != nullptr || paa != nullptr || e_.cd_place) {
      const auto missing = [](const char* below, const Certificate* of) {
        return of == nullptr ? std::string("not in the evidence")
                             : fmt::format("not in the evidence; the {} names {}", below,
                                           name_text(of->issuer));
      };
      stroke_ = "│";
      member("PAA", paa, missing("PAI", pai), paa, all);
      link(paa, pai);
      stroke_ = "│";
      member("PAI", pai, missing("DAC", dac), paa, all);
      link(pai, dac);
      stroke_ = " ";
      member("DAC", dac, e_.dac.present() ? "cannot be read" : "not in the evidence", pai, all);
      stroke_ = "";
      if (!e_.cd_place) heading("CD", "not in the evidence");
      line();
    }
    const Shown* in_chain[] = {shown_of(paa, all), shown_of(pai, all), shown_of(dac, all)};
    for (const Shown& shown : all) {
      if (std::find(std::begin(in_chain), std::end(in_chain), &shown) != std::end(in_chain))
        continue;
      heading(shown.role, shown.certificate ? name_text(shown.certificate->subject)
                                            : "cannot be read: " + shown.problem);
      details(shown, nullptr, false);
      line();
    }
  }

  // --- certificates ---

  static std::string id_words(const SubjectId& id) {
    switch (id.how) {
      case SubjectId::How::absent:
        return "none";
      case SubjectId::How::attribute:
        return hex_id(id.value);
      case SubjectId::How::common_name:
        return hex_id(id.value) + " (in the common name)";
      case SubjectId::How::malformed:
        return "malformed: " + printable(id.found);
      case SubjectId::How::duplicate:
        break;
    }
    return hex_id(id.value) + " (more than once)";
  }
  static bool is_plain(const SubjectId& id) {
    return id.how == SubjectId::How::absent || id.how == SubjectId::How::attribute;
  }
  // What the chain draws is not said again: ids of the usual form, and an issuer that is `above`.
  void details(const Shown& shown, const Certificate* above, bool in_chain) {
    std::string places;
    for (const std::string& place : shown.places)
      places += (places.empty()             ? ""
                 : place == shown.places[1] ? "; also in "
                                            : ", ") +
                within(place);
    row("in", places);
    if (!shown.certificate) return;
    const Certificate& c = *shown.certificate;
    const bool named = above != nullptr && is_issuer(*above, c);
    if (above == nullptr ? !in_chain : !same_name(above->subject, c.issuer))
      row("issuer", c.self_issued() ? "itself" : name_text(c.issuer));
    if (!named && c.akid() && !c.self_issued()) row("issuer's", hex_colons(*c.akid()));
    if (!in_chain || !is_plain(c.vendor_id) || !is_plain(c.product_id))
      row("ids",
          fmt::format("vendor {}, product {}", id_words(c.vendor_id), id_words(c.product_id)));
    row("valid",
        fmt::format("{} to {}; serial {}", rfc3339(c.not_before).substr(0, 10),
                    c.not_after == kNoExpiry ? "no end" : rfc3339(c.not_after).substr(0, 10),
                    hex_upper(c.serial)));
    row("key", fmt::format("{}{}; signed with {}", oid_words(c.key_algorithm),
                           c.curve.empty() ? "" : " on " + oid_words(c.curve),
                           oid_words(c.signature_algorithm)));
    row("key id",
        fmt::format("{}", c.subject_key_id.value ? hex_colons(*c.subject_key_id.value) : "none"));
    std::string use = c.key_usage.value ? key_usage_text(c.key_usage.value->bits) : "not said";
    if (const auto& bc = c.basic_constraints.value)
      use += bc->ca ? fmt::format(
                          "; an authority{}",
                          bc->path_length ? fmt::format(", path length {}", *bc->path_length) : "")
                    : "; no authority";
    row("may", use);
    std::vector<std::string> extensions;
    for (const Extension& x : c.extensions) {
      const bool usual = is_profile(x.oid);
      if (!usual) extensions.push_back(oid_words(x.oid) + (x.critical ? " (critical)" : ""));
    }
    row("also says", listed(extensions));
    row("SHA-256", hex(c.sha256()));
  }

  // --- the declaration ---

  std::string products() const {
    constexpr size_t kMost = 8;
    std::vector<std::string> out;
    for (const uint16_t pid : e_.cd->product_ids) {
      if (out.size() < kMost) out.push_back(hex_id(pid));
    }
    return listed(out) + (e_.cd->product_ids.size() > kMost
                              ? fmt::format(" and {} more", e_.cd->product_ids.size() - kMost)
                              : "");
  }
  void declaration() {
    if (!e_.cd_place) return;
    heading("CD", e_.cd ? fmt::format("{} / {}  {}, {}", hex_id(e_.cd->vendor_id), products(),
                                      certification_type_text(e_.cd->certification_type),
                                      printable(e_.cd->certificate_id))
                        : "cannot be read: " + (e_.cms ? e_.cd_problem : e_.cms_problem));
    std::vector<std::string> places;
    for (const Statement& s : e_.device.statements) {
      if (s.fact == FactId::cd) places.push_back(place_of(s.place));
    }
    row("in", places.empty() ? place_of(*e_.cd_place) : listed(places, "; also in "));
    if (!e_.cd) return line();
    const CertificationDeclaration& cd = *e_.cd;
    row("device", device_type_words(cd.device_type_id));
    row("version", fmt::format("format {}, version number {}, security level {}, information {}",
                               cd.format_version, cd.version_number, cd.security_level,
                               cd.security_information));
    if (cd.dac_origin_vendor_id || cd.dac_origin_product_id)
      row("DAC of",
          fmt::format("{} / {}: another maker's credentials are meant",
                      cd.dac_origin_vendor_id ? hex_id(*cd.dac_origin_vendor_id) : "none",
                      cd.dac_origin_product_id ? hex_id(*cd.dac_origin_product_id) : "none"));
    if (cd.authorized_paa_list) {
      std::vector<std::string> ids;
      for (const Bytes& id : *cd.authorized_paa_list) ids.push_back(hex_colons(id));
      row("PAAs", ids.empty() ? "an empty list" : "only below " + listed(ids));
    }
    if (e_.cms && !e_.cms->signers.empty()) {
      const auto& id = e_.cms->signers.front().subject_key_id;
      row("signed by", fmt::format("{}{}",
                                   e_.cd_signer ? printable(e_.cd_signer->name) + ", key id "
                                   : id && key_id(*id) == test_cd_signer().subject_key_id
                                       ? "the Matter SDK's public test signer, key id "
                                       : "a signer that is not known here, key id ",
                                   id ? hex_colons(*id) : "none"));
    }
    line();
  }

  // --- what the device says ---

  void factory_data() {
    column_ = kWide;
    bool any = false;
    const auto title = [&] {
      if (!std::exchange(any, true)) heading("Device", "factory data and Basic Information");
    };
    const Json facts = facts_json(e_.device);
    const auto add = [&](const std::string& key, const Json& value) {
      const char* name = fact_words(key);
      if (name == nullptr) return;
      title();
      row(name, fact_value_words(key, value));
    };
    for (const auto& [key, value] : *facts.object()) {
      if (value.object() == nullptr) {
        add(key, value);
        continue;
      }
      if (key == "onboarding") continue;  // under the codes
      for (const auto& [inner, one] : *value.object()) add(key + "." + inner, one);
    }
    if (e_.dac_key || e_.device.noted(Remark::key_encrypted)) {
      title();
      row("private key", e_.device.noted(Remark::key_encrypted) ? "there, encrypted"
                                                                : "there; it is shown nowhere");
    }
    if (any) line();
    column_ = kNarrow;
  }

  // Each once, with all its places.
  void codes() {
    std::vector<std::pair<const Statement*, std::string>> said;
    for (const Statement& s : e_.device.statements) {
      if (s.fact != FactId::qr_payload && s.fact != FactId::manual_code) continue;
      const auto at = std::find_if(said.begin(), said.end(), [&](const auto& one) {
        return one.first->fact == s.fact && one.first->value == s.value;
      });
      if (at != said.end()) {
        at->second += "; also in " + place_of(s.place);
      } else {
        said.emplace_back(&s, place_of(s.place));
      }
    }
    for (const auto& [statement, places] : said) {
      const std::string& text = std::get<std::string>(statement->value);
      for (const OnboardingPayload& p : statement->fact == FactId::qr_payload
                                            ? parse_qr(text)
                                            : std::vector{parse_manual_code(text)})
        code(p, places);
    }
  }
  void code(const OnboardingPayload& p, const std::string& places) {
    heading(p.manual ? "Manual code" : "QR code",
            fmt::format("{}  {}", printable(p.text), product_text(p)));
    row("in", places);
    std::string how = p.flow ? flow_words(*p.flow) : p.long_form ? "no standard flow" : "";
    if (p.capabilities) how += "; " + capabilities_words(*p.capabilities);
    row("how", how);
    row("finds", fmt::format("{}discriminator {}; passcode {:08}", p.manual ? "short " : "",
                             p.discriminator, p.passcode));
    for (const PayloadProblem& problem : p.problems) row("problem", printable(problem.message));
    line();
  }

  void images() {
    column_ = kWide + 10;
    for (const OtaEvidence& ota : e_.ota_images) {
      heading("Image", place_of(ota.place));
      const Json all = ota_image_json(ota);
      for (const auto& [key, value] : *all.object()) {
        if (key == "source" || value.is_null()) continue;
        row(key, value.string() != nullptr ? printable(*value.string()) : dump(value));
      }
      line();
    }
    column_ = kNarrow;
  }

  // --- files, and what is wrong ---

  void files() {
    if (!e_.files.empty()) heading("Files");
    for (const EvidenceFile& file : e_.files) {
      if (is_not_used(e_, file)) continue;
      out_ += "  " +
              wrap(fmt::format("{}: {}, {} bytes{}", printable(within(file.path)), file.kind,
                               file.size, file.holds.empty() ? "" : ": " + listed(file.holds)),
                   style_.width - 4, 4) +
              "\n";
    }
    for (size_t i = 0; i < e_.not_used.size(); ++i) not_used(i);
    if (!e_.files.empty() || !e_.not_used.empty()) line();
  }

  // With the first of each reason all that it is the reason of.
  void not_used(size_t first) {
    const auto& all = e_.not_used;
    const auto same = [&](const NotUsed& unused) { return unused.why == all[first].why; };
    const auto from = all.begin() + static_cast<std::ptrdiff_t>(first);
    if (std::any_of(all.begin(), from, same)) return;
    NotUsed told{.path = "", .why = all[first].why};
    for (auto at = from; at != all.end(); ++at) {
      if (same(*at)) told.path += (told.path.empty() ? "" : ", ") + within(at->path);
    }
    out_ += "  " + wrap(printable(not_used_text(told)), style_.width - 4, 4) + "\n";
  }

  void troubles() {
    const auto all = conflicts_within_chains(e_.device);
    if (e_.device.integrity.empty() && e_.device.remarks.empty() && all.empty()) {
      line("  nothing is damaged, and nothing is said in two ways");
      return;
    }
    for (const IntegrityProblem& p : e_.device.integrity) {
      heading("Damaged", place_of(p.place));
      row("what", printable(p.what));
      row("problem", printable(p.problem));
    }
    for (const Noted& noted : e_.device.remarks) {
      const bool said_better =
          std::any_of(e_.device.remarks.begin(), e_.device.remarks.end(), [&](const Noted& other) {
            return other.place == noted.place && other.message.starts_with(noted.message + ":");
          });
      if (!said_better) heading("Noted", place_of(noted.place) + ": " + printable(noted.message));
    }
    for (const Conflict& conflict : all) {
      heading("Said in two ways", fact_name(conflict.fact));
      for (const Statement* s : conflict.values) {
        const auto* bytes = std::get_if<Bytes>(&s->value);
        const std::string value =
            is_secret(s->fact) ? "secret"
            : bytes != nullptr && bytes->size() > 40
                ? fmt::format("{} bytes, {}…", bytes->size(), hex(View(*bytes).first(16)))
                : value_text(s->fact, s->value);
        row("in", fmt::format("{}: {}", place_of(s->place), printable(value)));
      }
    }
  }

  const Evidence& e_;
  TextStyle style_;
  std::string out_;
  std::string folder_;       // that all files lie in
  size_t column_ = kNarrow;  // where values begin
  const char* stroke_ = "";  // before a row
};

}  // namespace

std::string inspect_text(const Evidence& evidence, const TextStyle& style) {
  return InspectPage(evidence, style).write();
}

}  // namespace attest
