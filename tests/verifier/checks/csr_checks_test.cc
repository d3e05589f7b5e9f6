#include "tests/support/check_rows.h"

using namespace attest;
using namespace attest::test;

namespace {

// A request by parts; rows change the part that they are about.
struct Request {
  Bytes subject = sequence({cn("SN-1"), vid("FFF1"), pid("8000")});
  Bytes key = public_key(point(1));
  Bytes algorithm = ecdsa_with_sha256();
  uint8_t signer = 1;

  Bytes der() const {
    const Bytes info = sequence({integer(0), subject, key, tlv(0xA0, Bytes{})});
    return sequence({info, algorithm, bits(sign(signer, info))});
  }
};
template <class Change>
Given request(Change&& change, std::string path = "a.csr") {
  Request r;
  change(r);
  return {FactId::csr, r.der(), std::move(path)};
}
Given good(std::string path = "a.csr") {
  return request([](Request&) {}, std::move(path));
}
Given of_product(const char* id, std::string path) {
  return request(
      [&](Request& r) {
        r.subject = sequence({cn("SN"), vid("FFF1"), pid(id)});
      },
      std::move(path));
}

}  // namespace

TEST_CASE("csr: a factory's requests") {
  const Given damaged = {FactId::csr, Bytes{0x30, 0x03, 0x02, 0x01, 0x05}, "a.csr"};
  const Given p384 = request([](Request& r) { r.key = public_key(Bytes(97, 4), "1.3.132.0.34"); });
  const Given sha384 =
      request([](Request& r) { r.algorithm = sequence({object_id("1.2.840.10045.4.3.3")}); });
  const Given by_another = request([](Request& r) { r.signer = 2; });
  const Given nameless = request([](Request& r) { r.subject = sequence({cn("SN-1")}); });
  const Given of_no_product = request([](Request& r) {
    r.subject = sequence({cn("SN-1"), vid("FFF1")});
  });
  const Given in_common_name =
      request([](Request& r) { r.subject = sequence({cn("ACME Mvid:FFF1 Mpid:8000")}); });
  const Given other_vendor = request([](Request& r) {
    r.subject = sequence({cn("SN-1"), vid("FFF2"), pid("8000")});
  });
  const Given dac = {FactId::dac, CertificateParts().der(),
                     "dac.der"};  // of key 1, vendor 0xFFF1, product 0x8000
  const Given other_key = request([](Request& r) { r.key = public_key(point(3)), r.signer = 3; });
  const std::vector<CheckRow> rows = {
      {"csr.is-wellformed", {good()}, Status::pass, ""},
      {"csr.is-wellformed",
       {damaged},
       Status::fail,
       "the request in a.csr cannot be read: csr: certificationRequestInfo: expected SEQUENCE "
       "(0x30), found INTEGER (0x02)"},
      {"csr.is-wellformed", {}, Status::skipped, "no certification request in the evidence"},
      {"csr.key-is-p256", {good()}, Status::pass, ""},
      {"csr.key-is-p256",
       {p384},
       Status::fail,
       "the request in a.csr has no key on P-256: 1.3.132.0.34\na point of prime256v1 | "
       "1.3.132.0.34"},
      {"csr.key-is-p256", {damaged}, Status::blocked, "csr.is-wellformed"},
      {"csr.signature-algorithm-is-ecdsa-sha256", {good()}, Status::pass, ""},
      {"csr.signature-algorithm-is-ecdsa-sha256",
       {sha384},
       Status::fail,
       "the request in a.csr is signed with 1.2.840.10045.4.3.3\necdsa-with-SHA256 | "
       "1.2.840.10045.4.3.3"},
      {"csr.signature-verifies", {good()}, Status::pass, ""},
      {"csr.signature-verifies",
       {good("a.csr"), request([](Request& r) { r.signer = 2; }, "b.csr")},
       Status::fail,
       "the signature of the request in b.csr does not verify under its own key\nthe signature of "
       "this key's holder | another"},
      {"csr.signature-verifies",
       {by_another,
        request([](Request& r) { r.signer = 2, r.subject = sequence({cn("x")}); }, "b.csr")},
       Status::fail,
       "the signature of the request in a.csr does not verify under its own key (and 1 more "
       "request)"},
      {"csr.signature-verifies", {p384}, Status::pass, ""},
      {"csr.names-a-vendor", {good()}, Status::pass, ""},
      {"csr.names-a-vendor", {in_common_name}, Status::pass, ""},
      {"csr.names-a-vendor",
       {nameless},
       Status::fail,
       "the request in a.csr names no vendor: CN=SN-1\na vendor id in the subject | none"},
      {"csr.names-a-product", {good()}, Status::pass, ""},
      {"csr.names-a-product",
       {of_no_product},
       Status::fail,
       "the request in a.csr names no product: CN=SN-1, VID=FFF1\na product id in the subject | "
       "none"},
      {"csr.names-a-product", {nameless}, Status::blocked, "csr.names-a-vendor"},
      {"csr.vendor-matches", {good(), {FactId::vendor_id, uint64_t{0xFFF1}}}, Status::pass, ""},
      {"csr.vendor-matches",
       {other_vendor, {FactId::vendor_id, uint64_t{0xFFF1}}},
       Status::fail,
       "the request in a.csr names vendor 0xFFF2, factory.bin names 0xFFF1\n0xFFF1 | 0xFFF2"},
      {"csr.vendor-matches",
       {other_vendor, dac},
       Status::fail,
       "the request in a.csr names vendor 0xFFF2, the DAC in dac.der names 0xFFF1"},
      {"csr.vendor-matches",
       {good()},
       Status::skipped,
       "nothing in the evidence says which vendor the requests are for"},
      {.id = "csr.vendor-matches",
       .facts = {other_vendor},
       .status = Status::fail,
       .words = "the request in a.csr names vendor 0xFFF2, order.json names 0xFFF1",
       .ordered = {{FactId::vendor_id, uint64_t{0xFFF1}, "order.json"}}},
      {"csr.product-matches", {good(), {FactId::product_id, uint64_t{0x8000}}}, Status::pass, ""},
      {"csr.product-matches",
       {of_product("8000", "a.csr"), of_product("8000", "b.csr"), of_product("8001", "c.csr")},
       Status::fail,
       "the request in c.csr names product 0x8001, 2 of 3 requests name 0x8000\n0x8000 | 0x8001"},
      {"csr.key-is-the-dacs", {good(), dac}, Status::pass, ""},
      {"csr.key-is-the-dacs", {other_key, good("b.csr"), dac}, Status::pass, ""},
      {"csr.key-is-the-dacs",
       {other_key, dac},
       Status::fail,
       "the DAC in dac.der does not carry the key of the request in a.csr"},
      {"csr.key-is-the-dacs",
       {good()},
       Status::skipped,
       "no readable DAC in the evidence to compare the request with"},
  };
  check_rows(rows, {"csr"});
}
