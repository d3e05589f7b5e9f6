// A model's entry: its fields, and the terms and conditions that it leads to.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "audit/entry_fields.h"
#include "audit/fetcher.h"
#include "audit/findings.h"
#include "audit/terms_file.h"
#include "verifier/crypto/crypto.h"

namespace attest::audit {
namespace {

constexpr uint64_t kMostDiscovery = 14, kCustomFlow = 2, kMostRevision = 0xFFFF;
constexpr size_t kMostDigest = 128;

struct TermsEntry {
  bool wanted = false;
  std::string url, digest, maintenance_url;
  uint64_t revision = 0, size = 0;
};

// What the entry's terms lack; empty: nothing.
std::string missing(const TermsEntry& terms) {
  std::string out;
  const auto add = [&](bool there, const char* name) {
    if (!there) out += (out.empty() ? "" : ", ") + std::string(name);
  };
  add(!terms.url.empty(), "enhancedSetupFlowTCUrl");
  add(terms.revision != 0 && terms.revision <= kMostRevision,
      "enhancedSetupFlowTCRevision (1 to 65535)");
  add(!terms.digest.empty(), "enhancedSetupFlowTCDigest");
  add(terms.size != 0, "enhancedSetupFlowTCFileSize");
  add(!terms.maintenance_url.empty(), "maintenanceUrl");
  return out;
}

void audit_terms_file(Auditing& a, const TermsEntry& terms, const Bytes& digest,
                      const std::string& about) {
  if (!a.findings.asked(rule::terms_file_matches, about)) return;
  if (terms.size > kMostTerms) {
    a.findings.unknown(
        rule::terms_file_matches, about,
        fmt::format("the entry announces {} bytes of terms; no more than {} are read", terms.size,
                    kMostTerms),
        "compare the file yourself; the terms of all countries fit into less");
    return a.findings.blocked(rule::terms_file_is_valid, about, rule::terms_file_matches);
  }
  const Fetcher::Came came = a.fetcher.file(terms.url, terms.size);
  if (!came.unknown.empty()) {
    a.findings.unknown(rule::terms_file_matches, about, came.unknown);
    return a.findings.blocked(rule::terms_file_is_valid, about, rule::terms_file_matches);
  }
  const std::string where = dcl::shown_url(terms.url);
  const Sha256 found = sha256(view(came.body));
  if (!came.fault.empty()) {
    a.findings.fail(rule::terms_file_matches, about, came.fault,
                    fmt::format("{} bytes", terms.size), "another file, or none");
    return a.findings.blocked(rule::terms_file_is_valid, about, rule::terms_file_matches);
  }
  const bool same = std::equal(found.begin(), found.end(), digest.begin(), digest.end());
  if (same) a.findings.pass(rule::terms_file_matches, about);
  if (!same)
    a.findings.fail(rule::terms_file_matches, about,
                    fmt::format("{} does not have the digest that the entry gives", where),
                    terms.digest, base64(found));
  // What the file says is worth knowing whether or not it is the one that was registered.
  const auto problems = terms_problems(came.body, terms.revision);
  if (problems.empty()) return a.findings.pass(rule::terms_file_is_valid, about);
  if (!same) return a.findings.blocked(rule::terms_file_is_valid, about, rule::terms_file_matches);
  std::string all;
  for (const std::string& problem : problems) all += (all.empty() ? "" : "; ") + problem;
  a.findings.fail(rule::terms_file_is_valid, about, fmt::format("{}: {}", where, all),
                  "terms that a commissioner can show", "others");
}

void audit_terms(Auditing& a, const TermsEntry& terms, const std::string& about) {
  if (!terms.wanted)
    return a.findings.skipped(rule::terms_are_complete, about,
                              "the model asks for no terms and conditions");
  const std::string lacks = missing(terms);
  if (lacks.empty()) a.findings.pass(rule::terms_are_complete, about);
  if (!lacks.empty())
    a.findings.fail(rule::terms_are_complete, about,
                    "the entry asks for terms and conditions and lacks " + lacks,
                    "all that belongs to them", "without " + lacks);
  if (terms.digest.empty()) return;
  const auto digest = from_base64(terms.digest);
  if (!digest || digest->size() != Sha256{}.size() || terms.digest.size() > kMostDigest)
    return a.findings.fail(
        rule::terms_digest_is_sha256, about, "the digest of the terms is no SHA-256 in base64",
        "base64 of 32 bytes",
        digest ? fmt::format("{} bytes", digest->size()) : printable(terms.digest.substr(0, 60)));
  a.findings.pass(rule::terms_digest_is_sha256, about);
  if (!lacks.empty()) return;
  if (url_problem(terms.url).empty()) return audit_terms_file(a, terms, *digest, about);
  if (a.findings.asked(rule::terms_file_matches, about))
    a.findings.blocked(rule::terms_file_matches, about, rule::urls_are_https);
}

}  // namespace

void audit_model(Auditing& a, const dcl::CachedRecord& record) {
  const std::string about =
      fmt::format("0x{}/0x{}", record.key.substr(0, 4), record.key.substr(5, 4));
  const auto model = dcl::model_of(record.object);
  if (!model) return a.findings.unknown(rule::model_is_readable, about, model.error().what);
  EntryFields fields(record.object);
  const uint64_t discovery = fields.natural("discoveryCapabilitiesBitmask");
  const uint64_t flow = fields.natural("commissioningCustomFlow");
  const std::string flow_url = fields.text("commissioningCustomFlowUrl");
  TermsEntry terms;
  terms.wanted = (fields.natural("enhancedSetupFlowOptions") & 1) != 0;
  terms.url = fields.text("enhancedSetupFlowTCUrl");
  terms.digest = fields.text("enhancedSetupFlowTCDigest");
  terms.revision = fields.natural("enhancedSetupFlowTCRevision");
  terms.size = fields.natural("enhancedSetupFlowTCFileSize");
  terms.maintenance_url = fields.text("maintenanceUrl");
  for (const std::string& name : url_fields(record.object))
    static_cast<void>(fields.text(name.c_str()));
  if (!fields.problem().empty())
    return a.findings.unknown(rule::model_is_readable, about, fields.problem());
  a.findings.pass(rule::model_is_readable, about);

  if (discovery <= kMostDiscovery) a.findings.pass(rule::discovery_in_range, about);
  if (discovery > kMostDiscovery)
    a.findings.fail(rule::discovery_in_range, about,
                    fmt::format("discoveryCapabilitiesBitmask is {}", discovery), "0 to 14",
                    std::to_string(discovery));
  if (flow > kCustomFlow) {
    a.findings.fail(rule::custom_flow_has_url, about,
                    fmt::format("commissioningCustomFlow is {}", flow), "0, 1 or 2",
                    std::to_string(flow));
  } else if (flow == kCustomFlow && flow_url.empty()) {
    a.findings.fail(rule::custom_flow_has_url, about,
                    "the custom flow is described nowhere: commissioningCustomFlowUrl is empty",
                    "an address", "none");
  } else {
    a.findings.pass(rule::custom_flow_has_url, about);
  }
  audit_terms(a, terms, about);
  audit_urls(a, about, record.object,
             terms.wanted ? std::vector<std::string>{"enhancedSetupFlowTCUrl"}
                          : std::vector<std::string>{});
}

}  // namespace attest::audit
