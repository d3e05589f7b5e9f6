// What a lot keeps of how a part is locked, and of which chip it is.

#include "lot/fingerprints.h"

#include <string>
#include <vector>

#include "tests/support/support.h"
#include "verifier/gather/gather.h"

using namespace attest;
using namespace attest::test;

namespace {

constexpr SipKey kKey{1, 2, 3};

struct Said {
  Trait trait;
  Holds holds;
  const char* value;
};
DeviceFingerprints of(const std::vector<Said>& said) {
  Reading reading;
  for (const Said& one : said) reading.device.posture.say(one.trait, one.holds, one.value, "", {});
  return fingerprints_of(
      gather(std::move(reading), {}, TrustStore::builtin(false), nullptr, openssl_engine()), kKey);
}

}  // namespace

TEST_CASE("a part's posture has all that parts of one lot are alike in") {
  const auto yes = Holds::yes, no = Holds::no, unclear = Holds::unclear;
  const std::pair<std::vector<Said>, const char*> kRows[] = {
      {{{Trait::chip, yes, "esp32c3"}}, "chip esp32c3"},
      {{{Trait::secure_version, yes, "3"}}, "secure version 3"},
      {{{Trait::other_boot, yes, "closed"}, {Trait::other_boot, yes, "closed"}},
       "other ways to boot shut"},
      {{{Trait::other_boot, yes, "closed"}, {Trait::other_boot, no, "open"}},
       "other ways to boot open"},
      {{{Trait::fuse_key_write, no, "writeable"}, {Trait::fuse_key_write, yes, "locked"}},
       "writing of keys open"},
      {{{Trait::fuse_key_read, no, "readable"}}, "reading of keys open"},
      {{{Trait::read_protection, no, "open"}}, "read protection open"},
      {{{Trait::release_mode, yes, "burned"}, {Trait::release_mode, no, "open"}},
       "bits of release mode open"},
      // A summary has other words for what is shut, or open, than get-security-info.
      {{{Trait::release_mode, yes, "release"},
        {Trait::release_mode, yes, "burned"},
        {Trait::release_mode, yes, "sealed"}},
       "bits of release mode shut"},
      {{{Trait::release_mode, yes, "release"}, {Trait::release_mode, yes, "burned"}},
       "bits of release mode shut"},
      {{{Trait::release_mode, no, "development"},
        {Trait::release_mode, no, "open"},
        {Trait::release_mode, no, "weak"}},
       "bits of release mode open"},
      // What was burned last is what it is.
      {{{Trait::download_mode, no, "open"}, {Trait::download_mode, yes, "secure"}},
       "download mode secure"},
      {{{Trait::download_mode, no, "open"}}, "download mode open"},
      {{{Trait::page_lock, yes, "full"}, {Trait::tamper, yes, "watchdog=4"}},
       "page lock full, tamper watchdog=4"},
      {{{Trait::debug, yes, "locked"}, {Trait::debug, unclear, "network core"}}, "debug locked"},
      // Its own: what no two parts have alike.
      {{{Trait::mac, yes, "605549000001"}, {Trait::unique_id, yes, "605549fffe000001"}}, ""},
  };
  for (const auto& [said, expected] : kRows) {
    CAPTURE(std::string(expected));
    const std::string posture = of(said).posture;
    CHECK(posture == expected);
    std::string again;
    for (const LockTold& one : locks_told(posture))
      again += (again.empty() ? "" : ", ") + one.trait + " " + one.value;
    CHECK(again == expected);
  }
}

TEST_CASE("a part's chip is known by the MAC in its fuses, or its unique id") {
  const auto yes = Holds::yes;
  const uint64_t mac = of({{Trait::mac, yes, "605549000001"}}).of(Fingerprint::chip_id),
                 id = of({{Trait::unique_id, yes, "605549fffe000001"}}).of(Fingerprint::chip_id);
  CHECK(mac != 0);
  CHECK(id != 0);
  CHECK(mac != of({{Trait::mac, yes, "605549000002"}}).of(Fingerprint::chip_id));
  // A label's is of an interface, and a blank one of nobody.
  CHECK(of({{Trait::mac, Holds::unclear, "605549000001"}}).of(Fingerprint::chip_id) == 0);
  CHECK(of({{Trait::unique_id, yes, "0000000000000000"}}).of(Fingerprint::chip_id) == 0);
  CHECK(of({{Trait::unique_id, yes, "ffffffffffffffff"}}).of(Fingerprint::chip_id) == 0);
  CHECK(of({{Trait::mac, yes, "ffffffffffff"}, {Trait::unique_id, yes, "605549fffe000001"}})
            .of(Fingerprint::chip_id) == id);
}
