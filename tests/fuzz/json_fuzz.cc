// Property: JSON that parses is written as JSON that parses to the same value, on one line and
// pretty; device.json's facts come from no text that is not JSON.

#include "tests/fuzz/property.h"
#include "tests/support/strict_json.h"
#include "verifier/base/json.h"
#include "verifier/readers/tables/device_json.h"

using namespace attest;
using attest::test::must;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const View input(data, size);
  const auto parsed = parse_json(text(input));
  Reading reading;
  const Source source{.path = "x", .bytes = input, .base = 0, .member = true};
  // A reader that is not ours takes what ours takes; what ours leaves out is a mark before the
  // text.
  const std::string_view body =
      text(input).starts_with("\xEF\xBB\xBF") ? text(input).substr(3) : text(input);
  must(!parsed || test::StrictJson(body).good(), "what is read is JSON");
  if (!parsed) {
    must(!parsed.error().what.empty(), "a refusal has its words");
    return 0;
  }
  for (const std::string& written : {dump(*parsed), dump_pretty(*parsed)}) {
    const auto again = parse_json(written);
    must(again && *again == *parsed, "what is written is what was read");
    must(test::StrictJson(written).good() && test::harmless(written),
         "what is written is JSON, and harmless");
  }
  if (is_device_json(*parsed)) {
    read_device_json(*parsed, source.path, reading);
    for (const Statement& s : reading.device.statements)
      must(!s.place.item.empty(), "every fact names its key");
  }
  return 0;
}
