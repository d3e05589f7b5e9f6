// A recorded ledger audited whole, vendor by vendor: what is found is counted, and why it is found.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "audit/audit.h"
#include "tests/support/dcl_support.h"

using namespace attest;
using namespace attest::test;

namespace {

// The lists that the recorded points name, from the folder that was recorded with them.
class RecordedLists final : public dcl::Downloader {
 public:
  Result<dcl::Downloaded> get(const dcl::DownloadRequest& request, const dcl::TakePiece& take,
                              const dcl::OnDownload&) override {
    const std::string name = request.url.substr(request.url.rfind('/') + 1);
    for (const auto& folder : {shared() / "dcl/materials", shared() / "dcl/materials/chip"}) {
      if (!std::filesystem::is_regular_file(folder / name)) continue;
      const Bytes bytes = slurp(folder / name);
      if (const auto taken = take(0, bytes); !taken) return tl::unexpected(taken.error());
      return dcl::Downloaded{.kind = dcl::Downloaded::Kind::whole,
                             .url = request.url,
                             .validators = {},
                             .size = bytes.size()};
    }
    return error(request.url + ": expected the file, found the answer 404");
  }
};

using Counts = std::map<std::string, std::map<Status, size_t>>;

}  // namespace

TEST_CASE("audit: the recorded ledger, all of its vendors") {
  if (!have_shared("dcl")) return;
  Ledger4Test served(recorded());
  const Folder folder;
  {
    dcl::Node node = served.node();
    REQUIRE(dcl::sync(node, dcl::cache_path(folder.path(), "dclchain-local"), kNow,
                      {.versions = true}));
  }
  auto ledger = dcl::CachedLedger::open(
      {.network = served.network,
       .cache_folder = folder.path(),
       .ledger = "",
       .offline = false,
       .max_age = 86'400,
       .now = kNow,
       .engine = openssl_engine(),
       .transport = [] { return dcl::make_curl_transport({.budget = hasty()}); },
       .progress = {},
       .downloader = []() -> Result<std::unique_ptr<dcl::Downloader>> {
         return std::make_unique<RecordedLists>();
       }});
  REQUIRE(ledger);
  std::set<uint16_t> vendors;
  for (const dcl::Schema schema :
       {dcl::Schema::vendor, dcl::Schema::model, dcl::Schema::compliance}) {
    const auto all = (*ledger)->records(schema);
    REQUIRE(std::holds_alternative<Found<std::vector<dcl::CachedRecord>>>(all));
    for (const auto& record : std::get<Found<std::vector<dcl::CachedRecord>>>(all).value)
      vendors.insert(static_cast<uint16_t>(std::stoul(record.key.substr(0, 4), nullptr, 16)));
  }
  Counts counts;
  std::map<Verdict, size_t> verdicts;
  size_t models = 0;
  std::string shown;
  for (const uint16_t vid : vendors) {
    const auto report = audit::audit(
        **ledger,
        {.vid = vid, .network = attest::Network::main, .at = kNow, .engine = openssl_engine()},
        Verbosity::silent());
    ++verdicts[report.verdict];
    models += report.models.size();
    for (const auto& f : report.findings) {
      ++counts[f.id][f.status];
      const bool told = f.status == Status::fail || f.status == Status::unknown;
      if (told && f.id != "audit.version-is-known")
        shown += fmt::format("{} {} {}: {}\n", status_name(f.status), f.id, f.about, f.message);
    }
  }
  std::string table;
  for (const auto& [id, of] : counts) {
    for (const auto& [status, n] : of)
      if (status != Status::pass && status != Status::skipped && status != Status::blocked)
        table += fmt::format("{} {} {}\n", id, status_name(status), n);
  }
  CAPTURE(shown);
  CHECK(vendors.size() == 127);
  CHECK(models == 182);  // two of them certified without a model
  CHECK(verdicts[Verdict::approve] == 122);
  CHECK(verdicts[Verdict::reject] == 3);
  CHECK(verdicts[Verdict::undecided] == 2);  // lists that were not recorded
  CHECK(table ==
        // Two PAIs and a PAA that were revoked on purpose, and two that their PAA's lists name.
        "audit.certificate-is-not-revoked warn 5\n"
        // Models that were recorded for their texts alone.
        "audit.model-has-versions warn 53\n"
        // FFF2/ABCD and FFF2/ABCE: the ledger certifies what has no model.
        "audit.model-is-known fail 2\n"
        "audit.revocation-is-published warn 41\n"
        // Partitions without an issuing distribution point clear nobody.
        "audit.revocation-list-is-usable fail 3\n"
        "audit.revocation-list-is-usable unknown 6\n"
        // The point of forty zeros, with the PAA of FFF1 as its signer.
        "audit.revocation-point-is-its-issuers warn 1\n"
        // Vendors of production PAAs, without products.
        "audit.vendor-has-models warn 122\n"
        // FFF1/8001 and FFF2/8005 were revoked, FFF2/8004 has one version certified and one not.
        "audit.version-is-certified fail 3\n"
        "audit.version-is-certified warn 3\n"
        // Certified without an entry of the version, which the ledger allows.
        "audit.version-is-known fail 128\n"
        "audit.version-is-valid warn 1\n");
}
