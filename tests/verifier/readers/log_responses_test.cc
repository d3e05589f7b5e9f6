// Which of the two signed responses a line of a log is about, what a log states twice, and a
// certificate that comes in several parts.

#include <fmt/format.h>

#include <algorithm>

#include "tests/support/own_credentials.h"
#include "tests/support/readings.h"
#include "verifier/matter/attestation_elements.h"

using namespace attest;
using namespace attest::test;

namespace {

std::string logged(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += "[1770364786.353] [2443:2465] [TOO] " + line + "\n";
  return out;
}
Reading read_log(const std::vector<std::string>& lines) {
  return read_bytes(view(logged(lines)), {}, "chip.log");
}
std::string of(const Reading& r, FactId fact) {
  std::string out;
  for (const Statement& s : r.device.statements) {
    if (s.fact == fact) out += (out.empty() ? "" : " ") + value_text(fact, s.value).substr(0, 4);
  }
  return out;
}

const std::string kElements = "1530010101300220" + std::string(64, '5') + "24030018",
                  kNocsr = "1530010102" + std::string(32, 'c') + "18",
                  kFirst = std::string(128, 'a'), kSecond = std::string(128, 'b');

}  // namespace

TEST_CASE("log: a signature belongs to the response that its line, or the line before, is about") {
  const std::vector<std::string> attestation = {"AttestationResponse: {",
                                                "attestationElements: " + kElements,
                                                "attestationSignature: " + kFirst, "}"};
  const auto check = [&](std::vector<std::string> nocsr, const std::string& what) {
    for (const bool before : {false, true}) {
      std::vector<std::string> lines = before ? nocsr : attestation;
      const auto& behind = before ? attestation : nocsr;
      lines.insert(lines.end(), behind.begin(), behind.end());
      const Reading reading = read_log(lines);
      CHECK_MESSAGE(of(reading, FactId::attestation_signature) == "aaaa", what);
      CHECK_MESSAGE(of(reading, FactId::nocsr_signature) == "bbbb", what);
    }
  };
  for (const char* elements : {"NOCSRElements", "NocsrElements", "nocsrElements", "nocsr_elements",
                               "NOCSR elements", "Nocsr-Elements", "nocsrelements"}) {
    for (const char* signature :
         {"attestationSignature", "AttestationSignature", "attestation_signature",
          "ATTESTATION_SIGNATURE", "attestation signature", "Attestation-Signature"})
      check({fmt::format("{}: {}", elements, kNocsr), fmt::format("{} = {}", signature, kSecond)},
            fmt::format("{}, {}", elements, signature));
  }
  for (const char* response : {"CSRResponse", "CsrResponse", "csr_response", "OpCSRResponse",
                               "CSR Response", "NOCSRResponse"})
    check({fmt::format("{}: {{", response), "attestationSignature: " + kSecond}, response);
  check({"nocsrSignature: " + kSecond}, "nocsrSignature");
  check(
      {fmt::format(R"({{"attestationSignature": "{}", "nocsrElements": "{}"}})", kSecond, kNocsr)},
      "in the order of the alphabet");
  const Reading one_line =
      read_log({fmt::format(R"({{"attestationElements": "{}", "attestationSignature": "{}", )"
                            R"("nocsrElements": "{}", "attestationSignature": "{}"}})",
                            kElements, kFirst, kNocsr, kSecond)});
  CHECK(of(one_line, FactId::attestation_signature) == "aaaa");
  CHECK(of(one_line, FactId::nocsr_signature) == "bbbb");
  const Reading spread = read_log({"{", fmt::format(R"("attestationSignature": "{}",)", kSecond),
                                   fmt::format(R"("nocsrElements": "{}")", kNocsr), "}"});
  CHECK(of(spread, FactId::nocsr_signature) == "bbbb");
  CHECK(of(spread, FactId::attestation_signature) == "");
  const Reading other = read_log({"CSRResponse: {", "attestationSignature: " + kSecond,
                                  "Attestation_Response: {", "attestation_signature: " + kFirst});
  CHECK(of(other, FactId::attestation_signature) == "aaaa");
}

