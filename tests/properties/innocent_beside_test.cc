// What lies beside a good device and is nobody's damaged credential: it changes no verdict. And
// what looks like that and is a credential, in forms that people paste.

#include <algorithm>
#include <string>
#include <vector>

#include "codecs/loader.h"
#include "tests/support/damaged_beside.h"
#include "tests/support/der_writer.h"
#include "tests/support/label_pictures.h"
#include "tests/support/pasted_forms.h"
#include "verifier/checks/catalogue.h"
#include "verifier/pki/key.h"

using namespace attest;
using namespace attest::test;

namespace {

constexpr const char* kDamaged = "evidence.credentials-are-readable";

std::string fails(const Report& report) {
  std::string out;
  for (const Finding* f : report.all(Status::fail))
    out += (out.empty() ? "" : " ") + std::string(f->check->id);
  return out;
}
std::string beside(const DeviceBeside& device, const Bytes& bytes) {
  const Report report = device.judge(Beside::second_dac, bytes);
  const std::string failed = fails(report);
  return failed.empty() && report.verdict != Verdict::approve ? "undecided" : failed;
}
std::string beside(const DeviceBeside& device, std::string_view text) {
  return beside(device, to_bytes(view(text)));
}

Bytes number(size_t octets) {
  Bytes out(octets, 0x5B);
  for (size_t i = 0; i < octets; ++i) out[i] = static_cast<uint8_t>(0x41 + 7 * i);
  return tlv(der::kInteger, out);
}
Bytes web(bool ca) {
  CertificateParts parts;
  parts.subject = sequence({cn(ca ? "Web CA" : "example.com")});
  parts.issuer = sequence({cn("Web CA")});
  parts.signer = 1;  // whose key it has
  if (ca) parts.extensions = {extension("2.5.29.19", sequence({raw("0101ff")}), true)};
  return parts.der();
}
// A request of an RSA key.
Bytes web_request() {
  const Bytes rsa = sequence({object_id("1.2.840.113549.1.1.1"), raw("0500")});
  const Bytes info = sequence({integer(0), sequence({cn("example.com")}),
                               sequence({rsa, bits(sequence({number(129), raw("0203010001")}))}),
                               tlv(0xA0, Bytes{})});
  return sequence(
      {info, sequence({object_id("1.2.840.113549.1.1.11"), raw("0500")}), bits(Bytes(128, 0x33))});
}
std::string url(View der) {
  std::string out = base64(der);
  std::replace(out.begin(), out.end(), '+', '-');
  std::replace(out.begin(), out.end(), '/', '_');
  return out;
}

}  // namespace

TEST_CASE(
    "innocent beside a good device: keys, parameters, requests, certificates of other trades") {
  const DeviceBeside device;
  const Bytes secret(32, 0x77);
  const struct {
    std::string name, label;
    Bytes der;
  } rows[] = {
      {"Ed25519", "PRIVATE KEY", join({raw("302e020100300506032b657004220420"), secret})},
      {"X25519", "PRIVATE KEY", join({raw("302e020100300506032b656e04220420"), secret})},
      {"Ed25519, public", "PUBLIC KEY", join({raw("302a300506032b6570032100"), secret})},
      {"X25519, public", "PUBLIC KEY", join({raw("302a300506032b656e032100"), secret})},
      {"brainpoolP256r1", "EC PRIVATE KEY",
       sequence({integer(1), octets(secret), tlv(0xA0, object_id("1.3.36.3.3.2.8.1.1.7"))})},
      {"DH parameters", "DH PARAMETERS", sequence({number(128), integer(2)})},
      {"DSA parameters", "DSA PARAMETERS", sequence({number(128), number(20), number(128)})},
      {"a curve without a name", "EC PARAMETERS",
       sequence({integer(1), sequence({object_id("1.2.840.10045.1.1"), number(32)}),
                 sequence({octets(secret), octets(secret)}), octets(point(3)), number(32),
                 integer(1)})},
      {"a web request", "CERTIFICATE REQUEST", web_request()},
      {"a web leaf on P-256", "CERTIFICATE", web(false)},
      {"a web authority on P-256", "CERTIFICATE", web(true)},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(beside(device, row.der) == "");
    CHECK(beside(device, to_pem(row.label.c_str(), row.der)) == "");
    CHECK(beside(device, base64(row.der) + "\n") == "");
  }
  CHECK(beside(device, to_pem("EC PARAMETERS", object_id("1.2.840.10045.3.1.7"))) == "");
  CHECK(beside(device, object_id("1.2.840.10045.3.1.7")) == "");
  // A dump, small too, with a whole certificate of the web in it.
  CHECK(beside(device, join({Bytes(64, 0xFF), web(true), Bytes(200, 0)})) == "");
  // The device's kind of key, damaged, is no innocent.
  const Bytes key =
      sequence({integer(1), octets(scalar(9)), tlv(0xA0, object_id("1.2.840.10045.3.1.7"))});
  for (const size_t size : {key.size() - 1, key.size() - 9, size_t{40}})
    CHECK(beside(device, to_bytes(View(key).first(size))) == kDamaged);
}

