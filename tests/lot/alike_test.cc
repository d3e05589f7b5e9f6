// Alike records: wherever one is found alike to another, judging it in full gives the same verdict.
// Signatures are taken as good by an engine that asks of the key only that it lies on the curve, so
// that nothing else can hide behind them.

#include "lot/alike.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <set>
#include <string>

#include "fixtures/forge/signer.h"
#include "lot/record.h"
#include "tests/support/judged.h"
#include "tests/support/support.h"
#include "tests/support/trusting_engine.h"
#include "verifier/base/json.h"
#include "verifier/batch/batch.h"
#include "verifier/judge/judge.h"

using namespace attest;
using namespace attest::test;

namespace {

// A fixture as a record of a lot.
struct Parts {
  Bytes dac, pai, cd, elements, signature, nonce, challenge;
  std::string id = "d1", serial = "S-0001";
  std::string vid, pid;

  explicit Parts(const test::Judged& device) {
    const Device& d = device.evidence.device;
    const auto take = [&](FactId fact, Bytes& out) {
      if (const Bytes* bytes = d.bytes(fact)) out = *bytes;
    };
    take(FactId::dac, dac), take(FactId::pai, pai), take(FactId::cd, cd);
    take(FactId::attestation_elements, elements), take(FactId::attestation_signature, signature),
        take(FactId::attestation_nonce, nonce), take(FactId::attestation_challenge, challenge);
    if (const auto v = d.number(FactId::vendor_id)) vid = std::to_string(*v);
    if (const auto p = d.number(FactId::product_id)) pid = std::to_string(*p);
  }

  std::string line() const {
    Json out{Json::Object{}};
    out.set("id", id).set("serial_number", serial);
    if (!vid.empty()) out.set("vendor_id", Json(Json::Number{vid}));
    if (!pid.empty()) out.set("product_id", Json(Json::Number{pid}));
    out.set("dac", base64(dac));
    if (!pai.empty()) out.set("pai", base64(pai));
    if (!cd.empty()) out.set("cd", base64(cd));
    if (!elements.empty()) {
      out.set("attestation", Json(Json::Object{{"elements", Json(hex(elements))},
                                               {"signature", Json(hex(signature))},
                                               {"nonce", Json(hex(nonce))},
                                               {"challenge", Json(hex(challenge))}}));
    }
    return dump(out);
  }
};

std::string told(const Outline& outline) {
  std::string out = verdict_name(outline.verdict);
  for (const Check* check : outline.failed) out += std::string(" ") + check->id;
  for (const Check* check : outline.warned) out += std::string(" !") + check->id;
  for (const Check* check : outline.open) out += std::string(" ?") + check->id;
  return out;
}

// What is exchanged: the things that a record may have of its own, and at random any byte.
class Changes {
 public:
  std::string of(Parts parts, const Certificate& dac) {
    const auto at = [&](View v) { return static_cast<size_t>(v.data() - dac.der.data()); };
    const auto random_bytes = [&](size_t from, size_t size) {
      for (size_t i = 0; i < size; ++i) parts.dac[from + i] = static_cast<uint8_t>(random_());
    };
    const auto key = [&] {
      const forge::KeyPair other = forge::key_named("alike " + std::to_string(random_() % 50));
      std::copy(other.point.begin(), other.point.end(),
                parts.dac.begin() + static_cast<std::ptrdiff_t>(at(dac.public_key)));
    };
    for (int changes = 1 + static_cast<int>(random_() % 3); changes > 0; --changes) {
      switch (random_() % 11) {
        case 0:
          random_bytes(at(dac.serial), dac.serial.size());
          break;
        case 1:
          if (dac.public_key.size() == 65) key();
          break;
        case 2:
          if (dac.public_key.size() == 65) random_bytes(at(dac.public_key), 65);
          break;
        case 3:
          if (dac.skid())
            random_bytes(at(dac.subject_key_id.value ? View(der_of_key_id(dac)) : View{}), 20);
          break;
        case 4:
          for (const NameAttribute& a : dac.subject.attributes) {
            if (!equal(a.oid, oid::kCommonName) || a.value.empty()) continue;
            const char* texts[] = {
                "Mvid:FFF2 Mpid:8001", "x", "Mpid:8003", "device 7", "\x01", "\xC3\xA9"};
            const std::string_view put = texts[random_() % 6];
            for (size_t i = 0; i < a.value.size() && i < put.size(); ++i)
              parts.dac[at(a.value) + i] = static_cast<uint8_t>(put[i]);
          }
          break;
        case 5:
          parts.id = random_() % 2 == 0 ? "other" : "";
          break;
        case 6:
          parts.serial = random_() % 2 == 0 ? "S-0002 of another length" : "";
          break;
        case 7:
          if (!parts.elements.empty()) nonce(parts, random_() % 2 == 0);
          break;
        case 8:
          if (!parts.challenge.empty()) parts.challenge[0] ^= 0x55;
          break;
        case 9:
          if (!parts.dac.empty())
            parts.dac[random_() % parts.dac.size()] ^= static_cast<uint8_t>(1u << random_() % 8);
          break;
        default:
          if (!parts.elements.empty())
            parts.elements[random_() % parts.elements.size()] ^=
                static_cast<uint8_t>(1u << random_() % 8);
          break;
      }
    }
    std::string line = parts.line();
    if (random_() % 8 == 0) line[random_() % line.size()] = static_cast<char>(' ' + random_() % 95);
    return line;
  }

