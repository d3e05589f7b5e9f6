// A lot below a PAI of ML-DSA: each line is what the record gets when it is judged alone, whatever
// is wrong with it, and a device costs one verification of ML-DSA. The engine is a toy (or, for
// what hides behind a signature, one that takes any), so that no library is needed.

#include <fmt/format.h>

#include <functional>
#include <random>

#include "fixtures/forge/crl_builder.h"
#include "lot/judge.h"
#include "lot/record.h"
#include "tests/support/post_quantum_chain.h"
#include "tests/support/support.h"
#include "tests/support/trusting_engine.h"

using namespace attest;
using namespace attest::test;

namespace {

// A device of a lot between its making and its line.
struct Made {
  Chain chain;  // of this device: its PAI and root are the lot's unless a fault says otherwise
  forge::Device device;
  bool response;
  std::string id, serial, more;                // `more`: members before the first
  std::function<void(Bytes&)> dac, signature;  // what becomes of the bytes

  Made(const std::string& kinds, size_t number, bool with_response)
      : chain(kinds, "lot " + kinds),
        response(with_response),
        id(fmt::format("d{}", number)),
        serial(fmt::format("L{:06}", number)) {
    own_key(fmt::format("lot device {}", number));
    chain.dac.serial = forge::numbered_serial(number);
    device = forge::make(chain.device);
  }
  void own_key(const std::string& name) {
    chain.dac_key = AnyKey("P256", name);
    chain.dac_key.put_into(chain.dac);
  }
  std::string line() {
    Bytes der = chain.dac_der();
    if (dac) dac(der);
    std::string out = fmt::format(
        R"({{{}"id":"{}","serial_number":"{}","vendor_id":"0xFFF1","product_id":"0x8000","dac":"{}","pai":"{}","cd":"{}")",
        more, id, serial, base64(der), base64(chain.pai_der()), base64(device.cd));
    if (response) {
      device.dac_key = chain.dac_key.pair;
      const Sha256 nonce = sha256(view(id));
      device.nonce.assign(nonce.begin(), nonce.end());
      device.present();
      if (signature) signature(device.signature);
      out += fmt::format(
          R"(,"attestation":{{"elements":"{}","signature":"{}","nonce":"{}","challenge":"{}"}})",
          hex(device.elements), hex(device.signature), hex(device.nonce), hex(device.challenge));
    }
    return out + "}";
  }
};

struct Fault {
  const char* name;
  std::function<void(Made&)> make;
};
Fault of_bytes(const char* name, std::function<void(Bytes&)> change) {
  return {name, [change](Made& m) { m.dac = change; }};
}
// Where the DAC's signature begins: its bytes are the last of the certificate.
size_t signature_at(const Bytes& der) {
  return der.size() - (*parse_certificate(der))->signature.size();
}
constexpr const char* kListed = "stands on its PAI's revocation list";
const std::vector<Fault>& faults() {
  static const std::vector<Fault> all = {
      {"none", [](Made&) {}},
      of_bytes("the first bit of its signature", [](Bytes& d) { d[signature_at(d)] ^= 0x80; }),
      of_bytes("the last bit of its signature", [](Bytes& d) { d.back() ^= 1; }),
      {"its signature cut", [](Made& m) { m.chain.dac.signature = Bytes(2419, 1); }},
      {"its signature longer", [](Made& m) { m.chain.dac.signature = Bytes(2421, 1); }},
      {"a signature of the other set", [](Made& m) { m.chain.dac.signature = Bytes(3309, 1); }},
      {"no signature", [](Made& m) { m.chain.dac.signature = Bytes(); }},
      {"a signature of P-256 that calls itself another's",
       [](Made& m) {
         m.chain.dac.signature = forge::ecdsa_der(forge::sign(m.chain.dac_key.pair, Bytes(32, 1)));
       }},
      {"ecdsa-with-SHA256",
       [](Made& m) {
         m.chain.dac.algorithm = m.chain.dac.tbs_algorithm = forge::kEcdsaWithSha256;
       }},
      {"the other set's name",
       [](Made& m) {
         m.chain.dac.algorithm = m.chain.dac.tbs_algorithm =
             m.chain.dac.algorithm == kOid44 ? kOid65 : kOid44;
       }},
      {"another name outside", [](Made& m) { m.chain.dac.algorithm = "2.16.840.1.101.3.4.3.19"; }},
      {"NULL parameters", [](Made& m) { m.chain.dac.null_parameters = true; }},
      {"NULL parameters outside alone",
       [](Made& m) { m.chain.dac.null_parameters_outside = true; }},
      {"another PAI's signature", [](Made& m) { m.chain.pai_key = m.chain.paa_key; }},
      {"a PAI of another lot",
       [](Made& m) {
         const Chain other("65/65/P256", "other lot");
         m.chain.pai = other.pai;
         m.chain.pai_key = other.pai_key;
         m.chain.paa_key = other.paa_key;
       }},
      {"a key off the curve", [](Made& m) { m.chain.dac.public_key.back() ^= 1; }},
      {"a compressed key", [](Made& m) { m.chain.dac.public_key.resize(33); }},
      {"a key of ML-DSA", [](Made& m) { AnyKey("44", "dac").put_into(m.chain.dac); }},
      {"another's key id",
       [](Made& m) { m.chain.dac.replace(forge::subject_key_id(Bytes(20, 7))); }},
      {"a short key id", [](Made& m) { m.chain.dac.replace(forge::subject_key_id(Bytes(19, 7))); }},
      {"a negative serial number",
       [](Made& m) {
         m.chain.dac.serial_content = Bytes{0x80, 1, 2, 3};
       }},
      {"a serial number with zeros before it",
       [](Made& m) { m.chain.dac.serial_content = Bytes{0, 0, 1, 2, 3, 4, 5, 6}; }},
      {kListed,
       [](Made& m) {
         m.chain.dac.serial = {0x55, 0x66};
       }},
      {"a product's id in its name",
       [](Made& m) {
         for (forge::Attribute& a : m.chain.dac.subject)
           if (!a.value.empty() && a.oid == "2.5.4.3") a.value = "ACME Mpid:8001 Mvid:FFF1";
       }},
      {"another name text",
       [](Made& m) {
         for (forge::Attribute& a : m.chain.dac.subject)
           if (a.oid == "2.5.4.3" && !a.value.empty()) a.value.back() = 'x';
       }},
      {"another vendor",
       [](Made& m) {
         for (forge::Attribute& a : m.chain.dac.subject)
           if (a.value == "FFF1") a.value = "FFF2";
       }},
      {"past its end", [](Made& m) { m.chain.dac.not_after = m.chain.dac.not_before; }},
      {"a CA", [](Made& m) { m.chain.dac.replace(forge::basic_constraints(true)); }},
      {"too long for its algorithm",
       [](Made& m) {
         m.chain.dac.extensions.push_back(
             {.oid = "1.2.3.4", .critical = false, .value = Bytes(4000, 7)});
       }},
      of_bytes("a byte behind it", [](Bytes& d) { d.push_back(0); }),
      of_bytes("cut", [](Bytes& d) { d.resize(d.size() - 100); }),
      of_bytes("nothing", [](Bytes& d) { d.clear(); }),
      {"it is its PAI", [](Made& m) { m.dac = [pai = m.chain.pai_der()](Bytes& d) { d = pai; }; }},
      {"no serial number", [](Made& m) { m.serial.clear(); }},
      {"a serial number of the SDK's", [](Made& m) { m.serial = "TEST_SN"; }},
      {"no id", [](Made& m) { m.id.clear(); }},
      {"a second chain",
       [](Made& m) {
         const Chain legacy("P256/P256/P256", "legacy lot");
         m.more = fmt::format(R"("dac_cert":"{}",)", hex(legacy.dac_der()));
       }},
      {"a certificate of 64 KiB", [](Made& m) { m.dac = [](Bytes& d) { d.assign(65536, 0x30); }; }},
      {"an answer that another key signed",
       [](Made& m) { m.signature = [](Bytes& s) { s[5] ^= 1; }; }},
      {"an answer of another size", [](Made& m) { m.signature = [](Bytes& s) { s.pop_back(); }; }},
  };
  return all;
}

LotSetup setup_of(const Chain& chain, SignatureEngine& engine) {
  LotSetup out;
  out.policy.network = Network::none;
  out.policy.at = parse_rfc3339(forge::kAt).value();
  out.policy.one_of_many = true;
  out.trust = TrustStore::builtin(false);
  const forge::Anchor& signer = forge::cd_signer();
  REQUIRE(out.trust.add_paa(parse_certificate(chain.paa_der()).value(), Origin::given, "paa"));
  REQUIRE(out.trust.add_cd_signer(
      parse_certificate(forge::certificate(signer.plan, signer.key)).value(), Origin::given,
      "signer", openssl_engine()));
  out.engine = &engine;
  return out;
}

// A list of the PAI beside the lot.
std::shared_ptr<const LotShared> list_of(const Chain& chain) {
  forge::ListPlan plan =
      forge::list_plan(chain.pai, chain.pai_key.pair, {{0x55, 0x66}, {0x01}, {0x77}});
  plan.authority_key_id = chain.pai_key.id();
  if (chain.pai_key.set) plan.algorithm = chain.pai_key.oid();
  Device device;
  device.say(FactId::crl,
             forge::revocation_list(plan, [&](View tbs) { return chain.pai_key.sign(tbs); }),
             {.path = "pai.crl", .offset = {}, .item = {}});
  return std::make_shared<const LotShared>(std::move(device), nullptr);
}

struct Answers {
  std::vector<std::string> lines;
  size_t approved = 0;
};
Answers judged(const LotSetup& setup, const std::vector<std::string>& records,
               const std::shared_ptr<const LotShared>& shared, size_t together) {
  Answers out;
  std::unique_ptr<LotJudge> judge;
  for (size_t i = 0; i < records.size();) {
    // Alone: a new judge, which remembers nothing.
    if (judge == nullptr || together == 1) judge = std::make_unique<LotJudge>(setup);
    LotBatch batch;
    for (; i < records.size() && batch.items.size() < together; ++i)
      batch.items.push_back({.name = fmt::format("line {}", i + 1),
                             .shared = shared,
                             .input = 0,
                             .what = LotItem::Line::copy_of(records[i])});
    for (const DeviceLine& line : judge->judge(std::move(batch))) {
      out.lines.push_back(write_line(line, LineForm::part));
      out.approved += line.result.verdict == Verdict::approve ? 1 : 0;
    }
  }
  return out;
}

constexpr const char* kLots[] = {"44/44/P256", "65/65/P256", "65/44/P256", "44/P256/P256"};

}  // namespace

