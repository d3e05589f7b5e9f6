// More evidence never makes a bad part good. A good file beside a part that is refused leaves it
// refused: the part's own slot, its own key and what it says of itself are not replaced by what
// somebody lays beside it, and none of these is taken for something else by a word in it.
//
// One exception, and the report names it: a file (no slot, no log) with a PAI that cannot have
// issued the DAC is set aside where the one that did is there.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "fixtures/forge/crl_builder.h"
#include "fixtures/forge/device_builder.h"
#include "report/checklist.h"
#include "report/inspect_json.h"
#include "report/lot_report_text.h"
#include "report/report_json.h"
#include "tests/support/dump_builders.h"
#include "tests/support/folder.h"
#include "tests/support/judged.h"
#include "tests/support/readings.h"
#include "tests/support/revocation_world.h"
#include "verifier/checks/catalogue.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"
#include "verifier/pki/extension_content.h"
#include "verifier/pki/key.h"
#include "verifier/readers/formats.h"

using namespace attest;
using namespace attest::test;

namespace {

struct File {
  std::string path;
  Bytes bytes;
};
Bytes of(std::string_view text) {
  return to_bytes(view(text));
}

// Judged on network none, below the forged anchors.
Judged judged(const std::vector<File>& files) {
  static const TrustStore trust = [] {
    TrustStore out = TrustStore::builtin(false);
    const auto anchor = [](const forge::Anchor& a) {
      return parse_certificate(forge::certificate(a.plan, a.key)).value();
    };
    REQUIRE(out.add_paa(anchor(forge::paa_any()), Origin::given, "paa-any").has_value());
    REQUIRE(out.add_cd_signer(anchor(forge::cd_signer()), Origin::given, "cd", openssl_engine())
                .has_value());
    return out;
  }();
  Reading reading;
  reading.codecs = &codecs::direct();
  for (const File& f : files) {
    const auto done =
        read_evidence({.path = f.path, .bytes = f.bytes, .base = 0, .member = true}, reading);
    if (!done) reading.device.damaged({.path = f.path, .offset = {}, .item = {}}, "file", "unread");
  }
  return test::judge(std::move(reading),
                     Policy{.network = Network::none,
                            .at = parse_rfc3339(forge::kAt).value(),
                            .required = {},
                            .show_passcode = false},
                     trust);
}

constexpr uint16_t kVid = 0xFFE0, kPid = 0x8000;
forge::DevicePlan plan_of(const char* name = "more-evidence") {
  return forge::good_plan_of(name, kVid, kPid);
}
const forge::Device& good() {
  static const forge::Device device = forge::make(plan_of());
  return device;
}
std::vector<File> with(std::vector<File> files, std::vector<File> more) {
  files.insert(files.end(), more.begin(), more.end());
  return files;
}
std::vector<File> loose() {
  return {{"dac.der", good().dac}, {"pai.der", good().pai}, {"cd.der", good().cd}};
}

// A TI image: the items of its table, by their names' order.
enum Item : size_t { kVendor = 1, kProduct = 2, kDac = 8, kKey = 9, kPai = 10, kPasscode = 16 };
Bytes dump(const std::vector<std::pair<size_t, Bytes>>& changes = {}) {
  std::vector<Bytes> items = ti_items();
  items[kVendor] = le_bytes(kVid, 2), items[kProduct] = le_bytes(kPid, 2);
  items[kDac] = good().dac, items[kKey] = good().dac_key.scalar, items[kPai] = good().pai;
  items[14] = {};  // a verifier of another passcode
  items[kPasscode] = {};
  for (const auto& [i, bytes] : changes) items[i] = bytes;
  return ti_image(0x1000, items);
}
std::vector<File> part(const Bytes& image) {
  return {{"m-dump.bin", image}, {"cd.der", good().cd}};
}

constexpr const char* kNone = "";
// The checks that failed, with a blank between them.
std::string fails(const Judged& j) {
  std::string out;
  for (const std::string& id : j.ids(Status::fail)) out += (out.empty() ? "" : " ") + id;
  return out;
}
std::string message(const Judged& j, const char* id) {
  return j.report.of(find_check(id))->message;
}

// A PAI with the name and key of the good one, and something else otherwise.
Bytes twin(void (*change)(forge::DevicePlan&)) {
  forge::DevicePlan plan = plan_of();
  plan.pai.serial = Bytes{0x11, 0x22, 0x33};
  change(plan);
  return forge::make(plan).pai;
}

}  // namespace

