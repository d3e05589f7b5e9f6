// What stands inside the extensions that RFC 5280 and its like define, beyond the four of the
// Matter profile. A path validator that knows an extension parses it, whether it is critical or
// not, and refuses the certificate when that fails: an OID alone says nothing about the content.
#pragma once

#include <span>

#include "verifier/base/maybe.h"
#include "verifier/pki/certificate.h"
#include "verifier/pki/der.h"

namespace attest {

// RFC 5280 4.2.1.6, as it stands in alternative names, distribution points, name constraints.
struct GeneralName {
  uint8_t tag = 0;  // [0] to [8] as they are encoded: primitive, or constructed for [0] [3] [4] [5]
  View value;
  MaybeValue<Name> directory;  // of [4]
};
Result<GeneralName> read_general_name(der::Cursor& cursor, bool with_mask = false);
// At least one, to the end. `with_mask`: an IP address has its mask behind it, as in constraints.
Result<std::vector<GeneralName>> read_general_names(der::Cursor names);

// The names of a certificate's subjectAltName; empty when it has none or it cannot be read.
std::vector<GeneralName> alternative_names(const Certificate& certificate);

// RFC 5280 4.2.1.10.
struct NameConstraints {
  std::vector<GeneralName> permitted, excluded;
};
Result<NameConstraints> name_constraints_of(View value);

// How far path validators deal with an extension.
enum class Understood : uint8_t {
  no,           // refused when critical
  yes,          // may be critical
  by_authority  // may be critical in a certificate of an authority, and means nothing in another
};
struct ExtensionKind {
  View oid;
  const char* name;
  Understood understood;
  bool read_by_openssl;  // when it builds a chain: malformed or doubled, the chain is refused
  Result<void> (*read)(der::Cursor& content);
};
// Nullptr: an extension whose content nobody can judge. Those that Known<> in certificate.h holds
// are not among them, but for the distribution points.
const ExtensionKind* extension_kind(View oid);
std::span<const ExtensionKind> extension_kinds();
std::string extension_name(View oid);  // "extKeyUsage", or the OID in dots

// Nullopt: its content is what its OID calls for, or nobody can say.
std::optional<std::string> content_fault(const Extension& extension);
// May it be critical in this certificate?
bool is_understood(const Extension& extension, bool authority);

// Why a chain that leads from a certificate with these constraints to `below` is refused (RFC 5280
// 6.1.3 (b) and (c)); nullopt: it is not.
std::optional<std::string> violation(const NameConstraints& constraints, const Certificate& below);
// The constraints of a certificate; nullopt when it has none, or they cannot be read.
std::optional<NameConstraints> constraints_of(const Certificate& certificate);

}  // namespace attest
