// What is told and what is not: "off" is ordered and asked as "on" is, what one output leaves out
// another answers, a contradiction nothing; and one difference is told once.

#include <set>
#include <string>
#include <vector>

#include "tests/support/posture_rows.h"
#include "verifier/readers/posture/untold.h"

using namespace attest;
using namespace attest::test;

namespace {

std::set<std::string> failures(const Row& row) {
  std::set<std::string> out;
  for (const Finding& f : judged(row).findings) {
    if (f.status == kFail && std::string(f.check->id).starts_with("security."))
      out.insert(f.check->id);
  }
  return out;
}

SaidOf untold(Trait trait, std::string detail) {
  return {trait, kUnclear, kUntold, std::move(detail)};
}

const SaidOf kChip{Trait::chip, kYes, "esp32c3"};
const SaidOf kSealed{Trait::read_protection, kYes, "sealed"};

}  // namespace

TEST_CASE("security orders: off is asked as on is") {
  const struct {
    const char *id, *key, *word;
    Trait trait;
    const char *same, *other;
  } kRows[] = {
      {"security.secure-boot-scheme-is-as-ordered", "secure_boot", "off", Trait::secure_boot, "off",
       "v2"},
      {"security.flash-encryption-is-on", "flash_encryption", "off", Trait::flash_encryption, "off",
       "development"},
      {"security.nvs-is-encrypted", "nvs_encryption", "off", Trait::nvs, "plain", "encrypted"},
      {"security.download-mode-is-closed", "download_mode", "open", Trait::download_mode, "open",
       "secure"},
      {"security.rollback-is-prevented", "anti_rollback", "off", Trait::rollback, "off", "on"},
      {"security.erase-is-as-ordered", "device_erase", "enabled", Trait::device_erase, "enabled",
       "disabled"},
      {"security.tamper-is-as-ordered", "page_lock", "none", Trait::page_lock, "none", "full"},
      {"security.tamper-is-as-ordered", "verify_certificate", "off", Trait::verify_certificate,
       "off", "on"}};
  for (const auto& row : kRows) {
    CAPTURE(row.key);
    const Ordered order = {{row.key, row.word}};
    check_all({{row.id, {{row.trait, kNo, row.same}}, order, kPass, ""},
               {row.id, {{row.trait, kYes, row.other}}, order, kFail, "a fuse says so"},
               {row.id, {}, order, kUnknown, "does not show"}});
    if (row.trait == Trait::nvs) continue;
    check_all({{row.id, {{row.trait, kUnclear, "", "a word"}}, order, kUnknown, "a word"}});
  }
  // Of a read-out without fuses the flash itself tells.
  const Ordered off = {{"flash_encryption", "off"}};
  const char* id = "security.flash-encryption-is-on";
  check_all({{id, {{Trait::flash_content, kNo, "plain"}}, off, kPass, ""},
             {id, {{Trait::flash_content, kYes, "ciphertext"}}, off, kFail, ""}});
}

TEST_CASE("security orders: a word that is that of two modes tells neither") {
  const char* id = "security.flash-encryption-is-for-release";
  const Ordered development = {{"flash_encryption", "development"}};
  const SaidOf either{Trait::flash_encryption, kYes, "on", "a word"};
  check_all(
      {{id, {either}, development, kUnknown, "a word"},
       {id, {either, {Trait::flash_encryption, kYes, "development"}}, development, kSkipped, ""},
       {id, {either, {Trait::flash_encryption, kYes, "release"}}, development, kFail, ""},
       {id, {either}, {{"flash_encryption", "on"}}, kSkipped, ""},
       {"security.secure-engine-is-recent",
        {{Trait::secure_engine, kYes, "unknown"}},
        {{"secure_engine", "2.2.5"}},
        kUnknown,
        "unknown"}});
}

