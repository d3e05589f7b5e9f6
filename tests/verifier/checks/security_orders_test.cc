// What an order asks is answered as a whole: one answer hides no other, what was never told is
// open, and what nobody asks keeps nothing open. And the line that puts it together.

#include <set>
#include <string>
#include <vector>

#include "report/posture_table.h"
#include "tests/support/posture_rows.h"
#include "verifier/checks/catalogue.h"

using namespace attest;
using namespace attest::test;

namespace {

SignedImage mcuboot(ImageSignature signature, std::vector<std::string> keys = {kKey}) {
  SignedImage out = image(signature, std::move(keys));
  out.what = "MCUboot image 1.2.3";
  out.scheme = signature == kNone ? "" : "ed25519";
  return out;
}

// "debug ?", ...: empty where there is no such row.
std::string mark(const Row& row, const std::string& name) {
  for (const PostureRow& line : posture_table(judged(row))) {
    if (line.name == name) return name + " " + posture_mark(line.worst);
  }
  return "";
}

const SaidOf kLocked{Trait::debug, kYes, "locked"};
const SaidOf kEspressif{Trait::chip, kYes, "esp32c3"};
const SaidOf kSecureBoot{Trait::secure_boot, kYes, "v2"};

}  // namespace

TEST_CASE("security orders: every item is answered, and every difference told") {
  const SaidOf full{Trait::page_lock, kYes, "full"}, none{Trait::page_lock, kYes, "none", "page"},
      off{Trait::verify_certificate, kYes, "off", "certificate"};
  const Ordered both = {{"page_lock", "full"}, {"verify_certificate", "on"}};
  check_all({
      {"security.tamper-is-as-ordered", {full, off}, both, kFail, "certificate"},
      {"security.tamper-is-as-ordered", {none, off}, both, kFail, "page; certificate"},
      {"security.tamper-is-as-ordered", {off}, both, kFail, "certificate; ordered was full"},
      {"security.tamper-is-as-ordered", {full}, both, kUnknown, "ordered was on"},
      {"security.tamper-is-as-ordered",
       {full, {Trait::tamper, kYes, "watchdog=4"}},
       {{"tamper", "otp_read=4"}, {"tamper", "watchdog=0"}, {"page_lock", "full"}},
       kFail,
       "; ordered was otp_read=4"},
      {"security.tamper-is-as-ordered",
       {{Trait::tamper_status, kNo, "not-ok", "Tamper status: Not OK"}, none},
       {{"page_lock", "full"}},
       kFail,
       "Not OK; page"},
      {"security.rollback-is-prevented",
       {{Trait::rollback, kNo, "off", "rollback is off"}},
       {{"secure_version", "3"}, {"anti_rollback", "on"}},
       kFail,
       "rollback is off; ordered was 3"},
      {"security.rollback-is-prevented",
       {{Trait::secure_version, kYes, "3"}},
       {{"secure_version", "3"}},
       kFail,
       "refuses",
       {image(kGood, {kKey}, 2)}},
      {"security.debug-lock-is-as-ordered",
       {{Trait::debug, kUnclear, "", "a word"}, {Trait::debug, kYes, "standard-lock", "erase"}},
       {{"debug", "secure-lock"}},
       kFail,
       "erase"},
      {"security.secure-engine-is-recent",
       {{Trait::secure_engine, kYes, "2.2.6"}, {Trait::secure_engine, kYes, "1.0.0"}},
       {{"secure_engine", "2.2.5"}},
       kFail,
       "1.0.0"},
      {"security.secure-boot-scheme-is-as-ordered",
       {{Trait::secure_boot, kYes, "on"}, {Trait::verify_certificate, kYes, "on"}, off},
       {{"secure_boot", "certificate"}},
       kFail,
       "certificate"},
      {"security.erase-is-as-ordered",
       {{Trait::device_erase, kYes, "disabled"}, {Trait::device_erase, kYes, "enabled", "erase"}},
       {{"device_erase", "disabled"}},
       kFail,
       "erase"},
  });
}

