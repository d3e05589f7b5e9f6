// Chains and declarations of our own making, each with one fault, put before us and before OpenSSL:
// where the two disagree, path_validators.txt says why, and nowhere else do they.

#include <cstdio>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>

#include "fixtures/forge/der_writer.h"
#include "fixtures/forge/device_builder.h"
#include "tests/support/folder.h"
#include "tests/support/support.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"
#include "verifier/pki/key.h"
#include "verifier/readers/reader.h"

using namespace attest;
using namespace attest::forge;
using attest::test::Folder;
namespace asn1 = attest::forge::der;

namespace {

constexpr const char* kExpectations = "tests/path_validators.txt";

// A chain whose PAA is its own, so that any of the three can be at fault.
struct Chain {
  std::string name;
  KeyPair paa_key;
  CertificatePlan paa;
  DevicePlan device;

  explicit Chain(std::string called)
      : name(std::move(called)),
        paa_key(key_named("path validators paa")),
        paa(paa_plan("Forged PAA", paa_key, "FFF1")),
        device(good_plan("path validators")) {
    device.issue_pai_by(paa, paa_key);
  }
};

struct Fault {
  std::string name;
  std::function<void(CertificatePlan&)> at;
};

Bytes bytes(std::initializer_list<uint8_t> octets) {
  return octets;
}
Bytes sequence_of_oid(const char* dotted) {
  return asn1::sequence({asn1::oid(dotted)});
}
Bytes uri() {
  return asn1::element(0x86, view(std::string("http://example.com/crl")));
}
Bytes permitted(const Bytes& base) {
  return asn1::sequence({asn1::explicitly(0, asn1::sequence({base}))});
}

struct KnownExtension {
  const char* name;
  const char* oid;
  Bytes good;
};
std::vector<KnownExtension> known_extensions() {
  const Bytes access = asn1::sequence({asn1::sequence({asn1::oid("1.3.6.1.5.5.7.48.2"), uri()})});
  return {
      {"ext-key-usage", "2.5.29.37", sequence_of_oid("1.3.6.1.5.5.7.3.2")},
      {"subject-alt-name", "2.5.29.17", asn1::sequence({uri()})},
      {"issuer-alt-name", "2.5.29.18", asn1::sequence({uri()})},
      {"policies", "2.5.29.32", asn1::sequence({sequence_of_oid("1.2.3.4")})},
      {"crl-points", "2.5.29.31",
       asn1::sequence({asn1::sequence({asn1::explicitly(0, asn1::explicitly(0, uri()))})})},
      {"freshest-crl", "2.5.29.46",
       asn1::sequence({asn1::sequence({asn1::explicitly(0, asn1::explicitly(0, uri()))})})},
      {"name-constraints", "2.5.29.30",
       permitted(asn1::element(0x82, view(std::string("example.com"))))},
      {"authority-info", "1.3.6.1.5.5.7.1.1", access},
      {"subject-info", "1.3.6.1.5.5.7.1.11", access},
      {"policy-mappings", "2.5.29.33",
       asn1::sequence({asn1::sequence({asn1::oid("1.2.3.4"), asn1::oid("1.2.3.5")})})},
      {"policy-constraints", "2.5.29.36", asn1::sequence({asn1::element(0x81, View(bytes({0})))})},
      {"inhibit-any-policy", "2.5.29.54", asn1::integer(uint64_t{0})},
      {"netscape-type", "2.16.840.1.113730.1.1", asn1::bits(bytes({0x80}), 7)},
      {"unknown", "1.3.6.1.4.1.37244.99.1", asn1::octets(bytes({1}))}};
}

void extension_faults(std::vector<Fault>& out) {
  for (const KnownExtension& known : known_extensions()) {
    const auto add = [&](const std::string& fault, bool critical, const Bytes& value,
                         bool twice = false) {
      const ExtensionPlan plan{.oid = known.oid, .critical = critical, .value = value};
      out.push_back({fault + "-" + known.name, [=](CertificatePlan& c) {
                       c.extensions.push_back(plan);
                       if (twice) c.extensions.push_back(plan);
                     }});
    };
    add("good", false, known.good);
    add("critical", true, known.good);
    add("twice", false, known.good, true);
    if (std::string_view(known.name) == "unknown") continue;
    add("garbage", false, bytes({0xDE, 0xAD}));
    add("critical-garbage", true, bytes({0xDE, 0xAD}));
  }
}

void profile_faults(std::vector<Fault>& out) {
  const auto twice = [](const char* oid) {
    return [oid](CertificatePlan& c) { c.extensions.push_back(c.extension(oid)); };
  };
  const auto without = [](const char* oid) { return [oid](CertificatePlan& c) { c.remove(oid); }; };
  const auto flip = [](const char* oid) {
    return [oid](CertificatePlan& c) { c.extension(oid).critical ^= true; };
  };
  const auto garbage = [](const char* oid) {
    return [oid](CertificatePlan& c) { c.extension(oid).value = bytes({0x04, 0x01}); };
  };
  for (const auto& [oid, name] :
       {std::pair(kBasicConstraints, "basic-constraints"), std::pair(kKeyUsage, "key-usage"),
        std::pair(kSubjectKeyId, "subject-key-id"),
        std::pair(kAuthorityKeyId, "authority-key-id")}) {
    out.push_back({std::string("twice-") + name, twice(oid)});
    out.push_back({std::string("without-") + name, without(oid)});
    out.push_back({std::string("otherwise-critical-") + name, flip(oid)});
    out.push_back({std::string("garbage-") + name, garbage(oid)});
  }
  out.push_back({"key-usage-nine-bits", [](CertificatePlan& c) {
                   Bytes& v = c.extension(kKeyUsage).value;
                   v = asn1::bits(bytes({v[3], 0}), 7);
                 }});
  out.push_back({"key-usage-zero-bit", [](CertificatePlan& c) {
                   Bytes& v = c.extension(kKeyUsage).value;
                   v = asn1::bits(bytes({v[3]}), 0);
                 }});
  out.push_back({"key-usage-none", [](CertificatePlan& c) {
                   c.extension(kKeyUsage).value = asn1::bits(bytes({}), 0);
                 }});
  out.push_back(
      {"false-written", [](CertificatePlan& c) { c.extension(kSubjectKeyId).write_false = true; }});
}

void field_faults(std::vector<Fault>& out) {
  const auto serial = [](Bytes content) {
    return [content](CertificatePlan& c) { c.serial_content = content; };
  };
  const auto parameters = [](Bytes element) {
    return [element](CertificatePlan& c) { c.parameters = element; };
  };
  const auto not_before = [](uint8_t tag, const char* text) {
    return [tag, t = std::string(text)](CertificatePlan& c) {
      c.not_before_der = asn1::element(tag, view(t));
    };
  };
  out.push_back({"good", [](CertificatePlan&) {}});
  for (const unsigned version : {1u, 2u, 4u})
    out.push_back({"version-" + std::to_string(version),
                   [version](CertificatePlan& c) { c.version = version; }});
  out.push_back({"serial-zero", serial(bytes({0}))});
  out.push_back({"serial-negative", serial(bytes({0x81, 2}))});
  out.push_back({"serial-not-minimal", serial(bytes({0, 0, 1}))});
  out.push_back({"serial-empty", serial(bytes({}))});
  out.push_back({"serial-21-octets", serial(Bytes(21, 0x11))});
  out.push_back({"parameters-null", parameters(asn1::null())});
  out.push_back({"parameters-integer", parameters(asn1::integer(uint64_t{1}))});
  out.push_back({"parameters-sequence", parameters(asn1::sequence({asn1::oid("1.2.3.4")}))});
  out.push_back({"parameters-oid", parameters(asn1::oid(kPrime256v1))});
  out.push_back(
      {"parameters-differ", [](CertificatePlan& c) { c.null_parameters_outside = true; }});
  out.push_back({"algorithm-sha384",
                 [](CertificatePlan& c) { c.algorithm = c.tbs_algorithm = kEcdsaWithSha384; }});
  out.push_back({"issuer-unique-id", [](CertificatePlan& c) { c.issuer_unique_id = {1, 2}; }});
  out.push_back({"subject-unique-id", [](CertificatePlan& c) { c.subject_unique_id = {1, 2}; }});
  out.push_back({"date-generalized", not_before(0x18, "20250301000000Z")});
  out.push_back({"date-without-seconds", not_before(0x17, "2503010000Z")});
  out.push_back({"date-with-zone", not_before(0x17, "250301000000+0100")});
  out.push_back({"date-no-day", not_before(0x17, "250230000000Z")});
  out.push_back({"begins-later", not_before(0x17, "270101000000Z")});
  out.push_back({"ended", [](CertificatePlan& c) {
                   c.not_after_der = asn1::element(0x17, view(std::string("260201000000Z")));
                 }});
  out.push_back({"key-off-the-curve", [](CertificatePlan& c) { c.public_key.back() ^= 1; }});
  out.push_back({"key-compressed", [](CertificatePlan& c) {
                   c.public_key[0] = static_cast<uint8_t>(2 + (c.public_key.back() & 1));
                   c.public_key.resize(33);
                 }});
  out.push_back({"signature-noise", [](CertificatePlan& c) { c.signature = Bytes(70, 0x11); }});
}

void name_faults(std::vector<Fault>& out) {
  const auto name = [](uint8_t tag, std::string value) {
    return [=](CertificatePlan& c) {
      c.subject[0].tag = tag;
      c.subject[0].value = value;
    };
  };
  out.push_back({"name-64", name(0x0C, std::string(64, 'x'))});
  out.push_back({"name-65", name(0x0C, std::string(65, 'x'))});
  out.push_back({"name-no-utf8", name(0x0C, "a\xC3(b")});
  out.push_back({"name-utf8-overlong", name(0x0C, "a\xC0\xAF")});
  out.push_back({"name-teletex", name(0x14, "abc")});
  out.push_back({"name-bmp", name(0x1E, std::string("\0a\0b", 4))});
  out.push_back({"name-bmp-odd", name(0x1E, "abc")});
  out.push_back({"name-universal-odd", name(0x1C, "abcde")});
  out.push_back({"name-integer", name(0x02, "abc")});
  out.push_back({"name-octets", name(0x04, "abc")});
  out.push_back({"name-empty", [](CertificatePlan& c) { c.subject.clear(); }});
  out.push_back({"country-of-3", [](CertificatePlan& c) {
                   c.subject.push_back({.oid = "2.5.4.6", .value = "DEU", .tag = 0x13});
                 }});
  out.push_back({"organization-no-utf8", [](CertificatePlan& c) {
                   c.subject.push_back({.oid = "2.5.4.10", .value = "\xFF"});
                 }});
  // Every type that a tag of one octet can name; constructed ones are SEQUENCE and SET.
  for (int tag = 1; tag <= 30; ++tag) {
    const uint8_t as = static_cast<uint8_t>(tag == 16 ? 0x30 : tag == 17 ? 0x31 : tag);
    char id[32];
    std::snprintf(id, sizeof id, "vendor-id-of-tag-%02x", static_cast<unsigned>(as));
    out.push_back({id, [as](CertificatePlan& c) { c.subject[1].tag = as; }});
  }
}

std::vector<Chain> chains() {
  std::vector<Fault> faults;
  field_faults(faults);
  profile_faults(faults);
  extension_faults(faults);
  std::vector<Fault> for_dac = faults;
  name_faults(for_dac);
  std::vector<Fault> for_paa;
  field_faults(for_paa);
  std::vector<Chain> out;
  for (const Fault& fault : for_dac) {
    fault.at(out.emplace_back("dac/" + fault.name).device.dac);
  }
  for (const Fault& fault : faults) {
    Chain& c = out.emplace_back("pai/" + fault.name);
    fault.at(c.device.pai);
    c.device.dac.issuer = c.device.pai.subject;
  }
  for (const Fault& fault : for_paa) fault.at(out.emplace_back("paa/" + fault.name).paa);
  const auto named = [&](const char* name, auto change) { change(out.emplace_back(name)); };
  const auto constrained = [&](const char* name, const Bytes& value, bool root = false) {
    Chain& c = out.emplace_back(name);
    (root ? c.paa : c.device.pai)
        .extensions.push_back({.oid = "2.5.29.30", .critical = true, .value = value});
  };
  const auto directory = [](const NamePlan& base) {
    return asn1::explicitly(4, forge::name(base));
  };
  const NamePlan inside{common_name("Forged DAC")}, outside{common_name("Another")};
  constrained("chain/constraints-held", permitted(directory(inside)));
  constrained("chain/constraints-violated", permitted(directory(outside)));
  constrained("chain/constraints-excluded",
              asn1::sequence({asn1::explicitly(1, asn1::sequence({directory(inside)}))}));
  constrained("chain/constraints-of-root-violated", permitted(directory(outside)), true);
  named("chain/root-path-length-0", [](Chain& c) { c.paa.replace(basic_constraints(true, 0)); });
  named("chain/root-without-path-length", [](Chain& c) { c.paa.replace(basic_constraints(true)); });
  named("chain/pai-path-length-1",
        [](Chain& c) { c.device.pai.replace(basic_constraints(true, 1)); });
  named("chain/pai-no-authority", [](Chain& c) { c.device.pai.replace(basic_constraints(false)); });
  named("chain/dac-is-authority", [](Chain& c) { c.device.dac.replace(basic_constraints(true)); });
  named("chain/dac-path-length",
        [](Chain& c) { c.device.dac.replace(basic_constraints(false, 0)); });
  named("chain/dac-of-another-issuer",
        [](Chain& c) { c.device.dac.issuer = {common_name("Other")}; });
  named("chain/dac-signed-by-another", [](Chain& c) { c.device.dac_issuer = key_named("other"); });
  named("chain/pai-signed-by-another", [](Chain& c) { c.device.pai_issuer = key_named("other"); });
  named("chain/dac-authority-key-id-other",
        [](Chain& c) { c.device.dac.replace(authority_key_id(Bytes(20, 7))); });
  named("chain/dac-name-in-other-letters", [](Chain& c) {
    c.device.dac.issuer = {common_name("FORGED  pai"), vid("FFF1")};
  });
  named("chain/dac-has-pais-key", [](Chain& c) {
    c.device.dac.public_key = c.device.pai.public_key;
    c.device.dac.replace(subject_key_id(key_id_of(c.device.pai_key)));
    c.device.dac_key = c.device.pai_key;
  });
  return out;
}

// --- what we say, and what OpenSSL says ---

std::string refused_by_us(const Chain& chain, const forge::Device& device, const Bytes& paa) {
  TrustStore trust = TrustStore::builtin(false);
  const auto root = parse_certificate(paa);
  if (!root) return "paa: " + root.error().what;
  if (const auto added = trust.add_paa(*root, Origin::given, "paa"); !added)
    return "paa: " + added.error().what;
  const Anchor& signer = cd_signer();
  REQUIRE(trust.add_cd_signer(parse_certificate(certificate(signer.plan, signer.key)).value(),
                              Origin::given, "signer", openssl_engine()));
  Reading reading;
  const auto say = [&](FactId fact, FactValue value, const char* path) {
    reading.device.say(fact, std::move(value), {.path = path, .offset = {}, .item = {}});
  };
  say(FactId::dac, device.dac, "dac.der");
  say(FactId::pai, device.pai, "pai.der");
  say(FactId::cd, device.cd, "cd.der");
  say(FactId::vendor_id, uint64_t{chain.device.vid}, "device.json");
  say(FactId::product_id, uint64_t{chain.device.pid}, "device.json");
  Policy policy;
  policy.network = Network::none;
  policy.at = parse_rfc3339(kAt).value();
  Evidence e = gather(std::move(reading), policy, trust, nullptr, openssl_engine());
  verify_signatures(e, openssl_engine());
  const Report report = attest::judge(e);
  std::string out;
  for (const Finding* f : report.all(Status::fail)) out += std::string(f->check->id) + " ";
  if (out.empty() && report.verdict != Verdict::approve) out = "undecided";
  return out;
}

// Runs the lines in a shell in the folder; what they print.
std::string run_in(const Folder& folder, const std::string& lines) {
  const std::string script =
      folder.write("run.sh", "cd '" + folder.path() + "' || exit 1\n" + lines);
  FILE* shell = popen(("sh '" + script + "' 2>&1").c_str(), "r");
  REQUIRE(shell != nullptr);
  std::string out;
  char block[4096];
  while (const size_t n = fread(block, 1, sizeof block, shell)) out.append(block, n);
  pclose(shell);
  return out;
}

bool have_openssl() {
  const bool there = std::system("openssl version >/dev/null 2>&1") == 0;
  if (there) return true;
  const char* ci = std::getenv("CI");
  if (ci != nullptr && std::string_view(ci) == "true") FAIL("the openssl program is not here");
  MESSAGE("skipped: the openssl program is not here");
  return false;
}

// One line a name: "N <name> <exit code>", before it what OpenSSL printed.
std::map<std::string, std::string> answers(const std::string& printed) {
  std::map<std::string, std::string> out;
  std::istringstream lines(printed);
  std::string line, last;
  while (std::getline(lines, line)) {
    if (!line.starts_with("ANSWER ")) {
      last += line + " | ";
      continue;
    }
    std::istringstream words(line.substr(7));
    std::string name, code;
    words >> name >> code;
    out[name] = code == "0" ? "" : last.empty() ? "refused" : last;
    last.clear();
  }
  return out;
}

// path_validators.txt: a line that begins at its margin says who refuses alone (us, openssl, or
// either as its version has it) and why; the lines below it name the inputs.
struct Expectation {
  std::string who, reason;
};
std::map<std::string, Expectation> expectations(const std::string& of) {
  std::map<std::string, Expectation> out;
  std::ifstream in(kExpectations);
  REQUIRE(in.good());
  Expectation now;
  std::string line;
  while (std::getline(in, line)) {
    if (line.empty() || line[0] == '#') continue;
    CAPTURE(line);
    std::istringstream words(line);
    if (line[0] != ' ') {
      words >> now.who;
      std::getline(words, now.reason);
      REQUIRE((now.who == "us" || now.who == "openssl" || now.who == "either"));
      REQUIRE(now.reason.size() > 10);
      continue;
    }
    for (std::string name; words >> name;) {
      if (name.starts_with("cd/") == (of == "cd")) REQUIRE(out.insert({name, now}).second);
    }
  }
  return out;
}

void compare(const std::map<std::string, std::string>& ours,
             const std::map<std::string, std::string>& theirs,
             std::map<std::string, Expectation> expected) {
  REQUIRE(ours.size() == theirs.size());
  for (const auto& [name, our] : ours) {
    const std::string& their = theirs.at(name);
    const auto at = expected.find(name);
    const std::string who = at == expected.end() ? "" : at->second.who;
    const std::string found = our.empty() == their.empty() ? "" : our.empty() ? "openssl" : "us";
    CHECK_MESSAGE((found == who || who == "either"),
                  name << "\n  expected alone: " << who << "\n  refuses alone:  " << found
                       << "\n  ours: " << our << "\n  openssl: " << their);
    if (at != expected.end()) expected.erase(at);
  }
  for (const auto& [name, expectation] : expected)
    FAIL_CHECK(kExpectations << " names " << name << ", which is not among the inputs");
}

std::string in_der(const Bytes& bytes) {
  return std::string(text(bytes));
}

}  // namespace

