#include "report/wording.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "verifier/base/characters.h"
#include "verifier/base/counted.h"
#include "verifier/readers/quoted.h"
#include "verifier/rules/check.h"

namespace attest {

const char* verdict_word(Verdict v) {
  return v == Verdict::approve ? "APPROVE" : v == Verdict::reject ? "REJECT" : "UNDECIDED";
}

int exit_code(Verdict v) {
  return v == Verdict::approve ? 0 : v == Verdict::reject ? 1 : 3;
}

std::string ids_text(const std::optional<uint16_t>& vid, const std::optional<uint16_t>& pid) {
  return fmt::format("{}{}", vid ? hex_id(*vid) : "no vendor", pid ? " / " + hex_id(*pid) : "");
}

std::string device_name(const Evidence& e) {
  std::string out;
  for (const FactId fact : {FactId::vendor_name, FactId::product_name}) {
    if (const std::string* name = e.device.string(fact))
      out += (out.empty() ? "" : " ") + shown_text(*name);
  }
  return out;
}

// (A certificate names a vendor or none; of a device it is known or not.)
std::string device_ids(const Evidence& e) {
  const Certificate* dac = e.dac.certificate.get();
  const auto vid = e.vid || dac == nullptr ? e.vid : dac->vid();
  const auto pid = e.pid || dac == nullptr ? e.pid : dac->pid();
  if (vid) return ids_text(vid, pid);
  return "vendor unknown" + (pid ? " / " + hex_id(*pid) : std::string());
}

std::string device_line(const Evidence& e) {
  const std::string name = device_name(e);
  std::string out = name.empty() ? device_ids(e) : name + " " + device_ids(e);
  if (const std::string* serial = e.device.string(FactId::serial_number))
    out += ", serial " + shown_text(*serial);
  return out;
}

std::string ledger_text(const LedgerStatus& ledger) {
  const std::string chain = printable(ledger.chain_id);
  return ledger.height == 0 ? chain + ", of which nothing was read"
                            : fmt::format("{} at height {}", chain, ledger.height);
}
std::string ledger_facts_text(const LedgerStatus& ledger) {
  return fmt::format("{}{}, {}, trust {}", ledger_text(ledger),
                     ledger.height == 0 ? "" : ", read " + rfc3339(ledger.synced_at),
                     printable(ledger.source), ledger_trust_name(ledger.trust));
}
std::string policy_text(Network network, Stage stage) {
  return fmt::format("network {}{}", network_name(network),
                     stage == Stage::lab ? ", stage lab" : "");
}
size_t count_of(const Report& report, Status s) {
  return static_cast<size_t>(std::count_if(report.findings.begin(), report.findings.end(),
                                           [&](const Finding& f) { return f.status == s; }));
}

std::string counts_text(const Report& report) {
  std::string out;
  for (const Status s : {Status::pass, Status::fail, Status::warn, Status::unknown, Status::blocked,
                         Status::skipped}) {
    const size_t n = count_of(report, s);
    if (n == 0) continue;
    constexpr const char* kWords[] = {"passed",  "failed",  "warned",
                                      "skipped", "blocked", "unknown"};
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", n, kWords[static_cast<size_t>(s)]);
  }
  const auto waived = std::count_if(report.findings.begin(), report.findings.end(),
                                    [](const Finding& f) { return !f.waived.empty(); });
  return waived == 0 ? out : fmt::format("{}; {} of those that passed waived", out, waived);
}

std::string fail_on_text(const Policy& policy) {
  if (!policy.fail_on_unknown) return policy.fail_on_warn ? "warn" : "";
  return policy.fail_on_warn ? "unknown, warn" : "unknown";
}

std::string environment_text(const Policy& policy) {
  std::string out;
  for (const std::string& one : policy.environment)
    out += (out.empty() ? "" : ", ") + printable(one);
  return out;
}

std::string anchors_text(size_t given) {
  return counted(given, "trust anchor") + " given by hand";
}

std::string not_used_text(const NotUsed& unused) {
  return fmt::format("not used: {}: {}", unused.path, unused.why);
}

bool is_not_used(const Evidence& e, const EvidenceFile& file) {
  return file.holds.empty() && std::any_of(e.not_used.begin(), e.not_used.end(),
                                           [&](const NotUsed& u) { return u.path == file.path; });
}

const char* ledger_trust_name(LedgerTrust t) {
  return t == LedgerTrust::proof      ? "proof"
         : t == LedgerTrust::tls      ? "tls"
         : t == LedgerTrust::snapshot ? "snapshot"
                                      : "none";
}

std::string sdk_text(const SdkResult& sdk) {
  return sdk.code ? sdk_text(*sdk.code) : "cannot be told: " + sdk.why_unknown;
}
std::string sdk_text(const SdkCode& sdk) {
  return sdk.code == 0 ? std::string("success") : fmt::format("err {} ({})", sdk.code, sdk.name);
}

std::string_view subject_of(const Check& check) {
  const std::string_view id = check.id;
  return id.substr(0, id.find('.'));
}

namespace {

constexpr size_t kLongestHex = 64, kShownHex = 16;

// The first run of hex digits that is too long to be read, from and to.
std::pair<size_t, size_t> long_hex(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    while (end < text.size() && is_hex_digit(text[end])) ++end;
    if (end - at > kLongestHex) return {at, end};
    at = end + 1;
  }
  return {text.size(), text.size()};
}
std::string shortened(std::string_view text, std::string_view other) {
  const auto [at, end] = long_hex(text);
  if (at == end) return std::string(text);
  const auto [at_other, end_other] = long_hex(other);
  const std::string_view digits = text.substr(at, end - at),
                         others = other.substr(at_other, end_other - at_other);
  const size_t same = static_cast<size_t>(
      std::mismatch(digits.begin(), digits.end(), others.begin(), others.end()).first -
      digits.begin());
  const size_t differs = others.empty() || same == digits.size() ? 0 : same / 2 * 2;
  std::string shown(digits.substr(0, kShownHex));
  std::string size = fmt::format("{} bytes", digits.size() / 2);
  if (differs + 2 > kShownHex) {
    shown =
        fmt::format("{}…{}", digits.substr(0, kShownHex / 2), digits.substr(differs, kShownHex));
    size += fmt::format(", other from byte {} on", differs / 2 + 1);
  }
  const bool ends = differs + 2 > kShownHex && differs + kShownHex >= digits.size();
  return fmt::format("{}{}{} ({}){}", text.substr(0, at), shown, ends ? "" : "…", size,
                     text.substr(end));
}

}  // namespace