 private:
  static View der_of_key_id(const Certificate& dac) {
    for (const Extension& e : dac.extensions) {
      if (equal(e.oid, oid::kSubjectKeyId)) return e.value.last(20);
    }
    return {};
  }
  void nonce(Parts& parts, bool both) {
    const auto at = std::search(parts.elements.begin(), parts.elements.end(), parts.nonce.begin(),
                                parts.nonce.end());
    if (at == parts.elements.end() || parts.nonce.empty()) return;
    *at ^= 0x01;
    if (both) parts.nonce[0] ^= 0x01;
  }
  std::mt19937 random_{7};
};

}  // namespace

TEST_CASE("a record that is alike to another has its verdict") {
  TrustingEngine engine;
  Changes changes;
  size_t matched = 0, asked = 0, learned = 0;
  const char* rounds = std::getenv("MATTER_ATTEST_ALIKE");
  const int each = rounds == nullptr ? 60 : std::atoi(rounds);
  for (const test::Judged& device : judged_fixtures()) {
    if (device.evidence.dac.certificate == nullptr || device.evidence.dac.trailing != 0) continue;
    const Policy& policy = device.evidence.policy;
    TrustStore trust = TrustStore::builtin(policy.network == Network::test);
    if (device.evidence.paa && device.evidence.paa->certificate)
      (void)trust.add_paa(device.evidence.paa->certificate, Origin::given, "paa");
    if (device.evidence.cd_signer && device.evidence.cd_signer->certificate)
      (void)trust.add_cd_signer(device.evidence.cd_signer->certificate, Origin::given, "signer",
                                openssl_engine());
    const auto judge_line = [&](const std::string& line) -> std::optional<attest::Judged> {
      auto record = read_record(line, "unnamed", false);
      if (!record) return std::nullopt;
      std::vector<Reading> one;
      one.push_back(std::move(record->reading));
      BatchJudge judge(policy, trust, nullptr, engine);  // a new one: nothing is remembered
      return std::move(judge.judge(std::move(one), false).front());
    };
    const Parts parts(device);
    const std::string line = parts.line();
    const auto first = judge_line(line);
    REQUIRE(first.has_value());
    const auto alike = AlikeRecords::to(line, first->evidence);
    if (!alike) continue;
    ++learned;
    const std::string expected = told(first->outline);
    for (int i = 0; i < each; ++i) {
      const std::string other = changes.of(parts, *device.evidence.dac.certificate);
      ++asked;
      const auto record = alike->match(other);
      if (!record || check(engine, record->of_dac) != Checked::verified ||
          (record->of_attestation && check(engine, *record->of_attestation) != Checked::verified))
        continue;
      ++matched;
      const auto in_full = judge_line(other);
      if (!in_full) {
        FAIL_CHECK(device.name << ": alike, and yet no record: " << other.substr(0, 200));
        continue;
      }
      if (told(in_full->outline) != expected)
        FAIL_CHECK(device.name << ": a rule that says in .alike that such records may pass it by "
                                  "tells them apart: expected "
                               << expected << ", found " << told(in_full->outline) << " for "
                               << other.substr(0, 200));
      const Certificate& dac = *in_full->evidence.dac.certificate;
      const auto& job = std::get<SignatureJob>(record->of_dac);
      CHECK(job.digest == dac.tbs_digest());
      CHECK(job.signature == *dac.ecdsa);
      CHECK(record->of_attestation.has_value() ==
            (in_full->evidence.elements_statement != nullptr));
      const std::string* serial = in_full->evidence.device.string(FactId::serial_number);
      CHECK(record->serial_number == (serial == nullptr ? "" : *serial));
    }
  }
  MESSAGE(learned << " fixtures to compare with, " << asked << " records, " << matched << " alike");
  CHECK(learned > 50);
  CHECK(matched > asked / 10);
}