TEST_CASE("innocent beside a good device: pictures, documents, images and tables of other trades") {
  const DeviceBeside device;
  Bytes blink(512, 0);  // one block of UF2
  const uint8_t head[] = {'U', 'F', '2', '\n', 0x57, 0x51, 0x5D, 0x9E},
                end[] = {0x30, 0x6F, 0xB1, 0x0A};
  std::copy(std::begin(head), std::end(head), blink.begin());
  std::copy(std::begin(end), std::end(end), blink.end() - 4);
  blink[16] = 100, blink[24] = 1;
  CHECK(beside(device, blink) == "");
  for (const char* text :
       {"%PDF-1.4\n% a manual that is cut\n", "RIFF\x10\x20\x30\x40WEBPVP8 ....",
        "GIF89a..............", "II*\x01.............", "BZh91AY&SY..............",
        "7z\xBC\xAF\x27\x1C..........", "\xFD\x37zXZ..............",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0h7v1\"/></svg>\n",
        "{\"elements\": [{\"name\": \"a\", \"len\": 1}]}\n",
        "{\"attributes\": {\"0/41/2\": 1, \"1/6/0\": true}}\n", "0,1,2,3,4\n5,6,7,8,9\n",
        "0000000 001 002 003 004\n0000004 005 006 007 010\n0000010\n",
        "[1, 2] <deadbeef 00112233 44556677 8899aabb>\n"}) {
    CAPTURE(text);
    CHECK(beside(device, text) == "");
  }
}

TEST_CASE("beside a good device: a label of another product is refused in whatever format") {
  const DeviceBeside device;
  for (const label::Picture& picture : label::pictures()) {
    CAPTURE(picture.name);
    const auto read = codecs::direct().picture(picture.bytes);
    const bool unread = !read && read.error().what.find("made without") != std::string::npos;
    CHECK((beside(device, picture.bytes) == "") == unread);
    // Cut, it says nothing.
    CHECK(beside(device, to_bytes(View(picture.bytes).first(60))) == "");
  }
}

TEST_CASE("innocent beside a good device: the key of a certificate of another trade") {
  const DeviceBeside device;
  const Bytes key =
      sequence({integer(1), octets(scalar(1)), tlv(0xA0, object_id("1.2.840.10045.3.1.7")),
                tlv(0xA1, bits(point(1)))});
  const std::string pem = to_pem("CERTIFICATE", web(false)), own = to_pem("EC PRIVATE KEY", key),
                    lone = "key.belongs-to-dac";
  CHECK(beside(device, pem + own) == "");
  CHECK(beside(device, own + pem) == "");
  CHECK(beside(device, "<cert>\n" + pem + "</cert>\n<key>\n" + own + "</key>\n") == "");
  CHECK(beside(device, "data:\n  tls.crt: " + base64(view(pem)) +
                           "\n  tls.key: " + base64(view(own)) + "\n") == "");
  CHECK(beside(device, pem + to_pem("PUBLIC KEY", public_key(point(1)))) == "");
  // One that issued itself, as a test server's does, and one of version 1, which says nothing.
  CertificateParts alone, bare;
  alone.subject = alone.issuer = sequence({cn("localhost")});
  alone.signer = 1;
  bare.subject = sequence({cn("www")});
  bare.issuer = sequence({cn("Web CA")});
  bare.version.clear();
  bare.extensions.clear();
  for (const CertificateParts& parts : {alone, bare})
    CHECK(beside(device, to_pem("CERTIFICATE", parts.der()) + own) == "");
  // Of nobody, and said to be the DAC's.
  CHECK(beside(device, own) == lone);
  CHECK(beside(device, to_pem("PUBLIC KEY", public_key(point(1)))) == "key.public-key-is-the-dacs");
  CHECK(beside(device, pem + to_pem("PUBLIC KEY", public_key(point(5)))) ==
        "key.public-key-is-the-dacs");
  CHECK(beside(device, "{\"dac_private_key\":\"" + hex(scalar(5)) + "\",\"cert\":\"" +
                           base64(web(false)) + "\"}") == lone);
  // Of a device's.
  CertificateParts dac;
  CHECK(beside(device, to_pem("CERTIFICATE", dac.der()) + own) != "");
}

