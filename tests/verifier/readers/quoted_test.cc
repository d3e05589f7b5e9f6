// What is quoted of handed-over text: a key is in no output, wherever it stood.

#include "verifier/readers/quoted.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/support/own_credentials.h"
#include "tests/support/readings.h"
#include "verifier/pki/key.h"

using namespace attest;
using namespace attest::test;

namespace {

// SEC1 of a key that exists nowhere: its structure is what counts.
Bytes sec1() {
  Bytes out = *from_hex("30770201010420");
  for (unsigned i = 0; i < 32; ++i) out.push_back(static_cast<uint8_t>(i * 37 + 11));
  const Bytes middle = *from_hex("a00a06082a8648ce3d030107a144034200");
  out.insert(out.end(), middle.begin(), middle.end());
  for (unsigned i = 0; i < 65; ++i) out.push_back(static_cast<uint8_t>(i * 59 + 4));
  return out;
}

struct Form {
  const char* name;
  std::string text, telling;  // a part of it that must not be seen
};
std::vector<Form> forms() {
  const Bytes key = sec1();
  const View scalar = View(key).subspan(7, 32);
  std::string colons, array, numbers;
  for (const uint8_t b : key) {
    colons += fmt::format("{}{:02X}", colons.empty() ? "" : ":", b);
    array += fmt::format("{}0x{:02x}", array.empty() ? "" : ", ", b);
    numbers += fmt::format("{}{}", numbers.empty() ? "" : ", ", b);
  }
  std::string pem = to_pem("EC PRIVATE KEY", key), url = base64(key);
  std::replace(url.begin(), url.end(), '+', '-');
  std::replace(url.begin(), url.end(), '/', '_');
  return {{"PEM", pem, pem.substr(40, 40)},
          {"hex", hex(key), hex(scalar).substr(0, 32)},
          {"0x", "0x" + hex(scalar), hex(scalar).substr(0, 32)},
          {"raw", hex(scalar), hex(scalar).substr(0, 32)},
          {"base64", base64(key), base64(key).substr(12, 30)},
          {"raw base64", base64(scalar), base64(scalar).substr(4, 30)},
          {"base64url", url, url.substr(12, 30)},
          {"colons", colons, colons.substr(30, 40)},
          {"array", array, array.substr(60, 40)},
          {"numbers", numbers, numbers.substr(40, 40)}};
}

// Whatever a reading shows, but for values.
std::string shown(const Reading& r) {
  std::string out;
  for (const Statement& s : r.device.statements) out += place_text(s.place) + "\n";
  for (const Noted& n : r.device.remarks) out += place_text(n.place) + n.message + "\n";
  for (const IntegrityProblem& p : r.device.integrity)
    out += place_text(p.place) + p.what + p.problem + "\n";
  for (const NotUsed& n : r.not_used) out += n.path + n.why + "\n";
  for (const Locked& l : r.locked) out += place_text(l.place) + "\n";
  return out;
}

std::string escaped(const std::string& s) {
  std::string out;
  for (const char c : s) out += c == '\n' ? "\\n" : c == '"' ? "\\\"" : std::string(1, c);
  return out;
}

}  // namespace

TEST_CASE("quoted: a key that stands as a name, a label, or in a line is in no output") {
  const std::string dac = hex(own_dac());
  for (const Form& form : forms()) {
    const std::string name = escaped(form.text);
    std::string line = form.text;
    std::replace(line.begin(), line.end(), '\n', ' ');
    const std::string texts[] = {
        fmt::format(R"({{"vendor_id": 1, "discriminator": 7, "{}": "x"}})", name),
        fmt::format(R"({{"vendor_id": 1, "onboarding": {{"{}": "x"}}}})", name),
        fmt::format(R"({{"{}": {{"cert": "{}"}}}})", name, dac),
        fmt::format(R"({{"vendor_id": 1, "security": {{"{}": "x", "secure_boot": "{}"}}}})", name,
                    name),
        fmt::format("[1.2] [1:2] [CTL] --> DAC's VID: 0xFFF1, PID: 0x8000 {}\n", line),
        fmt::format("id,vendor_id,{}\n1,{},2\n", line, line),
        fmt::format("{}: {}\n", line.substr(0, 60), dac)};
    for (const std::string& text : texts) {
      const Reading reading = read_bytes(view(text), {}, "evidence");
      CHECK_MESSAGE(shown(reading).find(form.telling) == std::string::npos, form.name, ": ", text);
    }
    CHECK(quotable(line).find(form.telling) == std::string::npos);
  }
}

TEST_CASE("quoted: an onboarding code that stands as a name is masked") {
  for (const char* code : {"MT:Y.K9042C00KA0648G00", "34970112332", "3497-011-2332", "73120459"}) {
    const std::string text =
        fmt::format(R"({{"vendor_id": 1, "discriminator": 7, "{}": 1}})", code);
    CHECK(shown(read_bytes(view(text))).find(code) == std::string::npos);
  }
}