// --- the PAI
// -------------------------------------------------------------------------------------

TEST_CASE("more evidence: the PAI in a part's own place is not replaced by a file") {
  REQUIRE(fails(judged(part(dump()))) == kNone);
  const Bytes another = forge::make(plan_of("more-evidence of another batch")).pai;
  const Bytes renewed = twin([](forge::DevicePlan&) {});
  const Bytes expired = twin([](forge::DevicePlan& p) {
    p.pai.not_after = parse_rfc3339("2026-02-01T00:00:00Z").value();
  });
  const Bytes unbounded = twin(
      [](forge::DevicePlan& p) { p.pai.extension("2.5.29.19").value = sequence({raw("0101ff")}); });
  const std::pair<const char*, Bytes> rows[] = {{"another batch's", another},
                                                {"a renewal", renewed},
                                                {"expired", expired},
                                                {"without path length", unbounded}};
  for (const auto& [name, pai] : rows) {
    CAPTURE(name);
    for (const char* path : {"a-pai.der", "z-pai.der"}) {
      CAPTURE(path);
      // The part holds this one, the file the good one; and the other way round.
      const Judged bad = judged(with(part(dump({{kPai, pai}})), {{path, good().pai}}));
      CHECK(bad.report.verdict == Verdict::reject);
      const Judged beside = judged(with(part(dump()), {{path, pai}}));
      const bool cannot_have_issued = &pai == &rows[0].second;
      CHECK((beside.report.verdict == Verdict::approve) == cannot_have_issued);
      // Two loose files: the order of their paths decides nothing.
      const Judged two = judged(with(loose(), {{path, pai}}));
      CHECK((two.report.verdict == Verdict::approve) == cannot_have_issued);
      CHECK((two.evidence.not_used.size() == 1) == cannot_have_issued);
    }
  }
}

TEST_CASE("more evidence: a revoked PAI in the slot stays the part's beside a good one") {
  const Bytes revoked = twin([](forge::DevicePlan&) {});
  const CertificatePtr read = parse_certificate(revoked).value();
  const Bytes list = forge::revocation_list(
      forge::list_plan(forge::paa_any().plan, forge::paa_any().key, {to_bytes(read->serial)}),
      forge::paa_any().key);
  const std::vector<File> bad = with(part(dump({{kPai, revoked}})), {{"paa.crl", list}});
  CHECK(fails(judged(bad)) == "pai.is-not-revoked");
  for (const char* path : {"a-pai.der", "z-pai.der"}) {
    const Judged j = judged(with(bad, {{path, good().pai}}));
    CHECK(fails(j) == "identity.one-pai pai.is-not-revoked");
  }
}

// --- keys
// ----------------------------------------------------------------------------------------

TEST_CASE("more evidence: a right key beside a wrong one leaves the wrong one wrong") {
  const Bytes wrong = forge::key_named("more-evidence of nobody").scalar;
  const auto key_pem = [](const Bytes& scalar) {
    return of(to_pem("EC PRIVATE KEY", sequence({integer(1), octets(scalar)})));
  };
  const File right{"a.pem", key_pem(good().dac_key.scalar)}, stray{"z.pem", key_pem(wrong)},
      early{"0.pem", key_pem(wrong)};
  const std::string one = "key.belongs-to-dac";
  const Bytes bad = dump({{kKey, wrong}});
  CHECK(fails(judged(part(bad))) == one);
  CHECK(fails(judged(with(part(bad), {{"a.bin", dump()}}))) == one);
  CHECK(fails(judged(with(part(bad), {{"z.bin", dump()}}))) == one);
  CHECK(fails(judged(with(part(bad), {right}))) == one);
  CHECK(fails(judged(with(part(dump()), {stray}))) == one);
  CHECK(fails(judged(with(loose(), {stray}))) == one);
  CHECK(fails(judged(with(loose(), {stray, right}))) == one);
  CHECK(fails(judged(with(loose(), {early, right}))) == one);
  CHECK(fails(judged(with(loose(), {right}))) == kNone);
  // The finding names the wrong one, and says no value.
  const Judged j = judged(with(part(bad), {{"a.bin", dump()}}));
  CHECK(message(j, "key.belongs-to-dac").find("m-dump.bin") != std::string::npos);
  CHECK(j.text.find(hex(wrong)) == std::string::npos);
  // A key that is none, too.
  CHECK(judged(with(part(dump({{kKey, Bytes(32, 0xEE)}, {kVendor, le_bytes(kVid, 2)}})),
                    {{"a.bin", dump()}}))
            .report.verdict == Verdict::reject);
}

