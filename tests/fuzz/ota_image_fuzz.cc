// A header that parses is the one that its shortest encoding gives again; one made of any values
// parses to them. How a file is cut into pieces makes no difference to anything.
#include <algorithm>

#include "tests/fuzz/property.h"
#include "verifier/matter/ota_image.h"

using namespace attest;
using test::must;

namespace {

OtaImage in_pieces(View file, size_t seed) {
  OtaScan scan([](const OtaHeader&) { return std::vector<uint32_t>{8}; });
  while (!file.empty()) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    const size_t piece = std::min<size_t>(file.size(), (seed >> 33) % 1200);
    scan.update(file.first(piece));
    file = file.subspan(piece);
  }
  return scan.finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const View input{data, size};
  const auto header = parse_ota_header(input);
  if (!header) {
    must(!header.error().what.empty() && header.error().offset && *header.error().offset <= size,
         "an error has words and a place");
  } else {
    must(header->payload_offset() <= size, "a header that was read was there");
    OtaHeader known = *header;
    known.unknown_tags.clear();
    const Bytes shortest = encode_ota_header(known);
    auto again = parse_ota_header(shortest);
    must(again.has_value() && shortest.size() <= header->payload_offset(),
         "the shortest encoding parses and is no longer");
    known.header_size = again->header_size;
    must(*again == known, "and is the same header");
    must(encode_ota_header(*again) == shortest, "whose encoding is the same again");
    for (size_t cut = kOtaFixedPart; cut < header->payload_offset(); cut += 7)
      must(!parse_ota_header(input.first(cut)), "a header cut short does not parse");
  }

  const OtaImage whole = scan_ota_image(input,
                                        [](const OtaHeader&) { return std::vector<uint32_t>{8}; }),
                 pieces = in_pieces(input, size);
  must(whole.header == pieces.header && whole.problem == pieces.problem && whole.size == size &&
           pieces.size == size,
       "the pieces make no difference to the header");
  must(whole.sha256 == pieces.sha256 && whole.digests == pieces.digests &&
           whole.payload_digest == pieces.payload_digest,
       "nor to the digests");
  must(whole.header.has_value() == header.has_value() && (!header || *whole.header == *header),
       "stream and prefix say the same");
  must(whole.sha256 == sha256(input), "the digest is that of the file");
  if (header && whole.payload_digest && *whole.payload_digest == header->digest &&
      header->digest_type == 1) {
    const View rest = input.subspan(static_cast<size_t>(header->payload_offset()));
    const View payload =
        rest.first(static_cast<size_t>(std::min<uint64_t>(rest.size(), header->payload_size)));
    must(equal(header->digest, sha256(payload)),
         "a payload digest that agrees is that of the payload");
  }
  return 0;
}
