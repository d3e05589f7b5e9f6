// What stands at a secret's place is a secret, whether it can be read or not. Every text format x
// every place of a secret in it x every way to write it wrong that people and their tools have, and
// every output: reports, bundle, the journal of a lot, what the commands print_error about. None
// holds the secret, and none the digest of a file so small that the secret can be guessed from it.

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "bundle/bundle_writer.h"
#include "bundle/recorded_inputs.h"
#include "lot/device_line.h"
#include "lot/manifest_rows.h"
#include "lot/record.h"
#include "report/report_html.h"
#include "report/report_json.h"
#include "report/report_junit.h"
#include "report/report_sarif.h"
#include "report/report_text.h"
#include "tests/support/support.h"
#include "verifier/crypto/crypto.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"

using namespace attest;
using namespace attest::test;

namespace {

// The last column of a row is what must not be found.
using Spellings = std::vector<std::pair<std::string, std::vector<std::string>>>;

const std::vector<std::string> kPasscode = {
    "73120459", "7312-0459", "7312 0459",          "7312.0459", "7.3120459", "73 12 04",
    "73,120",   "731204590", "\uFF17\uFF13\uFF11", "45bbacb",   "45BBACB"};

// Values of JSON; those that are texts can stand in tables and lines, too.
Spellings passcodes() {
  Spellings out;
  for (const char* json : {"73120459",
                           "73120459.0",
                           "73120459e0",
                           "7.3120459e7",
                           "-73120459",
                           "731204590000",
                           "73120459731204597312045973120459",
                           "[73120459]",
                           "{\"is\":73120459}",
                           "\"73120459\"",
                           "\" 73120459\"",
                           "\"73120459 \"",
                           "\"7312-0459\"",
                           "\"7312 0459\"",
                           "\"7312.0459\"",
                           "\"73,120,459\"",
                           "\"'73120459\"",
                           "\"=73120459\"",
                           "\"73120459x\"",
                           "\"0x73120459\"",
                           "\"0073120459.00\"",
                           "\"\uFF17\uFF13\uFF11\uFF12\uFF10\uFF14\uFF15\uFF19\"",
                           "\"73120459\\u0000\"",
                           "\"\\u001b73120459\"",
                           "\"73 12 04 59\"",
                           "\"+73120459\"",
                           "\"PIN 73120459\"",
                           "[\"7312\",\"0459\",\"7312-0459\"]"})
    out.emplace_back(json, kPasscode);
  return out;
}

const std::vector<std::string> kSalt = {"U1BBS0UyUEtleVNhbHQ", "U1BBS0Uy", "5350414b45325",
                                        "SPAKE2PKeySalt"};
Spellings salts() {
  Spellings out;
  for (const char* json :
       {"\"U1BBS0UyUEtleVNhbHQ\"", "\"U1BBS0UyUEtleVNhbHQ=!\"", "\" U1BBS0UyUEtleVNhbHQ=\"",
        "\"hex:U1BBS0UyUEtleVNhbHQ=\"", "\"5350414b45325\"", "\"SPAKE2PKeySalt\"",
        "[\"U1BBS0UyUEtleVNhbHQ=\"]", "{\"b64\":\"U1BBS0UyUEtleVNhbHQ=\"}", "\"b'SPAKE2PKeySalt\"",
        "\"U1BBS0UyUEtleVNhbHQ\xC3\xA9\""})
    out.emplace_back(json, kSalt);
  return out;
}

const std::vector<std::string> kPayload = {"Y.K9042C00KA0648G00", "K9042C00", "y.k9042c00"};
Spellings payloads() {
  Spellings out;
  for (const char* json :
       {"\"MT:Y.K9042C00KA0648G00\"", "\"mt:y.k9042c00ka0648g00\"", "\"MT: Y.K9042C00KA0648G00\"",
        "\" MT:Y.K9042C00KA0648G00\"", "\"MT:Y.K9042C00KA0648G0\"", "\"Y.K9042C00KA0648G00\"",
        "\"MT:Y.K9042C00KA0648G00\\n\"", "[\"MT:Y.K9042C00KA0648G00\"]",
        "{\"qr\":\"MT:Y.K9042C00KA0648G00\"}", "\"https://x.example/?p=MT:Y.K9042C00KA0648G00\""})
    out.emplace_back(json, kPayload);
  return out;
}

const std::vector<std::string> kManual = {"34970112332", "3497-011-2332", "3497 011 2332",
                                          "3497011233", "4970112332"};
Spellings manual_codes() {
  Spellings out;
  for (const char* json :
       {"34970112332", "34970112332.0", "\"34970112332\"", "\"34970112333\"", "\"3497-011-2332\"",
        "\"3497 011 2332\"", "\" 34970112332\"", "\"3497011233\"", "\"349701123321\"",
        "[34970112332]", "\"4970112332\"", "3.4970112332e10"})
    out.emplace_back(json, kManual);
  return out;
}

// A format with one place in it: "@" is where the JSON value goes, "%" where its bare text goes.
struct Form {
  const char* name;
  const char* text;
};
constexpr Form kPasscodeForms[] = {
    {"device.json", R"({"vendor_id":"0xFFF1","product_id":"0x8000","passcode":@})"},
    {"nordic", R"({"sn":"1","spake2_it":1000,"vendor_id":65521,"passcode":@})"},
    {"telink", R"({"serial_num":"1","spake2_verifier":"","passcode":@})"},
    {"cpms", R"({"matter":{"commissionable_data":{"passcode":@,"discriminator":3840}}})"},
    {"ini", "[DEFAULT]\nserial-num=1\npin-code=%\n"},
    {"table", "qrcode,manualcode,discriminator,passcode\n,,3840,\"%\"\n"},
    {"broken json", R"({"vendor_id":"0xFFF1","passcode":@,})"},
    {"json twice", R"({"vendor_id":"0xFFF1","passcode":@,"passcode":@})"},
    {"note", "%\n"},
};
// A secret in the place of something else.
constexpr Form kNumberForms[] = {
    {"device.json", R"({"vendor_id":@,"product_id":"0x8000"})"},
    {"device.json discriminator", R"({"vendor_id":"0xFFF1","discriminator":@})"},
    {"device.json iterations", R"({"vendor_id":"0xFFF1","spake2p":{"iterations":@}})"},
};
constexpr Form kSaltForms[] = {
    {"device.json", R"({"vendor_id":"0xFFF1","spake2p":{"iterations":1000,"salt":@}})"},
    {"nordic", R"({"sn":"1","spake2_it":1000,"spake2_salt":@})"},
    {"telink", R"({"serial_num":"1","spake2_verifier":"","spake2_salt":@})"},
    {"cpms", R"({"matter":{"commissionable_data":{"salt":@,"discriminator":3840}}})"},
    {"cpms verifier", R"({"matter":{"commissionable_data":{"verifier":@,"discriminator":3840}}})"},
    {"device.json verifier", R"({"vendor_id":"0xFFF1","spake2p":{"verifier":@}})"},
    {"device.json unique id", R"({"vendor_id":"0xFFF1","rotating_id_unique_id":@})"},
    {"nordic unique id", R"({"sn":"1","spake2_it":1000,"rd_uid":@})"},
    {"nordic key", R"({"sn":"1","spake2_it":1000,"dac_key":@})"},
    {"vector", R"({"dac_cert":"00","pai_cert":"00","basic_info_pid":1,"dac_private_key":@})"},
    {"ini", "[DEFAULT]\nserial-num=1\nsalt=%\n"},
    {"ini verifier", "[DEFAULT]\nserial-num=1\nverifier=%\n"},
    {"table", "qrcode,manualcode,discriminator,passcode\n,,,\"%\"\n"},
};
constexpr Form kPayloadForms[] = {
    {"device.json", R"({"vendor_id":"0xFFF1","onboarding":{"qr":@}})"},
    {"device.json manual", R"({"vendor_id":"0xFFF1","onboarding":{"manual_code":@}})"},
    {"telink", R"({"serial_num":"1","spake2_verifier":"","qrcode":@})"},
    {"telink manual", R"({"serial_num":"1","spake2_verifier":"","manualcode":@})"},
    {"table", "qrcode,manualcode,discriminator,passcode\n\"%\",,3840,\n"},
    {"table manual", "qrcode,manualcode,discriminator,passcode\n,\"%\",3840,\n"},
    {"note", "%\n"},
    {"log", "[1700000000.1] CHIP:CTL: Attestation\n[1700000000.2] CHIP:CTL: --> Setup code: %\n"},
};

// "@" as it is, "%" as the text in it.
std::string filled(std::string form, const std::string& json) {
  std::string bare = json;
  if (const auto value = parse_json(json); value && value->string() != nullptr)
    bare = *value->string();
  for (size_t at; (at = form.find('@')) != std::string::npos;) form.replace(at, 1, json);
  for (size_t at; (at = form.find('%')) != std::string::npos;) form.replace(at, 1, bare);
  return form;
}

const Policy& policy() {
  static const Policy made{.network = Network::none,
                           .at = *parse_rfc3339("2026-06-01T00:00:00Z"),
                           .required = {},
                           .show_passcode = false};
  return made;
}

// Cases of which everything was told: most ways to write a secret wrong end in the same one, to the
// letter of its bundle and of two reports.
using Told = std::set<std::string>;

// All that is written about a device, one after the other; of a case that was told already only
// what shows that it is the same.
std::string told(Reading reading, Told& already, std::optional<Device> ordered = {}) {
  static const TrustStore trust = TrustStore::builtin(false);
  for (auto& file : reading.files) file.size = 1;  // a number, whatever stands in it
  const Device read = reading.device;
  Evidence e =
      gather(std::move(reading), policy(), trust, nullptr, openssl_engine(), std::move(ordered));
  verify_signatures(e, openssl_engine());
  const Report report = judge(e);
  const auto inputs = inputs_of(read, e, report, trust, nullptr, openssl_engine());
  REQUIRE_MESSAGE(inputs, (inputs ? "" : inputs.error().what));
  const Json json = report_json(e, report);
  std::string out = dump_pretty(json) +
                    report_text(e, report, {.colour = false, .width = 200, .all_checks = true});
  for (const TarMember& member : members_of(*inputs)) out += text(View(member.content));
  if (!already.insert(out).second) return out;
  out += report_html(e, report) + report_junit(e, report) + dump(report_sarif(e, report));
  DeviceLine line;
  line.result = {
      .name = "x", .verdict = report.verdict, .failed = {}, .open = {}, .summary = report.summary};
  line.report = dump(json);
  out += write_line(line, LineForm::part);
  const auto bundle = bundle_bytes(*inputs, e, report, {}, openssl_engine());  // and replays it
  REQUIRE(bundle);
  return out + std::string(text(View(*bundle)));
}

void check_hidden(const std::string& out, const std::vector<std::string>& secrets,
                  const std::string& what) {
  for (const std::string& secret : secrets) {
    const size_t at = out.find(secret);
    CHECK_MESSAGE(at == std::string::npos,
                  what << ": \"" << secret << "\" in: "
                       << (at == std::string::npos
                               ? ""
                               : out.substr(at < 100 ? 0 : at - 100, 100 + secret.size() + 20)));
  }
}

// How many cases were told.
size_t try_all(std::span<const Form> forms, const Spellings& spellings) {
  Told already;
  for (const Form& form : forms) {
    for (const auto& [json, secrets] : spellings) {
      const std::string content = filled(form.text, json);
      const std::string what = fmt::format("{}: {}", form.name, json);
      Reading reading;
      std::string out;
      const auto done = read_evidence({.path = "given", .bytes = view(content)}, reading);
      if (!done) {
        out = done.error().what;
        reading.device.damaged({.path = "given", .offset = {}, .item = {}}, "file",
                               done.error().what);
      }
      const std::string digest = hex(sha256(view(content)));
      Reading as_order = reading;
      out += told(std::move(reading), already);
      check_hidden(out, secrets, what);
      check_hidden(out, {digest}, what + ": its digest");
      if (&form != &forms.front() && std::string_view(form.name) != "cpms") continue;
      check_hidden(told({}, already, std::move(as_order.device)), secrets, what + " (ordered)");
    }
  }
  return already.size();
}

}  // namespace

