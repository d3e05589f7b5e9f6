// Properties: any bytes written as PEM come back; whatever blocks a text gives stand in it in
// ascending order and, written again, come back as they are; blocks and problems exist only where
// the text looks like PEM.
#include <cstdlib>

#include "verifier/pki/key.h"

using namespace attest;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void comes_back(std::string_view label, const Bytes& der) {
  const std::string text = to_pem(label, der);
  const PemFile file = parse_pem(view(text));
  require(file.problems.empty() && file.blocks.size() == 1 && file.blocks[0].label == label &&
          file.blocks[0].der == der);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const View input(data, size);
  if (size > 0) comes_back("CERTIFICATE", to_bytes(input));
  const PemFile file = parse_pem(input);
  if (!looks_like_pem(input)) require(file.blocks.empty() && file.problems.empty());
  size_t last = 0;
  for (const auto& block : file.blocks) {
    require(block.offset < size && (&block == &file.blocks.front() || block.offset > last));
    last = block.offset;
    comes_back(block.label, block.der);
  }
  for (const auto& problem : file.problems)
    require(problem.what.starts_with("pem: ") && problem.offset && *problem.offset <= size);
  return 0;
}
