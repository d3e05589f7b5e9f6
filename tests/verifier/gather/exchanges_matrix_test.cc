// A response that is wrong, beside right ones, in every arrangement of files; and the parts of
// several responses in files of their own, in every order: each is judged by what stands with it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/folder_device.h"
#include "tests/support/support.h"
#include "verifier/checks/catalogue.h"

using namespace attest;
using namespace attest::test;

namespace {

struct Exchange {
  Bytes elements, signature, nonce, challenge;
};

class Exchanges {
 public:
  FolderDevice of{"exchanges-matrix"};

  Exchange good(uint8_t salt) const { return make(salt, {}); }
  // With other elements, which it signs.
  Exchange make(uint8_t salt, const std::function<void(Bytes&)>& change) const {
    forge::Device d = of.device;
    d.nonce.assign(32, salt);
    d.challenge.assign(16, static_cast<uint8_t>(salt + 1));
    d.nonce[0] = d.challenge[0] = 0xA5;  // (all-same bytes are no value)
    d.present();
    if (change) {
      change(d.elements);
      d.sign_elements();
    }
    return {d.elements, d.signature, d.nonce, d.challenge};
  }
};

std::string as_json(const Exchange& e) {
  return fmt::format(
      R"({{"attestation":{{"elements":"{}","signature":"{}","nonce":"{}","challenge":"{}"}}}})",
      hex(e.elements), hex(e.signature), hex(e.nonce), hex(e.challenge));
}
// As the SDK prints a command's fields, with their sizes: nothing is cut, and no challenge stands
// there.
std::string as_log(const Exchange& e) {
  const auto field = [](int number, const Bytes& bytes) {
    std::string out = fmt::format("[1.1][4:4] CHIP:DMG: \t\t\t\t\t0x{} = [\n", number);
    out += "[1.1][4:4] CHIP:DMG: \t\t\t\t\t\t";
    for (const uint8_t byte : bytes) out += fmt::format("0x{:02x}, ", byte);
    return out + fmt::format("\n[1.1][4:4] CHIP:DMG: \t\t\t\t\t] ({} bytes)\n", bytes.size());
  };
  return fmt::format(
             "[1.0][4:4] CHIP:TOO: Command: operationalcredentials attestation-request hex:{} 1 0\n"
             "[1.1][4:4] CHIP:DMG: Received Command Response Data, Endpoint=0 "
             "Cluster=0x0000_003E Command=0x0000_0001\n"
             "[1.1][4:4] CHIP:DMG: InvokeResponseMessage =\n[1.1][4:4] CHIP:DMG: {{\n"
             "[1.1][4:4] CHIP:DMG: \t\t\t\tCommandPathIB =\n"
             "[1.1][4:4] CHIP:DMG: \t\t\t\t\tClusterId = 0x3e,\n"
             "[1.1][4:4] CHIP:DMG: \t\t\t\t\tCommandId = 0x1,\n"
             "[1.1][4:4] CHIP:DMG: \t\t\t\tCommandFields = \n",
             hex(e.nonce)) +
         field(0, e.elements) + field(1, e.signature) + "[1.1][4:4] CHIP:DMG: },\n";
}

// A tool's own lines, which state the session's challenge.
std::string as_log_with_challenge(const Exchange& e) {
  return fmt::format(
      "[1.0][4:4] CHIP:TOO: attestationChallenge: {}\n[1.0][4:4] CHIP:TOO: attestationNonce: {}\n"
      "[1.0][4:4] CHIP:TOO: attestationElements: {}\n"
      "[1.0][4:4] CHIP:TOO: attestationSignature: {}\n",
      hex(e.challenge), hex(e.nonce), hex(e.elements), hex(e.signature));
}

struct Wrong {
  const char* fails;
  Exchange exchange;
};
std::vector<Wrong> wrong_ones(const Exchanges& w) {
  std::vector<Wrong> out;
  const auto elements = [&](const char* fails, const std::function<void(Bytes&)>& change) {
    out.push_back({fails, w.make(0x50, change)});
  };
  const auto other = [&](const char* fails, const std::function<void(Exchange&)>& change) {
    Exchange e = w.good(0x50);
    change(e);
    out.push_back({fails, e});
  };
  elements("attestation.elements-have-no-trailing-bytes", [](Bytes& b) { b.push_back(0); });
  elements("attestation.elements-are-terminated", [](Bytes& b) { b.pop_back(); });
  elements("attestation.elements-are-wellformed", [](Bytes& b) { b.front() = 0x16; });
  elements("attestation.elements-are-short-enough", [](Bytes& b) {
    const Bytes head = {0x31, 0x04, 0xBC, 0x02};  // firmware information of 700 bytes
    b.pop_back();
    b.insert(b.end(), head.begin(), head.end());
    b.insert(b.end(), 700, 'x');
    b.push_back(0x18);
  });
  other("attestation.signature-length", [](Exchange& e) { e.signature.pop_back(); });
  other("attestation.signature-length", [](Exchange& e) { e.signature.push_back(0); });
  other("attestation.nonce-matches", [](Exchange& e) { e.nonce.assign(32, 0x77); });
  return out;
}

}  // namespace

