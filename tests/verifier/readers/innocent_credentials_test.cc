// Requests and signed messages of other trades beside a good device: they are not used. What may be
// the part's own is judged, and one fault of it is one failure.
#include "fixtures/forge/der_writer.h"
#include "tests/support/folder_device.h"
#include "tests/support/support.h"
#include "verifier/pki/key.h"

using namespace attest;
using namespace attest::test;
namespace made = attest::forge::der;

namespace {

Bytes attribute(const char* oid, std::string_view value) {
  return made::set({made::sequence({made::oid(oid), made::element(0x0C, view(value))})});
}
constexpr const char *kCommonName = "2.5.4.3", *kVendor = "1.3.6.1.4.1.37244.2.1",
                     *kProduct = "1.3.6.1.4.1.37244.2.2";

std::string request(const forge::KeyPair& key, std::initializer_list<Bytes> subject) {
  const Bytes info = made::sequence(
      {made::integer(uint64_t{0}), made::sequence(subject),
       made::sequence(
           {made::sequence({made::oid("1.2.840.10045.2.1"), made::oid("1.2.840.10045.3.1.7")}),
            made::bits(key.point)}),
       made::element(0xA0, View{})});
  return to_pem("CERTIFICATE REQUEST",
                made::sequence({info, made::sequence({made::oid("1.2.840.10045.4.3.2")}),
                                made::bits(forge::ecdsa_der(forge::sign(key, info)))}));
}

// As mail and software are signed: with attributes, by a signer that issuer and serial name.
std::string message(std::string_view content, bool detached, bool attributes, bool by_key_id) {
  const Bytes sha256 = made::sequence({made::oid(forge::kSha256)});
  const auto signature = forge::sign(forge::key_named("mail"), view(content));
  const Bytes attrs =
      attributes ? made::element(0xA0, {made::sequence({made::oid("1.2.840.113549.1.9.3"),
                                                        made::set({made::oid(forge::kData)})})})
                 : Bytes{};
  const Bytes signer = by_key_id ? made::element(0x80, View(Bytes(20, 0x11)))
                                 : made::sequence({made::sequence({attribute(kCommonName, "mail")}),
                                                   made::integer(uint64_t{7})});
  const Bytes info =
      made::element(0x30, View(made::joined({made::integer(uint64_t{1}), signer, sha256, attrs,
                                             made::sequence({made::oid("1.2.840.10045.4.3.2")}),
                                             made::octets(forge::ecdsa_der(signature))})));
  const Bytes inside = detached
                           ? made::sequence({made::oid(forge::kData)})
                           : made::sequence({made::oid(forge::kData),
                                             made::explicitly(0, made::octets(view(content)))});
  const Bytes data =
      made::sequence({made::integer(uint64_t{1}), made::set({sha256}), inside, made::set({info})});
  return FolderDevice::chars(
      made::sequence({made::oid("1.2.840.113549.1.7.2"), made::explicitly(0, data)}));
}

}  // namespace

TEST_CASE("a request of another trade beside a device is not used") {
  const FolderDevice w("innocent-requests");
  const forge::KeyPair web = forge::key_named("web");
  for (const std::string& one :
       {request(web, {attribute(kCommonName, "www.example.com")}), request(web, {}),
        request(web, {attribute("2.5.4.10", "CSR")}),
        request(web, {attribute("2.5.4.6", "DE"), attribute(kCommonName, "mail.example.org")})}) {
    const Judged all = w.judged({{"server.csr", one}});
    CHECK(all.ids(Status::fail).empty());
    REQUIRE(all.evidence.not_used.size() == 1);
    CHECK(all.evidence.not_used[0].why.starts_with("a request for a certificate of another trade"));
  }
}

TEST_CASE("a request of the device has one failure a fault") {
  const FolderDevice w("innocent-requests");
  const forge::KeyPair web = forge::key_named("web"), own = w.device.dac_key;
  const Bytes vendor = attribute(kVendor, "FFF1"), product = attribute(kProduct, "8000"),
              name = attribute(kCommonName, "x");
  CHECK(w.fails({{"a.csr", request(own, {name, vendor, product})}}).empty());
  CHECK(w.fails({{"a.csr", request(own, {name})}}) == "csr.names-a-vendor");
  CHECK(w.fails({{"a.csr", request(web, {name, product})}}) == "csr.names-a-vendor");
  CHECK(w.fails({{"a.csr", request(web, {name, vendor})}}) == "csr.names-a-product");
  CHECK(w.fails({{"a.csr", request(web, {name, vendor, product})}}) == "csr.key-is-the-dacs");
  CHECK(w.fails({{"a.csr", request(web, {attribute(kCommonName, "lamp Mvid:FFF1")})}}) ==
        "csr.names-a-product");
}

TEST_CASE("a signed message of another trade is no second declaration") {
  const FolderDevice w("innocent-messages");
  for (const std::string& one :
       {message("hello", false, true, false), message("hello", false, false, false),
        message("hello", false, true, true), message("", true, true, false),
        message("", true, true, true)}) {
    const Judged all = w.judged({{"mail.p7m", one}});
    CHECK(all.ids(Status::fail).empty());
    REQUIRE(all.evidence.not_used.size() == 1);
    CHECK(all.evidence.not_used[0].why == "a signed message, without a declaration in it");
  }
}

TEST_CASE("a declaration that is signed or damaged in any way stays one") {
  const FolderDevice w("innocent-messages");
  CHECK(w.fails({{"cd2.der", message("\x15\x24", false, true, false)}}) == "identity.one-cd");
  const std::string whole = FolderDevice::chars(w.device.cd);
  const size_t begins = whole.find(std::string_view("\x15\x24\x00\x01", 4));
  REQUIRE(begins != std::string::npos);
  for (size_t i = 0; i < 4; ++i) {
    std::string one = whole;
    one[begins + i] = '\xFF';
    CHECK(!w.fails({{"cd2.der", one}}).empty());
  }
}

TEST_CASE(
    "a key that is called another trade's is not used, and what stands beside its name is not "
    "shown") {
  const FolderDevice w("innocent-keys");
  const Bytes key =
      made::sequence({made::integer(uint64_t{1}), made::octets(forge::key_named("web").scalar),
                      made::element(0xA0, {made::oid("1.2.840.10045.3.1.7")})});
  const std::pair<const char*, const char*> rows[] = {
      {"pin 20202021, jwt signing key: |\n", "(jwt_signing_key)"},
      {"# client key, password sesam-open\n", "(client_key)"},
      {"tls key (passphrase correcthorse):\n", "(tls_key)"},
      {"const char *jwt_password = \"Sesam\", *server_key =\n", "(const_char_jwt_server_key)"}};
  for (const auto& [words, shown] : rows) {
    CAPTURE(words);
    const Judged all = w.judged({{"a.txt", words + to_pem("EC PRIVATE KEY", key)}});
    CHECK(all.ids(Status::fail).empty());
    REQUIRE(all.evidence.not_used.size() == 1);
    CHECK(all.evidence.not_used[0].path.ends_with(shown));
    CHECK(all.evidence.not_used[0].why == "a key of another trade, as it is called there");
  }
}
