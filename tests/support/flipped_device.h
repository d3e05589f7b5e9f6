// A good forged device of which one bit is flipped: in the DAC, the PAI, the declaration, the
// attestation elements or their signature. Whatever comes out of judging it, `approve` must not;
// and since it is one fault, there is one fail.
#pragma once

#include "fixtures/forge/device_builder.h"
#include "verifier/judge/judge.h"
#include "verifier/report.h"

namespace attest::test {

enum class Part : uint8_t { dac, pai, cd, cd_without_response, elements, signature };
inline constexpr Part kParts[] = {
    Part::dac, Part::pai, Part::cd, Part::cd_without_response, Part::elements, Part::signature};
const char* part_name(Part part);

class FlippedDevice {
 public:
  FlippedDevice();
  size_t bits(Part part) const;
  // nullopt: a file is no evidence any more, which ends the command.
  std::optional<Report> judge(Part part, size_t bit) const;
  std::optional<Report> judge_unflipped(Part part) const;

 private:
  const Bytes& bytes(Part part) const;
  std::optional<Report> judge(Part part, std::optional<size_t> bit) const;

  forge::Device device_;
  TrustStore trust_;
  Policy policy_;
};

}  // namespace attest::test
