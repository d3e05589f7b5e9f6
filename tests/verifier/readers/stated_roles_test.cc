// Places that state which certificate lies in them: requests of a log, names in a text, members,
// columns. Every reader that is told of a role, and each that is not, from one list: a new reader
// stands in it, or a test fails.

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "codecs/loader.h"
#include "fixtures/forge/device_builder.h"
#include "tests/support/naming_forms.h"
#include "tests/support/pasted_forms.h"
#include "tests/support/readings.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"
#include "verifier/pki/cms.h"
#include "verifier/readers/credentials/role_names.h"
#include "verifier/readers/formats.h"
#include "verifier/rules/check.h"

using namespace attest;
using namespace attest::test;

namespace {

// --- the device ------------------------------------------------------------------------------

const forge::Device& device() {
  static const forge::Device made =
      forge::make(forge::good_plan_of("stated-roles", 0xFFE0, 0x8000));
  return made;
}
Bytes root() {
  return forge::certificate(forge::paa_any().plan, forge::paa_any().key);
}
Bytes as_bytes(std::string_view s) {
  return to_bytes(view(s));
}

std::string indented(std::string_view lines) {
  std::string out = "  ";
  for (size_t i = 0; i < lines.size(); ++i)
    out += lines[i] == '\n' && i + 1 < lines.size() ? "\n  " : std::string(1, lines[i]);
  return out;
}

struct File {
  std::string name;
  Bytes bytes;
};
Report judged(const std::vector<File>& files) {
  TrustStore trust = TrustStore::builtin(false);
  REQUIRE(trust.add_paa(parse_certificate(root()).value(), Origin::given, "paa").has_value());
  Reading reading;
  reading.codecs = &codecs::direct();
  for (const File& file : files) {
    const auto done =
        read_evidence({.path = file.name, .bytes = file.bytes, .base = 0, .member = true}, reading);
    CHECK_MESSAGE(done.has_value(), file.name);
  }
  const Policy policy{.network = Network::none,
                      .at = parse_rfc3339(forge::kAt).value(),
                      .required = {},
                      .show_passcode = false};
  Evidence evidence = gather(std::move(reading), policy, trust, nullptr, openssl_engine());
  verify_signatures(evidence, openssl_engine());
  return attest::judge(evidence);
}
// Every failure, with its words.
std::string failures(const Report& report) {
  std::string out;
  for (const Finding& f : report.findings) {
    if (f.status == Status::fail) out += fmt::format("{}: {}\n", f.check->id, f.message.view());
  }
  return out;
}

// --- the list ----------------------------------------------------------------------------------

std::string array(std::string_view name, View v) {
  return fmt::format("const uint8_t {}[] = {{\n    {}\n}};\n", name,
                     listed(v, "0x{:02x}", ", ", 12, ",\n    "));
}
std::string of_request(bool dmg, int type, View answer) {
  const std::string in = "[1780000000.100000][42:43] CHIP:";
  if (!dmg) {
    return fmt::format(
        "{0}TOO: Command: operationalcredentials certificate-chain-request {1} 1 0\n"
        "{0}TOO: Endpoint: 0 Cluster: 0x0000_003E Command 0x0000_0003\n"
        "{0}TOO:   CertificateChainResponse: {{\n{0}TOO:     certificate: {2}\n{0}TOO:    }}\n",
        in, type, hex(answer));
  }
  return fmt::format(
      "{0}DMG: InvokeRequestMessage =\n{0}DMG: ClusterId = 0x3e,\n{0}DMG: CommandId = 0x2,\n"
      "{0}DMG: 0x0 = {1},\n{0}DMG: InvokeResponseMessage =\n{0}DMG: ClusterId = 0x3e,\n"
      "{0}DMG: CommandId = 0x3,\n{0}DMG: 0x0 = [\n{0}DMG: {2}\n{0}DMG: ] ({3} bytes)\n",
      in, type, listed(answer, "0x{:02x}", ", "), answer.size());
}
// As the SDK's commissioners do: a step, its answer, and that it ended.
std::string of_steps(View dac, View pai) {
  const auto step = [](const char* name, const char* next, View answer) {
    const std::string dump = of_request(true, 1, answer),
                      in = "[1780000000.100000][42:43] CHIP:CTL: ";
    return fmt::format(
        "{0}Performing next commissioning step '{1}'\n{2}"
        "{0}Successfully finished commissioning step '{1}'\n"
        "{0}Commissioning stage next step: '{1}' -> '{3}'\n",
        in, name, dump.substr(dump.find("[1780000000.100000][42:43] CHIP:DMG: InvokeResponse")),
        next);
  };
  return step("SendPAICertificateRequest", "SendDACCertificateRequest", pai) +
         step("SendDACCertificateRequest", "SendAttestationRequest", dac);
}
std::string of_matter_js(int type, View answer) {
  const std::string in =
      "2026-08-29 11:36:01.400 INFO ClientInteraction Invoke {} @0:0•349a⇵d553 "
      "0x0.OperationalCredentials:0x3e.certificateChainRequest:0x2 ";
  return fmt::format(fmt::runtime(in), "»") + fmt::format("with certificateType: {}\n", type) +
         fmt::format(fmt::runtime(in), "«") + fmt::format("certificate: {}\n", hex(answer));
}

const Stating kStating[] = {
    {&commissioner_log_reader, "chip-tool's read-out", Takes::bytes,
     [](View d, View p) { return of_request(false, 1, d) + of_request(false, 2, p); }},
    {&commissioner_log_reader, "chip-tool's dump, the PAI first", Takes::bytes,
     [](View d, View p) { return of_request(true, 2, p) + of_request(true, 1, d); }},
    {&commissioner_log_reader, "steps", Takes::bytes, of_steps},
    {&commissioner_log_reader, "matter.js", Takes::bytes,
     [](View d, View p) { return of_matter_js(1, d) + of_matter_js(2, p); }},
    {&vector_json_reader, "vector", Takes::bytes,
     [](View d, View p) {
       return fmt::format(R"({{"dac_cert":"{}","pai_cert":"{}"}})", hex(d), hex(p));
     }},
    {&source_text_reader, "arrays", Takes::bytes,
     [](View d, View p) { return array("kDacCert", d) + array("kPaiCert", p); }},
    {&source_text_reader, "development arrays", Takes::bytes,
     [](View d, View p) {
       return array("kDevelopmentDAC_Cert_FFF1_8000", d) + array("kDevelopmentPAI_Cert_FFF1", p);
     }},
    {&source_text_reader, "macros", Takes::bytes,
     [](View d, View p) {
       return fmt::format("#define DAC_CERT {}\n#define PAI_CERT {}\n", listed(d, "0x{:02x}", ", "),
                          listed(p, "0x{:02x}", ", "));
     }},
    {&source_text_reader, "Python", Takes::bytes,
     [](View d, View p) {
       return fmt::format("dac_cert = bytes.fromhex(\"{}\")\npai_cert = bytes.fromhex(\"{}\")\n",
                          hex(d), hex(p));
     }},
    {&source_text_reader, "PEM literals", Takes::pem,
     [](View d, View p) {
       return fmt::format("dac = '''{}'''\npai = '''{}'''\n", pem(d), pem(p));
     }},
    {&source_text_reader, "ESP's table", Takes::bytes,
     [](View d, View p) {
       return fmt::format(
           "key,type,encoding,value\nchip-factory,namespace,,\ndac-cert,data,hex2bin,{}\n"
           "pai-cert,data,hex2bin,{}\n",
           hex(d), hex(p));
     }},
    {&source_text_reader, "matter.js's storage", Takes::bytes,
     [](View d, View p) {
       return fmt::format(R"({{"certificate":"{}","intermediateCertificate":"{}"}})", hex(d),
                          hex(p));
     }},
    {&source_text_reader, "JSON", Takes::base64,
     [](View d, View p) {
       return fmt::format(R"({{"out":{{"dacCertificate":"{}","paiCertificate":"{}"}}}})", base64(d),
                          base64(p));
     }},
    {&source_text_reader, "YAML", Takes::base64,
     [](View d, View p) { return fmt::format("dac: {}\npai: {}\n", base64(d), base64(p)); }},
    {&linux_ini_reader, "settings", Takes::bytes,
     [](View d, View p) {
       return fmt::format("[DEFAULT]\ndac-cert={}\npai-cert={}\n", base64(d), base64(p));
     }},
    {&cpms_json_reader, "cpms.json", Takes::bytes,
     [](View d, View p) {
       return fmt::format(
           R"({{"matter":{{"attestation_credentials":{{"dac_cert":"{}","pai_cert":"{}"}}}}}})",
           hex(d), hex(p));
     }},
    {&device_json_reader, "device.json", Takes::base64,
     [](View d, View p) {
       return fmt::format(R"({{"vendor_id":"0xFFE0","product_id":"0x8000","dac":"{}","pai":"{}"}})",
                          base64(d), base64(p));
     }},
    {&manifest_reader, "columns", Takes::base64,
     [](View d, View p) {
       return fmt::format("serial,dac_cert,pai_cert\nA1,{},{}\n", base64(d), base64(p));
     }},
    {&manifest_reader, "PEM in YAML", Takes::pem,
     [](View d, View p) {
       return fmt::format("dac: |\n{}pai: |\n{}", indented(pem(d)), indented(pem(p)));
     }},
};
std::vector<Stating> all_stating() {
  std::vector<Stating> out(std::begin(kStating), std::end(kStating));
  out.insert(out.end(), std::begin(kNaming), std::end(kNaming));
  return out;
}
// Slots of vendors' containers: slots_test.cc has them all.
const Reader* const kSlots[] = {&nordic_json_reader,      &ti_factory_json_reader,
                                &telink_summary_reader,   &esp_flash_reader,
                                &esp_nvs_reader,          &esp_secure_cert_reader,
                                &silabs_provision_reader, &telink_reader,
                                &nordic_reader,           &nxp_reader,
                                &bouffalolab_reader,      &silabs_flash_reader,
                                &ti_factory_reader};
// What they read states no role, or is handed back to the readers.
const Reader* const kStateNone[] = {&own_output_reader,
                                    &archive_reader,
                                    &label_image_reader,
                                    &ti_txt_reader,
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
                                    &attribute_json_reader,
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
                                    &esp_nvs_keys_reader,
                                    &intel_hex_reader,
                                    &s_record_reader,
                                    &elf_reader,
                                    &firmware_reader,
                                    &erased_flash_reader,
                                    &elements_reader,
                                    &text_der_reader,
                                    &nearly_device_json_reader,
                                    &damaged_reader,
                                    &blob_reader,
                                    &onboarding_text_reader,
                                    &drawing_reader,
                                    &carve_reader};

// --- what lies in a place instead
// -----------------------------------------------------------------

struct Wrong {
  const char* name;
  Bytes dac, pai;
  std::string alone, beside;  // the one failure, by itself and where the right ones lie beside it
};
std::vector<Wrong> wrongs(Takes takes) {
  const Bytes &d = device().dac, &p = device().pai;
  constexpr const char *kDac = "dac.is-one-certificate: ", *kPai = "pai.is-one-certificate: ";
  std::vector<Wrong> out = {
      {"swapped", p, d, "pai.is-not-a-device-certificate: DAC and PAI are swapped",
       std::string(kDac) + "|holds a PAI, expected the DAC: swapped, "},
      {"the PAI twice", p, p,
       "dac.is-not-the-pai: the same certificate stands as the DAC and as the PAI: it is the PAI",
       std::string(kDac) + "|holds a PAI, expected the DAC"},
      {"the DAC twice", d, d,
       "pai.is-not-a-device-certificate: the same certificate stands as the DAC and as the PAI",
       std::string(kPai) + "|holds a DAC, expected the PAI"},
      {"a root", d, root(), "", std::string(kPai) + "|holds a root, expected the PAI"}};
  if (takes == Takes::pem) return out;
  const auto both = [&](const char* name, Bytes dac, const std::string& words) {
    out.push_back({name, std::move(dac), p, kDac + ("|" + words), kDac + ("|" + words)});
  };
  both("zeros", Bytes(200, 0), "holds 200 bytes of 00, expected the DAC in DER");
  both("erased", Bytes(200, 0xFF), "holds 200 bytes of FF, expected the DAC in DER");
  if (takes == Takes::bytes) both("text", as_bytes(pem(d)), "holds PEM, expected the DAC in DER");
  Bytes longer = d;
  longer.push_back(0x01);
  out.push_back({"longer", longer, p, "dac.has-no-trailing-bytes: 1 byte follows after the DAC",
                 "dac.has-no-trailing-bytes: 1 byte follows after the DAC"});
  return out;
}
// One line, which begins so and has what stands behind a '|'.
void check_one(const std::string& found, const std::string& wanted, const std::string& what) {
  const size_t bar = std::min(wanted.find('|'), wanted.size());
  CHECK_MESSAGE(std::count(found.begin(), found.end(), '\n') == 1, what << "\n" << found);
  CHECK_MESSAGE(found.starts_with(wanted.substr(0, bar)), what << "\n" << found);
  CHECK_MESSAGE(found.find(wanted.substr(std::min(bar + 1, wanted.size()))) != std::string::npos,
                what << "\n"
                     << found);
}

std::vector<File> beside() {
  return {{"dac.der", device().dac}, {"pai.der", device().pai}};
}

}  // namespace