// --- numbers that are too wide ---

TEST_CASE("more evidence: an id of more than 16 bits is no missing one") {
  for (const size_t item : {kVendor, kProduct}) {
    for (const uint64_t wide : {uint64_t{0x10000}, uint64_t{0x1FFE0}, uint64_t{0x18000},
                                uint64_t{0x1'0000'0000}, UINT64_MAX}) {
      CAPTURE(wide);
      const Judged j = judged(part(dump({{item, le_bytes(wide, 8)}})));
      CHECK(fails(j) == "factory.is-intact");
    }
  }
  for (const char* data :
       {"70196", "0x1_1234", "18446744073709551616", "99999999999999999999999999999999"}) {
    CAPTURE(data);
    const std::string log =
        fmt::format("CHIP:TOO: x\nCluster = 0x28\nAttribute = 0x0000_0002\nData = {}\n", data);
    const std::string read_out = fmt::format(
        "[TOO] Endpoint: 0 Cluster: 0x0000_0028 Attribute 0x0000_0002 DataVersion: 1\n"
        "[TOO]   VendorID: {}\n",
        data);
    for (const std::string& text : {log, read_out}) {
      const Judged j = judged(with(loose(), {{"chip.log", of(text)}}));
      CHECK(fails(j) == "factory.is-intact");
    }
  }
  // Wherever it comes from: gather takes none for "not given".
  Reading reading;
  reading.device.say(FactId::vendor_id, uint64_t{0x11234}, {.path = "x", .offset = {}, .item = {}});
  const Evidence e =
      gather(std::move(reading), Policy{.network = Network::none, .at = Instant{}, .required = {}},
             TrustStore::builtin(false), nullptr, openssl_engine());
  CHECK(!e.vid);
  CHECK(e.device.integrity.size() == 1);
}

// --- a table that lacks a certificate ---

TEST_CASE("more evidence: what a part's table lacks, a file beside it does not bring") {
  const std::vector<File> beside = {{"a-dac.der", good().dac}, {"z-pai.der", good().pai}};
  const Bytes erased(300, 0xFF), zeros(300, 0x00);
  for (const size_t item : {kDac, kPai}) {
    for (const Bytes& nothing : {Bytes{}, erased, zeros}) {
      CAPTURE(item);
      CAPTURE(nothing.size());
      const Judged j = judged(with(part(dump({{item, nothing}})), beside));
      CHECK(fails(j) == "factory.entries-are-complete");
      CHECK(judged(part(dump({{item, nothing}}))).report.verdict != Verdict::approve);
    }
  }
  // Without either its values tell the table, and are not lost.
  const Judged j =
      judged(with(part(dump({{kDac, {}}, {kPai, {}}, {kVendor, le_bytes(0x1234, 2)}})), beside));
  CHECK(j.report.verdict == Verdict::reject);
  CHECK(j.evidence.vid == 0x1234);
  // A table of other pairs is no part's.
  Bytes other(0x1000, 0);
  for (size_t i = 0; i < 40; ++i)
    put_le(other, 0x100 + i * 8, 4, 4), put_le(other, 0x104 + i * 8, 64, 4);
  CHECK(kind(read_bytes(other)) != "ti-factory-data");
}

// --- a word that makes it something else ---