TEST_CASE("innocent beside a good device: keys that services publish, of tunnels and signers") {
  const DeviceBeside device;
  const Bytes of = point(5);
  const auto member = [&](size_t from) {
    std::string out = url(View(of).subspan(from, 32));
    return out.substr(0, out.find('='));
  };
  const std::string jwk = "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"1\",\"x\":\"" + member(1) +
                          "\",\"y\":\"" + member(33) + "\"}",
                    base = base64(scalar(5));
  CHECK(beside(device, "{\"keys\":[" + jwk + "]}") == "");
  CHECK(beside(device, "{\"verificationMethod\":[{\"id\":\"#1\",\"publicKeyJwk\":" + jwk + "}]}") ==
        "");
  CHECK(beside(device, jwk) == "key.public-key-is-the-dacs");
  CHECK(beside(device, "# to the Matter lab\n[Interface]\nPrivateKey = " + base +
                           "\nAddress = 10.0.0.2/24\n") == "");
  CHECK(beside(device, "# of the Matter lab\n[signing]\nPrivateKey = " + base + "\n") ==
        "key.belongs-to-dac");
  const std::string json = "{\"kdf\":{\"name\":\"scrypt\"},\"ciphertext\":\"" + base + "\"}";
  for (const char* label : {"ENCRYPTED SIGSTORE PRIVATE KEY", "ENCRYPTED COSIGN PRIVATE KEY"})
    CHECK(beside(device, to_pem(label, view(json))) == "");
}

TEST_CASE("innocent beside a good device: keys that are called another trade's") {
  const DeviceBeside device;
  const Bytes der =
      sequence({integer(1), octets(scalar(5)), tlv(0xA0, object_id("1.2.840.10045.3.1.7")),
                tlv(0xA1, bits(point(5)))});
  const std::string pem = to_pem("EC PRIVATE KEY", der),
                    shown = to_pem("PUBLIC KEY", public_key(point(5)));
  const auto escaped = [](const std::string& block) {
    std::string out;
    for (const char c : block) out += c == '\n' ? std::string("\\n") : std::string(1, c);
    return out;
  };
  const auto array = [](const std::string& name, View v) {
    return "const uint8_t " + name + "[] = {\n" + listed(v, "0x{:02x}", ", ", 12, ",\n") + "};\n";
  };
  const struct {
    std::string name;
    bool others;
  } rows[] = {{"jwt_signing_key", true},
              {"OTA_PUBLIC_KEY", true},
              {"kMqttClientKey", true},
              {"dac_signing_key", false},
              {"attestation_server_key", false},
              {"signature_of_the_lamp", false},
              {"key", false}};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const std::string secret = row.others ? "" : "key.belongs-to-dac",
                      open = row.others ? "" : "key.public-key-is-the-dacs";
    for (const auto& [block, told] : {std::pair(pem, secret), std::pair(shown, open)}) {
      CHECK(beside(device, row.name + "=\"" + escaped(block) + "\"\n") == told);
      CHECK(beside(device, "{\"x\":{\"" + row.name + "\":\"" + escaped(block) + "\"}}") == told);
      CHECK(beside(device, "## " + row.name + "\n\n```\n" + block + "```\n") == told);
      CHECK(beside(device, row.name + ": |\n" + in_chunks(block, block.size(), "", "")) == told);
    }
    CHECK(beside(device, array(row.name, der)) == secret);
    CHECK(beside(device, array(row.name, public_key(point(5)))) == open);
  }
  CHECK(beside(device, array("ecdsa_pub_key", public_key(point(5)))) == "");
  // A sentence about a key names no trade, nor does a word that a device's own key may have.
  for (const char* words :
       {"private key of the device, release build", "Key exported by the signing server:",
        "device_private_key (production release)", "the update server's note"}) {
    CAPTURE(words);
    CHECK(beside(device, "# " + std::string(words) + "\n" + pem) == "key.belongs-to-dac");
  }
  // The name stands beside the value.
  CHECK(beside(device, "keys:\n- name: JWT_SIGNING_KEY\n  value: |\n" + pem) == "");
  CHECK(beside(device, "keys:\n- name: KEY\n  value: |\n" + pem) == "key.belongs-to-dac");
  CHECK(beside(device, R"([{"name":"JWT_SIGNING_KEY","value":")" + escaped(pem) + "\"}]") == "");
  CHECK(beside(device, R"([{"name":"KEY","value":")" + escaped(pem) + "\"}]") ==
        "key.belongs-to-dac");
  // The key of a certificate above the DAC is a leak, whatever it is called.
  const forge::DevicePlan plan = forge::good_plan_of("damaged-beside", 0xFFE0, 0x8000);
  const Bytes leak = sequence(
      {integer(1), octets(plan.pai_key.scalar), tlv(0xA0, object_id("1.2.840.10045.3.1.7"))});
  CHECK(beside(device, "signing_key=\"" + escaped(to_pem("EC PRIVATE KEY", leak)) + "\"\n") ==
        "key.is-no-authority-key");
}

