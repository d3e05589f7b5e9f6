// Property: an ELF file hands on pieces of itself and nothing else, each byte once (but for files
// within files).
#include "tests/fuzz/dump_mutation.h"

using namespace attest;
using namespace attest::test;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Bytes file(data, data + size);
  const uint8_t magic[] = {0x7F, 'E', 'L', 'F'};
  if (file.size() >= 4) std::copy(std::begin(magic), std::end(magic), file.begin());
  const Reading reading = read_dump(file);
  size_t handed_on = 0;
  for (const EvidenceFile& member : reading.files)
    handed_on += std::count(member.path.begin(), member.path.end(), '!') == 1 ? member.size : 0;
  require(handed_on <= file.size());
  require_sane(file);
  return 0;
}