TEST_CASE("exchanges: what is wrong by itself fails once beside right ones, in any arrangement") {
  const Exchanges w;
  const Exchange a = w.good(0x10), b = w.good(0x30);
  for (const Wrong& wrong : wrong_ones(w)) {
    const std::string log = as_log(wrong.exchange), json = as_json(wrong.exchange),
                      good_log = as_log(a), good_json = as_json(a);
    const std::vector<FolderDevice::Files> arrangements = {
        {{"a.log", log}},
        {{"a.json", json}},
        {{"a.log", log + good_log}},
        {{"a.log", good_log + log}},
        {{"a.log", good_log + log + as_log(b)}},
        {{"a.log", log}, {"b.log", good_log}},
        {{"a.log", good_log}, {"b.log", log}},
        {{"a.json", json}, {"b.json", good_json}},
        {{"a.json", good_json}, {"b.json", json}},
        {{"a.json", json}, {"b.log", good_log}},
        {{"a.log", good_log}, {"b.json", json}},
        {{"a.json", good_json}, {"b.log", log}},
        {{"a.log", log}, {"b.json", good_json}},
        {{"a.log", good_log}, {"b.json", as_json(b)}, {"c.json", json}},
        {{"a.json", json}, {"b.json", good_json}, {"c.log", as_log(b)}},
    };
    for (size_t i = 0; i < arrangements.size(); ++i) {
      CAPTURE(i);
      CAPTURE(wrong.fails);
      CHECK(w.of.fails(arrangements[i]) == wrong.fails);
    }
  }
}

// Parts in files of their own, of a response that nobody signed or that answers another nonce.
TEST_CASE("exchanges: loose parts of a wrong response fail once beside right ones") {
  const Exchanges w;
  const auto chars = [](const Bytes& bytes) { return FolderDevice::chars(bytes); };
  const auto loose = [&](const std::string& folder, const Exchange& e) {
    return FolderDevice::Files{{folder + "el.bin", chars(e.elements)},
                               {folder + "sig.bin", chars(e.signature)},
                               {folder + "nonce.bin", chars(e.nonce)},
                               {folder + "chal.bin", chars(e.challenge)}};
  };
  Exchange unsigned_one = w.good(0x50), other_nonce = w.good(0x50);
  unsigned_one.signature[40] ^= 1;
  other_nonce.nonce.assign(32, 0x78);
  other_nonce.nonce[0] = 0x77;
  const std::pair<Exchange, const char*> rows[] = {{unsigned_one, "attestation.signature-verifies"},
                                                   {other_nonce, "attestation.nonce-matches"}};
  for (const auto& [bad, fails] : rows) {
    const Exchange good = w.good(0x10);
    const std::vector<FolderDevice::Files> beside = {
        {}, {{"0.json", as_json(good)}}, {{"z.json", as_json(good)}}, {{"z.log", as_log(good)}}};
    for (const FolderDevice::Files& others : beside) {
      FolderDevice::Files all = loose("m-", bad);
      all.insert(all.end(), others.begin(), others.end());
      CAPTURE(fails);
      CHECK(w.of.fails(all) == fails);
    }
    // Of one session: both have its challenge.
    forge::Device same = w.of.device;
    same.nonce = bad.nonce;
    same.challenge = good.challenge;
    same.present();
    same.signature[40] ^= 1;
    const Exchange of_session{same.elements, same.signature, same.nonce, same.challenge};
    for (const char* json : {"0.json", "z.json"}) {
      FolderDevice::Files all = loose("m-", of_session);
      all.emplace_back(json, as_json(good));
      CHECK(w.of.fails(all) == "attestation.signature-verifies");
    }
    // Of two loose ones.
    for (const char* first : {"a-", "n-"}) {
      FolderDevice::Files all = loose("m-", bad);
      const FolderDevice::Files more = loose(first, good);
      all.insert(all.end(), more.begin(), more.end());
      CAPTURE(fails);
      CHECK(w.of.fails(all).find(fails) != std::string::npos);
    }
  }
}

