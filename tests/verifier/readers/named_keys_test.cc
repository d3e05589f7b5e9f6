// Private keys without a form that says so: 32 bytes that are called a private key, a JWK, what
// openssl prints, OpenSSH's block. Each counts as the same key in DER does: another device's is a
// finding, the PAI's own one of its own, the device's shows possession.

#include "verifier/readers/credentials/named_keys.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "tests/support/damaged_beside.h"
#include "tests/support/der_writer.h"
#include "tests/support/naming_forms.h"
#include "tests/support/pasted_forms.h"
#include "tests/support/readings.h"
#include "verifier/checks/catalogue.h"
#include "verifier/crypto/crypto.h"
#include "verifier/pki/key.h"

using namespace attest;
using namespace attest::test;

namespace {

std::string fails(const Report& report) {
  std::string out;
  for (const Finding* f : report.all(Status::fail))
    out += (out.empty() ? "" : " ") + std::string(f->check->id);
  return out;
}

Status answer(const Report& report, std::string_view id) {
  for (const Finding& f : report.findings) {
    if (f.check->id == id) return f.status;
  }
  return Status::unknown;
}

std::string url(View bytes) {
  std::string out = base64(bytes);
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out.substr(0, out.find('='));
}
Bytes x_of(View scalar) {
  const Point key = *public_key_of(scalar);
  return to_bytes(View(key).subspan(1, 32));
}
Bytes y_of(View scalar) {
  const Point key = *public_key_of(scalar);
  return to_bytes(View(key).subspan(33, 32));
}
std::string jwk(View scalar) {
  return fmt::format(R"({{"kty":"EC","crv":"P-256","x":"{}","y":"{}","d":"{}"}})",
                     url(x_of(scalar)), url(y_of(scalar)), url(scalar));
}
std::string c_array(std::string_view name, View v) {
  return fmt::format("static const uint8_t {}[] = {{ {} }};\n", name, listed(v, "0x{:02x}", ", "));
}
std::string printed(View v) {
  std::string out;
  for (size_t at = 0; at < v.size(); at += 15) {
    const View line = v.subspan(at, std::min<size_t>(15, v.size() - at));
    out += "    " + listed(line, "{:02x}", ":") + (at + 15 < v.size() ? ":\n" : "\n");
  }
  return out;
}
std::string openssl_text(View scalar) {
  return "Private-Key: (256 bit)\npriv:\n" + printed(scalar) + "pub:\n" +
         printed(*public_key_of(scalar)) + "ASN1 OID: prime256v1\nNIST CURVE: P-256\n";
}
Bytes field(View v) {
  Bytes out{0, 0, static_cast<uint8_t>(v.size() >> 8), static_cast<uint8_t>(v.size())};
  out.insert(out.end(), v.begin(), v.end());
  return out;
}
Bytes openssh_block(View scalar, std::string_view kind = "ecdsa-sha2-nistp256",
                    std::string_view cipher = "none") {
  const Bytes point = to_bytes(*public_key_of(scalar));
  Bytes number = to_bytes(scalar);
  if (number[0] >= 0x80) number.insert(number.begin(), 0);
  const Bytes shown = join({field(view(kind)), field(view("nistp256")), field(point)});
  Bytes inner = join({Bytes{1, 2, 3, 4, 1, 2, 3, 4}, shown, field(number), field(view("me"))});
  for (uint8_t fill = 1; inner.size() % 8 != 0; ++fill) inner.push_back(fill);
  return join({Bytes(view("openssh-key-v1").begin(), view("openssh-key-v1").end()), Bytes{0},
               field(view(cipher)), field(view("none")), field({}), Bytes{0, 0, 0, 1}, field(shown),
               field(inner)});
}
std::string openssh(View scalar) {
  return to_pem("OPENSSH PRIVATE KEY", openssh_block(scalar));
}

struct Form {
  const char* name;
  std::string (*write)(View scalar);
};
const Form kForms[] = {
    {"C array", [](View k) { return c_array("kDacPrivateKey", k); }},
    {"C array of a named length, in lines",
     [](View k) {
       return "const uint8_t kDacPrivateKey[kPrivateKeyLength] =\n{\n    " +
              listed(k, "0x{:02x}", ", ", 12, ",\n    ") + "\n};\n";
     }},
    {"C array with a zero before it",
     [](View k) {
       return c_array("kDacPrivateKey", join({Bytes{0}, to_bytes(k)}));
     }},
    {"designated",
     [](View k) { return ".dac_private_key = { " + listed(k, "0x{:02x}", ", ") + " },\n"; }},
    {"macro", [](View k) { return "#define DAC_PRIVATE_KEY \"" + hex(k) + "\"\n"; }},
    {"xxd -i",
     [](View k) {
       return "unsigned char pai_private_key_bin[] = {\n  " + listed(k, "0x{:02x}", ", ") +
              "\n};\nunsigned int pai_private_key_bin_len = 32;\n";
     }},
    {"Rust",
     [](View k) {
       return "pub const DAC_KEY: [u8; 32] = [" + listed(k, "0x{:02x}", ", ") + "];\n";
     }},
    {"Go",
     [](View k) { return "var dacPrivateKey = []byte{" + listed(k, "0x{:x}", ", ") + "}\n"; }},
    {"JavaScript",
     [](View k) {
       return "export const dac = {\n    privateKey: Bytes.fromHex(\"" + hex(k) + "\"),\n};\n";
     }},
    {"JavaScript over lines",
     [](View k) {
       return "const dacKey = PrivateKey(\n  Bytes.fromHex(\n    \"" + hex(k) + "\"));\n";
     }},
    {"Python", [](View k) { return "DAC_KEY = bytes.fromhex(\"" + hex(k) + "\")\n"; }},
    {"Python bytes", [](View k) { return "PAI_KEY = b\"" + listed(k, "\\x{:02x}", "") + "\"\n"; }},
    {"Python call",
     [](View k) { return "store.put(\"dac_key\", unhexlify(\"" + hex(k) + "\"))\n"; }},
    {"Python map", [](View k) { return "m[\"pai-private-key\"] = \"" + hex(k) + "\"\n"; }},
    {"environment", [](View k) { return "export DAC_KEY=0x" + hex(k) + "\n"; }},
    {"environment, base64", [](View k) { return "DAC_PRIVATE_KEY=\"" + base64(k) + "\"\n"; }},
    {"YAML", [](View k) { return "pai_key: " + hex(k) + "\n"; }},
    {"YAML in lines",
     [](View k) {
       return "dac_private_key: |\n  " + hex(k.first(16)) + "\n  " + hex(k.last(16)) + "\n";
     }},
    {"TOML", [](View k) { return "[credentials]\ndac_key = \"" + hex(k) + "\"\n"; }},
    {"ini", [](View k) { return "[dac]\nprivate_key = " + hex(k) + "\n"; }},
    {"CSV of names", [](View k) { return "dac_key,data,hex2bin," + hex(k) + "\n"; }},
    {"CSV of one device",
     [](View k) { return "serial_number,dac_private_key\nA1," + hex(k) + "\n"; }},
    {"XML", [](View k) { return "<dac_key>" + hex(k) + "</dac_key>\n"; }},
    {"XML, an attribute",
     [](View k) { return "<item name=\"dac_private_key\">" + hex(k) + "</item>\n"; }},
    {"prose", [](View k) { return "The DAC's private key is " + hex(k) + " (keep it).\n"; }},
    {"prose, colons", [](View k) { return "PAI private key: " + listed(k, "{:02X}", ":") + "\n"; }},
    {"JSON", [](View k) { return "{\"dac_key\":\"" + hex(k) + "\"}"; }},
    {"JSON, nested", [](View k) { return "{\"dac\":{\"private_key\":\"" + base64(k) + "\"}}"; }},
    {"JSON, base64url", [](View k) { return "{\"x\":[{\"paiPrivateKey\":\"" + url(k) + "\"}]}"; }},
    {"JSON, 0x", [](View k) { return "{\"dacPrivateKey\":\"0x" + hex(k) + "\"}"; }},
    {"JSON, numbers", [](View k) { return "{\"dacPrivateKey\":[" + listed(k, "{}", ",") + "]}"; }},
    {"JSON, a Buffer",
     [](View k) {
       return "{\"dacKey\":{\"type\":\"Buffer\",\"data\":[" + listed(k, "{}", ",") + "]}}";
     }},
    {"JSON of a vector",
     [](View k) { return "{\"basic_info_pid\":32768,\"dac_key\":\"" + hex(k) + "\"}"; }},
    {"JWK", jwk},
    {"JWK, bare", [](View k) { return R"({"kty":"EC","crv":"P-256","d":")" + url(k) + "\"}"; }},
    {"JWKS", [](View k) { return "{\"keys\":[" + jwk(k) + "]}"; }},
    {"JWK in a document", [](View k) { return "The key:\n```json\n" + jwk(k) + "\n```\n"; }},
    {"openssl ec -text", openssl_text},
    {"OpenSSH", openssh},
    {"OpenSSH in a string",
     [](View k) {
       std::string out;
       for (const char c : openssh(k)) out += c == '\n' ? std::string("\\n") : std::string(1, c);
       return "key = \"" + out + "\"\n";
     }},
};

