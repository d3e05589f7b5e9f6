#include "verifier/checks/waiver.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/checks/catalogue.h"

namespace attest {
namespace {

constexpr std::string_view kOfWaivers = "expect.waivers-";
constexpr const char* kUsed = "expect.waivers-are-used";

}  // namespace

bool may_be_waived(const Check& check, Network network, Stage stage) {
  if (std::string_view(check.id).starts_with(kOfWaivers)) return false;
  if (stage == Stage::lab && check.severity.lab == Severity::error) return false;
  return network != Network::main || !check.proves_authenticity;
}

bool is_for(const Waiver& waiver, const Evidence& evidence) {
  if (waiver.device.empty()) return true;
  const Maybe<std::string> serial = evidence.device.string(FactId::serial_number);
  if (serial != nullptr && *serial == waiver.device) return true;
  const Maybe<Certificate> dac = evidence.dac.certificate.get();
  if (dac == nullptr) return false;
  const auto digest = from_hex_lenient(waiver.device);  // in either case, with colons or without
  return digest && equal(*digest, dac->sha256());
}

bool is_in_force(const Waiver& waiver, const Policy& policy) {
  return !waiver.until || policy.at <= *waiver.until;
}

const Waiver* waiver_for(const Evidence& e, const Check& check) {
  if (e.policy.waivers.empty() || !may_be_waived(check, e.policy.network, e.policy.stage))
    return nullptr;
  const auto at =
      std::find_if(e.policy.waivers.begin(), e.policy.waivers.end(), [&](const Waiver& w) {
        return w.id == check.id && is_in_force(w, e.policy) && is_for(w, e);
      });
  return at == e.policy.waivers.end() ? nullptr : &*at;
}

std::string waiver_text(const Waiver& waiver) {
  std::string by = waiver.who;
  if (waiver.until) by += fmt::format("{}until {}", by.empty() ? "" : ", ", waiver.until_text);
  return by.empty() ? waiver.reason : fmt::format("{} ({})", waiver.reason, by);
}

void forget_unused_waivers(std::vector<Finding>& findings) {
  Finding& told = findings[check_index(*find_check(kUsed))];
  if (told.status != Status::warn && told.status != Status::fail) return;
  told.status = Status::pass;
  told.message.clear();
  told.remedy.clear();
}

void report_unused_waivers(const Evidence& e, std::vector<Finding>& findings) {
  if (e.policy.waivers.empty() || e.policy.one_of_many) return;
  std::string message;
  for (const Waiver& waiver : e.policy.waivers) {
    const Maybe<Check> check = find_check(waiver.id);
    if (check == nullptr || waiver_for(e, *check) == nullptr || !is_in_force(waiver, e.policy) ||
        !is_for(waiver, e))
      continue;  // what is wrong with it is another finding
    const Finding& f = findings[check_index(*check)];
    if (!f.waived.empty() || f.status == Status::fail || f.status == Status::warn) continue;
    if (!message.empty()) message += "; ";
    if (f.status == Status::unknown) {
      message += fmt::format(
          "the waiver of {} does nothing: its answer is unknown, and a waiver "
          "answers no question",
          waiver.id);
    } else if (f.status == Status::blocked) {
      message += fmt::format("the waiver of {} does nothing: it is blocked by {}", waiver.id,
                             f.blocked_by->id);
    } else {
      message += fmt::format("nothing needs the waiver of {}", waiver.id);
    }
  }
  if (message.empty()) return;
  Finding& told = findings[check_index(*find_check(kUsed))];
  told.status =
      told.severity == Severity::error || e.policy.fail_on_warn ? Status::fail : Status::warn;
  if (told.status == Status::fail) told.severity = Severity::error;
  told.message = std::move(message);
}

}  // namespace attest
