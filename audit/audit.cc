#include "audit/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <string>
#include <variant>

#include "audit/fetcher.h"
#include "audit/findings.h"

namespace attest::audit {
namespace {

uint16_t pid_of(const std::string& key) {
  uint16_t out = 0;
  std::from_chars(key.data() + 5, key.data() + dcl::kModelKeySize, out, 16);
  return out;
}

// The products that the ledger knows of the vendor: by a model, or only by a certification.
std::optional<std::set<uint16_t>> products(Auditing& a) {
  const std::string about = "vendor " + hex_id(a.options.vid);
  std::set<uint16_t> out;
  for (const dcl::Schema schema : {dcl::Schema::model, dcl::Schema::compliance}) {
    const auto fact = a.ledger.records(schema, dcl::vendor_key(a.options.vid) + "/");
    if (const auto* unknown = std::get_if<Unknown>(&fact)) {
      a.findings.unknown(
          schema == dcl::Schema::model ? rule::vendor_has_models : rule::version_is_certified,
          about, unknown->why);
      if (schema == dcl::Schema::model) return std::nullopt;
    }
    if (const auto* found = std::get_if<Found<std::vector<dcl::CachedRecord>>>(&fact)) {
      for (const dcl::CachedRecord& record : found->value) {
        if (record.key.size() >= dcl::kModelKeySize) out.insert(pid_of(record.key));
      }
    }
  }
  return out;
}

// "(known products: 0x8000, 0x8001)", for whoever asked for another one.
std::string known_products(Auditing& a) {
  const auto fact = a.ledger.records(dcl::Schema::model, dcl::vendor_key(a.options.vid) + "/");
  const auto* found = std::get_if<Found<std::vector<dcl::CachedRecord>>>(&fact);
  if (found == nullptr || found->value.empty()) return {};
  constexpr size_t kMost = 10;
  std::string out;
  for (size_t i = 0; i < std::min(kMost, found->value.size()); ++i)
    out += (i == 0 ? "" : ", ") + hex_id(pid_of(found->value[i].key));
  if (found->value.size() > kMost) out += fmt::format(" and {} more", found->value.size() - kMost);
  return fmt::format(" (known products: {})", out);
}

void audit_product(Auditing& a, uint16_t pid) {
  AuditedModel model{.vid = a.options.vid, .pid = pid, .name = {}, .versions = {}};
  const std::string about = fmt::format("{}/{}", hex_id(model.vid), hex_id(pid));
  const auto fact = a.ledger.record(dcl::Schema::model, dcl::model_key(model.vid, pid));
  if (const auto* unknown = std::get_if<Unknown>(&fact))
    a.findings.unknown(rule::model_is_known, about, unknown->why);
  if (std::holds_alternative<Absent>(fact))
    a.findings.fail(rule::model_is_known, about,
                    "the ledger has no model of this product" + known_products(a), "an entry",
                    "none");
  if (const auto* found = std::get_if<Found<dcl::CachedRecord>>(&fact)) {
    a.findings.pass(rule::model_is_known, about);
    if (const auto read = dcl::model_of(found->value.object)) model.name = read->product_name;
    audit_model(a, found->value);
  }
  audit_versions(a, model);
  a.report.models.push_back(std::move(model));
}

void audit_products(Auditing& a) {
  if (a.options.pid) return audit_product(a, *a.options.pid);
  const std::string about = "vendor " + hex_id(a.options.vid);
  const auto all = products(a);
  if (!all) return;
  if (all->empty())
    return a.findings.fail(rule::vendor_has_models, about, "the vendor has no product",
                           "one or more", "none");
  a.findings.pass(rule::vendor_has_models, about);
  for (const uint16_t pid : *all) audit_product(a, pid);
}

const char* plural(size_t n, const char* one, const char* many) {
  return n == 1 ? one : many;
}

void settle(AuditReport& report) {
  const size_t failed = report.count(Status::fail), open = report.count(Status::unknown),
               warned = report.count(Status::warn);
  report.verdict = failed != 0 ? Verdict::reject
                   : open != 0 ? Verdict::undecided
                               : Verdict::approve;
  const auto first = [&](Status status) {
    const auto found = std::find_if(report.findings.begin(), report.findings.end(),
                                    [&](const AuditFinding& f) { return f.status == status; });
    return found->about + ": " + found->message;
  };
  if (failed != 0)
    report.summary =
        fmt::format("{} {}, first: {}", failed, plural(failed, "entry is at fault", "faults"),
                    first(Status::fail));
  else if (open != 0)
    report.summary =
        fmt::format("{} {} open, first: {}", open, plural(open, "question is", "questions are"),
                    first(Status::unknown));
  else
    report.summary = warned == 0
                         ? "nothing was found to be wrong"
                         : fmt::format("{} {}, first: {}", warned,
                                       plural(warned, "warning", "warnings"), first(Status::warn));
}

}  // namespace

size_t AuditReport::count(Status status) const {
  return static_cast<size_t>(std::count_if(findings.begin(), findings.end(),
                                           [&](const auto& f) { return f.status == status; }));
}

AuditReport audit(dcl::CachedLedger& ledger, const AuditOptions& options,
                  const Verbosity& verbosity) {
  AuditReport report;
  report.vid = options.vid;
  report.pid = options.pid;
  report.network = options.network;
  report.at = options.at;
  report.fetched = options.fetch;
  report.fast_track = options.fast_track;
  Findings findings(report, options.fetch);
  Fetcher fetcher(options.downloader);
  Auditing a{.ledger = ledger,
             .options = options,
             .verbosity = verbosity,
             .report = report,
             .findings = findings,
             .fetcher = fetcher};
  audit_vendor(a);
  audit_products(a);
  audit_certificates(a);
  report.ledger = ledger.status();
  settle(report);
  return report;
}

}  // namespace attest::audit
