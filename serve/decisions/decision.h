// Decision: what somebody decided about a judged device, as a record that stands an audit.
//
// The record is one line of JSON, written in one way (canonical): who decided what and why, the
// exceptions that were granted, what was judged, the digests of the report, the page and the bundle
// that are kept beside it, and the digest of the record before. Its own digest is SHA-256 of that
// line; a signature is over the line, too.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "serve/judge/judged_reports.h"
#include "verifier/base/json.h"
#include "verifier/policy.h"

namespace attest::serve {

inline constexpr const char* kDecisionSchema = "matter-attest/decision/2";
// As it was before a record said who signs it.
inline constexpr const char* kEarlierDecisionSchema = "matter-attest/decision/1";

struct Decision {
  uint64_t number = 0;  // 1 is the first
  std::string id;       // 128 random bits in hex
  Instant time;
  bool approved = false;
  std::string who, reason;
  std::string user = {};  // who was logged in; empty: the server asked nobody
  std::vector<Waiver> waivers;
  // What was judged. The verdict stays what it was, whatever was decided.
  Verdict verdict = Verdict::undecided;
  Instant judged;
  std::string summary, network, stage;
  DeviceSummary device;
  Sha256 report{}, page{}, bundle{};
  Sha256 previous{};  // the digest of the record before; zeros of the first
  // Who signs it, so that a signature which is taken out is missed: the certificate's digest;
  // empty: nobody. And the digest of what signs the record before; zeros: nothing does.
  struct Signing {
    std::string certificate;
    Sha256 previous{};
  };
  std::optional<Signing> signing = Signing{};  // nullopt: of an earlier schema, which does not say

  bool against_verdict() const { return approved && verdict != Verdict::approve; }
};

std::string canonical(const Decision& decision);
// Strict: what it gives is written as the same line again.
Result<Decision> read_decision(std::string_view line);

// What a person hands in, {"report", "decision", "who", "reason", "waivers"}: nothing else, and
// nothing empty that somebody would ask for later.
struct DecisionRequest {
  std::string report;  // the id of a judged report
  bool approved = false;
  std::string who, reason;
  std::vector<Waiver> waivers;
  std::string user = {};  // who is logged in: nobody hands that in
};
Result<DecisionRequest> read_decision_request(std::string_view json);
// Whether it may be decided like that. To approve against the verdict takes a reason; against
// `reject` at least one waiver too, and none may be over already.
Result<void> may_decide(const DecisionRequest& request, const JudgedReport& report, Instant now);

// What a search looks through: ids, numbers, names, the reason; lower case.
std::string searched_text(const Decision& decision);

// For people's tables: a line of names, a line a decision. No field is a formula.
std::string decisions_csv_head();
std::string decision_csv_line(const Decision& decision, const Sha256& digest, bool is_signed);

}  // namespace attest::serve