TEST_CASE("stated roles: each reader states them here, has slots, or states none") {
  std::multiset<const Reader*> listed_here;
  std::set<const Reader*> stating;
  for (const Stating& s : kStating) stating.insert(s.reader);
  listed_here.insert(stating.begin(), stating.end());
  listed_here.insert(std::begin(kSlots), std::end(kSlots));
  listed_here.insert(std::begin(kStateNone), std::end(kStateNone));
  for (const Reader* reader : readers())
    CHECK_MESSAGE(listed_here.count(reader) == 1, reader->kind << ": " << reader->expects);
  CHECK(listed_here.size() == readers().size());
}

TEST_CASE("stated roles: what is in its place is no fault, whatever lies beside it") {
  for (const Stating& s : all_stating()) {
    CAPTURE(std::string(s.name));
    const Bytes right = as_bytes(s.write(device().dac, device().pai));
    CHECK(reader_of({.path = "x", .bytes = right, .base = 0, .member = true}) == s.reader);
    CHECK(failures(judged({{"x", right}})) == "");
    std::vector<File> files = beside();
    files.push_back({"x", right});
    CHECK(failures(judged(files)) == "");
  }
}

TEST_CASE("stated roles: every place, everything that may lie in it instead") {
  size_t tried = 0;
  for (const Stating& s : all_stating()) {
    for (const Wrong& wrong : wrongs(s.takes)) {
      const File file{"x", as_bytes(s.write(wrong.dac, wrong.pai))};
      const std::string what = fmt::format("{}: {}", s.name, wrong.name);
      if (!wrong.alone.empty()) check_one(failures(judged({file})), wrong.alone, what);
      for (const bool first : {true, false}) {
        std::vector<File> files = beside();
        files.insert(first ? files.begin() : files.end(), file);
        check_one(failures(judged(files)), wrong.beside, what + (first ? ", first" : ", last"));
        ++tried;
      }
    }
  }
  CHECK(tried > 200);
}

