// What this program wrote about devices itself, and what others write in the form of such reports:
// reports, inspections, SARIF logs, bundles. They quote evidence and are none.

#include "verifier/readers/own_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>

#include "verifier/base/contains.h"
#include "verifier/base/instant.h"
#include "verifier/base/json.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/quoted.h"
#include "verifier/readers/tables/device_json.h"
#include "verifier/readers/text/commands.h"
#include "verifier/readers/text/plain_text.h"

namespace attest {
namespace {

constexpr size_t kMostReport = 16u << 20;  // of a document, or of a line that is one
constexpr size_t kHead = 4096;             // bytes in which a document says what it is
constexpr std::string_view kOurs = "matter-attest/";
// The columns of a lot's table (report/lot_csv.h). One with further columns is somebody's.
constexpr std::string_view kLotTable = "id,verdict,failed,open,summary,locked";
constexpr const char* kIsReport =
    "a report of matter-attest: it says what was found, and is no evidence";

std::string_view head_of(View bytes) {
  std::string_view head = text(bytes).substr(0, kHead);
  const size_t from = head.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  return from == std::string_view::npos ? std::string_view() : head.substr(from);
}

std::string schema_text(std::string_view schema) {
  schema.remove_prefix(kOurs.size());
  const std::string_view kind = schema.substr(0, schema.find('/'));
  if (kind == "ledger") return "a snapshot of the ledger: --ledger takes it; it is no device's";
  return fmt::format("a report of matter-attest ({}): it says what was found, and is no evidence",
                     quotable(printable(std::string(schema.substr(0, 40)))));
}

// The members of what we write, of all our forms together;
// tests/verifier/readers/not_evidence_test.cc compares them with what is written. An object with
// any other one is somebody's, whatever schema it names.
constexpr std::string_view kMembers[] = {
    "schema", "tool", "verdict", "network", "stage", "at",
    // report
    "fail_on", "environment", "ledger", "device", "evidence", "not_used", "trust_anchors_given",
    "summary", "waivers", "checks", "sdk_result", "locked",
    // lot
    "devices", "approve", "reject", "undecided", "unreadable", "failed", "open", "findings",
    "findings_left_out", "part_key", "part_manifests", "manifest_rows", "sample",
    "not_used_left_out", "notes", "engine",
    // inspect
    "certificates", "certification_declaration", "payloads", "ota_images", "integrity", "remarks",
    "conflicts",
    // payload, checklist, the manifest of a bundle
    "valid", "done", "lacking", "steps", "members",
    // plan
    "test_cases"};
constexpr std::string_view kOfChecklist[] = {"vid", "pid", "software_version"};

// A snapshot's members are named by what the ledger has; none of them is a device's.
bool has_its_own_members_only(const Json& json, std::string_view schema) {
  if (schema.starts_with("matter-attest/ledger/")) return !has_device_key(json);
  const bool checklist = schema.starts_with("matter-attest/checklist/");
  return std::all_of(json.object()->begin(), json.object()->end(), [&](const auto& member) {
    const auto is = [&](std::string_view known) { return member.first == known; };
    return std::any_of(std::begin(kMembers), std::end(kMembers), is) ||
           (checklist && std::any_of(std::begin(kOfChecklist), std::end(kOfChecklist), is));
  });
}

// {"schema": "matter-attest/report/1", …}; a line of a lot's report says it in its "lot".
std::string of_object(const Json& json) {
  const auto schema_of = [](const Json& object) -> std::string {
    const Json* schema = object.find("schema");
    const std::string* name = schema != nullptr ? schema->string() : nullptr;
    return name != nullptr && name->starts_with(kOurs) && has_its_own_members_only(object, *name)
               ? schema_text(*name)
               : std::string();
  };
  if (std::string own = schema_of(json); !own.empty()) return own;
  if (has_device_key(json)) return {};
  if (const Json* lot = json.find("lot"))
    return json.object()->size() == 1 ? schema_of(*lot) : std::string();
  // Members of a bundle that somebody unpacked.
  if ((json.find("left_out") != nullptr && json.find("files") != nullptr) ||
      (json.find("given") != nullptr && json.find("anchors") != nullptr) ||
      (json.find("chain_id") != nullptr && json.find("facts") != nullptr))
    return "a part of a bundle of matter-attest: replay judges the whole of it again";
  // SARIF 2.1.0, 3.13: a log has its runs, each run its tool.
  const Json* runs = json.find("runs");
  if (runs == nullptr || runs->array() == nullptr || json.find("version") == nullptr) return {};
  for (const Json& run : *runs->array()) {
    const Json *tool = run.find("tool"), *driver = tool != nullptr ? tool->find("driver") : nullptr;
    const Json* name = driver != nullptr ? driver->find("name") : nullptr;
    if (name == nullptr || name->string() == nullptr) return {};
    if (*name->string() == "matter-attest")
      return "a report of matter-attest (SARIF): it says what was found, and is no evidence";
  }
  return runs->array()->empty() ? std::string()
                                : "a SARIF log: it says what a program found, and is no evidence";
}

// One object, or a line for each device and one for all of them.
std::string of_json(std::string_view all) {
  constexpr JsonLimits kLimits{.bytes = kMostReport};
  if (const auto whole = parse_json(all, kLimits)) return of_object(*whole);
  const size_t end = all.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos) return {};
  const size_t before = all.rfind('\n', end);
  if (before == std::string_view::npos) return {};
  const auto first = parse_json(all.substr(0, all.find('\n')), kLimits),
             last = parse_json(all.substr(before + 1, end - before), kLimits);
  if (!first || !last || first->find("verdict") == nullptr || has_device_key(*first)) return {};
  return of_object(*last);
}

// A bundle is a tar whose first member says so.
bool is_bundle(View bytes) {
  constexpr size_t kBlock = 512;
  if (bytes.size() < 2 * kBlock || text(bytes.subspan(257, 5)) != "ustar" ||
      !text(bytes).starts_with(std::string_view("manifest.json\0", 14)))
    return false;
  return text(bytes).substr(kBlock, kHead).find("\"matter-attest/bundle/") !=
         std::string_view::npos;
}

// Without the colours of a terminal.
std::string without_ink(std::string_view all) {
  std::string out;
  for (size_t at = all.find("\x1b["); at != std::string_view::npos; at = all.find("\x1b[")) {
    out += all.substr(0, at);
    all.remove_prefix(at + 2);
    const size_t end = all.find_first_not_of("0123456789;");
    all.remove_prefix(end == std::string_view::npos ? all.size() : end + 1);
  }
  return out += all;
}

// "network none, stage lab, as of 2026-06-01T00:00:00Z", which a narrow page has on several lines.
// (Pages of before say "policy none".)
bool says_policy(std::string_view from) {
  constexpr std::string_view kCalled[] = {"network ", "policy "},
                             kNetworks[] = {"main, ", "test, ", "none, "};
  constexpr std::string_view kAsOf = "as of ";
  constexpr size_t kLongest = 200, kInstant = 20;
  std::string words;
  for (const char c : from.substr(0, kLongest)) {
    const char one = c == '\n' || c == '\r' ? ' ' : c;
    if (one != ' ' || (!words.empty() && words.back() != ' ')) words += one;
  }
  std::string_view rest = words;
  const auto skip = [&](const auto& list) {
    return std::any_of(std::begin(list), std::end(list), [&](std::string_view one) {
      const bool is = rest.starts_with(one);
      if (is) rest.remove_prefix(one.size());
      return is;
    });
  };
  const bool known = skip(kCalled) && skip(kNetworks);
  const size_t at = words.find(kAsOf);
  return known && at != std::string::npos &&
         parse_rfc3339(std::string_view(words).substr(at + kAsOf.size(), kInstant)).has_value();
}

// A page for people, of a device or of a lot, by checks or by the plan: a verdict and whose it is,
// all else indented, and by which policy. What stands at the margin besides was put there by
// somebody.
bool is_page(std::string_view all) {
  constexpr std::string_view kVerdicts[] = {"APPROVE  ", "REJECT  ", "UNDECIDED  "};
  const auto has_verdict = [&](std::string_view line) {
    return std::any_of(std::begin(kVerdicts), std::end(kVerdicts),
                       [&](std::string_view word) { return line.starts_with(word); });
  };
  if (!has_verdict(all)) return false;
  bool policy = false;
  while (!all.empty()) {
    const std::string_view line = all.substr(0, all.find_first_of("\r\n"));
    if (!line.empty() && line[0] != ' ' && !has_verdict(line)) return false;
    policy = policy || (line.starts_with("  ") && says_policy(all.substr(2)));
    all.remove_prefix(std::min(all.size(), line.size() + 1));
  }
  return policy;
}

// Of text and markup: `inspect` begins with its schema, pages and test results name who wrote them.
std::string of_text(std::string_view head, std::string_view all) {
  constexpr std::string_view kSchema = "schema ", kInspect = "matter-attest/inspect/1";
  const std::string_view top = head.substr(0, head.find_first_of("\r\n"));
  if (top.starts_with("INSPECT  ") && top.find(kInspect) != top.npos &&
      top.find("shown without a verdict") != top.npos)
    return schema_text(kInspect);
  if (head.starts_with(kSchema)) {
    const std::string_view line = head.substr(0, head.find('\n'));
    const size_t from = line.find_first_not_of(' ', kSchema.size());
    const std::string_view name = from == std::string_view::npos ? "" : line.substr(from);
    return name.starts_with(kOurs) ? schema_text(name.substr(0, name.find_last_not_of("\r ") + 1))
                                   : std::string();
  }
  const bool markup = head.starts_with("<?xml ") || head.starts_with("<!DOCTYPE html");
  for (const char* by :
       {" package=\"matter-attest\"", "name=\"generator\" content=\"matter-attest"}) {
    if (markup && head.find(by) != std::string_view::npos) return kIsReport;
  }
  const std::string_view first = head.substr(0, head.find_first_of("\r\n"));
  if (first == kLotTable) return kIsReport;
  if (is_own_document(all))
    return "a document about matter-attest: it says what may be typed, and is no evidence";
  if (first.find('\x1b') != std::string_view::npos ? is_page(without_ink(all)) : is_page(all))
    return kIsReport;
  return {};
}

}  // namespace

