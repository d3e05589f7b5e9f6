// What the forms of a report are made from: the picture of the chain, the table of ids, and the
// places that SARIF names. The forms themselves are read by tests/reports.py, with readers that are
// not ours.

#include <algorithm>

#include "report/chain_view.h"
#include "report/identity_table.h"
#include "report/report_html.h"
#include "report/report_sarif.h"
#include "report/sarif.h"
#include "tests/support/judged.h"
#include "tests/support/support.h"
#include "verifier/checks/catalogue.h"

using namespace attest;
using namespace attest;
using namespace attest::test;

namespace {

constexpr const char* kPartNames[] = {
    "ledger",    "PAA",          "PAI",           "DAC",          "CD",
    "device",    "label",        "ledger to PAA", "PAA to PAI",   "PAI to DAC",
    "DAC to CD", "ledger to CD", "DAC to device", "CD to device", "label to device"};
static_assert(std::size(kPartNames) == kPartCount);

std::string broken_parts(const Judged& device) {
  const ChainPictures pictures = chain_pictures(device.evidence, device.report);
  const ChainPicture& picture = pictures.first();
  std::string out;
  for (size_t i = 0; i < kPartCount; ++i) {
    if (picture.statuses[i] == Status::fail)
      out += (out.empty() ? "" : ", ") + std::string(kPartNames[i]);
  }
  return out;
}

std::string odd_places(const Judged& device) {
  std::string out;
  for (const IdentityRow& row : identity_table(device.evidence)) {
    for (const auto& [odd, what] :
         {std::pair{row.vid_odd, "vendor"}, std::pair{row.pid_odd, "product"}}) {
      if (odd) out += (out.empty() ? "" : ", ") + row.place + " " + what;
    }
  }
  return out;
}

size_t count(const std::string& text, std::string_view what) {
  size_t n = 0;
  for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size()) ++n;
  return n;
}

}  // namespace

TEST_CASE("a fault is drawn in one place, and the odd one out is the part at fault") {
  const struct {
    const char* device;
    const char* broken;
    const char* odd;
  } rows[] = {
      {"good", "", ""},
      {"good-dac-origin", "", ""},
      {"good-authorized-paa", "", ""},
      {"cd-with-100-products", "", ""},
      {"dac-of-another-vendor", "PAI to DAC", "DAC vendor"},
      {"dac-signature-is-noise", "PAI to DAC", ""},
      {"dac-expired", "DAC", ""},
      {"pai-signed-by-another-key", "PAA to PAI", ""},
      {"pai-of-another-vendor", "PAA to PAI", "PAI vendor"},
      {"paa-untrusted", "ledger to PAA", ""},
      {"cd-of-another-vendor", "DAC to CD", "CD vendor"},
      {"cd-of-another-product", "DAC to CD", "DAC product, CD product"},  // nobody else names one
      {"cms-signature-is-noise", "CD", ""},
      {"dac-origin-of-another-vendor", "DAC to CD", "CD, origin of the DAC vendor"},
      {"basic-information-of-another-product", "CD to device", "Basic Information product"},
      {"response-signed-by-another-key", "DAC to device", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.device);
    const Judged device = judge_fixture(row.device);
    CHECK(broken_parts(device) == row.broken);
    CHECK(odd_places(device) == row.odd);
    // In the page, each broken link is drawn with its own shape, and each odd id with a word.
    const std::string page = report_html(device.evidence, device.report);
    const bool link = std::string_view(row.broken).find(" to ") != std::string_view::npos;
    CHECK(count(page, "<svg class=\"broken\"") == (link ? 1 : 0));
    CHECK(count(page, "<small>differs</small>") ==
          count(row.odd, " vendor") + count(row.odd, " product"));
  }
}

TEST_CASE("places of equal weight that disagree are all marked") {
  Evidence e;
  const Place a{.path = "a.json", .offset = {}, .item = {}},
      b{.path = "b.json", .offset = {}, .item = {}};
  e.device.say(FactId::vendor_id, uint64_t{0xFFF1}, a);
  e.device.say(FactId::product_id, uint64_t{0x8000}, a);
  e.device.say(FactId::vendor_id, uint64_t{0xFFF2}, b);
  e.device.say(FactId::product_id, uint64_t{0x8000}, b);
  const auto rows = identity_table(e);
  REQUIRE(rows.size() == 2);
  CHECK((rows[0].vid_odd && rows[1].vid_odd));
  CHECK((!rows[0].pid_odd && !rows[1].pid_odd));
}

TEST_CASE("every check has a part of the picture, or none on purpose") {
  constexpr std::string_view kNowhere[] = {"factory",     "expect", "csr",      "revocation",
                                           "credentials", "ota",    "evidence", "security"};
  for (const Check* check : catalogue()) {
    const std::string_view id = check->id, subject = id.substr(0, id.find('.'));
    CAPTURE(check->id);
    const bool nowhere =
        std::find(std::begin(kNowhere), std::end(kNowhere), subject) != std::end(kNowhere);
    const bool of_two_links = id == "chain.names-are-byte-equal" || id == "chain.keys-differ" ||
                              id == "chain.name-constraints-hold";
    CHECK((part_of(id) != Part::none || nowhere || of_two_links));
  }
}

TEST_CASE("paths become URI references") {
  const struct {
    const char* path;
    const char* uri;
  } rows[] = {
      {"a/b.der", "a/b.der"},
      {"../a b.der", "../a%20b.der"},
      {"/tmp/a.der", "file:///tmp/a.der"},
      {"lot.zip!dev/dac.der", "lot.zip!dev/dac.der"},
      {"a:b", "a%3Ab"},
      {"50%#?.bin", "50%25%23%3F.bin"},
      {"\xC3\xA9\n", "%C3%A9%0A"},
      {"<x>", "%3Cx%3E"},
      {"", "."},
  };
  for (const auto& row : rows) CHECK(path_uri(row.path) == row.uri);
}

TEST_CASE("SARIF leads to the file and the byte") {
  const Judged device = judge_fixture("dac-of-another-vendor");
  const Json log = report_sarif(device.evidence, device.report);
  const Json& run = (*log.find("runs")->array())[0];
  const auto& results = *run.find("results")->array();
  REQUIRE(results.size() == 1);
  const Json& place = *(*results[0].find("locations")->array())[0].find("physicalLocation");
  CHECK(*place.find("artifactLocation")->find("uri")->string() ==
        "fixtures/devices/dac-of-another-vendor/dac.pem");
  // The offset is that of the PEM block, where the file says BEGIN.
  const auto offset = static_cast<size_t>(*place.find("region")->find("byteOffset")->integer());
  CHECK(std::string(text(slurp("fixtures/devices/dac-of-another-vendor/dac.pem")))
            .substr(offset, 10) == "-----BEGIN");
  // GitHub takes no place without a line: what is no text has one.
  const auto line_in = [](const Judged& of) {
    const Json whole = report_sarif(of.evidence, of.report);
    const Json& first = (*(*whole.find("runs")->array())[0].find("results")->array())[0];
    return *(*first.find("locations")->array())[0]
                .find("physicalLocation")
                ->find("region")
                ->find("startLine")
                ->integer();
  };
  CHECK(line_in(judge_fixture("dac-cut-short")) == 1);
}