TEST_CASE("a lot below ML-DSA: every line is that of the record alone, whatever is wrong with it") {
  const char* more = std::getenv("MATTER_ATTEST_ALIKE");
  const size_t rounds = more == nullptr ? 1 : static_cast<size_t>(std::atoi(more));
  for (const char* kinds : kLots) {
    const Chain chain(kinds, std::string("lot ") + kinds);
    const auto list = list_of(chain);
    for (const bool response : {false, true}) {
      std::vector<std::string> records, names;
      // In between, good ones: so that there is one to be alike to, whatever came before.
      for (size_t round = 0; round < rounds; ++round) {
        for (const Fault& fault : faults()) {
          for (const bool good : {true, false}) {
            Made made(kinds, records.size(), response);
            if (!good) fault.make(made);
            records.push_back(made.line());
            names.push_back(good ? "none" : fault.name);
          }
        }
      }
      ToyEngine toy(true);
      TrustingEngine trusting;
      for (SignatureEngine* engine :
           {static_cast<SignatureEngine*>(&toy), static_cast<SignatureEngine*>(&trusting)}) {
        const LotSetup setup = setup_of(chain, *engine);
        for (const auto& shared : {std::shared_ptr<const LotShared>(), list}) {
          const Answers alone = judged(setup, records, shared, 1),
                        lot = judged(setup, records, shared, 32);
          REQUIRE(alone.lines.size() == lot.lines.size());
          for (size_t i = 0; i < alone.lines.size(); ++i)
            CHECK_MESSAGE(alone.lines[i] == lot.lines[i], std::string(kinds)
                                                              << ", " << std::string(engine->name())
                                                              << ", " << names[i]);
          CHECK(lot.approved >= records.size() / 2);
        }
      }
    }
  }
}

