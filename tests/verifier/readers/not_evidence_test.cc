// What quotes evidence and is none: answers of the ledger, revocation sets, what this program wrote
// itself. Beside a good device it changes nothing, and every report names it as not used. What
// might be a device's in such a form stays evidence.

#include "report/forms.h"
#include "tests/support/damaged_beside.h"
#include "tests/support/readings.h"
#include "verifier/checks/catalogue.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"
#include "verifier/pki/key.h"

using namespace attest;
using namespace attest::test;

namespace {

struct Told {
  std::string why;  // empty: it is evidence
  bool says = false;
};
Told told(std::string_view text) {
  Reading reading;
  reading.codecs = &codecs::direct();
  REQUIRE(read_evidence({.path = "f", .bytes = view(text), .base = 0, .member = true}, reading));
  return {.why = reading.not_used.empty() ? "" : reading.not_used[0].why,
          .says = !reading.device.statements.empty() || !reading.device.remarks.empty()};
}
std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}
std::string escaped(const std::string& pem) {
  std::string out;
  for (const char c : pem) out += c == '\n' ? std::string("\\n") : std::string(1, c);
  return out;
}

}  // namespace

TEST_CASE("every recorded answer of the ledger is not used, and says nothing of a device") {
  if (!have_shared("dcl/rest/pki")) return;
  size_t answers = 0;
  for (const char* folder :
       {"dcl/rest/pki", "dcl/rest/model", "dcl/rest/compliance", "dcl/rest/vendorinfo"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(shared() / folder)) {
      if (entry.path().extension() != ".json") continue;
      CAPTURE(entry.path().string());
      const Told is = told(text(View(slurp(entry.path()))));
      CHECK(!is.says);
      CHECK(!is.why.empty());
      ++answers;
    }
  }
  CHECK(answers > 300);
}