TEST_CASE("quoted: names, paths, ids and the digests that we compare stay") {
  for (const char* same :
       {"key \"capability_minima.simultaneous_invocations_supported\" is not known",
        "/home/User/Projects/MatterBatch2026/Device0001/Out/dac.pem", "chip-factory/dac-cert",
        "6AFD22771F511FECBF1641976710DCDC31A1717E", "550e8400-e29b-41d4-a716-446655440000",
        "expected a number up to 65535, found 70000"})
    CHECK(without_keys(same) == same);
  const std::string digest(64, 'a'), compared = "expected " + digest + ", found " + digest;
  CHECK(without_keys(compared) == compared);
  CHECK(without_keys("key \"" + digest + "\" is not known") == "key \"(masked)\" is not known");
  CHECK(quotable_path("sha256/" + digest, 1) == "sha256/" + digest);
}

TEST_CASE(
    "quoted: a name that says itself that it is a digest stays, and no other of that length") {
  for (const size_t size : {40, 56, 64, 96, 128}) {
    const std::string digest = std::string(size - 8, 'a') + "0123beef";
    for (const char* words : {"sha256:", "SHA-256 = ", "files/sha256/", "dac_sha384_", "sha512-",
                              "Fingerprint: ", "image digest "}) {
      CHECK(quotable(words + digest) == words + digest);
      CHECK(without_keys("key \"" + (words + digest) + "\" is not known") ==
            "key \"" + (words + digest) + "\" is not known");
    }
    for (const char* words : {"", "key: ", "dac_key=", "sha256 of the key "})
      CHECK((quotable(words + digest) == words + digest) == (size < 48));
  }
  CHECK(quotable("sha256:" + std::string(66, 'a')) == "sha256:(masked)");
}

TEST_CASE("quoted: of a path what may be a key is masked, and no name besides") {
  const std::string uuid = "550e8400-e29b-41d4-a716-446655440000";
  for (const std::string& same :
       {std::string("2026-11-30/20261130-101500-0001-0002/DUT-34970112332/dac.pem"),
        std::string("Unit-0001_Rev-B2_Lot-2026_Line-3_Slot-04_DAC-A1/dac"),
        std::string("DeviceBatch2026Nov30Line4StationA7Unit0012Rev3B/dac.der"),
        uuid + "-" + uuid + "-" + uuid + "/cd.der", std::string(40, 'a') + "/x",
        std::string(96, 'b') + ".bin", std::string(128, 'c') + ".bin",
        std::string(60, '7') + "/dac.der",
        std::string("00-11-22-33-44-55-66-77-88-99-00-11-22-33-44-55-66-77-88-99-00-11-22-33-44"),
        std::string("products/0xFFF1/0x8000/OutputOfStation12/MatterDeviceB7/Nov2026/d4c")})
    CHECK(quotable_path(same, 7) == same);
  // Of a name that fills pages both ends are shown.
  std::string longest = "parts/";
  for (int i = 0; i < 500; ++i) longest += "ein ger\u00e4t ";
  const std::string shown_name = quotable_path(longest + "/dac.der", 7);
  CHECK(shown_name.starts_with("parts/ein ger\u00e4t "));
  CHECK(shown_name.ends_with("/dac.der (member 7)"));
  CHECK(shown_name.size() < 300);
  CHECK(is_utf8(shown_name));
  for (const Form& form : forms()) {
    std::string line = form.text;
    std::replace(line.begin(), line.end(), '\n', ' ');
    const bool named_as_digest = std::string_view(form.name) == "raw" || form.name[0] == '0';
    const bool numbers = std::string_view(form.name) == "numbers";
    for (const std::string& path : {line, "keys/" + line, "keys/dut-" + line + ".key"}) {
      CAPTURE(path);
      const std::string shown = quotable_path(path, 7);
      if (named_as_digest || numbers) continue;
      CHECK(shown.find(form.telling) == std::string::npos);
      CHECK(shown.find("(member 7)") != std::string::npos);
    }
  }
}

TEST_CASE("quoted: a key that stands as a device's text is shown nowhere, and a bundle has none") {
  for (const Form& form : forms()) {
    CAPTURE(form.name);
    const std::string text = "Bulb " + form.text + " of 2026";
    CHECK(shown_text(text).starts_with("Bulb (masked)"));
    CHECK(value_text(FactId::vendor_name, text).find(form.telling) == std::string::npos);
    const std::string kept = stand_in_text(text, 3);
    CHECK(kept.size() == text.size());
    CHECK(kept.find(form.telling) == std::string::npos);
    CHECK(shown_text(kept) == shown_text(text));
    CHECK(stand_in_text(text, 4) != kept);
  }
  // A block that breaks off has little of a key, and that is kept nowhere either.
  const std::string cut = "Bulb -----BEGIN PRIVATE KEY-----MHc";
  CHECK(stand_in_text(cut, 1) == "Bulb " + std::string(cut.size() - 5, '*'));
  for (const char* same : {"Acme", "SN-0001-0002", "20261130", "https://acme.example/p/0815?x=1",
                           "1.2.3+4d51a76bdf52ee43c1df68d9eb6fa75806217c3b"})
    CHECK(shown_text(same) == same);
}
