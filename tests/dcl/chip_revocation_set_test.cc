// dcl revocation --format chip: what is written of the recorded ledger is read back by the SDK's
// rule and ours, and whatever was not verified is left out and named.

#include "dcl/chip_revocation_set.h"

#include <algorithm>

#include "tests/support/recorded_web.h"
#include "verifier/matter/revocation_set.h"
#include "verifier/pki/key.h"

using namespace attest;
using namespace attest::dcl;
using namespace attest::test;

namespace {

ChipRevocationSet written(Instant at, const std::string& altered = {}) {
  Ledger4Test node(recorded());
  Folder folder;
  auto ledger = recorded_ledger(node, folder, altered);
  REQUIRE(ledger);
  auto made = chip_revocation_set(**ledger, "", at, attest::openssl_engine());
  REQUIRE_MESSAGE(made, (made ? "" : made.error().what));
  return std::move(*made);
}

CertificatePtr certificate(const std::filesystem::path& path) {
  Bytes bytes = slurp(path);
  if (looks_like_pem(bytes)) bytes = parse_pem(bytes).blocks.at(0).der;
  return parse_certificate(bytes).value();
}

bool told(const ChipRevocationSet& made, std::string_view url, std::string_view why) {
  return std::any_of(made.left_out.begin(), made.left_out.end(), [&](const std::string& line) {
    return line.find(url) != std::string::npos && line.find(why) != std::string::npos;
  });
}

}  // namespace

TEST_CASE("chip revocation set: what is written is read back by both rules") {
  if (!have_shared("dcl") || !have_shared("matter-sdk")) return;
  const ChipRevocationSet made = written(kNow);
  const std::string json = dump_pretty(made.set);
  const auto set = parse_revocation_set(json);
  REQUIRE(set);
  CHECK((*set)->unreadable().empty());
  CHECK((*set)->lost_on_sdk().empty());
  MESSAGE(made.points << " points, " << (*set)->entries().size() << " entries, "
                      << (*set)->serials() << " serial numbers");
  for (const std::string& line : made.left_out) MESSAGE("left out: " << line);
  CHECK(made.points == 12);
  const auto revoked = shared() / "matter-sdk/revoked",
             attestation = shared() / "matter-sdk/attestation";
  const struct {
    std::filesystem::path path;
    bool named;
  } rows[] = {
      {revoked / "Matter-Development-DAC-FFF1-8001-Revoked-01-Cert.der", true},
      {revoked / "Matter-Development-DAC-FFF1-8001-Revoked-02-Cert.der", true},
      {revoked / "Matter-Development-DAC-FFF1-8001-Revoked-03-Cert.der", true},
      {revoked / "Chip-Test-DAC-FFF1-8001-Revoked-Signed-By-Revoked-PAI-Cert.der", true},
      {revoked / "Chip-Test-DAC-FFF1-8001-Signed-By-Revoked-PAI-Cert.der", false},
      {revoked / "Chip-Test-PAI-FFF1-noPID-Revoked-Cert.der", true},
      // By a delegate of the PAA, which the entry names beside its signer.
      {attestation / "Chip-Test-PAI-FFF1-8000-Cert.der", true},
      {revoked / "Matter-Development-PAI-FFF1-noPID-Cert.der", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.path.filename().string());
    const auto answer = (*set)->of(*certificate(row.path));
    CHECK(answer.entry.has_value() == row.named);
    CHECK(answer.sdk_entry == answer.entry);
    CHECK(answer.sdk_misses == "");
  }
  // What could not be had or is nobody's is named.
  CHECK(told(made, "https://crl.example.com/pai-fff1-8000.crl", "could not be fetched"));
  CHECK(told(made, "http://127.0.0.1:18080/crl/paa-fff1-part2.der", "could not be fetched"));
  CHECK(made.left_out.size() + (*set)->entries().size() >= made.points);
}

TEST_CASE("chip revocation set: a list that is stale or not its signer's is left out") {
  if (!have_shared("dcl") || !have_shared("matter-sdk")) return;
  const auto dac = certificate(shared() /
                               "matter-sdk/revoked/Matter-Development-DAC-FFF1-8001-Revoked-01-"
                               "Cert.der");
  const char* list = "Matter-Development-PAI-FFF1-noPID-CRL.der";
  const ChipRevocationSet altered = written(kNow, list);
  CHECK(told(altered, list, "signature does not verify"));
  CHECK_FALSE((*parse_revocation_set(dump(altered.set)))->of(*dac).entry);

  const ChipRevocationSet early = written(*parse_rfc3339("2020-01-01T00:00:00Z"));
  CHECK(early.set.array()->empty());
  CHECK(early.left_out.size() >= early.points);
}
