// Signatures that were checked before.
#include "serve/judge/remembering_engine.h"

#include <vector>

#include "tests/support/support.h"

using namespace attest;
using namespace attest::serve;

namespace {

// Says yes to what has an even first byte of its signature, and counts.
class Counting final : public SignatureEngine {
 public:
  const char* name() const override { return "counting"; }
  void verify(std::span<const SignatureJob> jobs, std::span<uint8_t> answers) override {
    for (size_t i = 0; i < jobs.size(); ++i) answers[i] = jobs[i].signature[0] % 2 == 0 ? 1 : 0;
    asked += jobs.size();
  }
  size_t asked = 0;
};

SignatureJob job(uint8_t key, uint8_t digest, uint8_t signature) {
  SignatureJob out;
  out.key[64] = key;
  out.digest[31] = digest;
  out.signature[0] = signature;
  return out;
}

}  // namespace

TEST_CASE(
    "an engine that remembers: the same answer, asked for once; any other byte is another job") {
  Counting counting;
  RememberingEngine engine(counting);
  CHECK(std::string(engine.name()) == "counting");
  const std::vector<SignatureJob> first = {job(1, 1, 2), job(1, 1, 3)};
  const std::vector<SignatureJob> second = {job(1, 1, 3), job(2, 1, 2), job(1, 1, 2), job(1, 2, 2),
                                            job(1, 1, 5)};
  std::vector<uint8_t> answers(first.size());
  engine.verify(first, answers);
  CHECK(answers == std::vector<uint8_t>{1, 0});
  CHECK(counting.asked == 2);
  answers.assign(second.size(), 7);
  engine.verify(second, answers);
  CHECK(answers == std::vector<uint8_t>{0, 1, 1, 1, 0});
  CHECK(counting.asked == 5);
  engine.verify({}, {});
  // However many there are, what was forgotten is asked again.
  for (unsigned i = 0; i < 10'000; ++i) {
    SignatureJob one = job(1, 1, 2);
    one.digest[0] = static_cast<uint8_t>(i);
    one.digest[1] = static_cast<uint8_t>(i >> 8);
    uint8_t answer = 0;
    engine.verify({&one, 1}, {&answer, 1});
    CHECK(answer == 1);
  }
  answers.assign(first.size(), 7);
  engine.verify(first, answers);
  CHECK(answers == std::vector<uint8_t>{1, 0});
}