// A log that states its challenges: of each attempt the signature is checked.
TEST_CASE(
    "exchanges: in a log with challenges, an attempt that nobody signed fails wherever it is") {
  const Exchanges w;
  const auto attempt = as_log_with_challenge;
  const Exchange a = w.good(0x10), b = w.good(0x30);
  Exchange bad = w.good(0x50);
  bad.signature[40] ^= 1;
  CHECK(w.of.fails({{"a.log", attempt(a) + attempt(b)}}).empty());
  for (const std::string& log : {attempt(bad), attempt(bad) + attempt(a), attempt(a) + attempt(bad),
                                 attempt(a) + attempt(bad) + attempt(b)})
    CHECK(w.of.fails({{"a.log", log}}) == "attestation.signature-verifies");
}

TEST_CASE("exchanges: of very many, each is checked") {
  const Exchanges w;
  std::string log;
  forge::Device d = w.of.device;
  FolderDevice::Files files;
  for (size_t i = 0; i < 1100; ++i) {
    d.nonce.assign(32, 0x5A);
    d.nonce[0] = static_cast<uint8_t>(i);
    d.nonce[1] = static_cast<uint8_t>(i >> 8);
    d.present();
    const Exchange one{d.elements, d.signature, d.nonce, d.challenge};
    log += as_log_with_challenge(one);
    files.emplace_back(fmt::format("{:04}.json", i), as_json(one));
  }
  CHECK(w.of.judged({{"a.log", log}}).report.verdict == Verdict::approve);
  CHECK(w.of.judged(files).report.verdict == Verdict::approve);
  Exchange bad = w.good(0x50);
  bad.signature[40] ^= 1;
  const Exchange last = w.good(0x10);
  CHECK(w.of.fails({{"a.log", log + as_log_with_challenge(bad) + as_log_with_challenge(last)}}) ==
        "attestation.signature-verifies");
  files.emplace_back("zz.json", as_json(bad));
  CHECK(w.of.fails(files) == "attestation.signature-verifies");
}

// What cannot be tried within a bound is not known; it is neither right nor wrong.
TEST_CASE("exchanges: parts that are too many to try each with each leave it open") {
  const Exchanges w;
  FolderDevice::Files files = {{"0.json", as_json(w.good(0x10))}};
  const auto add = [&](const std::string& name, Bytes bytes, size_t i) {
    bytes[1] = static_cast<uint8_t>(i);
    files.emplace_back(fmt::format("{}{:03}.bin", name, i), FolderDevice::chars(bytes));
  };
  const Exchange e = w.good(0x30);
  for (size_t i = 0; i < 8; ++i) {
    add("s", e.signature, i);
    add("q", e.challenge, i);
  }
  forge::Device d = w.of.device;
  for (size_t i = 0; i < 140; ++i) {
    d.nonce.assign(32, static_cast<uint8_t>(i));
    d.nonce[0] = 0xA5;
    d.present();
    files.emplace_back(fmt::format("e{:03}.bin", i), FolderDevice::chars(d.elements));
  }
  const Judged all = w.of.judged(files);
  CHECK(all.ids(Status::fail).empty());
  CHECK(all.report.verdict == Verdict::undecided);
  const Finding* open = all.report.of(find_check("attestation.signature-verifies"));
  REQUIRE(open != nullptr);
  CHECK(open->message.find("are too many to try each with each") != std::string::npos);
  // Without the whole one beside, too; and one that is wrong by itself is told all the same.
  files.erase(files.begin());
  CHECK(w.of.judged(files).ids(Status::fail).empty());
  CHECK(w.of.judged(files).report.verdict == Verdict::undecided);
  Exchange bad = w.good(0x50);
  bad.nonce[3] ^= 1;
  files.emplace_back("zz.json", as_json(bad));
  CHECK(w.of.fails(files).starts_with("attestation.nonce-matches"));
}