Compared compared(std::string_view expected, std::string_view found) {
  return {.expected = shortened(expected, found), .found = shortened(found, expected)};
}

const char* subject_title(std::string_view subject) {
  constexpr struct {
    std::string_view subject;
    const char* title;
  } kTitles[] = {
      {"dac", "Device Attestation Certificate"},
      {"pai", "Product Attestation Intermediate"},
      {"paa", "Product Attestation Authority"},
      {"chain", "The chain of certificates"},
      {"identity", "One device, one identity"},
      {"evidence", "What was handed over"},
      {"cd", "Certification declaration"},
      {"cms", "The declaration's wrapper"},
      {"attestation", "Attestation response"},
      {"key", "The device's key"},
      {"credentials", "Test and development credentials"},
      {"revocation", "Revocation lists"},
      {"ledger", "The ledger"},
      {"factory", "Factory data"},
      {"basic", "Basic Information"},
      {"onboarding", "Onboarding codes"},
      {"spake2p", "Passcode verifier"},
      {"csr", "Certification requests"},
      {"expect", "What was ordered"},
      {"ota", "Firmware image"},
      {"security", "How the part is locked"},
      {"lot", "The lot"},
      {"network", "Networking"},
  };
  const auto* at = std::find_if(std::begin(kTitles), std::end(kTitles),
                                [&](const auto& row) { return row.subject == subject; });
  return at == std::end(kTitles) ? "Other checks" : at->title;
}

}  // namespace attest
