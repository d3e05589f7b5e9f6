#include "verifier/readers/text/log_device.h"

#include <algorithm>
#include <iterator>

#include "verifier/base/characters.h"
#include "verifier/matter/onboarding_payload.h"
#include "verifier/readers/text/log_line.h"
#include "verifier/readers/text/onboarding_codes.h"

namespace attest::log {
namespace {

constexpr std::string_view kHead = "Device Configuration:";

// 0 and 0xFFFF stand for what the device could not read, and for a development kit's nothing.
struct Known {
  std::string_view name;
  FactId fact;
  uint64_t unknown;
};
constexpr Known kKnown[] = {
    {"Vendor Id", FactId::vendor_id, 0},
    {"Product Id", FactId::product_id, 0},
    {"Setup Pin Code (0 for UNKNOWN/ERROR)", FactId::passcode, 0},
    {"Setup Pin Code", FactId::passcode, 0},
    {"Setup Discriminator (0xFFFF for UNKNOWN/ERROR)", FactId::discriminator, 0xFFFF},
    {"Setup Discriminator", FactId::discriminator, 0xFFFF}};

// How the lines call a code, small.
constexpr std::string_view kCodes[] = {"setupqrcode", "setup qr code", "qr code",
                                       "qrcode",      "pairing code",  "manual code"};

}  // namespace

bool is_of_commissioner(std::string_view line) {
  constexpr std::string_view kModules[] = {"CTL", "TOO", "SPL"};
  return std::any_of(std::begin(kModules), std::end(kModules), [&](std::string_view module) {
    for (size_t at = line.find(module); at != line.npos; at = line.find(module, at + 1)) {
      const char before = at == 0 ? ' ' : line[at - 1];
      const size_t end = at + module.size();
      const char behind = end == line.size() ? ' ' : line[end];
      if (!is_word_letter(before) && !is_word_letter(behind)) return true;
    }
    return false;
  });
}

std::vector<std::string_view> codes_stated(std::string_view line) {
  std::vector<std::string_view> out;
  if (is_of_commissioner(line)) return out;
  if (const size_t link = line.find("qrcode.html?data="); link != line.npos) {
    out.push_back(line.substr(link + 17));
    return out;
  }
  const std::string small = to_lower(line);
  for (const std::string_view name : kCodes) {
    const size_t at = small.find(name);
    if (at == std::string::npos) continue;
    size_t value = at + name.size();
    for (const std::string_view more : {" url", " payload"}) {
      if (std::string_view(small).substr(value).starts_with(more)) value += more.size();
    }
    while (value < line.size() && line[value] == ' ') ++value;
    if (value == line.size() || (line[value] != ':' && line[value] != '=')) continue;
    value = std::min(line.find_first_not_of(" [\"'", value + 1), line.size());
    if (value == line.size()) continue;
    const size_t end = std::min(line.find_first_of(" ]\"'", value), line.size());
    const std::string_view code = line.substr(value, end - value);
    if (code.starts_with("MT:") || code.starts_with("MT%3A") ||
        code.find_first_not_of("0123456789-") == code.npos)
      out.push_back(code);
    break;
  }
  return out;
}

std::optional<DeviceConfiguration::Entry> DeviceConfiguration::line(std::string_view line,
                                                                    bool line_is_whole) {
  constexpr unsigned kLines = 24;  // with those of other threads among them
  if (line.find(kHead) != line.npos) {
    may_follow_ = kLines;
    return std::nullopt;
  }
  if (may_follow_ == 0) return std::nullopt;
  --may_follow_;
  for (const Known& known : kKnown) {
    const size_t at = line.find(known.name);
    if (at == line.npos || (at != 0 && is_word_letter(line[at - 1]))) continue;
    const std::string_view value = line.substr(at);
    const auto number = number_after(value, known.name);
    if (!number || *number == known.unknown || number_is_cut(value, known.name, line_is_whole))
      continue;
    return Entry{.fact = known.fact, .name = fact_name(known.fact), .value = *number};
  }
  return std::nullopt;
}

bool has_device_configuration(View bytes) {
  const std::string_view all = text(bytes);
  const size_t at = all.find(kHead);
  return at != all.npos &&
         (all.find("Vendor Id:", at) != all.npos || all.find("Setup Pin Code", at) != all.npos);
}

OwnWords::Line OwnWords::line(std::string_view line, bool line_is_whole, const Place& place,
                              Reading& reading) {
  Line out = Line::says_nothing;
  if (const auto entry = configuration_.line(line, line_is_whole)) {
    say(entry->fact, entry->value, place, reading);
    out = Line::says_something;
  }
  for (const std::string_view stated : codes_stated(line)) {
    const std::string code = typed_code(stated);
    for (const OnboardingPayload& payload : find_payloads(code)) {
      // (Where the log ends, a code may go on.)
      if (!line_is_whole && !payload.valid()) return Line::is_cut;
      const std::string& whole = payload.joined.empty() ? payload.text : payload.joined;
      const bool again = std::any_of(said_.begin(), said_.end(), [&](const auto& known) {
        return known.second == FactValue(whole);
      });
      if (!payload.joined.empty() && again) continue;
      out = Line::says_something;
      if (say(payload.manual ? FactId::manual_code : FactId::qr_payload, whole, place, reading))
        reading.holds(payload.manual ? "manual-code" : "qr");
    }
  }
  return out;
}

bool OwnWords::say(FactId fact, FactValue value, const Place& place, Reading& reading) {
  constexpr size_t kMost = 64;
  const std::pair known(fact, value);
  if (said_.size() >= kMost || std::find(said_.begin(), said_.end(), known) != said_.end())
    return false;
  said_.push_back(known);
  reading.holds("device-log");
  reading.device.say(fact, std::move(value), place);
  return true;
}

}  // namespace attest::log
