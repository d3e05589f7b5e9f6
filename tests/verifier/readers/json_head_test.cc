// JSON that is evidence, cut or damaged: it is told, and never passed over. Whole it is read as
// before, with other text behind it or without.

#include "verifier/readers/tables/json_head.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "tests/support/readings.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/tables/manifest.h"

using namespace attest;
using namespace attest::test;

namespace {

struct Kind {
  const char* kind;
  const char* told_from;  // what a file has to have until which it may be anything
  std::string whole;
};
std::vector<Kind> kinds() {
  return {
      {"cpms-json", "\"cpms.json\"",
       R"({"version":"2.8","options":{"output":"cpms.json"},"matter":{"instance_info":{"vendor_id":39321,"product_id":32768},"commissionable_data":{"discriminator":769}}})"},
      {"cpms-json", "\"instance_info\":",
       R"({"instance_info":{"vendor_id":39321},"commissionable_data":{"discriminator":769}})"},
      {"cpms-json", "\"vendor_id\":39321,",
       R"({"matter":{"vendor_id":39321,"discriminator":769}})"},
      {"commissioner-log", "\"matter\"",
       R"({"home_assistant":{"version":"1"},"integration_manifest":{"domain":"matter"},"data":{"node":{"attributes":{"0/29/0":[],"0/40/2":39321,"0/40/4":1}}}})"},
      {"commissioner-log", "\"0/29/0\":",
       R"([{"node_id":5,"attributes":{"0/29/0":[{"0":22}],"0/40/1":"Acme","0/40/2":39321}}])"},
      {"revocation-set", "\"revocation_set\"",
       R"([{"type":"revocation_set","issuer_subject_key_id":"AA","issuer_name":"AA==","revoked_serial_numbers":["01"],"crl_signer_cert":"AA=="}])"},
  };
}

std::string told(const Reading& reading) {
  return problems(reading) + remark(reading, Remark::damaged_credential);
}

}  // namespace

TEST_CASE("broken JSON: cut at every byte, it is told from where it is known again") {
  for (const Kind& k : kinds()) {
    CAPTURE(k.whole);
    const Reading whole = read_bytes(view(k.whole));
    CHECK(kind(whole) == k.kind);
    CHECK(told(whole) == "");
    const size_t known = k.whole.find(k.told_from) + std::string(k.told_from).size();
    for (size_t size = known; size < k.whole.size(); ++size) {
      CAPTURE(size);
      const Reading cut = read_bytes(view(k.whole).first(size));
      CHECK(kind(cut) == k.kind);
      CHECK(cut.not_used.empty());
      // (Of a revocation set revocation.set-can-be-read tells.)
      const bool set = count(cut, FactId::revocation_set) == 1;
      CHECK((set || told(cut).find("JSON") != std::string::npos));
      CHECK(cut.device.statements.size() == (set ? 1 : 0));
    }
  }
}

TEST_CASE("broken JSON: a byte that is none of JSON's") {
  for (const Kind& k : kinds()) {
    const size_t known = k.whole.find(k.told_from) + std::string(k.told_from).size();
    for (const char strange : {'\x01', '\xE9'}) {
      for (size_t at = known; at < k.whole.size(); at += 3) {
        CAPTURE(at);
        std::string damaged = k.whole;
        damaged[at] = strange;
        const Reading reading = read_bytes(view(damaged));
        const bool set = count(reading, FactId::revocation_set) == 1;
        CHECK_MESSAGE((set || told(reading).find("JSON") != std::string::npos), damaged);
      }
    }
  }
}

TEST_CASE("broken JSON: an eFuse summary that is cut before the fuses that tell") {
  const std::string first =
      R"({"BLK_VERSION_MAJOR":{"bit_len":2,"efuse_type":"uint:2","name":"BLK_VERSION_MAJOR","readable":true,"value":"0","writeable":true})";
  const std::string more = R"(,"BLK_VERSION_MINOR":{"bit_len":3,"block")";
  CHECK(has_problem(read_bytes(view(first + more)), "eFuse summary: expected a whole JSON object"));
  CHECK(problems(read_bytes(view(first + "}"))).find("eFuse summary") == std::string::npos);
}

