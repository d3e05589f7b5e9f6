// The rule of revocation as a property over everything a list can be: whom an authentic list names
// is revoked, whatever else is wrong with it; whom it does not name it clears only when it may say
// so; and a list that is not the issuer's or its delegate's does neither.

#include <functional>
#include <string>
#include <vector>

#include "tests/support/revocation_world.h"
#include "tests/support/support.h"
#include "verifier/base/json.h"
#include "verifier/checks/catalogue.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"

using namespace attest;
using namespace attest::test;

namespace {

using World = RevocationWorld;
using Said = RevocationState::Answer;

// A list in the making: what signs it, and what its encoding is made of.
struct Made {
  CrlParts parts;
  Bytes algorithm = ecdsa_with_sha256();  // in the signed part
  Bytes before_entries;                   // entries ahead of those that the row is about
  Bytes behind_signature, behind;
  std::string address;  // that the point names

  Bytes der(const Bytes& entries) const {
    const Bytes all = join({before_entries, entries, entry(7)});
    Bytes extensions;
    for (const Bytes& e : parts.extensions) extensions.insert(extensions.end(), e.begin(), e.end());
    const Bytes tail =
        parts.extensions.empty() ? Bytes{} : tlv(0xA0, tlv(der::kSequence, extensions));
    const Bytes tbs = sequence(
        {parts.version, algorithm, parts.issuer, parts.times, tlv(der::kSequence, all), tail});
    return join({sequence({tbs, ecdsa_with_sha256(), attest::test::bits(sign(parts.signer, tbs)),
                           behind_signature}),
                 behind});
  }
};

// Whose list it is.
struct Whose {
  const char* name;
  bool of_paa, delegated;
};
constexpr Whose kWhose[] = {{"the PAI's", false, false},
                            {"the PAA's", true, false},
                            {"a delegate's of the PAI", false, true},
                            {"a delegate's of the PAA", true, true}};

// What is wrong with it, and whether it clears whom it does not name: in any case, nowhere, or only
// by the ledger's point, at whose address it says to be.
enum class Clears : uint8_t { always, never, by_point, for_dacs, for_pais };
struct Fault {
  const char* name;
  Clears clears;
  std::function<void(Made&)> make;
};

Bytes point_flags(const Bytes& flags) {
  return extension("2.5.29.28", sequence({flags}), true);
}
Bytes flag(unsigned n) {
  return tlv(static_cast<uint8_t>(0x80 | n), raw("ff"));
}
void add(Made& m, Bytes extension) {
  m.parts.extensions.push_back(std::move(extension));
}
Bytes fraction() {
  return tlv(der::kGeneralizedTime, "20990101000000.5Z");
}

const std::vector<Fault>& faults() {
  static const std::vector<Fault> all = {
      {"nothing", Clears::always, [](Made&) {}},
      {"version 1", Clears::never, [](Made& m) { m.parts.version = {}; }},
      {"version 1, no extensions", Clears::never,
       [](Made& m) { m.parts.version = {}, m.parts.extensions.clear(); }},
      {"version 3", Clears::never, [](Made& m) { m.parts.version = integer(2); }},
      {"stale", Clears::never,
       [](Made& m) {
         m.parts.times = join({utc("250101000000Z"), utc("260301000000Z")});
       }},
      {"no nextUpdate", Clears::never, [](Made& m) { m.parts.times = utc("260101000000Z"); }},
      {"of tomorrow", Clears::never,
       [](Made& m) {
         m.parts.times = join({utc("260602000000Z"), utc("270601000000Z")});
       }},
      {"thisUpdate unreadable", Clears::never,
       [](Made& m) {
         m.parts.times = join({utc("260101000000+01"), utc("270101000000Z")});
       }},
      {"nextUpdate with a fraction", Clears::never,
       [](Made& m) {
         m.parts.times = join({utc("260101000000Z"), fraction()});
       }},
      {"a byte behind", Clears::never, [](Made& m) { m.behind = raw("00"); }},
      {"a line end behind", Clears::never, [](Made& m) { m.behind = raw("0d0a"); }},
      {"another list behind", Clears::never, [](Made& m) { m.behind = m.der({}); }},
      {"a byte behind its signature", Clears::never,
       [](Made& m) { m.behind_signature = raw("0500"); }},
      {"another algorithm in the signed part", Clears::never,
       [](Made& m) { m.algorithm = sequence({object_id("1.2.840.10045.4.3.3")}); }},
      {"NULL parameters in the signed part only", Clears::never,
       [](Made& m) {
         m.algorithm = sequence({object_id("1.2.840.10045.4.3.2"), raw("0500")});
       }},
      {"no authority key id", Clears::never,
       [](Made& m) { m.parts.extensions.erase(m.parts.extensions.begin()); }},
      {"another authority key id", Clears::never,
       [](Made& m) {
         m.parts.extensions[0] = extension("2.5.29.35", sequence({tlv(0x80, Bytes(20, 0x99))}));
       }},
      {"a broken authority key id", Clears::never,
       [](Made& m) { m.parts.extensions[0] = extension("2.5.29.35", raw("0500")); }},
      {"no number", Clears::never,
       [](Made& m) { m.parts.extensions.erase(m.parts.extensions.begin() + 1); }},
      {"a broken number", Clears::never,
       [](Made& m) { m.parts.extensions[1] = extension("2.5.29.20", raw("0500")); }},
      {"an extension twice", Clears::never,
       [](Made& m) { m.parts.extensions.push_back(m.parts.extensions[1]); }},
      {"seventy extensions", Clears::never,
       [](Made& m) {
         for (unsigned i = 0; i < 70; ++i) add(m, extension("1.2.3." + std::to_string(i), {}));
       }},
      {"an unknown extension", Clears::always,
       [](Made& m) { add(m, extension("1.2.3.4", raw("0500"))); }},
      {"an unknown critical extension", Clears::never,
       [](Made& m) { add(m, extension("1.2.3.4", raw("0500"), true)); }},
      {"an unknown critical extension of an entry", Clears::never,
       [](Made& m) { m.before_entries = entry(9, extension("1.2.3.5", {}, true)); }},
      {"an entry without a date", Clears::never,
       [](Made& m) { m.before_entries = sequence({integer(9)}); }},
      {"an entry that is none", Clears::never, [](Made& m) { m.before_entries = raw("0500"); }},
      {"an entry with a broken reason", Clears::never,
       [](Made& m) { m.before_entries = entry(9, extension("2.5.29.21", raw("020101"))); }},
      {"a delta", Clears::never, [](Made& m) { add(m, extension("2.5.29.27", integer(1), true)); }},
      {"a delta that is not critical", Clears::never,
       [](Made& m) { add(m, extension("2.5.29.27", integer(1))); }},
      {"its own address", Clears::by_point,
       [](Made& m) { add(m, World::distribution_point(m.address)); }},
      {"another address", Clears::never,
       [](Made& m) { add(m, World::distribution_point("https://lists.example/2.crl")); }},
      {"indirect", Clears::always, [](Made& m) { add(m, point_flags(flag(4))); }},
      {"indirect, with its own address", Clears::by_point,
       [](Made& m) { add(m, World::distribution_point(m.address, flag(4))); }},
      {"of devices only", Clears::for_dacs, [](Made& m) { add(m, point_flags(flag(1))); }},
      {"of authorities only", Clears::for_pais, [](Made& m) { add(m, point_flags(flag(2))); }},
      {"of attributes only", Clears::never, [](Made& m) { add(m, point_flags(flag(5))); }},
      {"of some reasons only", Clears::never,
       [](Made& m) { add(m, point_flags(tlv(0x83, raw("0640")))); }},
      {"a broken distribution point", Clears::never,
       [](Made& m) { add(m, extension("2.5.29.28", raw("0500"), true)); }},
      {"two distribution points", Clears::never,
       [](Made& m) {
         add(m, point_flags(flag(1)));
         add(m, point_flags(flag(2)));
       }},
  };
  return all;
}

// How the serial number stands on it.
enum class Named : uint8_t { no, yes, by_the_way, taken_back };
struct Entry {
  const char* name;
  Named named;
  std::function<Bytes(const Bytes& authority)> make;
};
const std::vector<Entry>& entries() {
  static const std::vector<Entry> all = {
      {"not on it", Named::no, [](const Bytes&) { return entry(6); }},
      {"with one more digit", Named::no,
       [](const Bytes&) {
         return sequence({tlv(der::kInteger, raw("0500")), utc("250601000000Z")});
       }},
      {"on it", Named::yes, [](const Bytes&) { return entry(5); }},
      {"for a reason", Named::yes, [](const Bytes&) { return entry(5, reason(1)); }},
      {"on hold", Named::yes, [](const Bytes&) { return entry(5, reason(6)); }},
      {"with leading zeros", Named::yes,
       [](const Bytes&) {
         return sequence({tlv(der::kInteger, raw("000005")), utc("250601000000Z")});
       }},
      {"removed from it", Named::taken_back, [](const Bytes&) { return entry(5, reason(8)); }},
      {"with a broken reason", Named::yes,
       [](const Bytes&) { return entry(5, extension("2.5.29.21", raw("020101"))); }},
      {"of the authority", Named::yes,
       [](const Bytes& a) { return entry(5, certificate_issuer(a)); }},
      {"behind one of the authority", Named::yes,
       [](const Bytes& a) {
         return join({entry(9, certificate_issuer(a)), entry(5)});
       }},
      {"of another authority", Named::no,
       [](const Bytes&) { return entry(5, certificate_issuer(World::name("Other"))); }},
      {"behind one of another authority", Named::by_the_way,
       [](const Bytes&) {
         return join({entry(9, certificate_issuer(World::name("Other"))), entry(5)});
       }},
      {"behind one of another, and of the authority again", Named::yes,
       [](const Bytes& a) {
         return join({entry(9, certificate_issuer(World::name("Other"))), entry(5),
                      entry(5, certificate_issuer(a))});
       }},
  };
  return all;
}

// Encodings that leave no list in order, although the fault itself would.
bool entry_is_broken(const Entry& e) {
  return std::string_view(e.name) == "with a broken reason" ||
         std::string_view(e.name) == "with leading zeros";
}

struct Case {
  const World& world;
  Whose whose;
  uint8_t key;
  Bytes authority;
  RevocationPoint point;
  CertificatePtr signer;

