#include "report/chain_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/wording.h"
#include "verifier/gather/chains.h"
#include "verifier/rules/check.h"

namespace attest {
namespace {

// The longest prefix of an id decides.
constexpr struct {
  std::string_view prefix;
  Part part;
} kParts[] = {
    {"paa.", Part::paa},
    {"paa.is-trusted", Part::approves},
    {"paa.is-valid-at-dac-issuance", Part::issued_dac},
    {"ledger.paa-", Part::approves},
    {"credentials.no-test-paa", Part::paa},
    {"pai.", Part::pai},
    {"pai.signature-verifies", Part::issued_pai},
    {"pai.vendor-matches-paa", Part::issued_pai},
    {"pai.is-valid-at-dac-issuance", Part::issued_dac},
    {"chain.dac-", Part::issued_dac},
    {"chain.pai-", Part::issued_pai},
    {"chain.signature-algorithms-fit-keys", Part::issued_pai},
    {"chain.strength-does-not-rise", Part::issued_pai},
    {"chain.algorithms-are-released", Part::issued_pai},
    {"ledger.pai-", Part::pai},
    {"dac.", Part::dac},
    {"key.", Part::dac},
    {"credentials.no-development-dac", Part::dac},
    {"dac.signature-verifies", Part::issued_dac},
    {"dac.vendor-matches-pai", Part::issued_dac},
    {"dac.product-matches-pai", Part::issued_dac},
    {"cd.", Part::cd},
    {"cms.", Part::cd},
    {"credentials.no-test-cd-signer", Part::cd},
    {"credentials.no-development-cd", Part::cd},
    {"cd.vendor-matches-", Part::covers},
    {"cd.product-ids-include-", Part::covers},
    {"cd.dac-origin-", Part::covers},
    {"cd.dac-origin-is-complete", Part::cd},
    {"cd.authorizes-paa", Part::covers},
    {"dac.vendor-matches-cd", Part::covers},
    {"dac.product-is-listed-in-cd", Part::covers},
    {"cd.vendor-matches-basic-information", Part::describes},
    {"cd.product-ids-include-basic-information", Part::describes},
    {"identity.", Part::device},
    {"basic.", Part::device},
    {"attestation.", Part::proves},
    {"nocsr.", Part::proves},
    {"ledger.", Part::ledger},
    {"ledger.compliance-", Part::certifies},
    {"ledger.is-certified", Part::certifies},
    {"ledger.status-matches-cd", Part::certifies},
    {"ledger.certification-is-past", Part::certifies},
    {"ledger.certificate-", Part::certifies},
    {"ledger.cd-version-number-", Part::certifies},
    {"ledger.device-type-matches-cd", Part::certifies},
    {"ledger.specification-version-", Part::certifies},
    {"onboarding.", Part::label},
    {"spake2p.", Part::label},
    {"onboarding.vendor-agrees", Part::onboards},
    {"onboarding.product-agrees", Part::onboards},
    {"onboarding.discriminator-agrees", Part::onboards},
    {"onboarding.passcode-agrees", Part::onboards},
    {"spake2p.verifier-matches-passcode", Part::onboards},
};

std::string validity(Instant from, Instant to) {
  const auto day = [](Instant t) { return rfc3339(t).substr(0, 10); };
  return to == kNoExpiry ? fmt::format("valid from {}, without end", day(from))
                         : fmt::format("valid {} to {}", day(from), day(to));
}

Box paa_box(const Evidence& e) {
  Box box{.name = "PAA",
          .title = subject_title("paa"),
          .there = e.paa != nullptr,
          .ids = {},
          .text = {},
          .detail = {}};
  if (!e.paa) {
    box.text = e.paa_found == Evidence::PaaFound::none && e.pai.certificate ? "none that is trusted"
                                                                            : "not known";
    return box;
  }
  const TestPaa* known = test_paa(e.paa->subject_key_id);
  const std::string subject = e.paa->certificate
                                  ? name_text(e.paa->certificate->subject)
                                  : std::string(known != nullptr ? known->key.name : "");
  box.text = fmt::format("{}  ({})", subject, printable(e.paa->source));
  box.detail = validity(e.paa->not_before, e.paa->not_after);
  return box;
}

Box certificate_box(const char* name, const char* subject, const CertificateEvidence& given) {
  Box box{.name = name,
          .title = subject_title(subject),
          .there = given.certificate != nullptr,
          .ids = {},
          .text = {},
          .detail = {}};
  if (!given.certificate) {
    box.text = given.present() ? "not one certificate" : "not in the evidence";
    return box;
  }
  box.ids = ids_text(given.certificate->vid(), given.certificate->pid());
  box.text = name_text(given.certificate->subject);
  box.detail = validity(given.certificate->not_before, given.certificate->not_after);
  return box;
}

Box cd_box(const Evidence& e) {
  Box box{.name = "CD",
          .title = subject_title("cd"),
          .there = e.cd != nullptr,
          .ids = {},
          .text = {},
          .detail = {}};
  if (!e.cd) {
    box.text = e.cd_place ? "cannot be read" : "not in the evidence";
    return box;
  }
  const std::string products = e.cd->product_ids.size() == 1
                                   ? hex_id(e.cd->product_ids[0])
                                   : fmt::format("{} products", e.cd->product_ids.size());
  box.ids = fmt::format("{} / {}", hex_id(e.cd->vendor_id), products);
  box.text = fmt::format("{}, {}{}", certification_type_text(e.cd->certification_type),
                         printable(e.cd->certificate_id),
                         e.cd_signer ? ", by " + printable(e.cd_signer->name) : "");
  return box;
}

Box ledger_box(const Evidence& e) {
  Box box{.name = "Ledger",
          .title = "Distributed Compliance Ledger",
          .there = !e.ledger.chain_id.empty(),
          .ids = {},
          .text = {},
          .detail = {}};
  if (!box.there) {
    box.text = e.policy.network == Network::none ? "not asked: network none" : "no answer";
    return box;
  }
  box.text = ledger_text(e.ledger);
  box.detail = printable(e.ledger.source);
  return box;
}

// A dump's own ids: nobody asked the device for them.
bool said_by_the_part(const Evidence& e) {
  const Statement* said = e.device.first(FactId::vendor_id);
  if (said == nullptr) said = e.device.first(FactId::product_id);
  const auto file = std::find_if(e.files.begin(), e.files.end(), [&](const EvidenceFile& f) {
    return said != nullptr && f.path == said->place.path;
  });
  if (file == e.files.end()) return false;
  constexpr std::string_view kAsked[] = {"device-json", "vector-json", "cpms-json",
                                         "commissioner-log", "manifest"};
  return std::find(std::begin(kAsked), std::end(kAsked), file->kind) == std::end(kAsked);
}

Box device_box(const Evidence& e) {
  Box box{.name = "Device",
          .title = "What it says of itself",
          .there = e.vid || e.pid,
          .ids = {},
          .text = {},
          .detail = {}};
  box.text = box.there ? (said_by_the_part(e) ? "by its factory data" : "by Basic Information")
                       : "Basic Information is not in the evidence";
  if (box.there) box.ids = ids_text(e.vid, e.pid);
  box.detail = device_name(e);
  return box;
}

Box label_box(const Evidence& e) {
  Box box{.name = "Label",
          .title = "Onboarding codes",
          .there = !e.onboarding.codes.empty(),
          .ids = {},
          .text = "no code in the evidence",
          .detail = {}};
  if (!box.there) return box;
  const auto count = [&](bool manual) {
    return std::count_if(e.onboarding.codes.begin(), e.onboarding.codes.end(),
                         [&](const CodeEvidence& c) { return c.payload.manual == manual; });
  };
  const auto qr = count(false), manual = count(true);
  box.text = qr == 0 ? "manual code" : manual == 0 ? "QR code" : "QR code and manual code";
  for (const CodeEvidence& code : e.onboarding.codes) {
    if (!code.payload.vendor_id || code.other_device) continue;
    box.ids = ids_text(code.payload.vendor_id, code.payload.product_id);
    break;
  }
  return box;
}

}  // namespace

unsigned rank(Status s) {
  constexpr Status kOrder[] = {Status::fail,    Status::unknown, Status::warn,
                               Status::blocked, Status::pass,    Status::skipped};
  return static_cast<unsigned>(std::find(std::begin(kOrder), std::end(kOrder), s) -
                               std::begin(kOrder));
}

Part part_of(std::string_view check_id) {
  Part part = Part::none;
  size_t longest = 0;
  for (const auto& row : kParts) {
    if (row.prefix.size() <= longest || row.prefix.front() != check_id.front() ||
        !check_id.starts_with(row.prefix))
      continue;
    part = row.part;
    longest = row.prefix.size();
  }
  return part;
}

Status ChainPicture::worse(Part a, Part b) const {
  return rank(status(a)) <= rank(status(b)) ? status(a) : status(b);
}

namespace {

// Of the certificates of one chain.
bool is_of_a_chain(Part part) {
  constexpr Part kThese[] = {Part::paa,        Part::pai,        Part::dac,   Part::approves,
                             Part::issued_pai, Part::issued_dac, Part::covers};
  return std::find(std::begin(kThese), std::end(kThese), part) != std::end(kThese);
}

// Of the rule about each link's algorithm, and of what waits for it: the link whose certificate it
// faults.
Part drawn_at(const Finding& f, const Evidence& e, const Report& report) {
  constexpr std::string_view kFits = "chain.signature-algorithms-fit-keys";
  const Part part = part_of(f.check->id);
  const Finding* fault = kFits == f.check->id ? &f
                         : f.blocked_by != nullptr && kFits == f.blocked_by->id
                             ? report.of(f.blocked_by)
                             : nullptr;
  if (part != Part::issued_pai || fault == nullptr || fault->status != Status::fail) return part;
  if (e.dac.place && fault->source == place_text(*e.dac.place)) return Part::issued_dac;
  return e.paa && fault->source == e.paa->source ? Part::paa : part;
}

void draw(ChainPicture& out, const Evidence& e, const Report& report, bool of_a_chain) {
  for (const Finding& f : report.findings) {
    if (f.status == Status::skipped) continue;  // as all are from the start
    const Part part = drawn_at(f, e, report);
    if (part == Part::none || is_of_a_chain(part) != of_a_chain) continue;
    const auto i = static_cast<size_t>(part);
    if (rank(f.status) >= rank(out.statuses[i])) continue;
    out.statuses[i] = f.status;
    out.reasons[i] = f.status == Status::pass ? nullptr : &f;
  }
}

// `own`: of the chain's certificates; `report`: of the device.
ChainPicture chain_picture(const Evidence& e, const Report& own, const Report& report) {
  ChainPicture out{.ledger = ledger_box(e),
                   .paa = paa_box(e),
                   .pai = certificate_box("PAI", "pai", e.pai),
                   .dac = certificate_box("DAC", "dac", e.dac),
                   .cd = cd_box(e),
                   .device = device_box(e),
                   .label = label_box(e),
                   .chain = {},
                   .trusted_by = {}};
  out.trusted_by = !e.paa                             ? "trusted"
                   : e.paa->origin == Origin::given   ? "trusted, given by hand"
                   : e.paa->origin == Origin::builtin ? "trusted, built in"
                                                      : "approved by the ledger";
  out.statuses.fill(Status::skipped);
  draw(out, e, own, true);
  draw(out, e, report, false);
  return out;
}

}  // namespace

ChainPictures chain_pictures(const Evidence& e, const Report& report) {
  ChainPictures out;
  out.judged = judged_chains(e);
  if (out.judged.empty()) {
    out.all.push_back(chain_picture(e, report, report));
    return out;
  }
  for (size_t k = 0; k < out.judged.size(); ++k) {
    JudgedChain& one = out.judged[k];
    // What the report says to follow from how the chains differ, follows from it here, too.
    for (size_t i = 0; i < std::min(one.report.findings.size(), report.findings.size()); ++i) {
      const Finding& told = report.findings[i];
      if (one.report.findings[i].status == Status::fail && told.status == Status::blocked)
        one.report.findings[i] = told;
    }
    out.all.push_back(chain_picture(k == 0 ? e : *e.other_chains[k - 1], one.report, report));
    out.all.back().chain = one.name;
    out.all.back().verdict = one.report.verdict;
  }
  return out;
}

std::string commissioners_text(const ChainPictures& pictures) {
  std::string out;
  for (const JudgedChain& one : pictures.judged)
    out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", one.name,
                       verdict_name(one.report.verdict));
  return out;
}

}  // namespace attest
