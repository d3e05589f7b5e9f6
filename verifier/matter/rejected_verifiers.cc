#include "verifier/matter/rejected_verifiers.h"

#include <algorithm>
#include <iterator>

#include "verifier/crypto/crypto.h"

namespace attest {
namespace {

void sort_once(std::vector<RejectedVerifiers::Mark>& marks) {
  std::sort(marks.begin(), marks.end());
  marks.erase(std::unique(marks.begin(), marks.end()), marks.end());
}

}  // namespace

RejectedVerifiers::RejectedVerifiers(std::vector<Mark> known) : known_(std::move(known)) {
  sort_once(known_);
}

RejectedVerifiers::Mark RejectedVerifiers::mark(View verifier, View salt, uint64_t iterations) {
  // The lengths keep the parts apart.
  std::array<uint8_t, 16> numbers{};
  for (size_t i = 0; i < 8; ++i) {
    numbers[i] = static_cast<uint8_t>(iterations >> (56 - 8 * i));
    numbers[8 + i] = static_cast<uint8_t>(static_cast<uint64_t>(verifier.size()) >> (56 - 8 * i));
  }
  Bytes said(numbers.size() + verifier.size());
  std::copy(numbers.begin(), numbers.end(), said.begin());
  std::copy(verifier.begin(), verifier.end(),
            said.begin() + static_cast<std::ptrdiff_t>(numbers.size()));
  const Sha256 digest = sha256(said, salt);
  Mark out{};
  std::copy_n(digest.begin(), out.size(), out.begin());
  return out;
}

bool RejectedVerifiers::knows(const Mark& mark) const {
  return std::binary_search(known_.begin(), known_.end(), mark);
}

void RejectedVerifiers::add(const Mark& mark) {
  const std::lock_guard lock(adding_);
  if (added_.size() < kMost) added_.push_back(mark);
}

std::vector<RejectedVerifiers::Mark> RejectedVerifiers::grown() const {
  const std::lock_guard lock(adding_);
  if (added_.empty()) return {};
  std::vector<Mark> added = added_, out;
  sort_once(added);
  const size_t room = std::min(known_.size(), kMost - added.size());
  std::set_union(added.begin(), added.end(), known_.begin(),
                 known_.begin() + static_cast<std::ptrdiff_t>(room), std::back_inserter(out));
  return out;
}

}  // namespace attest