TEST_CASE("security: what is not told is no difference from the order") {
  const SaidOf lost = untold(Trait::secure_boot, "SECURE_BOOT_EN is not in the output"),
               denied{Trait::secure_boot, kUnclear, "", "its words deny its flags"};
  for (const char* scheme : {"v1", "v2", "off"}) {
    CAPTURE(scheme);
    for (const SaidOf& said : {lost, denied}) {
      const Row row{"security.secure-boot-scheme-is-as-ordered",
                    {said},
                    {{"secure_boot", scheme}},
                    kUnknown,
                    said.detail};
      check_all({row});
      CHECK(failures(row).empty());
    }
  }
}

TEST_CASE("security: what one output does not tell another does, and a contradiction is none") {
  const char* debug = "security.debug-is-locked";
  const char* release = "security.flash-encryption-is-for-release";
  const Ordered by_order = {{"profile", "release"}};
  const SaidOf on{Trait::flash_encryption, kYes, "release"},
      mode{Trait::release_mode, kYes, "release", "SPI_BOOT_CRYPT_CNT is 0x7"},
      cache{Trait::release_mode, kYes, "burned", "DIS_DOWNLOAD_ICACHE is 1"},
      boot{Trait::other_boot, kYes, "closed", "DIS_DIRECT_BOOT is 1"},
      lost = untold(Trait::release_mode, "SPI_BOOT_CRYPT_CNT is \"Enable\"");
  check_all({
      {debug, {untold(Trait::debug, "USB is not told")}, by_order, kUnknown, "USB"},
      {debug,
       {untold(Trait::debug, "USB is not told"), {Trait::debug, kYes, "disabled"}},
       by_order,
       kPass,
       ""},
      {debug,
       {{Trait::debug, kUnclear, "", "its words deny its flags"}, {Trait::debug, kYes, "disabled"}},
       by_order,
       kUnknown,
       "deny"},
      {debug,
       {untold(Trait::debug, "USB is not told"), {Trait::debug, kNo, "open", "a fuse is 0"}},
       by_order,
       kFail,
       "a fuse is 0"},
      // Of what many fields make up each answers for itself, or a summary that has all of them.
      {release, {on, lost, cache}, by_order, kUnknown, "Enable"},
      {release, {on, lost, mode, cache}, by_order, kPass, ""},
      {release,
       {on, mode, untold(Trait::release_mode, "DIS_ICACHE is not in the output"), boot},
       by_order,
       kUnknown,
       "DIS_ICACHE"},
      // A lock's kind.
      {"security.debug-lock-is-as-ordered",
       {{Trait::debug, kYes, "locked"}, {Trait::debug, kYes, "secure-lock"}},
       {{"debug", "secure-lock"}},
       kPass,
       ""},
  });
}

TEST_CASE("security: the release profile of Espressif's parts wants JTAG closed for good") {
  const char* id = "security.flash-encryption-is-for-release";
  const SaidOf on{Trait::flash_encryption, kYes, "release"},
      mode{Trait::release_mode, kYes, "release", "SPI_BOOT_CRYPT_CNT is 0x7"},
      by_key{Trait::debug, kYes, "secure-lock", "SOFT_DIS_JTAG is burned"},
      for_good{Trait::debug, kYes, "disabled", "DIS_PAD_JTAG is 1"},
      somehow{Trait::debug, kYes, "locked", "SOFT_DIS_JTAG is burned"};
  const Ordered profile = {{"profile", "release"}};
  check_all({
      {id, {kChip, on, mode, by_key}, profile, kFail, "SOFT_DIS_JTAG"},
      {id, {kChip, on, mode, for_good}, profile, kPass, ""},
      {id, {kChip, on, mode, somehow}, profile, kUnknown, "for good is not told"},
      {id, {kChip, on, mode, somehow}, {{"flash_encryption", "release"}}, kPass, ""},
      {id,
       {kChip, on, mode, by_key},
       {{"profile", "release"}, {"debug", "secure-lock"}},
       kPass,
       ""},
      {id, {kChip, on, mode, by_key}, {{"flash_encryption", "release"}}, kPass, ""},
      {id, {kChip, on, mode, by_key}, {}, kPass, ""},
      {"security.debug-is-locked", {kChip, on, mode, by_key}, profile, kPass, ""},
      // Of another vendor's part it is the lock to have.
      {"security.debug-is-locked", {{Trait::chip, kYes, "efr32"}, by_key}, profile, kPass, ""},
  });
}

