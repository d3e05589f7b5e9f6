// Images: what the entries of software versions offer, fetched and judged by the checks of the
// verifier's catalogue, as `verify --fetch-ota` does for a device of that version.
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "audit/findings.h"
#include "platform/ota.h"
#include "verifier/checks/catalogue.h"
#include "verifier/verify.h"

namespace attest::audit {
namespace {

constexpr std::chrono::minutes kImageTime{30};
constexpr uint64_t kMostImage = uint64_t{4} << 30;

// A device of that version and nothing else.
Reading device_of(const ModelVersion& entry) {
  Reading reading;
  const Place place{.path = "the ledger's entry", .offset = {}, .item = {}};
  reading.device.say(FactId::vendor_id, uint64_t{entry.vid}, place);
  reading.device.say(FactId::product_id, uint64_t{entry.pid}, place);
  reading.device.say(FactId::software_version, uint64_t{entry.software_version}, place);
  return reading;
}

}  // namespace

void audit_image(Auditing& a, const ModelVersion& entry, const std::string& about) {
  const std::string prefix = "ota.";
  if (!a.options.fetch) {
    AuditFinding skipped;
    skipped.id = "ota.is-fetched";
    skipped.title = find_check(skipped.id)->title;
    skipped.about = about;
    skipped.status = Status::skipped;
    skipped.message = "not fetched (--fetch)";
    skipped.fetches = true;
    return a.findings.take(std::move(skipped));
  }
  const TrustStore trust = TrustStore::builtin(false);
  Policy policy;
  policy.network = a.options.network;
  policy.at = a.options.at;
  const Verification judged =
      verify({.reading = device_of(entry),
              .policy = policy,
              .trust = trust,
              .engine = a.options.engine,
              .ledger = &a.ledger,
              .between = [&](Evidence& evidence) {
                fetch_ota_image(evidence, a.ledger, a.options.downloader,
                                {.folder = a.options.folder,
                                 .offline = false,
                                 .limits = {.total = kImageTime, .bytes = kMostImage}},
                                a.verbosity);
                return true;
              }});
  for (const Finding& f : judged.report.findings) {
    if (!std::string_view(f.check->id).starts_with(prefix) || f.status == Status::skipped) continue;
    const bool not_fetched =
        f.status == Status::unknown && std::string_view(f.check->id) == "ota.is-fetched";
    const bool blocked = f.status == Status::blocked && f.blocked_by != nullptr;
    a.findings.take({.id = f.check->id,
                     .title = f.check->title,
                     .about = about,
                     .status = f.status,
                     .severity = f.severity,
                     .message = blocked ? f.blocked_by->id : f.message.str(),
                     .expected = f.expected,
                     .actual = f.actual,
                     .remedy = not_fetched ? kNetworkAgain : f.remedy.str()});
  }
}

}  // namespace attest::audit