TEST_CASE("more evidence: no key of another form takes a device's facts away") {
  const std::string pai = [] {
    std::string out;
    for (const char c : to_pem("CERTIFICATE", good().pai))
      out += c == '\n' ? "\\n" : std::string(1, c);
    return out;
  }();
  const std::string wrong = R"("vendor_id":"0x1234","product_id":"0x1111")";
  for (const std::string& own :
       {std::string(R"("schema":"matter-attest/inspect/1",)"),
        std::string(R"("schema":"matter-attest/report/1","device":{},)"),
        std::string(R"("schema":"matter-attest/ledger/1",)"),
        std::string(R"("schema":"matter-attest/checklist/1",)"),
        std::string(R"("schema":"matter-attest/bundle/1",)"),
        std::string(R"("lot":{"schema":"matter-attest/lot/1"},)"),
        std::string(R"("left_out":"x","files":[],)"), std::string(R"("given":1,"anchors":[],)"),
        std::string(R"("chain_id":"x","facts":{},)"),
        std::string(R"("version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}}}],)"),
        std::string(R"("items":[],"chain_id":"x","synced_at":"",)"),
        R"("pemCert":")" + pai + R"(",)", R"("crlSignerCertificate":")" + pai + R"(",)",
        R"("certs":[{"pem_cert":")" + pai + R"("}],)"}) {
    CAPTURE(own);
    const Judged j = judged(with(loose(), {{"x.json", of("{" + own + wrong + "}")}}));
    CHECK(j.report.verdict == Verdict::reject);
    // Nor the attestation response of another device, but where a SARIF log has no other facts.
    const bool foreign = own.find("\"version\"") != std::string::npos;
    const Judged response =
        judged(with(loose(), {{"x.json", of("{" + own + R"("attestation":{"challenge":")" +
                                            std::string(30, '0') + R"(","nonce":"00"}})")}}));
    CHECK((response.evidence.challenge != nullptr) == !foreign);
  }
}

TEST_CASE("more evidence: the words of other forms take nothing away") {
  const std::string wrong = R"("vendor_id":"0x1234","product_id":"0x1111")";
  for (const char* word : {R"("version":1,)", R"("options":1,)", R"("matter":{},)"}) {
    CAPTURE(word);
    CHECK(judged(with(loose(), {{"x.json", of("{" + std::string(word) + wrong + "}")}}))
              .report.verdict == Verdict::reject);
  }
  // A DAC of another device, in what begins as our own text, page or report.
  const std::string dac =
      to_pem("CERTIFICATE", forge::make(plan_of("more-evidence of another batch")).dac);
  for (const std::string& own :
       {"schema matter-attest/inspect/1\n" + dac,
        "<!DOCTYPE html><meta name=\"generator\" content=\"matter-attest 1\">\n" + dac}) {
    CAPTURE(own);
    CHECK(judged(with(loose(), {{"x.txt", of(own)}})).report.verdict == Verdict::reject);
  }
  CHECK(!read_bytes(view("{\"id\":\"a\",\"verdict\":\"approve\"," + wrong +
                         "}\n{\"lot\":{\"schema\":\"matter-attest/lot/1\"}}\n"))
             .device.integrity.empty());
}

TEST_CASE("more evidence: what this program writes is known by all of its members") {
  const Judged j = judged(with(part(dump()), {{"pai-2.der", good().pai}}));
  Evidence e = judged(part(dump())).evidence;
  e.policy.fail_on_unknown = e.policy.fail_on_warn = true;
  LotReport lot;
  lot.not_used_left_out = 1;
  lot.sample.emplace();
  for (const Json& own :
       {inspect_json(j.evidence), report_json(e, attest::judge(e)), lot_report_json(lot),
        checklist_json(e, {}),
        parse_json(R"({"schema":"matter-attest/payload/1","valid":true,"payloads":[]})").value()}) {
    const std::string written = attest::dump(own);
    CAPTURE(written.substr(0, 60));
    Reading reading;
    REQUIRE(read_evidence({.path = "own.json", .bytes = view(written), .base = 0, .member = true},
                          reading)
                .has_value());
    CHECK(reading.device.statements.empty());
    REQUIRE(reading.not_used.size() == 1);
    CHECK(reading.not_used[0].why.starts_with("a report of matter-attest"));
  }
}

// --- what is innocent stays so ---

