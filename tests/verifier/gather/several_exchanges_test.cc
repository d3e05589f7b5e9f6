// Several attestation exchanges of one device, of several days and in several files: each is right
// or wrong by itself.
#include <fmt/format.h>

#include "tests/support/folder_device.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest::test;

namespace {

struct Exchange {
  Bytes elements, signature, nonce, challenge;
};
Exchange exchange(const FolderDevice& of, uint8_t salt) {
  forge::Device d = of.device;
  d.nonce.assign(32, salt);
  d.challenge.assign(16, static_cast<uint8_t>(salt + 1));
  d.present();
  return {d.elements, d.signature, d.nonce, d.challenge};
}
Exchange spoilt(Exchange e) {
  e.signature[40] ^= 1;
  return e;
}
std::string as_json(const Exchange& e, const std::string& without = "none") {
  std::string out;
  for (const auto& [name, bytes] : {std::pair("elements", &e.elements),
                                    {"signature", &e.signature},
                                    {"nonce", &e.nonce},
                                    {"challenge", &e.challenge}}) {
    if (name != without)
      out += fmt::format(R"({}"{}":"{}")", out.empty() ? "" : ",", name, hex(*bytes));
  }
  return R"({"attestation":{)" + out + "}}";
}
// As a commissioner logs it, without the challenge, which none does.
std::string as_log(const Exchange& e, bool answered = true) {
  std::string out = fmt::format(
      "[1.0][4:4] CHIP:TOO: Command: operationalcredentials attestation-request hex:{} 1 0\n",
      hex(e.nonce));
  if (answered)
    out += fmt::format(
        "[1.1][4:4] CHIP:TOO:   AttestationResponse: {{\n"
        "[1.1][4:4] CHIP:TOO:     attestationElements: {}\n"
        "[1.1][4:4] CHIP:TOO:     attestationSignature: {}\n[1.1][4:4] CHIP:TOO:    }}\n",
        hex(e.elements), hex(e.signature));
  return out;
}

}  // namespace

TEST_CASE("exchanges: several of one device are no contradiction, in whatever files") {
  const FolderDevice w("several-exchanges");
  const Exchange a = exchange(w, 0x10), b = exchange(w, 0x20), c = exchange(w, 0x30);
  CHECK(w.fails({{"a.json", as_json(a)}, {"b.json", as_json(b)}}).empty());
  CHECK(w.fails({{"a.log", as_log(a)}, {"b.log", as_log(b)}, {"c.log", as_log(c)}}).empty());
  CHECK(w.fails({{"a.json", as_json(a)}, {"b.log", as_log(b)}}).empty());
  CHECK(w.fails({{"a.log", as_log(a)}, {"b.json", as_json(b)}}).empty());
  CHECK(w.fails({{"a.log", as_log(a)}, {"b.log", as_log(b, false)}}).empty());
  CHECK(w.fails({{"a.log", as_log(a, false)}, {"b.log", as_log(b, false)}}).empty());
  CHECK(w.fails({{"a.json", as_json(a)}, {"b.log", as_log(b, false)}}).empty());
  FolderDevice::Files many;
  for (uint8_t i = 0; i < 12; ++i)
    many.emplace_back(fmt::format("{:02}.json", i),
                      as_json(exchange(w, static_cast<uint8_t>(2 * i))));
  CHECK(w.fails(many).empty());
  // Of a soak test: as many logs, and as many attempts in one log, as nobody counts.
  const auto numbered = [&](size_t number) {
    forge::Device d = w.device;
    d.nonce.assign(32, 0x77);
    d.nonce[0] = static_cast<uint8_t>(number >> 8);
    d.nonce[1] = static_cast<uint8_t>(number);
    d.challenge.assign(16, 0x78);
    d.present();
    return Exchange{d.elements, d.signature, d.nonce, d.challenge};
  };
  FolderDevice::Files soak;
  std::string one;
  for (size_t i = 0; i < 1100; ++i) {
    const std::string log = as_log(numbered(i));
    one += log;
    if (i < 150) soak.emplace_back(fmt::format("{:04}.log", i), log);
  }
  CHECK(w.fails(soak).empty());
  CHECK(w.fails({{"all.log", one}}).empty());
  // Each that is left out is told of.
  const Judged two = w.judged({{"a.json", as_json(a)}, {"b.log", as_log(b)}});
  size_t told = 0;
  for (const NotUsed& unused : two.evidence.not_used)
    told += unused.why.starts_with(
        "another attestation response, to another request: no "
        "contradiction, and without all that its signature");
  CHECK(told == 1);
}

TEST_CASE("exchanges: a wrong one among several fails once, wherever it stands") {
  const FolderDevice w("several-exchanges");
  const Exchange a = exchange(w, 0x10), b = exchange(w, 0x20);
  const std::string wrong = "attestation.signature-verifies";
  CHECK(w.fails({{"a.json", as_json(spoilt(a))}, {"b.json", as_json(b)}}) == wrong);
  CHECK(w.fails({{"a.json", as_json(a)}, {"b.json", as_json(spoilt(b))}}) == wrong);
  CHECK(w.fails({{"a.json", as_json(spoilt(a))}, {"b.json", as_json(spoilt(b))}}) == wrong);
  CHECK(w.fails({{"a.json", as_json(spoilt(a))}, {"b.log", as_log(b)}}) == wrong);
  CHECK(w.fails({{"a.log", as_log(a)}, {"b.json", as_json(spoilt(b))}}) == wrong);
  // A log that says which nonce was sent, and an answer to another.
  Exchange other = b;
  other.nonce.assign(32, 0x77);
  CHECK(w.fails({{"a.log", as_log(a)}, {"b.log", as_log(other)}}) == "attestation.nonce-matches");
}

TEST_CASE("exchanges: what could be completed stays open") {
  const FolderDevice w("several-exchanges");
  const Exchange a = exchange(w, 0x10), b = exchange(w, 0x20);
  for (const std::string& other : {as_json(b), as_log(b)}) {
    const Judged open = w.judged({{"a.json", as_json(a, "challenge")}, {"b.txt", other}});
    CHECK(open.ids(Status::fail).empty());
    CHECK(open.report.verdict == Verdict::undecided);
  }
}