TEST_CASE("log: what it states in two ways is told, what it states twice is not") {
  const auto told = [](const std::vector<std::string>& lines) {
    std::string out;
    for (const Conflict& c : conflicts(read_log(lines).device))
      out += (out.empty() ? "" : " ") + std::string(fact_name(c.fact));
    return out;
  };
  const std::string ids = "--> DAC's VID: 0xFFF1, PID: 0x8000";
  CHECK(told({ids, ids}) == "");
  CHECK(told({"--> DAC's VID: 0xFFF2, PID: 0x8000", ids}) == "logged_dac_vendor_id");
  const std::vector<std::string> response = {"attestationElements: " + kElements,
                                             "attestationSignature: " + kFirst};
  auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), response.begin(), response.end());
    return more;
  };
  CHECK(told(with({"attestationSignature: " + kFirst})) == "");
  CHECK(told(with({"attestationSignature: " + kSecond})) == "attestation_signature");
  const std::string challenge = "attestationChallenge: ", zero(32, '1'), one(32, '2');
  CHECK(told(with({challenge + zero, challenge + zero})) == "");
  CHECK(told(with({challenge + zero, challenge + one})) == "attestation_challenge");
  // Another attempt is no contradiction: it begins with its nonce, or with the challenge. The last
  // is said first, and those before it where a key can be asked about them.
  const std::string again = "attestationNonce: " + std::string(64, '6'),
                    other_elements =
                        "attestationElements: 1530010101310220" + std::string(64, '6') + "24030018";
  const std::vector<std::string> two = with({challenge + zero, challenge + one, again,
                                             other_elements, "attestationSignature: " + kSecond});
  const Reading last = read_log(two);
  CHECK(of(last, FactId::attestation_signature) == "bbbb aaaa");
  CHECK(of(last, FactId::attestation_challenge) == "2222 1111");
  // The elements of the first are not in the log.
  CHECK(told({"attestationSignature: " + kSecond, again, "attestationElements: " + kElements,
              "attestationSignature: " + kFirst}) == "");
  CHECK(remark(read_log({"Failed in verifying attestation: err 604",
                         "Failed in verifying attestation: err 605"}),
               Remark::reported_value) == "the log says 604 here, and 605 in the end");
}

