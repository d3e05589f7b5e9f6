// The three roles of certificates, and what differs between their profiles (kRoles). Included by
// the rules that the roles share.
#pragma once

#include <fmt/format.h>

#include "verifier/checks/catalogue.h"

namespace attest::profile {

struct RoleInfo {
  const char* name;       // as people say it
  const char* version;    // the check of its version
  const char* vendor;     // of how its vendor id is written
  const char* algorithm;  // and of what it is signed with
  bool ca;
  MaybeValue<uint64_t> path_length;  // required; for the PAA it may also be absent
  uint16_t required_usage, allowed_usage;
};
inline const RoleInfo& info(Role role) {
  constexpr uint16_t kSigns = KeyUsage::key_cert_sign | KeyUsage::crl_sign;
  static const RoleInfo kRoles[] = {
      {"DAC", "dac.version-is-3", "dac.vendor-id-is-wellformed",
       "dac.signature-algorithm-is-ecdsa-sha256", false, std::nullopt, KeyUsage::digital_signature,
       KeyUsage::digital_signature},
      {"PAI", "pai.version-is-3", "pai.vendor-id-is-wellformed",
       "pai.signature-algorithm-is-ecdsa-sha256", true, 0, kSigns,
       kSigns | KeyUsage::digital_signature},
      {"PAA", "paa.version-is-3", "paa.vendor-id-is-wellformed",
       "paa.signature-algorithm-is-ecdsa-sha256", true, 1, kSigns,
       kSigns | KeyUsage::digital_signature},
  };
  return kRoles[static_cast<size_t>(role)];
}

inline View extension_value(const Certificate& c, View oid) {
  for (const Extension& extension : c.extensions) {
    if (equal(extension.oid, oid)) return extension.value;
  }
  return {};
}

template <Role R>
Outcome broken(const CertificateOf<R>& c, std::string what, std::string expected,
               std::string actual) {
  return fail(fmt::format("the {}'s {}", info(R).name, what), std::move(expected),
              std::move(actual), c.where());
}

}  // namespace attest::profile