TEST_CASE("security: a counter that does not tell is neither high enough nor too low") {
  const char* id = "security.rollback-is-prevented";
  const SaidOf open = untold(Trait::secure_version, "SECURE_VERSION is \"?\", which does not tell"),
               three{Trait::secure_version, kYes, "3", "SECURE_VERSION is 0x7"};
  const Ordered order = {{"secure_version", "3"}};
  const SignedImage app = image(kGood, {kKey}, 3), old = image(kGood, {kKey}, 2);
  check_all({{id, {open}, order, kUnknown, "does not tell", {app}},
             {id, {open}, order, kUnknown, "does not tell"},
             {id, {open}, order, kFail, "secure version of the ota_0", {old}},
             {id, {open, three}, order, kPass, "", {app}},
             {id, {open}, {}, kSkipped, "", {app}},
             {id, {three}, {}, kPass, "", {app}}});
}

TEST_CASE("security: what was burned last is what download mode is") {
  const char* id = "security.download-mode-is-closed";
  const SaidOf before{Trait::download_mode, kNo, "open", "ENABLE_SECURITY_DOWNLOAD is 0"},
      after{Trait::download_mode, kYes, "secure", "secure download is on"},
      boots{Trait::secure_boot, kYes, "v2"}, open{Trait::debug, kNo, "open", "JTAG is 0"},
      closed{Trait::debug, kYes, "disabled"};
  for (const Ordered& order : {Ordered{}, Ordered{{"profile", "release"}}}) {
    check_all({{id, {boots, before, after}, order, kPass, ""},
               {id, {boots, after, before}, order, kPass, ""},
               {id, {boots, before}, order, kFail, "is 0"},
               // Of other locks a contradiction is one.
               {"security.debug-is-locked", {closed, open}, order, kFail, "is 0"}});
  }
  check_all({{id, {before, after}, {{"download_mode", "secure"}}, kPass, ""},
             {id, {before, after}, {{"download_mode", "open"}}, kFail, "is on"},
             {"security.release-rule-holds", {before, after}, {}, kPass, ""}});
}

TEST_CASE("security: fuses that do not tell contradict no flash") {
  const char* id = "security.evidence-is-of-this-part";
  const SaidOf hidden{Trait::flash_content, kYes, "ciphertext", "the bootloader is ciphertext"},
      shown{Trait::flash_content, kNo, "plain", "the bootloader is in plain"},
      lost = untold(Trait::flash_encryption, "SPI_BOOT_CRYPT_CNT is not in the output"),
      denied{Trait::flash_encryption, kUnclear, "", "its words deny its numbers"},
      on{Trait::flash_encryption, kYes, "release", "SPI_BOOT_CRYPT_CNT is 0x7"},
      off{Trait::flash_encryption, kNo, "off", "SPI_BOOT_CRYPT_CNT is 0x0"};
  for (const SaidOf& open : {lost, denied}) {
    for (const SaidOf& content : {hidden, shown})
      check_all({{id, {open, content}, {}, kSkipped, ""}});
    check_all({{id, {open, on, hidden}, {}, kPass, ""},
               {id, {open, on, shown}, {}, kFail, "is 0x7, and yet the bootloader is in plain"},
               {id, {open, off, hidden}, {}, kFail, "is 0x0, and yet the bootloader is ciphertext"},
               {id, {open, off, shown}, {}, kPass, ""},
               {id, {on, {Trait::flash_content, kUnclear, "", "neither"}}, {}, kSkipped, ""}});
  }
}

