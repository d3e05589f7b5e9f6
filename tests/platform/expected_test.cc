// An order's credentials: compared where they are there, left out where they were not handed over,
// and the tester's slip where a file is none of its kind: never a fault of the part.

#include "platform/expected.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "tests/support/support.h"

using namespace attest;
using namespace attest::test;

namespace {

const std::string kGood = "fixtures/devices/good/";

std::string order(const std::string& key, const std::string& name) {
  return R"({"matter":{"instance_info":{"vendor_id":65521},"attestation_credentials":{")" + key +
         R"(":")" + name + R"("}}})";
}

Result<Device> read(const std::string& order, const std::map<std::string, Bytes>& beside) {
  return expected_from("orders/cpms.json", view(order),
                       [&](const std::string& name) -> std::optional<Bytes> {
                         const auto at = beside.find(name);
                         return at == beside.end() ? std::nullopt : std::optional(at->second);
                       });
}

Bytes joined(const Bytes& a, const Bytes& b) {
  Bytes out = a;
  out.insert(out.end(), b.begin(), b.end());
  return out;
}

}  // namespace

TEST_CASE("an order's credentials are compared, or were not handed over") {
  const Bytes dac = slurp(kGood + "dac.pem"), pai = slurp(kGood + "pai.pem"),
              cd = slurp(kGood + "cd.pem");
  const auto brings = [](const Result<Device>& order, FactId fact) {
    REQUIRE_MESSAGE(order, order.error().what);
    return order->first(fact) != nullptr;
  };
  CHECK(brings(read(order("dac_cert", "dac.pem"), {{"dac.pem", dac}}), FactId::dac));
  CHECK(brings(read(order("dac_cert", "c/../dac.pem"), {{"dac.pem", dac}}), FactId::dac));
  CHECK(brings(read(order("pai_cert", "pai.pem"), {{"pai.pem", pai}}), FactId::pai));
  CHECK(brings(read(order("certification", "cd.pem"), {{"cd.pem", cd}}), FactId::cd));
  // The first of its kind: a key or a declaration before it is passed over.
  CHECK(brings(read(order("dac_cert", "all.pem"), {{"all.pem", joined(cd, dac)}}), FactId::dac));
  CHECK_FALSE(brings(read(order("dac_cert", "dac.pem"), {}), FactId::dac));
  CHECK_FALSE(brings(read(order("dac_cert", "/dac.pem"), {{"/dac.pem", dac}}), FactId::dac));
  CHECK_FALSE(brings(read(order("dac_cert", "../dac.pem"), {{"../dac.pem", dac}}), FactId::dac));
}

TEST_CASE("a credential of an order that is none of its kind is refused by its name") {
  const Bytes dac = slurp(kGood + "dac.pem"), cd = slurp(kGood + "cd.pem");
  Bytes cut = dac;
  cut.resize(cut.size() / 2);
  const struct {
    const char *key, *name;
    Bytes file;
    const char* says;
  } kRows[] = {
      {"dac_cert", "dac.pem", cut, "dac_cert: expected a certificate in dac.pem beside the order"},
      {"dac_cert", "dac.der", {}, "dac_cert: expected a certificate in dac.der beside the order"},
      {"dac_cert", "cd.pem", cd, "dac_cert: expected a certificate in cd.pem beside the order"},
      {"pai_cert", "pai.der", to_bytes(view("junk")),
       "pai_cert: expected a certificate in pai.der"},
      {"certification", "cd.der", to_bytes(view("junk")),
       "certification: expected a certification declaration in cd.der beside the order"},
      {"certification", "dac.pem", dac, "certification: expected a certification declaration"},
  };
  for (const auto& row : kRows) {
    CAPTURE(row.key);
    CAPTURE(row.name);
    const auto order_of = read(order(row.key, row.name), {{row.name, row.file}});
    const std::string said = order_of ? "taken" : order_of.error().what;
    CHECK_MESSAGE(said.find(row.says) != std::string::npos, said);
    CHECK_MESSAGE(said.starts_with("orders/cpms.json: "), said);
  }
}

TEST_CASE("what is no order is told by what it is") {
  const std::pair<const char*, const char*> kRows[] = {{"junk", "found 4 bytes of text"},
                                                       {"", "found an empty file"},
                                                       {"{}", "found 2 bytes of text"}};
  for (const auto& [content, says] : kRows) {
    CAPTURE(content);
    const auto order_of = read(content, {});
    const std::string said = order_of ? "taken" : order_of.error().what;
    CHECK_MESSAGE(said.find(says) != std::string::npos, said);
    CHECK_MESSAGE(said.find("found expected") == std::string::npos, said);
  }
}