TEST_CASE("a passcode that cannot be read stands in no output") {
  CHECK(try_all(kPasscodeForms, passcodes()) >= 50);
}
TEST_CASE("a secret in the place of a number stands in no output") {
  // (As a number of its own it is the fact that it was given as.)
  const auto quoted = [](Spellings all) {
    std::erase_if(all, [](const auto& row) {
      return row.first.find_first_not_of("\"0123456789abcdefx.-+e") == std::string::npos;
    });
    return all;
  };
  for (const Form& form : kNumberForms) {
    try_all({&form, 1}, quoted(passcodes()));
    try_all({&form, 1}, quoted(payloads()));
    try_all({&form, 1}, quoted(manual_codes()));
  }
}
TEST_CASE("salts, verifiers, unique ids and keys that cannot be read stand in no output") {
  CHECK(try_all(kSaltForms, salts()) >= 40);
}
TEST_CASE("onboarding codes that cannot be read stand in no output") {
  CHECK(try_all(kPayloadForms, payloads()) >= 40);
  CHECK(try_all(kPayloadForms, manual_codes()) >= 30);
}

TEST_CASE("a lot's records and manifests keep what cannot be read to themselves, too") {
  const auto in_record = [](const char* form, const Spellings& spellings) {
    Told already;
    for (const auto& [json, secrets] : spellings) {
      const std::string content = filled(form, json);
      auto record = read_record(content, "line 1", true);
      std::string out = record ? told(std::move(record->reading), already) : record.error().what;
      check_hidden(out, secrets, content);
      check_hidden(out, {hex(sha256(view(content)))}, content + ": its digest");
    }
  };
  in_record(R"({"id":"a","vendor_id":"0xFFF1","passcode":@})", passcodes());
  in_record(R"({"id":"a","passcode":@,)", passcodes());
  in_record(R"({"id":"a","spake2p":{"salt":@}})", salts());
  in_record(R"({"id":"a","onboarding":{"qr":@}})", payloads());
  in_record(R"({"id":"a","onboarding":{"manual_code":@}})", manual_codes());

  size_t findings = 0, refused = 0;
  const auto in_manifest = [&](const char* header, const Spellings& spellings) {
    for (const auto& [json, secrets] : spellings) {
      const auto value = parse_json(json);
      if (!value || value->is_array() || value->is_object()) continue;
      const std::string cell =
          value->string() != nullptr ? *value->string() : value->number()->text;
      const std::string table = fmt::format("serial,{}\nSN1,\"{}\"\nSN2,1\n", header, cell);
      const auto rows = ManifestRows::open("m.csv", table, {});
      if (!rows) {
        check_hidden(rows.error().what, secrets, table);
        ++refused;
        continue;
      }
      std::string out;
      for (const LotFinding& finding : rows->findings().findings)
        out += finding.message + "\n", ++findings;
      check_hidden(out, secrets, table);
    }
  };
  in_manifest("passcode", passcodes());
  in_manifest("salt", salts());
  in_manifest("verifier", salts());
  in_manifest("qr", payloads());
  in_manifest("manual_code", manual_codes());
  CHECK(findings + refused >= 10);
}

