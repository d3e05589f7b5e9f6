// Simplicity Commander's user_configuration.json beside an order: what it asks is asked, and what
// it says that cannot be, or that the order denies, is told by its name.

#include "verifier/readers/posture/user_configuration.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/expected.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest::test;

namespace {

Result<Device> order(const std::string& json, const std::optional<std::string>& configuration) {
  return expected_from("orders/order.json", view(json),
                       [&](const std::string& name) -> std::optional<Bytes> {
                         if (name != "user_configuration.json" || !configuration)
                           return std::nullopt;
                         return to_bytes(view(*configuration));
                       });
}

// "key=value", in the order in which they are asked.
std::vector<std::string> asked(const Result<Device>& read) {
  REQUIRE_MESSAGE(read, read.error().what);
  std::vector<std::string> out;
  for (const OrderedLock& lock : read->posture.ordered) out.push_back(lock.key + ": " + lock.value);
  return out;
}

std::string refused(const Result<Device>& read) {
  return read ? "taken" : read.error().what;
}

const std::string kVendor = R"({"vendor_id": "0xFFF1"})";

std::string ordered(const std::string& security) {
  return R"({"vendor_id": "0xFFF1", "security": )" + security + "}";
}

}  // namespace

TEST_CASE("user_configuration.json: its flags and tamper settings are asked") {
  const std::string whole = R"({"OPN": "EFR32MG24", "VERSION": 1,
    "mcu_flags": {"SECURE_BOOT_ENABLE": 1, "SECURE_BOOT_VERIFY_CERTIFICATE": false,
                  "SECURE_BOOT_ANTI_ROLLBACK": true, "SECURE_BOOT_PAGE_LOCK_FULL": 0,
                  "SECURE_BOOT_PAGE_LOCK_NARROW": 1},
    "tamper_levels": {"OTP_READ": 4, "Watchdog": "0"}, "tamper_filter": {"Filter Period": 10},
    "tamper_flags": {"KEEP_ALIVE": true}})";
  CHECK(asked(order(kVendor, whole)) ==
        std::vector<std::string>{"secure_boot: on", "verify_certificate: off", "anti_rollback: on",
                                 "page_lock: narrow", "tamper: otp_read=4", "tamper: watchdog=0",
                                 "tamper: filter_period=10", "tamper: keep_alive=enabled"});
  const auto read = order(kVendor, whole);
  REQUIRE(read);
  CHECK(read->posture.ordered.front().place.path == "orders/user_configuration.json");
  CHECK(read->posture.ordered.front().place.item == "SECURE_BOOT_ENABLE");
  CHECK(asked(order(kVendor, "{}")).empty());
  CHECK(asked(order(kVendor, std::nullopt)).empty());
  CHECK(asked(order(kVendor, "\xEF\xBB\xBF" + whole)).size() == 8);
}

TEST_CASE("user_configuration.json: what the order says more exactly stands, once") {
  CHECK(
      asked(order(ordered(R"({"secure_boot": "v2", "page_lock": "full", "tamper": {"a": 4}})"),
                  R"({"mcu_flags": {"SECURE_BOOT_ENABLE": 1, "SECURE_BOOT_PAGE_LOCK_FULL": 1},
                        "tamper_levels": {"A": 4, "B": 2}})")) ==
      std::vector<std::string>{"secure_boot: v2", "page_lock: full", "tamper: a=4", "tamper: b=2"});
}