TEST_CASE("stated roles: an answer to nobody knows what states none") {
  const Bytes &d = device().dac, &p = device().pai;
  const std::string dac = of_request(false, 1, d), pai = of_request(false, 2, p);
  const auto request = [](const std::string& both) { return both.substr(0, both.find('\n') + 1); };
  const auto answer = [](const std::string& both) { return both.substr(both.find('\n') + 1); };
  for (const std::string& log :
       {request(dac) + pai + answer(dac), request(dac) + request(pai) + answer(dac) + answer(pai),
        dac + answer(pai), answer(dac) + pai, answer(pai) + answer(dac), request(dac) + dac + pai,
        dac + pai + pai + dac, dac + answer(dac) + pai})
    CHECK(failures(judged({{"c.log", as_bytes(log)}})) == "");
  // An empty answer is one, though another attempt may follow.
  const std::string empty = of_request(true, 2, {});
  std::vector<File> files = beside();
  files.push_back({"c.log", as_bytes(of_request(true, 1, d) + empty)});
  check_one(failures(judged(files)), "identity.one-pai: the evidence holds 2 different PAIs",
            "empty");
  files.back().bytes = as_bytes(of_request(true, 1, d) + empty + of_request(true, 2, p));
  CHECK(failures(judged(files)) == "");
}

