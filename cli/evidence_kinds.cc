#include "cli/evidence_kinds.h"

#include <fmt/format.h>

#include <string_view>

#include "report/report_text.h"
#include "verifier/base/json.h"

namespace attest::cli {
namespace {

constexpr const char *kCredentials = "Certificates, declarations, keys", *kDumps = "Vendors' dumps",
                     *kTexts = "Logs, labels, texts", *kFacts = "Facts about the device",
                     *kContainers = "Containers", *kLocks = "How a part is locked";

constexpr EvidenceKind kKinds[] = {
    {"x509", kCredentials, "a DAC, PAI or PAA in DER; its role follows from what it says",
     "openssl x509 -in dac.pem -outform DER -out dac.der", "an X.509 certificate|"},
    {"pem-bundle", kCredentials, "PEM: certificates, declarations, keys, several in a file",
     "cat dac.pem pai.pem > chain.pem", "PEM|"},
    {"pkcs7", kCredentials, "PKCS#7 with certificates",
     "openssl crl2pkcs7 -nocrl -certfile chain.pem -outform DER -out chain.p7b"},
    {"pkcs12", kCredentials, "PKCS#12; --unlock pass:... opens it",
     "openssl pkcs12 -export -in dac.pem -inkey key.pem -out dac.p12", "a PKCS#12 bundle|"},
    {"cms-cd", kCredentials, "a certification declaration, as the CSA hands it out",
     "CSA's certification web tool; of a device: chip-tool's attestation-request",
     "a CMS certification declaration|"},
    {"key", kCredentials,
     "a P-256 private key: SEC1, PKCS#8 (also encrypted); never shown, never written", "",
     "a P-256 private key|an encrypted private key|"},
    {"csr", kCredentials, "a certificate request (PKCS#10)", "", "a PKCS#10 request|"},
    {"crl", kCredentials, "a revocation list, DER or PEM", "", "a certificate revocation list|"},
    {"revocation-set", kCredentials, "the SDK's revocation set, for --revocation-set",
     "credentials/generate_revocation_set.py of the SDK", "a revocation set|"},
    {"esp-flash", kDumps, "Espressif: the whole flash, or from its partition table on",
     "esptool read-flash 0 ALL flash.bin", "an Espressif flash image|"},
    {"esp-nvs", kDumps, "Espressif: the factory partition (NVS, also encrypted)",
     "esptool read-flash 0x3E0000 0x6000 fctry.bin (offset and size of your partition table)",
     "an NVS partition|"},
    {"esp-nvs-keys", kDumps, "Espressif: the keys of an encrypted NVS",
     "esptool read-flash, of the partition nvs_keys", "an NVS keys partition|"},
    {"esp-secure-cert", kDumps, "Espressif: the partition esp_secure_cert",
     "esptool read-flash 0xD000 0x2000 secure-cert.bin", "an esp_secure_cert partition|"},
    {"silabs-flash", kDumps, "Silicon Labs: flash with NVM3, also as S37",
     "commander readmem --range 0x08000000:+0x180000 --outfile dump.bin",
     "a Silicon Labs flash image|"},
    {"silabs-provision", kDumps, "Silicon Labs: the credentials page of the provisioning firmware",
     "commander readmem, of the page at the end of flash", "a Silicon Labs provisioning page|"},
    {"cpms-json", kDumps, "Silicon Labs: the order of the Custom Part Manufacturing Service",
     "downloaded with the order; also for --expect", "a cpms.json|"},
    {"nordic-factory-data", kDumps, "Nordic: factory data, CBOR in .bin or .hex, and its JSON",
     "nrfjprog --readcode dump.hex (or nrfutil device read)",
     "Nordic factory data in CBOR|Nordic factory data in JSON|"},
    {"nxp-factory-data", kDumps, "NXP: factory data, also encrypted (AES-128)",
     "blhost read-memory ADDRESS LENGTH factory_data.bin (or J-Link savebin)", "NXP factory data|"},
    {"telink-factory-data", kDumps, "Telink: factory data in CBOR, and summary.json",
     "Telink BDT: read flash at the factory data's address",
     "Telink factory data in CBOR|a Telink summary.json|"},
    {"bouffalolab-mfd", kDumps, "Bouffalo Lab: the MFD partition, also encrypted",
     "Bouffalo Lab Dev Cube: flash read of the MFD partition", "a Bouffalo Lab MFD partition|"},
    {"ti-factory-data", kDumps, "TI CC13xx, CC26xx: the factory table in flash, and its JSON",
     "UniFlash: read memory, or the SDK's factory data tool",
     "a flash image with the factory table of a CC13xx or CC26xx|TI's factory data in JSON|"},
    {"linux-ini", kDumps, "the SDK on Linux: chip_factory.ini and its kin",
     "cp /tmp/chip_factory.ini .", "a chip_*.ini of the SDK's Linux platform|"},
    {"esp-efuse", kLocks, "Espressif: the summary of a part's eFuses, JSON or text, or their dump",
     "espefuse summary --format json --file efuse.json",
     "Espressif eFuses as espefuse prints them|"
     "Espressif eFuses as espefuse writes them|"},
    {"esp-security-info", kLocks, "Espressif: what a part in secure download mode still tells",
     "esptool get-security-info > security-info.txt", "the output of esptool get-security-info|"},
    {"silabs-security", kLocks,
     "Silicon Labs: security status, readconfig, readkey, device info, text or JSON",
     "commander security status > status.txt", "what Simplicity Commander prints of a part|"},
    {"nordic-security", kLocks, "Nordic: whether the debug port is open now",
     "nrfutil device protection-get > protection.txt",
     "the output of nrfutil device protection-get|"},
    {"st-option-bytes", kLocks, "STM32: option bytes",
     "STM32_Programmer_CLI -c port=SWD -ob displ > ob.txt",
     "option bytes as STM32_Programmer_CLI prints them|"},
    {"nxp-blhost", kLocks, "NXP: the security state", "blhost -p PORT get-property 17 > blhost.txt",
     "the output of blhost, or of nxpfuses|"},
    {"bouffalo-efuse", kLocks, "Bouffalo Lab: eFuses, as read out or as text",
     "bflb-efuse-tool dump", "Bouffalo Lab eFuses|"},
    {"firmware-image", kLocks,
     "a firmware image with its signature: Espressif, MCUboot, Silicon Labs, GBL", "",
     "a firmware image|"},
    {"device-json", kFacts,
     "device.json: what a tester wrote down; a node's attributes as a controller keeps them",
     "docs/evidence.md has its keys; Home Assistant: download diagnostics",
     "a device.json|a node's attributes|"},
    {"vector-json", kFacts, "the SDK's test_case_vector.json, and elements of an attestation",
     "credentials/development of the SDK",
     "a test_case_vector.json|attestation elements|16, 32, 64 or 65 bytes of an attestation|"},
    {"manifest", kFacts,
     "a factory's table of devices: CSV, TSV, a JSON array, the rows of spake2p gen-verifier",
     "spake2p gen-verifier --count 100 --out verifiers.csv",
     "a table of devices|what spake2p gen-verifier writes|"},
    {"commissioner-log", kTexts,
     "a commissioner's log: chip-tool, python controller, matter.js, Android, Home Assistant",
     "chip-tool pairing ... --trace-to json:log, or its output as it is", "a commissioner's log|"},
    {"onboarding-text", kTexts, "text with an MT: payload or a manual pairing code",
     "echo MT:... > label.txt", "text with an onboarding code|"},
    {"label-image", kTexts,
     "the label with its QR code: PNG, JPEG, WebP, HEIC, BMP, TIFF, GIF or PDF",
     "photograph it sharp and flat", "a picture of a label|"},
    {"source-text", kTexts,
     "source code, notes, hex dumps with credentials: C arrays, xxd, base64, PEM in JSON", "",
     "source text or a dump with a credential in it|base64 or hex of DER|"},
    {"archive", kContainers,
     "zip, 7z, tar, gzip, zstd, xz, bzip2, lz4; what is inside is read in turn", "",
     "an archive (zip, tar, 7z, gz, zst, xz, bz2, lz4)|"},
    {"intel-hex", kContainers, "Intel HEX of a flash image", "", "Intel HEX|"},
    {"s-record", kContainers, "Motorola S-records (.s19, .s37) of a flash image", "", "S-records|"},
    {"elf", kContainers, "an ELF file of a firmware with credentials in it", "", "an ELF file|"},
    {"ota-image", kContainers, "a Matter software image; also for --ota",
     "ota_image_tool.py of the SDK", "a Matter OTA image|"},
    {"raw", kContainers,
     "UF2, TI-TXT, and anything else: certificates and declarations are searched for inside", "",
     "a flash image in UF2|TI-TXT|a certificate, a certification declaration, a key, a vendor's "
     "dump, a "
     "log or a payload|"},
};

std::string groups_of(const auto& each) {
  std::string out;
  std::string_view group;
  for (const EvidenceKind& one : kKinds) {
    out += each(one, group != one.group);
    group = one.group;
  }
  return out;
}

}  // namespace

std::span<const EvidenceKind> evidence_kinds() {
  return kKinds;
}

std::string formats_text(size_t width) {
  constexpr size_t kColumn = 22;
  return groups_of([&](const EvidenceKind& one, bool first) {
    std::string out = first ? fmt::format("{}{}:\n", &one == kKinds ? "" : "\n", one.group) : "";
    out += fmt::format("  {:<{}}{}\n", one.kind, kColumn - 2,
                       wrap(one.what, width - kColumn, kColumn));
    if (*one.made_by != '\0')
      out +=
          fmt::format("{}{}\n", std::string(kColumn, ' '),
                      wrap(fmt::format("by: {}", one.made_by), width - kColumn - 4, kColumn + 4));
    return out;
  });
}

std::string formats_json() {
  Json list{Json::Array{}};
  for (const EvidenceKind& one : kKinds)
    list.push(Json(Json::Object{})
                  .set("kind", one.kind)
                  .set("group", one.group)
                  .set("what", one.what)
                  .set("made_by", *one.made_by == '\0' ? Json() : Json(one.made_by)));
  return dump_pretty(Json(Json::Object{})
                         .set("schema", "matter-attest/formats/1")
                         .set("formats", std::move(list)));
}

std::string formats_markdown() {
  return "# Formats\n\nWhat is read, and how one gets it. A file is recognised by its content, "
         "never by its name. This file is made by\n`matter-attest formats --format markdown`; a "
         "test compares the two.\n" +
         groups_of([](const EvidenceKind& one, bool first) {
           std::string out =
               first ? fmt::format(
                           "\n## {}\n\n| kind | what is read | how it is made |\n|---|---|---|\n",
                           one.group)
                     : "";
           return out + fmt::format("| `{}` | {} | {} |\n", one.kind, one.what, one.made_by);
         });
}

}  // namespace attest::cli
