// Text that holds an MT: payload or a manual pairing code: what vendors' tools print for a device,
// onb_codes.csv, a line that somebody typed.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/base/csv.h"
#include "verifier/base/number_words.h"
#include "verifier/readers/factory_item.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/posture/mac.h"
#include "verifier/readers/posture/tool_text.h"
#include "verifier/readers/tables/device_json.h"
#include "verifier/readers/text/commands.h"
#include "verifier/readers/text/onboarding_codes.h"
#include "verifier/readers/text/pasted_bytes.h"
#include "verifier/readers/text/plain_text.h"
#include "verifier/readers/unreadable.h"

namespace attest {
namespace {

// One device has one payload, maybe joined of a few. A text with more is a list of devices, and no
// statement about one.
constexpr size_t kMaxCodes = 8;

// In free text eleven digits are many things: find_payloads takes for a manual code what is called
// one, or can be nothing else. A payload is known by its prefix, and a bad one is evidence too.
// Each once; one more than kMaxCodes, where there are more.
std::vector<OnboardingPayload> codes_in(View bytes) {
  if (bytes.size() > kMostPastedText || !is_plain_text(bytes)) return {};
  std::vector<OnboardingPayload> codes = find_payloads(without_commands(text(bytes)));
  std::vector<OnboardingPayload> distinct;
  for (OnboardingPayload& code : codes) {
    if (distinct.size() > kMaxCodes) break;
    if (std::none_of(distinct.begin(), distinct.end(),
                     [&](const OnboardingPayload& d) { return d.text == code.text; }))
      distinct.push_back(std::move(code));
  }
  return distinct;
}

// onb_codes.csv: a line of names and one of values. The manual code may be quoted, in two lines,
// and grouped by dashes; in a table it is known by its column. With more lines than one it is a
// list of devices.
struct Column {
  const char* name;
  FactId fact;
};
constexpr Column kColumns[] = {{"qrcode", FactId::qr_payload},
                               {"manualcode", FactId::manual_code},
                               {"discriminator", FactId::discriminator},
                               {"passcode", FactId::passcode}};

std::optional<std::vector<CsvRecord>> code_table(View bytes) {
  if (bytes.size() > 64u << 10 || !is_plain_text(bytes)) return std::nullopt;
  auto table = parse_csv(text(bytes), 3);
  if (!table || table->size() != 2) return std::nullopt;
  const CsvRecord& names = table->front();
  const auto has = [&](const char* name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (!has("qrcode") && !has("manualcode")) return std::nullopt;
  return std::move(*table);
}

void read_table(const std::vector<CsvRecord>& table, const Source& s, Reading& reading) {
  for (size_t i = 0; i < std::min(table[0].size(), table[1].size()); ++i) {
    const auto column = std::find_if(std::begin(kColumns), std::end(kColumns),
                                     [&](const Column& c) { return table[0][i] == c.name; });
    if (column == std::end(kColumns) || table[1][i].empty()) continue;
    const Place place{.path = s.path, .offset = {}, .item = column->name};
    std::string value = table[1][i];
    if (column->fact == FactId::qr_payload) {
      say_codes(parse_qr(value), place, reading);
    } else if (column->fact == FactId::manual_code) {
      std::erase_if(value, [](char c) { return c < '0' || c > '9'; });
      const OnboardingPayload code[] = {parse_manual_code(value)};
      say_codes(code, place, reading);
    } else if (const auto number = json_number(Json(value))) {
      say_number(column->fact, *number, place, reading);
    } else {
      say_unreadable(reading.device, column->fact, place, column->name, number.error().what);
    }
  }
}

bool recognises(const Source& s) {
  if (code_table(s.bytes)) return true;
  const auto codes = codes_in(s.bytes);
  return !codes.empty() && codes.size() <= kMaxCodes;
}

// What else may be called so has no FF FE between its halves.
constexpr const char* kUniqueId = "Unique ID";
bool is_eui_64(std::string_view digits) {
  return digits.size() == 16 && digits.substr(6, 4) == "fffe";
}

// "MAC: 60:55:49:00:00:01" on a label: the address of one of the part's interfaces, and which is
// not told.
void say_macs(const Source& s, Reading& reading) {
  for (const tool::Line& line : tool::lines(s.bytes)) {
    for (const char* label :
         {"MAC", "MAC address", "Wi-Fi MAC", "WiFi MAC", "BLE MAC", "Bluetooth MAC", "Thread MAC",
          "EUI-64", "EUI64", "EUI", "IEEE address", "IEEE", kUniqueId}) {
      const auto value = tool::labelled(line.text, label);
      const auto address = value ? address_digits(*value) : std::nullopt;
      if (!address || (label == kUniqueId && !is_eui_64(*address))) continue;
      reading.device.posture.say(Trait::mac, Holds::unclear, *address, "on the label",
                                 tool::place(s, line.offset, label));
    }
  }
}

Result<void> read(const Source& s, Reading& reading) {
  if (const auto table = code_table(s.bytes)) {
    read_table(*table, s, reading);
    return {};
  }
  say_codes(codes_in(s.bytes), {.path = s.path, .offset = {}, .item = {}}, reading);
  say_macs(s, reading);
  return {};
}

// How much of `s` may be one code; 0: it begins with none.
size_t code_length(std::string_view s) {
  constexpr size_t kLeastDigits = 8;  // of a passcode
  constexpr std::string_view kBlanks = " \t\r\n";
  if (s.size() >= 3 && (s[0] == 'M' || s[0] == 'm') && (s[1] == 'T' || s[1] == 't')) {
    const size_t colon = std::min(s.find_first_not_of(kBlanks, 2), s.size());
    if (colon < s.size() && s[colon] == ':') {
      // One that is broken goes on until it is as long as a code is.
      constexpr size_t kCode = 19, kMostParts = 8;
      size_t end = colon + 1, letters = 0;
      for (size_t part = 0; part < kMostParts && letters < kCode; ++part) {
        const size_t from = std::min(s.find_first_not_of(kBlanks, end), s.size());
        if (from == s.size() || (part != 0 && from - end > 3)) break;
        end = std::min(s.find_first_of(" \t\r\n\"'", from), s.size());
        letters += end - from;
        if (end == from) break;
      }
      return end;
    }
  }
  size_t digits = 0, end = 0;
  for (size_t i = 0; i < s.size(); ++i) {
    const bool digit = s[i] >= '0' && s[i] <= '9';
    if (!digit && (i == 0 || std::string_view("-. ").find(s[i]) == std::string_view::npos)) break;
    if (digit) ++digits, end = i + 1;
  }
  return digits >= kLeastDigits ? end : 0;
}

}  // namespace

std::string without_codes(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    if (const auto other = number_word(text, i)) {
      out += text.substr(i, other->size);
      i += other->size;
    } else if (const size_t length = code_length(text.substr(i)); length != 0) {
      out += "(masked)";
      i += length;
    } else {
      out += text[i++];
    }
  }
  return out;
}

std::string typed_code(std::string_view typed) {
  const bool digits = !typed.empty() && typed.find_first_not_of("0123456789-") == typed.npos;
  return digits ? "manual pairing code: " + std::string(typed) : std::string(typed);
}

bool may_be_code(std::string_view text) {
  const size_t from = text.find_first_not_of(" \t"), end = text.find_last_not_of(" \t") + 1;
  if (from == std::string_view::npos) return false;
  const auto other = number_word(text, from);
  return (!other || from + other->size != end) &&
         code_length(text.substr(from, end - from)) == end - from;
}

void say_codes(std::span<const OnboardingPayload> codes, const Place& place, Reading& reading) {
  std::string_view said;  // a joined code is one statement, not one a payload
  for (const OnboardingPayload& code : codes) {
    const std::string& whole = code.joined.empty() ? code.text : code.joined;
    if (whole == said) continue;
    said = whole;
    reading.holds(code.manual ? "manual-code" : "qr");
    reading.device.say(code.manual ? FactId::manual_code : FactId::qr_payload, whole, place);
  }
}

void say_loose_codes(const Source& source, Reading& reading) {
  const auto codes = codes_in(source.bytes);
  if (codes.size() <= kMaxCodes)
    say_codes(codes, {.path = source.path, .offset = {}, .item = {}}, reading);
}

const Reader onboarding_text_reader{.kind = "onboarding-text",
                                    .expects = "text with an onboarding code",
                                    .content = Content::text,
                                    .recognises = recognises,
                                    .read = read};

}  // namespace attest