TEST_CASE("more evidence: what is no Matter device's changes nothing") {
  const std::string wrong = R"("vendor_id":"0x0bda","product_id":"0x8153")";
  const Judged alone = judged(loose());
  for (
      const char* bus :
      {R"("bcdDevice":"3000","iSerial":"x","speed":"5000","driver":"r8152","bus":2)",
       R"("serial_number":"7","release_number":768,"manufacturer_string":"A","product_string":"B",)"
       R"("usage_page":1,"usage":2,"interface_number":0,"path":"x")",
       R"("bcd_device":"2.01","location_id":"0x02100000","Media":[],"bus_power":"500","name":"x")",
       R"("subsystem_vendor_id":"0x1043","subsystem_device_id":"0x1","driver":"x","bus":"pci")"}) {
    CAPTURE(bus);
    const Judged j = judged(with(loose(), {{"usb.json", of("{" + wrong + "," + bus + "}")}}));
    CHECK(j.report.verdict == alone.report.verdict);
    CHECK(j.ids(Status::warn) == alone.ids(Status::warn));
    CHECK(j.ids(Status::unknown) == alone.ids(Status::unknown));
    REQUIRE(j.evidence.not_used.size() == 1);
  }
  // With a word that only a Matter device's facts have it is one.
  CHECK(judged(with(loose(), {{"x.json", of("{" + wrong +
                                            R"(,"bcdDevice":"1","speed":1,"bus":2,"a":3,)"
                                            R"("discriminator":1})")}}))
            .report.verdict == Verdict::reject);
  // Two runs of a commissioner are none of them a contradiction of the part.
  const std::string refused =
      "CHIP:CTL: Failed in verifying 'Attestation Information' command received from the device: "
      "err 604. Look at AttestationVerificationResult enum\n";
  const std::string accepted =
      "CHIP:CTL: Successfully validated 'Attestation Information' command received from the "
      "device.\n";
  for (const bool first : {true, false}) {
    const Judged j =
        judged(with(loose(), {{first ? "a.log" : "z.log", of(refused)}, {"m.log", of(accepted)}}));
    CHECK(fails(j) == kNone);
    CHECK(message(j, "attestation.commissioner-agrees").find("604") != std::string::npos);
  }
}

TEST_CASE("more evidence: a root of another algorithm is not said to be damaged") {
  for (const char* algorithm : {"1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4"}) {
    const forge::KeyPair key = forge::key_named("a root of the web");
    forge::CertificatePlan plan = forge::paa_plan("web root", key);
    plan.algorithm = plan.tbs_algorithm = algorithm;
    const Judged j = judged(with(loose(), {{"web.der", forge::certificate(plan, key)}}));
    CHECK(fails(j) == kNone);
    CHECK(j.evidence.not_used.size() == 1);
    // Of two names that differ one is damaged.
    plan.tbs_algorithm = forge::kEcdsaWithSha256;
    CHECK(fails(judged(with(loose(), {{"web.der", forge::certificate(plan, key)}}))) ==
          "evidence.credentials-are-readable");
  }
}

// --- lists ---

TEST_CASE("more evidence: a list that is given twice is one, and the newest of a series counts") {
  const RevocationWorld world;
  const Bytes list = RevocationWorld::list().der();
  Reading reading;
  for (size_t i = 0; i < 200; ++i)
    reading.device.say(FactId::crl, list, {.path = "x.crl", .offset = i, .item = {}});
  Evidence e =
      gather(std::move(reading), Policy{.network = Network::none, .at = world.at, .required = {}},
             TrustStore::builtin(false), nullptr, openssl_engine());
  CHECK(e.crls.size() == 1);
}

// A list as its issuer signs it with another digest of the family.
Bytes list_signed_with(const CrlParts& parts, uint32_t digest, const char* algorithm) {
  Bytes extensions;
  for (const Bytes& e : parts.extensions) extensions.insert(extensions.end(), e.begin(), e.end());
  const Bytes named = sequence({object_id(algorithm)});
  const Bytes tbs = sequence({parts.version, named, parts.issuer, parts.times, parts.entries,
                              tlv(0xA0, tlv(der::kSequence, extensions))});
  Hash hash = Hash::of_type(digest).value();
  hash.update(tbs);
  const Bytes whole = hash.finish();
  Sha256 first{};
  std::copy_n(whole.begin(), first.size(), first.begin());
  return sequence({tbs, named, bits(signature_value(*sign_p256(scalar(parts.signer), first)))});
}