TEST_CASE("security orders: one difference is told once") {
  const SaidOf off{Trait::verify_certificate, kYes, "off", "Verify Certificate: Disabled"};
  CHECK(failures({"",
                  {{Trait::secure_boot, kYes, "on"}, off},
                  {{"secure_boot", "certificate"}, {"verify_certificate", "on"}},
                  kPass,
                  ""}) == std::set<std::string>{"security.secure-boot-scheme-is-as-ordered"});
  CHECK(failures({"",
                  {{Trait::secure_boot, kYes, "on"}, off},
                  {{"secure_boot", "on"}, {"verify_certificate", "on"}},
                  kPass,
                  ""}) == std::set<std::string>{"security.tamper-is-as-ordered"});
  const std::vector<SaidOf> erasable = {{Trait::debug, kYes, "standard-lock"},
                                        {Trait::device_erase, kYes, "enabled"}};
  CHECK(failures(
            {"", erasable, {{"debug", "secure-lock"}, {"device_erase", "disabled"}}, kPass, ""}) ==
        std::set<std::string>{"security.debug-lock-is-as-ordered"});
  CHECK(failures({"", erasable, {{"debug", "locked"}, {"device_erase", "disabled"}}, kPass, ""}) ==
        std::set<std::string>{"security.erase-is-as-ordered"});
}

TEST_CASE("secure boot v1: the bootloader has a digest, and download mode is not asked for") {
  SignedImage bootloader = image(kNone), app = image(kGood, {kKey});
  bootloader.what = "bootloader";
  app.scheme = "v1";
  const SaidOf first{Trait::secure_boot, kYes, "v1"}, second{Trait::secure_boot, kYes, "v2"},
      open{Trait::download_mode, kNo, "open"};
  const char* is_signed = "security.images-are-signed";
  const char* download = "security.download-mode-is-closed";
  const Ordered by_key = {{"secure_boot", "v1"}, {"signing_keys", kKey}};
  check_all({
      {is_signed, {first}, {}, kPass, "only the part can check", {bootloader, app}},
      {is_signed, {}, by_key, kPass, "only the part can check", {bootloader, app}},
      {is_signed, {first}, {}, kFail, "ota_0", {bootloader, image(kNone)}},
      {is_signed, {second}, {}, kFail, "bootloader", {bootloader, app}},
      {is_signed, {first, second}, {}, kFail, "bootloader", {bootloader, app}},
      {"security.signing-key-is-as-ordered", {first}, by_key, kPass, "", {bootloader, app}},
      {download, {first, open}, {}, kWarn, ""},
      {download, {first, open}, {{"profile", "release"}}, kWarn, ""},
      {download, {first, open}, {{"download_mode", "disabled"}}, kFail, ""},
      {download, {second, open}, {}, kFail, ""},
  });
}