  Case(const World& w, Whose of) : world(w), whose(of) {
    authority = World::name(of.of_paa ? "PAA" : "PAI");
    point = of.of_paa ? w.point_of_paa() : w.point_of_pai();
    key = of.of_paa ? (of.delegated ? World::kPaaDelegateKey : World::kPaaKey)
                    : (of.delegated ? World::kPaiDelegateKey : World::kPaiKey);
    if (!of.delegated) return;
    delegate(of.of_paa ? w.paa_delegate_parts : w.pai_delegate_parts);
  }
  void delegate(const CertificateParts& parts) {
    signer = parsed(parts);
    point.crl_signer = signer->der;
    if (!whose.of_paa) point.crl_signer_delegator = world.pai->der;
  }
  Made made(const Fault& fault) const {
    Made out;
    out.parts = World::list(key, whose.of_paa ? (whose.delegated ? "PAA lists" : "PAA")
                                              : (whose.delegated ? "PAI lists" : "PAI"));
    out.address = point.data_url;
    fault.make(out);
    return out;
  }
  const Certificate& certificate() const { return whose.of_paa ? *world.pai : *world.dac; }
  ListOf of() const { return whose.of_paa ? ListOf::paa : ListOf::pai; }

  RevocationState by_file(const Bytes& der) const {
    CrlEvidence list = read_crl(der, {.path = "x.crl", .offset = {}, .item = {}});
    const ListIssuer issuers[] = {world.of_pai(), world.of_paa()};
    std::vector<CertificatePtr> signers;
    if (signer) signers.push_back(signer);
    judge_crl(list, issuers, signers, world.at, openssl_engine());
    return revocation_of(certificate(), of(), {&list, 1}, {});
  }
  RevocationState by_point(const Bytes& der) const {
    const auto fetched = [&]() -> Fact<RevokedListPtr> {
      auto crl = salvage_crl(der);
      REQUIRE(crl);
      return Found<RevokedListPtr>{
          std::make_shared<const RevokedList>(RevokedList::indexed(std::move(*crl))), {}};
    };
    const CrlEvidence list =
        judge_point(point, fetched, whose.of_paa ? world.of_paa() : world.of_pai(), false, world.at,
                    openssl_engine());
    return revocation_of(certificate(), of(), {}, {&list, 1});
  }
};

const char* answer_name(Said answer) {
  constexpr const char* kNames[] = {"no list", "not revoked", "revoked", "unknown"};
  return kNames[static_cast<size_t>(answer)];
}

bool is_delta(const Fault& fault) {
  return std::string_view(fault.name).starts_with("a delta");
}

const char* expected(const Case& c, const Fault& fault, const Entry& e, bool by_point) {
  if (e.named == Named::yes || (e.named == Named::taken_back && !is_delta(fault))) return "revoked";
  if (e.named == Named::by_the_way) return "unknown";
  const bool clears = fault.clears == Clears::always ||
                      (fault.clears == Clears::by_point && by_point) ||
                      (fault.clears == Clears::for_dacs && !c.whose.of_paa) ||
                      (fault.clears == Clears::for_pais && c.whose.of_paa);
  return clears && !entry_is_broken(e) ? "not revoked" : "unknown";
}

}  // namespace

