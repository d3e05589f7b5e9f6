// What the tests of serve share: a judged report made of texts.
#pragma once

#include "serve/decisions/decisions.h"
#include "tests/support/folder.h"
#include "tests/support/support.h"

namespace attest::test {

inline constexpr Instant kDecided{1'796'000'000};  // 2026-11-30

inline serve::JudgedReport judged_report(Verdict verdict, const std::string& serial = "SN-1") {
  serve::JudgedReport out;
  out.time = {kDecided.seconds - 60};
  out.verdict = verdict;
  if (verdict == Verdict::reject) out.failed = {"onboarding.passcode-agrees"};
  out.summary = "a sentence";
  out.network = "main";
  out.stage = "network";
  out.device = {.vid = "0xFFF1",
                .pid = "0x8000",
                .product = "Lamp",
                .serial_number = serial,
                .dac_serial = "0a0b",
                .dac_sha256 = std::string(64, 'a'),
                .certificate_id = "CSA00000SWC00000-00"};
  out.json = "{\"verdict\":\"x\",\"serial\":\"" + serial + "\"}";
  out.html = "<html>" + serial + "</html>";
  out.bundle = to_bytes(view("bundle of " + serial));
  return out;
}

inline Waiver a_waiver() {
  return {.id = "onboarding.passcode-agrees",
          .reason = "label reprinted",
          .who = "J. Doe",
          .until = Instant{kDecided.seconds + 86'400},
          .until_text = "2026-12-31",
          .device = {}};
}

inline serve::DecisionRequest a_request(bool approved, const std::string& who = "Ada") {
  return {.report = std::string(32, '0'),
          .approved = approved,
          .who = who,
          .reason = "seen on the bench",
          .waivers = {}};
}

}  // namespace attest::test