TEST_CASE("the DAC's key lives where it lies, whatever is burned and promised") {
  const char* id = "security.dac-key-place-is-as-ordered";
  const Ordered by_fuses = {{"dac_key", "efuse-ecdsa"}};
  const SaidOf burned{Trait::dac_key, kYes, "efuse-ecdsa", "BLOCK_KEY4 (ECDSA_KEY)"},
      in_file{Trait::dac_key, kUnclear, "flash", "the private key lies in plain"},
      shown{Trait::dac_key, kNo, "flash", "the private key lies in plain"},
      promised{Trait::dac_key, kUnclear, "efuse-ecdsa", "BLOCK_KEY4 has the private key"},
      elsewhere{Trait::dac_key, kUnclear, "efuse-ecdsa", "BLOCK_KEY1 has the private key"};
  check_all({
      {id, {burned, in_file}, by_fuses, kFail, "in plain"},
      {id, {burned, in_file}, {{"dac_key", "flash"}}, kPass, ""},
      {id, {in_file}, {{"dac_key", "rsa-ds"}}, kFail, "in plain"},
      {id, {{Trait::dac_key, kUnclear, "nvs-encrypted"}}, by_fuses, kUnknown, "does not show"},
      {id,
       {{Trait::dac_key, kUnclear, "nvs-encrypted"}},
       {{"dac_key", "nvs-encrypted"}},
       kPass,
       ""},
      {id, {burned, shown}, by_fuses, kBlocked, "security.dac-key-is-hidden"},
      {id, {burned, promised}, by_fuses, kPass, ""},
      {id, {promised}, by_fuses, kPass, ""},
      {id, {burned, elsewhere}, by_fuses, kFail, "in the fuses is BLOCK_KEY4"},
      {id, {promised}, {{"dac_key", "rsa-ds"}}, kFail, "BLOCK_KEY4"},
      // The fuses are there, and none holds such a key.
      {id, {kChip, kSealed, promised}, by_fuses, kFail, "no block of the fuses"},
      {id,
       {kChip, kSealed, untold(Trait::nvs_scheme, "KEY_PURPOSE_4 is not in the output"), promised},
       by_fuses,
       kPass,
       ""},
      {id,
       {{Trait::dac_key, kUnclear, "hmac-ecdsa", "the esp_secure_cert says so"},
        {Trait::nvs_scheme, kYes, "hmac", "BLOCK_KEY2"},
        kSealed},
       {{"dac_key", "hmac-ecdsa"}},
       kPass,
       ""},
      // A scheme of HMAC that opens the NVS is none in the fuses.
      {id,
       {{Trait::dac_key, kUnclear, "hmac-ecdsa", "the esp_secure_cert says so"},
        {Trait::nvs_scheme, kYes, "hmac", "the NVS opens with a key of the HMAC scheme"},
        kChip,
        kSealed},
       {{"dac_key", "hmac-ecdsa"}},
       kFail,
       "no block of the fuses"},
      // A factory's file is no read-out of the part.
      {"security.dac-key-is-hidden", {in_file}, by_fuses, kSkipped, ""},
      {"security.dac-key-is-hidden", {in_file, burned}, by_fuses, kPass, ""},
      {"security.dac-key-is-hidden", {shown, burned}, by_fuses, kFail, "in plain"},
  });
}

TEST_CASE(
    "a purpose that is not told may be that of the promised key, whatever other blocks hold") {
  const char* id = "security.dac-key-place-is-as-ordered";
  const Ordered order = {{"dac_key", "efuse-ecdsa"}};
  const SaidOf promised{Trait::dac_key, kUnclear, "efuse-ecdsa", "BLOCK_KEY1 has the private key"},
      nowhere{Trait::dac_key, kUnclear, "efuse-ecdsa", "block 20, which holds no key, has it"},
      other{Trait::dac_key, kYes, "efuse-ecdsa", "BLOCK_KEY3 (ECDSA_KEY)"},
      hmac{Trait::nvs_scheme, kYes, "hmac", "BLOCK_KEY2"},
      same{Trait::nvs_scheme, kYes, "hmac", "BLOCK_KEY1"},
      lost = untold(Trait::nvs_scheme, "KEY_PURPOSE_1 is not in the output"),
      lost_other = untold(Trait::nvs_scheme, "KEY_PURPOSE_4 is not in the output"),
      boot{Trait::other_boot, kYes, "closed", "DIS_DIRECT_BOOT is 1"};
  check_all({
      {id, {kChip, kSealed, hmac, promised}, order, kFail, "no block of the fuses"},
      {id, {kChip, kSealed, hmac, lost, promised}, order, kPass, ""},
      {id, {kChip, kSealed, hmac, other, lost, promised}, order, kPass, ""},
      {id, {kChip, kSealed, hmac, lost_other, promised}, order, kFail, "no block of the fuses"},
      {id, {kChip, kSealed, other, lost_other, promised}, order, kFail, "is BLOCK_KEY3"},
      {id, {kChip, kSealed, other, lost, nowhere}, order, kFail, "is BLOCK_KEY3"},
      // Another output tells it: by what it holds, or because it lacks nothing.
      {id, {kChip, kSealed, same, lost, promised}, order, kFail, "no block of the fuses"},
      {"security.nvs-is-encrypted",
       {kChip, kSealed, lost},
       {{"nvs_encryption", "hmac"}},
       kUnknown,
       "KEY_PURPOSE_1"},
  });
  // What only an output said that was cut is no answer of the one that is whole: it has no keys.
  const char* read = "security.fuse-keys-cannot-be-read";
  const Ordered release = {{"profile", "release"}};
  check_all({{read,
              {kChip, untold(Trait::fuse_key_read, "KEY_PURPOSE_1 is not there")},
              release,
              kUnknown,
              "KEY_PURPOSE_1"}});
}

