#include "verifier/gather/onboarding_evidence.h"

#include <algorithm>

#include "verifier/matter/spake2p.h"

namespace attest {
namespace {

// More passcodes than this for one device are a mix-up that other checks name; each costs a key
// derivation.
constexpr size_t kMaxPasscodes = 4;

// Each code once: a label's picture and a tool's text often say the same.
std::vector<CodeEvidence> codes_of(const Device& device) {
  std::vector<CodeEvidence> out;
  const auto add = [&](CodeEvidence code) {
    const bool known = std::any_of(out.begin(), out.end(), [&](const CodeEvidence& c) {
      return c.payload.text == code.payload.text;
    });
    if (!known) out.push_back(std::move(code));
  };
  for (const Statement& s : device.statements) {
    const auto* text = std::get_if<std::string>(&s.value);
    if (text == nullptr) continue;
    if (s.fact == FactId::manual_code) add({.payload = parse_manual_code(*text), .place = s.place});
    if (s.fact != FactId::qr_payload) continue;
    std::vector<OnboardingPayload> joined = parse_qr(*text);
    const auto discriminator = device.number(FactId::discriminator);
    auto own = std::find_if(joined.begin(), joined.end(), [&](const OnboardingPayload& p) {
      return discriminator == p.discriminator;
    });
    if (own == joined.end()) own = joined.begin();
    for (auto p = joined.begin(); p != joined.end(); ++p)
      add({.payload = *p, .place = s.place, .other_device = p != own});
  }
  return out;
}

// The SPAKE2+ parameters of the device, as far as they can be computed with.
struct Parameters {
  const Bytes* salt = nullptr;
  const Bytes* verifier = nullptr;
  std::optional<uint64_t> iterations;

  explicit Parameters(const Device& device)
      : salt(device.bytes(FactId::spake2p_salt)),
        verifier(device.bytes(FactId::spake2p_verifier)),
        iterations(device.number(FactId::spake2p_iterations)) {}

  std::optional<bool> fit(uint64_t passcode) const {
    if (salt == nullptr || verifier == nullptr || !iterations ||
        *iterations > kMaxPbkdfIterations || passcode > 0xFFFFFFFF)
      return std::nullopt;
    const auto fits = is_verifier_of(*verifier, static_cast<uint32_t>(passcode), *salt,
                                     static_cast<uint32_t>(*iterations));
    return fits ? std::optional<bool>(*fits) : std::nullopt;
  }

  std::optional<bool> fit_default(RejectedVerifiers* tried) const {
    if (tried == nullptr || salt == nullptr || verifier == nullptr || !iterations)
      return fit(kDefaultPasscode);
    const RejectedVerifiers::Mark mark = RejectedVerifiers::mark(*verifier, *salt, *iterations);
    if (tried->knows(mark)) return false;
    const auto fits = fit(kDefaultPasscode);
    if (fits == false) tried->add(mark);
    return fits;
  }
};

}  // namespace

bool CodeEvidence::has_values() const {
  if (!payload.manual) return payload.capabilities.has_value();
  return std::all_of(payload.problems.begin(), payload.problems.end(), [](const PayloadProblem& p) {
    return p.id.starts_with("passcode-") || p.id == "vendor-range" || p.id == "product-zero";
  });
}

const CodeEvidence* OnboardingEvidence::main_code() const {
  const CodeEvidence* out = nullptr;
  for (const CodeEvidence& code : codes) {
    if (!code.has_values() || code.other_device) continue;
    if (out == nullptr || (out->payload.manual && !code.payload.manual)) out = &code;
  }
  return out;
}

OnboardingEvidence onboarding_evidence(const Device& device, const Device* ordered,
                                       RejectedVerifiers* tried) {
  OnboardingEvidence out;
  out.codes = codes_of(device);

  const auto give = [&](uint64_t passcode, const Place& place) {
    const bool known =
        std::any_of(out.passcodes.begin(), out.passcodes.end(),
                    [&](const PasscodeEvidence& p) { return p.passcode == passcode; });
    if (!known && out.passcodes.size() < kMaxPasscodes)
      out.passcodes.push_back({.passcode = passcode, .place = place, .fits_verifier = {}});
  };
  for (const Statement& s : device.statements) {
    if (const auto* passcode =
            s.fact == FactId::passcode ? std::get_if<uint64_t>(&s.value) : nullptr)
      give(*passcode, s.place);
  }
  for (const CodeEvidence& code : out.codes) {
    if (code.has_values() && !code.other_device) give(code.payload.passcode, code.place);
  }

  const Parameters parameters(device);
  for (PasscodeEvidence& p : out.passcodes) p.fits_verifier = parameters.fit(p.passcode);
  if (out.passcodes.empty()) out.verifier_is_of_default_passcode = parameters.fit_default(tried);
  if (const auto wanted = ordered == nullptr ? std::nullopt : ordered->number(FactId::passcode);
      wanted && out.passcodes.empty())
    out.verifier_is_of_ordered_passcode = parameters.fit(*wanted);
  return out;
}

}  // namespace attest
