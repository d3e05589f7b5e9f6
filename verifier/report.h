// Report: what the checks found, as data. Renderers in report/ only write it down.
#pragma once

#include <bitset>
#include <optional>
#include <string>
#include <vector>

#include "verifier/base/sparse_text.h"
#include "verifier/gather/evidence.h"

namespace attest {

enum class Verdict : uint8_t { approve, reject, undecided };
enum class Status : uint8_t { pass, fail, warn, skipped, blocked, unknown };
enum class Severity : uint8_t { error, warning, info };
const char* verdict_name(Verdict v);
const char* status_name(Status s);
const char* severity_name(Severity s);

// The Matter SDK's result code (AttestationVerificationResult) and its name there.
struct SdkCode {
  int code = 0;
  const char* name = "";
  bool operator==(const SdkCode&) const = default;
};
// What the SDK says of a device: a code, or why that cannot be told.
struct SdkResult {
  std::optional<SdkCode> code;
  std::string why_unknown;  // without a code: "the PAA and the CD are not known"
  int number() const { return code ? code->code : -1; }  // -1: cannot be told
  bool operator==(const SdkResult&) const = default;
};
// Every code the SDK declares; nullptr for a number it does not.
const char* sdk_code_name(int code);

using FactSet = std::bitset<kFactCount>;

struct Finding {
  const struct Check* check = nullptr;
  Status status = Status::pass;
  Severity severity = Severity::error;
  SparseText message;  // what was found to be so, in a sentence
  SparseText expected, actual;
  SparseText source;  // where: file, offset, item
  const struct Check* blocked_by = nullptr;
  // "reason (who, until 2026-12-31)" of the waiver that let it pass; empty: none did
  SparseText waived;
  // What to do about this answer: of a fault the check's remedy, of an unknown what would answer
  // it. Empty where there is nothing to do. Reports show this one, never the check's.
  SparseText remedy;
  // Of a fault, where the check looks at several facts: which are wrong. None: it tells not.
  FactSet facts = {};
  bool could_not_be_made = false;  // unknown, or blocked for the reason that another is unknown for
  bool keeps_open = false;         // it keeps the device from being approved, though it is no fail
};

struct Report {
  Verdict verdict = Verdict::undecided;
  std::string summary;  // one sentence a person can act on
  const struct Check* decided_by =
      nullptr;                    // whose finding the summary speaks of; null when approved
  std::vector<Finding> findings;  // one a check, in the catalogue's order
  SdkResult sdk;

  const Finding* first(Status status) const;
  const Finding* of(const struct Check* check) const;  // nullptr without one
  std::vector<const Finding*> all(Status status) const;
};

}  // namespace attest
