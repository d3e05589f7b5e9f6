// Names that state what a value is, the DAC, the PAI or the declaration: of arrays, macros,
// members, keys, columns, entries of settings and of mark-up. A name counts where each of its words
// is known; one that says more ("issuer of the DAC", "old dac") or less ("certificate") states
// nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "verifier/base/json.h"
#include "verifier/readers/reader.h"
#include "verifier/readers/text/pasted_bytes.h"

namespace attest {

// "dac_cert", "kPaiCert", "kDevelopmentDAC_Cert_FFF1_8000", "PAI certificate", "cert_dclrn",
// "deviceAttestationCertificate".
std::optional<FactId> role_of_name(std::string_view name);
// It says that a certificate or a declaration stands there; "dac" may be a converter's, too.
bool names_a_credential(std::string_view name);
// Nothing but words that stand around the name of a role: "value", "certificate", "const uint8_t".
bool says_no_role(std::string_view name);
// A place for one credential among several, whatever it is: "PAA", "issuer of the DAC".
bool names_a_place(std::string_view name);
// The name of a key that is none of a device's attestation: "jwt_signing_key", "mqtt.privateKey".
bool names_another_trade(std::string_view name);
// That name of what begins at this offset, as a place is called; empty: it has none such.
std::string other_trade_before(std::string_view text, size_t offset);
// Nothing but the words of a key's name and of whose it is.
bool names_only_a_key(std::string_view name);
// The role of what stands before a value of a text (name_before.h).
std::optional<FactId> role_before(std::string_view text, size_t offset);

// Of a block of PEM, which begins at this offset; one behind which another follows begins a list.
std::optional<FactId> role_before_block(std::string_view text, size_t offset);

// Members whose roles their standing together states: what matter.js keeps (certificate,
// intermediateCertificate), and an authority's answer (Certificate, CertificateChain), which may be
// for a PAI, too: it states roles where a device's certificate is in the chain's place.
bool state_roles_together(const Json& object);
bool is_kept_by_a_device(const Json& object);  // the first of these
std::optional<FactId> role_of_member(std::string_view name);

// Bytes that are PEM and are written down as bytes: in an array or digits of source code, or as the
// value of an entry of factory data. (Text is PEM's own form, and base64 of a file hides it.)
bool is_pem_among_bytes(std::string_view text, const PastedBytes& value, bool of_factory_data);
// As many zeros or FF as a certificate may have bytes.
bool is_unwritten(View bytes);

}  // namespace attest
