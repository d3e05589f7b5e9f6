// Keys and bundles under a passphrase.
#include "verifier/pki/encrypted_key.h"

#include <openssl/pkcs12.h>

#include <memory>

#include "tests/support/own_credentials.h"
#include "tests/support/readings.h"
#include "verifier/pki/key.h"

using namespace attest;
using namespace attest::test;

namespace {
const Secret kRight{.bytes = to_bytes(view("blue-door")), .passphrase = true};
const Secret kRightInFile{.bytes = to_bytes(view("blue-door\n"))};
const Secret kWrong{.bytes = to_bytes(view("red-door")), .passphrase = true};

// A bundle whose MAC fits what it holds now.
Bytes sealed_again(const Bytes& der) {
  const unsigned char* at = der.data();
  const std::unique_ptr<PKCS12, void (*)(PKCS12*)> bundle(
      d2i_PKCS12(nullptr, &at, static_cast<long>(der.size())), PKCS12_free);
  REQUIRE(bundle != nullptr);
  REQUIRE(PKCS12_set_mac(bundle.get(), "blue-door", -1, nullptr, 0, 0, nullptr) == 1);
  unsigned char* out = nullptr;
  const int length = i2d_PKCS12(bundle.get(), &out);
  REQUIRE(length > 0);
  const Bytes made(out, out + length);
  OPENSSL_free(out);
  return made;
}
// SEQUENCE { version, contents, MAC }: without the last.
Bytes without_seal(const Bytes& der) {
  const size_t end = 7 + 4 + be16(der, 9);
  Bytes out(der.begin(), der.begin() + static_cast<std::ptrdiff_t>(end));
  out[2] = static_cast<uint8_t>((end - 4) >> 8);
  out[3] = static_cast<uint8_t>(end - 4);
  return out;
}
}  // namespace

TEST_CASE("encrypted keys and bundles open with the passphrase, in any form it is given") {
  const Bytes p8 = parse_pem(view(kSealedKey)).blocks.at(0).der;
  const struct {
    const char* what;
    Bytes file;
    const char* kind;
    size_t certificates;
  } rows[] = {{"PKCS#8 PEM", to_bytes(view(kSealedKey)), "pem-bundle", 0},
              {"PKCS#8 DER", p8, "key", 0},
              {"PEM with headers", to_bytes(view(kSealedKeyOldForm)), "pem-bundle", 0},
              {"PKCS#12", own_bundle(), "pkcs12", 2},
              {"PKCS#12 with RC2", own_bundle_old_form(), "pkcs12", 1}};
  for (const auto& row : rows) {
    CAPTURE(row.what);
    for (const Secret& secret : {kRight, kRightInFile}) {
      const Reading open = read_bytes(row.file, {kWrong, secret});
      CHECK(kind(open) == row.kind);
      CHECK(problems(open) == "");
      REQUIRE(count(open, FactId::private_key) == 1);
      CHECK(*open.device.bytes(FactId::private_key) == own_key());
      CHECK(count(open, FactId::certificate) == row.certificates);
      CHECK_FALSE(open.device.noted(Remark::wrong_key));
      CHECK_FALSE(open.device.noted(Remark::key_locked));
    }
    const Reading none = read_bytes(row.file);
    // A private key alone is said to be encrypted; a bundle may hold certificates, too.
    const bool bundle = std::string_view(row.kind) == "pkcs12";
    const Remark locked = bundle ? Remark::encrypted_no_key : Remark::key_locked;
    CHECK(none.device.noted(locked));
    CHECK(none.device.statements.empty());
    CHECK(problems(none) == "");
    const Reading wrong = read_bytes(row.file, {kWrong});
    CHECK(wrong.device.noted(locked));
    CHECK_FALSE(wrong.device.noted(Remark::wrong_key));
  }
}

TEST_CASE("a key that comes later opens what was read before") {
  Reading reading;
  const Bytes bundle = own_bundle();
  REQUIRE(read_evidence({.path = "b.p12", .bytes = bundle}, reading));
  CHECK(reading.device.noted(Remark::encrypted_no_key));
  CHECK(reading.locked.size() == 1);
}

