// What a ledger of 10,000 models costs a verification, warm: every fact that one device asks for,
// from the cache.
//   ledger_bench [FOLDER OF CERTIFICATE ENTRIES (certificates_all.json)]
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "dcl/cached_ledger.h"

using namespace attest;
using namespace attest::dcl;

namespace {

Json model(uint64_t i) {
  Json out;
  out.set("vid", i / 50 + 1)
      .set("pid", i % 50 + 1)
      .set("deviceTypeId", 22)
      .set("productName", "Product")
      .set("productLabel", std::string(200, 'x'));
  return out.set("partNumber", "1")
      .set("commissioningCustomFlow", 0)
      .set("discoveryCapabilitiesBitmask", 4);
}
Json compliance(uint64_t i) {
  Json out;
  out.set("vid", i / 50 + 1)
      .set("pid", i % 50 + 1)
      .set("softwareVersion", 1)
      .set("certificationType", "matter")
      .set("softwareVersionString", "1.0");
  out.set("cDVersionNumber", 1)
      .set("softwareVersionCertificationStatus", 2)
      .set("date", "2024-01-15T00:00:00Z")
      .set("reason", "");
  return out.set("cDCertificateId", fmt::format("ZIG{:05}ZB{:06}-24", i, i))
      .set("specificationVersion", 16973824);
}

}  // namespace

int main(int argc, char** argv) {
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("ledger-bench-{}", getpid());
  const ReadAt when{.height = 1, .block_time = {1795214749}, .read_at = {1795214749}};
  std::vector<ListUpdate> lists;
  for (const Schema schema :
       {Schema::vendor, Schema::model, Schema::compliance, Schema::coverage, Schema::certificate,
        Schema::revoked, Schema::revocation_point, Schema::version}) {
    lists.push_back({.when = when, .list = {.schema = schema, .records = {}}});
  }
  for (uint64_t i = 0; i < 10'000; ++i) {
    lists[1].list.records.push_back(*read_record(Schema::model, model(i)));
    lists[2].list.records.push_back(*read_record(Schema::compliance, compliance(i)));
  }
  KeyId paa{};
  if (argc > 1) {
    std::ifstream file(argv[1], std::ios::binary);
    const auto body = parse_json(std::string(std::istreambuf_iterator<char>(file), {}));
    auto page = body ? read_page(Schema::certificate, *body) : error("unreadable");
    if (page) lists[4].list.records = std::move(page->records);
    if (page && !lists[4].list.records.empty())
      paa = certificates_of(lists[4].list.records.front().object)->front().subject_key_id;
  }
  {
    std::string ignored;
    auto cache = Cache::open(cache_path(folder.string(), "bench"), Cache::Open::create, ignored);
    if (!cache || !(*cache)->update(
                      {.chain_id = "bench", .source = "bench", .trust = LedgerTrust::none}, lists))
      return 1;
  }
  std::vector<double> cold, warm;
  const auto device = [&](Ledger& ledger, uint64_t i) {
    const auto vid = static_cast<uint16_t>(i / 50 + 1), pid = static_cast<uint16_t>(i % 50 + 1);
    ledger.status();
    ledger.approved_paa(paa);
    ledger.approved_pai(paa);
    ledger.revoked_certificates(paa);
    ledger.cd_signer(paa);
    ledger.vendor(vid);
    ledger.model(vid, pid);
    ledger.version(vid, pid, 1);
    ledger.compliance(vid, pid, 1);
    ledger.coverage(fmt::format("ZIG{:05}ZB{:06}-24", i, i));
    ledger.revocation_points(paa);
    ledger.revocation_points(paa);
  };
  const auto timed = [](std::vector<double>& into, const auto& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    into.push_back(
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
            .count());
  };
  for (uint64_t round = 0; round < 100; ++round) {
    std::unique_ptr<CachedLedger> ledger;
    timed(cold, [&] {
      ledger = *CachedLedger::open({.network = {.name = "main", .chain_id = "bench", .url = ""},
                                    .cache_folder = folder.string(),
                                    .ledger = "",
                                    .offline = true,
                                    .max_age = 86'400,
                                    .now = when.read_at,
                                    .engine = attest::openssl_engine(),
                                    .transport = {},
                                    .progress = {}});
      device(*ledger, round);
    });
    for (uint64_t i = 0; i < 20; ++i)
      timed(warm, [&] { device(*ledger, (round * 97 + i * 31) % 10'000); });
  }
  std::sort(cold.begin(), cold.end());
  std::sort(warm.begin(), warm.end());
  fmt::print(
      "12 facts of a device, ledger of 10,000 models: first device {:.0f} us, each further one "
      "{:.0f} us (medians)\n",
      cold[cold.size() / 2], warm[warm.size() / 2]);
  std::filesystem::remove_all(folder);
}
