// Any bytes, in a folder or named: they say something, or they stand under not used, or they end
// the command with an error. Text in another encoding comes out as well-formed UTF-8.
#include "codecs/loader.h"
#include "tests/fuzz/property.h"
#include "verifier/readers/reader.h"
#include "verifier/readers/text/decoded_text.h"

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
  if (const auto decoded = decoded_text(bytes)) {
    test::must(is_utf8(text(decoded->utf8())), "UTF-8 comes out");
    test::must(!decoded_text(decoded->utf8()), "and is text");
    test::must(decoded->offset_in_file(decoded->utf8().size()) <= bytes.size(),
               "places are within");
  }
  return 0;
}
