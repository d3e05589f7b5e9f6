// Logs in the shapes that commissioners write, made line by line behind each of their prefixes.
#include <fmt/format.h>

#include <algorithm>

#include "tests/support/own_credentials.h"
#include "tests/support/readings.h"
#include "verifier/matter/tlv.h"
#include "verifier/pki/key.h"
#include "verifier/readers/text/log_line.h"

using namespace attest;
using namespace attest::test;

namespace {

constexpr const char* kPrefixes[] = {
    "[1780000000.825944][4270:4272] CHIP:DMG: ",
    "\x1B[0;34m[1780000000.844545][4644:4646] CHIP:DMG: ",
    "[1770364786.353] [2443:2465] [DMG] ",
    "[1654541323897] [18211:18211] CHIP: [DMG] ",
    "I (3123526) chip[DMG]: ",
    "09-08 05:09:31.559 10658 10672 D DMG     : ",
    "2023-07-07 20:33:38 core-matter-server chip.DMG[126] INFO ",
    "2025-06-13 21:09:44.929 (Dummy-2) CHIP_ERROR [chip.native.DMG] ",
    "default\t12:50:35.015784+0200\thomed\t",
};

Bytes elements_with(View nonce) {
  tlv::Writer w;
  w.open(tlv::Type::structure)
      .octets(tlv::context(1), Bytes{0x30, 0x03, 0x02, 0x01, 0x00})
      .octets(tlv::context(2), nonce)
      .number(tlv::context(3), 0)
      .close();
  return w.bytes();
}
const Bytes kNonce(32, 0x4E), kOtherNonce(32, 0x4F), kSignature(64, 0x51);

class Log {
 public:
  explicit Log(std::string prefix) : prefix_(std::move(prefix)) {}
  Log& line(const std::string& s) {
    text_ += prefix_ + s + (prefix_[0] == '\x1B' ? "\x1B[0m\r\n" : "\n");
    return *this;
  }
  // As the SDK's tracing prints a field: bytes in lines, then the size.
  Log& field(unsigned number, View bytes, size_t a_line = 300, bool stray = false) {
    line(fmt::format("\t\t0x{:x} = [", number));
    for (size_t at = 0; at < bytes.size(); at += a_line) {
      std::string dump = "\t\t\t";
      for (const uint8_t b : bytes.subspan(at, std::min(a_line, bytes.size() - at)))
        dump += fmt::format("0x{:x}, ", b);
      line(dump);
      if (stray) line("Indication received: conn=0xffff8404f320");
    }
    return line(fmt::format("\t\t] ({} bytes)", bytes.size()));
  }
  Log& command(unsigned id) {
    line("\tCommandPathIB =");
    line("\t\tClusterId = 0x3e,");
    return line(fmt::format("\t\tCommandId = 0x{:x},", id)).line("\tCommandFields =");
  }
  Log& pem(const char* role, View der) {
    line(fmt::format("==== {} certificate considered ({} bytes) ====", role, der.size()));
    const std::string pem = to_pem("CERTIFICATE", der);
    for (size_t at = 0; at < pem.size();) {
      const size_t end = std::min(pem.find('\n', at), pem.size());
      line(pem.substr(at, end - at));
      at = end + 1;
    }
    return *this;
  }
  Reading read() const { return read_bytes(view(text_), {}, "chip.log"); }
  const std::string& text() const { return text_; }

 private:
  std::string prefix_, text_;
};

}  // namespace

TEST_CASE("log: dumps of fields behind every prefix") {
  for (const char* prefix : kPrefixes) {
    CAPTURE(prefix);
    Log log(prefix);
    log.command(0)
        .field(0, kNonce)
        .command(3)
        .field(0, own_pai(), 100, true)
        .command(3)
        .field(0, own_dac());
    log.command(1).field(0, elements_with(kNonce)).field(1, kSignature);
    log.line(
        "Failed in verifying 'Attestation Information' command received from the device: err 604. "
        "Look at AttestationVerificationResult enum");
    const Reading reading = log.read();
    CHECK(kind(reading) == "commissioner-log");
    CHECK(problems(reading) == "");
    CHECK(count(reading, FactId::certificate) == 2);
    CHECK(*reading.device.bytes(FactId::certificate) == own_pai());
    CHECK(*reading.device.bytes(FactId::attestation_nonce) == kNonce);
    CHECK(*reading.device.bytes(FactId::attestation_elements) == elements_with(kNonce));
    CHECK(*reading.device.bytes(FactId::attestation_signature) == kSignature);
    CHECK(*reading.device.bytes(FactId::cd) == Bytes{0x30, 0x03, 0x02, 0x01, 0x00});
    CHECK(*reading.device.number(FactId::commissioner_result) == 604);
    CHECK_FALSE(reading.device.noted(Remark::not_in_log));
  }
}