TEST_CASE("stated roles: a name that says more, a list and a file's name state none") {
  const Bytes &d = device().dac, &p = device().pai;
  const std::string chain = pem(p) + pem(d);
  for (const std::string& innocent :
       {"Issuer of DAC: " + hex(p) + "\n", "DAC issuer: " + hex(p) + "\n",
        "the dac's chain = " + hex(p) + "\n", "dac.der: " + base64(p) + "\n",
        "dac_pem = '''" + chain + "'''\n", "dac: |\n" + chain,
        fmt::format(R"({{"dac":["{}","{}"]}})", hex(p), hex(d)),
        fmt::format(R"({{"dac":{{"issuer":"{}"}}}})", hex(p)),
        fmt::format(R"({{"certificate":"{}"}})", hex(p)),
        fmt::format(R"({{"Certificate":"{}","CertificateChain":"{}"}})", base64(p), base64(root())),
        fmt::format(R"({{"certificate":"{}","intermediateCertificate":"{}"}})", base64(p),
                    base64(root())),
        array("dac_pem", as_bytes(pem(d))), std::string("uint8_t dac_cert[600] = {0};\n"),
        array("scratch", Bytes(200, 0)), array("kPaaCert", root()),
        "data:\n  dac: " + base64(view(pem(d))) + "\n",
        // Columns, and places that stand empty or were closed before.
        "<tr>\n<td>DAC</td>\n<td>PAI</td>\n</tr>\n<tr>\n<td>" + base64(d) + "</td>\n<td>" +
            base64(p) + "</td>\n</tr>\n",
        "<tr>\n<th>DAC</th>\n<th>PAI</th>\n</tr>\n<tr>\n<td><pre>" + pem(d) +
            "</pre></td>\n<td><pre>" + pem(p) + "</pre></td>\n",
        "<tr><th>PAI</th></tr>\n<tr><th>DAC</th></tr>\n<tr><td>" + base64(p) +
            "</td></tr>\n<tr><td>" + base64(d) + "</td></tr>\n",
        "DAC:\nPAI:\n" + base64(d) + "\n" + base64(p) + "\n",
        "PAA:\n\nPAI:\n" + base64(root()) + "\n\n" + base64(p) + "\n",
        "x = {\n  pai: [\n  ],\n  all: [\n    \"" + base64(d) + "\"\n  ]\n}\n",
        "x = { pai: [], all: [ \"" + base64(d) + "\" ] }\n",
        "x = pai: \"\", cert: \"" + base64(d) + "\"\n",
        "<pai></pai>\n<cert>" + base64(d) + "</cert>\n", "<pai/><cert>" + base64(d) + "</cert>\n",
        "<pai/>\n<cert>" + base64(d) + "</cert>\n", "PAI:\n---\n" + base64(d) + "\n",
        "<tr><th>PAI</th><th>Data</th></tr>\n<tr><td></td><td>" + base64(d) + "</td></tr>\n"}) {
    std::vector<File> files = beside();
    files.push_back({"x", as_bytes(innocent)});
    CHECK_MESSAGE(failures(judged(files)) == "", innocent.substr(0, 200));
  }
  CHECK(failures(judged({{"dac.der", p}, {"pai.der", d}})) == "");
  // The time of a log is no part of a name.
  for (const char* time : {"2026-01-01T10:00:10.1Z ", "2026-01-01 10:00:10 ", "[10:00:10.250] ",
                           "2026-01-01T10:00:10+02:00 "}) {
    std::vector<File> files = beside();
    files.push_back({"x", as_bytes(std::string(time) + "dac_cert: " + hex(p) + "\n")});
    check_one(failures(judged(files)), "dac.is-one-certificate: |holds a PAI, expected the DAC",
              time);
  }
}