TEST_CASE(
    "276 chains and more: OpenSSL's strict verification and ours differ where it is written") {
  if (!have_openssl()) return;
  const Folder folder;
  std::map<std::string, std::string> ours;
  std::string lines;
  size_t n = 0;
  for (Chain& chain : chains()) {
    CAPTURE(chain.name);
    chain.paa.issuer = chain.paa.subject;
    const Bytes paa = certificate(chain.paa, chain.paa_key);
    const forge::Device device = make(chain.device);
    REQUIRE(ours.insert({chain.name, refused_by_us(chain, device, paa)}).second);
    const std::string number = std::to_string(n++);
    folder.write(number + ".paa", to_pem("CERTIFICATE", paa));
    folder.write(number + ".pai", to_pem("CERTIFICATE", device.pai));
    folder.write(number + ".dac", to_pem("CERTIFICATE", device.dac));
    lines += "openssl verify -x509_strict -attime 1780272000 -trusted " + number +
             ".paa -untrusted " + number + ".pai " + number +
             ".dac >out 2>&1; code=$?; grep -i error out | head -2; echo ANSWER " + chain.name +
             " $code\n";
  }
  MESSAGE(ours.size() << " chains");
  CHECK(ours.size() >= 276);
  compare(ours, answers(run_in(folder, lines)), expectations("chains"));
}