TEST_CASE(
    "log: a response to a CSRRequest, in dumps and behind names, beside that of attestation") {
  const Bytes nocsr = tlv::Writer()
                          .open(tlv::Type::structure)
                          .octets(tlv::context(1), Bytes{0x30, 0x00})
                          .octets(tlv::context(2), kOtherNonce)
                          .close()
                          .bytes(),
              signature(64, 0x52);
  for (const char* prefix : kPrefixes) {
    CAPTURE(prefix);
    Log log(prefix);
    log.command(0).field(0, kNonce).command(1).field(0, elements_with(kNonce));
    log.field(1, kSignature).command(4).field(0, kOtherNonce).command(5).field(0, nocsr);
    log.field(1, signature).line("Successfully validated 'Attestation Information' command");
    const Reading reading = log.read();
    CHECK(problems(reading) == "");
    CHECK(*reading.device.bytes(FactId::attestation_elements) == elements_with(kNonce));
    CHECK(*reading.device.bytes(FactId::attestation_signature) == kSignature);
    CHECK(*reading.device.bytes(FactId::nocsr_nonce) == kOtherNonce);
    CHECK(*reading.device.bytes(FactId::nocsr_elements) == nocsr);
    CHECK(*reading.device.bytes(FactId::nocsr_signature) == signature);
    CHECK(count(reading, FactId::csr) == 0);
    CHECK_FALSE(reading.device.noted(Remark::not_in_log));
  }
  // chip-tool's read-out: both call their signature alike.
  for (const bool nocsr_first : {true, false}) {
    CAPTURE(nocsr_first);
    Log log(kPrefixes[0]);
    const auto attested = [&] {
      log.line("  AttestationResponse: {")
          .line("    attestationElements: " + hex_upper(elements_with(kNonce)))
          .line("    attestationSignature: " + hex_upper(kSignature))
          .line("   }");
    };
    if (!nocsr_first) attested();
    log.line("Command: operationalcredentials csrrequest hex:" + hex(kOtherNonce) + " 1 0 ");
    log.line("  CSRResponse: {")
        .line("    NOCSRElements: " + hex_upper(nocsr))
        .line("    attestationSignature: " + hex_upper(signature))
        .line("   }");
    if (nocsr_first) attested();
    const Reading reading = log.read();
    CHECK(*reading.device.bytes(FactId::attestation_signature) == kSignature);
    CHECK(*reading.device.bytes(FactId::nocsr_nonce) == kOtherNonce);
    CHECK(*reading.device.bytes(FactId::nocsr_elements) == nocsr);
    CHECK(*reading.device.bytes(FactId::nocsr_signature) == signature);
  }
  // Cut, elided, and of another attempt.
  Log cut(kPrefixes[0]);
  cut.line("    NOCSRElements: " + hex_upper(nocsr).substr(0, 40))
      .line("    NOCSRElements: Elided value too large of size 470");
  CHECK(cut.read().device.bytes(FactId::nocsr_elements) == nullptr);
  CHECK(remark(cut.read(), Remark::not_in_log) == "NOCSR elements: its line is cut after 20 bytes");
  Log twice(kPrefixes[0]);
  twice.command(4).field(0, kNonce).command(5).field(0, Bytes{0x15, 0x18}).command(4);
  twice.field(0, kOtherNonce).command(5).field(0, nocsr);
  CHECK(*twice.read().device.bytes(FactId::nocsr_elements) == Bytes{0x15, 0x18});
  CHECK(remark(twice.read(), Remark::reported_value) ==
        "1 other NOCSR exchange of this log is left out: the first that is wrong by itself "
        "counts");
}