TEST_CASE("an NVS in plain is none that is encrypted, by whatever scheme it was to be") {
  const char* id = "security.nvs-is-encrypted";
  const SaidOf plain{Trait::nvs, kNo, "plain", "the fctry is in plain"},
      in_file{Trait::nvs, kUnclear, "plain", "the fctry is in plain"},
      key{Trait::nvs_scheme, kYes, "hmac"};
  for (const char* scheme : {"hmac", "keys-partition"}) {
    const Ordered order = {{"nvs_encryption", scheme}};
    check_all({{id, {plain}, order, kFail, "in plain"},
               {id, {plain, key}, order, kFail, "in plain"},
               {id, {in_file, key}, order, kFail, "in plain"}});
  }
  // The scheme is told by what opens it, by the keys' place, or by the fuses.
  const SaidOf hidden{Trait::nvs, kYes, "encrypted"},
      by_keys{Trait::nvs_scheme, kYes, "keys-partition", "the fctry opens"},
      by_hmac{Trait::nvs_scheme, kYes, "hmac", "the fctry opens"},
      burned{Trait::nvs_scheme, kYes, "hmac", "BLOCK_KEY2"};
  const Ordered hmac = {{"nvs_encryption", "hmac"}}, keys = {{"nvs_encryption", "keys-partition"}};
  check_all({
      {id, {hidden}, keys, kUnknown, "does not show"},
      {id, {hidden, burned}, keys, kUnknown, "does not show"},
      {id, {hidden, {Trait::nvs_keys, kYes, "hidden"}}, keys, kPass, ""},
      {id, {hidden, by_keys}, keys, kPass, ""},
      {id, {hidden, {Trait::flash_content, kYes, "ciphertext"}}, keys, kPass, ""},
      {id, {hidden, {Trait::flash_content, kNo, "plain"}}, keys, kUnknown, "does not show"},
      {id, {hidden, kChip, kSealed}, keys, kPass, ""},
      {id, {hidden, by_hmac}, keys, kFail, "opens"},
      {id, {hidden, by_hmac}, hmac, kPass, ""},
      {id, {hidden, burned}, hmac, kPass, ""},
      {id, {hidden, by_keys}, hmac, kFail, "opens"},
      {id, {hidden, by_keys, burned}, hmac, kFail, "opens"},
      {id, {hidden, by_hmac, kChip, kSealed}, hmac, kFail, "HMAC_UP"},
  });
  check_all({
      {id, {{Trait::debug, kYes, "disabled"}, in_file}, {}, kSkipped, ""},
      {id,
       {kChip, kSealed, untold(Trait::nvs_scheme, "KEY_PURPOSE_3 is not in the output")},
       {{"nvs_encryption", "hmac"}},
       kUnknown,
       "KEY_PURPOSE_3"},
      {id, {kChip, kSealed}, {{"nvs_encryption", "hmac"}}, kFail, "HMAC_UP"},
  });
}