TEST_CASE("stated roles: a place that holds something of another kind") {
  const Bytes &d = device().dac, &p = device().pai, &cd = device().cd;
  const Bytes tlv = to_bytes(parse_cms(cd).value().content);
  const forge::Device other = forge::make(forge::good_plan_of("another", 0xFFE0, 0x8000));
  const auto key_of = [](View der) { return to_bytes(parse_certificate(der).value()->public_key); };
  const struct {
    const char* name;
    Bytes value;
    const char* told;
  } rows[] = {
      {"dac_cert", cd,
       "dac.is-one-certificate: |holds a certification declaration, expected the DAC"},
      {"kDacCert", cd,
       "dac.is-one-certificate: |holds a certification declaration, expected the DAC"},
      {"pai_cert", cd,
       "pai.is-one-certificate: |holds a certification declaration, expected the PAI"},
      {"certification_declaration", d,
       "cms.is-signed-data: |holds a DAC, expected the certification declaration"},
      {"cert_dclrn", p, "cms.is-signed-data: |holds a PAI, expected the certification declaration"},
      {"kCertificationDeclaration", tlv,
       "cms.is-signed-data: |holds the content of a declaration, which nobody signed, expected the "
       "certification declaration"},
      {"cd", root(), "cms.is-signed-data: |holds a root, expected the certification declaration"},
      {"dac_public_key", key_of(other.dac),
       "key.public-key-is-the-dacs: the public key beside the DAC is not the DAC's"},
      {"kDacPublicKey", key_of(p),
       "key.public-key-is-the-dacs: the public key beside the DAC is not the DAC's"},
      {"dac_public_key", key_of(d), ""},
      {"cd_signer", root(), ""},
      {"certification_declaration", cd, ""},
      {"cd_cert", root(), ""},
      {"declaration_cert", root(), ""},
      {"kDeclarationCertDer", root(), ""},
      {"certification_declaration_certificate", root(), ""},
  };
  for (const auto& row : rows) {
    for (const std::string& file :
         {array(row.name, row.value),
          fmt::format("{} = bytes.fromhex(\"{}\")\n", row.name, hex(row.value)),
          fmt::format(R"({{"out":{{"{}":"{}"}}}})", row.name, hex(row.value)),
          fmt::format(R"({{"{}":"{}"}})", row.name, base64(row.value)),
          fmt::format("{}: {}\n", row.name, hex(row.value)),
          fmt::format("[DEFAULT]\n{}={}\n", row.name, base64(row.value)),
          fmt::format("sn,{}\nA1,{}\n", row.name, hex(row.value)),
          fmt::format("{} = \"{}\"\n", row.name, base64(row.value)),
          fmt::format("| name | value |\n|---|---|\n| {} | {} |\n", row.name, hex(row.value))}) {
      const std::string what = file.substr(0, 120);
      std::vector<File> files = beside();
      files.push_back({"cd.der", cd});
      files.push_back({"x", as_bytes(file)});
      std::string found = failures(judged(files));
      const size_t signer = found.find("cd.signer-is-trusted");  // none is given here
      if (signer != std::string::npos) found.erase(signer, found.find('\n', signer) + 1 - signer);
      if (*row.told == '\0') {
        CHECK_MESSAGE(found == "", what);
      } else {
        check_one(found, row.told, what);
      }
    }
  }
}

