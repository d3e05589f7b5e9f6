// The forms of a report under hostile text: names, paths, items and values of a good forged device
// are the fuzzer's.
//
// Properties: no text of a device changes the structure of the page or of the JUnit file (their
// tags, attributes and nesting are those of the same device with harmless names); a strict reader
// takes them; the JSON forms are JSON to a reader that is not ours, and the URIs of the SARIF log
// hold nothing that a URI may not.

#include "fixtures/forge/device_builder.h"
#include "report/inspect_json.h"
#include "report/report_html.h"
#include "report/report_json.h"
#include "report/report_junit.h"
#include "report/report_sarif.h"
#include "report/sarif.h"
#include "tests/fuzz/markup_property.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"
#include "verifier/rules/check.h"

using namespace attest;
using namespace attest::test;

namespace {

constexpr size_t kTexts = 6;  // vendor name, product name, serial number, path, item, a second path
using Texts = std::array<std::string, kTexts>;

struct Forms {
  Evidence evidence;
  Report report;
  std::string html, junit;
};

Forms forms(const Texts& texts) {
  static const forge::Device good =
      forge::make(forge::good_plan_of("report-forms-fuzz", 0xFFE0, 0x8000));
  static const TrustStore trust = TrustStore::builtin(false);
  Policy policy;
  policy.network = Network::none;
  policy.at = parse_rfc3339(forge::kAt).value();
  Reading reading;
  const Place place{.path = texts[3], .offset = 7, .item = texts[4]},
      other{.path = texts[5] + "2", .offset = {}, .item = {}};
  reading.files.push_back({.path = texts[3], .kind = "raw", .sha256 = {}, .size = 1, .holds = {}});
  reading.device.say(FactId::dac, good.dac, place);
  reading.device.say(FactId::pai, good.pai, place);
  reading.device.say(FactId::vendor_id, uint64_t{0xFFE0}, place);
  reading.device.say(FactId::vendor_name, texts[0], place);
  reading.device.say(FactId::product_name, texts[1], place);
  reading.device.say(FactId::product_name, texts[1] + "!",
                     other);  // a fault that speaks of both places
  reading.device.say(FactId::serial_number, texts[2], place);
  reading.device.note(Remark::unknown_key, other, "key \"" + texts[0] + "\" is not known");
  Evidence e = gather(std::move(reading), policy, trust, nullptr, openssl_engine());
  Report report = judge(e);
  std::string html = report_html(e, report), junit = report_junit(e, report);
  return {.evidence = std::move(e),
          .report = std::move(report),
          .html = std::move(html),
          .junit = std::move(junit)};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Texts are separated by line ends; each is at least one character long, since an absent name is
  // said in other words.
  Texts texts;
  size_t at = 0;
  for (size_t i = 0; i < size; ++i) {
    if (data[i] == '\n' && at + 1 < kTexts) {
      ++at;
    } else {
      texts[at] += static_cast<char>(data[i]);
    }
  }
  for (std::string& text : texts) text.insert(text.begin(), 'x');
  const Forms got = forms(texts);
  static const auto harmless = [] {
    Texts plain;
    for (size_t i = 0; i < kTexts; ++i) plain[i] = "plain" + std::to_string(i);
    const Forms made = forms(plain);
    return std::pair(structure(made.html), structure(made.junit));
  }();
  must(structure(got.html) == harmless.first, "no text changes the structure of the page");
  must(structure(got.junit) == harmless.second, "no text changes the structure of the JUnit file");
  check_json(dump_pretty(report_json(got.evidence, got.report)), "the report is JSON");
  check_json(dump_pretty(inspect_json(got.evidence)), "what inspect writes is JSON");
  check_json(dump(facts_json(got.evidence.device)), "device.json is JSON");
  if (size % kSarifOneIn != 0) return 0;
  const Json sarif = report_sarif(got.evidence, got.report);
  check_json(dump(sarif), "the SARIF log is JSON");
  check_uris(sarif);
  return 0;
}
