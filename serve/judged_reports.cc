#include "serve/judged_reports.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "verifier/pki/certificate.h"

namespace attest::serve {

DeviceSummary summary_of(const Evidence& e) {
  DeviceSummary out;
  const Certificate* dac = e.dac.certificate.get();
  const auto vid = e.vid ? e.vid : dac != nullptr ? dac->vid() : std::nullopt;
  const auto pid = e.pid ? e.pid : dac != nullptr ? dac->pid() : std::nullopt;
  if (vid) out.vid = hex_id(*vid);
  if (pid) out.pid = hex_id(*pid);
  const auto said = [&](FactId fact) {
    const Statement* s = e.device.first(fact);
    return s == nullptr ? std::string() : printable(value_text(fact, s->value));
  };
  out.product = said(FactId::product_name);
  out.serial_number = said(FactId::serial_number);
  if (dac != nullptr) {
    out.dac_serial = hex(dac->serial);
    out.dac_sha256 = hex(dac->sha256);
  }
  if (e.cd) out.certificate_id = printable(e.cd->certificate_id);
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