TEST_CASE("log: a response answers the request whose nonce it has, whichever was sent again") {
  const auto nonce = [](char c) { return "attestationNonce: " + std::string(64, c); };
  const auto challenge = [](char c) { return "attestationChallenge: " + std::string(32, c); };
  const auto response = [](char c, const std::string& signature) {
    return std::vector<std::string>{
        "attestationElements: 1530010101300220" + std::string(64, c) + "24030018",
        "attestationSignature: " + signature};
  };
  const auto joined = [](std::vector<std::string> lines, const std::vector<std::string>& more) {
    lines.insert(lines.end(), more.begin(), more.end());
    return lines;
  };
  const struct {
    std::vector<std::string> lines;
    const char *nonces, *challenges, *signatures;
    unsigned left_out;
  } kRows[] = {
      // Sent again in another session, or in the same one; the first request is answered, or the
      // second.
      {joined({challenge('a'), nonce('1'), challenge('b'), nonce('2')}, response('2', kFirst)),
       "2222", "bbbb", "aaaa", 1},
      {joined({challenge('a'), nonce('1'), challenge('b'), nonce('2')}, response('1', kFirst)),
       "1111", "aaaa", "aaaa", 1},
      {joined({nonce('1'), challenge('a'), nonce('2'), challenge('b')}, response('2', kFirst)),
       "2222", "bbbb", "aaaa", 1},
      {joined({nonce('1'), challenge('a'), nonce('2'), challenge('b')}, response('1', kFirst)),
       "1111", "aaaa", "aaaa", 1},
      {joined({challenge('a'), nonce('1'), nonce('2')}, response('2', kFirst)), "2222", "aaaa",
       "aaaa", 1},
      {joined({challenge('a'), nonce('1'), nonce('2')}, response('1', kFirst)), "1111", "aaaa",
       "aaaa", 1},
      {joined({challenge('a'), nonce('1'), challenge('b'), nonce('2'), challenge('c'), nonce('3')},
              response('2', kFirst)),
       "2222", "bbbb", "aaaa", 2},
      // A session in which nothing was asked.
      {joined({challenge('a'), challenge('b'), nonce('2')}, response('2', kFirst)), "2222", "bbbb",
       "aaaa", 1},
      // Both are answered: the last one first.
      {joined(
           joined({challenge('a'), nonce('1'), challenge('b'), nonce('2')}, response('1', kFirst)),
           response('2', kSecond)),
       "2222 1111", "bbbb aaaa", "bbbb aaaa", 0},
      {joined(
           joined({challenge('a'), nonce('1'), challenge('b'), nonce('2')}, response('1', kFirst)),
           joined({nonce('2')}, response('2', kSecond))),
       "2222 1111", "bbbb aaaa", "bbbb aaaa", 0},
      // No request of the log has this nonce: the last one is compared with it.
      {joined({challenge('a'), nonce('1'), challenge('b'), nonce('2')}, response('7', kFirst)),
       "2222", "bbbb", "aaaa", 1}};
  for (const auto& row : kRows) {
    CAPTURE(logged(row.lines));
    const Reading reading = read_log(row.lines);
    CHECK(conflicts(reading.device).empty() == (row.left_out != 0));
    CHECK(of(reading, FactId::attestation_nonce) == row.nonces);
    CHECK(of(reading, FactId::attestation_challenge) == row.challenges);
    CHECK(of(reading, FactId::attestation_signature) == row.signatures);
    CHECK(
        remark(reading, Remark::reported_value) ==
        (row.left_out == 0
             ? ""
             : fmt::format(
                   "{} other attestation exchange{} of this log {} left out: the last one counts",
                   row.left_out, row.left_out == 1 ? "" : "s", row.left_out == 1 ? "is" : "are")));
  }
  // The same of a CSRRequest.
  const Reading nocsr =
      read_log({"CSRNonce: " + std::string(64, 'c'), "CSRNonce: " + std::string(64, 'd'),
                "nocsrElements: 1530010130300220" + std::string(64, 'c') + "18"});
  CHECK(of(nocsr, FactId::nocsr_nonce) == "cccc");
  // Another signature or challenge of the one that was answered is a contradiction as before.
  for (const std::string& more : {"attestationSignature: " + kSecond, challenge('c')}) {
    const Reading two = read_log(joined(
        joined({challenge('a'), nonce('1'), challenge('b'), nonce('2')}, response('2', kFirst)),
        {more}));
    CHECK(conflicts(two.device).size() == 1);
  }
}

TEST_CASE("log: an empty text of a read-out is stated") {
  for (const char* name : {"VendorName", "ProductName", "SerialNumber", "UniqueID", "NodeLabel",
                           "HardwareVersionString", "ManufacturingDate"}) {
    const Reading reading =
        read_log({"Endpoint: 0 Cluster: 0x0000_0028 Attribute 0x0000_0001 DataVersion: 1",
                  fmt::format("  {}: ", name)});
    REQUIRE_MESSAGE(reading.device.statements.size() == 1, name);
    CHECK(std::get<std::string>(reading.device.statements[0].value).empty());
  }
}