TEST_CASE("a lot below ML-DSA: PAI and PAA are checked once, a device costs one verification") {
  constexpr size_t kDevices = 200;
  for (const char* kinds : {"44/44/P256", "65/65/P256", "65/44/P256"}) {
    CAPTURE(std::string(kinds));
    const Chain chain(kinds, std::string("lot ") + kinds);
    std::vector<std::string> records;
    for (size_t i = 0; i < kDevices; ++i) records.push_back(Made(kinds, i, false).line());
    ToyEngine engine(true);
    const LotSetup setup = setup_of(chain, engine);
    engine.asked = 0;
    CHECK(judged(setup, records, nullptr, 32).approved == kDevices);
    CHECK(engine.asked == kDevices + 2);  // the PAI, its root
  }
}

TEST_CASE("a record below ML-DSA is alike to another, and each byte of it counts") {
  for (const char* kinds : kLots) {
    const Chain chain(kinds, std::string("lot ") + kinds);
    TrustingEngine engine;
    const LotSetup setup = setup_of(chain, engine);
    Made first(kinds, 1, true);
    const std::string line = first.line();
    std::vector<Reading> one;
    one.push_back(std::move(read_record(line, "unnamed", false)->reading));
    BatchJudge judge(setup.policy, setup.trust, nullptr, engine);
    const auto model = std::move(judge.judge(std::move(one), false).front());
    const auto alike = AlikeRecords::to(line, model.evidence);
    REQUIRE(alike);
    size_t matched = 0;
    const Bytes der = first.chain.dac_der();
    const size_t from = line.find(base64(der)), size = base64(der).size();
    for (size_t at = 0; at < der.size(); ++at) {
      Bytes flipped = der;
      flipped[at] ^= 0x01;
      std::string changed = line;
      changed.replace(from, size, base64(flipped));
      const auto record = alike->match(changed);
      if (!record) continue;
      ++matched;
      if (!on_curve(record->dac_key)) continue;
      // Who takes any signature approves what differs in nothing else.
      const Answers alone = judged(setup, {changed}, nullptr, 1);
      CHECK_MESSAGE(alone.approved == 1, std::string(kinds)
                                             << ", byte " << at << ": " << alone.lines.front());
    }
    const size_t own = (*parse_certificate(der))->signature.size();
    const bool ml_dsa = chain.pai_key.set.has_value();
    // All of an ML-DSA signature; of one of P-256 all but what frames its numbers; the key, its id,
    // the serial number and the name.
    CHECK(matched >= (ml_dsa ? own + 64 : 64 + 64));
    CHECK(matched < own + 64 + 20 + 64);
  }
}
