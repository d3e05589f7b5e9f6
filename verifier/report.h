// Report: what the checks found, as data. Renderers in cli/ only write it down.
#pragma once

#include <string>
#include <vector>

#include "verifier/evidence.h"

namespace attest {

enum class Verdict : uint8_t { approve, reject, undecided };
enum class Status : uint8_t { pass, fail, warn, skipped, blocked, unknown };
enum class Severity : uint8_t { error, warning, info };
const char* verdict_name(Verdict v);
const char* status_name(Status s);
const char* severity_name(Severity s);

// The Matter SDK's result code (attestation.md section 2) and its name there.
struct SdkCode {
  int code = 0;
  const char* name = "";
  bool operator==(const SdkCode&) const = default;
};
// Every code the SDK declares; nullptr for a number it does not.
const char* sdk_code_name(int code);

struct Finding {
  const struct Check* check = nullptr;
  Status status = Status::pass;
  Severity severity = Severity::error;
  std::string message;  // what was found to be so, in a sentence
  std::string expected, actual;
  std::string source;  // where: file, offset, item
  const struct Check* blocked_by = nullptr;
  std::string
      waived;  // "reason (who, until 2026-12-31)" of the waiver that let it pass; empty: none did
};

struct Report {
  Verdict verdict = Verdict::undecided;
  std::string summary;  // one sentence a person can act on
  const struct Check* decided_by =
      nullptr;                    // whose finding the summary speaks of; null when approved
  std::vector<Finding> findings;  // one a check, in the catalogue's order
  SdkCode sdk;

  const Finding* first(Status status) const;
  const Finding* of(const struct Check* check) const;  // nullptr without one
  std::vector<const Finding*> all(Status status) const;
};

Report judge(const Evidence& evidence);

}  // namespace attest