namespace {

// A certificate as a device of Matter 1.7 sends it, in `size` bytes at a time, but for one part.
std::vector<std::string> in_parts(View der, size_t size, std::optional<size_t> without,
                                  bool numbered, int type = 1) {
  std::vector<std::string> out = {fmt::format("certificateChainRequest certificateType: {}", type)};
  for (size_t at = 0, id = 0; at < der.size(); at += size, ++id) {
    if (without == id) continue;
    const size_t end = std::min(der.size(), at + size);
    if (numbered) out.push_back(fmt::format("request certificateType: {} segmentID: {}", type, id));
    out.push_back("CertificateChainResponse: {");
    out.push_back("certificate: " + hex(der.subspan(at, end - at)));
    out.push_back(fmt::format("totalDocumentSize: {}", der.size()));
    if (end < der.size()) out.push_back(fmt::format("nextSegmentID: {}", id + 1));
    out.push_back("}");
  }
  return out;
}
// Each response on one line.
std::vector<std::string> on_lines(View der, size_t size, int type) {
  std::vector<std::string> out = {fmt::format("certificateChainRequest certificateType: {}", type)};
  for (size_t at = 0, id = 0; at < der.size(); at += size, ++id) {
    const View part = der.subspan(at, std::min(size, der.size() - at));
    const std::string next =
        at + size < der.size() ? fmt::format(", nextSegmentID: {}", id + 1) : std::string();
    out.push_back(
        fmt::format("certificate: {}, totalDocumentSize: {}{}", hex(part), der.size(), next));
  }
  return out;
}
std::vector<std::string> dumped(View der, size_t size, int type = 0) {
  std::vector<std::string> out;
  if (type != 0) out = {"ClusterId = 0x3e,", "CommandId = 0x2,", fmt::format("0x0 = {},", type)};
  for (size_t at = 0, id = 0; at < der.size(); at += size, ++id) {
    const View part = der.subspan(at, std::min(size, der.size() - at));
    out.insert(out.end(), {"ClusterId = 0x3e,", "CommandId = 0x3,", "0x0 = ["});
    std::string bytes;
    for (const uint8_t b : part) bytes += fmt::format("0x{:02x}, ", b);
    out.push_back(bytes);
    out.push_back(fmt::format("] ({} bytes)", part.size()));
    out.push_back(fmt::format("0x1 = {},", der.size()));
    if (at + size < der.size()) out.push_back(fmt::format("0x2 = {},", id + 1));
  }
  return out;
}
bool holds_certificate(const Reading& r, View der) {
  return std::any_of(
      r.device.statements.begin(), r.device.statements.end(), [&](const Statement& s) {
        const auto* bytes = std::get_if<Bytes>(&s.value);
        return s.fact == FactId::certificate && bytes != nullptr && equal(*bytes, der);
      });
}

}  // namespace

TEST_CASE("log: a certificate that comes in several parts is joined, and missing parts are told") {
  const Bytes dac = own_dac();
  for (const size_t size : {100u, 200u, 457u}) {
    for (const bool numbered : {false, true})
      CHECK(holds_certificate(read_log(in_parts(dac, size, {}, numbered)), dac));
    const Reading reading = read_log(dumped(dac, size));
    CHECK(holds_certificate(reading, dac));
    CHECK(remark(reading, Remark::not_in_log) == "");
  }
  for (const bool numbered : {false, true}) {
    for (const size_t without : {1u, 2u, 4u}) {
      const Reading reading = read_log(in_parts(dac, 100, without, numbered));
      CHECK_FALSE(holds_certificate(reading, dac));
      CHECK(count(reading, FactId::certificate) == 0);
      const std::string said = remark(reading, Remark::not_in_log);
      CHECK_MESSAGE(
          said.find("certificate in parts: it came in parts, and not in the log are") == 0, said);
      CHECK_MESSAGE(said.find(fmt::format("are {}", without)) != std::string::npos, said);
    }
  }
  // A whole one is whole, whatever it says of its length.
  CHECK(holds_certificate(read_log(in_parts(dac, 4096, {}, false)), dac));
}

