// Checks on PQCDeviceAttestationProfile and on the feature that brings it (attribute 0x0006 and
// feature PQCDA of Operational Credentials, a draft of Matter 1.7): of which kinds of chains a
// device says that it has certificates. It says so for all its chains, so these are asked once.

#include <fmt/format.h>

#include "verifier/checks/catalogue.h"
#include "verifier/checks/statement_faults.h"
#include "verifier/gather/chains.h"
#include "verifier/pki/algorithms.h"

namespace attest {
namespace {

constexpr const char* kNone = "no attestation profile in the evidence";
constexpr const char* kSpec = "Matter Core 11.18, draft of 1.7";
constexpr const char* kKnown = "attestation.profiles-are-known";

uint64_t bit(const KeyAlgorithm& algorithm) {
  return uint64_t{1} << algorithm.profile;
}
uint64_t bits_of_known() {
  uint64_t out = 0;
  for (const KeyAlgorithm& algorithm : key_algorithms()) out |= bit(algorithm);
  return out;
}
// "P-256 and ML-DSA-65"
std::string names_of(uint64_t bits) {
  std::string out;
  for (const KeyAlgorithm& algorithm : key_algorithms()) {
    if ((bits & bit(algorithm)) != 0)
      out += (out.empty() ? "" : " and ") + std::string(algorithm.name);
  }
  return out;
}

template <FactId F, class Fault>
void each(const Stated<F>& stated, bool& any, Fault&& fault) {
  for (const Statement* s : stated.all()) {
    const Maybe<uint64_t> bits = std::get_if<uint64_t>(&s->value);
    if (bits == nullptr) continue;
    any = true;
    fault(*s, *bits);
  }
}

Outcome profiles_are_known(const Stated<FactId::paa_supported_profiles>& paa,
                           const Stated<FactId::pai_supported_profiles>& pai,
                           const Stated<FactId::dac_supported_profiles>& dac,
                           const Stated<FactId::cd_supported_profiles>& cd) {
  StatementFaults faults;
  bool any = false;
  const auto look = [&](const Statement& s, uint64_t bits) {
    const std::string expected =
        fmt::format("bits 0 to {}: {}", key_algorithms().size() - 1, names_of(bits_of_known()));
    if (bits == 0) {
      faults.add(s, "names no profile", expected, "0");
    } else if (const uint64_t unknown = bits & ~bits_of_known(); unknown != 0) {
      faults.add(s, fmt::format("is 0x{:X}, with bits of no profile (0x{:X})", bits, unknown),
                 expected, fmt::format("0x{:X}", bits));
    }
  };
  each(paa, any, look);
  each(pai, any, look);
  each(dac, any, look);
  each(cd, any, look);
  return faults.outcome(any, kNone);
}

Outcome device_signs_with_p256(const Stated<FactId::dac_supported_profiles>& dac,
                               const Stated<FactId::cd_supported_profiles>& cd) {
  StatementFaults faults;
  bool any = false;
  const KeyAlgorithm& p256 = first_of(key_algorithms());
  const auto look = [&](const Statement& s, uint64_t bits) {
    if (const uint64_t wrong = bits & bits_of_known() & ~bit(p256); wrong != 0)
      faults.add(s,
                 fmt::format("names {}, which the draft of Matter 1.7 does not permit there",
                             names_of(wrong)),
                 fmt::format("{} alone", p256.name), names_of(bits & bits_of_known()));
  };
  each(dac, any, look);
  each(cd, any, look);
  return faults.outcome(any, "no profiles of DAC or declaration in the evidence");
}

// What the PAIs of the device's chains are of: their own keys, their signatures, which are of the
// keys of their PAAs.
struct Used {
  uint64_t keys = 0, signatures = 0;
};
Used used_by(const Evidence& e) {
  Used out;
  const auto add = [&](const Evidence& chain) {
    const Maybe<Certificate> pai = chain.pai.certificate.get();
    if (pai == nullptr) return;
    if (const Maybe<KeyAlgorithm> key = algorithm_of_key(*pai)) out.keys |= bit(*key);
    if (const Maybe<KeyAlgorithm> signature = algorithm_of_signature(pai->signature_algorithm))
      out.signatures |= bit(*signature);
  };
  add(e);
  for (const auto& other : e.other_chains) add(*other);
  return out;
}

Outcome profiles_name_the_chains(const Stated<FactId::paa_supported_profiles>& paa,
                                 const Stated<FactId::pai_supported_profiles>& pai,
                                 const Evidence& e) {
  const Used used = used_by(e);
  if (used.keys == 0 && used.signatures == 0) return skipped("no PAI in the evidence");
  StatementFaults faults;
  bool any = false;
  const auto look = [&](const char* role, uint64_t needed) {
    return [&, role, needed](const Statement& s, uint64_t bits) {
      if (const uint64_t lacking = needed & ~bits; lacking != 0)
        faults.add(s,
                   fmt::format("does not name {}, and the device has a chain with such a {}",
                               names_of(lacking), role),
                   names_of(needed), names_of(bits & bits_of_known()));
    };
  };
  each(paa, any, look("PAA", used.signatures));
  each(pai, any, look("PAI", used.keys));
  return faults.outcome(any, "no profiles of PAA or PAI in the evidence");
}

// (Whether a PAI's signature counts among its profiles, or its key alone, is disputed: either may.)
Outcome chains_of_profiles_are_there(const Stated<FactId::paa_supported_profiles>& paa,
                                     const Stated<FactId::pai_supported_profiles>& pai,
                                     const Evidence& e) {
  const Used used = used_by(e);
  if (used.keys == 0 && used.signatures == 0) return skipped("no PAI in the evidence");
  StatementFaults faults;
  bool any = false;
  const auto look = [&](const char* role, uint64_t there) {
    return [&, role, there](const Statement& s, uint64_t bits) {
      if (const uint64_t lacking = bits & bits_of_known() & ~there; lacking != 0)
        faults.add(s,
                   fmt::format("names {}, and no chain in the evidence has such a {}",
                               names_of(lacking), role),
                   names_of(there), names_of(bits & bits_of_known()));
    };
  };
  each(paa, any, look("PAA", used.signatures));
  each(pai, any, look("PAI", used.keys | used.signatures));
  return faults.outcome(any, "no profiles of PAA or PAI in the evidence");
}

constexpr uint64_t kPqcda = 1;  // of FeatureMap

Outcome feature_is_set(const Stated<FactId::opcreds_feature_map>& features,
                       const Stated<FactId::paa_supported_profiles>& paa,
                       const Stated<FactId::pai_supported_profiles>& pai,
                       const Stated<FactId::dac_supported_profiles>& dac, const Evidence& e) {
  bool has_profile = false;
  const auto there = [](const Statement&, uint64_t) {};
  each(paa, has_profile, there);
  each(pai, has_profile, there);
  each(dac, has_profile, there);
  const Used used = used_by(e);
  const bool has_chain = ((used.keys | used.signatures) & ~bit(first_of(key_algorithms()))) != 0;
  StatementFaults faults;
  bool any = false;
  each(features, any, [&](const Statement& s, uint64_t bits) {
    if (const uint64_t unknown = bits & ~kPqcda; unknown != 0) {
      faults.add(s, fmt::format("is 0x{:X}, with bits of no feature (0x{:X})", bits, unknown),
                 "bit 0 (PQCDA) alone, or none", fmt::format("0x{:X}", bits));
    } else if (bits == 0 && (has_chain || has_profile)) {
      faults.add(s,
                 fmt::format("lacks bit 0 (PQCDA), and the device has {}",
                             has_chain ? "a post-quantum chain" : "PQCDeviceAttestationProfile"),
                 "bit 0 (PQCDA)", "0");
    }
  });
  return faults.outcome(any, "no FeatureMap of Operational Credentials in the evidence");
}

constexpr const char* kChains =
    "a record with several chains is alike to none, and alike ones "
    "have one PAI";

constexpr Check kChecks[] = {
    {
        .id = "attestation.feature-is-set",
        .title = "the device's features name post-quantum attestation where it has it",
        .severity = kErrorAtLab,
        .spec = kSpec,
        .proves_authenticity = false,
        .run = rule<feature_is_set>,
        .alike = kChains,
        .rule = "FeatureMap of Operational Credentials has bit 0 (PQCDA) where the device has a "
                "post-quantum chain or PQCDeviceAttestationProfile: a commissioner that does not "
                "find it asks for the legacy chain alone. There is no other feature. Matter 1.7 is "
                "not released; a later draft may have more.",
        .remedy = "set the feature in the firmware, or leave the post-quantum chain and the "
                  "attribute out of the part",
    },
    {
        .id = kKnown,
        .title = "the attestation profiles that the device names exist",
        .severity = kErrorAtLab,
        .spec = kSpec,
        .proves_authenticity = false,
        .run = rule<profiles_are_known>,
        .rule = "PQCDeviceAttestationProfile has a bitmap each for PAA, PAI and DAC (one draft: "
                "for the declaration, too): bit 0 is P-256, bit 1 ML-DSA-44, bit 2 ML-DSA-65, and "
                "one of them is set. Matter 1.7 is not released; a later draft may have more.",
        .remedy = "correct the attribute in the firmware, or take a version of this program that "
                  "knows the draft it was built from",
    },
    {
        .id = "attestation.dac-profile-is-p256",
        .title = "the device names P-256 alone for its DAC",
        .spec = "Matter Core 3.5 and 11.18, draft of 1.7",
        .proves_authenticity = false,
        .run = rule<device_signs_with_p256>,
        .rule = "DACSupportedProfiles has no bit of ML-DSA: the draft of Matter 1.7, which is not "
                "released, keeps ML-DSA from the keys of DACs and from declarations. Whether the "
                "signature over a DAC counts there is disputed: a script of the certification test "
                "asks for its bit.",
        .remedy = "set DACSupportedProfiles, and CDSupportedProfiles where there is one, to bit 0 "
                  "(EcdsaMatterLegacy) in the firmware",
    },
    {
        .id = "attestation.profiles-name-each-chain",
        .title = "the attestation profiles name each chain that the device has",
        .severity = kErrorAtLab,
        .spec = kSpec,
        .after = {kKnown},
        .proves_authenticity = false,
        .run = rule<profiles_name_the_chains>,
        .alike = kChains,
        .rule = "A commissioner asks for the chain that PAASupportedProfiles and "
                "PAISupportedProfiles name. A chain that they do not name is never asked for.",
        .remedy = "set the bit of each chain in the firmware's attribute, or leave that chain out "
                  "of the part",
    },
    {
        .id = "attestation.profiles-have-chains",
        .title = "there is a chain for each attestation profile that the device names",
        .severity = kWarning,
        .spec = kSpec,
        .after = {kKnown},
        .proves_authenticity = false,
        .run = rule<chains_of_profiles_are_there>,
        .alike = kChains,
        .rule = "A commissioner that asks for a chain that PAASupportedProfiles or "
                "PAISupportedProfiles name, and does not get it, ends the commissioning. The "
                "evidence may lack what the part has.",
        .remedy = "hand over the DAC and PAI of that chain, too; where the part has none, clear "
                  "the bit in the firmware's attribute",
    },
};

}  // namespace

std::span<const Check> attestation_profile_checks() {
  return kChecks;
}

}  // namespace attest