TEST_CASE("innocent beside a good device: a bundle with another trade's key") {
  const DeviceBeside device;
  const auto content = [](const Bytes& inside) {
    return sequence({object_id("1.2.840.113549.1.7.1"), tlv(0xA0, octets(inside))});
  };
  const auto bundle = [&](const Bytes& key) {
    const Bytes bag = sequence({object_id("1.2.840.113549.1.12.10.1.1"), tlv(0xA0, key)});
    return sequence({integer(3), content(sequence({content(sequence({bag}))}))});
  };
  const auto info = [](const Bytes& algorithm, const Bytes& key) {
    return sequence({integer(0), algorithm, octets(key)});
  };
  const Bytes rsa = sequence({object_id("1.2.840.113549.1.1.1"), raw("0500")}),
              numbers = sequence({integer(0), number(128), integer(3), number(128), number(64)});
  CHECK(beside(device, bundle(info(rsa, numbers))) == "");
  const Bytes p256 = sequence({object_id("1.2.840.10045.2.1"), object_id("1.2.840.10045.3.1.7")}),
              key = sequence({integer(1), octets(scalar(5))});
  CHECK(beside(device, bundle(info(p256, key))) == "key.belongs-to-dac");
  CHECK(beside(device, bundle(info(p256, raw("0400")))) == "factory.is-intact");
}

TEST_CASE("innocent beside a good device: a form that nobody filled in") {
  const DeviceBeside device;
  CHECK(beside(device, "{\"dac_cert\":\"\",\"pai_cert\":\"\"}") == "");
  CHECK(beside(device, "dac_cert: \"\"\npai_cert: <base64 of the PAI>\n") == "");
}

TEST_CASE("innocent beside a good device: a converter's tables are called \"dac\", too") {
  const DeviceBeside device;
  const auto array = [](const char* name, size_t size, uint8_t with) {
    return "static uint8_t " + std::string(name) + "[] = {\n" +
           listed(Bytes(size, with), "0x{:02x}", ", ", 12, ",\n") + "};\n";
  };
  const std::string wrong = "dac.is-one-certificate";
  for (const char* name : {"dac", "dac_buffer", "kDac", "DAC_DATA"}) {
    CAPTURE(name);
    CHECK(beside(device, array(name, 256, 0)) == "");
    CHECK(beside(device, array(name, 512, 0xFF)) == "");
    CHECK(beside(device, "{\"" + std::string(name) + "\":[" + listed(Bytes(256, 0), "{}", ",") +
                             "]}") == "");
  }
  CHECK(beside(device, "const uint8_t dac_key_map[32] = {" + listed(scalar(5), "0x{:02x}", ",") +
                           "};\n") == "");
  // A certificate's place, by its name or by what stands beside it.
  const std::string zeros = hex(Bytes(64, 0));
  CHECK(beside(device, "serial,dac,pai\nS1," + zeros + "," + zeros + "\n").find(wrong) !=
        std::string::npos);
  CHECK(beside(device, "// attestation of the sample\n" + array("kDac", 256, 0)) == wrong);
  CHECK(beside(device, "{\"vendor_id\":\"0xFFE0\",\"product_id\":\"0x8000\",\"dac\":\"" +
                           base64(Bytes(256, 0)) + "\"}") == wrong);
  CHECK(beside(device, array("kDacCert", 256, 0)) == wrong);
  CHECK(beside(device, "{\"dacCertificate\":[" + listed(Bytes(256, 0), "{}", ",") + "]}") == wrong);
  CHECK(beside(device, "{\"dac\":[" + listed(Bytes(256, 0), "{}", ",") + "],\"pai\":\"" +
                           base64(device.whole(Beside::second_pai)) + "\"}")
            .find(wrong) != std::string::npos);
}

