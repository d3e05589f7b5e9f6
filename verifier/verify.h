// Verify: the seam of the library. Evidence, policy, trust, ledger and engine in; the report out.
// Nothing here prints, reads a file, a clock or the environment, or keeps anything between calls:
// two threads may verify at once, each with a ledger of its own (or none). The command, checklists
// and bundles go through it; lots go through batch.h, which asks the same judge.
//
// clang-format off
//   Reading reading;  // readers/reader.h fills it: read_evidence(source, reading)
//   TrustStore trust = TrustStore::builtin(false);
//   const Verification v = verify({.reading = std::move(reading), .policy = policy,
//                                  .trust = trust, .engine = openssl_engine()});
//   v.report.verdict, v.report.summary, v.report.findings
// clang-format on
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "verifier/crypto/crypto.h"
#include "verifier/gather/evidence.h"
#include "verifier/report.h"
#include "verifier/rules/check.h"

namespace attest {

struct Request {
  Reading reading;
  Policy policy;
  const TrustStore& trust;
  SignatureEngine& engine;
  Ledger* ledger = nullptr;                   // null: every fact of it is unknown
  std::optional<Device> ordered = {};         // what --expect says
  std::optional<ApprovedPart> approved = {};  // the sample that --after names
  // Called once roles and facts are settled, before signatures are checked and anything is judged:
  // who fetches an image for the device, or refuses what is no evidence, does it here. False ends
  // the verification without a report.
  std::function<bool(Evidence&)> between = {};
  // Of a bundle: answers from before, in place of asking their checks.
  std::span<const Answered> answered = {};
};

struct Verification {
  Evidence evidence;
  Report report;  // without findings where `between` ended it
};

Verification verify(Request request);

}  // namespace attest