std::string replaced(std::string s, std::string_view what, std::string_view with) {
  for (size_t at = 0; (at = s.find(what, at)) != std::string::npos; at += with.size())
    s.replace(at, what.size(), with);
  return s;
}
// A form that names a DAC, with the DAC's key in its place. ("private" or "public")
std::string with_key(const Stating& form, View key, View pai, const std::string& which) {
  const std::string big = which == "private" ? "PRIVATE" : "PUBLIC",
                    first = which == "private" ? "Private" : "Public";
  std::string out = form.write(key, pai);
  for (const char* name : {"dacCertificate", "dacCert"})
    out = replaced(out, name, "dac" + first + "Key");
  out = replaced(out, "deviceAttestationCertificate", "deviceAttestation" + first + "Key");
  out = replaced(out, "{\"dac\":{\"certificate\"", "{\"dac\":{\"" + which + "Key\"");
  out = replaced(out, "DAC_CERT", "DAC_" + big + "_KEY");
  out = replaced(out, "dac_cert", "dac_" + which + "_key");
  for (const char* name : {"dac.certificate", "dac.cert"})
    out = replaced(out, name, "dac." + which + ".key");
  return out;
}

struct World {
  DeviceBeside device;
  forge::DevicePlan plan = forge::good_plan_of("damaged-beside", 0xFFE0, 0x8000);
  Bytes other = scalar(7);

