#include "serve/decisions/decision.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "platform/waivers.h"
#include "report/csv_field.h"
#include "verifier/base/blank_text.h"
#include "verifier/checks/catalogue.h"

namespace attest::serve {
namespace {

constexpr size_t kMostLine = 1u << 20;
constexpr size_t kMostRequest = 256u << 10;
constexpr size_t kMostName = 200, kMostReason = 4000, kMostWaivers = 100;
constexpr Verdict kVerdicts[] = {Verdict::approve, Verdict::reject, Verdict::undecided};

Json waivers_json(const std::vector<Waiver>& waivers) {
  Json out{Json::Array{}};
  for (const Waiver& w : waivers) {
    Json one;
    one.set("id", w.id).set("reason", w.reason).set("who", w.who).set("until", w.until_text);
    if (!w.device.empty()) one.set("device", w.device);
    out.push(std::move(one));
  }
  return out;
}

// The names under which a record has its device's texts.
struct DeviceMember {
  const char* name;
  std::string DeviceSummary::*text;
};
constexpr DeviceMember kDeviceMembers[] = {{"vid", &DeviceSummary::vid},
                                           {"pid", &DeviceSummary::pid},
                                           {"product", &DeviceSummary::product},
                                           {"serial_number", &DeviceSummary::serial_number},
                                           {"dac_serial", &DeviceSummary::dac_serial},
                                           {"dac_sha256", &DeviceSummary::dac_sha256},
                                           {"certificate_id", &DeviceSummary::certificate_id}};

// Takes a record's members; the first that is not as expected is kept. What a member is written
// like is not asked: the record is written again and compared.
class Members {
 public:
  explicit Members(const Json& object) : object_(object) {}
  std::string text(const char* name) {
    const Json* member = object_.find(name);
    if (member != nullptr && member->string() != nullptr) return *member->string();
    complain(fmt::format("{}: expected a text, found {}", name,
                         member == nullptr ? "none" : member->kind()));
    return {};
  }
  uint64_t number(const char* name) {
    const Json* member = object_.find(name);
    const auto value = member == nullptr ? std::nullopt : member->natural();
    if (!value) complain(fmt::format("{}: expected a number", name));
    return value.value_or(0);
  }
  Instant time(const char* name) {
    const auto at = parse_rfc3339(text(name));
    if (!at) complain(fmt::format("{}: {}", name, at.error().what));
    return at.value_or(Instant{});
  }
  Sha256 digest(const char* name) {
    Sha256 out{};
    const auto bytes = from_hex(text(name));
    if (bytes && bytes->size() == out.size()) {
      std::copy(bytes->begin(), bytes->end(), out.begin());
    } else {
      complain(fmt::format("{}: expected a SHA-256 digest in hex", name));
    }
    return out;
  }
  const Json& member(const char* name) {
    static const Json nothing;
    const Json* found = object_.find(name);
    if (found == nullptr) complain(fmt::format("{}: expected, found none", name));
    return found == nullptr ? nothing : *found;
  }
  void complain(std::string what) {
    if (problem_.empty()) problem_ = std::move(what);
  }
  const std::string& problem() const { return problem_; }

