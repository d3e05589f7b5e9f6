#include "verifier/report.h"

#include <algorithm>

namespace attest {

const char* verdict_name(Verdict v) {
  return v == Verdict::approve ? "approve" : v == Verdict::reject ? "reject" : "undecided";
}
const char* status_name(Status s) {
  constexpr const char* kNames[] = {"pass", "fail", "warn", "skipped", "blocked", "unknown"};
  return kNames[static_cast<size_t>(s)];
}
const char* severity_name(Severity s) {
  return s == Severity::error ? "error" : s == Severity::warning ? "warning" : "info";
}

const Finding* Report::first(Status status) const {
  const auto at = std::find_if(findings.begin(), findings.end(),
                               [&](const Finding& f) { return f.status == status; });
  return at == findings.end() ? nullptr : &*at;
}
const Finding* Report::of(const Check* check) const {
  const auto at = std::find_if(findings.begin(), findings.end(),
                               [&](const Finding& f) { return f.check == check; });
  return at == findings.end() ? nullptr : &*at;
}
std::vector<const Finding*> Report::all(Status status) const {
  std::vector<const Finding*> out;
  for (const Finding& f : findings) {
    if (f.status == status) out.push_back(&f);
  }
  return out;
}
}  // namespace attest
