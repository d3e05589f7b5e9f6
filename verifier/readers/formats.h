// Every reader's constant. A new format is one file with its Reader, one line here and one in readers.cc.
#pragma once

#include "verifier/readers/reader.h"

namespace attest {

// Credentials as files (credential_files.cc).
extern const Reader x509_reader, pem_reader, cms_cd_reader, key_reader, csr_reader, crl_reader;
// Facts as JSON (device_json.cc, vector_json.cc).
extern const Reader device_json_reader, vector_json_reader;
// An attestation response as files (attestation_files.cc).
extern const Reader elements_reader, blob_reader;
// Espressif, Silicon Labs, TI, and the hex files of all of them.
extern const Reader esp_nvs_reader, esp_nvs_keys_reader, esp_secure_cert_reader, esp_flash_reader;
extern const Reader silabs_flash_reader, silabs_provision_reader, ti_factory_reader;
extern const Reader intel_hex_reader, s_record_reader, elf_reader, erased_flash_reader;

}  // namespace attest