TEST_CASE("roles: the name that stands beside a block's value") {
  for (const char* list : {"- name: DAC_CERT\n  value: |\n    ", "- name: DAC_CERT\n  value: |\n\n",
                           "[[part]]\nname = \"DAC_CERT\"\nvalue = \"\"\"\n"}) {
    CAPTURE(list);
    CHECK(role_before(list, std::string_view(list).size()) == FactId::dac);
  }
}

TEST_CASE(
    "roles: a name beside a value is of the value's own item, above it, behind it or on its line") {
  const std::string value(120, 'M');
  const struct {
    const char* begin;  // up to a value
    const char* end;    // behind it
    std::optional<FactId> role;
  } lists[] = {
      {"- name: pai_cert\n  value: ", "\n", FactId::pai},
      {"- name: pai_cert\n- value: ", "\n", FactId::pai},
      {"- value: ", "\n  name: pai_cert\n", FactId::pai},
      {"-\n  data: ", "\n  name: pai_cert\n", FactId::pai},
      {"- data: ", "\n  size: 3\n  name: pai_cert\n", FactId::pai},
      {"- pem: |\n    -----BEGIN CERTIFICATE-----\n    ", "\n    QUJD\n  name: pai_cert\n",
       std::nullopt},  // the block is asked as a whole, from its beginning
      {"- {name: pai_cert, value: ", "}\n", FactId::pai},
      {"- {id: 3, name: pai_cert, size: 4, value: ", "}\n", FactId::pai},
      {"- {value: ", ", name: pai_cert}\n", FactId::pai},
      {"[[part]]\ndata = \"", "\"\nname = \"pai_cert\"\n", FactId::pai},
      {"{\n  data: '", "',\n  name: 'pai_cert',\n},", FactId::pai},
      {"- name: pai_cert\n  size: 3\n  value: ", "\n", FactId::pai},
      {"-\n  Name: pai_cert\n  size: 3\n  Data: ", "\n", FactId::pai},
      {"[[part]]\nname = \"pai_cert\"\nsize = 3\ndata = \"", "\"\n", FactId::pai},
      {"{\n  name: 'pai_cert',\n  size: 3,\n  data: '", "',\n},", FactId::pai},
      {"  {.name = \"pai_cert\", .data = \"", "\"},\n", FactId::pai},
      {"    {Name: \"pai_cert\", Data: \"", "\"},\n", FactId::pai},
      {"{'name': 'pai_cert', 'value': b'", "'}\n", FactId::pai},
      {"part = { name = \"pai_cert\", data = \"", "\" }\n", FactId::pai},
      // Of another item, of a whole file, or of none.
      {"name: pai-job-4\ndate: 2026\ncert: ", "\n", std::nullopt},
      {"- name: pai_cert\n\n  value: ", "\n", std::nullopt},
      {"- name: pai_cert\n  file: x\n- size: 3\n  value: ", "\n", std::nullopt},
      {"- data: ", "\n- name: pai_cert\n  data: QUJD\n", std::nullopt},
      {"  name: pai_cert\n- value: ", "\n  name: dac_cert\n", FactId::dac},
      {"- data: QUJD\n  name: pai_cert\n- data: ", "\n", std::nullopt},
      {"- {data: ", "}\n- {name: pai_cert}\n", std::nullopt},
      {"[[part]]\ndata = \"", "\"\n[[part]]\nname = \"pai_cert\"\n", std::nullopt},
      {"- size: ", "\n  name: pai_cert\n", std::nullopt},
      {"  data: ", "\nname: pai_cert\n", std::nullopt},
  };
  for (const auto& list : lists) {
    CAPTURE(std::string(list.begin) + " ... " + list.end);
    const std::string begin = list.begin;
    CHECK(role_before(begin + value + list.end, begin.size()) == list.role);
  }
  const std::string block = "- pem: |\n    -----BEGIN CERTIFICATE-----\n    " + value +
                            "\n    -----END CERTIFICATE-----\n  name: pai_cert\n";
  CHECK(role_before(block, block.find("-----")) == FactId::pai);
}

