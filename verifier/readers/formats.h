// Every reader's constant, and the order in which they are asked. A new format is one file with its
// Reader, and its name and its place here.
#pragma once

#include "verifier/readers/reader.h"

namespace attest {

// Credentials as files (credential_files.cc).
extern const Reader x509_reader, pem_reader, cms_cd_reader, other_cms_reader, key_reader,
    csr_reader, crl_reader;
// Facts as JSON (device_json.cc, vector_json.cc, attribute_json.cc).
extern const Reader device_json_reader, vector_json_reader, attribute_json_reader,
    revocation_set_reader;
// An attestation response as files (attestation_files.cc).
extern const Reader elements_reader, blob_reader;
// Espressif, Silicon Labs, TI, and the hex files of all of them.
extern const Reader esp_nvs_reader, esp_nvs_keys_reader, esp_secure_cert_reader, esp_flash_reader;
extern const Reader silabs_flash_reader, silabs_provision_reader, ti_factory_reader,
    ti_factory_json_reader;
extern const Reader intel_hex_reader, s_record_reader, ti_txt_reader, elf_reader, uf2_reader,
    erased_flash_reader;

// How a part is locked: what vendors' tools print (espressif/efuse_summary.cc, posture/), and
// firmware images with their signatures (posture/firmware_images.cc).
extern const Reader esp_efuse_reader, esp_efuse_bytes_reader, esp_security_info_reader,
    silabs_security_reader, nordic_protection_reader, st_option_bytes_reader, nxp_blhost_reader,
    bouffalo_efuse_reader, firmware_reader;

// Factory data of vendors (a file each).
extern const Reader nordic_reader, nordic_json_reader, telink_reader, telink_summary_reader,
    nxp_reader, bouffalolab_reader, linux_ini_reader, cpms_json_reader;
// Keys and certificates under a passphrase (encrypted_files.cc), and pasted as text (text_der.cc,
// source_text.cc).
extern const Reader sealed_key_reader, pkcs12_reader, text_der_reader, source_text_reader;
// What began as a credential and cannot be read (damaged.cc), what looks like a device.json and is
// none (device_json.cc), drawings that are not read (drawing.cc).
extern const Reader damaged_reader, nearly_device_json_reader, drawing_reader;
// What tells about devices or about whom they are to be trusted for, and is no evidence of one: our
// own reports and bundles, SARIF (own_output.cc), answers of the ledger (ledger_answer.cc).
extern const Reader own_output_reader, ledger_answer_reader;
// A factory's table of devices (manifest.cc), and of one (spake2p_table.cc).
extern const Reader manifest_reader, spake2p_table_reader;
// A software image (ota_image.cc); the program reads one that lies on the disk as a stream, under
// the same kind.
inline constexpr const char* kOtaImageKind = "ota-image";
extern const Reader ota_image_reader;
// What a commissioner said (commissioner_log.cc), labels, archives, and anything else (carve.cc).
extern const Reader commissioner_log_reader, onboarding_text_reader, label_image_reader,
    archive_reader, carve_reader;

// Order matters where two formats could both claim a file: the more telling magic first, `raw`
// last. (A tar holds the text of its members as it is: who looks for a PEM anywhere in a file would
// find theirs.)
inline constexpr const Reader* kReaders[] = {
    &own_output_reader,  // quotes what others hold
    &archive_reader,
    &label_image_reader,
    &uf2_reader,
    &ota_image_reader,
    &revocation_set_reader,
    &ledger_answer_reader,
    &esp_efuse_reader,
    &esp_efuse_bytes_reader,
    &esp_security_info_reader,
    &silabs_security_reader,
    &nordic_protection_reader,
    &st_option_bytes_reader,
    &nxp_blhost_reader,
    &bouffalo_efuse_reader,
    &cpms_json_reader,
    &nordic_json_reader,
    &ti_factory_json_reader,
    &telink_summary_reader,
    &device_json_reader,
    &vector_json_reader,
    &attribute_json_reader,
    &commissioner_log_reader,
    &manifest_reader,
    &spake2p_table_reader,
    &pem_reader,
    &x509_reader,
    &cms_cd_reader,
    &other_cms_reader,
    &csr_reader,
    &crl_reader,
    &key_reader,
    &sealed_key_reader,
    &pkcs12_reader,
    &esp_flash_reader,
    &esp_nvs_keys_reader,
    &esp_nvs_reader,
    &esp_secure_cert_reader,
    &intel_hex_reader,
    &s_record_reader,
    &ti_txt_reader,
    &elf_reader,
    &silabs_provision_reader,
    &telink_reader,
    &nordic_reader,
    &nxp_reader,
    &bouffalolab_reader,
    &linux_ini_reader,
    &silabs_flash_reader,
    &ti_factory_reader,
    &firmware_reader,
    &erased_flash_reader,
    &elements_reader,
    &text_der_reader,
    &source_text_reader,
    &nearly_device_json_reader,
    &damaged_reader,
    &blob_reader,
    &onboarding_text_reader,
    &drawing_reader,
    &carve_reader,
};

}  // namespace attest
