#include "verifier/readers/text/log_said.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "verifier/base/characters.h"
#include "verifier/readers/text/log_line.h"
#include "verifier/readers/text/onboarding_codes.h"

namespace attest::log {
namespace {

// One kind of line. `number` and `second` are read behind "VID" and "PID", `key` behind the words.
struct Line {
  std::string_view words;
  const char* states;  // what it is about
  std::optional<FactId> number, second, key;
};
// The order matters where one line's words begin another's. The arrow before a line is not asked of
// words that tell by themselves: who quotes it may leave it out.
constexpr Line kLines[] = {
    {"DAC's VID:",
     "the ids in the DAC's subject",
     FactId::logged_dac_vendor_id,
     FactId::logged_dac_product_id,
     {}},
    {"DAC certificate SKID:", "the DAC's own key id", {}, {}, FactId::logged_dac_key_id},
    {"DAC certificate AKID:", "the key id of the PAI that the DAC names", {}, {}, {}},
    {"PAI certificate SKID:", "the PAI's own key id", {}, {}, FactId::logged_pai_key_id},
    {"PAI certificate AKID:", "the key id of the root that the PAI names", {}, {}, {}},
    {"PAA certificate SKID:", "a root of the commissioner's own store", {}, {}, {}},
    {"PAA certificate AKID:", "a root of the commissioner's own store", {}, {}, {}},
    {"CD signing key identifier:",
     "the key that signed the declaration",
     {},
     {},
     FactId::logged_cd_signer},
    {"DAC origin VID:", "the declaration's dac_origin", {}, {}, {}},
    {"--> Device type ID:", "the declaration's device type", {}, {}, {}},
    {"--> Certification type:", "the declaration's certification type", {}, {}, {}},
    {"--> VID:", "the declaration's vendor", FactId::logged_cd_vendor_id, {}, {}},
    {"PAI's AKID:", "the root that the commissioner did not find", {}, {}, FactId::sought_paa},
    {"--> ", "something that this list does not know", {}, {}, {}},
};

// Twenty bytes in hex with colons.
std::optional<Bytes> key_after(std::string_view rest) {
  while (!rest.empty() && rest[0] == ' ') rest.remove_prefix(1);
  const auto end = rest.find_first_not_of("0123456789abcdefABCDEF:");
  auto bytes = from_hex_lenient(rest.substr(0, end));
  return bytes && bytes->size() == KeyId{}.size() ? std::optional(std::move(*bytes)) : std::nullopt;
}

std::optional<uint64_t> number_at(std::string_view line, std::string_view words) {
  const auto at = line.find(words);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view rest = line.substr(at + words.size());
  while (!rest.empty() && rest[0] == ' ') rest.remove_prefix(1);
  uint64_t number = 0;
  const auto [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  return failed == std::errc() && end != rest.data() ? std::optional(number) : std::nullopt;
}

bool has(std::string_view line, std::string_view words) {
  return line.find(words) != std::string_view::npos;
}

}  // namespace

bool begins_statement(std::string_view text, size_t at) {
  // (What has its arrow, or is no line of this kind, is asked for nothing.)
  constexpr std::string_view kTelling[] = {"DAC's ", "DAC ", "PAI certificate", "PAA certificate"};
  if (std::none_of(std::begin(kTelling), std::end(kTelling),
                   [&](std::string_view words) { return text.substr(at).starts_with(words); }))
    return true;
  std::string_view before = text.substr(0, at);
  while (before.ends_with(' ') || before.ends_with('\t')) before.remove_suffix(1);
  return before.empty() || is_digit(before.back()) ||
         std::string_view("\n]>:;").find(before.back()) != std::string_view::npos;
}

std::optional<Said> said(std::string_view line, bool line_is_whole) {
  for (const Line& known : kLines) {
    const auto at = line.find(known.words);
    if (at == std::string_view::npos) continue;
    if (!begins_statement(line, at)) continue;
    if (known.key == FactId::sought_paa && !has(line, "find PAA")) continue;
    const std::string_view rest = line.substr(at);
    const size_t arrow = rest.starts_with("--> ") ? 4 : 0;
    // What nobody knows may be what somebody typed.
    const bool unknown = known.words == "--> ";
    Said out{.facts = {},
             .text = unknown ? std::to_string(rest.size() - arrow) + " characters of its own"
                             : std::string(rest.substr(arrow, 200))};
    const auto id = [&](const std::optional<FactId>& fact, std::string_view name) {
      if (!fact) return;
      if (number_is_cut(rest, name, line_is_whole)) {
        out.cut = true;
        return;
      }
      if (const auto number = number_after(rest, name); number && *number <= 0xFFFF)
        out.facts.push_back({*fact, *number});
    };
    id(known.number, "VID");
    id(known.second, "PID");
    if (known.key) {
      if (auto key = key_after(rest.substr(known.words.size())))
        out.facts.push_back({*known.key, std::move(*key)});
    }
    return out;
  }
  return std::nullopt;
}

Sayings::Line Sayings::line(const std::string& l, bool line_is_whole, const Place& place,
                            Reading& reading) {
  constexpr size_t kMost = 64;  // of each: one device has no more
  auto heard = said(l, line_is_whole);
  if (!heard || lines_.size() >= kMost) return Line::says_nothing;
  for (Said::Fact& fact : heard->facts) {
    const bool again = std::any_of(facts_.begin(), facts_.end(), [&](const Kept& known) {
      return known.fact.fact == fact.fact && known.fact.value == fact.value;
    });
    if (!again && facts_.size() < kMost) facts_.push_back({std::move(fact), *place.offset});
  }
  if (std::find(lines_.begin(), lines_.end(), heard->text) == lines_.end()) {
    lines_.push_back(heard->text);
    reading.device.note(Remark::reported_value, place,
                        fmt::format("the log says: {}", without_codes(printable(heard->text))));
  }
  return heard->cut ? Line::is_cut : Line::says_it;
}
void Sayings::say(const std::string& path, Reading& reading) const {
  for (const Kept& kept : facts_)
    reading.device.say(kept.fact.fact, kept.fact.value,
                       {.path = path, .offset = kept.offset, .item = "as the log says"});
}

std::optional<uint64_t> result(std::string_view line) {
  // The lowest and the highest code that the SDK's verifier declares.
  constexpr uint64_t kLowest = 100, kHighest = 703;
  if (has(line, "validated 'Attestation Information'")) return 0;
  if (has(line, "OnDeviceAttestation")) {
    // (Of one or two digits, but for success, it is the beginning of a code.)
    if (const auto code = number_at(line, "with result: ");
        code && *code <= 0xFFFF && (*code == 0 || *code >= kLowest))
      return code;
  }
  if (!has(line, "ttestation")) return std::nullopt;
  for (const std::string_view words : {": err ", "(err ", "errorCode: ", "errorCode = "}) {
    const auto code = number_at(line, words);
    if (code && *code >= kLowest && *code <= kHighest) return code;
  }
  return std::nullopt;
}

std::optional<uint64_t> certificate_asked_for(std::string_view line) {
  for (const std::string_view words :
       {"certificateType: ", "\"certificateType\":", "certificate-chain-request "}) {
    if (const auto type = number_at(line, words); type && (*type == 1 || *type == 2)) return type;
  }
  // (A step that ended asks for nothing more.)
  if (has(line, "finished commissioning step") || has(line, "rror on commissioning step"))
    return std::nullopt;
  const auto dac = line.rfind("SendDACCertificateRequest"),
             pai = line.rfind("SendPAICertificateRequest");
  if (dac == pai) return std::nullopt;
  const bool is_dac = pai == std::string_view::npos || (dac != std::string_view::npos && dac > pai);
  return is_dac ? 1 : 2;
}

}  // namespace attest::log
