// Facts that are parsed and that nobody reads: a rule about them was forgotten. Every field of what
// the ledger, a declaration, a certificate or a list says is read by a check or by what prepares
// for the checks, or stands here with the reason why not. Fields are told by name, so that one with
// the name of another may hide behind it: ledger_checks_test.cc changes each of the ledger's.

#include <cctype>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/support/support.h"

using namespace attest;
using namespace attest::test;

namespace fs = std::filesystem;

namespace {

std::string text_of(const fs::path& path) {
  const Bytes bytes = slurp(path);
  std::string out;
  bool comment = false;
  for (size_t i = 0; i < bytes.size(); ++i) {
    comment = (comment || (bytes[i] == '/' && i + 1 < bytes.size() && bytes[i + 1] == '/')) &&
              bytes[i] != '\n';
    if (!comment) out += static_cast<char>(bytes[i]);
  }
  return out;
}

// What stands inside of brackets goes, and they with it: initializers, template arguments, structs
// in structs.
std::string without(const std::string& s, char open, char close) {
  std::string out;
  int depth = 0;
  for (const char c : s) {
    if (c == open) ++depth;
    if (depth == 0) out += c;
    if (c == close && depth > 0) --depth;
  }
  return out;
}

std::vector<std::string> split(const std::string& s, char at) {
  std::vector<std::string> out{""};
  for (const char c : s) {
    if (c == at) {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

std::string last_word(const std::string& s) {
  const auto is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  size_t end = s.size();
  while (end > 0 && !is_word(s[end - 1])) --end;
  size_t begin = end;
  while (begin > 0 && is_word(s[begin - 1])) --begin;
  return s.substr(begin, end - begin);
}

// The names of a struct's fields, in order.
std::vector<std::string> fields_of(const std::string& header, const std::string& name) {
  const size_t at = header.find("struct " + name + " {");
  REQUIRE_MESSAGE(at != std::string::npos, name);
  size_t end = header.find('{', at) + 1;
  const size_t begin = end;
  for (int depth = 1; depth > 0; ++end) {
    depth += header[end] == '{' ? 1 : header[end] == '}' ? -1 : 0;
  }
  const std::string body =
      without(without(header.substr(begin, end - begin - 1), '{', '}'), '<', '>');
  std::vector<std::string> out;
  for (const std::string& statement : split(body, ';')) {
    if (statement.find('(') != std::string::npos ||
        statement.find_first_not_of(" \n") == std::string::npos)
      continue;
    const std::string first = statement.substr(statement.find_first_not_of(" \n"));
    if (first.starts_with("struct ") || first.starts_with("enum ")) continue;
    for (const std::string& one : split(statement, ','))
      out.push_back(last_word(one.substr(0, one.find('='))));
  }
  return out;
}

// Who judges, and who makes ready for it.
std::string judges() {
  std::string out;
  // (verify.cc hands over what the rooms behind it read.)
  for (const char* room : {"gather", "rules", "sdk", "checks", "judge", "batch"}) {
    for (const auto& entry : fs::directory_iterator(std::string("verifier/") + room)) {
      if (entry.path().extension() == ".cc" || std::string_view(room) == "checks")
        out += text_of(entry.path());
    }
  }
  out += text_of("verifier/trust.cc");
  out += text_of("verifier/rules/rule_input.h");
  REQUIRE(out.size() > 100'000);  // run from the project's root
  return out;
}

// The names behind a point or an arrow, but for those that are only assigned to.
std::set<std::string> members_read(const std::string& source) {
  const auto is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  std::set<std::string> out;
  for (size_t i = 1; i < source.size(); ++i) {
    const bool member = source[i - 1] == '.' || (i > 1 && source.compare(i - 2, 2, "->") == 0);
    if (!member || !is_word(source[i])) continue;
    size_t end = i;
    while (end < source.size() && is_word(source[end])) ++end;
    const size_t next = source.find_first_not_of(" \n", end);
    const bool assigned =
        next != std::string::npos && source[next] == '=' && source.compare(next, 2, "==") != 0;
    if (!assigned) out.insert(source.substr(i, end - i));
    i = end;
  }
  return out;
}

const struct {
  const char* header;
  std::vector<const char*> structs;
} kFacts[] = {
    {"verifier/ledger.h",
     {"VendorInfo", "Model", "ModelVersion", "ComplianceInfo", "LedgerCertificate",
      "RevocationPoint", "CertificateCoverage", "LedgerStatus", "Provenance"}},
    {"verifier/matter/certification_declaration.h", {"CertificationDeclaration"}},
    {"verifier/matter/attestation_elements.h", {"AttestationElements"}},
    {"verifier/pki/certificate.h",
     {"Certificate", "AuthorityKeyId", "DistributionPoints", "BasicConstraints"}},
    {"verifier/pki/crl.h", {"Crl", "RevokedEntry"}},
    {"verifier/pki/cms.h", {"Cms"}},
    {"verifier/trust.h", {"Paa", "CdSigner"}},
    {"verifier/gather/revocation.h", {"CrlEvidence", "RevocationState", "ListIssuer"}},
    {"verifier/gather/evidence.h",
     {"CertificateEvidence", "CsrEvidence", "LedgerFacts", "Evidence"}},
};

constexpr const char* kShown = "told to people: nothing of the device states the same";
const std::map<std::string, const char*> kNotJudged = {
    {"VendorInfo.company_legal_name", kShown},
    {"VendorInfo.company_preferred_name", kShown},
    {"VendorInfo.landing_page_url", kShown},
    {"Model.product_label", kShown},
    {"Model.part_number", kShown},
    {"ModelVersion.ota_url", "the ota command takes the image from there, and its checks judge it"},
    {"LedgerCertificate.is_root", "approved_paa answers roots only"},
    {"RevocationPoint.label", "free text that tells several points of one issuer apart"},
    {"RevocationPoint.data_file_size", "compared where the list is fetched: dcl/revocation_lists"},
    {"RevocationPoint.data_digest", "compared where the list is fetched: dcl/revocation_lists"},
    {"RevocationPoint.data_digest_type", "compared where the list is fetched"},
    {"LedgerStatus.trust", "the report says how far the ledger's answers are proven"},
    {"Provenance.read_at", "the age of all facts is LedgerStatus.synced_at"},
    {"Provenance.proven", "the report says how far the ledger's answers are proven"},
    {"AttestationElements.timestamp", "commissioners ignore it (Core 11.18.4.7)"},
    {"AttestationElements.vendor_elements", "reserved for vendors: whatever stands there is right"},
    {"DistributionPoints.has_crl_issuer", "who signs lists for whom, the ledger's points say"},
    {"Crl.owner", "keeps the bytes alive"},
    {"Crl.entry_count", "of the index"},
    {"CertificateEvidence.problem_at", "the problem names the place in words"},
    {"Evidence.given_anchors", "the report says that anchors were given"},
    {"Evidence.dac_key_named", "key.belongs-to-dac judges a named key and a found one alike"},
};

}  // namespace

TEST_CASE("facts: every field that is parsed is judged, or a reason says why not") {
  const std::set<std::string> read = members_read(judges());
  std::set<std::string> unread;
  size_t seen = 0;
  for (const auto& facts : kFacts) {
    const std::string header = text_of(facts.header);
    for (const char* name : facts.structs) {
      for (const std::string& field : fields_of(header, name)) {
        ++seen;
        if (!read.contains(field)) unread.insert(std::string(name) + "." + field);
      }
    }
  }
  CHECK(seen > 150);
  for (const std::string& field : unread)
    CHECK_MESSAGE(kNotJudged.contains(field), field << ": nobody reads it");
  for (const auto& [field, reason] : kNotJudged) {
    CHECK_MESSAGE(unread.contains(field), field << ": is read, or is no field");
    CHECK(std::string_view(reason).size() > 10);
  }
}

TEST_CASE("facts: a field that nobody reads is found") {
  CHECK(fields_of("struct A {\n  int a = 0, b{3};\n  std::map<int, long> c;\n  bool f() const;\n"
                  "  struct In { int d; };\n  In e;\n};",
                  "A") == std::vector<std::string>{"a", "b", "c", "e"});
  CHECK(members_read("x.vid == 3").contains("vid"));
  CHECK(members_read("x->vid").contains("vid"));
  CHECK_FALSE(members_read("{.vid = 3}").contains("vid"));
  CHECK_FALSE(members_read("x.vid_of").contains("vid"));
}
