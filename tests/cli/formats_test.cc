// The table of what is read: every reader has its row, and every kind of the interface one.

#include <algorithm>
#include <set>

#include "cli/evidence_kinds.h"
#include "tests/support/support.h"
#include "verifier/readers/reader.h"

using namespace attest;
using namespace attest::test;

namespace {

// The kinds that users rely on: a new one may be added, and none go.
const std::set<std::string> kOfInterface = {
    "x509", "pem-bundle", "pkcs7", "pkcs12", "cms-cd", "key", "csr", "crl", "device-json",
    "vector-json", "cpms-json", "esp-nvs", "esp-nvs-keys", "esp-secure-cert", "esp-flash",
    "silabs-flash", "silabs-provision", "nordic-factory-data", "nxp-factory-data",
    "telink-factory-data", "bouffalolab-mfd", "ti-factory-data", "linux-ini", "intel-hex",
    "s-record", "elf", "commissioner-log", "onboarding-text", "label-image", "manifest", "archive",
    "ota-image", "source-text", "revocation-set", "raw",
    // How a part is locked: the interface asks for the
    // checks, and leaves the kinds' names to us.
    "esp-efuse", "esp-security-info", "silabs-security", "nordic-security", "st-option-bytes",
    "nxp-blhost", "bouffalo-efuse", "firmware-image"};

// Readers that only say why a file is none of the evidence.
const std::set<std::string> kOfNone = {"a credential", "evidence", "a CMS", "erased flash"};

}  // namespace

TEST_CASE("formats: every reader has a row of its kind, and every kind of the interface is there") {
  std::set<std::string> kinds, words;
  for (const cli::EvidenceKind& row : cli::evidence_kinds()) {
    CAPTURE(std::string(row.kind));
    CHECK(kinds.insert(row.kind).second);
    CHECK(*row.what != '\0');
    std::string_view rest = row.readers;
    while (!rest.empty()) {
      const size_t end = rest.find('|');
      REQUIRE(end != std::string_view::npos);
      words.insert(std::string(rest.substr(0, end)));
      rest.remove_prefix(end + 1);
    }
  }
  for (const std::string& kind : kOfInterface) CHECK_MESSAGE(kinds.contains(kind), kind);
  size_t seen = 0;
  for (const Reader* reader : readers()) {
    ++seen;
    CAPTURE(std::string(reader->kind));
    CAPTURE(std::string(reader->expects));
    CHECK(kinds.contains(reader->kind));
    CHECK((words.contains(reader->expects) || kOfNone.contains(reader->expects)));
  }
  CHECK(seen > 40);
}

TEST_CASE("formats: docs/formats.md is what the program prints") {
  CHECK_MESSAGE(text(slurp("docs/formats.md")) == cli::formats_markdown(),
                "docs/formats.md: tests/accept.sh");
}

TEST_CASE("formats: every vendor's dump says how it is made") {
  for (const cli::EvidenceKind& row : cli::evidence_kinds()) {
    CAPTURE(std::string(row.kind));
    if (std::string_view(row.group) == "Vendors' dumps") CHECK(*row.made_by != '\0');
  }
}