TEST_CASE(
    "log: elements that go on behind their end are longer, and those that end within are cut") {
  const auto lines = [](const std::string& elements) {
    return std::vector<std::string>{"AttestationResponse: {", "attestationElements: " + elements,
                                    "attestationSignature: " + kFirst, "}"};
  };
  for (const char* behind : {"", "00", "18", "ff", "30", "24", "1530", "152500", "deadbeef"}) {
    CAPTURE(std::string(behind));
    const Reading reading = read_log(lines(kElements + behind));
    REQUIRE(reading.device.bytes(FactId::attestation_elements) != nullptr);
    CHECK(hex(*reading.device.bytes(FactId::attestation_elements)) == kElements + behind);
    CHECK(remark(reading, Remark::not_in_log) == "");
  }
  for (size_t digits = 16; digits < kElements.size(); digits += 2) {
    CAPTURE(digits);
    const Reading reading = read_log(lines(kElements.substr(0, digits)));
    CHECK(reading.device.bytes(FactId::attestation_elements) == nullptr);
    CHECK(remark(reading, Remark::not_in_log) != "");
  }
}

namespace {

// Of the length of what begins, so that nothing else tells it from one.
Bytes like_a_sequence(size_t size) {
  Bytes out(size, 0x5A);
  out[0] = 0x30;
  out[1] = static_cast<uint8_t>(size - 2);
  return out;
}
// A certificate by its first bytes; of the rest nothing is read here. Its part of 100 bytes number
// `at` is a SEQUENCE.
Bytes certificate_with_sequence(size_t size, size_t at) {
  Bytes out(size, 0x11);
  out[0] = 0x30;
  out[1] = 0x82;
  out[2] = static_cast<uint8_t>((size - 4) >> 8);
  out[3] = static_cast<uint8_t>(size - 4);
  const Bytes part = like_a_sequence(std::min<size_t>(100, size - 100 * at));
  std::copy(part.begin(), part.end(), out.begin() + static_cast<ptrdiff_t>(100 * at));
  return out;
}
std::vector<std::string> after(std::vector<std::string> first,
                               const std::vector<std::string>& then) {
  first.insert(first.end(), then.begin(), then.end());
  return first;
}
// Both and nothing else.
void check_both(const std::vector<std::string>& lines, View dac, View pai, const char* how) {
  const Reading reading = read_log(lines);
  CHECK_MESSAGE(holds_certificate(reading, dac), how);
  CHECK_MESSAGE(holds_certificate(reading, pai), how);
  CHECK_MESSAGE(count(reading, FactId::certificate) == 2, how);
  CHECK_MESSAGE(remark(reading, Remark::not_in_log) == "", how);
}

}  // namespace

TEST_CASE("log: DAC and PAI that come in parts one after the other are both whole") {
  const Bytes dac = own_dac();
  for (const size_t other : {dac.size(), dac.size() + 77}) {  // of one length, too
    const Bytes pai = certificate_with_sequence(other, 1);
    for (const size_t size : {90u, 100u, 200u, 300u, 457u}) {
      for (const bool dac_first : {true, false}) {
        const View one = dac_first ? dac : pai, two = dac_first ? pai : dac;
        const int first = dac_first ? 1 : 2, second = 3 - first;
        for (const bool numbered : {false, true})
          check_both(after(in_parts(one, size, {}, numbered, first),
                           in_parts(two, size, {}, numbered, second)),
                     dac, pai, "words");
        check_both(after(on_lines(one, size, first), on_lines(two, size, second)), dac, pai,
                   "on a line");
        check_both(after(dumped(one, size, first), dumped(two, size, second)), dac, pai, "numbers");
        // Then the same again: a second attempt of the same session.
        const auto once = after(dumped(one, size, first), dumped(two, size, second));
        check_both(after(once, once), dac, pai, "twice");
      }
    }
  }
  // A legacy one that says no length, before one that does.
  const Bytes legacy = certificate_with_sequence(321, 3);
  check_both({"certificateChainRequest certificateType: 1", "certificate: " + hex(legacy),
              "certificateChainRequest certificateType: 2", "CertificateChainResponse: {",
              "certificate: " + hex(dac), fmt::format("totalDocumentSize: {}", dac.size()), "}"},
             dac, legacy, "legacy");
  // One whose own bytes were left out of the log: its length is not that of the one before.
  const Reading reading = read_log({"certificateChainRequest certificateType: 1",
                                    "certificate: " + hex(dac), "CertificateChainResponse: {",
                                    "Elided value too large of size 3697, of a certificate",
                                    "totalDocumentSize: 3697", "}"});
  CHECK(holds_certificate(reading, dac));
}

