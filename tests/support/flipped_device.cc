#include "tests/support/flipped_device.h"

#include <cstdlib>

#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"

namespace attest::test {

const char* part_name(Part part) {
  constexpr const char* kNames[] = {
      "DAC", "PAI", "declaration", "declaration without a response", "elements", "signature"};
  return kNames[static_cast<size_t>(part)];
}

FlippedDevice::FlippedDevice()
    : device_(forge::make(forge::good_plan_of("bit-flips", 0xFFE0, 0x8000))),
      trust_(TrustStore::builtin(false)),
      policy_{.network = Network::none,
              .at = parse_rfc3339(forge::kAt).value(),
              .required = {},
              .show_passcode = false} {
  const auto anchor = [](const forge::Anchor& a) {
    return parse_certificate(forge::certificate(a.plan, a.key)).value();
  };
  const bool trusted =
      trust_.add_paa(anchor(forge::paa_any()), Origin::given, "paa-any").has_value() &&
      trust_.add_cd_signer(anchor(forge::cd_signer()), Origin::given, "cd-signer", openssl_engine())
          .has_value();
  if (!trusted) std::abort();  // the forged anchors are such
}

const Bytes& FlippedDevice::bytes(Part part) const {
  switch (part) {
    case Part::dac:
      return device_.dac;
    case Part::pai:
      return device_.pai;
    case Part::elements:
      return device_.elements;
    case Part::signature:
      return device_.signature;
    case Part::cd:
    case Part::cd_without_response:
      break;
  }
  return device_.cd;
}

size_t FlippedDevice::bits(Part part) const {
  return 8 * bytes(part).size();
}
std::optional<Report> FlippedDevice::judge(Part part, size_t bit) const {
  return judge(part, std::optional(bit));
}
std::optional<Report> FlippedDevice::judge_unflipped(Part part) const {
  return judge(part, std::optional<size_t>());
}

std::optional<Report> FlippedDevice::judge(Part part, std::optional<size_t> bit) const {
  const auto with_flip = [&](Part of) {
    Bytes out = bytes(of);
    if (bit && of == part) out[*bit / 8] = static_cast<uint8_t>(out[*bit / 8] ^ 0x80u >> *bit % 8);
    return out;
  };
  const bool response = part != Part::cd_without_response;
  const struct {
    const char* path;
    Bytes content;
  } files[] = {{"dac.der", with_flip(Part::dac)},
               {"pai.der", with_flip(Part::pai)},
               {"cd.der", with_flip(response ? Part::cd : Part::cd_without_response)}};
  Reading reading;
  for (const auto& file : files) {
    if (!read_evidence({.path = file.path, .bytes = file.content, .base = 0, .member = false},
                       reading))
      return std::nullopt;
  }
  const auto say = [&](FactId fact, FactValue value) {
    reading.device.say(fact, std::move(value), {.path = "device.json", .offset = {}, .item = {}});
  };
  say(FactId::vendor_id, uint64_t{device_.vid});
  say(FactId::product_id, uint64_t{device_.pid});
  if (response) {
    say(FactId::attestation_elements, with_flip(Part::elements));
    say(FactId::attestation_signature, with_flip(Part::signature));
    say(FactId::attestation_nonce, device_.nonce);
    say(FactId::attestation_challenge, device_.challenge);
  }
  Evidence evidence = gather(std::move(reading), policy_, trust_, nullptr, openssl_engine());
  verify_signatures(evidence, openssl_engine());
  return attest::judge(evidence);
}

}  // namespace attest::test
