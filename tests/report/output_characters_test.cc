// Every form that is written for a machine, with every character that a terminal obeys, that hides
// or that is none, in every text of a device: the JSON forms are read back by a reader that is not
// ours, and no form holds such a character raw.

#include <unistd.h>

#include <algorithm>

#include "bundle/bundle.h"
#include "bundle/bundle_writer.h"
#include "bundle/recorded_inputs.h"
#include "cli/lot_output.h"
#include "lot/record.h"
#include "report/forms.h"
#include "report/inspect_json.h"
#include "report/inspect_text.h"
#include "report/lot_html.h"
#include "report/lot_junit.h"
#include "report/lot_report_text.h"
#include "report/lot_sarif.h"
#include "report/report_html.h"
#include "report/report_json.h"
#include "report/report_junit.h"
#include "report/report_plan.h"
#include "report/report_sarif.h"
#include "report/report_text.h"
#include "tests/support/strict_json.h"
#include "tests/support/support.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"
#include "verifier/pki/key.h"

using namespace attest;
using namespace attest::test;

namespace {

void check_json(const std::string& written, const std::string& what) {
  const StrictJson read(written);
  CHECK_MESSAGE(read.good(), what << ": not JSON at byte " << read.at());
  CHECK_MESSAGE(harmless(written), what << ": a character that shows badly");
}
void check_harmless(const std::string& written, const std::string& what) {
  CHECK_MESSAGE(is_utf8(written), what << ": no UTF-8");
  CHECK_MESSAGE(harmless(written), what << ": a character that shows badly");
}

Reading reading_with(const std::string& text) {
  Reading reading;
  const Place place{.path = text + ".bin", .offset = 7, .item = text};
  reading.files.push_back(
      {.path = place.path, .kind = "raw", .sha256 = {}, .size = 1, .holds = {text}});
  for (const FactId fact :
       {FactId::vendor_name, FactId::product_name, FactId::product_label, FactId::product_url,
        FactId::part_number, FactId::software_version_string, FactId::hardware_version_string,
        FactId::serial_number, FactId::manufacturing_date, FactId::unique_id, FactId::node_label,
        FactId::location, FactId::location_name, FactId::qr_payload, FactId::manual_code})
    reading.device.say(fact, text, place);
  reading.device.say(FactId::product_name, text + "!", place);
  reading.device.damaged(place, text, text);
  reading.device.note(Remark::unknown_key, place, text);
  reading.device.note(Remark::truncated, place, text);
  return reading;
}

void check_device(const std::string& text, const std::string& what) {
  Reading reading = reading_with(text);
  const Device read = reading.device;
  static const TrustStore trust = TrustStore::builtin(false);
  Policy policy{.network = Network::none,
                .at = *parse_rfc3339("2026-06-01T00:00:00Z"),
                .required = {},
                .show_passcode = true};
  policy.waivers.push_back({.id = "factory.is-whole",
                            .reason = text,
                            .who = text,
                            .until = {},
                            .until_text = {},
                            .device = {}});
  Evidence e = gather(std::move(reading), policy, trust, nullptr, openssl_engine());
  verify_signatures(e, openssl_engine());
  const Report report = judge(e);
  const std::string json = dump_pretty(report_json(e, report));
  check_json(json, what + " in the JSON report");
  check_json(dump_pretty(inspect_json(e)), what + " in inspect");
  check_json(dump_pretty(facts_json(e.device)), what + " in device.json");
  check_harmless(report_html(e, report), what + " in HTML");
  check_harmless(report_junit(e, report), what + " in JUnit");
  check_harmless(report_plan(e, report, {}), what + " by test case");
  check_harmless(report_junit_plan(e, report), what + " in JUnit by test case");
  check_harmless(report_text(e, report, {.colour = false, .width = 80, .all_checks = true}),
                 what + " in text");
  check_json(dump(report_sarif(e, report)), what + " in SARIF");
  const auto inputs = inputs_of(read, e, report, trust, nullptr, openssl_engine());
  REQUIRE_MESSAGE(inputs, (inputs ? "" : inputs.error().what));
  const auto bytes = bundle_bytes(*inputs, e, report, {}, openssl_engine());  // and replays it
  REQUIRE_MESSAGE(bytes, what << " in the bundle: " << (bytes ? "" : bytes.error().what));
  const auto bundle = read_bundle(*bytes);
  REQUIRE_MESSAGE(bundle, what << " in the bundle: " << (bundle ? "" : bundle.error().what));
  for (const TarMember& member : bundle->members) {
    const std::string content(attest::text(View(member.content)));
    if (content != json) check_json(content, what + " in " + member.name);
  }
  CHECK(bundle->members.size() >= 4);
}

void check_lines(const std::string& text, const std::string& what) {
  DeviceLine line;
  line.result = {.name = text,
                 .verdict = Verdict::reject,
                 .failed = {"dac.is-valid-now"},
                 .open = {},
                 .summary = text};
  line.unreadable = true;
  line.contradicts = {text};
  line.fingerprints.product = line.fingerprints.issuer = text;
  for (const LineForm form : {LineForm::result, LineForm::part}) {
    const std::string written = write_line(line, form);
    check_json(written, what + " in a line of NDJSON");
    CHECK(std::count(written.begin(), written.end(), '\n') == 1);
    if (form == LineForm::result) continue;
    const auto again = read_line(written);
    REQUIRE_MESSAGE(again, what << ": " << (again ? "" : again.error().what));
    if (is_utf8(text)) CHECK(again->result.name == text);
  }
  // The id of a record goes through unchanged.
  if (!is_utf8(text)) return;
  const auto record =
      read_record(dump(Json(Json::Object{{"id", Json(text)}, {"vendor_id", Json(1)}})), "x", false);
  REQUIRE(record);
  DeviceLine own;
  own.id = record->id;
  check_json(write_line(own, LineForm::result), what + " in a record's id");
}

void check_lot(const std::string& text, const std::string& what) {
  LotReport lot;
  lot.devices = lot.rejected = 1;
  lot.results = {{.name = text,
                  .verdict = Verdict::reject,
                  .failed = {"dac.is-valid-now"},
                  .open = {},
                  .summary = text}};
  lot.failed = {{.id = "dac.is-valid-now", .count = 1, .devices = {text}}};
  lot.findings = {{.rule = &lot_rule::dac_key_is_used_once,
                   .severity = Severity::error,
                   .message = text,
                   .count = 2,
                   .devices = {text, text}}};
  lot.notes = {text};
  check_json(dump_pretty(lot_report_json(lot)), what + " in a lot's JSON");
  check_json(dump(lot_sarif(lot)), what + " in a lot's SARIF");
  check_harmless(lot_html(lot), what + " in a lot's page");
  check_harmless(lot_junit(lot), what + " in a lot's JUnit");
  check_harmless(lot_plan(lot, {}), what + " in a lot's test plan");
  check_harmless(lot_junit_plan(lot), what + " in a lot's JUnit by test case");
}

std::string csv_of(const std::string& name) {
  auto out = cli::LotOutput::open({{.form = find_form("csv"), .file = "/dev/null"}}, {},
                                  Verbosity::silent());
  REQUIRE(out);
  DeviceLine line;
  line.result = {
      .name = name, .verdict = Verdict::reject, .failed = {"a.b"}, .open = {}, .summary = name};
  return out->render(line);
}

}  // namespace

