#include "verifier/pki/name.h"

#include "tests/support/der_writer.h"

using namespace attest;
using namespace attest::test;

namespace {

Name name_of(const Bytes& subject) {
  static std::vector<CertificatePtr> kept;  // the views of a Name point into its certificate
  CertificateParts parts;
  parts.subject = subject;
  kept.push_back(parsed(parts));
  return kept.back()->subject;
}

}  // namespace

TEST_CASE("name: names as text") {
  CHECK(name_text(name_of(sequence(
            {cn("a, b\\c"), rdn(attribute("2.5.4.10", "O")), rdn(attribute("2.5.4.11", "U")),
             rdn(attribute("2.5.4.6", "NL", der::kPrintableString)), rdn(attribute("2.5.4.8", "S")),
             rdn(attribute("2.5.4.7", "L")), rdn(attribute("2.5.4.5", "7")),
             rdn(attribute("2.5.4.12", "T"))}))) ==
        "CN=a\\, b\\\\c, O=O, OU=U, C=NL, ST=S, L=L, serialNumber=7, 2.5.4.12=T");
  CHECK(name_text(name_of(sequence({cn("a\x1b[31m"), cn("\xff")}))) == "CN=a\\x1B[31m, CN=\\xFF");
  CHECK(name_text(name_of(sequence(
            {rdn(attribute("2.5.4.3", std::string_view("\0A\x20\xAC", 4), 0x1E))}))) == "CN=A€");
  CHECK(name_text(name_of(sequence({rdn(attribute("2.5.4.3", "\xE9", 0x14)),
                                    rdn(attribute("2.5.4.3", "\x01", der::kInteger))}))) ==
        "CN=é, CN=#01");
}

TEST_CASE("name: names that are the same") {
  const struct {
    Bytes a, b;
    bool same;
  } rows[] = {
      {sequence({cn("Some PAI")}), sequence({cn("some  pai ")}), true},
      {sequence({cn("Some PAI")}), sequence({cn("SomePAI")}), false},
      {sequence({cn("Some PAI")}),
       sequence({rdn(attribute("2.5.4.3", "Some PAI", der::kPrintableString))}), true},
      {sequence({cn("A")}), sequence({rdn(attribute("2.5.4.3", std::string_view("\0A", 2), 0x1E))}),
       true},
      {sequence({cn("A")}), sequence({rdn(attribute("2.5.4.10", "A"))}), false},
      {sequence({cn("A"), cn("B")}), sequence({cn("B"), cn("A")}), false},
      {sequence({rdn(join({attribute("2.5.4.3", "A"), attribute("2.5.4.10", "B")}))}),
       sequence({rdn(join({attribute("2.5.4.10", "B"), attribute("2.5.4.3", "a")}))}), true},
      {sequence({rdn(join({attribute("2.5.4.3", "A"), attribute("2.5.4.10", "B")}))}),
       sequence({cn("A"), rdn(attribute("2.5.4.10", "B"))}), false},
      {sequence({cn("\xC3\x89")}), sequence({cn("\xC3\xA9")}), false},  // case folds in ASCII only
      {sequence({cn("\xff")}), sequence({cn("\xff")}), true},
      {sequence({cn("\xff"
                    "A")}),
       sequence({cn("\xff"
                    "a")}),
       false},  // no readable string: octets decide
      {sequence({rdn(attribute("2.5.4.3", "A", der::kOctetString))}), sequence({cn("A")}), false},
      {sequence({}), sequence({}), true},
      {sequence({}), sequence({cn("")}), false},
  };
  for (const auto& row : rows) {
    CAPTURE(hex(row.a));
    CAPTURE(hex(row.b));
    CHECK(same_name(name_of(row.a), name_of(row.b)) == row.same);
    CHECK(same_name(name_of(row.b), name_of(row.a)) == row.same);
  }
}
