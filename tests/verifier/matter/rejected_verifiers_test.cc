#include "verifier/matter/rejected_verifiers.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "platform/files.h"
#include "platform/rejected_verifiers_file.h"
#include "tests/support/dcl_support.h"
#include "verifier/gather/onboarding_evidence.h"
#include "verifier/matter/spake2p.h"

using namespace attest;
using namespace attest::test;

namespace {

constexpr uint32_t kIterations = 1000;
const Bytes kSalt(16, 7);

Device device_of(uint32_t passcode) {
  Device device;
  device.say(FactId::spake2p_salt, kSalt, {});
  device.say(FactId::spake2p_iterations, uint64_t{kIterations}, {});
  device.say(FactId::spake2p_verifier, spake2p_verifier(passcode, kSalt, kIterations).value(), {});
  return device;
}
RejectedVerifiers::Mark mark_of(const Device& device) {
  return RejectedVerifiers::mark(*device.bytes(FactId::spake2p_verifier), kSalt, kIterations);
}
RejectedVerifiers::Mark mark(uint8_t first) {
  return {first};
}

}  // namespace

TEST_CASE(
    "tried verifiers: one that is not of the default passcode is remembered, one that is never") {
  RejectedVerifiers tried;
  const Device other = device_of(34567890), by_default = device_of(kDefaultPasscode);
  CHECK(onboarding_evidence(other, nullptr, &tried).verifier_is_of_default_passcode == false);
  CHECK(onboarding_evidence(by_default, nullptr, &tried).verifier_is_of_default_passcode == true);
  CHECK(tried.grown() == std::vector{mark_of(other)});
}

TEST_CASE("tried verifiers: what is known is not derived again") {
  // A mark that is wrong shows that nothing was derived.
  const Device by_default = device_of(kDefaultPasscode);
  RejectedVerifiers tried({mark_of(by_default)});
  CHECK(onboarding_evidence(by_default, nullptr, &tried).verifier_is_of_default_passcode == false);
  CHECK(tried.grown().empty());
}

TEST_CASE("tried verifiers: verifier, salt and iterations all count") {
  const auto one = RejectedVerifiers::mark(Bytes{1, 2}, Bytes{3}, 4);
  CHECK(one == RejectedVerifiers::mark(Bytes{1, 2}, Bytes{3}, 4));
  CHECK(one != RejectedVerifiers::mark(Bytes{1}, Bytes{2, 3}, 4));
  CHECK(one != RejectedVerifiers::mark(Bytes{1, 3}, Bytes{3}, 4));
  CHECK(one != RejectedVerifiers::mark(Bytes{1, 2}, Bytes{4}, 4));
  CHECK(one != RejectedVerifiers::mark(Bytes{1, 2}, Bytes{3}, 5));
}

TEST_CASE(
    "tried verifiers: the added ones come to the known ones, each once, and stay when there are "
    "too many") {
  RejectedVerifiers tried({mark(3), mark(1), mark(1)});
  CHECK(tried.knows(mark(1)));
  CHECK(!tried.knows(mark(2)));
  tried.add(mark(2)), tried.add(mark(2)), tried.add(mark(3));
  CHECK(tried.grown() == std::vector{mark(1), mark(2), mark(3)});

  std::vector<RejectedVerifiers::Mark> many(RejectedVerifiers::kMost);
  for (size_t i = 0; i < many.size(); ++i)
    many[i] = {static_cast<uint8_t>(i >> 16), static_cast<uint8_t>(i >> 8),
               static_cast<uint8_t>(i)};
  RejectedVerifiers full(many);
  full.add({0xFF});
  const auto grown = full.grown();
  CHECK(grown.size() == RejectedVerifiers::kMost);
  CHECK(grown.back() == RejectedVerifiers::Mark{0xFF});
}

TEST_CASE("tried verifiers: the file is kept, and one that is damaged is none") {
  const Folder scratch;
  const std::string folder = scratch / "cache", file = folder + "/tried-verifiers";
  RejectedVerifiers tried;
  keep_rejected(folder, tried);
  CHECK(!std::filesystem::exists(folder));
  tried.add(mark(1)), tried.add(mark(2));
  keep_rejected(folder, tried);
  CHECK(load_rejected(folder)->knows(mark(2)));

  const Bytes whole = to_bytes(FileBytes::open(file)->view());
  for (const size_t size : {size_t{0}, size_t{10}, whole.size() - 1}) {
    std::ofstream(file, std::ios::binary) << text(View(whole).first(size));
    CAPTURE(size);
    CHECK(!load_rejected(folder)->knows(mark(1)));
  }
  keep_rejected("/proc/no such folder", tried);
}