TEST_CASE("no character of a device reaches a reader of reports raw") {
  // At the start of a text, within it and at its end.
  const std::string a(17, 'a'), b(17, 'b');
  for (const std::string& piece : hostile_pieces())
    check_device(piece + a + piece + b + piece, hex(view(piece)));
}

TEST_CASE("no character of a device reaches a reader of a lot raw") {
  for (const std::string& piece : hostile_pieces()) {
    for (size_t length = 0; length <= 40; length += length < 12 || length > 20 ? 4 : 1) {
      const std::string text = std::string(length, 'a') + piece + std::string(40 - length, 'b');
      check_lines(text, hex(view(piece)) + " behind " + std::to_string(length));
    }
    check_lot(std::string(17, 'a') + piece + "b", hex(view(piece)));
  }
}

TEST_CASE("a key that stands as a text of a device is in no form of a report, and in no bundle") {
  Bytes key = *from_hex("30770201010420");
  for (unsigned i = 0; i < 32; ++i) key.push_back(static_cast<uint8_t>(i * 37 + 11));
  const Bytes curve = *from_hex("a00a06082a8648ce3d030107a144034200");
  key.insert(key.end(), curve.begin(), curve.end());
  for (unsigned i = 0; i < 65; ++i) key.push_back(static_cast<uint8_t>(i * 59 + 4));
  const View scalar = View(key).subspan(7, 32);
  const std::pair<std::string, std::string> kTexts[] = {
      {to_pem("EC PRIVATE KEY", key), base64(key).substr(12, 30)},
      {hex(key), hex(scalar).substr(0, 32)},
      {hex(scalar), hex(scalar).substr(0, 32)},
      {"Acme " + base64(scalar) + " Test", base64(scalar).substr(4, 30)}};
  static const TrustStore trust = TrustStore::builtin(false);
  const Policy policy{.network = Network::main,
                      .at = *parse_rfc3339("2026-06-01T00:00:00Z"),
                      .required = {},
                      .show_passcode = true};
  for (const auto& [text, telling] : kTexts) {
    CAPTURE(text);
    const auto hidden = [&, &words = telling](std::string_view written) {
      CHECK(written.find(words) == std::string_view::npos);
    };
    Reading reading;
    for (const FactId fact :
         {FactId::vendor_name, FactId::product_name, FactId::product_label, FactId::product_url,
          FactId::part_number, FactId::software_version_string, FactId::hardware_version_string,
          FactId::serial_number, FactId::manufacturing_date, FactId::unique_id, FactId::node_label,
          FactId::location, FactId::location_name})
      reading.device.say(fact, text, {.path = "device.json", .offset = {}, .item = "x"});
    reading.device.say(FactId::product_name, text + "!",
                       {.path = "other.json", .offset = {}, .item = "x"});
    const Device read = reading.device;
    Evidence e = gather(std::move(reading), policy, trust, nullptr, openssl_engine());
    verify_signatures(e, openssl_engine());
    const Report report = judge(e);
    for (const std::string& name : device_forms())
      hidden(find_form(name)->of_device(e, report, {.colour = false, .width = 4000}));
    hidden(dump(inspect_json(e)));
    hidden(dump(facts_json(e.device)));
    hidden(inspect_text(e, {.colour = false, .width = 4000}));
    const auto inputs = inputs_of(read, e, report, trust, nullptr, openssl_engine());
    REQUIRE(inputs);
    const auto bytes = bundle_bytes(*inputs, e, report, {}, openssl_engine());  // and replays it
    REQUIRE_MESSAGE(bytes, (bytes ? "" : bytes.error().what));
    const auto bundle = read_bundle(*bytes);
    REQUIRE(bundle);
    for (const TarMember& member : bundle->members) hidden(attest::text(View(member.content)));
  }
}

