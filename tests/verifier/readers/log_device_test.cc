// What a device's own log says of it, on whatever platform: the same statements behind every
// prefix.
#include <fmt/format.h>

#include "fixtures/forge/device_builder.h"
#include "tests/support/readings.h"

using namespace attest;
using namespace attest::test;

namespace {

const std::string kPayload = "MT:Y.K9042C00KA0648G00", kManual = "34970112332";

// Each with the module's place.
constexpr const char* kPrefixes[] = {"I (1234) chip[{}]: ",                      // ESP-IDF
                                     "[1780000000.82][4270:4272] CHIP:{}: ",     // Linux
                                     "[1684.1] [1:2] [{}] ",                     // Linux, newer
                                     "[1712] [CHIP:{}] ",                        //
                                     "I: 123 [{}]",                              // Zephyr
                                     "[00:00:00.512,000] <inf> chip: [{}]",      // nRF Connect
                                     "[00:00:01.234] [INFO] [{}] ",              // Silicon Labs
                                     "[info  ] [{}] ",                           //
                                     "2026-05-05 12:00:00 host chip.{}[12] I ",  // Python
                                     "\x1b[0;32mI (98) chip[{}]: "};             // in colours

std::string line(const char* prefix, const char* module, const std::string& what) {
  return fmt::format(fmt::runtime(prefix), module) + what + "\n";
}

}  // namespace

TEST_CASE("device's log: its codes are read in every form") {
  for (const char* prefix : kPrefixes) {
    CAPTURE(prefix);
    for (const std::string& what :
         {"SetupQRCode: [" + kPayload + "]", "QR code: " + kPayload,
          "https://project-chip.github.io/connectedhomeip/qrcode.html?data=MT%3A" +
              kPayload.substr(3)}) {
      CAPTURE(what);
      const Reading reading =
          read_bytes(view(line(prefix, "SVR", what) + line(prefix, "SVR", what)));
      CHECK(count(reading, FactId::qr_payload) == 1);
      REQUIRE(reading.device.string(FactId::qr_payload) != nullptr);
      CHECK(*reading.device.string(FactId::qr_payload) == kPayload);
    }
    const Reading manual =
        read_bytes(view(line(prefix, "SVR", "Manual pairing code: [" + kManual + "]")));
    CHECK(count(manual, FactId::manual_code) == 1);
    // Wrong ones as well.
    const Reading wrong =
        read_bytes(view(line(prefix, "SVR", "Manual pairing code: [34970112333]")));
    CHECK(count(wrong, FactId::manual_code) == 1);
  }
}

TEST_CASE("device's log: its configuration is read in every form") {
  for (const char* prefix : kPrefixes) {
    CAPTURE(prefix);
    const auto log = [&](int vendor, int passcode, int discriminator) {
      return line(prefix, "DL", "Device Configuration:") +
             line(prefix, "DL", "  Serial Number: TEST_SN") +
             line(prefix, "DL", fmt::format("  Vendor Id: {0} (0x{0:X})", vendor)) +
             line(prefix, "DL", "  Product Id: 32769 (0x8001)") +
             line(prefix, "DL",
                  fmt::format("  Setup Pin Code (0 for UNKNOWN/ERROR): {}", passcode)) +
             line(prefix, "DL",
                  fmt::format("  Setup Discriminator (0xFFFF for UNKNOWN/ERROR): {0} (0x{0:X})",
                              discriminator));
    };
    const std::string all = log(65521, 20202021, 3840);
    const Reading reading = read_bytes(view(all + all));
    CHECK(reading.device.number(FactId::vendor_id) == 65521u);
    CHECK(reading.device.number(FactId::product_id) == 32769u);
    CHECK(reading.device.number(FactId::passcode) == 20202021u);
    CHECK(reading.device.number(FactId::discriminator) == 3840u);
    CHECK(count(reading, FactId::vendor_id) == 1);
    const Reading unknown = read_bytes(view(log(65521, 0, 0xFFFF)));
    CHECK(unknown.device.number(FactId::vendor_id) == 65521u);
    CHECK(count(unknown, FactId::passcode) + count(unknown, FactId::discriminator) == 0);
  }
}

TEST_CASE("device's log: codes of a commissioning window are not the label's") {
  for (const char* module : {"CTL", "TOO"}) {
    for (const char* prefix : {kPrefixes[0], kPrefixes[1], kPrefixes[2]}) {
      const Reading reading =
          read_bytes(view(line(prefix, module, "Manual pairing code: [" + kManual + "]") +
                          line(prefix, module, "SetupQRCode: [" + kPayload + "]") +
                          line(prefix, "SVR", "Server is listening")));
      CHECK(count(reading, FactId::manual_code) + count(reading, FactId::qr_payload) == 0);
    }
  }
}

TEST_CASE("log: of a value within which it begins the head is missing, not damaged") {
  const forge::Device device = forge::make(forge::good_plan("log-head"));
  for (const Bytes* value : {&device.dac, &device.pai, &device.cd, &device.elements}) {
    const std::string digits = hex(*value);
    for (size_t at = 1; at < digits.size(); ++at) {
      const std::string log = digits.substr(at) + "\n" +
                              "[1780000000.82][4270:4272] CHIP:TOO:   }\n" +
                              "[1780000000.83][4270:4272] CHIP:SVR: Server is listening\n";
      const Reading reading = read_bytes(view(log), {}, "chip.log");
      CAPTURE(at);
      CHECK(remark(reading, Remark::damaged_credential) == "");
      CHECK(problems(reading).find("damaged") == std::string::npos);
    }
  }
}