TEST_CASE("revocation matrix: who is named is revoked, who is not is cleared by a list that may") {
  const World world;
  size_t tried = 0;
  for (const Whose& whose : kWhose) {
    const Case c(world, whose);
    for (const Fault& fault : faults()) {
      const Made made = c.made(fault);
      for (const Entry& e : entries()) {
        const Bytes der = made.der(e.make(c.authority));
        CAPTURE(std::string(whose.name));
        CAPTURE(std::string(fault.name));
        CAPTURE(std::string(e.name));
        CHECK(std::string(answer_name(c.by_file(der).answer)) == expected(c, fault, e, false));
        CHECK(std::string(answer_name(c.by_point(der).answer)) == expected(c, fault, e, true));
        tried += 2;
      }
    }
  }
  MESSAGE(tried << " lists");
}

TEST_CASE("revocation matrix: a list of anybody else neither revokes nor clears") {
  const World world;
  const struct {
    const char* name;
    bool delegated;
    std::function<void(Case&, Made&)> make;
  } strangers[] = {
      {"signed by another key", false, [](Case&, Made& m) { m.parts.signer = 99; }},
      {"issued by another name", false,
       [](Case&, Made& m) { m.parts.issuer = World::name("Other"); }},
      {"by a delegate that another authority made", true,
       [](Case& c, Made&) {
         auto p = c.whose.of_paa ? c.world.paa_delegate_parts : c.world.pai_delegate_parts;
         p.signer = 99;
         c.delegate(p);
       }},
      {"by an authority below the issuer", true,
       [](Case& c, Made&) {
         auto p = c.whose.of_paa ? c.world.paa_delegate_parts : c.world.pai_delegate_parts;
         p.extensions[0] = extension("2.5.29.19", sequence({raw("0101ff")}), true);
         c.delegate(p);
       }},
      {"by a certificate that may not sign lists", true,
       [](Case& c, Made&) {
         auto p = c.whose.of_paa ? c.world.paa_delegate_parts : c.world.pai_delegate_parts;
         p.extensions[1] = extension("2.5.29.15", raw(World::kSigns), true);
         c.delegate(p);
       }},
      {"by a delegate whose time was over before", true,
       [](Case& c, Made&) {
         auto p = c.whose.of_paa ? c.world.paa_delegate_parts : c.world.pai_delegate_parts;
         p.validity = sequence({utc("240101000000Z"), utc("240601000000Z")});
         c.delegate(p);
       }},
  };
  for (const Whose& whose : kWhose) {
    for (const auto& stranger : strangers) {
      if (stranger.delegated != whose.delegated && stranger.delegated) continue;
      for (const Fault& fault : faults()) {
        Case c(world, whose);
        Made made = c.made(fault);
        stranger.make(c, made);
        for (const Entry& e : entries()) {
          const Bytes der = made.der(e.make(c.authority));
          CAPTURE(std::string(whose.name));
          CAPTURE(std::string(stranger.name));
          CAPTURE(std::string(fault.name));
          CAPTURE(std::string(e.name));
          for (const Said answer : {c.by_file(der).answer, c.by_point(der).answer}) {
            CHECK(answer != Said::revoked);
            CHECK(answer != Said::not_revoked);
          }
        }
      }
    }
  }
}