TEST_CASE("declarations: OpenSSL's CMS verification and ours differ where it is written") {
  if (!have_openssl()) return;
  struct Declaration {
    const char* name;
    std::function<void(DevicePlan&)> change;
  };
  const auto with = [](Bytes CmsPlan::*where, Bytes value) {
    return [=](DevicePlan& plan) { plan.cms.*where = value; };
  };
  const Bytes integer = asn1::integer(uint64_t{1}), oid = asn1::oid(kPrime256v1);
  const Declaration declarations[] = {
      {"cd/good", [](DevicePlan&) {}},
      {"cd/digest-null", with(&CmsPlan::digest_parameters, asn1::null())},
      {"cd/digest-integer", with(&CmsPlan::digest_parameters, integer)},
      {"cd/digest-oid", with(&CmsPlan::digest_parameters, oid)},
      {"cd/signer-digest-null", with(&CmsPlan::signer_digest_parameters, asn1::null())},
      {"cd/signer-digest-integer", with(&CmsPlan::signer_digest_parameters, integer)},
      {"cd/signer-digest-oid", with(&CmsPlan::signer_digest_parameters, oid)},
      {"cd/signer-algorithm-null", with(&CmsPlan::signer_algorithm_parameters, asn1::null())},
      {"cd/signer-algorithm-integer", with(&CmsPlan::signer_algorithm_parameters, integer)},
      {"cd/signer-algorithm-oid", with(&CmsPlan::signer_algorithm_parameters, oid)},
      {"cd/version-1", [](DevicePlan& p) { p.cms.version = 1; }},
      {"cd/version-5", [](DevicePlan& p) { p.cms.version = 5; }},
      {"cd/signer-version-1", [](DevicePlan& p) { p.cms.signer_version = 1; }},
      {"cd/digests-two",
       [](DevicePlan& p) {
         p.cms.digest_algorithms = {kSha256, kSha384};
       }},
      {"cd/digests-none", [](DevicePlan& p) { p.cms.digest_algorithms.clear(); }},
      {"cd/digest-sha384", [](DevicePlan& p) { p.cms.digest_algorithms = {kSha384}; }},
      {"cd/signer-digest-sha384", [](DevicePlan& p) { p.cms.signer_digest = kSha384; }},
      {"cd/content-type", [](DevicePlan& p) { p.cms.content_type = "1.2.3.4"; }},
      {"cd/signers-two", [](DevicePlan& p) { p.cms.signers = 2; }},
      {"cd/signers-none", [](DevicePlan& p) { p.cms.signers = 0; }},
      {"cd/signed-by-another", [](DevicePlan& p) { p.cms_signer = key_named("other"); }},
      {"cd/signature-noise", [](DevicePlan& p) { p.cms.signature = Bytes(64, 0x11); }},
      {"cd/signer-unknown", [](DevicePlan& p) { p.cms.signer_key_id = Bytes(20, 3); }},
      {"cd/key-id-of-19", [](DevicePlan& p) { p.cms.signer_key_id.pop_back(); }},
      {"cd/certificates",
       [](DevicePlan& p) { p.cms.certificates = certificate(cd_signer().plan, cd_signer().key); }}};
  const Folder folder;
  folder.write("signer.pem", to_pem("CERTIFICATE", certificate(cd_signer().plan, cd_signer().key)));
  std::map<std::string, std::string> ours;
  std::string lines;
  for (const Declaration& d : declarations) {
    Chain chain(d.name);
    d.change(chain.device);
    const forge::Device device = make(chain.device);
    ours[d.name] = refused_by_us(chain, device, certificate(chain.paa, chain.paa_key));
    const std::string file = std::to_string(ours.size()) + ".cd";
    folder.write(file, in_der(device.cd));
    lines +=
        "openssl cms -verify -binary -inform DER -in " + file +
        " -certfile signer.pem -CAfile signer.pem -purpose any -partial_chain -attime "
        "1780272000 -out content >out 2>&1; code=$?; grep -i error out | head -2; echo ANSWER " +
        std::string(d.name) + " $code\n";
  }
  compare(ours, answers(run_in(folder, lines)), expectations("cd"));
}
