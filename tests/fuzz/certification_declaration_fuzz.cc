// encode(parse(x)) parses to the same, and is x where x used the shortest forms and had no unknown
// tags.
#include "tests/fuzz/property.h"
#include "verifier/matter/certification_declaration.h"

using namespace attest;
using test::must;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const View input{data, size};
  auto cd = parse_certification_declaration(input);
  if (!cd) {
    must(!cd.error().what.empty() && cd.error().offset && *cd.error().offset <= size,
         "an error has words and a place");
    return 0;
  }
  must(!cd->unknown_tag_hides_fields || !cd->unknown_tags.empty(),
       "only an unknown tag hides fields");
  const bool complete = cd->unknown_tags.empty();
  cd->unknown_tags.clear();
  cd->unknown_tag_hides_fields = false;

  const Bytes again = encode(*cd);
  must(again.size() <= size, "the encoder is never longer than the input");
  if (complete && again.size() == size) must(equal(again, input), "the shortest form is unique");
  const auto reread = parse_certification_declaration(again);
  must(reread && *reread == *cd, "encode(parse(x)) parses to the same");
  for (size_t n = 0; n < again.size(); n += 1 + again.size() / 16) {
    must(!parse_certification_declaration(View(again).first(n)),
         "no cut of a declaration is a declaration");
  }
  return 0;
}