TEST_CASE("revocation: a list of a longer digest revokes whom it names, and clears nobody") {
  const RevocationWorld world;
  const auto answer = [&](const Bytes& der) {
    CrlEvidence list = read_crl(der, {.path = "x.crl", .offset = {}, .item = {}});
    const ListIssuer issuers[] = {list_issuer(*world.pai)};
    judge_crl(list, issuers, {}, world.at, openssl_engine());
    return std::pair(revocation_of(*world.dac, ListOf::pai, {&list, 1}, {}), list);
  };
  CrlParts clearing = RevocationWorld::list(), revoking = clearing;
  revoking.entries = tlv(der::kSequence, sequence({integer(5), utc("250601000000Z")}));
  const std::pair<uint32_t, const char*> rows[] = {{7, "1.2.840.10045.4.3.3"},
                                                   {8, "1.2.840.10045.4.3.4"}};
  for (const auto& [digest, algorithm] : rows) {
    CAPTURE(algorithm);
    CHECK(answer(list_signed_with(revoking, digest, algorithm)).first.answer ==
          RevocationState::Answer::revoked);
    const auto [state, list] = answer(list_signed_with(clearing, digest, algorithm));
    CHECK(state.answer == RevocationState::Answer::unknown);
    CHECK(state.why.find("expected ecdsa-with-SHA256") != std::string::npos);
    CHECK(!list.altered);
    Bytes damaged = list_signed_with(revoking, digest, algorithm);
    damaged.back() ^= 1;
    const auto [none, altered] = answer(damaged);
    CHECK(none.answer == RevocationState::Answer::unknown);
    CHECK(altered.altered);
  }
}

// --- names ---

// --- every part and every fixture that is refused ---

TEST_CASE("more evidence: a good file beside every part that is refused") {
  const forge::Device another = forge::make(plan_of("more-evidence of another batch"));
  const Bytes wrong = forge::key_named("more-evidence of nobody").scalar;
  const auto key_pem =
      of(to_pem("EC PRIVATE KEY", sequence({integer(1), octets(good().dac_key.scalar)})));
  const std::string facts = fmt::format(
      R"({{"vendor_id":"0xFFE0","product_id":"0x8000","attestation":{{"elements":"{}",)"
      R"("signature":"{}","nonce":"{}","challenge":"{}"}}}})",
      hex(good().elements), hex(good().signature), hex(good().nonce), hex(good().challenge));
  const std::vector<File> bad_parts[] = {
      part(dump({{kPai, another.pai}})),
      part(dump({{kDac, another.dac}})),
      part(dump({{kDac, another.dac}, {kPai, another.pai}})),
      part(dump({{kKey, wrong}})),
      part(dump({{kKey, Bytes{}}})),
      part(dump({{kKey, raw(std::string(62, 'f') + "fe")}})),
      part(dump({{kPai, Bytes{}}})),
      part(dump({{kDac, Bytes{}}})),
      part(dump({{kPai, Bytes(400, 0xFF)}})),
      part(dump({{kDac, good().pai}, {kPai, good().dac}})),
      part(dump({{kPai, to_bytes(View(good().pai).first(200))}})),
      part(dump({{kVendor, le_bytes(0x1234, 2)}})),
      part(dump({{kVendor, le_bytes(0x11234, 4)}})),
      part(dump({{kProduct, le_bytes(0x18000, 8)}})),
      {{"m-dump.bin", dump()}, {"cd.der", another.cd}, {"x.json", of(R"({"vendor_id":"0x1234"})")}},
      with(loose(),
           {{"z.pem", of(to_pem("EC PRIVATE KEY", sequence({integer(1), octets(wrong)})))}}),
      with(loose(), {{"z.json", of(R"({"vendor_id":"0x1234","product_id":"0x1111"})")}}),
  };
  const File donors[] = {{"dac.der", good().dac}, {"pai.der", good().pai},
                         {"cd-2.der", good().cd}, {"key.pem", key_pem},
                         {"dump.bin", dump()},    {"device.json", of(facts)}};
  size_t number = 0;
  for (const std::vector<File>& bad : bad_parts) {
    const size_t which = number++;
    CAPTURE(which);
    const Judged alone = judged(bad);
    CHECK(alone.report.verdict == Verdict::reject);
    for (const File& donor : donors) {
      CAPTURE(donor.path);
      for (const char* before : {"0-", "z-"}) {
        const Judged j = judged(with(bad, {{before + donor.path, donor.bytes}}));
        CHECK_MESSAGE(j.report.verdict != Verdict::approve, j.text);
      }
    }
    std::vector<File> all = bad;
    for (const File& donor : donors) all.push_back({"all/" + donor.path, donor.bytes});
    CHECK(judged(all).report.verdict == Verdict::reject);
  }
}

