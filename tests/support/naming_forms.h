// The forms in which texts name their values, each with a DAC and a PAI: what a name states is held
// to in all of them.
#pragma once

#include <fmt/format.h>

#include <string>

#include "tests/support/pasted_forms.h"
#include "verifier/base/json.h"
#include "verifier/pki/key.h"
#include "verifier/readers/formats.h"

namespace attest::test {

inline std::string pem(View der) {
  return to_pem("CERTIFICATE", der);
}

enum class Takes : uint8_t { bytes, base64, pem };  // what a value of this place may be written as
struct Stating {
  const Reader* reader;
  const char* name;
  Takes takes;
  std::string (*write)(View dac, View pai);
};
// The forms of text that the reader of source text takes, each with its own way to name a value.
inline const Stating kNaming[] = {
    {&source_text_reader, "YAML below a device", Takes::base64,
     [](View d, View p) {
       return fmt::format("device:\n  dac_cert: {}\n  pai_cert: {}\n", base64(d), base64(p));
     }},
    {&source_text_reader, "YAML's binary", Takes::base64,
     [](View d, View p) {
       return fmt::format("device:\n  dac_cert: !!binary |\n{}  pai_cert: !!binary |\n{}",
                          in_chunks(base64(d), 64, "    ", "\n"),
                          in_chunks(base64(p), 64, "    ", "\n"));
     }},
    {&source_text_reader, "YAML, folded", Takes::bytes,
     [](View d, View p) {
       return fmt::format("device:\n  dac_cert: >-\n{}  pai_cert: >-\n{}",
                          in_chunks(hex(d), 64, "    ", "\n"), in_chunks(hex(p), 64, "    ", "\n"));
     }},
    {&source_text_reader, "YAML's list of bytes", Takes::bytes,
     [](View d, View p) {
       return fmt::format("dac_cert:\n  - {}\npai_cert:\n  - {}\n", listed(d, "0x{:02x}", "\n  - "),
                          listed(p, "0x{:02x}", "\n  - "));
     }},
    {&pem_reader, "TOML's text", Takes::pem,
     [](View d, View p) {
       return fmt::format("[device]\ndac_cert = \"\"\"\n{}\"\"\"\npai_cert = \"\"\"\n{}\"\"\"\n",
                          pem(d), pem(p));
     }},
    {&source_text_reader, "a list of properties", Takes::base64,
     [](View d, View p) {
       return fmt::format(
           "<plist version=\"1.0\">\n<dict>\n\t<key>dacCertificate</key>\n\t<data>\n"
           "{}\t</data>\n\t<key>paiCertificate</key>\n\t<data>\n{}\t</data>\n"
           "</dict>\n</plist>\n",
           in_chunks(base64(d), 64, "\t", "\n"), in_chunks(base64(p), 64, "\t", "\n"));
     }},
    {&source_text_reader, "properties", Takes::base64,
     [](View d, View p) {
       return fmt::format("# device\ndac.cert={}\npai.cert={}\n", base64(d), base64(p));
     }},
    {&source_text_reader, "properties, continued", Takes::bytes,
     [](View d, View p) {
       return fmt::format("dac.cert = \\\n{}\npai.cert = \\\n{}\n",
                          in_chunks(hex(d), 64, "    ", " \\\n"),
                          in_chunks(hex(p), 64, "    ", " \\\n"));
     }},
    {&source_text_reader, "properties, escaped", Takes::pem,
     [](View d, View p) {
       const auto escaped = [](std::string block) {
         for (size_t at = 0; (at = block.find('\n', at)) != std::string::npos; ++at)
           block.replace(at, 1, "\\n");
         return block;
       };
       return fmt::format("dac.certificate={}\npai.certificate={}\n", escaped(pem(d)),
                          escaped(pem(p)));
     }},
    {&source_text_reader, "Kconfig", Takes::bytes,
     [](View d, View p) {
       return fmt::format("CONFIG_CHIP_DAC_CERT=\"{}\"\nCONFIG_CHIP_PAI_CERT=\"{}\"\n", hex(d),
                          hex(p));
     }},
    {&source_text_reader, "XML, a name beside the value", Takes::base64,
     [](View d, View p) {
       return fmt::format(
           "<device>\n  <cert name=\"dac_cert\">{}</cert>\n"
           "  <cert name=\"pai_cert\">{}</cert>\n</device>\n",
           base64(d), base64(p));
     }},
    {&source_text_reader, "a table of HTML", Takes::base64,
     [](View d, View p) {
       return fmt::format(
           "<table><tr><td>dac_cert</td><td>{}</td></tr>"
           "<tr><td>pai_cert</td><td>{}</td></tr></table>",
           base64(d), base64(p));
     }},
    {&source_text_reader, "headings of HTML", Takes::pem,
     [](View d, View p) {
       return fmt::format("<h2>DAC</h2><pre>{}</pre><h2>PAI</h2><pre>{}</pre>", pem(d), pem(p));
     }},
    {&pem_reader, "blocks of Markdown", Takes::pem,
     [](View d, View p) {
       return fmt::format(
           "# Sample\n\nDAC certificate:\n\n```pem\n{}```\n\n"
           "PAI certificate:\n\n```\n{}```\n",
           pem(d), pem(p));
     }},
    {&source_text_reader, "Kotlin", Takes::bytes,
     [](View d, View p) {
       return fmt::format("val DAC_CERT = byteArrayOf({})\nval PAI_CERT = byteArrayOf({})\n",
                          listed(d, "0x{:02x}.toByte()", ", "),
                          listed(p, "0x{:02x}.toByte()", ", "));
     }},
    {&source_text_reader, "Swift", Takes::base64,
     [](View d, View p) {
       return fmt::format(
           "let dacCert = Data(base64Encoded: \"{}\")!\n"
           "let paiCert = Data(base64Encoded: \"{}\")!\n",
           base64(d), base64(p));
     }},
    {&source_text_reader, "labels of assembler", Takes::bytes,
     [](View d, View p) {
       return fmt::format("dac_cert:\n  .byte {}\npai_cert:\n  .byte {}\n",
                          listed(d, "0x{:02x}", ", ", 8, "\n  .byte "),
                          listed(p, "0x{:02x}", ", ", 8, "\n  .byte "));
     }},
    {&source_text_reader, "JSON, an object each", Takes::base64,
     [](View d, View p) {
       return fmt::format(R"({{"credentials":{{"dac":{{"certificate":"{}"}},)"
                          R"("pai":{{"certificate":"{}"}}}}}})",
                          base64(d), base64(p));
     }},
    {&source_text_reader, "JSON, names and values", Takes::base64,
     [](View d, View p) {
       return fmt::format(R"([{{"name":"dac_cert","value":"{}"}},)"
                          R"({{"name":"pai_cert","value":"{}"}}])",
                          base64(d), base64(p));
     }},
    {&source_text_reader, "members of objects", Takes::bytes,
     [](View d, View p) {
       return fmt::format(
           "self.dac_cert = bytes.fromhex(\"{}\")\n$cfg['pai_cert'] = hex2bin('{}');\n", hex(d),
           hex(p));
     }},
    {&source_text_reader, "YAML, names and values", Takes::base64,
     [](View d, View p) {
       return fmt::format(
           "env:\n  - name: dac_cert\n    value: \"{}\"\n  - name: pai_cert\n    value: \"{}\"\n",
           base64(d), base64(p));
     }},
    {&source_text_reader, "TOML, names and values", Takes::bytes,
     [](View d, View p) {
       return fmt::format(
           "[[item]]\nname = \"dac_cert\"\nvalue = \"{}\"\n\n[[item]]\nname = \"pai_cert\"\nvalue "
           "= "
           "\"{}\"\n",
           hex(d), hex(p));
     }},
    {&source_text_reader, "the names in full", Takes::base64,
     [](View d, View p) {
       return fmt::format(
           "deviceAttestationCertificate = \"{}\"\n"
           "productAttestationIntermediate = \"{}\"\n",
           base64(d), base64(p));
     }},
    {&vector_json_reader, "the vector's names, base64", Takes::pem,
     [](View d, View p) {
       return fmt::format(R"({{"dac_cert":"{}","pai_cert":"{}"}})", base64(d), base64(p));
     }},
    {&vector_json_reader, "the vector's names, hex with colons", Takes::pem,
     [](View d, View p) {
       return fmt::format(R"({{"dac_cert":"{}","pai_cert":"{}"}})", listed(d, "{:02X}", ":"),
                          listed(p, "{:02X}", ":"));
     }},
    {&vector_json_reader, "the vector's names, PEM", Takes::pem,
     [](View d, View p) {
       return dump(Json(Json::Object{}).set("dac_cert", pem(d)).set("pai_cert", pem(p)));
     }},
    {&source_text_reader, "the vector's names, a remark", Takes::bytes, [](View d, View p) {
       return fmt::format(
           "{{\n  // factory\n  \"dac_cert\": \"{}\", /* x */\n"
           "  \"pai_cert\": \"{}\"\n}}\n",
           hex(d), hex(p));
     }}};

}  // namespace attest::test
