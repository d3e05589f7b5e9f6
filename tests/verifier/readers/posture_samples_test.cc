// The samples of ../shared/data/posture: made with the vendors' tools, each with what is wrong with
// it. Every fault shows as the finding that says so, and what is right is not blamed.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "platform/expected.h"
#include "platform/files.h"
#include "tests/support/judged.h"
#include "tests/support/support.h"
#include "verifier/base/json.h"
#include "verifier/checks/catalogue.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"

using namespace attest;
using namespace attest::test;

namespace fs = std::filesystem;

namespace {

// Which finding says that.
const std::map<std::string, std::string, std::less<>> kFindings = {
    {"secure-boot-off", "security.secure-boot-is-enabled"},
    {"secure-boot-scheme", "security.secure-boot-scheme-is-as-ordered"},
    {"sign-key-missing", "security.boot-key-is-usable"},
    {"image-unsigned", "security.images-are-signed"},
    {"image-signature-invalid", "security.image-signatures-verify"},
    {"signing-key-not-in-efuse", "security.signing-key-is-trusted-by-the-part"},
    {"signing-key-not-in-otp", "security.signing-key-is-trusted-by-the-part"},
    {"image-signed-by-revoked-key", "security.signing-key-is-trusted-by-the-part"},
    {"signing-key-not-ordered", "security.signing-key-is-as-ordered"},
    {"published-signing-key", "security.signing-key-is-private"},
    {"boot-status", "security.boot-succeeds"},
    {"flash-encryption-off", "security.flash-encryption-is-on"},
    {"flash-encryption-development", "security.flash-encryption-is-for-release"},
    {"download-icache-open", "security.flash-encryption-is-for-release"},
    {"nvs-plain", "security.nvs-is-encrypted"},
    {"nvs-keys-in-plain", "security.nvs-keys-are-hidden"},
    {"dac-key-in-plain", "security.dac-key-is-hidden"},
    {"key-readable", "security.fuse-keys-cannot-be-read"},
    {"key-writeable", "security.fuse-keys-cannot-be-changed"},
    {"read-protection-not-locked", "security.read-protection-is-sealed"},
    {"jtag-open", "security.debug-is-locked"},
    {"debug-open", "security.debug-is-locked"},
    {"debug-lock-kind", "security.debug-lock-is-as-ordered"},
    {"debug-unlocked-now", "security.debug-is-locked-now"},
    {"download-mode-open", "security.download-mode-is-closed"},
    {"direct-boot-open", "security.no-other-way-to-boot"},
    {"app-below-anti-rollback", "security.rollback-is-prevented"},
    {"flash-contradicts-efuse", "security.evidence-is-of-this-part"},
};

// What such a sample shows beside what its meta.json names: an NVS with its key in plain is plain.
const std::set<std::pair<std::string, std::string>> kMore = {
    {"esp-flash-c3-unsigned-open", "security.nvs-is-encrypted"},
    {"esp-flash-c3-unsigned-open", "security.no-other-way-to-boot"},
    {"esp-flash-c3-unsigned-open", "security.read-protection-is-sealed"},
    // Its fuses count no version, and the order asks for 3.
    {"esp-flash-c3-unsigned-open", "security.rollback-is-prevented"},
    {"esp-efuse-esp32-development-json", "security.no-other-way-to-boot"},
    {"bouffalo-bl616-efuse-locked", "security.no-secret-in-evidence"},
};

struct SampleReport {
  Evidence evidence;
  Report report;
};

SampleReport judged(const fs::path& folder) {
  Reading reading;
  std::vector<std::string> paths;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    // Of a key that no part gives away, and what the sample says of itself.
    if (name != "meta.json" && name != "order.json" && name != "flash-encryption-key.bin")
      paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  const auto errors = read_paths(paths, reading);
  REQUIRE_MESSAGE(errors.empty(), errors.front());
  auto order = order_from((folder / "order.json").string());
  REQUIRE_MESSAGE(order.has_value(), (order ? "" : order.error().what));
  std::optional<Device>& ordered = order->device;
  REQUIRE(ordered);
  CHECK_MESSAGE(ordered->integrity.empty(),
                (ordered->integrity.empty() ? "" : ordered->integrity.front().problem));
  const Policy policy{.network = Network::main, .at = Instant{1'790'000'000}, .required = {}};
  SampleReport out{.evidence = gather(std::move(reading), policy, TrustStore::builtin(false),
                                      nullptr, openssl_engine(), std::move(*ordered)),
                   .report = {}};
  verify_signatures(out.evidence, openssl_engine());
  out.report = attest::judge(out.evidence);
  return out;
}

std::set<std::string> faults_of(const Json& meta) {
  std::set<std::string> out;
  for (const Json& fault : *meta.find("faults")->array()) {
    const std::string id = *fault.find("id")->string();
    const auto finding = kFindings.find(id);
    REQUIRE_MESSAGE(finding != kFindings.end(), id);
    out.insert(finding->second);
  }
  return out;
}

}  // namespace

TEST_CASE("posture samples: every fault is found, and what is right is not blamed") {
  if (!have_shared("posture")) return;
  size_t samples = 0, faults = 0;
  for (const auto& entry : fs::directory_iterator(shared() / "posture")) {
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    const auto meta = parse_json(text(slurp(entry.path() / "meta.json")));
    REQUIRE(meta.has_value());
    ++samples;
    const SampleReport sample = judged(entry.path());
    std::set<std::string> expected = faults_of(*meta), found;
    faults += expected.size();
    std::string all;
    for (const Finding& f : sample.report.findings) {
      const std::string id = f.check->id;
      if (!id.starts_with("security.")) continue;
      if (f.status == Status::fail || f.status == Status::warn) {
        all += fmt::format("\n    {} {}: {}", status_name(f.status), id, f.message.view());
        if (kMore.count({name, id}) == 0) found.insert(id);
      }
      if (f.status == Status::unknown)
        all += fmt::format("\n    unknown {}: {}", id, f.message.view());
    }
    MESSAGE(name << all);
    for (const std::string& id : expected)
      CHECK_MESSAGE(found.count(id) == 1, name << " lacks " << id);
    for (const std::string& id : found)
      CHECK_MESSAGE(expected.count(id) == 1, name << " is blamed for " << id);
    CHECK_MESSAGE(sample.evidence.device.integrity.empty(), name << " is called damaged");
  }
  MESSAGE(samples << " samples, " << faults << " faults");
  CHECK(samples >= 31);
}
