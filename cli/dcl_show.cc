// The actions of dcl that show facts: which records a question means, and how they are written.
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <iterator>
#include <ostream>

#include "cli/dcl.h"
#include "cli/options.h"
#include "dcl/chip_revocation_set.h"
#include "platform/output.h"
#include "report/inspect_words.h"
#include "verifier/matter/basic_information.h"
#include "verifier/matter/onboarding_words.h"
#include "verifier/pki/certificate.h"
#include "verifier/pki/key.h"

namespace attest::cli {
namespace {

using dcl::CachedLedger;
using dcl::CachedRecord;
using dcl::Schema;

constexpr int kOk = 0, kUsage = 2, kUnknown = 3;

// That the ledger knows. It compares them letter by letter: another one is never found there.
constexpr const char* kTypes[] = {"matter", "zigbee", "aliro"};

Result<KeyId> subject_key_id(const std::string& text) {
  const auto bytes = from_hex_lenient(text);
  const auto id = bytes ? key_id(*bytes) : std::nullopt;
  if (!id)
    return error(fmt::format("SKID: expected 20 bytes in hex, with or without colons, found \"{}\"",
                             printable(text)));
  return *id;
}

// What is asked: one record by its whole key, or all records under a prefix.
struct Question {
  Schema schema = Schema::vendor;
  std::string key;
  bool one = false;
  std::string what;  // "vendor 0xFFF1", for saying that there is none
};

Result<Question> question_of(const DclArguments& arguments) {
  const auto& operands = arguments.operands;
  const std::string& action = arguments.action;
  const struct {
    const char* action;
    size_t min, max;
  } counts[] = {{"vendor", 0, 1}, {"model", 0, 2},     {"version", 2, 3},   {"compliance", 3, 4},
                {"paa", 0, 1},    {"cd-signer", 0, 1}, {"revocation", 0, 1}};
  for (const auto& row : counts) {
    if (action == row.action && (operands.size() < row.min || operands.size() > row.max)) {
      return error(fmt::format("dcl {}: expected {} to {} arguments, found {}", action, row.min,
                               row.max, operands.size()));
    }
  }
  if (action == "paa" || action == "cd-signer" || action == "revocation") {
    Question q{.schema = action == "revocation" ? Schema::revocation_point : Schema::certificate,
               .key = "",
               .one = false,
               .what = action == "revocation" ? "revocation point" : action};
    if (operands.empty()) return q;
    const auto id = subject_key_id(operands[0]);
    if (!id) return tl::unexpected(id.error());
    q.key = dcl::key_id_prefix(*id);
    q.what += (action == "revocation" ? " for " : " ") + hex_colons(*id);
    return q;
  }
  uint64_t ids[3] = {};
  constexpr const char* kNames[] = {"VID", "PID", "SV"};
  constexpr uint64_t kMost[] = {0xFFFF, 0xFFFF, 0xFFFFFFFF};
  std::string what;
  for (size_t i = 0; i < std::min<size_t>(operands.size(), 3); ++i) {
    const auto value = number_of(kNames[i], operands[i], kMost[i]);
    if (!value) return tl::unexpected(value.error());
    ids[i] = *value;
    what += i < 2 ? " " + hex_id(*value) : fmt::format(" {}", *value);
  }
  const auto vid = static_cast<uint16_t>(ids[0]), pid = static_cast<uint16_t>(ids[1]);
  const auto version = static_cast<uint32_t>(ids[2]);
  if (action == "vendor") {
    return Question{.schema = Schema::vendor,
                    .key = operands.empty() ? "" : dcl::vendor_key(vid),
                    .one = !operands.empty(),
                    .what = "vendor" + what};
  }
  if (action == "model") {
    const bool one = operands.size() == 2;
    return Question{.schema = Schema::model,
                    .key = one                ? dcl::model_key(vid, pid)
                           : operands.empty() ? ""
                                              : dcl::vendor_key(vid) + "/",
                    .one = one,
                    .what = "model" + what};
  }
  if (action == "version") {
    const bool one = operands.size() == 3;
    return Question{.schema = one ? Schema::version : Schema::versions,
                    .key = one ? dcl::version_key(vid, pid, version) : dcl::model_key(vid, pid),
                    .one = true,
                    .what = (one ? "software version" : "software version of model") + what};
  }
  const std::string type = operands.size() == 4 ? operands[3] : kTypes[0];
  if (std::find(std::begin(kTypes), std::end(kTypes), std::string_view(type)) == std::end(kTypes))
    return error(fmt::format("certification type: expected {}, found \"{}\"",
                             fmt::join(kTypes, ", "), printable(type)));
  return Question{.schema = Schema::compliance,
                  .key = dcl::compliance_key(vid, pid, version, type),
                  .one = true,
                  .what = fmt::format("compliance entry{} {}", what, printable(type))};
}

struct Answer {
  std::vector<CachedRecord> items;
  Provenance from;
  std::string instead;  // of one that is absent
};

// A root that the ledger approves for another use is no PAA.
bool attests_devices(const CachedRecord& root) {
  const auto all = dcl::certificates_of(root.object);
  return all && std::any_of(all->begin(), all->end(), [](const dcl::EntryCertificate& c) {
           return c.certificate.device_attestation;
         });
}

Result<Answer> ask(CachedLedger& ledger, const Question& question, const std::string& action) {
  Answer answer;
  if (question.one) {
    auto fact = ledger.record(question.schema, question.key);
    if (const auto* unknown = std::get_if<Unknown>(&fact)) return error(unknown->why);
    if (const auto* absent = std::get_if<Absent>(&fact))
      answer.from = absent->from, answer.instead = absent->instead;
    if (auto* found = std::get_if<Found<CachedRecord>>(&fact)) {
      answer.from = found->from;
      answer.items.push_back(std::move(found->value));
    }
    return answer;
  }
  auto fact = ledger.records(question.schema, question.key);
  if (const auto* unknown = std::get_if<Unknown>(&fact)) return error(unknown->why);
  if (const auto* absent = std::get_if<Absent>(&fact)) answer.from = absent->from;
  if (auto* found = std::get_if<Found<std::vector<CachedRecord>>>(&fact)) {
    answer.from = found->from;
    for (CachedRecord& record : found->value) {
      if (question.schema == Schema::certificate) {
        const auto role = ledger.role(record);
        // An entry that cannot be read is shown as such, and the others are shown.
        if (role &&
            *role != (action == "paa" ? CachedLedger::Role::paa : CachedLedger::Role::cd_signer))
          continue;
        if (action == "paa" && !attests_devices(record)) continue;
      }
      answer.items.push_back(std::move(record));
    }
  }
  return answer;
}

std::string plain(const Json* value) {
  if (value == nullptr) return "";
  return printable(value->string() != nullptr ? *value->string() : dump(*value));
}

std::string in_words(const std::string& name, const Json& value);

// One line a record of a list.
std::string line_of(Schema schema, const CachedRecord& record) {
  const auto field = [&](const char* name) { return plain(record.object.find(name)); };
  switch (schema) {
    case Schema::vendor:
      return fmt::format("0x{}  {}  ({})", record.key, field("vendorName"),
                         field("companyLegalName"));
    case Schema::model:
      return fmt::format("0x{} 0x{}  {}  device type {}", record.key.substr(0, 4),
                         record.key.substr(5, 4), field("productName"), field("deviceTypeId"));
    case Schema::revocation_point:
      return fmt::format(
          "{}  vendor {}  {}  {}  {}", field("issuerSubjectKeyID"),
          record.object.find("vid") == nullptr ? "" : in_words("vid", *record.object.find("vid")),
          plain(record.object.find("isPAA")) == "true" ? "PAIs" : "DACs", field("label"),
          field("dataURL"));
    default:
      break;
  }
  std::string out;
  const auto entry = dcl::certificate_entry(record.object);
  if (!entry) return printable(record.key) + ": " + printable(entry.error().what);
  for (const auto& unread : entry->unread)
    out += fmt::format("{}{}: cannot be read: {}", out.empty() ? "" : "\n", printable(record.key),
                       printable(unread.why));
  for (const auto& one : entry->certificates) {
    const auto certificate = parse_certificate(one.certificate.der);
    out += fmt::format(
        "{}{}  {}  until {}", out.empty() ? "" : "\n", hex_colons(one.subject_key_id),
        printable(name_text((*certificate)->subject)), rfc3339((*certificate)->not_after));
  }
  return out;
}

// What is known of the list behind a revocation point, without asking anybody.
std::string list_text(const dcl::ListState& state) {
  if (!state.problem.empty()) return "cannot be used: " + state.problem;
  if (!state.list) return "not fetched";
  const Crl& crl = state.list->crl();
  return fmt::format("{} serials, number {}, of {}, next due {}, fetched {}", crl.entry_count,
                     crl.number ? hex(*crl.number) : "none", rfc3339(crl.this_update),
                     crl.next_update ? rfc3339(*crl.next_update) : "never said",
                     rfc3339(state.fetched_at));
}

Json list_json(const std::string& url, const dcl::ListState& state) {
  Json out;
  out.set("url", url).set("cached", state.list != nullptr);
  if (!state.problem.empty()) out.set("problem", state.problem);
  if (!state.list) return out;
  const Crl& crl = state.list->crl();
  out.set("serials", static_cast<uint64_t>(crl.entry_count))
      .set("number", crl.number ? Json(hex(*crl.number)) : Json())
      .set("this_update", rfc3339(crl.this_update));
  out.set("next_update", crl.next_update ? Json(rfc3339(*crl.next_update)) : Json())
      .set("fetched_at", rfc3339(state.fetched_at));
  return out;
}

// A number that the ledger means as an id or a word, and both.
std::string in_words(const std::string& name, const Json& value) {
  const auto number = value.natural();
  if (!number) return plain(&value);
  if ((name == "vid" || name == "pid" || name == "issuerVid" || name == "vendorID") &&
      *number <= 0xFFFF)
    return fmt::format("{} ({})", hex_id(*number), *number);
  if (name == "specificationVersion" && *number != 0)
    return fmt::format("{} (Matter {})", *number, specification_text(*number));
  if (name == "deviceTypeId") return fmt::format("{} (0x{:04X})", *number, *number);
  constexpr const char* kStatus[] = {"", "provisional", "certified", "revoked"};
  if (name == "softwareVersionCertificationStatus" && *number >= 1 && *number <= 3)
    return fmt::format("{} ({})", *number, kStatus[*number]);
  if (name == "commissioningCustomFlow" && *number < std::size(kFlows))
    return fmt::format("{} ({})", *number, kFlows[*number].name);
  if (name == "discoveryCapabilitiesBitmask" && *number > 0 && *number <= 0xFF)
    return fmt::format("{} ({})", *number, capabilities_words(*number));
  return plain(&value);
}

// All fields of one record, the ledger's names unchanged.
std::string fields_of(const CachedRecord& record) {
  std::string out;
  size_t width = 0;
  for (const auto& [name, value] : *record.object.object())
    width = std::max(width, printable(name).size());
  for (const auto& [name, value] : *record.object.object())
    out += fmt::format("{:<{}}  {}\n", printable(name), width, in_words(name, value));
  return out;
}

int write_certificates(const std::string& format, const Verbosity& verbosity,
                       const Answer& answer) {
  std::vector<Bytes> ders;
  for (const CachedRecord& record : answer.items) {
    auto entry = dcl::certificate_entry(record.object);
    const size_t unread = entry ? entry->unread.size() : 1;
    if (unread > 0)
      print_error(verbosity.console(),
                  fmt::format("{}: cannot be read: {}", printable(record.key),
                              printable(entry ? entry->unread.front().why : entry.error().what)),
                  0);
    if (!entry) continue;
    for (auto& one : entry->certificates) ders.push_back(std::move(one.certificate.der));
  }
  // Written anew: what stands around a certificate on the ledger is its sender's affair.
  if (format == "pem") {
    for (const Bytes& der : ders) verbosity.console().out << to_pem("CERTIFICATE", der);
  }
  if (format == "pem") return kOk;
  if (ders.size() != 1)
    return print_error(
        verbosity.console(),
        fmt::format(
            "--format der: expected one certificate, found {} (name one by its SKID, or use pem)",
            ders.size()),
        kUsage);
  verbosity.console().out << text(ders[0]);
  return kOk;
}

// A revocation set for the SDK. What was left out is said, whatever it was; of nothing but that
// there is no set: one without entries would revoke nobody.
int write_revocation_set(const DclArguments& arguments, const Verbosity& verbosity,
                         CachedLedger& ledger, const Question& question, Instant now) {
  const auto made = dcl::chip_revocation_set(ledger, question.key, now, openssl_engine());
  for (const std::string& note : ledger.notes()) verbosity.note(note);
  if (!made) return print_error(verbosity.console(), made.error().what, kUnknown);
  for (const std::string& line : made->left_out) verbosity.note("left out: " + line);
  if (made->points != 0 && made->set.array()->empty())
    return print_error(
        verbosity.console(),
        fmt::format("no set is written: of {} revocation points none has a list that "
                    "could be verified",
                    made->points),
        kUnknown);
  if (const auto written =
          write_output(arguments.output, dump_pretty(made->set), verbosity.console());
      !written)
    return print_error(verbosity.console(), written.error().what, kUsage);
  return kOk;
}

}  // namespace

bool shows(const std::string& action) {
  for (const char* one :
       {"vendor", "model", "version", "compliance", "paa", "cd-signer", "revocation"}) {
    if (action == one) return true;
  }
  return false;
}

int show(const DclArguments& arguments, const Verbosity& verbosity, dcl::LedgerOptions options) {
  const std::string& format = arguments.format;
  const bool certificates = arguments.action == "paa" || arguments.action == "cd-signer";
  const bool chip = arguments.action == "revocation" && format == "chip";
  if (format != "text" && format != "json" && !chip &&
      !(certificates && (format == "pem" || format == "der"))) {
    return print_error(verbosity.console(),
                       fmt::format("dcl {}: expected --format text{}, found {}", arguments.action,
                                   certificates                       ? ", json, pem or der"
                                   : arguments.action == "revocation" ? ", json or chip"
                                                                      : " or json",
                                   printable(format)),
                       kUsage);
  }
  if (!arguments.output.empty() && !chip)
    return print_error(
        verbosity.console(),
        fmt::format("dcl {}: expected no -o, which is for the file of dcl revocation "
                    "--format chip",
                    arguments.action),
        kUsage);
  const auto question = question_of(arguments);
  if (!question) return print_error(verbosity.console(), question.error().what, kUsage);
  const dcl::Network network = options.network;
  const Instant now = options.now;
  auto ledger = CachedLedger::open(std::move(options));
  if (!ledger) return print_error(verbosity.console(), ledger.error().what, kUsage);
  if (chip) return write_revocation_set(arguments, verbosity, **ledger, *question, now);
  const auto answer = ask(**ledger, *question, arguments.action);
  const auto list_of =
      [&](const CachedRecord& record) -> std::optional<std::pair<std::string, dcl::ListState>> {
    const auto point = question->schema == Schema::revocation_point
                           ? dcl::revocation_point_of(record.object)
                           : Result<RevocationPoint>(error(""));
    return point ? std::optional(std::pair(point->data_url, (*ledger)->list_state(*point)))
                 : std::nullopt;
  };
  for (const std::string& note : (*ledger)->notes()) verbosity.note(note);
  if (!answer) return print_error(verbosity.console(), answer.error().what, kUnknown);
  if (format == "json") {
    Json items{Json::Array{}}, out;
    Json lists{Json::Array{}};
    for (const CachedRecord& record : answer->items) {
      items.push(record.object);
      if (const auto list = list_of(record)) lists.push(list_json(list->first, list->second));
    }
    out.set("network", network.name)
        .set("chain_id", network.chain_id)
        .set("height", answer->from.height)
        .set("synced_at", rfc3339(answer->from.read_at))
        .set("items", std::move(items));
    if (question->schema == Schema::revocation_point) out.set("lists", std::move(lists));
    verbosity.console().out << dump_pretty(out);
    return kOk;
  }
  if (format != "text") return write_certificates(format, verbosity, *answer);
  fmt::print(verbosity.console().out, "# {}, height {}, read {}\n", answer->from.source,
             answer->from.height, rfc3339(answer->from.read_at));
  if (answer->items.empty()) {
    fmt::print(verbosity.console().out, "no {} on {}{}\n", question->what, network.chain_id,
               answer->instead);
    return kOk;
  }
  for (const CachedRecord& record : answer->items) {
    if (question->one) verbosity.console().out << fields_of(record);
    if (!question->one) verbosity.console().out << line_of(question->schema, record) << "\n";
    if (const auto list = list_of(record))
      verbosity.console().out << "  list: " << printable(list_text(list->second)) << "\n";
  }
  return kOk;
}

}  // namespace attest::cli