TEST_CASE("broken JSON: of other programs it stays theirs") {
  for (const char* text :
       {R"({"compilerOptions": {}, // no trailing comma)", R"({"attributes": {"a/b": 1},)",
        R"({"home_assistant": {"version": "1"}, "integration_manifest": {"domain": "zha"},)",
        R"({"home_assistant": {"version": "1"},)", R"([{"type":"node","a":)",
        R"({"matter": {"density": 1,)", R"({"options": {"output": "a.json"},)"}) {
    CAPTURE(std::string(text));
    const Reading reading = read_bytes(view(std::string_view(text)));
    CHECK(reading.device.remarks.empty());
    for (const IntegrityProblem& p : reading.device.integrity) CHECK(p.what == "error");
    CHECK(reading.device.statements.empty());
  }
}

TEST_CASE("JSON with other text behind it is whole, and the text is read") {
  for (const Kind& k : kinds()) {
    if (k.kind == std::string_view("revocation-set")) continue;
    CAPTURE(k.whole);
    const Reading alone = read_bytes(view(k.whole));
    const Reading log = read_bytes(
        view(k.whole + "\n[1700000000.1] CHIP:TOO: --> DAC's VID: 0xFFF1, PID: 0x8000\n"));
    CHECK(kind(log) == k.kind);
    CHECK(told(log) == "");
    CHECK(log.device.number(FactId::vendor_id) == alone.device.number(FactId::vendor_id));
    if (k.kind != std::string_view("commissioner-log"))
      CHECK(log.device.number(FactId::logged_dac_vendor_id) == 0xFFF1);
    // A second one is no other text.
    CHECK(told(read_bytes(view(k.whole + "\n" + (k.whole[0] == '{' ? k.whole : "{}")))) != "");
  }
}

TEST_CASE("the head of JSON: what stands whole in it") {
  const auto head = [](std::string_view text) {
    const auto found = json_head(view(text), 1024);
    return found ? dump(found->json) + (found->broken ? " broken" : "") : "none";
  };
  CHECK(head(R"({"a":1})") == R"({"a":1})");
  CHECK(head("\xEF\xBB\xBF {\"a\":1}") != "none");
  CHECK(head(R"({"a":1}  and so on)") == R"({"a":1})");
  CHECK(head(R"({"a":1}{"b":2})") == R"({"a":1} broken)");
  CHECK(head(R"({"a":1,"b":[2,{"c":"x","d)") == R"({"a":1,"b":[2,{"c":"x"}]} broken)");
  CHECK(head(R"({"a":12)") == "{} broken");
  CHECK(head(R"({"a":12 )") != "none");
  CHECK(head(R"({"a":"}\"]","b":"x)") == R"({"a":"}\"]"} broken)");
  CHECK(head(R"([1,2,tru)") == "[1,2] broken");
  CHECK(head(R"({"a":1;"b":2})") != R"({"a":1;"b":2})");
  CHECK(head("text") == "none");
  CHECK(head("") == "none");
  CHECK(head("[" + std::string(2000, '1')) == "none");
  CHECK(head(std::string(900, '[')).ends_with("broken"));
}

TEST_CASE("a manifest in JSON that breaks off behind its first row is one") {
  const std::string whole =
      R"([{"serial_number":"A1","discriminator":1,"manual_code":"34970112332"},{"serial_number":"A2","discriminator":2,"manual_code":"34970112332"}])";
  CHECK(is_manifest(view(whole)));
  for (size_t size = whole.find('}') + 1; size < whole.size(); ++size)
    CHECK(is_manifest(view(whole).first(size)));
}