TEST_CASE("log: a part that begins as a SEQUENCE does is a part") {
  for (const size_t at : {1u, 2u, 3u, 4u}) {
    const Bytes one = certificate_with_sequence(457, at);  // the last has 57 bytes
    for (const std::vector<std::string>& lines :
         {in_parts(one, 100, {}, true), in_parts(one, 100, {}, false), on_lines(one, 100, 2),
          dumped(one, 100), dumped(one, 100, 1)}) {
      const Reading reading = read_log(lines);
      CHECK(holds_certificate(reading, one));
      CHECK(count(reading, FactId::certificate) == 1);
      CHECK(remark(reading, Remark::not_in_log) == "");
    }
    // Where the log lost how long the whole is, what lacks is told, and no part is a certificate.
    auto lines = in_parts(one, 100, {}, true);
    std::erase_if(lines, [](const std::string& l) { return l.starts_with("totalDocumentSize"); });
    const Reading reading = read_log(lines);
    CHECK(count(reading, FactId::certificate) == 0);
    const auto& notes = reading.device.remarks;
    CHECK(std::any_of(notes.begin(), notes.end(), [](const auto& note) {
      return note.message.find("how long the whole is lacks") != std::string::npos;
    }));
  }
}

TEST_CASE("log: an answer before the last one that is wrong by itself is the one that is judged") {
  const std::string zeros(64, '0');
  const auto attempt = [](const std::string& nonce, const std::string& elements) {
    return std::vector<std::string>{
        "Command: operationalcredentials attestation-request hex:" + nonce + " 1 0",
        "AttestationResponse: {", "attestationElements: " + elements,
        "attestationSignature: " + kFirst, "}"};
  };
  const Bytes bytes = from_hex(kElements).value();
  const auto parsed = parse_attestation_elements(bytes);
  REQUIRE(parsed.has_value());
  const std::string nonce = hex(parsed->nonce);
  std::string broken = kElements;
  broken.replace(0, 2, "16");  // no structure
  const auto judged = [&](const std::vector<std::string>& first,
                          const std::vector<std::string>& then) {
    return read_log(after(first, then));
  };
  const auto asked = [](const Reading& reading) {
    return hex(*reading.device.bytes(FactId::attestation_nonce));
  };
  // To a nonce that was not the one it was asked with, then right: the first.
  CHECK(asked(judged(attempt(zeros, kElements), attempt(nonce, kElements))) == nonce);
  std::string other = kElements;
  const size_t at = other.find(nonce);
  REQUIRE(at != std::string::npos);
  other.replace(at, 2, nonce.starts_with("00") ? "01" : "00");
  CHECK(asked(judged(attempt(zeros, other), attempt(nonce, kElements))) == zeros);
  // No elements, then right ones.
  const Reading wrong = judged(attempt(zeros, broken), attempt(nonce, kElements));
  CHECK(hex(*wrong.device.bytes(FactId::attestation_elements)) == broken);
  // An answer to a request that the log shows elsewhere, and two right ones: the last.
  const std::string second =
      hex(parsed->nonce).replace(0, 2, nonce.starts_with("00") ? "01" : "00");
  CHECK(asked(judged(attempt(second, other), attempt(nonce, kElements))) == nonce);
}