TEST_CASE("stated roles: a list of several items keeps to their names, quoted or not") {
  const auto block = [](const Bytes& value) {
    std::string out = "    -----BEGIN CERTIFICATE-----\n", text = base64(value);
    for (size_t at = 0; at < text.size(); at += 64) out += "    " + text.substr(at, 64) + "\n";
    return out + "    -----END CERTIFICATE-----\n";
  };
  using Item = std::function<std::string(const char* name, const Bytes& value)>;
  const Item items[] = {
      [](auto name, auto& v) { return fmt::format("- name: {}\n  value: {}\n", name, base64(v)); },
      [](auto name, auto& v) { return fmt::format("- value: {}\n  name: {}\n", base64(v), name); },
      [](auto name, auto& v) { return fmt::format("-\n  data: {}\n  key: {}\n", hex(v), name); },
      [](auto name, auto& v) {
        return fmt::format("- {{name: {}, value: {}}}\n", name, base64(v));
      },
      [](auto name, auto& v) { return fmt::format("- {{data: {}, name: {}}}\n", base64(v), name); },
      [&](auto name, auto& v) { return fmt::format("- name: {}\n  pem: |\n{}", name, block(v)); },
      [&](auto name, auto& v) { return fmt::format("- pem: |\n{}  name: {}\n", block(v), name); },
  };
  for (const Item& item : items) {
    const Bytes &dac = device().dac, &pai = device().pai;
    CAPTURE(item("dac_cert", {1}));
    for (const bool first : {true, false}) {
      const auto list = [&](const Bytes& d, const Bytes& p) {
        const std::string a = item("dac_cert", d), b = item("pai_cert", p);
        return File{"x.yaml", as_bytes("parts:\n" + (first ? a + b : b + a))};
      };
      std::vector<File> right = beside(), swapped = beside();
      right.push_back(list(dac, pai));
      swapped.push_back(list(pai, dac));
      CHECK(failures(judged(right)) == "");
      const std::string found = failures(judged(swapped));
      const bool told = found.find("holds a PAI, expected the DAC") != std::string::npos ||
                        found.find("holds a DAC, expected the PAI") != std::string::npos;
      CHECK_MESSAGE(told, found);
    }
  }
}
