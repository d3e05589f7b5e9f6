// The forms of a report under hostile text: names, paths, items and values of a good forged device are the fuzzer's.
//
// Properties: no text of a device changes the structure of the page or of the JUnit file (their tags, attributes and nesting are
// those of the same device with harmless names); a strict reader takes them; the SARIF log is strict JSON, and its URIs
// hold nothing that a URI may not.

#include <algorithm>

#include "cli/report_html.h"
#include "cli/report_junit.h"
#include "cli/report_sarif.h"
#include "cli/sarif.h"
#include "fixtures/forge/device_builder.h"
#include "tests/fuzz/property.h"
#include "verifier/check.h"
#include "verifier/gather.h"

using namespace attest;
using attest::test::must;

namespace {

constexpr size_t kTexts = 6;   // vendor name, product name, serial number, path, item, a second path
using Texts = std::array<std::string, kTexts>;

struct Forms {
  std::string html, junit;
  Json sarif;
};

Forms forms(const Texts& texts) {
  static const forge::Device good = forge::make(forge::good_plan_of("report-forms-fuzz", 0xFFE0, 0x8000));
  static const TrustStore trust = TrustStore::builtin(false);
  Policy policy;
  policy.network = Network::none;
  policy.at = parse_rfc3339(forge::kAt).value();
  Reading reading;
  const Place place{.path = texts[3], .offset = 7, .item = texts[4]}, other{.path = texts[5] + "2", .offset = {}, .item = {}};
  reading.files.push_back({.path = texts[3], .kind = "raw", .sha256 = {}, .size = 1, .holds = {}});
  reading.device.say(FactId::dac, good.dac, place);
  reading.device.say(FactId::pai, good.pai, place);
  reading.device.say(FactId::vendor_id, uint64_t{0xFFE0}, place);
  reading.device.say(FactId::vendor_name, texts[0], place);
  reading.device.say(FactId::product_name, texts[1], place);
  reading.device.say(FactId::product_name, texts[1] + "!", other);   // a fault that speaks of both places
  reading.device.say(FactId::serial_number, texts[2], place);
  reading.device.note(Remark::unknown_key, other, "key \"" + texts[0] + "\" is not known");
  const Evidence e = gather(std::move(reading), policy, trust, nullptr);
  const Report report = judge(e);
  return {cli::report_html(e, report), cli::report_junit(e, report), cli::report_sarif(e, report)};
}

// What is left of markup without its text and the values of its attributes. Strict: every tag is closed in its turn, values
// are quoted, '&' starts one of five entities, and no control character stands anywhere but a line end.
std::string structure(const std::string& markup) {
  std::string out;
  std::vector<std::string> open;
  size_t i = markup.find('\n') + 1;   // after the doctype or the declaration
  while (i < markup.size()) {
    const char c = markup[i];
    must(c == '\n' || static_cast<uint8_t>(c) >= 0x20, "no control characters");
    if (c == '&') {
      const std::string_view rest = std::string_view(markup).substr(i);
      must(rest.starts_with("&amp;") || rest.starts_with("&lt;") || rest.starts_with("&gt;") || rest.starts_with("&quot;") || rest.starts_with("&#39;"), "'&' starts an entity");
    }
    must(c != '>' || (!open.empty() && open.back() == "style"), "no '>' in text");
    if (c != '<') {
      ++i;
      continue;
    }
    size_t end = i + 1;
    bool quoted = false;
    std::string tag;
    for (; end < markup.size() && (quoted || markup[end] != '>'); ++end) {
      if (markup[end] == '"') quoted = !quoted;
      must(!quoted || markup[end] != '<', "no '<' in a value");
      if (!quoted) tag += markup[end];
    }
    must(end < markup.size(), "a tag ends");
    out += "<" + tag + ">";
    const std::string name = tag.substr(0, tag.find_first_of(" /", 1));
    if (tag.starts_with("/")) {
      must(!open.empty() && tag == "/" + open.back(), "tags close in their turn");
      open.pop_back();
    } else if (!tag.ends_with("/") && name != "meta" && name != "br") {
      open.push_back(name);
    }
    i = end + 1;
    if (name == "style") i = markup.find("</style>", i);
  }
  must(open.empty(), "every tag is closed");
  return out;
}

void check_uris(const Json& value) {
  if (const auto* list = value.array()) {
    for (const Json& each : *list) check_uris(each);
  } else if (const auto* members = value.object()) {
    for (const auto& [key, each] : *members) {
      if (key != "uri") {
        check_uris(each);
        continue;
      }
      const auto allowed = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || std::string_view("-._~/!$&'()*+,;=@:%").find(c) != std::string_view::npos; };
      must(!each.string()->empty() && std::all_of(each.string()->begin(), each.string()->end(), allowed), "a URI holds what a URI may");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Texts are separated by line ends; each is at least one character long, since an absent name is said in other words.
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
  must(parse_json(dump(got.sarif)).has_value(), "the SARIF log is JSON");
  check_uris(got.sarif);
  return 0;
}