TEST_CASE("revocation: what a delegate signed in its time stays said when its time is over") {
  const World world;
  for (const Whose& whose : kWhose) {
    if (!whose.delegated) continue;
    Case c(world, whose);
    auto p = whose.of_paa ? world.paa_delegate_parts : world.pai_delegate_parts;
    p.validity = sequence({utc("240101000000Z"), utc("260301000000Z")});
    c.delegate(p);
    const Made made = c.made(faults().front());
    for (const bool listed : {true, false}) {
      const Bytes der = made.der(entry(listed ? 5 : 6));
      for (const RevocationState& state : {c.by_file(der), c.by_point(der)}) {
        CHECK(std::string(answer_name(state.answer)) == (listed ? "revoked" : "unknown"));
        CHECK_MESSAGE(
            state.why.find("its signer's certificate is not in force") != std::string::npos,
            state.why);
      }
    }
  }
}

TEST_CASE("revocation: no newer list takes a revocation back; one that may clear is told of") {
  const World world;
  const Case c(world, kWhose[0]);
  const Bytes revoking = c.made(faults().front()).der(entry(5));
  for (const Fault& fault : faults()) {
    Made newer = c.made(fault);
    for (Bytes& extension : newer.parts.extensions) {
      if (extension == attest::test::extension("2.5.29.20", integer(2)))
        extension = attest::test::extension("2.5.29.20", integer(9));
    }
    std::vector<CrlEvidence> lists;
    const ListIssuer issuers[] = {world.of_pai(), world.of_paa()};
    for (const Bytes& der : {revoking, newer.der(entry(6))}) {
      lists.push_back(read_crl(der, {.path = "x.crl", .offset = {}, .item = {}}));
      judge_crl(lists.back(), issuers, {}, world.at, openssl_engine());
    }
    CAPTURE(std::string(fault.name));
    const bool may_clear = fault.clears == Clears::always || fault.clears == Clears::for_dacs;
    for (const bool older_first : {true, false}) {
      if (!older_first) std::swap(lists[0], lists[1]);
      const RevocationState state = revocation_of(*world.dac, ListOf::pai, lists, {});
      CHECK(std::string(answer_name(state.answer)) == "revoked");
      CHECK(state.replaced.has_value() == may_clear);
    }
  }
}