TEST_CASE("innocent beside a good device: text that speaks of PEM") {
  const DeviceBeside device;
  const std::string pem = to_pem("CERTIFICATE", device.whole(Beside::second_dac)),
                    begin = "-----BEGIN CERTIFICATE-----", end = "-----END CERTIFICATE-----";
  const std::string rows[] = {
      "In the log a line \"" + begin + "\" starts the chain; paste all of it.\n",
      "# How to\n\n" + begin + "\n<your certificate here>\n" + end + "\n",
      "```\n" + begin + "\n...\n" + end + "\n```\nSend the DAC like this.\n",
      begin + "\nMIIB...\n" + end + "\n",
      "if (strstr(p, \"" + begin + "\") == NULL) return -1;\nfind(\"" + end + "\");\n",
      "#define BEGIN \"" + begin + "\\n\"\n#define END \"" + end + "\\n\"\n",
      "grep -c '" + begin + "' chain.pem\n",
      begin + "\n" + end + "\nEC PRIVATE KEY\nCERTIFICATE REQUEST\n",
      std::string("GLIBC_2.34\n") + begin + "\n-----BEGIN \n" + end + "\nBad PEM header\n",
      "(at least the part from \"" + begin + "\" up to \"-----END\nCERTIFICATE-----\")\n",
  };
  for (const std::string& row : rows) {
    CAPTURE(row);
    CHECK(beside(device, row) == "");
  }
  CHECK(beside(device, join({raw("7f454c46020101000000"), to_bytes(view("pem\0" + begin)),
                             Bytes(40, 0), to_bytes(view(end)), Bytes(9, 0)})) == "");
  // The same words around a credential, cut or changed.
  std::string changed = pem;
  changed[90] = changed[90] == 'A' ? 'B' : 'A';
  for (const std::string& row :
       {pem.substr(0, 200), begin + "\nAAAA\n", changed,
        "see\n" + pem.substr(0, 300) + "\n" + end + "\n", pem.substr(100)}) {
    CAPTURE(row);
    CHECK(beside(device, row) != "");
  }
}

TEST_CASE("beside a good device: credentials in source text, whole, changed and cut") {
  const DeviceBeside device;
  const Bytes& dac = device.whole(Beside::second_dac);
  const auto array = [](View v) {
    return "const uint8_t x[] = {\n" + listed(v, "0x{:02x}", ", ", 12, ",\n") + "};\n";
  };
  const auto dump = [](View v) { return in_lines(v, xxd_line); };
  for (const size_t bit : {size_t{1}, size_t{9}, size_t{40}, 4 * dac.size(), 7 * dac.size()}) {
    CAPTURE(bit);
    CHECK(beside(device, array(damaged(dac, bit))) != "");
    CHECK(beside(device, dump(damaged(dac, bit))) != "");
  }
  // The head of something, and no more: the rest is not there, and no damage.
  for (const size_t lines : {2, 3, 5, 10})
    CHECK(beside(device, dump(View(dac).first(16 * lines))) == "");
  // Behind more than a MiB of a log, and across that.
  std::string log;
  for (size_t i = 0; log.size() < (1u << 20) - 700; ++i)
    log += "I (1) wifi: " + xxd_line(i, {}) + "\n";
  for (const size_t more : {0, 700, 4000}) {
    log += std::string(more, 'x') + "\n";
    CHECK(beside(device, log + array(dac) + "done\n") == "identity.one-dac");
  }
}

TEST_CASE("beside a good device: base64url is read as base64 is") {
  const DeviceBeside device;
  const Bytes& dac = device.whole(Beside::second_dac);
  std::string padded = url(dac), bare = padded;
  while (bare.ends_with('=')) bare.pop_back();
  REQUIRE(padded.find_first_of("-_") != std::string::npos);
  for (const std::string& one : {padded, bare}) {
    for (const std::string& text :
         {one, one + "\n", in_chunks(one, 64, "", "\n"), in_chunks(one, 76, "", "\r\n"),
          "const char* dac = \"" + one + "\";\n", "dac: " + one + "\n",
          "{\"made\": \"x\", \"cert\": \"" + one + "\"}\n"}) {
      CAPTURE(text);
      CHECK(beside(device, text) == "identity.one-dac");
    }
    CHECK(beside(device, one.substr(0, one.size() / 2)) == kDamaged);
    CHECK(beside(device, "-----BEGIN CERTIFICATE-----\n" + in_chunks(one, 64, "", "\n") +
                             "-----END CERTIFICATE-----\n") != "");
  }
  CHECK(beside(device, "see test-case_of-the-Very-long_NameWith42Words-and-2-Dashes_in-it\n") ==
        "");
}