  Report of(std::string_view beside) const { return device.judge(Beside::list, view(beside)); }
};

}  // namespace

TEST_CASE("named keys: every form counts as the same key in DER does") {
  const World w;
  for (const Form& form : kForms) {
    CAPTURE(std::string(form.name));
    const std::string another = form.write(w.other);
    const Report report = w.of(another);
    CHECK(fails(report) == "key.belongs-to-dac");
    for (const Finding& f : report.findings) {
      CHECK(f.message.find(hex(w.other)) == std::string::npos);
      if (f.check->id == std::string_view("key.belongs-to-dac")) {
        CHECK(f.message == "the private key is not the DAC's");
        CHECK(f.source.find(kBesidePath) != std::string::npos);
      }
    }
    CHECK(fails(w.of(form.write(w.plan.pai_key.scalar))) == "key.is-no-authority-key");
    const Report own = w.of(form.write(w.plan.dac_key.scalar));
    CHECK(fails(own) == "");
    CHECK(answer(own, "attestation.possession-is-shown") == Status::pass);
  }
}

TEST_CASE("named keys: every form of text names them, private and public") {
  const World w;
  size_t tried = 0;
  const Bytes pai = forge::make(w.plan).pai;
  const auto point_of = [](View scalar) { return to_bytes(*public_key_of(scalar)); };
  for (const Stating& form : kNaming) {
    if (form.takes == Takes::pem) continue;  // a block says itself what it is
    CAPTURE(std::string(form.name));
    const Bytes& own = w.plan.dac_key.scalar;
    CHECK(fails(w.of(with_key(form, w.other, pai, "private"))) == "key.belongs-to-dac");
    const Report report = w.of(with_key(form, own, pai, "private"));
    CHECK(fails(report) == "");
    CHECK(answer(report, "attestation.possession-is-shown") == Status::pass);
    ++tried;
    if (std::string_view(form.name) == "the names in full") continue;  // (of phones' keys, too)
    CHECK(fails(w.of(with_key(form, point_of(w.other), pai, "public"))) ==
          "key.public-key-is-the-dacs");
    CHECK(fails(w.of(with_key(form, point_of(own), pai, "public"))) == "");
  }
  CHECK(tried > 12);
  // In a heading and in an element beside it, too.
  for (const char* text :
       {"## DAC private key\n\n```\n{}\n```\n", "## DAC\n\nPrivate key:\n\n    {}\n",
        "<key name=\"dacPrivateKey\">\n  <value>{}</value>\n</key>\n",
        "dac:\n  private_key: >-\n    {}\n"}) {
    CAPTURE(std::string(text));
    CHECK(fails(w.of(fmt::format(fmt::runtime(text), hex(w.other)))) == "key.belongs-to-dac");
    const std::string of_point = replaced(replaced(text, "Private", "Public"), "private", "public");
    CHECK(fails(w.of(fmt::format(fmt::runtime(of_point), hex(point_of(w.other))))) ==
          "key.public-key-is-the-dacs");
  }
}