TEST_CASE("log: PEM blocks give the certificates and their roles") {
  for (const char* prefix : kPrefixes) {
    CAPTURE(prefix);
    Log log(prefix);
    log.line("Device candidate DAC chain details:").line("--> DAC's VID: 0xFFF4, PID: 0x8001");
    log.pem("DAC", own_dac()).pem("PAI", own_pai());
    const Reading reading = log.read();
    REQUIRE(reading.device.bytes(FactId::dac) != nullptr);
    CHECK(*reading.device.bytes(FactId::dac) == own_dac());
    CHECK(*reading.device.bytes(FactId::pai) == own_pai());
    CHECK(reading.device.number(FactId::vendor_id) == std::nullopt);
    CHECK(remark(reading, Remark::reported_value) ==
          "the log says: DAC's VID: 0xFFF4, PID: 0x8001");
  }
}

TEST_CASE("log: a dump that the line's end cut is not in the log, and no damage") {
  std::string dump;
  for (size_t i = 0; i < 200; ++i) dump += fmt::format("0x{:02x}, ", own_dac()[i]);
  Log log(kPrefixes[2]);
  log.command(3)
      .line("0x0 = [")
      .line("  " + dump + "0x")
      .line(fmt::format("] ({} bytes)", own_dac().size()));
  log.command(1).field(0, elements_with(kNonce));
  const Reading reading = log.read();
  CHECK(remark(reading, Remark::not_in_log) ==
        "certificate: 461 bytes are stated, 200 are in the log");
  CHECK(count(reading, FactId::certificate) == 0);
  CHECK(problems(reading) == "");
  CHECK(reading.device.bytes(FactId::attestation_elements) != nullptr);
  // The PEM blocks further down make up for it.
  log.pem("DAC", own_dac()).pem("PAI", own_pai());
  CHECK_FALSE(log.read().device.noted(Remark::not_in_log));
}

TEST_CASE("log: a value that its line cuts is not in the log, and no damage") {
  // Within a byte and between two, in the middle of a string and behind one.
  const std::string dac = hex_upper(own_dac()), elements = hex_upper(elements_with(kNonce));
  for (const size_t digits : {300u, 301u}) {
    Log log(kPrefixes[0]);
    log.line("    certificate: " + dac.substr(0, digits))
        .line("    attestationSignature: " + hex_upper(kSignature));
    const Reading reading = log.read();
    CHECK(count(reading, FactId::certificate) == 0);
    CHECK(problems(reading) == "");
    CHECK(remark(reading, Remark::not_in_log) == "certificate: its line is cut after 150 bytes");
    CHECK(*reading.device.bytes(FactId::attestation_signature) == kSignature);
  }
  for (const size_t left : {1u, 2u, 5u, 40u}) {
    const Reading reading =
        Log(kPrefixes[0])
            .line("    attestationElements: " + elements.substr(0, elements.size() - left))
            .read();
    CAPTURE(left);
    CHECK(reading.device.bytes(FactId::attestation_elements) == nullptr);
    CHECK(remark(reading, Remark::not_in_log)
              .starts_with("attestation elements: its line is cut after "));
  }
  // What is malformed and whole is the device's own.
  const Reading whole =
      Log(kPrefixes[0])
          .line("    attestationElements: 15300120" + hex_upper(kNonce) + "1F1F18")
          .read();
  CHECK(whole.device.bytes(FactId::attestation_elements) != nullptr);
}

TEST_CASE("log: values behind names, elided ones, and the challenge where somebody logged it") {
  Log log(kPrefixes[0]);
  log.line("Command: operationalcredentials attestation-request hex:" + hex(kNonce) + " 1 0 ");
  log.line("  AttestationResponse: {")
      .line("    attestationElements: " + hex_upper(elements_with(kNonce)));
  log.line("    attestationSignature: " + hex_upper(kSignature)).line("   }");
  log.line("Attestation challenge = 0x" + hex(Bytes(16, 0xC4)));
  log.line("    certificate: " + hex_upper(own_dac()))
      .line("    certificate: Elided value too large of size 470");
  const Reading reading = log.read();
  CHECK(*reading.device.bytes(FactId::attestation_nonce) == kNonce);
  CHECK(*reading.device.bytes(FactId::attestation_challenge) == Bytes(16, 0xC4));
  CHECK(*reading.device.bytes(FactId::certificate) == own_dac());
  CHECK(remark(reading, Remark::not_in_log) == "certificate: elided, 470 bytes");
}