TEST_CASE("security orders: of several keys each answers, and readkey may have read either") {
  const SaidOf either{Trait::trusted_key, kUnclear, kPair};
  const std::string other(128, 'd');
  check_all({
      {"security.debug-unlock-is-signed",
       {kLocked, {Trait::command_key, kYes, kPair}},
       {{"command_key", other}, {"command_key", kPair}},
       kPass,
       ""},
      {"security.debug-unlock-is-signed", {kLocked, either}, {{"command_key", kPair}}, kPass, ""},
      {"security.debug-unlock-is-signed",
       {kLocked},
       {{"command_key", kPair}},
       kUnknown,
       "which one"},
      {"security.signing-key-is-as-ordered", {either}, {{"signing_keys", kPair}}, kPass, ""},
      {"security.signing-key-is-as-ordered",
       {either},
       {{"signing_keys", other}, {"command_key", kPair}},
       kUnknown,
       "neither"},
      {"security.signing-key-is-as-ordered",
       {either},
       {{"signing_keys", other}},
       kUnknown,
       "may be the command key"},
      {"security.signing-key-is-as-ordered",
       {either},
       {{"signing_keys", other}, {"command_key", other}},
       kFail,
       "not a key that was ordered"},
      {"security.signing-key-is-trusted-by-the-part",
       {either},
       {},
       kSkipped,
       "not told",
       {image(kUnchecked)}},
  });
}

TEST_CASE("security orders: an image answers for a key by a signature that verifies") {
  const Ordered by_key = {{"secure_boot", "mcuboot"}, {"signing_keys", kKey}};
  const char* key = "security.signing-key-is-as-ordered";
  const char* scheme = "security.secure-boot-scheme-is-as-ordered";
  check_all({
      {key, {}, by_key, kPass, "", {mcuboot(kGood)}},
      {key, {}, by_key, kUnknown, "cannot be checked", {mcuboot(kUnchecked)}},
      {key, {}, by_key, kUnknown, "cannot be checked", {mcuboot(kGood), mcuboot(kUnchecked, {})}},
      {key, {}, by_key, kFail, "not a key", {mcuboot(kGood), mcuboot(kUnchecked, {kOther})}},
      {key, {}, by_key, kBlocked, "images-are-signed", {mcuboot(kGood), mcuboot(kNone, {})}},
      {key, {}, by_key, kBlocked, "signatures-verify", {mcuboot(kBad)}},
      {"security.images-are-signed", {}, {{"signing_keys", kKey}}, kFail, "", {mcuboot(kNone, {})}},
      {"security.image-signatures-verify", {}, by_key, kUnknown, "", {mcuboot(kUnchecked)}},
      {scheme, {}, by_key, kPass, "", {mcuboot(kGood)}},
      {scheme, {}, by_key, kUnknown, "cannot be checked", {mcuboot(kUnchecked)}},
      {scheme, {}, by_key, kUnknown, "does not show", {image(kGood, {kKey})}},
      {scheme, {}, by_key, kBlocked, "images-are-signed", {mcuboot(kNone, {})}},
  });
  const Report report = judged(
      {"", {}, {{"signing_keys", kKey}}, kUnknown, "", {mcuboot(kUnchecked)}, Network::none});
  for (const char* id : {"security.image-signatures-verify", key})
    CHECK_MESSAGE(report.findings[check_index(*find_check(id))].keeps_open, id);
}

TEST_CASE("security orders: a released part is told whole, where its vendor has such a rule") {
  const Ordered release = {{"profile", "release"}};
  for (const char* id :
       {"security.boot-key-is-usable", "security.read-protection-is-sealed",
        "security.fuse-keys-cannot-be-read", "security.fuse-keys-cannot-be-changed",
        "security.no-other-way-to-boot", "security.flash-encryption-is-on",
        "security.flash-encryption-is-for-release", "security.download-mode-is-closed"}) {
    CAPTURE(id);
    check_all({
        {id, {kEspressif, kSecureBoot, kLocked}, release, kUnknown, "does not tell"},
        {id, {kEspressif, kSecureBoot, kLocked}, {}, kSkipped, "no evidence"},
        {id, {{Trait::chip, kYes, "efr32mg24"}, kSecureBoot, kLocked}, release, kSkipped, ""},
    });
  }
  check_all({
      // Of v1 there is nothing to seal, and of a part that has none its lack is told once.
      {"security.read-protection-is-sealed",
       {kEspressif, {Trait::secure_boot, kYes, "v1"}},
       release,
       kSkipped,
       ""},
      {"security.boot-key-is-usable",
       {kEspressif, {Trait::secure_boot, kNo, "off"}},
       release,
       kSkipped,
       ""},
      {"security.fuse-keys-cannot-be-read",
       {kEspressif, kSecureBoot},
       {{"profile", "release"}, {"flash_encryption", "off"}},
       kSkipped,
       ""},
  });
}