TEST_CASE("a file keeps its digest where all of it is public, and only there") {
  const auto digest_told = [](const std::string& content, const char* path = "given") {
    Reading reading;
    const auto done = read_evidence({.path = path, .bytes = view(content)}, reading);
    CHECK_MESSAGE(done, (done ? "" : done.error().what));
    const Evidence e =
        gather(std::move(reading), policy(), TrustStore::builtin(false), nullptr, openssl_engine());
    const Json json = report_json(e, judge(e));
    const Json* file = json.find("evidence");
    REQUIRE(file->array()->size() == 1);
    const Json* digest = file->array()->front().find("sha256");
    if (digest->is_null()) return false;
    CHECK(*digest->string() == hex(sha256(view(content))));
    return true;
  };
  CHECK(digest_told(R"({"vendor_id":"0xFFF1","serial_number":"1"})"));
  CHECK_FALSE(digest_told(R"({"vendor_id":"0xFFF1","passcode":73120459})"));
  CHECK_FALSE(digest_told(R"({"vendor_id":"0xFFF1","passcode":"7312-0459"})"));
  CHECK_FALSE(digest_told(R"({"vendor_id":"0xFFF1","pass_code":73120459})"));
  CHECK_FALSE(
      digest_told(R"({"vendor_id":"0xFFF1","onboarding":{"qr":"MT:Y.K9042C00KA0648G00"}})"));
  CHECK_FALSE(digest_told("MT:Y.K9042C00KA0648G00\n"));
  // A table may have a column that nobody reads, or one row of it.
  CHECK_FALSE(digest_told("serial_number,passcode\n1,73120459\n", "m.csv"));
  CHECK_FALSE(digest_told("serial_number,vid,pin\n1,0xFFF1,73120459\n", "m.csv"));
  for (const char* file : {"dac.pem", "pai.pem", "cd.pem"}) {
    const Bytes bytes = slurp(std::filesystem::path("fixtures/devices/good") / file);
    CHECK_MESSAGE(digest_told(std::string(text(View(bytes)))), file);
  }
}