 private:
  const Json& object_;
  std::string problem_;
};

Result<std::vector<Waiver>> waivers_in(const Json& list, WaiverTexts texts) {
  Json wrapped;
  wrapped.set("waivers", list);
  return waivers_from_text(dump(wrapped), texts);
}

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

// A text that a person wrote: bounded, and shown as it was written.
Result<void> written_text(const char* name, const std::string& text, size_t most, bool lines) {
  std::string shown = text;
  if (lines) std::erase_if(shown, [](char c) { return c == '\n' || c == '\r' || c == '\t'; });
  if (text.size() > most)
    return error(fmt::format("{}: expected at most {} bytes, found {}", name, most, text.size()));
  if (printable(shown) != shown)
    return error(
        fmt::format("{}: expected no control characters, found \"{}\"", name, printable(text)));
  return {};
}

}  // namespace

std::string canonical(const Decision& d) {
  Json device, kept, out;
  for (const DeviceMember& member : kDeviceMembers) device.set(member.name, d.device.*member.text);
  out.set("schema", d.signing ? kDecisionSchema : kEarlierDecisionSchema)
      .set("number", d.number)
      .set("id", d.id);
  out.set("time", rfc3339(d.time)).set("decision", d.approved ? "approve" : "reject");
  out.set("who", d.who)
      .set("user", d.user)
      .set("reason", d.reason)
      .set("waivers", waivers_json(d.waivers));
  out.set("verdict", verdict_name(d.verdict)).set("against_verdict", d.against_verdict());
  out.set("summary", d.summary).set("judged", rfc3339(d.judged));
  out.set("network", d.network).set("stage", d.stage).set("device", std::move(device));
  kept.set("report", hex(d.report)).set("page", hex(d.page)).set("bundle", hex(d.bundle));
  out.set("sha256", std::move(kept)).set("previous", hex(d.previous));
  if (d.signing)
    out.set("previous_signature", hex(d.signing->previous)).set("signer", d.signing->certificate);
  return dump(out);
}

Result<Decision> read_decision(std::string_view line) {
  const auto json = parse_json(line, {.bytes = kMostLine, .depth = 8});
  if (!json) return tl::unexpected(json.error());
  Members m(*json);
  Decision d;
  const std::string schema = m.text("schema");
  const bool earlier = schema == kEarlierDecisionSchema;
  if (schema != kDecisionSchema && !earlier)
    return error(
        fmt::format("schema: expected {}, found \"{}\"", kDecisionSchema, printable(schema)));
  d.number = m.number("number");
  d.id = m.text("id");
  d.time = m.time("time");
  d.approved = m.text("decision") == "approve";
  d.who = m.text("who");
  d.user = m.text("user");
  d.reason = m.text("reason");
  auto waivers = waivers_in(m.member("waivers"), WaiverTexts::recorded);
  if (!waivers) m.complain(fmt::format("waivers: {}", waivers.error().what));
  if (waivers) d.waivers = std::move(*waivers);
  const std::string verdict = m.text("verdict");
  for (const Verdict known : kVerdicts)
    d.verdict = verdict == verdict_name(known) ? known : d.verdict;
  d.summary = m.text("summary");
  d.judged = m.time("judged");
  d.network = m.text("network");
  d.stage = m.text("stage");
  Members device(m.member("device")), kept(m.member("sha256"));
  for (const DeviceMember& member : kDeviceMembers)
    d.device.*member.text = device.text(member.name);
  d.report = kept.digest("report");
  d.page = kept.digest("page");
  d.bundle = kept.digest("bundle");
  d.previous = m.digest("previous");
  if (earlier) {
    d.signing = std::nullopt;
  } else {
    d.signing->previous = m.digest("previous_signature");
    d.signing->certificate = m.text("signer");
    if (!d.signing->certificate.empty()) d.signing->certificate = hex(m.digest("signer"));
  }
  for (const Members* part : {&m, &device, &kept}) {
    if (!part->problem().empty()) return error(part->problem());
  }
  if (canonical(d) != line) return error("it is not written as this program writes it");
  return d;
}

Result<DecisionRequest> read_decision_request(std::string_view text) {
  const auto json = parse_json(text, {.bytes = kMostRequest, .depth = 8});
  if (!json) return tl::unexpected(json.error());
  if (!json->is_object()) return error(fmt::format("expected an object, found {}", json->kind()));
  DecisionRequest out;
  std::string decision;
  const std::pair<const char*, std::string*> texts[] = {
      {"report", &out.report}, {"decision", &decision}, {"who", &out.who}, {"reason", &out.reason}};
  for (const auto& [key, value] : *json->object()) {
    if (key == "waivers") continue;
    const auto* at = std::find_if(std::begin(texts), std::end(texts),
                                  [&name = key](const auto& t) { return name == t.first; });
    if (at == std::end(texts))
      return error(fmt::format("expected report, decision, who, reason and waivers, found \"{}\"",
                               printable(key)));
    if (value.string() == nullptr)
      return error(fmt::format("{}: expected a text, found {}", key, value.kind()));
    *at->second = *value.string();
  }
  if (!is_id(out.report)) return error("report: expected the id of a report that was judged here");
  if (decision != "approve" && decision != "reject")
    return error(
        fmt::format("decision: expected approve or reject, found \"{}\"", printable(decision)));
  out.approved = decision == "approve";
  if (is_blank_text(out.who)) return error("who: expected a name, found none");
  if (const auto fine = written_text("who", out.who, kMostName, false); !fine)
    return tl::unexpected(fine.error());
  if (const auto fine = written_text("reason", out.reason, kMostReason, true); !fine)
    return tl::unexpected(fine.error());
  const Json* list = json->find("waivers");
  if (list == nullptr) return out;
  auto waivers = waivers_in(*list, WaiverTexts::given);
  if (!waivers) return within("waivers", waivers.error());
  if (waivers->size() > kMostWaivers)
    return error(
        fmt::format("waivers: expected at most {}, found {}", kMostWaivers, waivers->size()));
  out.waivers = std::move(*waivers);
  return out;
}

namespace {

// Of this part or of every one, as where a device is judged (verifier/checks/waiver.h).
bool covers(const Waiver& waiver, const std::string& check, const DeviceSummary& device) {
  if (waiver.id != check) return false;
  if (waiver.device.empty() || waiver.device == device.serial_number) return true;
  const auto digest = from_hex_lenient(waiver.device);
  return digest && hex(*digest) == device.dac_sha256;
}

}  // namespace

Result<void> may_decide(const DecisionRequest& request, const JudgedReport& report, Instant now) {
  const Verdict verdict = report.verdict;
  for (const Waiver& w : request.waivers) {
    if (find_check(w.id) == nullptr)
      return error(
          fmt::format("waivers: expected the id of a check, found \"{}\"", printable(w.id)));
    if (w.until && *w.until < now)
      return error(fmt::format("waivers: {}: over since {}: expected one that still holds", w.id,
                               printable(w.until_text)));
  }
  if (!request.approved && is_blank_text(request.reason))
    return error("reason: expected one for a rejection, found none");
  if (!request.approved || verdict == Verdict::approve) return {};
  if (is_blank_text(request.reason))
    return error(
        fmt::format("reason: the report says {}: expected a reason to approve the part "
                    "all the same, found none",
                    verdict_name(verdict)));
  if (verdict == Verdict::reject && request.waivers.empty())
    return error(
        "waivers: the report says reject: expected a waiver for what the part is let through "
        "with, found none");
  if (verdict != Verdict::reject) return {};
  // What nobody can name, nobody can waive.
  if (report.failed.empty())
    return error("the report says reject and names no check that failed: it cannot be approved");
  for (const std::string& check : report.failed) {
    if (std::none_of(request.waivers.begin(), request.waivers.end(),
                     [&](const Waiver& w) { return covers(w, check, report.device); }))
      return error(
          fmt::format("waivers: the report says reject for {}: expected a waiver of it for this "
                      "device, found none",
                      check));
  }
  return {};
}

std::string searched_text(const Decision& d) {
  std::string out = d.id + "\n" + d.who + "\n" + d.user + "\n" + d.reason + "\n" +
                    (d.approved ? "approve" : "reject") + "\n" + rfc3339(d.time);
  for (const DeviceMember& member : kDeviceMembers) out += "\n" + d.device.*member.text;
  for (const Waiver& w : d.waivers) out += "\n" + w.id + "\n" + w.who + "\n" + w.reason;
  return lower(std::move(out));
}

std::string decisions_csv_head() {
  return "number,id,time,decision,verdict,who,user,reason,waivers,vid,pid,product,serial_number,"
         "dac_serial,dac_sha256,certificate_id,network,stage,summary,report_sha256,bundle_sha256,"
         "digest,previous,signed\n";
}

std::string decision_csv_line(const Decision& d, const Sha256& digest, bool is_signed) {
  std::string waivers;
  for (const Waiver& w : d.waivers)
    waivers += fmt::format("{}{} until {} ({}: {})", waivers.empty() ? "" : " / ", w.id,
                           w.until_text, w.who, w.reason);
  std::string out =
      fmt::format("{},{},{},{},{},{},{},{},{}", d.number, d.id, rfc3339(d.time),
                  d.approved ? "approve" : "reject", verdict_name(d.verdict), csv_field(d.who),
                  csv_field(d.user), csv_field(d.reason), csv_field(waivers));
  for (const DeviceMember& member : kDeviceMembers) out += "," + csv_field(d.device.*member.text);
  return out + fmt::format(",{},{},{},{},{},{},{},{}\n", csv_field(d.network), csv_field(d.stage),
                           csv_field(d.summary), hex(d.report), hex(d.bundle), hex(digest),
                           hex(d.previous), is_signed ? "yes" : "no");
}

}  // namespace attest::serve