TEST_CASE("more evidence: a good file beside every fixture that is refused") {
  const Folder files;
  const std::string folder = files.path();
  size_t refused = 0, set_aside = 0;
  for (const Judged& fixture : judged_fixtures()) {
    if (fixture.report.verdict != Verdict::reject || !fixture.errors.empty()) continue;
    CAPTURE(fixture.name);
    ++refused;
    std::vector<std::string> words;
    std::ifstream in("fixtures/devices/" + fixture.name + "/options");
    for (std::string word; in >> word;) words.push_back(word);
    // What the device of this name would have, were nothing wrong with it, and a stranger's.
    const forge::Device device = forge::make(forge::good_plan(fixture.name)),
                        other = forge::make(forge::good_plan("good"));
    const Json json = Json(Json::Object{})
                          .set("vendor_id", "0xFFF1")
                          .set("product_id", "0x8000")
                          .set("attestation", Json(Json::Object{})
                                                  .set("elements", hex(device.elements))
                                                  .set("signature", hex(device.signature))
                                                  .set("nonce", hex(device.nonce))
                                                  .set("challenge", hex(device.challenge)));
    std::vector<Bytes> items = ti_items();
    items[kVendor] = le_bytes(0xFFF1, 2), items[kProduct] = le_bytes(0x8000, 2);
    items[kDac] = device.dac, items[kKey] = device.dac_key.scalar, items[kPai] = device.pai;
    items[14] = items[kPasscode] = {};
    const File donors[] = {
        {"dac.der", device.dac},
        {"pai.der", device.pai},
        {"other-pai.der", other.pai},
        {"cd.der", device.cd},
        {"key.pem",
         of(to_pem("EC PRIVATE KEY", sequence({integer(1), octets(device.dac_key.scalar)})))},
        {"device.json", of(attest::dump(json))},
        {"dump.bin", ti_image(0x1000, items)},
    };
    for (const File& donor : donors) {
      for (const char* before : {"0-", "z-"}) {
        const std::string path = folder + "/" + before + donor.path;
        std::ofstream(path, std::ios::binary) << text(View(donor.bytes));
        std::vector<std::string> more = words;
        more.push_back(path);
        const Judged j = test::judge(more);
        if (!j.errors.empty() || j.report.verdict != Verdict::approve) continue;
        const bool aside = std::any_of(
            j.evidence.not_used.begin(), j.evidence.not_used.end(), [](const NotUsed& unused) {
              return unused.why.starts_with("another PAI, which did not issue this DAC");
            });
        set_aside += aside;
        // What is missing in files a file may bring: there is no part whose slot lacks it.
        const bool brought = fixture.evidence.device.first(FactId::dac) == nullptr ||
                             fixture.evidence.device.first(FactId::pai) == nullptr ||
                             !fixture.evidence.cd_place;
        CHECK_MESSAGE((aside || brought), fixture.name << " is approved with " << donor.path << "\n"
                                                       << j.text);
      }
    }
  }
  CHECK(refused > 150);
  MESSAGE(refused << " refused, " << set_aside << " times a PAI set aside");
}

TEST_CASE(
    "more evidence: the PAI in the DAC's own file is the part's, where it is the only one there") {
  const Bytes other = forge::make(forge::good_plan_of("another-part", 0xFFE1, kPid)).pai;
  const auto file = [](const std::vector<Bytes>& certificates) {
    std::string out;
    for (const Bytes& one : certificates) out += to_pem("CERTIFICATE", one);
    return File{"m-device.pem", of(out)};
  };
  const File cd{"cd.der", good().cd};
  for (const char* name : {"a-pai.der", "z-pai.der"}) {
    CAPTURE(name);
    const Judged wrong = judged({file({good().dac, other}), cd, {name, good().pai}});
    CHECK(wrong.report.verdict == Verdict::reject);
    CHECK(fails(wrong).find("identity.one-pai") != std::string::npos);
    // Another PAI beside the right one is another part's, as it is beside loose files.
    CHECK(fails(judged({file({good().dac, good().pai}), cd, {name, other}})) == kNone);
    CHECK(fails(judged({file({good().dac, good().pai}), cd, {name, good().pai}})) == kNone);
  }
  // Of two in one file the one that issued the DAC is its PAI.
  CHECK(fails(judged({file({good().dac, other, good().pai}), cd})) == kNone);
}
