// A good forged device, and beside its files one more: a second credential, or a list that revokes
// its DAC, whole or damaged. What begins as a credential and cannot be read is never passed over.
#pragma once

#include "fixtures/forge/device_builder.h"
#include "verifier/judge/judge.h"
#include "verifier/report.h"

namespace attest::test {

enum class Beside : uint8_t { cd_beside_elements, second_dac, second_pai, second_cd, list };
inline constexpr Beside kBeside[] = {Beside::cd_beside_elements, Beside::second_dac,
                                     Beside::second_pai, Beside::second_cd, Beside::list};
const char* beside_name(Beside what);

// The file that every finding about the damage names.
inline constexpr const char* kBesidePath = "lot/beside.der";

class DeviceBeside {
 public:
  DeviceBeside();
  const Bytes& whole(Beside what) const { return files_[static_cast<size_t>(what)]; }
  // The device with these bytes as the file beside the others.
  Report judge(Beside what, View bytes, Network network = Network::none) const;
  Report judge_alone(Beside what) const;  // without it

 private:
  Report judge_with(Beside what, std::optional<View> bytes, Network network) const;

  forge::Device device_, other_;
  std::array<Bytes, std::size(kBeside)> files_;
  TrustStore trust_;
};

// Approved, and nobody said a word of the file.
bool passed_over(const Report& report);

// One bit flipped, or cut to a length: number `which` of all.
size_t damages(View whole);
Bytes damaged(View whole, size_t which);

}  // namespace attest::test
