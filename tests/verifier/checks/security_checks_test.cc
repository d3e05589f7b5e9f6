// Tables of security.*: claims about a part's locks and images on the left, what one check makes of
// them on the right. Each check is seen passing and not passing, and asked without any evidence.

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "report/posture_table.h"
#include "tests/support/support.h"
#include "verifier/checks/catalogue.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"

using namespace attest;
using namespace attest::test;

namespace {

struct SaidOf {
  Trait trait;
  Holds holds;
  std::string value;
  std::string detail = "a fuse says so";
};
using Ordered = std::vector<std::pair<std::string, std::string>>;

struct Row {
  const char* id;
  std::vector<SaidOf> said;
  Ordered ordered;
  Status status;
  std::string words;  // in the message
  std::vector<SignedImage> images = {};
  Network network = Network::main;
};

const std::string kKey = std::string(64, 'a'), kOther = std::string(64, 'b'),
                  kPair = std::string(128, 'c');

SignedImage image(ImageSignature signature, std::vector<std::string> keys = {},
                  std::optional<uint64_t> version = {}) {
  SignedImage out =
      SignedImage::at({.path = "flash.bin", .offset = 0x20000, .item = "ota_0"}, "ota_0");
  out.signature = signature;
  if (signature != ImageSignature::none) out.scheme = "rsa3072";
  if (signature == ImageSignature::bad) out.problem = "its signature does not verify";
  out.keys = std::move(keys);
  out.secure_version = version;
  return out;
}

Report judged(const Row& row) {
  Reading reading;
  for (const SaidOf& c : row.said)
    reading.device.posture.say(c.trait, c.holds, c.value, c.detail,
                               {.path = "efuse.json", .offset = {}, .item = {}});
  reading.device.posture.images = row.images;
  Device order;
  for (const auto& [key, value] : row.ordered)
    order.posture.ordered.push_back(
        {.key = key, .value = value, .place = {.path = "order.json", .offset = {}, .item = key}});
  const Policy policy{.network = row.network, .at = Instant{1'790'000'000}, .required = {}};
  const Evidence e =
      gather(std::move(reading), policy, TrustStore::builtin(false), nullptr, openssl_engine(),
             row.ordered.empty() ? std::nullopt : std::optional(std::move(order)));
  return attest::judge(e);
}

void check_all(const std::vector<Row>& rows, std::set<std::string>& passed,
               std::set<std::string>& noticed) {
  for (const Row& row : rows) {
    const Check* check = find_check(row.id);
    REQUIRE_MESSAGE(check != nullptr, row.id);
    const Report report = judged(row);
    const Finding& f = report.findings[check_index(*check)];
    const std::string found = fmt::format("{}: {}", status_name(f.status),
                                          f.blocked_by != nullptr ? f.blocked_by->id : f.message);
    CHECK_MESSAGE((f.status == row.status && found.find(row.words) != std::string::npos),
                  std::string(row.id) << "\n  found    " << found << "\n  expected "
                                      << status_name(row.status) << ": " << row.words);
    if (f.status == Status::pass && f.message.empty()) passed.insert(row.id);
    if (f.status == Status::fail || f.status == Status::warn || f.status == Status::unknown ||
        (check->severity.main == Severity::info && !f.message.empty()))
      noticed.insert(row.id);
  }
}

constexpr auto kYes = Holds::yes, kNo = Holds::no, kUnclear = Holds::unclear;
constexpr auto kPass = Status::pass, kFail = Status::fail, kWarn = Status::warn,
               kUnknown = Status::unknown, kSkipped = Status::skipped, kBlocked = Status::blocked;
constexpr auto kNone = ImageSignature::none, kGood = ImageSignature::good,
               kBad = ImageSignature::bad, kUnchecked = ImageSignature::unchecked,
               kByNoKey = ImageSignature::by_no_key;

// A check on one trait alone: yes, no, unclear, and nothing.
std::vector<Row> of_one_trait() {
  const struct {
    const char* id;
    Trait trait;
    Status open;
  } kRows[] = {
      {"security.boot-key-is-usable", Trait::boot_key, kFail},
      {"security.boot-succeeds", Trait::boot_status, kFail},
      {"security.read-protection-is-sealed", Trait::read_protection, kWarn},
      {"security.fuse-keys-cannot-be-read", Trait::fuse_key_read, kFail},
      {"security.fuse-keys-cannot-be-changed", Trait::fuse_key_write, kWarn},
      {"security.debug-is-locked", Trait::debug, kFail},
      {"security.download-mode-is-closed", Trait::download_mode, kWarn},
      {"security.no-other-way-to-boot", Trait::other_boot, kWarn},
      {"security.no-secret-in-evidence", Trait::secret, kWarn},
      {"security.secure-boot-is-enabled", Trait::secure_boot, kFail},
      {"security.flash-encryption-is-on", Trait::flash_encryption, kFail},
  };
  std::vector<Row> out;
  for (const auto& row : kRows) {
    out.push_back({row.id, {{row.trait, kYes, "x"}}, {}, kPass, ""});
    out.push_back({row.id,
                   {{row.trait, kYes, "x"}, {row.trait, kNo, "y", "bit 3 is 0"}},
                   {},
                   row.open,
                   "bit 3 is 0"});
    out.push_back({row.id, {{row.trait, kUnclear, "", "a word"}}, {}, kUnknown, "a word"});
    out.push_back({row.id, {}, {}, kSkipped, "no evidence"});
  }
  return out;
}

const std::vector<Row> kParts = {
    {"security.evidence-is-of-this-part", {{Trait::mac, kYes, "60"}}, {}, kPass, ""},
    {"security.evidence-is-of-this-part",
     {{Trait::mac, kYes, "60"}, {Trait::mac, kYes, "61"}},
     {},
     kFail,
     "the MAC in efuse.json is 61"},
    {"security.evidence-is-of-this-part",
     {{Trait::flash_encryption, kYes, "release"}, {Trait::flash_content, kNo, "plain"}},
     {},
     kFail,
     "cannot boot"},
    {"security.evidence-is-of-this-part",
     {{Trait::flash_encryption, kNo, "off"}, {Trait::flash_content, kYes, "ciphertext"}},
     {},
     kFail,
     "not a read-out of this part"},
    {"security.secure-boot-is-enabled",
     {{Trait::secure_boot, kNo, "off"}},
     {},
     kWarn,
     "",
     {},
     Network::none},
    {"security.secure-boot-is-enabled",
     {{Trait::secure_boot, kNo, "off"}},
     {{"secure_boot", "v2"}},
     kFail,
     "",
     {},
     Network::none},
    {"security.secure-boot-is-enabled", {}, {{"secure_boot", "v2"}}, kUnknown, "ordered was"},
    {"security.secure-boot-is-enabled", {}, {{"profile", "release"}}, kUnknown, "ordered was"},
    {"security.secure-boot-is-enabled",
     {{Trait::secure_boot, kNo, "off"}},
     {{"profile", "development"}},
     kSkipped,
     "takes a part"},
    {"security.flash-encryption-is-on",
     {{Trait::flash_encryption, kYes, "release"}},
     {{"flash_encryption", "off"}},
     kFail,
     ""},
    {"security.flash-encryption-is-on",
     {{Trait::flash_content, kYes, "ciphertext"}},
     {},
     kPass,
     "its fuses are not"},
    {"security.flash-encryption-is-for-release",
     {{Trait::flash_encryption, kYes, "release"}, {Trait::release_mode, kYes, "release"}},
     {},
     kPass,
     ""},
    {"security.flash-encryption-is-for-release",
     {{Trait::flash_encryption, kYes, "development"}, {Trait::release_mode, kNo, "development"}},
     {},
     kFail,
     ""},
    {"security.flash-encryption-is-for-release",
     {{Trait::flash_encryption, kYes, "on"}, {Trait::release_mode, kUnclear, "on"}},
     {{"flash_encryption", "release"}},
     kUnknown,
     ""},
    {"security.flash-encryption-is-for-release",
     {{Trait::flash_encryption, kNo, "off"}},
     {},
     kBlocked,
     "security.flash-encryption-is-on"},
    {"security.flash-is-ciphertext",
     {{Trait::flash_encryption, kYes, "release"}, {Trait::flash_content, kYes, "ciphertext"}},
     {},
     kPass,
     ""},
    {"security.flash-is-ciphertext",
     {{Trait::flash_content, kYes, "ciphertext"}, {Trait::flash_content, kNo, "plain"}},
     {},
     kFail,
     ""},
    {"security.flash-is-ciphertext", {{Trait::flash_content, kNo, "plain"}}, {}, kSkipped, ""},
    {"security.nvs-is-encrypted",
     {{Trait::debug, kYes, "disabled"}, {Trait::nvs, kYes, "encrypted"}},
     {},
     kPass,
     ""},
    {"security.nvs-is-encrypted",
     {{Trait::debug, kYes, "disabled"}, {Trait::nvs, kNo, "plain"}},
     {},
     kWarn,
     ""},
    {"security.nvs-is-encrypted", {{Trait::nvs, kNo, "plain"}}, {}, kSkipped, ""},
    {"security.nvs-is-encrypted", {}, {{"nvs_encryption", "hmac"}}, kUnknown, "scheme"},
    {"security.nvs-keys-are-hidden",
     {{Trait::debug, kYes, "disabled"}, {Trait::nvs_keys, kYes, "hidden"}},
     {},
     kPass,
     ""},
    {"security.nvs-keys-are-hidden",
     {{Trait::debug, kYes, "disabled"}, {Trait::nvs_keys, kNo, "plain"}},
     {},
     kFail,
     ""},
    {"security.dac-key-is-hidden",
     {{Trait::debug, kYes, "disabled"}, {Trait::dac_key, kYes, "efuse-ecdsa"}},
     {},
     kPass,
     ""},
    {"security.dac-key-is-hidden",
     {{Trait::debug, kYes, "disabled"}, {Trait::dac_key, kNo, "flash"}},
     {},
     kFail,
     ""},
    {"security.dac-key-is-hidden", {{Trait::dac_key, kNo, "flash"}}, {}, kSkipped, ""},
    {"security.debug-is-locked-now",
     {{Trait::debug, kYes, "locked"}, {Trait::debug_now, kYes, "locked"}},
     {},
     kPass,
     ""},
    {"security.debug-is-locked-now",
     {{Trait::debug, kYes, "locked"}, {Trait::debug_now, kNo, "unlocked"}},
     {},
     kWarn,
     ""},
    {"security.read-protection-is-sealed",
     {{Trait::secure_boot, kYes, "v2"}, {Trait::read_protection, kNo, "open"}},
     {},
     kFail,
     ""},
    {"security.download-mode-is-closed",
     {{Trait::secure_boot, kYes, "v2"}, {Trait::download_mode, kNo, "open"}},
     {},
     kFail,
     ""},
    {"security.download-mode-is-closed",
     {{Trait::download_mode, kYes, "secure"}},
     {{"download_mode", "disabled"}},
     kFail,
     ""},
    {"security.release-rule-holds", {{Trait::debug, kYes, "locked"}}, {}, kPass, ""},
    {"security.release-rule-holds",
     {{Trait::debug, kNo, "open", "bit 3 is 0"}},
     {},
     kPass,
     "1 of 1 points"},
};

const std::vector<Row> kFirmware = {
    {"security.images-are-signed",
     {{Trait::secure_boot, kYes, "v2"}},
     {},
     kPass,
     "",
     {image(kGood, {kKey})}},
    {"security.images-are-signed",
     {{Trait::secure_boot, kYes, "v2"}},
     {},
     kFail,
     "has no signature",
     {image(kNone)}},
    {"security.images-are-signed",
     {{Trait::secure_boot, kNo, "off"}},
     {},
     kWarn,
     "",
     {image(kNone)}},
    {"security.images-are-signed", {}, {}, kSkipped, "", {image(kNone)}},
    {"security.image-signatures-verify", {}, {}, kPass, "", {image(kGood, {kKey})}},
    {"security.image-signatures-verify", {}, {}, kFail, "does not verify", {image(kBad)}},
    {"security.image-signatures-verify", {}, {}, kUnknown, "public key", {image(kUnchecked)}},
    {"security.signing-key-is-trusted-by-the-part",
     {{Trait::trusted_key, kYes, kKey}},
     {},
     kPass,
     "",
     {image(kGood, {kKey})}},
    {"security.signing-key-is-trusted-by-the-part",
     {{Trait::trusted_key, kYes, kKey.substr(0, 32)}},
     {},
     kPass,
     "",
     {image(kGood, {kKey})}},
    {"security.signing-key-is-trusted-by-the-part",
     {{Trait::trusted_key, kYes, kOther}},
     {},
     kFail,
     "does not trust",
     {image(kGood, {kKey})}},
    {"security.signing-key-is-trusted-by-the-part",
     {{Trait::trusted_key, kYes, kOther}, {Trait::revoked_key, kYes, kKey}},
     {},
     kFail,
     "has revoked",
     {image(kGood, {kKey})}},
    {"security.signing-key-is-trusted-by-the-part",
     {{Trait::trusted_key, kYes, kPair}},
     {},
     kFail,
     "none of the keys",
     {image(kByNoKey)}},
    {"security.signing-key-is-as-ordered",
     {{Trait::trusted_key, kYes, kKey}},
     {{"signing_keys", kOther}, {"signing_keys", kOther + "|" + kKey}},
     kPass,
     ""},
    {"security.signing-key-is-as-ordered",
     {{Trait::trusted_key, kYes, kKey}},
     {{"signing_keys", kOther}},
     kFail,
     "not a key that was ordered"},
    {"security.signing-key-is-as-ordered", {}, {{"signing_keys", kKey}}, kUnknown, "neither"},
    {"security.signing-key-is-private", {}, {}, kPass, "", {image(kGood, {kKey})}},
    {"security.signing-key-is-private",
     {},
     {},
     kFail,
     "root-ec-p256.pem",
     {image(kUnchecked, {"e30466f6b8470c1f29070b17f1e2d3e94d445e3f608087fdc711e4382bb538b6"})}},
    {"security.rollback-is-prevented",
     {{Trait::secure_version, kYes, "3"}},
     {},
     kPass,
     "",
     {image(kGood, {kKey}, 3)}},
    {"security.rollback-is-prevented",
     {{Trait::secure_version, kYes, "3"}},
     {},
     kFail,
     "refuses",
     {image(kGood, {kKey}, 2)}},
    {"security.rollback-is-prevented", {{Trait::rollback, kNo, "off"}}, {}, kWarn, ""},
    {"security.rollback-is-prevented",
     {{Trait::secure_version, kYes, "1"}},
     {{"secure_version", "2"}},
     kFail,
     ""},
    {"security.rollback-is-prevented", {}, {{"anti_rollback", "on"}}, kUnknown, ""},
};

const std::vector<Row> kOrders = {
    {"security.secure-boot-scheme-is-as-ordered",
     {{Trait::secure_boot, kYes, "v2"}},
     {{"secure_boot", "v2"}},
     kPass,
     ""},
    {"security.secure-boot-scheme-is-as-ordered",
     {{Trait::secure_boot, kYes, "v1"}},
     {{"secure_boot", "v2"}},
     kFail,
     ""},
    {"security.secure-boot-scheme-is-as-ordered",
     {{Trait::secure_boot, kNo, "off"}},
     {{"secure_boot", "v2"}},
     kBlocked,
     "security.secure-boot-is-enabled"},
    {"security.secure-boot-scheme-is-as-ordered",
     {{Trait::secure_boot, kYes, "on"}},
     {{"secure_boot", "certificate"}},
     kUnknown,
     ""},
    {"security.debug-lock-is-as-ordered",
     {{Trait::debug, kYes, "secure-lock"}},
     {{"debug", "secure-lock"}},
     kPass,
     ""},
    {"security.debug-lock-is-as-ordered",
     {{Trait::debug, kYes, "standard-lock"}},
     {{"debug", "secure-lock"}},
     kFail,
     ""},
    {"security.debug-lock-is-as-ordered",
     {{Trait::debug, kNo, "open"}},
     {{"debug", "secure-lock"}},
     kBlocked,
     "security.debug-is-locked"},
    {"security.debug-lock-is-as-ordered",
     {{Trait::debug, kYes, "locked"}},
     {{"debug", "secure-lock"}},
     kUnknown,
     "of which kind"},
    {"security.debug-lock-is-as-ordered", {}, {{"debug", "secure-lock"}}, kUnknown, ""},
    {"security.debug-unlock-is-signed",
     {{Trait::debug, kYes, "secure-lock"}, {Trait::debug_unlock, kYes, "signed"}},
     {},
     kPass,
     ""},
    {"security.debug-unlock-is-signed",
     {{Trait::debug, kYes, "secure-lock"}, {Trait::debug_unlock, kNo, "no command key"}},
     {},
     kFail,
     ""},
    {"security.debug-unlock-is-signed",
     {{Trait::debug, kYes, "secure-lock"}, {Trait::command_key, kYes, kPair}},
     {{"command_key", std::string(128, 'd')}},
     kFail,
     "not the ordered one"},
    {"security.dac-key-place-is-as-ordered",
     {{Trait::dac_key, kYes, "efuse-ecdsa"}},
     {{"dac_key", "efuse-ecdsa"}},
     kPass,
     ""},
    {"security.dac-key-place-is-as-ordered",
     {{Trait::dac_key, kYes, "nvs-encrypted"}},
     {{"dac_key", "efuse-ecdsa"}},
     kFail,
     ""},
    {"security.dac-key-place-is-as-ordered", {}, {{"dac_key", "efuse-ecdsa"}}, kUnknown, ""},
    {"security.erase-is-as-ordered",
     {{Trait::device_erase, kYes, "disabled"}},
     {{"device_erase", "disabled"}},
     kPass,
     ""},
    {"security.erase-is-as-ordered",
     {{Trait::device_erase, kYes, "enabled"}},
     {{"device_erase", "disabled"}},
     kFail,
     ""},
    {"security.erase-is-as-ordered", {}, {{"device_erase", "disabled"}}, kUnknown, ""},
    {"security.tamper-is-as-ordered",
     {{Trait::tamper, kYes, "watchdog=4"}},
     {{"tamper", "watchdog=4"}},
     kPass,
     ""},
    {"security.tamper-is-as-ordered",
     {{Trait::tamper, kYes, "watchdog=0"}},
     {{"tamper", "watchdog=4"}},
     kFail,
     ""},
    {"security.tamper-is-as-ordered",
     {{Trait::page_lock, kYes, "none"}},
     {{"page_lock", "full"}},
     kFail,
     ""},
    {"security.tamper-is-as-ordered", {}, {{"page_lock", "full"}}, kUnknown, ""},
    {"security.secure-engine-is-recent",
     {{Trait::secure_engine, kYes, "2.10.0"}},
     {{"secure_engine", "2.2.5"}},
     kPass,
     ""},
    {"security.secure-engine-is-recent",
     {{Trait::secure_engine, kYes, "1.2.14"}},
     {{"secure_engine", "2.2.5"}},
     kFail,
     "1.2.14"},
    {"security.secure-engine-is-recent", {}, {{"secure_engine", "2.2.5"}}, kUnknown, ""},
};

}  // namespace

TEST_CASE("security: what is claimed, what was ordered, and what each check makes of it") {
  std::set<std::string> passed, noticed;
  check_all(of_one_trait(), passed, noticed);
  check_all(kParts, passed, noticed);
  check_all(kFirmware, passed, noticed);
  check_all(kOrders, passed, noticed);
  for (const Check* check : catalogue()) {
    const std::string id = check->id;
    if (!id.starts_with("security.")) continue;
    CHECK_MESSAGE(passed.count(id) == 1, id << ": no row passes it");
    CHECK_MESSAGE(noticed.count(id) == 1, id << ": no row fails it");
    const Finding f =
        judged({check->id, {}, {}, Status::skipped, ""}).findings[check_index(*check)];
    CHECK_MESSAGE(f.status == Status::skipped,
                  id << " without evidence: " << status_name(f.status));
  }
}

TEST_CASE("security: an order that asks keeps the verdict open on every network") {
  for (const Network network : {Network::main, Network::test, Network::none}) {
    const Report report =
        judged({"", {}, {{"nvs_encryption", "keys-partition"}}, Status::unknown, "", {}, network});
    const Finding& f = report.findings[check_index(*find_check("security.nvs-is-encrypted"))];
    CHECK(f.status == Status::unknown);
    CHECK(f.keeps_open);
    CHECK(f.severity == Severity::error);
  }
}