// The DAC's key is sought among certificates that may be a DAC: copies and authorities are none.
TEST_CASE("exchanges: a stranger's response is told beside any number of other certificates") {
  const Exchanges w;
  const Exchange good = w.good(0x10);
  Exchange bad = w.good(0x30);
  bad.signature[40] ^= 1;
  FolderDevice::Files files = {{"a.json", as_json(good)}};
  for (size_t i = 0; i < 9; ++i)
    files.emplace_back(fmt::format("0{}.der", i), FolderDevice::chars(w.of.device.pai));
  CHECK(w.of.fails(files).empty());
  files.emplace_back("b.json", as_json(bad));
  CHECK(w.of.fails(files) == "attestation.signature-verifies");
}

// An answer to a request that was answered before is none to a later one, whatever follows.
TEST_CASE("exchanges: an old answer that comes again fails wherever it is") {
  const Exchanges w;
  const Exchange a = w.good(0x10), b = w.good(0x30), c = w.good(0x60), d = w.good(0x70);
  forge::Device signer = w.of.device;
  signer.elements = a.elements;
  signer.challenge = b.challenge;
  signer.sign_elements();
  const Exchange old{a.elements, a.signature, b.nonce, {}},
      signed_again{a.elements, signer.signature, b.nonce, b.challenge};
  using Log = std::string (*)(const Exchange&);
  const std::pair<Exchange, Log> rows[] = {{old, as_log}, {signed_again, as_log_with_challenge}};
  for (const auto& [again, log_of] : rows) {
    const std::string first = log_of(a), replayed = log_of(again), third = log_of(c),
                      fourth = log_of(d);
    CHECK(w.of.fails({{"a.log", first + third + fourth + first}}).empty());
    for (const std::string& log :
         {first + replayed, first + replayed + third, first + third + replayed + fourth,
          first + replayed + replayed, first + replayed + first})
      CHECK(w.of.fails({{"a.log", log}}) == "attestation.nonce-matches");
  }
  CHECK(w.of.fails(
            {{"a.json", as_json(a)}, {"b.json", as_json(signed_again)}, {"c.json", as_json(c)}}) ==
        "attestation.nonce-matches");
  // The answer before is printed once more, late; the right one follows.
  const auto request = [](const std::string& log) { return log.substr(0, log.find('\n') + 1); };
  const auto answer = [](const std::string& log) { return log.substr(log.find('\n') + 1); };
  CHECK(w.of.fails(
                {{"a.log", as_log(a) + request(as_log(c)) + answer(as_log(a)) + answer(as_log(c))}})
            .empty());
}

// Files that hold one part each, in every order, with complete responses beside.
TEST_CASE("exchanges: loose parts in any order contradict nobody") {
  const Exchanges w;
  const Exchange a = w.good(0x10), b = w.good(0x30);
  const auto chars = [](const Bytes& bytes) { return FolderDevice::chars(bytes); };
  const std::vector<std::pair<std::string, std::string>> files = {{"elements", chars(a.elements)},
                                                                  {"signature", chars(a.signature)},
                                                                  {"challenge", chars(a.challenge)},
                                                                  {"log", as_log(b)},
                                                                  {"json", as_json(w.good(0x60))}};
  std::array<size_t, 5> order{0, 1, 2, 3, 4};
  do {
    FolderDevice::Files named;
    for (size_t i = 0; i < order.size(); ++i)
      named.emplace_back(fmt::format("{}-{}", i, files[order[i]].first), files[order[i]].second);
    const Judged all = w.of.judged(named);
    CAPTURE(fmt::format("{}", fmt::join(order, " ")));
    REQUIRE(all.errors.empty());
    CHECK(all.ids(Status::fail).empty());
    CHECK(all.report.verdict == Verdict::approve);  // (the loose one's nonce is not known)
  } while (std::next_permutation(order.begin(), order.end()));
  // Elements whose signature is not there, beside a response of another session, and beside itself.
  for (const char* name : {"0", "z"}) {
    const Judged other = w.of.judged({{name, chars(a.elements)}, {"m.log", as_log(b)}});
    CHECK(other.ids(Status::fail).empty());
    CHECK(other.report.verdict == Verdict::approve);
    const Judged same = w.of.judged({{name, chars(a.elements)}, {"m.log", as_log(a)}});
    CHECK(same.ids(Status::fail).empty());
    CHECK(same.report.verdict == Verdict::approve);
  }
}

