// Checks on the SPAKE2+ parameters with which the device proves that it knows the passcode
// (Core 3.9, 3.10).

#include "verifier/matter/spake2p.h"

#include <fmt/format.h>

#include "verifier/checks/catalogue.h"

namespace attest {
namespace {

Outcome salt_length(const RecordView& record) {
  const auto salt = record.device.said<FactId::spake2p_salt, Bytes>();
  if (!salt) return skipped("no SPAKE2+ salt in the evidence");
  if (salt->size() >= kMinSalt && salt->size() <= kMaxSalt) return pass();
  return fail(fmt::format("the SPAKE2+ salt has {} bytes", salt->size()),
              fmt::format("{} to {} bytes", kMinSalt, kMaxSalt),
              fmt::format("{} bytes", salt->size()), salt.where());
}

Outcome salt_is_not_default(const RecordView& record) {
  const auto salt = record.device.said<FactId::spake2p_salt, Bytes>();
  if (!salt) return skipped("no SPAKE2+ salt in the evidence");
  if (text(*salt) != kDefaultSalt) return pass();
  return fail("the SPAKE2+ salt is the default of the Matter SDK", "random bytes",
              "the SDK's default salt", salt.where());
}

Outcome iterations_in_range(const RecordView& record) {
  const auto iterations = record.device.said<FactId::spake2p_iterations, uint64_t>();
  if (!iterations) return skipped("no SPAKE2+ iterations in the evidence");
  if (*iterations >= kMinPbkdfIterations && *iterations <= kMaxPbkdfIterations) return pass();
  return fail(fmt::format("the SPAKE2+ verifier is made with {} iterations", *iterations),
              fmt::format("{} to {}", kMinPbkdfIterations, kMaxPbkdfIterations),
              std::to_string(*iterations), iterations.where());
}

Outcome verifier_is_wellformed(const RecordView& record) {
  const auto verifier = record.device.said<FactId::spake2p_verifier, Bytes>();
  if (!verifier) return skipped("no SPAKE2+ verifier in the evidence");
  const auto problem = judge_verifier(*verifier);
  if (!problem) return pass();
  return fail("SPAKE2+ " + *problem,
              "w0 below the order of P-256 and a point of the curve, 97 bytes", *problem,
              verifier.where());
}

Outcome verifier_matches_passcode(const RecordView& record) {
  const auto& passcodes = record.onboarding.passcodes;
  const auto verifier = record.device.said<FactId::spake2p_verifier, Bytes>();
  if (!verifier) return skipped("no SPAKE2+ verifier in the evidence");
  if (passcodes.empty())
    return skipped("no passcode in the evidence to compare the SPAKE2+ verifier with");
  if (!first_of(passcodes).fits_verifier)
    return skipped("salt or iterations of the SPAKE2+ verifier are not in the evidence");
  // Passcodes that differ are the affair of the checks on agreement; here it is enough that one of
  // them opens the device.
  for (const PasscodeEvidence& p : passcodes) {
    if (p.fits_verifier == true) return pass();
  }
  // The only passcode is that of a code which is another device's by its discriminator, too.
  const auto discriminator = record.device.said<FactId::discriminator, uint64_t>();
  const Maybe<CodeEvidence> code = record.onboarding.main_code();
  if (!record.device.said<FactId::passcode, uint64_t>() && discriminator && code != nullptr &&
      code->payload.short_discriminator() != *discriminator >> 8)
    return blocked("onboarding.discriminator-agrees");
  for (const auto& said : {record.device.first<FactId::spake2p_verifier>(),
                           record.device.first<FactId::spake2p_salt>(),
                           record.device.first<FactId::spake2p_iterations>()}) {
    if (said == nullptr || said->place.item.empty()) continue;
    for (const IntegrityProblem& damage : record.device.integrity()) {
      if (damage.place.path == said->place.path && damage.place.item == said->place.item)
        return blocked("factory.is-intact");
    }
  }
  return fail(fmt::format("the SPAKE2+ verifier in {} is not the one of the passcode in {}",
                          verifier.where(), place_text(first_of(passcodes).place)),
              "the verifier of this passcode, salt and iterations", "another verifier",
              verifier.where());
}

constexpr const char* kSpec = "Matter Core 3.9";
constexpr const char* kRewrite =
    "make salt, iterations and verifier anew from the label's passcode and write them into the "
    "part";

constexpr Check kChecks[] = {
    {
        .id = "spake2p.salt-length",
        .title = "the SPAKE2+ salt has 16 to 32 bytes",
        .spec = kSpec,
        .proves_authenticity = false,
        .run = rule<salt_length>,
        .rule = "Commissioners refuse other lengths.",
        .remedy = kRewrite,
    },
    {
        .id = "spake2p.salt-is-not-default",
        .title = "the SPAKE2+ salt is not the SDK's default",
        .severity = kErrorOnMain,
        .spec = kSpec,
        .proves_authenticity = false,
        .run = rule<salt_is_not_default>,
        .rule = "One salt for all devices lets one table of verifiers find the passcode of each of "
                "them.",
        .remedy = "give every device a random salt",
    },
    {
        .id = "spake2p.iterations-are-in-range",
        .title = "the SPAKE2+ verifier is made with 1000 to 100000 iterations",
        .spec = kSpec,
        .proves_authenticity = false,
        .run = rule<iterations_in_range>,
        .rule = "Fewer make guessing cheap; more are refused by commissioners.",
        .remedy = kRewrite,
    },
    {
        .id = "spake2p.verifier-is-wellformed",
        .title = "the SPAKE2+ verifier is a scalar and a point of P-256",
        .spec = "Matter Core 3.10",
        .proves_authenticity = false,
        .run = rule<verifier_is_wellformed>,
        .rule = "w0 (32 bytes, below the group's order) and L (65 bytes, on the curve). With "
                "anything else no session can be established.",
        .remedy = kRewrite,
    },
    {
        .id = "spake2p.verifier-matches-passcode",
        .title = "the SPAKE2+ verifier is the one of the passcode",
        .spec = "Matter Core 3.10",
        .after = {"spake2p.salt-length", "spake2p.iterations-are-in-range",
                  "spake2p.verifier-is-wellformed"},
        .proves_authenticity = false,
        .run = rule<verifier_matches_passcode>,
        .rule = "Computed again from passcode, salt and iterations. With another verifier the "
                "label's passcode does not open the device.",
        .remedy = kRewrite,
    },
};

}  // namespace

std::span<const Check> spake2p_checks() {
  return kChecks;
}

}  // namespace attest
