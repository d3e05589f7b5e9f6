// Any bytes, in a folder or named: they say something, or they stand under not used, or they end
// the command with an error. Text in UTF-16 comes out as well-formed UTF-8.
#include "codecs/loader.h"
#include "tests/fuzz/property.h"
#include "verifier/readers/reader.h"
#include "verifier/readers/text/utf16.h"

using namespace attest;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const View bytes(data, size);
  for (const bool member : {true, false}) {
    Reading reading;
    reading.codecs = &codecs::direct();
    const auto done =
        read_evidence({.path = "f", .bytes = bytes, .base = 0, .member = member}, reading);
    const Device& d = reading.device;
    const bool says = !d.statements.empty() || !d.integrity.empty() || !d.remarks.empty() ||
                      !reading.locked.empty() || !reading.ota_images.empty() ||
                      reading.files.size() > 1 || !reading.files.front().holds.empty();
    test::must(says || !reading.not_used.empty() || !done, "nothing vanishes");
    for (const NotUsed& unused : reading.not_used)
      test::must(!unused.path.empty() && !unused.why.empty(), "what is not used has a reason");
  }
  if (const auto utf8 = utf8_of_utf16(bytes)) test::must(is_utf8(text(*utf8)), "UTF-8 comes out");
  return 0;
}