TEST_CASE("exchanges: a log's response that is written down once more is the log's") {
  const Exchanges w;
  const Exchange a = w.good(0x10);
  const std::string copy =
      fmt::format(R"({{"attestation":{{"elements":"{}","signature":"{}","nonce":"{}"}}}})",
                  hex(a.elements), hex(a.signature), hex(a.nonce));
  for (const char* name : {"0.json", "z.json"}) {
    const Judged both = w.of.judged({{name, copy}, {"m.log", as_log(a)}});
    CAPTURE(name);
    CHECK(both.ids(Status::fail).empty());
    CHECK(both.report.verdict == Verdict::approve);
    Exchange other = a;
    other.signature[3] ^= 1;
    const std::string differs =
        fmt::format(R"({{"attestation":{{"elements":"{}","signature":"{}","nonce":"{}"}}}})",
                    hex(other.elements), hex(other.signature), hex(other.nonce));
    CHECK(w.of.judged({{name, differs}, {"m.log", as_log(a)}}).report.verdict != Verdict::approve);
  }
}

TEST_CASE("exchanges: three responses of which one has a challenge, and responses beside logs") {
  const Exchanges w;
  const Exchange a = w.good(0x10), b = w.good(0x30), c = w.good(0x60);
  const auto without_challenge = [](const Exchange& e) {
    return fmt::format(R"({{"attestation":{{"elements":"{}","signature":"{}","nonce":"{}"}}}})",
                       hex(e.elements), hex(e.signature), hex(e.nonce));
  };
  const Judged open = w.of.judged(
      {{"a.json", without_challenge(a)}, {"b.json", as_json(b)}, {"c.json", without_challenge(c)}});
  CHECK(open.ids(Status::fail).empty());
  CHECK(open.report.verdict == Verdict::undecided);
  const auto chars = [](const Bytes& bytes) { return FolderDevice::chars(bytes); };
  CHECK(w.of.fails({{"a.log", as_log(a)},
                    {"b.log", as_log(b)},
                    {"el.bin", chars(c.elements)},
                    {"sig.bin", chars(c.signature)},
                    {"chal.bin", chars(c.challenge)},
                    {"nonce.bin", chars(c.nonce)}})
            .empty());
}

TEST_CASE("exchanges: of a stranger's DAC beside, one failure, whichever comes first") {
  const Exchanges w;
  const Exchange a = w.good(0x10);
  const FolderDevice stranger("exchanges-stranger");
  const std::string dac = FolderDevice::chars(stranger.device.dac);
  const auto chars = [](const Bytes& bytes) { return FolderDevice::chars(bytes); };
  const forge::KeyPair& key = w.of.device.dac_key;
  for (const char* name : {"0.der", "zz.der"}) {
    CAPTURE(name);
    CHECK(w.of.fails({{name, dac}, {"a.json", as_json(a)}}) == "identity.one-dac");
    CHECK(w.of.fails({{name, dac},
                      {"el.bin", chars(a.elements)},
                      {"sig.bin", chars(a.signature)},
                      {"chal.bin", chars(a.challenge)}}) == "identity.one-dac");
    CHECK(w.of.fails(
              {{name, dac}, {"key.json", fmt::format(R"({{"dac_key":"{}"}})", hex(key.scalar))}}) ==
          "identity.one-dac");
  }
  // Of the device's own with a byte behind it in one place, that byte is told in any order.
  for (const char* name : {"0.der", "zz.der"})
    CHECK(w.of.fails({{name, FolderDevice::chars(w.of.device.dac) + std::string(1, '\0')}}) ==
          "dac.has-no-trailing-bytes");
}
