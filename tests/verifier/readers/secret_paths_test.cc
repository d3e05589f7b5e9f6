// Files, folders and members that are called by a secret.
#include "verifier/readers/secret_paths.h"

#include "fixtures/forge/device_builder.h"
#include "tests/support/readings.h"
#include "verifier/readers/quoted.h"

using namespace attest;
using namespace attest::test;

namespace {

const std::string kBody = "Y.K9042C00KA0648G00", kManual = "34970112332";

}  // namespace

TEST_CASE("names: what is an onboarding code by its form is masked") {
  for (const std::string& name :
       {"MT:" + kBody + ".png", "MT_" + kBody + ".PNG", "mt-" + kBody + ".txt", "MT%3A" + kBody,
        "lot/MT:" + kBody + "/dac.der", "a.zip!label MT:" + kBody + ".txt",
        "MT" + kBody + ".png"}) {
    CAPTURE(name);
    CHECK(without_code_names(name).find("K9042C") == std::string::npos);
    CHECK(without_code_names(name).find("(masked)") != std::string::npos);
  }
  CHECK(without_code_names("lot/" + kManual + ".der") == "lot/(masked).der");
  CHECK(without_code_names(kManual) == "(masked)");
  CHECK(without_code_names("label-3497-011-2332.png") == "label-(masked).png");
  CHECK(without_code_names("a 7497-011-2336-5521-3276-87.png") == "a (masked).png");
}

TEST_CASE("names: numbers, digests and words stay") {
  for (const std::string& name :
       {std::string("2026-11-30/20261130-101500/dac.der"), "DUT-" + kManual + "/dac.pem",
        std::string("34970112333.der"), std::string("serial-12345678902.txt"),
        std::string("550e8400-e29b-41d4-a716-446655440000.der"), std::string(64, 'a') + ".der",
        std::string("MT-REPORT-OF-STATION-12-LINE-3.txt"), std::string("mtd0_partition_table.bin"),
        std::string("0800-123-4567.txt")}) {
    CAPTURE(name);
    CHECK(without_code_names(name) == name);
  }
}

TEST_CASE("names: what the evidence has as a secret is masked in every path") {
  const forge::Device device = forge::make(forge::good_plan("secret-paths"));
  const std::string key = hex(device.dac_key.scalar);
  Reading reading;
  const auto at = [](std::string path) {
    return Place{.path = std::move(path), .offset = {}, .item = {}};
  };
  reading.device.say(FactId::passcode, uint64_t{1234567}, at("a/01234567.txt"));
  reading.device.say(FactId::qr_payload, "MT:" + kBody, at(kBody + ".png"));
  reading.device.say(FactId::manual_code, kManual, at("unit " + kManual + " photo.txt"));
  reading.device.say(FactId::certificate, device.dac, at(key + ".der"));
  std::string upper = key;
  for (char& c : upper) c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  reading.device.note(Remark::unknown_key, at("keys/" + upper + "/device.json"), "x");
  reading.files.push_back({.path = key + ".der", .kind = "x509", .holds = {}});
  reading.not_used.push_back({.path = "20202021/notes.txt", .why = "nothing"});
  reading.not_used.push_back({.path = key + ".der at 0x10", .why = "nothing"});
  Reading shown = reading;
  mask_paths(reading, false);
  const auto path = [&](size_t i) { return reading.device.statements[i].place.path; };
  CHECK(path(0).starts_with("a/(masked).txt (name "));
  CHECK(path(1).starts_with("(masked).png (name "));
  CHECK(path(2).starts_with("unit (masked) photo.txt (name "));
  CHECK(path(3) == "(masked).der (name 1)");
  CHECK(reading.files[0].path == path(3));
  CHECK(reading.device.remarks[0].place.path.starts_with("keys/(masked)/device.json (name "));
  CHECK(reading.not_used[0].path.starts_with("(masked)/notes.txt (name "));  // the QR code's
  CHECK(reading.not_used[1].path == "(masked).der (name 1) at 0x10");
  // Twice is once.
  const std::string once = path(0);
  mask_paths(reading, false);
  CHECK(path(0) == once);
  // Codes may be shown, keys never.
  mask_paths(shown, true);
  CHECK(shown.device.statements[1].place.path == kBody + ".png");
  CHECK(shown.files[0].path == "(masked).der (name 1)");
}

TEST_CASE("names: a payload in what a device or a person says is masked") {
  CHECK(shown_text("Lamp MT:" + kBody) == "Lamp (masked)");
  CHECK(shown_text("label mt:" + kBody + " reprinted") == "label (masked) reprinted");
  CHECK(shown_text("code 3497-011-2332") == "code (masked)");
  for (const char* same :
       {"Lamp 20202021", "call 0800-123-4567", "MT:short", "MT: words of a line"})
    CHECK(shown_text(same) == same);
  // A bundle keeps as much, shown the same, and two of them stay two.
  for (const std::string& text :
       {"Lamp MT:" + kBody, "MT:" + kBody + " x", std::string("code 3497-011-2332")}) {
    const std::string one = stand_in_text(text, 1), other = stand_in_text(text, 12);
    CHECK(one.size() == text.size());
    CHECK(one != other);
    CHECK(shown_text(one) == shown_text(text));
    CHECK(shown_text(other) == shown_text(text));
  }
}
