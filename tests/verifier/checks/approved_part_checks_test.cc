// The samples of ../shared/data/dumps through the checks: every fault that meta.json names is a
// finding of the check whose job it is, and a sample without fault fails nothing.

#include <fmt/format.h>

#include <algorithm>

#include "cli/options.h"
#include "codecs/loader.h"
#include "tests/support/dump_samples.h"
#include "verifier/checks/catalogue.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"

using namespace attest;
using namespace attest::test;

namespace {

struct Fault {
  const char* id;                        // in meta.json
  std::vector<std::string_view> checks;  // one of them has to find it
};
const std::vector<Fault>& faults() {
  static const std::vector<Fault> all = {
      {"dac-key-mismatch", {"key.belongs-to-dac"}},
      {"cd-pid-mismatch",
       {"cd.product-ids-include-basic-information", "cd.product-ids-include-dac"}},
      {"cd-vendor-mismatch", {"cd.vendor-matches-dac", "cd.vendor-matches-basic-information"}},
      {"dac-pid-mismatch", {"dac.product-is-listed-in-cd", "dac.product-matches-pai"}},
      {"dac-vendor-mismatch", {"dac.vendor-matches-pai", "dac.vendor-matches-cd"}},
      {"basic-info-pid-mismatch", {"cd.product-ids-include-basic-information"}},
      {"pai-missing", {"pai.is-present"}},
      {"dac-not-signed-by-pai", {"dac.signature-verifies", "chain.dac-authority-key-is-pai"}},
      {"development-dac", {"credentials.no-development-dac"}},
      {"default-passcode", {"factory.passcode-is-not-default"}},
      {"spake2p-verifier-passcode-mismatch", {"spake2p.verifier-matches-passcode"}},
      {"passcode-stored-on-device", {"factory.passcode-is-not-stored"}},
      {"plaintext-dac-key-left-in-partition", {"factory.no-key-beside-hardware-flag"}},
      {"attestation-nonce-mismatch", {"attestation.nonce-matches"}},
      {"attestation-signature", {"attestation.signature-verifies"}},
      {"manual-code-check-digit", {"onboarding.manual-code-check-digit-is-right"}},
      {"qr-passcode-mismatch", {"onboarding.passcode-agrees", "onboarding.qr-matches-manual-code"}},
      {"qr-charset", {"onboarding.qr-characters-are-base38"}},
      {"csr-pid-mismatch", {"csr.product-matches"}},
      {"csr-signature", {"csr.signature-verifies"}},
      {"csr-curve", {"csr.key-is-p256"}},
      {"nvs-keys-do-not-match", {"factory.keys-fit"}},
      {"image-truncated", {"factory.is-whole"}},
      {"credential-truncated", {"factory.is-whole", "factory.is-intact"}},
      {"cbor-truncated", {"factory.is-intact", "factory.is-whole"}},
      {"tlv-truncated", {"factory.is-intact", "factory.is-whole"}},
      {"nvs-data-crc", {"factory.is-intact"}},
      {"nvs-entry-crc", {"factory.is-intact"}},
      {"nvs-page-crc", {"factory.is-intact"}},
      {"nvs-keys-crc", {"factory.is-intact"}},
      {"tlv-crc", {"factory.is-intact"}},
      {"partition-table-damaged", {"factory.is-intact"}},
      {"nvm3-header-berger", {"factory.is-intact"}},
      {"total-length", {"factory.is-intact"}},
      {"section-hash", {"factory.is-intact"}},
      {"hwparams-crc", {"factory.is-intact"}},
      {"mfd-crc", {"factory.is-intact"}},
  };
  return all;
}

// What lies beside a dump and speaks of the same device: the codes that the factory's tool printed,
// and their picture.
void read_codes(const std::string& name, Reading& reading) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(shared() / "dumps" / name)) {
    const std::string file = entry.path().filename().string();
    if (file.ends_with("onb_codes.csv") || file.ends_with(".png")) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths)
    CHECK(read_evidence({.path = path.filename().string(), .bytes = slurp(path)}, reading));
}

Report judged(const Sample& sample) {
  const std::string trust = (shared() / "dumps" / "_trust").string();
  cli::JudgeOptions options;
  options.network = "none";
  options.at = "2026-11-21T00:00:00Z";
  options.trust_paa = options.trust_cd_signer = {trust};
  Reading reading = read_sample(sample);
  reading.codecs = &codecs::direct();
  read_codes(sample.name, reading);
  Evidence e = gather(std::move(reading), cli::policy_from(options, {}).value(),
                      cli::trust_from(options, Network::none).value(), nullptr, openssl_engine());
  verify_signatures(e, openssl_engine());
  return judge(e);
}

// A finding, or the echo of one that failed: two names of one fault in meta.json are one finding
// here.
const Finding* finding_of(const Fault& fault, const Report& report) {
  for (const std::string_view id : fault.checks) {
    const Finding& f = report.findings[check_index(*find_check(id))];
    if (f.status == Status::fail || f.status == Status::warn || f.status == Status::unknown ||
        f.status == Status::blocked)
      return &f;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("samples: every fault is a finding of its check, and what has none fails nothing") {
  if (!have_shared("dumps")) return;
  std::string table;
  for (const std::string& name : sample_names("")) {
    if (name.find("lot-") != std::string::npos) continue;  // many devices
    CAPTURE(name);
    const Sample sample = load_sample(name);
    const Report report = judged(sample);
    std::string found;
    for (const std::string& id : sample.faults) {
      const auto fault = std::find_if(faults().begin(), faults().end(),
                                      [&](const Fault& f) { return id == f.id; });
      const Finding* finding = fault == faults().end() ? nullptr : finding_of(*fault, report);
      CHECK_MESSAGE(finding != nullptr, name << ": no finding for " << id);
      if (finding != nullptr)
        found += fmt::format("{} as {} {}; ", id, finding->check->id, status_name(finding->status));
    }
    for (const Finding* f : report.all(Status::fail)) {
      CHECK_MESSAGE(!sample.faults.empty(),
                    name << ": " << f->check->id << " fails: " << f->message);
    }
    table += fmt::format("{:<46}{:<11}{}\n", name, verdict_name(report.verdict), found);
  }
  MESSAGE(table);
}