TEST_CASE("named keys: a private key of any trade is a device's where the text speaks of ours") {
  const World w;
  const std::string key = hex(w.other);
  const struct {
    const char* text;
    bool ours;
  } rows[] = {
      {"{{\"privateKey\":\"{}\",\"certificate\":\"AA==\",\"for\":\"a Matter device\"}}", true},
      {"# attestation of the sample\nPRIVATE_KEY={}\n", true},
      {"# DAC and PAI\nprivate_key: {}\n", true},
      {"PRIVATE_KEY={}\n", false},
      {"{{\"wallet\":{{\"private_key\":\"{}\"}}}}", false},
      {"[Interface]\nPrivateKey = {}\nAddress = 10.0.0.1\n", false},
      {"a formatter's private_key: {}\n", false},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.text));
    const std::string text = fmt::format(fmt::runtime(row.text), key);
    const Reading reading = read_bytes(view(text), {}, "notes.txt");
    // (Without a word of ours they are bare bytes, which count when they fit the DAC.)
    CHECK(count(reading, FactId::private_key) == (row.ours ? 1 : 0));
    CHECK(count(reading, FactId::blob) == (row.ours ? 0 : 1));
  }
  // Of JSON a credential beside it tells.
  forge::Device good = forge::make(w.plan);
  for (const bool first : {true, false}) {
    const std::string a = "\"privateKey\":\"" + key + "\"",
                      b = "\"certificate\":\"" + base64(good.dac) + "\"";
    CHECK(fails(w.of("{" + (first ? a + "," + b : b + "," + a) + "}")) == "key.belongs-to-dac");
  }
}

TEST_CASE("named keys: what is none") {
  const World w;
  const std::string key = hex(w.other);
  for (const std::string& text :
       {c_array("kDacAttestationNonce", w.other),
        "sha256(dac_private_key) = " + key + "\n",
        "dac_private_key_sha256: " + key + "\n",
        "DAC_PRIVATE_KEY_ENCRYPTED=" + key + "\n",
        "dac_key_id: " + key + "\n",
        "aes_key=" + key + "\n",
        "dac key file hash: " + key + "\n",
        "The DAC's private key stays in the element. Nonce: " + key + "\n",
        "The private key of the DAC stays in the secure element, and this is what the firmware "
        "was built as: " +
            key + "\n",
        "# How the DAC private key is kept\n\n## Example\n\n```\n" + key + "\n```\n",
        "## Encrypted DAC private key\n\n```\n" + key + "\n```\n",
        "<tr>\n<td>DAC private key</td>\n<td>in the element</td>\n</tr>\n<tr>\n<td>" + key +
            "</td>\n",
        "[{\"name\":\"dac_key_id\",\"value\":\"" + key + "\"}]",
        "DAC private key:\nBuild:\n" + key + "\n",
        "dac_private_key: \"\", nonce: " + key + "\n",
        "DAC issuer's public key: " + hex(*public_key_of(w.other)) + "\n",
        "## DAC public key of the PAI's vendor\n\n" + hex(*public_key_of(w.other)) + "\n",
        c_array("kDacPrivateKey", Bytes(32, 0)),
        c_array("kDacPrivateKey", Bytes(32, 0xFF)),
        "{\"pai_private_key\":\"" + hex(Bytes(32, 0)) + "\"}",
        "serial_number,dac_private_key\nA1," + key + "\nA2," + hex(scalar(9)) + "\n"}) {
    CAPTURE(text);
    CHECK(fails(w.of(text)) == "");
  }
}