TEST_CASE("a bundle whose parts do not all open says so") {
  Bytes bundle = own_bundle_old_form();
  const auto rc2 = find(bundle, Bytes{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x0C, 0x01, 0x06});
  REQUIRE(rc2);
  bundle[*rc2 + 9] = 9;  // the cipher of the certificates is none that anyone has
  const Reading sealed = read_bytes(sealed_again(bundle), {kRight});
  CHECK(has_problem(sealed,
                    "PKCS#12 bundle: 1 of its parts do not open with the passphrase of the whole"));
  CHECK(*sealed.device.bytes(FactId::private_key) == own_key());
  CHECK_FALSE(sealed.device.noted(Remark::wrong_key));
  // Without a seal nothing but the parts tells a wrong passphrase: what opens by luck is not
  // believed.
  const Reading open = read_bytes(without_seal(bundle), {kRight});
  CHECK(open.device.noted(Remark::encrypted_no_key));
  CHECK(open.device.statements.empty());
  CHECK(count(read_bytes(without_seal(own_bundle_old_form()), {kRight}), FactId::certificate) == 1);
}

TEST_CASE("a file that asks for hours of key derivation is refused") {
  Bytes p8 = parse_pem(view(kSealedKey)).blocks.at(0).der;
  const auto at = find(p8, Bytes{0x02, 0x02, 0x08, 0x00});  // 2048 rounds
  REQUIRE(at);
  // INTEGER of four bytes: every length around it grows by two.
  Bytes slow(p8.begin(), p8.begin() + static_cast<std::ptrdiff_t>(*at));
  const Bytes rounds = {0x02, 0x04, 0x7F, 0xFF, 0xFF, 0xFF};
  slow.insert(slow.end(), rounds.begin(), rounds.end());
  slow.insert(slow.end(), p8.begin() + static_cast<std::ptrdiff_t>(*at) + 4, p8.end());
  slow[2] = static_cast<uint8_t>(slow[2] + 2);
  for (const size_t length : {4u, 17u, 19u, 32u})
    slow[length] = static_cast<uint8_t>(slow[length] + 2);
  const auto opened = open_sealed_key(slow, "blue-door");
  REQUIRE_FALSE(opened);
  CHECK_FALSE(opened.error().wrong_passphrase);
  CHECK(opened.error().error.what ==
        "it asks for 2147483647 rounds of key derivation, 2000000 are the most that are done");
}

TEST_CASE("broken bundles say what is broken") {
  Bytes cut = own_bundle();
  cut.resize(cut.size() - 100);
  CHECK(has_problem(read_bytes(cut), "expected a PKCS#12 bundle: the PKCS#12 file is malformed"));
  CHECK(open_pem_encryption("DEK-Info: RC2-40-CBC,00\n", Bytes(16), "x").error().error.what ==
        "the PEM block is encrypted with \"RC2-40-CBC\", expected AES-CBC or DES-EDE3-CBC");
}

TEST_CASE("pasted base64 and hex take the kind of what is in them") {
  const std::string wrapped =
      "  " + base64(own_dac()).substr(0, 100) + "\r\n" + base64(own_dac()).substr(100) + "\n";
  const struct {
    std::string text;
    const char* kind;
    FactId fact;
  } rows[] = {{wrapped, "x509", FactId::certificate},
              {hex(own_dac()), "x509", FactId::certificate},
              {hex(Bytes{0x30, 0x31, 0x02}), "", FactId::blob},
              {"a8:54:29:05:24:ce:ab:1e:85:db:e3:c6:13:ee:f0:36\n", "raw", FactId::blob}};
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const Reading reading = read_bytes(view(row.text));
    if (std::string_view(row.kind).empty()) {
      CHECK(reading.device.statements.empty());
      continue;
    }
    CHECK(kind(reading) == row.kind);
    CHECK(reading.device.first(row.fact) != nullptr);
  }
}

TEST_CASE(
    "a PEM of one block is of its content's kind, and OpenSSL's trust is no part of a "
    "certificate") {
  Bytes trusted = own_dac();
  trusted.insert(trusted.end(), {0x30, 0x04, 0x30, 0x02, 0x06, 0x00});
  const Reading reading = read_bytes(view(to_pem("TRUSTED CERTIFICATE", trusted)));
  CHECK(kind(reading) == "x509");
  CHECK(*reading.device.bytes(FactId::certificate) == own_dac());
  trusted.push_back(
      0);  // not what OpenSSL writes: it stays with the certificate, and the checks say so
  CHECK(
      *read_bytes(view(to_pem("TRUSTED CERTIFICATE", trusted))).device.bytes(FactId::certificate) ==
      trusted);
  CHECK(kind(read_bytes(view(kPkcs7))) == "pkcs7");
}