TEST_CASE("log: messages of matter.js in hex") {
  tlv::Writer w;
  w.open(tlv::Type::structure)
      .open(tlv::Type::array, tlv::context(1))
      .open(tlv::Type::structure)
      .open(tlv::Type::structure, tlv::context(0));
  w.open(tlv::Type::list, tlv::context(0))
      .number(tlv::context(0), 0)
      .number(tlv::context(1), 0x3E)
      .number(tlv::context(2), 3)
      .close();
  w.open(tlv::Type::structure, tlv::context(1))
      .octets(tlv::context(0), own_dac())
      .close()
      .close()
      .close()
      .close()
      .number({.form = tlv::TagId::Form::context, .number = 255}, 12)
      .close();
  const std::string log =
      "2026-08-29 11:36:02.218 DEBUG MessageExchange Message « for: I/InvokeResponse type: 0x1/0x9 "
      "payload: " +
      hex(w.bytes()) +
      "\n2026-08-29 11:36:02.300 INFO ClientInteraction certificateChainRequest:0x2 "
      "certificateType: 2\n";
  const Reading reading = read_bytes(view(log));
  CHECK(kind(reading) == "commissioner-log");
  CHECK(*reading.device.bytes(FactId::certificate) == own_dac());
}

TEST_CASE("log: Basic Information from reports") {
  Log log(kPrefixes[2]);
  const auto report = [&](const char* attribute, const char* data) {
    log.line("AttributePathIB =")
        .line("{")
        .line("  Endpoint = 0x0,")
        .line("  Cluster = 0x28,")
        .line(std::string("  Attribute = ") + attribute + ",")
        .line("}")
        .line("")
        .line(std::string("  Data = ") + data + ",");
  };
  report("0x0000_0001", "\"Acme \"Best\"\" (11 chars)");
  report("0x0000_0002", "65524 (unsigned)");
  report("0x0000_0004", "32769 (unsigned)");
  report("0x0000_0005", "\"node\" (4 chars)");
  log.line("Successfully validated 'Attestation Information' command received from the device.");
  const Reading reading = log.read();
  CHECK(*reading.device.string(FactId::vendor_name) == "Acme \"Best\"");
  CHECK(*reading.device.number(FactId::vendor_id) == 65524);
  CHECK(*reading.device.number(FactId::product_id) == 32769);
  CHECK(*reading.device.number(FactId::commissioner_result) == 0);
}

TEST_CASE("log: flags and structures of Basic Information") {
  Log log(kPrefixes[2]);
  const auto report = [&](const char* attribute, std::initializer_list<const char*> data) {
    log.line("AttributePathIB =")
        .line("{")
        .line("  Endpoint = 0x0,")
        .line("  Cluster = 0x28,")
        .line(std::string("  Attribute = ") + attribute + ",")
        .line("}")
        .line("");
    for (const char* line : data) log.line(line);
  };
  report("0x0000_0010", {"  Data = false,"});
  report("0x0000_0011", {"  Data = true,"});
  report("0x0000_0013", {"  Data = ", "  {", "    0x0 = 3 (unsigned), ", "    0x1 = 4 (unsigned), ",
                         "    0x4 = 9 (unsigned), ", "  },"});
  report("0x0000_0018", {"  Data = 2 (unsigned),"});
  log.line("Successfully validated 'Attestation Information' command received from the device.");
  const Reading reading = log.read();
  CHECK(problems(reading) == "");
  CHECK(reading.device.number(FactId::local_config_disabled) == 0);
  CHECK(reading.device.number(FactId::reachable) == 1);
  CHECK(reading.device.number(FactId::case_sessions_per_fabric) == 3);
  CHECK(reading.device.number(FactId::subscriptions_per_fabric) == 4);
  CHECK(reading.device.number(FactId::read_paths_supported) == 9);
  CHECK(reading.device.number(FactId::configuration_version) == 2);
}