TEST_CASE("named keys: damaged, and of another trade") {
  const World w;
  constexpr const char* kDamaged = "evidence.credentials-are-readable";
  Bytes beyond(32, 0xFF);
  beyond[31] = 0xFE;
  for (const Bytes& bytes : {to_bytes(View(w.other).first(31)), to_bytes(View(w.other).first(20)),
                             beyond, join({w.other, Bytes{0x77}})}) {
    CAPTURE(bytes.size());
    CHECK(fails(w.of(c_array("kDacPrivateKey", bytes))) == kDamaged);
    CHECK(fails(w.of("{\"pai_private_key\":\"" + hex(bytes) + "\"}")) == kDamaged);
  }
  const auto told = [](std::string_view text) {
    const Reading reading = read_bytes(view(text), {}, "k.json");
    std::string out =
        remark(reading, Remark::damaged_credential) + remark(reading, Remark::resembles_evidence);
    for (const NotUsed& n : reading.not_used) out += n.why;
    return out + problems(reading);
  };
  CHECK(told(R"({"kty":"EC","crv":"P-256","d":"abc"})") ==
        "a JWK whose \"d\" is no private key on P-256: expected 32 bytes in base64url");
  CHECK(told(R"({"kty":"EC","crv":"P-384","d":"abc"})") ==
        "a private key on P-384: expected a DAC's, on P-256");
  CHECK(told(R"({"kty":"EC","crv":"P-256","x":"abc","y":"def"})") ==
        "a JWK whose \"x\" and \"y\" are no point on P-256");
  std::string mixed = jwk(w.other);
  mixed.replace(mixed.find(url(w.other)), url(w.other).size(), url(scalar(9)));
  CHECK(told(mixed) == "private key: the public key written beside it is not its own\n");
  const Reading rsa = read_bytes(
      view(std::string(R"({"keys":[{"kty":"RSA","n":"AQAB","d":"AQAB"},)") + jwk(w.other) + "]}"),
      {}, "k.json");
  CHECK(count(rsa, FactId::private_key) == 1);
  REQUIRE(rsa.not_used.size() == 1);
  CHECK(rsa.not_used[0].why == "a JWK of another trade: RSA");

  const auto block = [](const Bytes& der) { return to_pem("OPENSSH PRIVATE KEY", der); };
  CHECK(told(block(openssh_block(w.other, "ssh-ed25519"))) ==
        "error: expected PEM: an OpenSSH key (ssh-ed25519): none of a device\n");
  CHECK(told(block(openssh_block(w.other, "ecdsa-sha2-nistp384"))) ==
        "an OpenSSH key (ecdsa-sha2-nistp384): expected a DAC's, on P-256");
  Bytes cut = openssh_block(w.other);
  cut.resize(cut.size() - 20);
  CHECK(told(block(cut)) == "a PEM block \"OPENSSH PRIVATE KEY\": expected one whole OpenSSH key");
  const Reading locked =
      read_bytes(view(block(openssh_block(w.other, "ecdsa-sha2-nistp256", "aes256-ctr"))));
  CHECK(remark(locked, Remark::key_locked).find("ssh-keygen -p") != std::string::npos);
}

TEST_CASE("named keys: a JWK without its private part is a public key") {
  const World w;
  const auto shown = [](View scalar) {
    return fmt::format(R"({{"kty":"EC","crv":"P-256","x":"{}","y":"{}"}})", url(x_of(scalar)),
                       url(y_of(scalar)));
  };
  CHECK(fails(w.of(shown(w.other))) == "key.public-key-is-the-dacs");
  CHECK(fails(w.of(shown(w.plan.dac_key.scalar))) == "");
}