TEST_CASE("whom the ledger trusts is not the device's, in whatever words it is written down") {
  const DeviceBeside device;
  const forge::Device good = forge::make(forge::good_plan_of("damaged-beside", 0xFFE0, 0x8000));
  const std::string pai = escaped(to_pem("CERTIFICATE", device.whole(Beside::second_pai))),
                    dac = escaped(to_pem("CERTIFICATE", device.whole(Beside::second_dac)));
  const struct {
    const char* name;
    std::string text, why;
  } rows[] = {
      {"an answer", R"({"approvedCertificates":{"certs":[{"pemCert":")" + pai + R"("}]}})",
       "an answer of the ledger"},
      {"a part of one", R"([{"pemCert":")" + pai + R"(","serialNumber":"7"}])",
       "an answer of the ledger"},
      {"dcld's words", R"({"pem_cert":")" + pai + R"("})", "an answer of the ledger"},
      {"a revocation point", R"({"x":[{"crlSignerCertificate":")" + pai + R"("}]})",
       "an answer of the ledger"},
      {"our own",
       R"({"network":"main","chain_id":"c","height":1,"synced_at":"x","items":[)"
       R"({"vendorID":65522,"vid":65522,"pid":32769}]})",
       "an answer of the ledger"},
      {"a model", R"({"model":{"vid":65522,"pid":32769,"partNumber":"1"}})",
       "an answer of the ledger"},
      {"a snapshot",
       R"({"schema":"matter-attest/ledger/1","certificate":[{"pemCert":")" + pai + R"("}]})",
       "a snapshot of the ledger"},
      // A device's certificate has no business there: whoever wrote it down meant something by it.
      {"a DAC in an answer", R"({"approvedCertificates":{"certs":[{"pemCert":")" + dac + R"("}]}})",
       ""},
      {"a DAC beside an answer", R"({"pemCert":")" + pai + R"(","Certificate":")" + dac + R"("})",
       ""},
      {"a CA's answer", R"({"Certificate":")" + dac + R"(","CertificateChain":")" + pai + R"("})",
       ""},
      {"a cut certificate", R"({"pemCert":")" + dac.substr(0, 300) + R"("})", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const Told is = told(row.text);
    CHECK(is.says == row.why.empty());
    CHECK((row.why.empty() ? is.why.empty() : is.why.starts_with(row.why)));
    const Report report = device.judge(Beside::second_dac, to_bytes(view(row.text)), Network::none);
    CHECK((report.verdict == Verdict::approve) == !row.why.empty());
    CHECK(device.judge(Beside::second_dac, to_bytes(view(row.text)), Network::main)
              .of(find_check("evidence.is-understood"))
              ->status != Status::fail);
  }
}

TEST_CASE("what this program wrote is no evidence") {
  for (const char* own :
       {R"({"schema": "matter-attest/report/1", "device": {"vid": "0xFFF1", "pid": "0x8000"}})",
        R"({"schema": "matter-attest/inspect/1", "device": {"vendor_id": "0xFFF1"}})",
        R"({"schema": "matter-attest/lot/1", "verdict": "approve"})",
        "{\"id\":\"a\",\"verdict\":\"approve\",\"failed\":[]}\n"
        "{\"lot\":{\"schema\":\"matter-attest/lot/1\",\"verdict\":\"approve\"}}\n",
        R"({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "matter-attest"}}, )"
        R"("results": [{"message": {"text": "CHIP: [CTL] attestation errorCode 101"}}]}]})",
        R"({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "other"}}}]})",
        "schema                    matter-attest/inspect/1\nevidence\n  path  dac.der\n"}) {
    CAPTURE(own);
    const Told is = told(own);
    CHECK(!is.says);
    CHECK((is.why.starts_with("a report of matter-attest") || is.why.starts_with("a SARIF log")));
  }
  CHECK(told("schema matter\nMT:Y.K9042C00KA0648G00\n").says);
  CHECK(told(std::string(find_form("csv")->heading) + "d1,approve,,,,\n")
            .why.starts_with("a report of matter-attest"));
  CHECK(told(R"({"vendor_id": "0xFFF1", "product_id": "0x8000"})").says);
}

TEST_CASE("a page of this program's for people is no evidence, unless somebody wrote into it") {
  const std::string code = "MT:Y.K9042C00KA0648G00",
                    page = "REJECT  a lamp 0xFFF1 / 0x8000\n  it lacks " + code +
                           "\n\n  TC-DD-1.1  passed\n  network none, stage lab, as of "
                           "2026-06-01T00:00:00Z; signatures checked by openssl\n";
  const struct {
    const char* what;
    std::string text;
    bool own;
  } rows[] = {
      {"as it is written", page, true},
      {"with the verdict again", page + "\nREJECT  dac.is-present\n", true},
      {"with line ends of Windows", replaced(page, "\n", "\r\n"), true},
      {"below a mark of UTF-8", "\xEF\xBB\xBF" + page, true},
      {"in colours", replaced(page, "REJECT", "\x1b[1;31mREJECT\x1b[0m"), true},
      {"narrow", replaced(page, ", as of ", ",\n  as of "), true},
      {"with a code at the margin", page + code + "\n", false},
      {"behind a code", code + "\n" + page, false},
      {"of before", replaced(page, "network none", "policy none"), true},
      {"without its network", page.substr(0, page.find("  network")), false},
      {"of no network that there is", replaced(page, "network none", "network mine"), false},
      {"as of no time", replaced(page, "2026-06-01", "yesterday "), false},
      {"of another verdict", replaced(page, "REJECT", "FAILED"), false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(told(row.text).why.starts_with("a report of matter-attest") == row.own);
  }
  const forge::Device good = forge::make(forge::good_plan("page"));
  CHECK(told(page + to_pem("CERTIFICATE", good.dac)).says);
}

TEST_CASE("what stands in a record as its PAA and is none is damaged evidence") {
  const DeviceBeside device;
  const auto judged = [&](const Bytes& paa) {
    Reading reading;
    reading.device.say(FactId::paa, paa, {.path = "line 1", .offset = {}, .item = "paa"});
    Evidence evidence = gather(std::move(reading),
                               Policy{.network = Network::none,
                                      .at = parse_rfc3339(forge::kAt).value(),
                                      .required = {},
                                      .show_passcode = false},
                               TrustStore::builtin(false), nullptr, openssl_engine());
    return judge(evidence).of(find_check("evidence.credentials-are-readable"))->status;
  };
  const Bytes root = forge::certificate(forge::paa_any().plan, forge::paa_any().key);
  CHECK(judged(root) == Status::pass);
  CHECK(judged(to_bytes(view("hello"))) == Status::fail);
  for (const Beside what : kBeside) CHECK(judged(device.whole(what)) == Status::fail);
  for (size_t which = 0; which < damages(root); ++which) {
    CAPTURE(which);
    CHECK(judged(damaged(root, which)) == Status::fail);
  }
}

TEST_CASE("files of vendors' tools that say nothing of a part are told of by what they are") {
  const auto why = [](const std::string& path, const std::string& content) {
    Reading reading;
    reading.codecs = &codecs::direct();
    REQUIRE(
        read_evidence({.path = path, .bytes = view(content), .base = 0, .member = true}, reading));
    return reading.not_used.empty() ? std::string() : reading.not_used[0].why;
  };
  const std::string nxp = "settings of an NXP part", block = "it may be one block of an eFuse dump";
  for (const char* text :
       {"# fuses\nfamily: rw612\nrevision: latest\nregisters:\n  LIFE_CYCLE_STATE:\n    LCS: 15\n",
        "family: rw612\r\nregisters:\r\n  LIFE_CYCLE_STATE: 0x0f0f\r\n",
        "family: lpc55s69\ntype: CMPA\nsettings:\n  BOOT_CFG:\n    DEFAULT_ISP_MODE: AUTO\n"})
    CHECK_MESSAGE(why("a/fuses.yaml", text).starts_with(nxp), text);
  CHECK_FALSE(why("a/b.yaml", "family: oaks\nsettings:\n  a: b\n").starts_with(nxp));
  const auto zeros = [](size_t size) { return std::string(size, '\0'); };
  const std::string some("\x00\x00\x01\x02\x00\x00\x1c\x00\x00\x00\x00\x10", 12);
  for (const auto& [path, content] : {std::pair(std::string("fuses0.bin"), some + some),
                                      {"a/fuses1.bin", zeros(24)},
                                      {"fuses10.bin", zeros(32)},
                                      {"e.1/old0.bin", some + some + zeros(4)},
                                      {"z.zip!two0.bin", zeros(8)},
                                      {"two1", some}})
    CHECK_MESSAGE(why(path, content).starts_with(block), path);
  for (const auto& [path, content] : {std::pair(std::string("fuses11.bin"), zeros(32)),
                                      {"fuses.bin", some + some},
                                      {"12.bin", zeros(32)},
                                      {"fuses1.bin", zeros(28)},
                                      {"fuses0.bin", zeros(25)}})
    CHECK_MESSAGE(why(path, content).starts_with("expected a certificate"), path);
}
