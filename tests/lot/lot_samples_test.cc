// The lots among the outside samples: every fault that their meta.json names is found, at its
// device or row, and no other.

#include <fmt/format.h>

#include <set>

#include "tests/support/folder.h"
#include "tests/support/program.h"
#include "tests/support/support.h"
#include "verifier/base/json.h"

using namespace attest;
using namespace attest::test;

namespace {

struct LotOutcome {
  std::set<std::string> devices;   // "id: failed ids"
  std::set<std::string> findings;  // "id: names"
  std::string notes;
  Json lot;
};

std::string joined(const Json& list) {
  std::string out;
  for (const Json& one : *list.array()) out += " " + *one.string();
  return out;
}

LotOutcome judged(std::vector<std::string> words) {
  words.insert(words.begin(),
               {"lot", "--ledger", "demo", "--at", "2026-11-20T23:00:00Z", "--format", "ndjson"});
  const Ran ran = run_program(words);
  REQUIRE(ran.code <= 3);
  LotOutcome out;
  size_t at = 0;
  for (size_t end = ran.out.find('\n'); end != std::string::npos;
       at = end + 1, end = ran.out.find('\n', at)) {
    const auto line = parse_json(std::string_view(ran.out).substr(at, end - at));
    REQUIRE(line);
    if (const Json* lot = line->find("lot")) {
      out.lot = *lot;
      for (const Json& finding : *lot->find("findings")->array())
        out.findings.insert(*finding.find("id")->string() + ":" + joined(*finding.find("devices")));
      out.notes = dump(*lot->find("notes"));
    } else if (!line->find("failed")->array()->empty()) {
      out.devices.insert(*line->find("id")->string() + ":" + joined(*line->find("failed")));
    }
  }
  return out;
}

const std::string kLot = "../shared/data/dumps/esp-lot-200";
// meta.json's five faults. The two that a table of the factory contradicts, too, have that beside
// them.
const std::set<std::string> kFaulty = {
    "d2b24a48-81d8-42e9-9c5c-a9153c59975c: key.belongs-to-dac",
    "28d8e677-3114-41cd-a1cc-0edaf1807cc8: spake2p.verifier-matches-passcode "
    "lot.manifest-agrees-with-device",
    "0475ca58-32ac-4305-b07b-4c08599e7ad8: lot.manifest-agrees-with-device",
    "eb638412-ba3e-4589-9cab-76fd37a903ad: factory.is-intact",
    "5fa95637-b15a-4265-ae7d-6f7b78018b17: cd.product-ids-include-basic-information",
};
const std::string kClones =
    "lot.dac-is-used-once: 0475ca58-32ac-4305-b07b-4c08599e7ad8 "
    "557135e4-3c99-46a6-a2a3-3d70f99ab0a2";

}  // namespace

TEST_CASE("lot sample: the vendor tool's 200 devices with its tables as they are") {
  if (!have_shared("dumps/esp-lot-200")) return;
  const LotOutcome got = judged({"--network", "test", kLot});
  CHECK(got.devices == kFaulty);
  CHECK(got.findings == std::set<std::string>{kClones});
  CHECK(got.lot.find("devices")->natural() == 200u);
  CHECK(got.lot.find("approve")->natural() == 195u);
  CHECK(got.lot.find("manifest_rows")->natural() == 400u);  // summary and list of DACs
  const Json* not_used = got.lot.find("not_used");
  REQUIRE(not_used != nullptr);
  REQUIRE(not_used->array()->size() == 2);
  CHECK(not_used->array()->front().find("path")->string()->ends_with("expected-devices.json"));
  CHECK(not_used->array()->back().find("path")->string()->ends_with("meta.json"));
}

TEST_CASE("lot sample: manifests, good and faulty, in either spelling") {
  if (!have_shared("dumps/lot-manifest-good") || !have_shared("dumps/esp-lot-200")) return;
  const std::string kUnlisted =
      "lot.manifest-names-every-device:";  // 120 and 60 of the 200 have a row
  for (const char* table : {"manifest.csv", "manifest-semicolon-bom.csv", "manifest.json"}) {
    CAPTURE(table);
    const LotOutcome good =
        judged({"--network", "test", "--manifest",
                "../shared/data/dumps/lot-manifest-good/" + std::string(table), kLot});
    CHECK(good.devices == kFaulty);
    REQUIRE(good.findings.size() == 2);
    CHECK(good.findings.count(kClones) == 1);
    CHECK(std::next(good.findings.begin())->starts_with(kUnlisted));
    const LotOutcome faulty =
        judged({"--network", "test", "--manifest",
                "../shared/data/dumps/lot-manifest-faults/" + std::string(table), kLot});
    CHECK(faulty.devices == kFaulty);
    std::set<std::string> rest = faulty.findings;
    CHECK(rest.erase(kClones) == 1);
    // As a spreadsheet counts, the header first; of JSON the first object is row 1.
    const int header = std::string_view(table).ends_with(".json") ? 0 : 1;
    CHECK(rest.erase(fmt::format(
              "lot.manifest-values-are-used-once: row {} (5f4f6d84fbb8c668b1e447e46b1cdc14) "
              "row {} (b4bb54fde6d087ab9c4d165a5989c14e)",
              10 + header, 11 + header)) == 1);
    CHECK(rest.erase(
              fmt::format("lot.manifest-codes-are-valid: row {} (eba56b88c7438c3c2da7568952168ae7)",
                          21 + header)) == 1);
    CHECK(rest.erase(fmt::format(
              "lot.manifest-rows-agree-with-themselves: row {} (66d11560dba211872bd9ff0400277557)",
              31 + header)) == 1);
    REQUIRE(rest.size() == 1);
    CHECK(rest.begin()->starts_with(kUnlisted));
    // The table alone.
    const LotOutcome alone = judged(
        {"--network", "test", "../shared/data/dumps/lot-manifest-faults/" + std::string(table)});
    CHECK(alone.findings.size() == 3);
    CHECK(alone.devices.empty());
  }
}

TEST_CASE("lot sample: a batch of requests, one of them for another product") {
  if (!have_shared("dumps/dac-csr-batch")) return;
  const std::string batch = "../shared/data/dumps/dac-csr-batch";
  const LotOutcome got = judged({"--network", "none", batch});
  CHECK(got.devices.empty());
  CHECK(got.findings == std::set<std::string>{"lot.devices-are-of-one-product: ACME0005.csr.pem"});
  CHECK(got.lot.find("undecided")->natural() == 12u);  // a request alone earns no approval
  const Folder folder;
  const std::string order =
      folder.write("order.json", R"({"vendor_id":"0xFFF1","product_id":"0x8000"})");
  const LotOutcome ordered = judged({"--network", "none", "--expect", order, batch});
  CHECK(ordered.devices == std::set<std::string>{"ACME0005.csr.pem: csr.product-matches"});
}