TEST_CASE("no field of a table is a formula") {
  for (const char* start : {"=", "+", "-", "@", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20", "|", "%"}) {
    for (const char* blank : {"", " ", "   ", "\u00A0", "\u3000", " \u3000 "}) {
      const std::string line = csv_of(std::string(blank) + start + "1");
      CHECK_MESSAGE(line.starts_with("'"), line);
      CHECK_MESSAGE(line.find(",'" + std::string(blank) + start + "1,") != std::string::npos, line);
      // A table of ';' is what much of Europe's spreadsheets expect.
      const std::string behind = csv_of("a;" + std::string(blank) + start + "1");
      CHECK_MESSAGE(behind.find("a;'" + std::string(blank) + start) != std::string::npos, behind);
    }
  }
  for (const char* control : {"\t=1", "\r=1", "\n=1", "\v=1", "\x1B=1"}) {
    const std::string line = csv_of(control);
    CHECK_MESSAGE(line.starts_with("\\x"), line);
    check_harmless(line, line);
  }
  CHECK(csv_of("SN-1, \"x\"").starts_with("\"SN-1, \"\"x\"\"\",reject,a.b,,"));
  CHECK(csv_of("plain").starts_with("plain,reject,a.b,,plain,\n"));
  for (const std::string& piece : hostile_pieces()) check_harmless(csv_of(piece), hex(view(piece)));
}
