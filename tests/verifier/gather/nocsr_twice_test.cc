// Parts of NOCSR responses in two places: what contradicts, and what is of another session.
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "fixtures/forge/device_builder.h"
#include "tests/support/folder.h"
#include "tests/support/folder_device.h"
#include "tests/support/judged.h"
#include "tests/support/support.h"
#include "verifier/checks/catalogue.h"
#include "verifier/matter/nocsr_elements.h"
#include "verifier/matter/tlv.h"

using namespace attest;
using namespace attest::test;

namespace {

const std::string kFixture = "fixtures/devices/nocsr-good/";

// A response of that device: another one for each nonce.
struct Nocsr {
  Bytes request, elements, signature, nonce, challenge;

  Nocsr(Bytes csr, Bytes of_session, uint8_t salt)
      : request(std::move(csr)), nonce(32, salt), challenge(std::move(of_session)) {
    elements = tlv::Writer()
                   .open(tlv::Type::structure)
                   .octets(tlv::context(1), request)
                   .octets(tlv::context(2), nonce)
                   .close()
                   .bytes();
    sign(forge::good_plan("nocsr-good").dac_key);
  }
  void sign(const forge::KeyPair& key) {
    Bytes all = elements;
    all.insert(all.end(), challenge.begin(), challenge.end());
    const auto made = forge::sign(key, all);
    signature.assign(made.begin(), made.end());
  }
  // Some of its parts; "" is all of them.
  std::string json(const std::string& only = {}) const {
    const std::pair<const char*, const Bytes*> all[] = {{"elements", &elements},
                                                        {"signature", &signature},
                                                        {"nonce", &nonce},
                                                        {"challenge", &challenge}};
    std::string parts;
    for (const auto& [name, bytes] : all) {
      if (only.empty() || only.find(name) != std::string::npos)
        parts += fmt::format(R"({}"{}":"{}")", parts.empty() ? "" : ",", name, hex(*bytes));
    }
    return R"({"nocsr":{)" + parts + "}}";
  }
};

struct World {
  Json device = parse_json(text(slurp(kFixture + "device.json"))).value();
  Bytes challenge, csr;

  World() {
    const Json* nocsr = device.find("nocsr");
    challenge = from_hex(*nocsr->find("challenge")->string()).value();
    const Bytes elements = from_hex(*nocsr->find("elements")->string()).value();
    csr = to_bytes(parse_nocsr_elements(elements)->csr);
  }
  Nocsr response(uint8_t salt) const { return {csr, challenge, salt}; }

  // The device without its own, and these two.
  Judged judged(const std::string& first, const std::string& second) const {
    const Folder folder;
    Json::Object rest;
    for (const auto& [name, value] : *device.object()) {
      if (name != "nocsr") rest.emplace_back(name, value);
    }
    std::vector<std::string> words = words_of_forged();
    for (const char* file : {"dac.pem", "pai.pem", "cd.pem"}) words.push_back(kFixture + file);
    words.push_back(folder.write("0.json", first));
    words.push_back(folder.write("1.json", second));
    words.push_back(folder.write("device.json", dump(Json(std::move(rest)))));
    return judge(words);
  }
  std::string fails(const std::string& first, const std::string& second) const {
    return failing(judged(first, second));
  }
};

}  // namespace

TEST_CASE("NOCSR responses: a part that is given in two ways contradicts the other") {
  const World w;
  const Nocsr good = w.response(0x11);
  CHECK(w.fails(good.json(), good.json()).empty());
  CHECK(w.fails(good.json("elements signature"), good.json("nonce challenge")).empty());
  Nocsr stray = w.response(0x22);
  stray.challenge = Bytes(16, 0x22);
  stray.signature = Bytes(64, 0x01);
  for (const char* part :
       {"nonce", "signature", "challenge", "nonce challenge", "nonce signature challenge"}) {
    CAPTURE(part);
    CHECK(w.fails(good.json(), stray.json(part)) == "identity.facts-agree");
    CHECK(w.fails(stray.json(part), good.json()).find("identity.facts-agree") == 0);
  }
  // Other elements are of another response, whose signature is not there.
  for (const char* part : {"elements", "elements nonce"}) {
    CAPTURE(part);
    CHECK(w.fails(good.json(), stray.json(part)).empty());
    CHECK(w.fails(stray.json(part), good.json()).empty());
  }
}

TEST_CASE("NOCSR responses: several that one DAC signed are no contradiction, and are told of") {
  const World w;
  const Nocsr good = w.response(0x11);
  Nocsr other = w.response(0x12);
  const Judged both = w.judged(good.json(), other.json());
  CHECK(both.ids(Status::fail).empty());
  size_t told = 0;
  for (const NotUsed& unused : both.evidence.not_used)
    told += unused.why.find("another NOCSR response that this DAC's key signed") == 0;
  CHECK(told == 1);
  const std::string without_challenge = "elements signature nonce";
  CHECK(w.fails(good.json(without_challenge), other.json(without_challenge)).empty());
  other.challenge = Bytes(16, 0x31);
  other.sign(forge::good_plan("nocsr-good").dac_key);
  CHECK(w.fails(good.json(), other.json()).empty());
  CHECK(w.fails(other.json(), good.json()).empty());
  // One that the key did not sign, of another nonce than was sent.
  Nocsr bad = other;
  bad.sign(forge::good_plan("nocsr-good").pai_key);
  CHECK(w.fails(good.json(), bad.json()) == "nocsr.signature-verifies");
  CHECK(w.fails(bad.json(), good.json()) == "nocsr.signature-verifies");
  bad = other;
  bad.nonce[3] ^= 1;
  CHECK(w.fails(good.json(), bad.json()) == "nocsr.nonce-matches");
  CHECK(w.fails(bad.json(), good.json()) == "nocsr.nonce-matches");
}

// What is wrong with the request, which nobody's signature makes right.
TEST_CASE("NOCSR responses: a wrong request fails once beside a right one, before and after it") {
  const World w;
  const Nocsr good = w.response(0x11);
  Bytes broken = w.csr;
  broken.back() ^= 1;  // of its signature
  Bytes cut = w.csr;
  cut.resize(cut.size() - 9);
  Bytes longer = w.csr;
  longer.push_back(0);
  struct Row {
    Bytes csr;
    const char* fails;
  };
  const Row rows[] = {{broken, "nocsr.csr-signature-verifies"},
                      {cut, "nocsr.csr-is-wellformed"},
                      {longer, "nocsr.csr-is-wellformed"}};
  for (const Row& row : rows) {
    const Nocsr bad(row.csr, w.challenge, 0x44);
    CAPTURE(row.fails);
    CHECK(w.fails(good.json(), bad.json()) == row.fails);
    CHECK(w.fails(bad.json(), good.json()) == row.fails);
  }
}