TEST_CASE("security: what nobody asks of an open part keeps nothing open") {
  const std::vector<SaidOf> open = {
      {Trait::secure_boot, kNo, "off"},      {Trait::flash_encryption, kNo, "off"},
      {Trait::debug, kNo, "open"},           {Trait::download_mode, kNo, "open"},
      {Trait::other_boot, kNo, "open"},      {Trait::fuse_key_write, kNo, "writeable"},
      {Trait::read_protection, kNo, "open"}, {Trait::rollback, kNo, "off"}};
  const Report report = judged({"", open, {}, kSkipped, "", {}, Network::none});
  for (const Finding& f : report.findings) {
    const std::string id = f.check->id;
    if (!id.starts_with("security.")) continue;
    CHECK_MESSAGE(!f.keeps_open, id);
    CHECK_MESSAGE(f.status != kBlocked, id);
    CHECK_MESSAGE(f.status != kUnknown, id);
  }
  check_all({
      {"security.release-rule-holds", open, {}, kSkipped, "nothing asks", {}, Network::none},
      {"security.release-rule-holds",
       open,
       {{"profile", "development"}},
       kSkipped,
       "nothing asks",
       {},
       Network::main},
      {"security.release-rule-holds",
       open,
       {{"profile", "release"}},
       kPass,
       "points",
       {},
       Network::none},
  });
}

TEST_CASE("security orders: an encrypted image leaves open who signed it") {
  SignedImage hidden = mcuboot(kUnchecked);
  hidden.scheme = "ecdsa-p256, encrypted";
  check_all({{"security.image-signatures-verify",
              {},
              {{"secure_boot", "mcuboot"}},
              kUnknown,
              "its signature is over what it decrypts to",
              {hidden}},
             {"security.signing-key-is-as-ordered",
              {},
              {{"signing_keys", kKey}},
              kUnknown,
              "it is encrypted, and names that key alone",
              {hidden}},
             {"security.signing-key-is-as-ordered",
              {},
              {{"signing_keys", kOther}},
              kFail,
              "is not a key that was ordered",
              {hidden}}});
}

TEST_CASE("the line of locks: the worst of its checks, and none without what it is about") {
  CHECK(mark({"", {kLocked}, {}, kPass, ""}, "debug") == "debug ✓");
  CHECK(mark({"", {kLocked}, {{"page_lock", "full"}}, kPass, ""}, "debug") == "debug ?");
  CHECK(mark({"", {kLocked, {Trait::page_lock, kYes, "none"}}, {{"page_lock", "full"}}, kPass, ""},
             "debug") == "debug ✗");
  CHECK(mark({"", {{Trait::page_lock, kYes, "full"}}, {{"page_lock", "full"}}, kPass, ""}, "debug")
            .empty());
  CHECK(mark({"", {{Trait::debug, kUnclear, ""}}, {}, kPass, ""}, "debug") == "debug ?");
  CHECK(mark({"", {{Trait::secure_version, kYes, "3"}}, {}, kPass, ""}, "firmware").empty());
  CHECK(mark({"", {}, {}, kPass, "", {mcuboot(kUnchecked)}}, "firmware") == "firmware ?");
  CHECK(mark({"", {kEspressif, kSecureBoot}, {{"profile", "release"}}, kPass, ""}, "secure boot") ==
        "secure boot ?");
  // A line that waits says for what.
  for (const PostureRow& line : posture_table(
           judged({"",
                   {{Trait::flash_encryption, kNo, "off"}, {Trait::flash_content, kNo, "plain"}},
                   {{"flash_encryption", "release"}},
                   kPass,
                   ""}))) {
    if (std::string(line.name) == "flash encryption")
      CHECK(line.found.find("waits for security.flash-encryption-is-on") != std::string::npos);
  }
}
