// Device: everything that the evidence says about one device, as statements with their places.
// Readers only add; they never choose between two statements. Who reads a Device picks the first
// statement of a fact; where later ones differ, conflicts() tells both places.
#pragma once

#include <variant>

#include "verifier/base/bytes.h"
#include "verifier/readers/posture.h"

namespace attest {

// The facts, in the order in which they are shown. The comment is the value's type and unit.
enum class FactId : uint8_t {
  vendor_id,                // number
  product_id,               // number
  vendor_name,              // text
  product_name,             // text
  product_label,            // text
  product_url,              // text
  part_number,              // text
  device_type_id,           // number
  software_version,         // number
  software_version_string,  // text
  hardware_version,         // number
  hardware_version_string,  // text
  serial_number,            // text
  manufacturing_date,       // text
  specification_version,    // number
  firmware_information,     // bytes
  discriminator,            // number, 12 bits
  passcode,                 // number
  commissioning_flow,       // number, 0..3
  discovery_capabilities,   // number
  spake2p_iterations,       // number
  spake2p_salt,             // bytes
  spake2p_verifier,         // bytes, 97
  rotating_id_unique_id,    // bytes
  unique_id,                // text
  // The rest of Basic Information, which nobody orders.
  data_model_revision,                 // number
  node_label,                          // text
  location,                            // text
  local_config_disabled,               // number: 0 or 1
  reachable,                           // number: 0 or 1
  case_sessions_per_fabric,            // number: a field of CapabilityMinima, and so are the next
  subscriptions_per_fabric,            // number
  simultaneous_invocations_supported,  // number
  simultaneous_writes_supported,       // number
  read_paths_supported,                // number
  subscribe_paths_supported,           // number
  product_finish,                      // number: of ProductAppearance
  product_primary_color,               // number
  max_paths_per_invoke,                // number
  location_name,                       // text: of DeviceLocation
  area_type,                           // number
  configuration_version,               // number
  opcreds_feature_map,                 // number: FeatureMap of Operational Credentials
  // PQCDeviceAttestationProfile of Operational Credentials (draft of Matter 1.7), a bitmap of
  // AttestationCryptoProfile each.
  paa_supported_profiles,  // number
  pai_supported_profiles,  // number
  dac_supported_profiles,  // number
  cd_supported_profiles,   // number
  dac,
  pai,
  paa,                    // bytes, DER: the place says which it is
  certificate,            // bytes, DER: role unknown, told apart by what it says
  cd,                     // bytes, the CMS
  dac_private_key,        // bytes, 32: never shown
  private_key,            // bytes, 32: of a file whose role is not known; never shown
  dac_public_key,         // bytes, 65
  public_key,             // bytes, 65: of a file that does not say whose; gather finds out
  csr,                    // bytes, DER
  crl,                    // bytes, DER
  revocation_set,         // bytes, its JSON
  attestation_elements,   // bytes
  attestation_signature,  // bytes, r | s
  attestation_nonce,      // bytes
  attestation_challenge,  // bytes
  nocsr_elements,         // bytes
  nocsr_signature,        // bytes, r | s
  nocsr_nonce,            // bytes: of the request
  nocsr_challenge,        // bytes
  qr_payload,             // text "MT:..."
  manual_code,            // text
  commissioner_result,    // number: the SDK result code a log ends in
  // What a commissioner's log says of what it was given: compared with that, never taken for it.
  logged_dac_vendor_id,   // number
  logged_dac_product_id,  // number
  logged_dac_key_id,      // bytes, 20: the DAC's own key id
  logged_pai_key_id,      // bytes, 20
  logged_cd_vendor_id,    // number
  logged_cd_signer,       // bytes, 20: the key id that the declaration names
  sought_paa,             // bytes, 20: the key id of the root that it did not find
  blob,  // bytes: 16, 32 or 64 raw bytes in a file of their own; gather finds out what they are
};
inline constexpr size_t kFactCount = static_cast<size_t>(FactId::blob) + 1;
const char* fact_name(FactId fact);  // "vendor_id": the key of device.json, where it has one
bool is_secret(FactId fact);         // private keys: in no output
bool is_masked(
    FactId fact);  // passcode, payloads, salt, verifier: masked in reports unless asked for

using FactValue = std::variant<uint64_t, std::string, Bytes>;
struct Statement {
  FactId fact;
  FactValue value;
  Place place;
};
std::string value_text(FactId fact,
                       const FactValue& value);  // ids as 0xFFF1, bytes as hex, text shown_text()

// What a container's integrity check said, at its offset. `problem` says what was expected and
// found.
struct IntegrityProblem {
  Place place;
  std::string what;  // "nvs entry crc", "section hash"
  std::string problem;
};

// Something a reader noticed about how the part keeps its things. The checks on factory data turn
// these into findings.
enum class Remark : uint8_t {
  passcode_stored,           // the passcode lies in the part's memory
  key_in_hardware,           // the private key is said to be in eFuse or a secure element
  key_beside_hardware_flag,  // and yet it lies in the dump in plain
  key_encrypted,             // the private key is there, encrypted
  encrypted_no_key,          // a container is encrypted and no secret opens it
  wrong_key,                 // a secret was tried and does not fit
  erased,                    // the place of the factory data is erased flash
  truncated,                 // the image or container ends too early
  development_credentials,   // the firmware's built-in development credentials would be used
  not_in_log,                // the log elided the value
  unknown_key,               // a key of device.json or cpms.json that nobody knows
  reported_value,            // a commissioner's log states this value itself
  dac_slot,  // a slot of the part's memory holds its value in another encoding than the firmware
  pai_slot,  // reads there: one remark a slot, by what it is for
  cd_slot,
  key_slot,
  value_slot,
  lacks_dac,  // the part's factory data are there, and this entry is not among them
  lacks_pai,
  lacks_cd,
  lacks_key,
  keys_protected,      // keys of an encrypted store, hidden by flash encryption
  flash_encrypted,     // flash that is ciphertext, as it is in a part that was released
  damaged_credential,  // began as a certificate, declaration, key or list and cannot be read
  resembles_evidence,  // looks like evidence that somebody misspelt, and is not read
  unreadable_file,     // a file in a folder that may not be read: what it holds is not known
  key_locked,          // nothing but a private key is encrypted there, and no secret opens it
  empty_text,          // a text of device.json that no device may have empty
};
struct Noted {
  Remark remark;
  Place place;
  std::string message;  // "key \"vendorid\" is not known"
};

struct Device {
  std::vector<Statement> statements;
  std::vector<IntegrityProblem> integrity;
  std::vector<Noted> remarks;
  Posture posture;
  // Of a bundle: private keys are left out, and a point in place of one is its public part. No
  // reader sets it: a part that stores a public key for its private one holds no key.
  bool keys_left_out = false;

  void say(FactId fact, FactValue value, Place place);
  void note(Remark remark, Place place, std::string message);
  void damaged(Place place, std::string what, std::string problem);

  const Statement* first(FactId fact) const;
  std::optional<uint64_t> number(FactId fact) const;
  const std::string* string(FactId fact) const;
  const Bytes* bytes(FactId fact) const;
  bool noted(Remark remark) const;
};

// Facts that two places give differently, each with all its distinct values.
struct Conflict {
  FactId fact;
  std::vector<const Statement*> values;  // distinct values, the first place of each
};
// Certificates of unknown role and raw blobs never conflict; several CRLs, revocation sets, CSRs
// and NOCSR responses neither.
std::vector<Conflict> conflicts(const Device& device);

}  // namespace attest
