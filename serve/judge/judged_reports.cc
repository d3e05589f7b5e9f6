#include "serve/judge/judged_reports.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <variant>

#include "bundle/bundle.h"
#include "bundle/recorded_inputs.h"
#include "verifier/base/json.h"
#include "verifier/crypto/crypto.h"
#include "verifier/pki/certificate.h"

namespace attest::serve {

namespace {

constexpr Verdict kVerdicts[] = {Verdict::approve, Verdict::reject, Verdict::undecided};

std::string text_in(const Json& object, const char* name) {
  const Json* member = object.find(name);
  return member == nullptr || member->string() == nullptr ? std::string() : *member->string();
}

// A report names its DAC by digest; the certificate itself is in the bundle.
std::string serial_of_dac(View file, const std::string& digest) {
  const auto bundle = read_bundle(file);
  if (!bundle) return {};
  const auto inputs = inputs_from(bundle->members);
  if (!inputs) return {};
  for (const Statement& said : inputs->device.statements) {
    const auto* bytes = std::get_if<Bytes>(&said.value);
    // As read: nothing says yet which certificate is the DAC.
    if (bytes == nullptr || hex(sha256(*bytes)) != digest) continue;
    if (const auto certificate = parse_certificate(*bytes)) return hex((*certificate)->serial);
  }
  return {};
}

}  // namespace

Result<JudgedReport> judged_report_of(Instant time, std::string json, std::string html,
                                      Bytes bundle) {
  const auto report = parse_json(json);
  if (!report) return tl::unexpected(report.error());
  const std::string schema = text_in(*report, "schema"), verdict = text_in(*report, "verdict");
  const auto* known = std::find_if(std::begin(kVerdicts), std::end(kVerdicts),
                                   [&](Verdict v) { return verdict == verdict_name(v); });
  const Json* device = report->find("device");
  if (schema != "matter-attest/report/1" || known == std::end(kVerdicts) || device == nullptr)
    return error("expected a report of matter-attest, found something else");
  JudgedReport out;
  out.time = time;
  out.verdict = *known;
  out.summary = text_in(*report, "summary");
  out.network = text_in(*report, "network");
  out.stage = text_in(*report, "stage");
  // A decision against the verdict hangs on these: a report that does not list them is none.
  const Json* checks = report->find("checks");
  if (checks == nullptr || checks->array() == nullptr)
    return error("expected a report of matter-attest with its checks, found none");
  for (const Json& check : *checks->array()) {
    if (text_in(check, "status") == "fail") out.failed.push_back(text_in(check, "id"));
  }
  out.device = {.vid = text_in(*device, "vid"),
                .pid = text_in(*device, "pid"),
                .product = text_in(*device, "product_name"),
                .serial_number = text_in(*device, "serial_number"),
                .dac_serial = {},
                .dac_sha256 = text_in(*device, "dac_sha256"),
                .certificate_id = text_in(*device, "cd_certificate_id")};
  if (!bundle.empty() && !out.device.dac_sha256.empty())
    out.device.dac_serial = serial_of_dac(bundle, out.device.dac_sha256);
  out.json = std::move(json);
  out.html = std::move(html);
  out.bundle = std::move(bundle);
  return out;
}

size_t JudgedReport::bytes() const {
  constexpr size_t kOverhead = 1024;  // texts, nodes of containers
  return json.size() + html.size() + bundle.size() + summary.size() + kOverhead;
}

Result<std::string> random_id() {
  std::array<uint8_t, 16> bytes{};
  if (getentropy(bytes.data(), bytes.size()) != 0)
    return error("the system gives no random numbers");
  return hex(bytes);
}

bool is_id(std::string_view text) {
  return text.size() == 32 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Result<std::string> JudgedReports::keep(JudgedReport report) {
  const size_t bytes = report.bytes();
  if (bytes > limits_.bytes || limits_.reports == 0)
    return error(fmt::format("the report and its bundle have {} bytes, expected at most {}", bytes,
                             limits_.bytes));
  auto id = random_id();
  if (!id) return id;
  auto kept = std::make_shared<const JudgedReport>(std::move(report));
  const std::lock_guard lock(mutex_);
  make_room(bytes);
  reports_.emplace(*id, std::move(kept));
  oldest_first_.push_back(*id);
  bytes_ += bytes;
  return id;
}

void JudgedReports::make_room(size_t bytes) {
  while (!oldest_first_.empty() &&
         (bytes_ + bytes > limits_.bytes || reports_.size() >= limits_.reports)) {
    const auto at = reports_.find(oldest_first_.front());
    bytes_ -= at->second->bytes();
    reports_.erase(at);
    gone_.insert(oldest_first_.front());
    gone_first_.push_back(std::move(oldest_first_.front()));
    oldest_first_.pop_front();
    if (gone_first_.size() <= limits_.remembered) continue;
    gone_.erase(gone_first_.front());
    gone_first_.pop_front();
  }
}

JudgedReports::Found JudgedReports::find(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  if (const auto at = reports_.find(id); at != reports_.end())
    return {.report = at->second, .gone = false};
  return {.report = nullptr, .gone = gone_.contains(id)};
}

JudgedReports::Size JudgedReports::size() const {
  const std::lock_guard lock(mutex_);
  return {.reports = reports_.size(), .bytes = bytes_};
}

}  // namespace attest::serve