namespace {

// A ledger that knows the points of two issuers and the lists behind them.
struct PointsLedger final : Ledger {
  Provenance from{.source = "a ledger in memory", .height = 9, .read_at = {1}, .proven = false};
  std::vector<RevocationPoint> points;
  Bytes der;

  LedgerStatus status() override {
    return {.chain_id = "x",
            .height = 9,
            .synced_at = {1},
            .trust = LedgerTrust::snapshot,
            .source = from.source};
  }
  Fact<std::vector<LedgerCertificate>> approved_paa(const KeyId&) override { return Absent{from}; }
  Fact<std::vector<LedgerCertificate>> approved_pai(const KeyId&) override { return Absent{from}; }
  Fact<std::vector<LedgerCertificate>> revoked_certificates(const KeyId&) override {
    return Absent{from};
  }
  Fact<std::vector<LedgerCertificate>> cd_signer(const KeyId&) override { return Absent{from}; }
  Fact<VendorInfo> vendor(uint16_t) override { return Absent{from}; }
  Fact<Model> model(uint16_t, uint16_t) override { return Absent{from}; }
  Fact<ModelVersion> version(uint16_t, uint16_t, uint32_t) override { return Absent{from}; }
  Fact<ComplianceInfo> compliance(uint16_t, uint16_t, uint32_t) override { return Absent{from}; }
  Fact<CertificateCoverage> coverage(const std::string&) override { return Absent{from}; }
  Fact<std::vector<RevocationPoint>> revocation_points(const KeyId& issuer) override {
    std::vector<RevocationPoint> out;
    for (const RevocationPoint& p : points) {
      if (p.issuer_subject_key_id == issuer) out.push_back(p);
    }
    if (out.empty()) return Absent{from};
    return Found<std::vector<RevocationPoint>>{out, from};
  }
  Fact<RevokedListPtr> crl(const RevocationPoint&) override {
    auto list = salvage_crl(der);
    if (!list) return Unknown{list.error().what};
    return Found<RevokedListPtr>{std::make_shared<const RevokedList>(std::move(*list)), from};
  }
};

Finding found_by(const Case& c, const Bytes& der, Network network, bool by_point) {
  const World& w = c.world;
  PointsLedger ledger;
  if (by_point) ledger.points = {c.point};
  ledger.der = der;
  Reading reading;
  const auto say = [&](FactId fact, const Bytes& bytes, const char* path) {
    reading.device.say(fact, bytes, {.path = path, .offset = {}, .item = {}});
  };
  say(FactId::dac, w.dac->der, "dac.der");
  say(FactId::pai, w.pai->der, "pai.der");
  if (!by_point) say(FactId::crl, der, "list.crl");
  if (!by_point && c.signer) say(FactId::certificate, c.signer->der, "signer.der");
  TrustStore trust = TrustStore::builtin(network == Network::test);
  REQUIRE(trust.add_paa(w.paa, Origin::given, "paa"));
  Evidence e = gather(std::move(reading),
                      {.network = network, .at = w.at, .required = {}, .show_passcode = false},
                      trust, network == Network::none ? nullptr : &ledger, openssl_engine());
  verify_signatures(e, openssl_engine());
  const Report report = judge(e);
  const Check* check = find_check(c.whose.of_paa ? "pai.is-not-revoked" : "dac.is-not-revoked");
  return report.findings[check_index(*check)];
}

}  // namespace

