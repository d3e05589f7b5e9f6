// Source text and dumps: any text at all. No value is longer than its text, and its place lies in
// it.
#include "tests/fuzz/reader_property.h"
#include "verifier/readers/text/pasted_bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using attest::fuzz::must;
  const auto values = attest::pasted_bytes(attest::text({data, size}));
  must(values.size() <= attest::kMostPasted, "the number of values is bounded");
  for (const attest::PastedBytes& value : values) {
    must(value.offset < size, "a value begins inside the text");
    must(value.bytes.size() <= size + attest::kMostRepeatedBytes + 4096,
         "what is repeated is bounded");
  }
  return attest::fuzz::check(attest::source_text_reader, data, size, std::nullopt);
}
