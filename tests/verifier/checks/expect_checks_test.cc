#include <algorithm>
#include <set>
#include <string_view>

#include "tests/support/check_rows.h"
#include "verifier/judge/judge.h"
#include "verifier/matter/spake2p.h"

using namespace attest;
using namespace attest::test;

namespace {

// A value of a fact, and another one.
struct Pair {
  const char* id;
  FactId fact;
  FactValue one, other;
};
const std::vector<Pair>& pairs() {
  const auto n = [](uint64_t value) { return FactValue(value); };
  const auto t = [](const char* value) { return FactValue(std::string(value)); };
  static const std::vector<Pair> all = {
      {"expect.vendor-id-is-as-ordered", FactId::vendor_id, n(0xFFF1), n(0xFFF2)},
      {"expect.product-id-is-as-ordered", FactId::product_id, n(0x8000), n(0x8001)},
      {"expect.vendor-name-is-as-ordered", FactId::vendor_name, t("Acme"), t("Acne")},
      {"expect.product-name-is-as-ordered", FactId::product_name, t("Lamp"), t("Lump")},
      {"expect.product-label-is-as-ordered", FactId::product_label, t("L1"), t("L2")},
      {"expect.product-url-is-as-ordered", FactId::product_url, t("https://example.com/1"),
       t("https://example.com/2")},
      {"expect.part-number-is-as-ordered", FactId::part_number, t("P1"), t("P2")},
      {"expect.device-type-is-as-ordered", FactId::device_type_id, n(256), n(257)},
      {"expect.software-version-is-as-ordered", FactId::software_version, n(1), n(2)},
      {"expect.software-version-string-is-as-ordered", FactId::software_version_string, t("1.0"),
       t("1.1")},
      {"expect.hardware-version-is-as-ordered", FactId::hardware_version, n(1), n(2)},
      {"expect.hardware-version-string-is-as-ordered", FactId::hardware_version_string, t("A"),
       t("B")},
      {"expect.serial-number-is-as-ordered", FactId::serial_number, t("SN-1"), t("SN-2")},
      {"expect.manufacturing-date-is-as-ordered", FactId::manufacturing_date, t("2026-05-05"),
       t("2026-05-06")},
      {"expect.specification-version-is-as-ordered", FactId::specification_version, n(0x01040000),
       n(0x01030000)},
      {"expect.firmware-information-is-as-ordered", FactId::firmware_information, Bytes{1},
       Bytes{2}},
      {"expect.discriminator-is-as-ordered", FactId::discriminator, n(1), n(2)},
      {"expect.flow-is-as-ordered", FactId::commissioning_flow, n(0), n(2)},
      {"expect.capabilities-are-as-ordered", FactId::discovery_capabilities, n(2), n(4)},
      {"expect.iterations-are-as-ordered", FactId::spake2p_iterations, n(1000), n(2000)},
      {"expect.unique-id-is-as-ordered", FactId::unique_id, t("u1"), t("u2")},
  };
  return all;
}

// Facts whose values stay out of the report.
const std::vector<Pair>& secrets() {
  static const std::vector<Pair> all = {
      {"expect.rotating-id-is-as-ordered", FactId::rotating_id_unique_id, Bytes(16, 1),
       Bytes(16, 2)},
      {"expect.passcode-is-as-ordered", FactId::passcode, uint64_t{34567890}, uint64_t{34567891}},
      {"expect.salt-is-as-ordered", FactId::spake2p_salt, Bytes(16, 1), Bytes(16, 2)},
      {"expect.verifier-is-as-ordered", FactId::spake2p_verifier, Bytes(97, 1), Bytes(97, 2)},
      {"expect.qr-code-is-as-ordered", FactId::qr_payload, std::string("MT:Y.K9042C00KA0648G00"),
       std::string("MT:-24J042C00KA0648G00")},
      {"expect.manual-code-is-as-ordered", FactId::manual_code, std::string("34970112332"),
       std::string("00000100007")},
  };
  return all;
}

std::string words(FactId fact) {
  std::string out = fact_name(fact);
  std::replace(out.begin(), out.end(), '_', ' ');
  return out;
}

// Made once each: a signature is never the same twice.
Bytes pai(const char* vendor, const char* product = nullptr) {
  static std::map<std::string, Bytes> made;
  Bytes& der = made[fmt::format("{}/{}", vendor, product == nullptr ? "" : product)];
  if (!der.empty()) return der;
  CertificateParts parts;
  parts.subject = product == nullptr ? sequence({cn("PAI"), vid(vendor)})
                                     : sequence({cn("PAI"), vid(vendor), pid(product)});
  return der = parts.der();
}

std::vector<CheckRow> rows_of_facts() {
  std::vector<CheckRow> rows;
  for (const Pair& p : pairs()) {
    const std::string a = value_text(p.fact, p.one), b = value_text(p.fact, p.other);
    rows.push_back({.id = p.id,
                    .facts = {{p.fact, p.one}},
                    .status = Status::pass,
                    .words = "",
                    .ordered = {{p.fact, p.one, "order.json"}}});
    rows.push_back(
        {.id = p.id,
         .facts = {{p.fact, p.other}},
         .status = Status::fail,
         .words = fmt::format("{} in factory.bin is {}, ordered was {} (order.json)\n{} | {}",
                              words(p.fact), b, a, a, b),
         .ordered = {{p.fact, p.one, "order.json"}}});
    rows.push_back({.id = p.id,
                    .facts = {{p.fact, p.other}},
                    .status = Status::skipped,
                    .words = "no order to compare with (--expect)"});
    rows.push_back({.id = p.id,
                    .facts = {},
                    .status = Status::unknown,
                    .words = fmt::format("ordered was a {} (order.json), the evidence gives none",
                                         words(p.fact)),
                    .ordered = {{p.fact, p.one, "order.json"}}});
    rows.push_back({.id = p.id,
                    .facts = {{p.fact, p.other}},
                    .status = Status::skipped,
                    .words = "the order names no " + words(p.fact),
                    .ordered = {{FactId::pai, pai("FFF1"), "order.json"}}});
  }
  for (const Pair& p : secrets()) {
    rows.push_back({.id = p.id,
                    .facts = {{p.fact, p.one}},
                    .status = Status::pass,
                    .words = "",
                    .ordered = {{p.fact, p.one, "order.json"}}});
    rows.push_back(
        {.id = p.id,
         .facts = {{p.fact, p.other}},
         .status = Status::fail,
         .words = fmt::format("{} in factory.bin is another one, ordered was a different one "
                              "(order.json)\nthe one that was ordered | another one",
                              words(p.fact)),
         .ordered = {{p.fact, p.one, "order.json"}}});
    rows.push_back({.id = p.id,
                    .facts = {},
                    .status = Status::unknown,
                    .words = fmt::format("ordered was a {} (order.json), the evidence gives none",
                                         words(p.fact)),
                    .ordered = {{p.fact, p.one, "order.json"}}});
  }
  return rows;
}

std::vector<CheckRow> rows_of_relations() {
  const Bytes der = CertificateParts().der();  // vendor 0xFFF1, product 0x8000
  const Given dac = {FactId::dac, der, "dac.der"};
  const Given code = {FactId::qr_payload, std::string("MT:Y.K9042C00KA0648G00"), "label.png"};
  const Bytes salt(16, 1), made = spake2p_verifier(34567890, salt, 1000).value();
  const std::vector<Given> parameters = {{FactId::spake2p_salt, salt},
                                         {FactId::spake2p_iterations, uint64_t{1000}},
                                         {FactId::spake2p_verifier, made}};
  const auto ordered = [](FactId fact, FactValue value) {
    return std::vector<Given>{{fact, std::move(value), "order.json"}};
  };
  const auto scope = [](const char* vendor, uint64_t product) {
    return std::vector<Given>{
        {FactId::vendor_id, uint64_t(std::stoul(vendor, nullptr, 16)), "order.json"},
        {FactId::product_id, product, "order.json"}};
  };
  return {
      // Wherever the evidence says it.
      {.id = "expect.product-id-is-as-ordered",
       .facts = {dac},
       .status = Status::fail,
       .words = "product id in the DAC in dac.der is 0x8000, ordered was 0x8001 (order.json)",
       .ordered = ordered(FactId::product_id, uint64_t{0x8001})},
      {.id = "expect.vendor-id-is-as-ordered",
       .facts = {code},
       .status = Status::fail,
       .words = "vendor id in the QR code in label.png is 0xFFF1, ordered was 0xFFF2 (order.json)",
       .ordered = ordered(FactId::vendor_id, uint64_t{0xFFF2})},
      {.id = "expect.discriminator-is-as-ordered",
       .facts = {code},
       .status = Status::fail,
       .words = "discriminator in the QR code in label.png is 3840, ordered was 5 (order.json)",
       .ordered = ordered(FactId::discriminator, uint64_t{5})},
      {.id = "expect.manual-code-is-as-ordered",
       .facts = {{FactId::manual_code, std::string("3497-011-2332")}},
       .status = Status::pass,
       .words = "",
       .ordered = ordered(FactId::manual_code, std::string("34970112332"))},
      // A dump need not hold the passcode: its verifier tells.
      {.id = "expect.passcode-is-as-ordered",
       .facts = parameters,
       .status = Status::pass,
       .words = "",
       .ordered = ordered(FactId::passcode, uint64_t{34567890})},
      {.id = "expect.passcode-is-as-ordered",
       .facts = parameters,
       .status = Status::fail,
       .words = "the SPAKE2+ verifier in factory.bin is not the one of the ordered passcode\nthe "
                "one that was ordered | the verifier of another",
       .ordered = ordered(FactId::passcode, uint64_t{1})},
      {.id = "expect.passcode-is-as-ordered",
       .facts = {code},
       .status = Status::fail,
       .words = "passcode in the QR code in label.png is 20202021, ordered was 7 (order.json)",
       .ordered = ordered(FactId::passcode, uint64_t{7}),
       .show_passcode = true},

      {.id = "expect.pai-scope-is-as-ordered",
       .facts = {{FactId::pai, pai("FFF1"), "pai.der"}},
       .status = Status::pass,
       .words = "",
       .ordered = scope("FFF1", 0x8000)},
      {.id = "expect.pai-scope-is-as-ordered",
       .facts = {{FactId::pai, pai("FFF1", "8000"), "pai.der"}},
       .status = Status::pass,
       .words = "",
       .ordered = scope("FFF1", 0x8000)},
      {.id = "expect.pai-scope-is-as-ordered",
       .facts = {{FactId::pai, pai("FFF1", "8001"), "pai.der"}},
       .status = Status::fail,
       .words = "the PAI in pai.der is for vendor 0xFFF1 and product 0x8001, ordered was one for "
                "vendor 0xFFF1, every product or 0x8000",
       .ordered = scope("FFF1", 0x8000)},
      {.id = "expect.pai-scope-is-as-ordered",
       .facts = {{FactId::pai, pai("FFF2"), "pai.der"}},
       .status = Status::fail,
       .words = "the PAI in pai.der is for vendor 0xFFF2, every product, ordered was one for "
                "vendor 0xFFF1, every product or 0x8000",
       .ordered = scope("FFF1", 0x8000)},
      {.id = "expect.pai-scope-is-as-ordered",
       .facts = {{FactId::pai, pai("FFF1", "8000"), "pai.der"}},
       .status = Status::fail,
       .words = "the PAI in pai.der is for vendor 0xFFF1 and product 0x8000, ordered was one for "
                "vendor 0xFFF1, every product",
       .ordered = ordered(FactId::pai, pai("FFF1"))},
      {.id = "expect.pai-scope-is-as-ordered",
       .facts = {},
       .status = Status::blocked,
       .words = "pai.is-present",
       .ordered = scope("FFF1", 0x8000)},

      {.id = "expect.dac-is-as-ordered",
       .facts = {dac},
       .status = Status::pass,
       .words = "",
       .ordered = ordered(FactId::dac, der)},
      {.id = "expect.dac-is-as-ordered",
       .facts = {dac},
       .status = Status::fail,
       .words = "the DAC in dac.der is not the ordered one (order.json)",
       .ordered = ordered(FactId::dac, pai("FFF1"))},
      {.id = "expect.pai-is-as-ordered",
       .facts = {{FactId::pai, pai("FFF1"), "pai.der"}},
       .status = Status::pass,
       .words = "",
       .ordered = ordered(FactId::pai, pai("FFF1"))},
      {.id = "expect.pai-is-as-ordered",
       .facts = {{FactId::pai, pai("FFF1"), "pai.der"}},
       .status = Status::fail,
       .words = "the PAI in pai.der is not the ordered one (order.json)",
       .ordered = ordered(FactId::pai, Bytes{1})},
      {.id = "expect.pai-is-as-ordered",
       .facts = {{FactId::pai, pai("FFF1", "8000"), "pai.der"}},
       .status = Status::blocked,
       .words = "expect.pai-scope-is-as-ordered",
       .ordered = ordered(FactId::pai, pai("FFF1"))},
      {.id = "expect.cd-is-as-ordered",
       .facts = {{FactId::cd, Bytes{1}, "cd.der"}},
       .status = Status::pass,
       .words = "",
       .ordered = ordered(FactId::cd, Bytes{1})},
      {.id = "expect.cd-is-as-ordered",
       .facts = {{FactId::cd, Bytes{1}, "cd.der"}},
       .status = Status::fail,
       .words = "the certification declaration in cd.der is not the ordered one (order.json)",
       .ordered = ordered(FactId::cd, Bytes{2})},
      {.id = "expect.cd-is-as-ordered",
       .facts = {},
       .status = Status::blocked,
       .words = "cd.is-present",
       .ordered = ordered(FactId::cd, Bytes{2})},
  };
}

Report judged(Device order) {
  const Policy policy{.network = Network::none,
                      .at = Instant{1'780'000'000},
                      .required = {},
                      .show_passcode = false};
  return judge(gather(Reading{}, policy, TrustStore::builtin(false), nullptr, openssl_engine(),
                      std::move(order)));
}
const Finding& finding(const Report& report, std::string_view id) {
  return report.findings[check_index(*find_check(id))];
}

}  // namespace

TEST_CASE("expect: the part against its order") {
  std::vector<CheckRow> rows = rows_of_facts();
  for (CheckRow& row : rows_of_relations()) rows.push_back(std::move(row));
  check_rows(rows, {});
  std::set<std::string> seen;
  for (const CheckRow& row : rows) seen.insert(row.id);
  for (const Check* check : catalogue()) {
    const std::string id = check->id;
    const bool of_the_order_itself =
        id == "expect.order-is-readable" || id == "expect.keys-are-known";
    const bool of_something_else =
        id.starts_with("expect.waivers-") || id.ends_with("-since-approval") ||
        id.ends_with("-is-as-approved") ||
        id.starts_with("expect.sample-");  // waivers_test.cc, part_facts_test.cc
    if (id.starts_with("expect.") && !of_the_order_itself && !of_something_else)
      CHECK_MESSAGE(seen.count(id) == 1, id << ": no row");
  }
}

TEST_CASE("expect: what cannot be read of an order is said") {
  Device order;
  order.damaged({.path = "order.json", .offset = {}, .item = "vendor_id"}, "vendor_id",
                "expected a whole number or \"0x...\", found \"x\"");
  order.note(Remark::unknown_key, {.path = "order.json", .offset = {}, .item = "vendorid"},
             "key \"vendorid\" is not known");
  const Report report = judged(std::move(order));
  CHECK(finding(report, "expect.order-is-readable").status == Status::unknown);
  CHECK(finding(report, "expect.order-is-readable").message ==
        "vendor_id in order.json (vendor_id) cannot be compared: expected a whole number or "
        "\"0x...\", found \"x\"");
  CHECK(finding(report, "expect.keys-are-known").status == Status::warn);
  CHECK(finding(report, "expect.keys-are-known").message ==
        "key \"vendorid\" is not known in the order, so nothing is compared with it");
  CHECK(finding(judged(Device{}), "expect.order-is-readable").message ==
        "the order names nothing that can be compared");
  CHECK(finding(judged(Device{}), "expect.order-is-readable").status == Status::unknown);
  CHECK(finding(judged(Device{}), "expect.keys-are-known").status == Status::pass);
}

// Whatever an order can say: an open question where the evidence says nothing of it.
TEST_CASE("expect: no fact of an order is passed over in silence") {
  for (size_t i = 0; i < kFactCount; ++i) {
    const auto fact = static_cast<FactId>(i);
    const std::string name = fact_name(fact);
    CAPTURE(name);
    Device order;
    const Place at{.path = "order.json", .offset = {}, .item = {}};
    const bool text = fact == FactId::qr_payload || fact == FactId::manual_code;
    order.say(fact, text ? FactValue(std::string("34970112332")) : FactValue(Bytes{1, 2}), at);
    const Report report = judged(std::move(order));
    size_t open = 0, warned = 0;
    for (const Finding& f : report.findings) {
      if (!std::string_view(f.check->id).starts_with("expect.")) continue;
      open += f.status == Status::unknown || f.status == Status::blocked ? 1 : 0;
      warned += f.status == Status::warn ? 1 : 0;
      if (f.status == Status::unknown) CHECK(f.keeps_open);
    }
    CHECK(open >= 1);
    CHECK(warned <= 1);
  }
}
