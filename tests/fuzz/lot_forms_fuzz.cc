// The forms of a lot's report under hostile text: names of devices, summaries, messages and notes
// are the fuzzer's.
//
// Properties: as for the report of one device (report_forms_fuzz.cc).

#include "lot/device_line.h"
#include "report/lot_html.h"
#include "report/lot_junit.h"
#include "report/lot_report_text.h"
#include "report/lot_sarif.h"
#include "tests/fuzz/markup_property.h"
#include "verifier/base/instant.h"

using namespace attest;
using namespace attest::test;

namespace {

constexpr size_t kTexts = 6;  // three names, a summary, a message, a note
using Texts = std::array<std::string, kTexts>;

LotReport lot_of(const Texts& texts) {
  const auto& [good, bad, open, summary, message, note] = texts;
  LotReport lot;
  lot.network = Network::test;
  lot.at = Instant{1'780'000'000};
  lot.verdict = Verdict::reject;
  lot.devices = 3;
  lot.approved = lot.rejected = lot.undecided = 1;
  lot.results = {
      {.name = good, .verdict = Verdict::approve, .failed = {}, .open = {}, .summary = {}},
      {.name = bad,
       .verdict = Verdict::reject,
       .failed = {"dac.is-valid-now", "lot.device-is-readable"},
       .open = {},
       .summary = summary},
      {.name = open,
       .verdict = Verdict::undecided,
       .failed = {},
       .open = {"ledger.answers"},
       .summary = summary}};
  lot.failed = {{.id = "dac.is-valid-now", .count = 1, .devices = {bad}},
                {.id = "lot.device-is-readable", .count = 1, .devices = {bad}}};
  lot.open = {{.id = "ledger.answers", .count = 1, .devices = {open}}};
  lot.findings = {{.rule = &lot_rule::dac_key_is_used_once,
                   .severity = Severity::error,
                   .message = message,
                   .count = 2,
                   .devices = {good, open}}};
  lot.notes = {note};
  lot.engine = "openssl";
  return lot;
}

// Each is at least one character long, since nothing is said of what is empty, and different from
// the others.
Texts texts_of(std::string_view data) {
  Texts out;
  for (size_t i = 0; i < kTexts; ++i) {
    const size_t end = std::min(data.find('\n'), data.size());
    out[i] = static_cast<char>('a' + i) + std::string(data.substr(0, end));
    data.remove_prefix(std::min(end + 1, data.size()));
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto harmless = [] {
    const LotReport lot = lot_of(texts_of("one\ntwo\nthree\nfour\nfive\nsix"));
    return std::pair(structure(lot_html(lot)), structure(lot_junit(lot)));
  }();
  const LotReport lot = lot_of(texts_of({reinterpret_cast<const char*>(data), size}));
  must(structure(lot_html(lot)) == harmless.first, "no text changes the structure of the page");
  must(structure(lot_junit(lot)) == harmless.second,
       "no text changes the structure of the JUnit file");
  DeviceLine line;
  line.result = lot.results[1];
  line.unreadable = true;
  line.contradicts = lot.notes;
  line.fingerprints.product = lot.results[0].name;
  for (const LineForm form : {LineForm::result, LineForm::part}) {
    const std::string written = write_line(line, form);
    check_json(written, "a line of NDJSON is JSON");
    must(written.find('\n') + 1 == written.size(), "a line is one line");
    must(form == LineForm::result || read_line(written).has_value(),
         "a line of a part is read again");
  }
  check_json(dump_pretty(lot_report_json(lot)), "the lot's report is JSON");
  if (size % kSarifOneIn != 0) return 0;
  const Json sarif = lot_sarif(lot);
  check_json(dump(sarif), "the SARIF log is JSON");
  check_uris(sarif);
  return 0;
}