TEST_CASE("user_configuration.json: what cannot be, and what the order denies, is no order") {
  const struct {
    std::string order, configuration, says;
  } kRows[] = {
      {kVendor, "{\"mcu_flags\": [", "user_configuration.json: "},
      {kVendor, "", "user_configuration.json: "},
      {kVendor, "[]", "expected an object, found array"},
      {kVendor, R"({"mcu_flags": [1]})", "mcu_flags: expected an object, found array"},
      {kVendor, R"({"mcu_flags": {"SECURE_BOOT_ENABLE": "yes"}})",
       "mcu_flags.SECURE_BOOT_ENABLE: expected true or false, found string"},
      {kVendor, R"({"mcu_flags": {"SECURE_BOOT_PAGE_LOCK_FULL": {}}})",
       "mcu_flags.SECURE_BOOT_PAGE_LOCK_FULL: expected true or false, found object"},
      {kVendor, R"({"tamper_levels": 4})", "tamper_levels: expected an object, found number"},
      {kVendor, R"({"tamper_levels": {"OTP_READ": [4]}})",
       "tamper_levels.OTP_READ: expected a value, found array"},
      {ordered(R"({"secure_boot": "off"})"), R"({"mcu_flags": {"SECURE_BOOT_ENABLE": 1}})",
       "SECURE_BOOT_ENABLE: expected what security.secure_boot says, off, found on"},
      {ordered(R"({"secure_boot": "v2"})"), R"({"mcu_flags": {"SECURE_BOOT_ENABLE": 0}})",
       "expected what security.secure_boot says, v2, found off"},
      {ordered(R"({"page_lock": "full"})"), R"({"mcu_flags": {"SECURE_BOOT_PAGE_LOCK_NARROW": 1}})",
       "expected what security.page_lock says, full, found narrow"},
      {ordered(R"({"tamper": {"otp_read": 4}})"), R"({"tamper_levels": {"OTP_READ": 2}})",
       "tamper_levels.OTP_READ: expected what security.tamper says, otp_read=4, found 2"},
      // A name that nobody knows would order nothing.
      {kVendor, R"({"mcu_flags": {"SECURE_BOOT_ENABLED": true}})",
       "mcu_flags.SECURE_BOOT_ENABLED: expected a flag that Simplicity Commander knows"},
      {kVendor, R"({"mcu_flag": {"SECURE_BOOT_ENABLE": true}})",
       "mcu_flag: expected mcu_flags, tamper_levels, tamper_filter, tamper_flags, OPN or VERSION"},
      {kVendor, R"({"SECURE_BOOT_ENABLE": true})", "SECURE_BOOT_ENABLE: expected mcu_flags"},
      {kVendor, R"({"tamper_levels": {"OTP_READ": 9}})",
       "tamper_levels.OTP_READ: expected a level from 0 to 7, found 9"},
      {kVendor, R"({"tamper_levels": {"OTP_READ": true}})", "expected a level from 0 to 7"},
      // Itself, too: in two spellings, or in two groups.
      {kVendor, R"({"tamper_levels": {"OTP_READ": 4, "otp_read": 2}})",
       "tamper_levels.otp_read: expected what tamper_levels.OTP_READ says, otp_read=4, found 2"},
      {kVendor, R"({"tamper_levels": {"X": 4}, "tamper_flags": {"x": true}})",
       "tamper_flags.x: expected what tamper_levels.X says, x=4, found enabled"},
  };
  for (const auto& row : kRows) {
    CAPTURE(row.configuration);
    const std::string said = refused(order(row.order, row.configuration));
    CHECK_MESSAGE(said.find(row.says) != std::string::npos, said);
    CHECK_MESSAGE(said.starts_with("orders/user_configuration.json: "), said);
  }
}

TEST_CASE("an order states each lock once, however it is spelt") {
  const std::pair<const char*, const char*> kRows[] = {
      {R"({"debug": "locked", "Debug": "open"})", "expected one value, found two: "},
      {R"({"secure_version": 3, "SECURE_VERSION": "4"})", "expected one value, found two: "},
      {R"({"secure_engine": "2.2.5", "Secure_Engine": "2.2.6"})",
       "expected one value, found two: "},
      {R"({"tamper": {"otp_read": 4, "OTP_READ": 2}})", "expected one value, found two: "},
      {R"({"tamper": {"a": {"otp_read": 4}, "b": {"otp_read": 2}}})",
       "expected one value, found two: "},
      {R"({"tamper": {"Tamper_Levels": {"otp_read": 8}}})",
       "otp_read: expected a level from 0 to 7, found 8"},
  };
  for (const auto& [security, says] : kRows) {
    CAPTURE(security);
    const std::string said = refused(order(ordered(security), std::nullopt));
    CHECK_MESSAGE(said.find(says) != std::string::npos, said);
  }
  CHECK(asked(order(ordered(R"({"debug": "locked", "Debug": "LOCKED"})"), std::nullopt)) ==
        std::vector<std::string>{"debug: locked"});
}
