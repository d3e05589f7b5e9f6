// Words that every form of a report shares: how a device, its ids, a status and a subject of checks
// are named.
#pragma once

#include "verifier/report.h"

namespace attest {

int exit_code(Verdict v);             // docs/reports.md: 0, 1, 3
const char* verdict_word(Verdict v);  // "REJECT"
std::string ids_text(const std::optional<uint16_t>& vid,
                     const std::optional<uint16_t>& pid);  // "0xFFF1 / 0x8000"
std::string device_name(
    const Evidence& e);  // vendor and product name as given; empty without either
std::string device_ids(const Evidence& e);      // by Basic Information, else by the DAC
std::string device_line(const Evidence& e);     // both, and the serial number
std::string counts_text(const Report& report);  // "147 passed, 1 failed"
// "main-net at height 42", or that nothing was read of it.
std::string ledger_text(const LedgerStatus& ledger);
// The same with when it was read, from where, and what vouches for it.
std::string ledger_facts_text(const LedgerStatus& ledger);
std::string policy_text(Network network, Stage stage);  // "network main", "network none, stage lab"
size_t count_of(const Report& report, Status s);
std::string anchors_text(size_t given);            // "3 trust anchors given by hand"
std::string not_used_text(const NotUsed& unused);  // "not used: board.jpg: no QR code ..."
bool is_not_used(const Evidence& e, const EvidenceFile& file);  // it stands there, whole
const char* ledger_trust_name(LedgerTrust t);                   // "proof"
std::string sdk_text(const SdkCode& sdk);                       // "err 305 (DacVendorIdMismatch)"
std::string sdk_text(const SdkResult& sdk);          // or "cannot be told: the PAA is not known"
std::string fail_on_text(const Policy& policy);      // "unknown, warn"; empty without --fail-on
std::string environment_text(const Policy& policy);  // "MATTER_ATTEST_NETWORK=test, …" or empty
std::string_view subject_of(const Check& check);     // "dac" of "dac.vendor-matches-pai"
// What was expected and what was found, for who reads: of hex longer than a digest its beginning
// and where the two begin to differ. JSON has it whole.
struct Compared {
  std::string expected, found;
};
Compared compared(std::string_view expected, std::string_view found);
const char* subject_title(std::string_view subject);  // "Device Attestation Certificate"

}  // namespace attest