std::string why_own_output(View bytes) {
  if (is_bundle(bytes)) return "a bundle of matter-attest: replay judges it again";
  const std::string_view head = head_of(bytes);
  if (head.empty() || !is_plain_text(bytes)) return {};
  // We write down no certificate as PEM: who added one meant it to be read.
  const auto has = [&](std::string_view word) { return contains(text(bytes), word); };
  const auto has_pem = [&] { return has("-----BEGIN ") && has("-----END "); };
  const std::string_view all = text(bytes);
  if (head[0] != '{')
    return has_pem() ? std::string()
                     : of_text(head, all.substr(static_cast<size_t>(head.data() - all.data())));
  // (Parsing a large file is dear: one of these words stands in each.)
  constexpr std::string_view kWords[] = {"\"matter-attest/", "\"driver\"", "\"left_out\"",
                                         "\"anchors\"", "\"facts\""};
  if (std::none_of(std::begin(kWords), std::end(kWords), has)) return {};
  if (has("\"matter-attest/") && !has("\"matter-attest/ledger/") && has_pem()) return {};
  return of_json(all);
}

namespace {

bool recognises(const Source& s) {
  return !why_own_output(s.bytes).empty();
}

Result<void> read(const Source& s, Reading& reading) {
  reading.not_used.push_back({s.path, why_own_output(s.bytes)});
  return {};
}

}  // namespace

const Reader own_output_reader{.kind = "raw",
                               .expects = "evidence",
                               .content = Content::text,
                               .recognises = recognises,
                               .read = read};

}  // namespace attest