TEST_CASE("log: chip-tool's read-out, structures too") {
  Log log(kPrefixes[0]);
  const auto read = [&](const char* attribute, std::initializer_list<const char*> lines) {
    log.line(std::string("Endpoint: 0 Cluster: 0x0000_0028 Attribute ") + attribute +
             " DataVersion: 1");
    for (const char* line : lines) log.line(line);
  };
  read("0x0000_0011", {"  Reachable: TRUE"});
  read("0x0000_0010", {"  LocalConfigDisabled: FALSE"});
  read("0x0000_0006", {"  Location: XX"});
  read("0x0000_0013", {"  CapabilityMinima: {", "    CaseSessionsPerFabric: 2",
                       "    SubscriptionsPerFabric: 3", "   }", "  SoftwareVersion: 99"});
  read("0x0000_0014",
       {"  ProductAppearance: {", "    Finish: 1", "    PrimaryColor: null", "   }"});
  read("0x0000_0016", {"  MaxPathsPerInvoke: 1"});
  const Reading reading = log.read();
  CHECK(problems(reading) == "");
  CHECK(reading.device.number(FactId::reachable) == 1);
  CHECK(reading.device.number(FactId::local_config_disabled) == 0);
  CHECK(*reading.device.string(FactId::location) == "XX");
  CHECK(reading.device.number(FactId::case_sessions_per_fabric) == 2);
  CHECK(reading.device.number(FactId::subscriptions_per_fabric) == 3);
  CHECK(reading.device.number(FactId::product_finish) == 1);
  CHECK(reading.device.first(FactId::product_primary_color) == nullptr);
  CHECK(reading.device.number(FactId::max_paths_per_invoke) == 1);
  // One line a read: what follows belongs to something else.
  CHECK(reading.device.first(FactId::software_version) == nullptr);
}

TEST_CASE("log: the last attempt counts") {
  Log log(kPrefixes[0]);
  log.command(0)
      .field(0, kOtherNonce)
      .command(1)
      .field(0, elements_with(kOtherNonce))
      .field(1, Bytes(64, 1));
  log.line("'Attestation Information' command received from the device: err 101");
  log.command(0).field(0, kNonce).command(1).field(0, elements_with(kNonce)).field(1, kSignature);
  log.line(
      "MTRDeviceAttestationDelegateBridge::OnDeviceAttestationFailed completed with result: 601");
  const Reading reading = log.read();
  CHECK(count(reading, FactId::attestation_elements) == 1);
  CHECK(*reading.device.bytes(FactId::attestation_nonce) == kNonce);
  CHECK(*reading.device.bytes(FactId::attestation_signature) == kSignature);
  CHECK(*reading.device.number(FactId::commissioner_result) == 601);
  CHECK(remark(reading, Remark::reported_value) ==
        "1 other attestation exchange of this log is left out: the last one counts");
}

TEST_CASE("log: one without attestation says so") {
  CHECK(has_problem(read_bytes(view("[1780000000.825944][1:2] CHIP:DL: System Layer shutdown\n")),
                    "expected a commissioner's log: nothing about attestation stands in it"));
}

TEST_CASE("log lines") {
  CHECK(log::cleaned("\x1B[0;34ma b\x1B[0m \r") == "a b");
  CHECK(log::hex_dump("[1.2] [3:4] [DMG]   0x1, 0x82,")->bytes == Bytes{1, 0x82});
  CHECK(log::hex_dump("  0x15, 0x")->cut);
  CHECK_FALSE(log::hex_dump("conn=0xffff8404f320"));
  CHECK_FALSE(
      log::hex_dump("EndpointId = 0x0,"
                    " and more"));
  CHECK(log::field_end("[1.2] [DMG]   ] (470 bytes)")->stated == 470);
  CHECK_FALSE(log::field_end("[1.2] [3:4] [DMG]"));
  CHECK(log::field_start("[1.2] [3:4] [DMG]  0x1 = [")->field == 1);
  CHECK_FALSE(log::field_start("InvokeResponseIBs = ["));
  CHECK(*log::number_after("Attribute = 0x0000_0004,", "Attribute") == 4);
}
