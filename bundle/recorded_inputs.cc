#include "bundle/recorded_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "bundle/fields.h"
#include "bundle/redaction.h"
#include "verifier/checks/catalogue.h"
#include "verifier/gather/gather.h"

namespace attest {
namespace bundle {

auto words(Names, Network) {
  return std::to_array<const char*>({"main", "test", "none"});
}
auto words(Names, Stage) {
  return std::to_array<const char*>({"network", "lab"});
}
auto words(Names, Status) {
  return std::to_array<const char*>({"pass", "fail", "warn", "skipped", "blocked", "unknown"});
}
auto words(Names, GivenAnchor::Role) {
  return std::to_array<const char*>({"paa", "cd-signer"});
}
auto words(Names, Remark) {
  return std::to_array<const char*>({"passcode_stored",
                                     "key_in_hardware",
                                     "key_beside_hardware_flag",
                                     "key_encrypted",
                                     "encrypted_no_key",
                                     "wrong_key",
                                     "erased",
                                     "truncated",
                                     "development_credentials",
                                     "not_in_log",
                                     "unknown_key",
                                     "reported_value",
                                     "dac_slot",
                                     "pai_slot",
                                     "cd_slot",
                                     "key_slot",
                                     "value_slot",
                                     "lacks_dac",
                                     "lacks_pai",
                                     "lacks_cd",
                                     "lacks_key",
                                     "keys_protected",
                                     "flash_encrypted",
                                     "damaged_credential",
                                     "resembles_evidence",
                                     "unreadable_file",
                                     "key_locked",
                                     "empty_text"});
}
static_assert(static_cast<size_t>(Remark::empty_text) + 1 ==
              decltype(words(Names{}, Remark{})){}.size());
auto words(Names, FactId) {
  std::array<const char*, kFactCount> out{};
  for (size_t i = 0; i < kFactCount; ++i) out[i] = fact_name(static_cast<FactId>(i));
  return out;
}

template <class V>
void fields(V& v, Waiver& w) {
  v("id", w.id), v("reason", w.reason), v("who", w.who), v("until", w.until),
      v("until_text", w.until_text), v("device", w.device);
}
template <class V>
void fields(V& v, PaaStore& s) {
  v("path", s.path), v("as_of", s.as_of), v("dated_by", s.dated_by);
}
template <class V>
void fields(V& v, Policy& p) {
  v("network", p.network), v("at", p.at), v("required", p.required),
      v("show_passcode", p.show_passcode), v("max_age", p.max_age), v("waivers", p.waivers),
      v("one_of_many", p.one_of_many);
  v.rare("fail_on_unknown", p.fail_on_unknown), v.rare("fail_on_warn", p.fail_on_warn);
  v.rare("environment", p.environment), v.rare("stage", p.stage);
  v.rare("paa_store", p.paa_store);
}
template <class V>
void fields(V& v, Place& p) {
  v("path", p.path), v("offset", p.offset), v("item", p.item);
}
template <class V>
void fields(V& v, Statement& s) {
  v("fact", s.fact), v("value", s.value), v("place", s.place);
}
template <class V>
void fields(V& v, IntegrityProblem& p) {
  v("place", p.place), v("what", p.what), v("problem", p.problem);
}
template <class V>
void fields(V& v, Noted& n) {
  v("remark", n.remark), v("place", n.place), v("message", n.message);
}
auto words(Names, Holds) {
  return std::to_array<const char*>({"yes", "no", "unclear"});
}
auto words(Names, ImageSignature) {
  return std::to_array<const char*>({"none", "good", "bad", "by_no_key", "unchecked"});
}
auto words(Names, Trait) {
  std::array<const char*, kTraitCount> out{};
  for (size_t i = 0; i < kTraitCount; ++i) out[i] = trait_name(static_cast<Trait>(i));
  return out;
}
template <class V>
void fields(V& v, Claim& c) {
  v("trait", c.trait), v("locked", c.locked), v("value", c.value), v("detail", c.detail),
      v("place", c.place);
}
template <class V>
void fields(V& v, SignedImage& i) {
  v("what", i.what), v("scheme", i.scheme), v("signature", i.signature), v("problem", i.problem),
      v("keys", i.keys), v("secure_version", i.secure_version), v("place", i.place);
  v.rare("digest", i.digest), v.rare("value", i.value);
  v.rare("certificate_digest", i.certificate_digest);
  v.rare("certificate_value", i.certificate_value);
}
template <class V>
void fields(V& v, OrderedLock& o) {
  v("key", o.key), v("value", o.value), v("place", o.place);
}
template <class V>
void fields(V& v, Posture& p) {
  v("claims", p.claims), v("images", p.images), v("ordered", p.ordered);
}
template <class V>
void fields(V& v, Device& d) {
  v("statements", d.statements), v("integrity", d.integrity), v("remarks", d.remarks);
  v.rare("posture", d.posture);
}
template <class V>
void fields(V& v, EvidenceFile& f) {
  v("path", f.path), v("kind", f.kind), v("sha256", f.sha256), v("size", f.size),
      v("holds", f.holds);
}
template <class V>
void fields(V& v, NotUsed& n) {
  v("path", n.path), v("why", n.why);
}
template <class V>
void fields(V& v, GivenAnchor& a) {
  v("role", a.role), v("source", a.source), v("der", a.der);
}
template <class V>
void fields(V& v, ApprovedPart::Fact& f) {
  v("name", f.name), v("value", f.value);
}
template <class V>
void fields(V& v, ApprovedPart& s) {
  v("source", s.source), v("network", s.network), v("verdict", s.verdict), v("at", s.at),
      v("facts", s.facts);
  v.rare("signer", s.signer), v.rare("signer_is_known", s.signer_is_known);
  v.rare("waived", s.waived);
}
template <class V>
void fields(V& v, KeptAnswer& a) {
  v("id", a.id), v("status", a.status), v("message", a.message), v("expected", a.expected),
      v("actual", a.actual), v("source", a.source), v("blocked_by", a.blocked_by);
}

// Members with more than one struct in them.
constexpr const char* kLeftOut =
    "of a private key the public part stands in its place; where policy.json shows no passcode, so "
    "do stand-ins for passcodes, codes, salts and verifiers";
struct EvidenceMember {
  std::string left_out = kLeftOut;  // for people
  Device device;
  std::vector<EvidenceFile> files;
  std::vector<NotUsed> not_used;
};
template <class V>
void fields(V& v, EvidenceMember& e) {
  v("left_out", e.left_out), v("files", e.files), v("not_used", e.not_used), v("device", e.device);
}
struct TrustMember {
  uint64_t given = 0;
  std::vector<GivenAnchor> anchors;
};
template <class V>
void fields(V& v, TrustMember& t) {
  v("given", t.given), v("anchors", t.anchors);
}

}  // namespace bundle

namespace {

constexpr const char *kPolicy = "policy.json", *kEvidence = "evidence.json",
                     *kOrdered = "ordered.json", *kTrust = "trust.json", *kLedger = "ledger.json",
                     *kAnswers = "answers.json", *kAfter = "after.json";
constexpr const char* kNames[] = {kPolicy, kEvidence, kOrdered, kTrust, kLedger, kAnswers, kAfter};

TarMember member(const char* name, const Json& json) {
  const std::string text = dump_pretty(json);
  return {.name = name, .content = to_bytes(view(text))};
}

// Was the body asked, and did not what it builds on already settle the matter?
bool was_asked(const Report& report, const Check& check) {
  const auto passed = [&](const char* id) {
    const Check* before = id == nullptr ? nullptr : find_check(id);
    if (before == nullptr) return true;
    const Finding& f = report.findings[check_index(*before)];
    return f.status == Status::pass && f.waived.empty();
  };
  return std::ranges::all_of(check.after, passed) && std::ranges::all_of(check.run.needs, passed);
}

KeptAnswer kept(const Check& check, const Outcome& outcome) {
  KeptAnswer out{.id = check.id,
                 .status = outcome.status,
                 .message = {},
                 .expected = {},
                 .actual = {},
                 .source = {},
                 .blocked_by = {}};
  if (outcome.texts != nullptr) {
    out.message = outcome.texts->message;
    out.expected = outcome.texts->expected;
    out.actual = outcome.texts->actual;
    out.source = outcome.texts->source;
  } else if (outcome.constant != nullptr) {
    (outcome.status == Status::blocked ? out.blocked_by : out.message) = outcome.constant;
  }
  return out;
}

bool same(const Finding& a, const Finding& b) {
  return a.status == b.status && a.severity == b.severity && a.message == b.message &&
         a.expected == b.expected && a.actual == b.actual && a.source == b.source &&
         a.blocked_by == b.blocked_by && a.waived == b.waived;
}

// What only the values could answer: where a check says something else of the redacted evidence,
// its first answer stays.
void keep_answers(RecordedInputs& inputs, const Evidence& original, const Report& said,
                  SignatureEngine& engine) {
  const auto [redacted, without] = judge_again(inputs, engine);
  for (const Check* check : catalogue()) {
    if (check->proves_authenticity || !was_asked(said, *check)) continue;
    KeptAnswer answer = kept(*check, ask(*check, original));
    if (was_asked(without, *check) && answer == kept(*check, ask(*check, redacted))) continue;
    inputs.answers.push_back(std::move(answer));
  }
}

// Readers say every fact with a value of its one type (device.h), and whoever looks at it relies on
// that.
bool has_its_type(const Statement& s) {
  switch (s.fact) {
    case FactId::vendor_id:
    case FactId::product_id:
    case FactId::device_type_id:
    case FactId::software_version:
    case FactId::hardware_version:
    case FactId::specification_version:
    case FactId::discriminator:
    case FactId::passcode:
    case FactId::commissioning_flow:
    case FactId::discovery_capabilities:
    case FactId::spake2p_iterations:
    case FactId::data_model_revision:
    case FactId::local_config_disabled:
    case FactId::reachable:
    case FactId::case_sessions_per_fabric:
    case FactId::subscriptions_per_fabric:
    case FactId::simultaneous_invocations_supported:
    case FactId::simultaneous_writes_supported:
    case FactId::read_paths_supported:
    case FactId::subscribe_paths_supported:
    case FactId::product_finish:
    case FactId::product_primary_color:
    case FactId::max_paths_per_invoke:
    case FactId::area_type:
    case FactId::configuration_version:
    case FactId::opcreds_feature_map:
    case FactId::paa_supported_profiles:
    case FactId::pai_supported_profiles:
    case FactId::dac_supported_profiles:
    case FactId::cd_supported_profiles:
    case FactId::commissioner_result:
    case FactId::logged_dac_vendor_id:
    case FactId::logged_dac_product_id:
    case FactId::logged_cd_vendor_id:
      return std::holds_alternative<uint64_t>(s.value);
    case FactId::vendor_name:
    case FactId::product_name:
    case FactId::product_label:
    case FactId::product_url:
    case FactId::part_number:
    case FactId::software_version_string:
    case FactId::hardware_version_string:
    case FactId::serial_number:
    case FactId::manufacturing_date:
    case FactId::unique_id:
    case FactId::node_label:
    case FactId::location:
    case FactId::location_name:
    case FactId::qr_payload:
    case FactId::manual_code:
      return std::holds_alternative<std::string>(s.value);
    default:
      return std::holds_alternative<Bytes>(s.value);
  }
}
Result<void> have_their_types(const char* name, const Device& device) {
  const auto wrong = std::find_if(device.statements.begin(), device.statements.end(),
                                  [](const Statement& s) { return !has_its_type(s); });
  if (wrong == device.statements.end()) return {};
  return error(
      fmt::format("{}: {} has a value of a type that it never has", name, fact_name(wrong->fact)));
}

template <class T>
Result<void> take(const std::vector<TarMember>& members, const char* name, T& into, bool& there) {
  const auto at = std::find_if(members.begin(), members.end(),
                               [&](const TarMember& m) { return m.name == name; });
  there = at != members.end();
  if (!there) return {};
  const auto json = parse_json(text(at->content), {.bytes = kMaxUstarBytes, .depth = 16});
  if (!json) return within(name, json.error());
  if (!bundle::read(*json, into) || dump_pretty(bundle::write(into)) != text(at->content))
    return error(fmt::format("{}: expected what this version writes, found something else", name));
  return {};
}

}  // namespace

bool is_input_member(std::string_view name) {
  return std::any_of(std::begin(kNames), std::end(kNames),
                     [&](const char* n) { return name == n; });
}

Result<RecordedInputs> inputs_of(const Device& read, const Evidence& e, const Report& report,
                                 const TrustStore& trust, const LedgerRecord* ledger,
                                 SignatureEngine& engine) {
  // (The certificates of a device's further chains stand in their own evidence; what was settled to
  // be no second truth is settled again.)
  if (e.other_chains.empty() && read.statements.size() < e.device.statements.size())
    return error("the evidence changed while it was judged");
  Redaction redaction(e.policy.show_passcode);
  RecordedInputs out{.policy = e.policy,
                     .device = redaction.device(read, e),
                     .files = e.files,
                     .not_used = e.not_used,
                     .ordered = {},
                     .anchors = trust.given(),
                     .given_anchors = e.given_anchors,
                     .ledger = {},
                     .after = e.after,
                     .answers = {}};
  if (e.ordered) out.ordered = redaction.ordered(*e.ordered);
  if (ledger != nullptr) out.ledger = *ledger;
  keep_answers(out, e, report, engine);
  const Report again = judge_again(out, engine).report;
  for (size_t i = 0; i < report.findings.size(); ++i) {
    if (!same(report.findings[i], again.findings[i]))
      return error(fmt::format("{} cannot be answered without what the bundle leaves out",
                               report.findings[i].check->id));
  }
  if (again.verdict != report.verdict || again.summary != report.summary ||
      !(again.sdk == report.sdk))
    return error("the verdict does not follow from what the bundle keeps");
  return out;
}

std::vector<TarMember> members_of(const RecordedInputs& c) {
  std::vector<TarMember> out{
      member(kPolicy, bundle::write(c.policy)),
      member(kEvidence, bundle::write(bundle::EvidenceMember{.left_out = bundle::kLeftOut,
                                                             .device = c.device,
                                                             .files = c.files,
                                                             .not_used = c.not_used}))};
  if (c.ordered) out.push_back(member(kOrdered, bundle::write(*c.ordered)));
  out.push_back(member(
      kTrust, bundle::write(bundle::TrustMember{.given = c.given_anchors, .anchors = c.anchors})));
  if (c.ledger) out.push_back(member(kLedger, write(*c.ledger)));
  if (!c.answers.empty()) out.push_back(member(kAnswers, bundle::write(c.answers)));
  if (c.after) out.push_back(member(kAfter, bundle::write(*c.after)));
  return out;
}

Result<RecordedInputs> inputs_from(const std::vector<TarMember>& members) {
  RecordedInputs out;
  bool there = false;
  bundle::EvidenceMember evidence;
  bundle::TrustMember trust;
  Device ordered;
  Json ledger;
  ApprovedPart after;
  const auto need = [&](const char* name, auto& into) -> Result<void> {
    if (auto taken = take(members, name, into, there); !taken) return taken;
    return there ? Result<void>{}
                 : error(fmt::format("expected a bundle with {}, found none", name));
  };
  if (const auto done = need(kPolicy, out.policy); !done) return tl::unexpected(done.error());
  if (const auto done = need(kEvidence, evidence); !done) return tl::unexpected(done.error());
  if (const auto done = need(kTrust, trust); !done) return tl::unexpected(done.error());
  if (const auto done = take(members, kOrdered, ordered, there); !done)
    return tl::unexpected(done.error());
  if (there) out.ordered = std::move(ordered);
  if (const auto done = take(members, kLedger, ledger, there); !done)
    return tl::unexpected(done.error());
  if (there) {
    auto record = ledger_record_from(ledger);
    if (!record) return within(kLedger, record.error());
    out.ledger = std::move(*record);
  }
  if (const auto done = take(members, kAnswers, out.answers, there); !done)
    return tl::unexpected(done.error());
  if (const auto done = take(members, kAfter, after, there); !done)
    return tl::unexpected(done.error());
  if (there) out.after = std::move(after);
  if (const auto good = have_their_types(kEvidence, evidence.device); !good)
    return tl::unexpected(good.error());
  if (const auto good = out.ordered ? have_their_types(kOrdered, *out.ordered) : Result<void>{};
      !good)
    return tl::unexpected(good.error());
  out.device = std::move(evidence.device);
  out.device.keys_left_out = true;
  if (out.ordered) out.ordered->keys_left_out = true;
  out.files = std::move(evidence.files);
  out.not_used = std::move(evidence.not_used);
  out.anchors = std::move(trust.anchors);
  out.given_anchors = trust.given;
  for (const KeptAnswer& answer : out.answers) {
    const Check* check = find_check(answer.id);
    if (check != nullptr && check->proves_authenticity)
      return error(fmt::format("{}: {} proves authenticity, so no answer to it can be kept",
                               kAnswers, answer.id));
  }
  std::vector<TarMember> own;
  std::copy_if(members.begin(), members.end(), std::back_inserter(own),
               [](const TarMember& m) { return is_input_member(m.name); });
  if (members_of(out) != own)
    return error(
        "expected the members that this version writes, each once and in its place, found others");
  return out;
}

namespace {

std::vector<Answered> answers_of(const RecordedInputs& c) {
  std::vector<Answered> answers;
  for (const KeptAnswer& a : c.answers) {
    const Check *check = find_check(a.id), *by = find_check(a.blocked_by);
    if (check == nullptr || check->proves_authenticity ||
        (a.status == Status::blocked && by == nullptr))
      continue;
    answers.push_back({.check = check,
                       .status = a.status,
                       .blocked_by = by == nullptr ? nullptr : by->id,
                       .texts = {.message = a.message,
                                 .expected = a.expected,
                                 .actual = a.actual,
                                 .source = a.source}});
  }
  return answers;
}

}  // namespace

Verification judge_again(const RecordedInputs& c, SignatureEngine& engine) {
  TrustStore trust = c.policy.stage == Stage::lab
                         ? TrustStore::builtin_at_lab()
                         : TrustStore::builtin(c.policy.network == Network::test);
  for (const GivenAnchor& anchor : c.anchors) {
    auto certificate = parse_certificate(anchor.der);
    if (!certificate) continue;  // the count then differs, and with it the report
    const auto added =
        anchor.role == GivenAnchor::Role::paa
            ? trust.add_paa(*certificate, Origin::given, anchor.source)
            : trust.add_cd_signer(*certificate, Origin::given, anchor.source, engine);
    (void)added;
  }
  Reading reading;
  reading.device = c.device;
  reading.files = c.files;
  std::optional<RecordedLedger> ledger;
  if (c.ledger) ledger.emplace(*c.ledger);
  const std::vector<Answered> answers = answers_of(c);
  return verify({.reading = std::move(reading),
                 .policy = c.policy,
                 .trust = trust,
                 .engine = engine,
                 .ledger = ledger ? &*ledger : nullptr,
                 .ordered = c.ordered,
                 .approved = c.after,
                 .between =
                     [&](Evidence& e) {
                       e.given_anchors = c.given_anchors;
                       // Gather cannot say it again of bytes that were left out.
                       e.not_used = c.not_used;
                       return true;
                     },
                 .answered = answers});
}

}  // namespace attest