TEST_CASE("what keeps a record from being alike") {
  const auto& devices = judged_fixtures();
  const auto good = std::find_if(devices.begin(), devices.end(), [](const test::Judged& d) {
    return d.report.verdict == Verdict::approve && d.evidence.elements_statement != nullptr &&
           d.evidence.cd_place;
  });
  REQUIRE(good != devices.end());
  const Parts parts(*good);
  const std::string line = parts.line();
  auto record = read_record(line, "unnamed", false);
  REQUIRE(record.has_value());
  TrustStore trust = TrustStore::builtin(false);
  REQUIRE(trust.add_paa(good->evidence.paa->certificate, Origin::given, "paa").has_value());
  std::vector<Reading> one;
  one.push_back(std::move(record->reading));
  BatchJudge judge(good->evidence.policy, trust, nullptr, openssl_engine());
  const auto judged = judge.judge(std::move(one), false);
  const auto alike = AlikeRecords::to(line, judged.front().evidence);
  REQUIRE(alike.has_value());

  const auto with = [&](auto&& change) {
    Parts changed = parts;
    change(changed);
    return alike->match(changed.line()).has_value();
  };
  CHECK(with([](Parts&) {}));
  CHECK(with([](Parts& p) { p.id = "another"; }));
  CHECK(with([](Parts& p) { p.serial = "another"; }));
  CHECK(with([](Parts& p) { p.challenge[3] ^= 1; }));
  CHECK_FALSE(with([](Parts& p) { p.serial = ""; }));
  CHECK_FALSE(with([](Parts& p) { p.id = "with \"quotes\""; }));
  CHECK_FALSE(with([](Parts& p) { p.vid = "65522"; }));
  CHECK_FALSE(with([](Parts& p) { p.pai.back() ^= 1; }));
  CHECK_FALSE(with([](Parts& p) { p.cd.back() ^= 1; }));
  CHECK_FALSE(with([](Parts& p) { p.nonce[0] ^= 1; }));
  CHECK_FALSE(with([](Parts& p) { p.challenge.pop_back(); }));
  CHECK_FALSE(with([](Parts& p) { p.signature.push_back(0); }));
  CHECK_FALSE(with([](Parts& p) { p.dac.push_back(0); }));
  CHECK_FALSE(with([](Parts& p) { p.dac.clear(); }));
  // A device with the key of an authority is a finding, and alike to nobody.
  const auto with_key = [&](const Point& key) {
    const Certificate& dac = *good->evidence.dac.certificate;
    return with([&](Parts& p) {
      std::copy(key.begin(), key.end(), p.dac.begin() + (dac.public_key.data() - dac.der.data()));
    });
  };
  CHECK(with_key(forge::key_named("anybody").point));
  CHECK_FALSE(with_key(*good->evidence.pai.certificate->p256));
  CHECK_FALSE(with_key(*good->evidence.paa->key));
  // Where no PAA is trusted, the root that the record shows is the one to compare with.
  {
    const std::string shown =
        "{\"paa\":\"" + base64(good->evidence.paa->certificate->der) + "\"," + line.substr(1);
    auto rooted = read_record(shown, "unnamed", false);
    REQUIRE(rooted.has_value());
    const TrustStore nobody = TrustStore::builtin(false);
    std::vector<Reading> untrusted;
    untrusted.push_back(std::move(rooted->reading));
    BatchJudge judge_without(good->evidence.policy, nobody, nullptr, openssl_engine());
    const auto of_root = judge_without.judge(std::move(untrusted), false);
    REQUIRE(!of_root.front().evidence.paa);
    const auto model = AlikeRecords::to(shown, of_root.front().evidence);
    REQUIRE(model.has_value());
    const Certificate& dac = *good->evidence.dac.certificate;
    for (const auto& [key, matches] : {std::pair(forge::key_named("anybody").point, true),
                                       std::pair(*good->evidence.paa->certificate->p256, false)}) {
      Parts changed = parts;
      std::copy(key.begin(), key.end(),
                changed.dac.begin() + (dac.public_key.data() - dac.der.data()));
      const std::string other = "{\"paa\":\"" + base64(good->evidence.paa->certificate->der) +
                                "\"," + changed.line().substr(1);
      CHECK(model->match(other).has_value() == matches);
    }
  }
  CHECK_FALSE(alike->match(line + " ").has_value());
  CHECK_FALSE(alike->match(line.substr(0, line.size() - 1)).has_value());
  CHECK_FALSE(alike->match("").has_value());
  // Nothing is learned from a record with a key that makes a value inside look like one of the
  // record's own.
  const std::string own = "\"" + base64(parts.dac) + "\"";
  for (const std::string& more :
       {"\"\":{\"dac\":" + own + "}", std::string("\"\":{\"id\":\"other\"}"),
        std::string("\"\":{\"serial_number\":\"A\"}"),
        "\"attestation.nonce\":\"" + hex(parts.nonce) + "\"", std::string("\"x\\u0079\":1"),
        std::string("\"a b\":1")}) {
    CAPTURE(more);
    CHECK_FALSE(
        AlikeRecords::to("{" + more + "," + line.substr(1), judged.front().evidence).has_value());
  }
  CHECK(
      AlikeRecords::to("{\"note\":{\"dac\":" + own + "}," + line.substr(1), judged.front().evidence)
          .has_value());
}

