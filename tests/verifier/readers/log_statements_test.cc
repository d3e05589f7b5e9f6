// What a commissioner's log states, line by line: each statement is about one certain thing, what
// was left out is no damage, and an empty value is one that is said to be empty.

#include <fmt/format.h>

#include <algorithm>

#include "tests/support/judged.h"
#include "tests/support/own_credentials.h"
#include "tests/support/readings.h"
#include "verifier/checks/catalogue.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"
#include "verifier/matter/tlv.h"
#include "verifier/pki/key.h"
#include "verifier/readers/text/log_said.h"
#include "verifier/sdk/sdk_meaning.h"

using namespace attest;
using namespace attest::test;

namespace {

const std::string kPrefix = "[1770364786.353] [2443:2465] [-] ";

std::string listed_bytes(View v) {
  std::string out;
  for (const uint8_t b : v) out += fmt::format("0x{:02x}, ", b);
  return out;
}
std::string logged(std::initializer_list<std::string> lines) {
  std::string out;
  for (const std::string& l : lines) out += kPrefix + l + "\n";
  return out;
}
std::string pem_lines(const char* role, View der, size_t lines, bool end, const char* gap = "") {
  std::string out =
      kPrefix + fmt::format("==== {} certificate considered ({} bytes) ====\n", role, der.size());
  const std::string pem = to_pem("CERTIFICATE", der);
  size_t n = 0;
  for (size_t at = 0; at < pem.size() && n <= lines; ++n) {
    const size_t stop = pem.find('\n', at);
    out += kPrefix + pem.substr(at, stop - at) + "\n";
    at = stop + 1;
  }
  out += gap;
  return end ? out + kPrefix + "-----END CERTIFICATE-----\n" : out;
}

// An answer to a certificate chain request, as matter.js puts it on the wire.
Bytes answer(uint64_t command, View field) {
  tlv::Writer w;
  w.open(tlv::Type::structure).number(tlv::context(0), 0);
  w.open(tlv::Type::array, tlv::context(1)).open(tlv::Type::structure);
  w.open(tlv::Type::structure, tlv::context(0)).open(tlv::Type::list, tlv::context(0));
  w.number(tlv::context(0), 0).number(tlv::context(1), 0x3E).number(tlv::context(2), command);
  w.close().open(tlv::Type::structure, tlv::context(1)).octets(tlv::context(0), field);
  Bytes out = w.close().close().close().close().number(tlv::context(255), 12).close().bytes();
  out[1] = 0x28;  // suppressResponse is a boolean, which the writer does not know: false, no value
  out.erase(out.begin() + 3);
  return out;
}
std::string message(const std::string& payload) {
  return "2026-08-29 11:36:02.218 DEBUG MessageExchange Message « type: 1/9 payload: " + payload +
         "\n";
}

Judged judged(Reading reading) {
  const Policy policy{.network = Network::none,
                      .at = Instant{1'790'000'000},
                      .required = {},
                      .show_passcode = false};
  return test::judge(std::move(reading), policy, TrustStore::builtin(true));
}
Judged judged(const std::string& log) {
  return judged(read_bytes(view(log), {}, "chip.log"));
}
const Finding& finding(const Judged& j, const char* id) {
  return j.report.findings[check_index(*find_check(id))];
}

}  // namespace

TEST_CASE("log: every line that states something says what it is about") {
  const std::string key = "E9:16:0D:C4:17:F7:41:9C:95:32:0B:BF:36:56:71:93:3F:F3:12:22";
  const struct {
    std::string line;
    std::vector<FactId> facts;
  } rows[] = {
      {"--> DAC's VID: 0x1470, PID: 0x8006",
       {FactId::logged_dac_vendor_id, FactId::logged_dac_product_id}},
      {"--> DAC certificate SKID: " + key, {FactId::logged_dac_key_id}},
      {"--> DAC certificate AKID: " + key, {}},
      {"--> PAI certificate SKID: " + key, {FactId::logged_pai_key_id}},
      {"--> PAI certificate AKID: " + key, {}},
      {"--> PAA certificate SKID: " + key, {}},
      {"--> PAA certificate AKID: " + key, {}},
      {"CD signing key identifier: " + key, {FactId::logged_cd_signer}},
      {"--> VID: 0x149A", {FactId::logged_cd_vendor_id}},
      {"--> Device type ID: 0x0000_0202", {}},
      {"--> Certification type: 2 (Certified device)", {}},
      {"--> DAC origin VID: 0x1470, PID: 0x8006", {}},
      {"Unable to find PAA, err: x.cpp:177: CHIP Error 0x0000004A: CA certificate not found, PAI's "
       "AKID: " +
           key,
       {FactId::sought_paa}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.line);
    const auto said = log::said(kPrefix + row.line);
    REQUIRE(said.has_value());
    std::vector<FactId> facts;
    for (const auto& fact : said->facts) facts.push_back(fact.fact);
    CHECK((facts == row.facts));
    // None of them is Basic Information.
    const Reading reading = read_bytes(view(logged({row.line, "chip.CTL"})), {}, "chip.log");
    for (const FactId basic : {FactId::vendor_id, FactId::product_id, FactId::device_type_id})
      CHECK(reading.device.first(basic) == nullptr);
  }
  CHECK_FALSE(log::said("[DMG] 0x0 = [").has_value());
}

TEST_CASE("log: the DAC's ids are compared with the DAC") {
  const std::string pem =
      pem_lines("DAC", own_dac(), 99, false) + pem_lines("PAI", own_pai(), 99, false);
  CHECK(finding(judged(logged({"--> DAC's VID: 0xFFF4, PID: 0x8001"}) + pem),
                "identity.log-is-of-this-device")
            .status == Status::pass);
  const Judged other = judged(logged({"--> DAC's VID: 0x1470, PID: 0x8006"}) + pem);
  CHECK(
      finding(other, "identity.log-is-of-this-device").message ==
      "the log gives the DAC's vendor as 0x1470, here it is 0xFFF4: the log is of another device");
  CHECK(finding(other, "cd.vendor-matches-basic-information").status != Status::fail);
  const Judged alone = judged(logged({"--> DAC's VID: 0x1470, PID: 0x8006"}));
  CHECK(alone.report.verdict == Verdict::undecided);
  CHECK(finding(alone, "dac.is-present").message ==
        "no DAC in the evidence; the log says that its ids are 0x1470 / 0x8006");
}

TEST_CASE("log: a PEM block that its poster shortened began and was cut") {
  for (const size_t lines : {0u, 1u, 3u, 6u, 9u}) {
    for (const bool end : {false, true}) {
      for (const char* gap : {"", "...\n", "…\n", "[snip]\n"}) {
        CAPTURE(lines);
        CAPTURE(end);
        const std::string log = pem_lines("DAC", own_dac(), lines, end, gap);
        for (const std::string& behind : {std::string(), pem_lines("PAI", own_pai(), 99, false)}) {
          const Reading reading = read_bytes(view(log + behind), {}, "chip.log");
          CHECK(problems(reading) == "");
          CHECK(count(reading, FactId::dac) == 0);
          CHECK(count(reading, FactId::certificate) == 0);
          CHECK(remark(reading, Remark::not_in_log)
                    .starts_with("DAC: its PEM block began and was cut: 461 bytes are stated, "));
        }
      }
    }
  }
  const Judged j = judged(pem_lines("DAC", own_dac(), 3, false));
  CHECK(j.report.verdict == Verdict::undecided);
  CHECK(finding(j, "dac.is-present")
            .message.starts_with("no DAC in the evidence: the log left it out (DAC: its PEM block "
                                 "began and was cut"));
}

TEST_CASE("log: elided, cut and empty are three things") {
  const std::string head =
      "CHIP:DMG: ClusterId = 0x3e,\nCHIP:DMG: CommandId = 0x3,\nCHIP:DMG: 0x0 = [\n";
  const Reading elided =
      read_bytes(view(head + "CHIP:DMG:   ... (byte string too long) ...\nCHIP:DMG: ]\n"));
  CHECK(elided.device.statements.empty());
  CHECK(remark(elided, Remark::not_in_log) == "certificate: elided, not in the log");
  const Reading nothing = read_bytes(view(head + "CHIP:DMG: ]\n"));
  CHECK(nothing.device.statements.empty());
  const Reading ends = read_bytes(view(head));
  CHECK(remark(ends, Remark::not_in_log) == "certificate: elided, not in the log");
  // The line with the size is gone, or the log ends: the bytes say whether they are all.
  const std::string dump = "CHIP:DMG: " + listed_bytes(own_dac());
  CHECK(*read_bytes(view(head + dump + "\n")).device.bytes(FactId::certificate) == own_dac());
  const Reading lost =
      read_bytes(view(head + dump + "\nCHIP:DMG: CommandId = 0x1,\nCHIP:DMG: 0x0 = [\n"));
  CHECK(*lost.device.bytes(FactId::certificate) == own_dac());
  CHECK(remark(lost, Remark::not_in_log) == "attestation elements: elided, not in the log");
  const Reading half = read_bytes(view(head + dump.substr(0, 600) + "\n"));
  CHECK(half.device.statements.empty());
  CHECK(remark(half, Remark::not_in_log) == "certificate: its dump is cut");
  for (const std::string& asked :
       {std::string(), std::string("certificate-chain-request 2 1 0\n")}) {
    const Reading empty = read_bytes(view(asked + head + "CHIP:DMG: ] (0 bytes)\n"));
    REQUIRE(empty.device.bytes(FactId::pai) != nullptr);
    CHECK(empty.device.bytes(FactId::pai)->empty());
  }
  const Reading dac =
      read_bytes(view("certificate-chain-request 1 1 0\n" + head + "CHIP:DMG: ] (0 bytes)\n"));
  REQUIRE(dac.device.bytes(FactId::dac) != nullptr);
}

TEST_CASE("log: matter.js answers without their requests, whole and cut") {
  const std::string whole = hex(answer(3, own_dac()));
  CHECK(*read_bytes(view(message(whole))).device.bytes(FactId::certificate) == own_dac());
  for (const size_t digits : {60u, 61u, 300u, 901u}) {
    CAPTURE(digits);
    for (const char* gap : {"", "...", "…"}) {
      const Reading reading = read_bytes(view(message(whole.substr(0, digits) + gap)));
      CHECK(count(reading, FactId::certificate) == 0);
      CHECK(remark(reading, Remark::not_in_log).starts_with("certificate: 461 bytes are stated, "));
    }
  }
  CHECK(remark(read_bytes(view(message(whole.substr(0, 20)))), Remark::not_in_log) ==
        "a response: its message is cut after 10 bytes");
  const Reading empty = read_bytes(view(message(hex(answer(3, {})))));
  REQUIRE(empty.device.bytes(FactId::pai) != nullptr);
  CHECK(empty.device.bytes(FactId::pai)->empty());
}

TEST_CASE("log: chip-tool's read-outs are Basic Information") {
  const Reading reading = read_bytes(view(
      "[1.2][3:4] CHIP:TOO: Endpoint: 0 Cluster: 0x0000_0028 Attribute 0x0000_0002 DataVersion: 7\n"
      "[1.2][3:4] CHIP:TOO:   VendorID: 4660\n"
      "[1.2][3:4] CHIP:TOO: Endpoint: 0 Cluster: 0x0000_0028 Attribute 0x0000_0003 DataVersion: 7\n"
      "[1.2][3:4] CHIP:TOO:   ProductName: A light\n"
      "[1.2][3:4] CHIP:TOO: Endpoint: 0 Cluster: 0x0000_0031 Attribute 0x0000_0004 DataVersion: 7\n"
      "[1.2][3:4] CHIP:TOO:   ProductID: 9\n"));
  CHECK(*reading.device.number(FactId::vendor_id) == 4660);
  CHECK(*reading.device.string(FactId::product_name) == "A light");
  CHECK(reading.device.first(FactId::product_id) == nullptr);
  // The cluster once, and its attributes below it; what a setup code says has the same names.
  for (const char* text :
       {"Endpoint: 0 Cluster: 0x0000_0028\n  VendorID: 4660 (0x1234)\n  ProductName: A light\n"
        "Cluster: 0x0000_003E\n  VendorID: 5\n",
        "[TOO] Endpoint: 0 Cluster: 0x0000_0028\n[TOO]   Attribute 0x0000_0002 DataVersion: 1\n"
        "[TOO]   VendorID: 4660\n[SPL] VendorID:             9\n[TOO] Attribute 0x0000_0003\n"
        "[TOO]   ProductName: A light\n"}) {
    CAPTURE(text);
    const Reading below = read_bytes(view(text));
    CHECK(problems(below) == "");
    CHECK(count(below, FactId::vendor_id) == 1);
    CHECK(below.device.number(FactId::vendor_id) == 4660);
    REQUIRE(below.device.string(FactId::product_name) != nullptr);
    CHECK(*below.device.string(FactId::product_name) == "A light");
  }
}

TEST_CASE("log: a commissioner's result in all its lines") {
  const struct {
    const char* line;
    std::optional<uint64_t> code;
  } rows[] = {
      {"Failed in verifying 'Attestation Information' command received from the device: err 605. "
       "Look at AttestationVerificationResult enum to understand the errors",
       605},
      {"Successfully validated 'Attestation Information' command received from the device.", 0},
      {"MTRDeviceAttestationDelegateBridge::OnDeviceAttestationFailed completed with result: 601",
       601},
      {"Device attestation errorCode: 101, Look at 'src/...' to understand the errors", 101},
      {"Failed Device Attestation (err 101: PAA not found in DCL and/or local PAA trust store)",
       101},
      {"Error on commissioning step 'AttestationVerification': 'a.cpp:1283: CHIP Error 0x000000AC: "
       "Internal error'",
       {}},
      {"Attestation rejected", {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.line);
    CHECK((log::result(row.line) == row.code));
  }
  for (const int code : {0, 101, 207, 305, 500, 605, 703}) {
    CAPTURE(code);
    CHECK(std::string(sdk_code_meaning(code)) != sdk_code_meaning(9999));
  }
}

TEST_CASE("log: a result that is not ours stands in the headline") {
  const Judged alone =
      judged(logged({"Failed in verifying 'Attestation Information' command received from the "
                     "device: err 605."}));
  CHECK(alone.report.verdict == Verdict::undecided);
  CHECK(
      alone.report.summary.starts_with("the commissioner's own result is err 605 "
                                       "(CertificationDeclarationInvalidProductId): "));
  CHECK(alone.report.sdk.number() == 605);
  const Judged root =
      judged(logged({"Unable to find PAA, err: 4A, PAI's AKID: "
                     "48:A4:33:8A:7E:CA:B0:98:0C:98:22:5C:F4:61:0A:7A:D9:35:8A:B4"}));
  CHECK(root.report.summary.find("is not among the 2 trusted PAAs here") != std::string::npos);
  // F4: beside a device that is good by the rest of the evidence.
  Judged good = judge_fixture("good");
  REQUIRE(good.report.verdict == Verdict::approve);
  CHECK(good.report.summary.find("commissioner") == std::string::npos);
  good.evidence.device.say(FactId::commissioner_result, uint64_t{604},
                           {.path = "device.json", .offset = {}, .item = "commissioner_result"});
  const Report report = attest::judge(good.evidence);
  CHECK(report.verdict == Verdict::approve);
  CHECK(report.summary.find("but the commissioner's own result is err 604") != std::string::npos);
}

TEST_CASE("device.json: a response that is none is a finding") {
  for (const char* value : {"[]", "\"3082\"", "7", "[{\"elements\": \"15\"}]", "true"}) {
    for (const char* group : {"attestation", "spake2p", "onboarding"}) {
      CAPTURE(value);
      CAPTURE(group);
      const std::string with = fmt::format("{{\"vendor_id\": 65521, \"{}\": {}}}", group, value),
                        alone = fmt::format("{{\"{}\": {}}}", group, value);
      for (const std::string& json : {with, alone})
        CHECK(has_problem(read_bytes(view(json), {}, "device.json"),
                          std::string(group) + ": expected an object with its keys, found "));
    }
  }
  CHECK(problems(read_bytes(view("{\"vendor_id\": 65521, \"attestation\": null}"))) == "");
}

TEST_CASE("log: what people posted in the field") {
  if (!have_shared("field")) return;
  const auto of = [](const char* path) {
    return judged(read_bytes(slurp(shared() / "field" / path), {}, path));
  };
  for (const char* path :
       {"05-meross-empty-pai/matter-server.log", "05-meross-empty-pai/payload-form.log"}) {
    const Judged j = of(path);
    CHECK_MESSAGE(j.report.verdict == Verdict::reject, path);
    CHECK(j.report.summary.starts_with("the device answered with an empty PAI"));
    CHECK(j.report.sdk.number() == 207);
    CHECK(j.ids(Status::fail) == std::vector<std::string>{"pai.is-present"});
  }
  const Judged elided = of("09-byte-string-too-long/chip-tool.log");
  CHECK(elided.report.verdict == Verdict::undecided);
  CHECK(elided.text.find("elided, not in the log") != std::string::npos);
  CHECK(elided.report.summary.starts_with("the commissioner's own result is err 302"));
  const Judged posted = of("78-ha-605-log/ha.log");
  CHECK(posted.report.summary.starts_with("the commissioner's own result is err 605"));
  CHECK(posted.report.sdk.number() == 605);
}
