// Extensions of certificates and lists: the raw sequence, and the values of those that the Matter
// profile knows.
#pragma once

#include "verifier/pki/certificate.h"
#include "verifier/pki/der.h"

namespace attest {

// The SEQUENCE OF Extension that the cursor stands at.
Result<std::vector<Extension>> read_extensions(der::Cursor& cursor, std::string_view name);

// Values of single extensions, from the content of their OCTET STRING.
Result<BasicConstraints> basic_constraints_of(View value);
Result<KeyUsage> key_usage_of(View value);
Result<Bytes> subject_key_id_of(View value);
Result<AuthorityKeyId> authority_key_id_of(View value);
Result<DistributionPoints> distribution_points_of(View value);

// A DistributionPointName, adding to `into`: [0] fullName or [1] nameRelativeToCRLIssuer.
Result<void> read_distribution_point_name(der::Cursor& cursor, DistributionPoints& into);

// Enters one extension into its place: counts it, and decodes the first.
template <class T>
void know(Known<T>& known, const Extension& extension, Result<T> (*decode)(View)) {
  if (++known.count != 1) return;
  known.critical = extension.critical;
  if (auto value = decode(extension.value)) {
    known.value = std::move(*value);
  } else {
    known.problem = std::move(value).error().what;
  }
}

}  // namespace attest