namespace {

// Every text that stands in the sources of the rules: what a rule singles out is among them.
std::set<std::string> texts_of_rules() {
  std::set<std::string> out;
  for (const char* room : {"verifier/checks", "verifier/rules", "verifier/gather", "verifier/sdk",
                           "verifier/judge", "verifier/matter"}) {
    for (const auto& entry : std::filesystem::directory_iterator(room)) {
      const Bytes source = slurp(entry.path());
      const std::string_view all = text(source);
      for (size_t at = all.find('"'); at != std::string_view::npos; at = all.find('"', at + 1)) {
        const size_t end = all.find_first_of("\"\n", at + 1);
        if (end == std::string_view::npos) break;
        const std::string_view one = all.substr(at + 1, end - at - 1);
        if (!one.empty() && one.size() <= 32 && one.find('\\') == std::string_view::npos)
          out.emplace(one);
        at = end;
      }
    }
  }
  return out;
}

std::string statuses(const Report& report) {
  std::string out;
  for (const Finding& f : report.findings) {
    if (f.status != Status::pass && f.status != Status::skipped)
      out += fmt::format(" {}={}", f.check->id, status_name(f.status));
  }
  return out;
}

}  // namespace

TEST_CASE("a record with a serial number that a rule singles out is alike to none") {
  const test::Judged device = judge_fixture("good");
  TrustingEngine engine;
  TrustStore trust = TrustStore::builtin(false);
  (void)trust.add_paa(device.evidence.paa->certificate, Origin::given, "paa");
  (void)trust.add_cd_signer(device.evidence.cd_signer->certificate, Origin::given, "signer",
                            openssl_engine());
  const auto judge_line = [&](const std::string& line) {
    auto record = read_record(line, "unnamed", false);
    REQUIRE(record.has_value());
    std::vector<Reading> one;
    one.push_back(std::move(record->reading));
    BatchJudge judge(device.evidence.policy, trust, nullptr, engine);
    return std::move(judge.judge(std::move(one), true).front());
  };
  Parts parts(device);
  const auto first = judge_line(parts.line());
  const auto alike = AlikeRecords::to(parts.line(), first.evidence);
  REQUIRE(alike.has_value());
  const std::string expected = statuses(first.report);
  const std::set<std::string> texts = texts_of_rules();
  size_t matched = 0;
  for (const std::string& serial : texts) {
    parts.serial = serial;
    const std::string line = parts.line();
    if (!alike->match(line)) continue;
    ++matched;
    const std::string found = statuses(judge_line(line).report);
    CHECK_MESSAGE(found == expected, serial << ": expected" << expected << ", found" << found);
  }
  CHECK(texts.size() > 1'000);
  CHECK(matched > 500);
}

TEST_CASE("alike: a serial number that is the unique id, and one that the SDK left in") {
  const test::Judged device = judge_fixture("good");
  TrustingEngine engine;
  TrustStore trust = TrustStore::builtin(false);
  (void)trust.add_paa(device.evidence.paa->certificate, Origin::given, "paa");
  (void)trust.add_cd_signer(device.evidence.cd_signer->certificate, Origin::given, "signer",
                            openssl_engine());
  Parts parts(device);
  const auto line_of = [&](const char* serial) {
    parts.serial = serial;
    std::string line = parts.line();
    line.insert(1, R"("unique_id":"U-0007",)");
    return line;
  };
  auto record = read_record(line_of("S-0001"), "unnamed", false);
  REQUIRE(record.has_value());
  std::vector<Reading> one;
  one.push_back(std::move(record->reading));
  BatchJudge judge(device.evidence.policy, trust, nullptr, engine);
  const auto judged = std::move(judge.judge(std::move(one), true).front());
  const auto alike = AlikeRecords::to(line_of("S-0001"), judged.evidence);
  REQUIRE(alike.has_value());
  CHECK(alike->match(line_of("S-0002")).has_value());
  CHECK_FALSE(alike->match(line_of("U-0007")).has_value());
  CHECK_FALSE(alike->match(line_of("TEST_SN")).has_value());
}