TEST_CASE("revocation matrix: a revoked serial is a fail on every network, by file and by ledger") {
  const World world;
  for (const Whose& whose : kWhose) {
    const Case c(world, whose);
    for (const Fault& fault : faults()) {
      const Made made = c.made(fault);
      for (const bool listed : {true, false}) {
        const Bytes der = made.der(entry(listed ? 5 : 6));
        for (const Network network : {Network::main, Network::test, Network::none}) {
          for (const bool by_point : {true, false}) {
            if (by_point && network == Network::none) continue;
            CAPTURE(std::string(whose.name));
            CAPTURE(std::string(fault.name));
            CAPTURE(listed);
            CAPTURE(network_name(network));
            CAPTURE(by_point);
            const Finding f = found_by(c, der, network, by_point);
            const std::string answer = expected(c, fault, entries()[listed ? 2 : 0], by_point);
            CHECK(status_name(f.status) == std::string(answer == "revoked"       ? "fail"
                                                       : answer == "not revoked" ? "pass"
                                                                                 : "unknown"));
            if (listed) CHECK(f.severity == Severity::error);
          }
        }
      }
    }
  }
}

TEST_CASE("revocation: the delegate's list without certificate issuers, as the SDK has it") {
  if (!have_shared("field/24-delegated-crl-no-cert-issuer")) return;
  const auto folder = shared() / "field/24-delegated-crl-no-cert-issuer";
  const Bytes list = slurp(folder / "Chip-Test-PAA-FFF1-Delegated-CRL.der"),
              signer = slurp(folder / "Chip-Test-PAA-Delegate-FFF1-Cert.der");
  const auto vector = parse_json(text(slurp(folder / "indirect-revoked-pai-03.json")));
  REQUIRE(vector);
  const auto paa =
      parse_certificate(slurp(shared() / "matter-sdk/revoked/Chip-Test-PAA-FFF1-Cert.der"));
  REQUIRE(paa);
  for (const bool by_point : {true, false}) {
    for (const Network network : {Network::main, Network::test, Network::none}) {
      if (by_point && network == Network::none) continue;
      CAPTURE(by_point);
      CAPTURE(network_name(network));
      PointsLedger ledger;
      ledger.der = list;
      if (by_point)
        ledger.points = {{.vid = 0xFFF1,
                          .pid = 0,
                          .label = "delegated",
                          .issuer_subject_key_id = *(*paa)->skid(),
                          .is_paa = true,
                          .crl_signer = signer,
                          .crl_signer_delegator = {},
                          .data_url = "https://example.com/paa-delegated-crl.der",
                          .data_file_size = 0,
                          .data_digest = "",
                          .data_digest_type = 0,
                          .revocation_type = 1}};
      Reading reading;
      const auto say = [&](FactId fact, Bytes bytes) {
        reading.device.say(fact, std::move(bytes), {.path = "x", .offset = {}, .item = {}});
      };
      say(FactId::dac, *from_hex(*vector->find("dac_cert")->string()));
      say(FactId::pai, *from_hex(*vector->find("pai_cert")->string()));
      if (!by_point) say(FactId::crl, list), say(FactId::certificate, signer);
      TrustStore trust = TrustStore::builtin(network == Network::test);
      REQUIRE(trust.add_paa(*paa, Origin::given, "paa"));
      Evidence e = gather(std::move(reading),
                          {.network = network,
                           .at = *parse_rfc3339("2026-06-01T00:00:00Z"),
                           .required = {},
                           .show_passcode = false},
                          trust, network == Network::none ? nullptr : &ledger, openssl_engine());
      verify_signatures(e, openssl_engine());
      const Finding f = judge(e).findings[check_index(*find_check("pai.is-not-revoked"))];
      CHECK(f.status == Status::fail);
      CHECK(f.check->sdk == 202);
      CHECK_MESSAGE(f.message.starts_with("the PAI was revoked on 2025-02-24T11:13:51Z"),
                    f.message);
    }
  }
}
