#include "verifier/matter/basic_information.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "verifier/base/characters.h"

namespace attest {
namespace {

// ISO 3166-1 alpha-2, as assigned in 2026: 249.
constexpr std::string_view kCountries =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM "
    "BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX "
    "CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG "
    "GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR "
    "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV "
    "LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE "
    "NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO "
    "RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF "
    "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF "
    "WS YE YT ZA ZM ZW ";

struct Specification {
  uint64_t version, data_model;
};
constexpr Specification kSpecifications[] = {
    {0x01030000, 17}, {0x01040000, 18}, {0x01040100, 18}, {0x01040200, 19},
    {0x01050000, 19}, {0x01050100, 20}, {0x01060000, 21},
};

bool is_one_of(char c, std::string_view set) {
  return set.find(c) != std::string_view::npos;
}

// RFC 3986, 2: what may stand in a part of a URL, `more` beside the unreserved ones and the
// sub-delimiters; a percent sign begins two hex digits.
bool is_part(std::string_view s, std::string_view more) {
  for (size_t i = 0; i < s.size(); ++i) {
    if (is_letter(s[i]) || is_digit(s[i]) || is_one_of(s[i], "-._~!$&'()*+,;=") ||
        is_one_of(s[i], more))
      continue;
    if (s[i] != '%' || s.size() - i < 3 || !is_hex_digit(s[i + 1]) || !is_hex_digit(s[i + 2]))
      return false;
    i += 2;
  }
  return true;
}

bool is_port(std::string_view s) {
  constexpr int kMost = 65535;
  int port = 0;
  for (const char c : s) {
    if (!is_digit(c) || port > kMost) return false;
    port = port * 10 + (c - '0');
  }
  return port <= kMost;
}

// A name whose labels hold letters, digits and hyphens, or digits and dots; an IPv6 address in
// brackets.
bool is_host(std::string_view s) {
  if (s.starts_with('[')) {
    if (!s.ends_with(']') || s.size() < 4) return false;
    const std::string_view inside = s.substr(1, s.size() - 2);
    return inside.find(':') != std::string_view::npos &&
           std::all_of(inside.begin(), inside.end(),
                       [](char c) { return is_hex_digit(c) || c == ':' || c == '.'; });
  }
  if (s.ends_with('.')) s.remove_suffix(1);
  constexpr size_t kMostHost = 253, kMostLabel = 63;
  if (s.empty() || s.size() > kMostHost) return false;
  while (true) {
    const std::string_view label = s.substr(0, s.find('.'));
    if (label.empty() || label.size() > kMostLabel || label.front() == '-' || label.back() == '-' ||
        !std::all_of(label.begin(), label.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; }))
      return false;
    if (label.size() == s.size()) return true;
    s.remove_prefix(label.size() + 1);
  }
}

}  // namespace

bool is_country(std::string_view location) {
  if (location == "XX") return true;
  if (location.size() != 2 || location.find(' ') != std::string_view::npos) return false;
  return kCountries.find(location) != std::string_view::npos;
}

const char* web_address_problem(std::string_view url) {
  std::string scheme(url.substr(0, std::min(url.find(':'), url.size())));
  for (char& c : scheme) c = to_lower(c);
  if ((scheme != "http" && scheme != "https") || url.substr(scheme.size(), 3) != "://")
    return "is no http or https URL";
  std::string_view rest = url.substr(scheme.size() + 3);
  const size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  std::string_view authority = rest.substr(0, end);
  rest.remove_prefix(end);
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    if (!is_part(authority.substr(0, at), ":")) return "has characters that no URL has";
    authority.remove_prefix(at + 1);
  }
  const size_t bracket = authority.rfind(']'), colon = authority.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    if (!is_port(authority.substr(colon + 1))) return "has a port that is none";
    authority = authority.substr(0, colon);
  }
  if (!is_host(authority)) return "has no host, or one that cannot be";
  const size_t hash = std::min(rest.find('#'), rest.size());
  if (!is_part(rest.substr(0, hash), ":@/?") ||
      (hash < rest.size() && !is_part(rest.substr(hash + 1), ":@/?")))
    return "has characters that no URL has";
  return nullptr;
}

std::optional<uint64_t> data_model_of(uint64_t version) {
  // Until 1.4 the dot could be anything.
  constexpr uint64_t kFirstWithDot = 0x01040000, kWithoutDot = 0xFFFF00FF;
  const uint64_t looked_for = version < kFirstWithDot ? version & kWithoutDot : version;
  const auto* at = std::find_if(std::begin(kSpecifications), std::end(kSpecifications),
                                [&](const Specification& s) { return s.version == looked_for; });
  return at == std::end(kSpecifications) ? std::nullopt : std::optional(at->data_model);
}

bool is_newer_specification(uint64_t version) {
  constexpr uint64_t kMostMajor = 9, kMinor = 0xFFFF0000;
  if ((version & 0xFF) != 0 || version >> 24 > kMostMajor) return false;
  if (version > std::rbegin(kSpecifications)->version) return true;
  // A dot behind the last one of its minor that was published when this was written.
  uint64_t last = 0;
  for (const Specification& s : kSpecifications) {
    if ((s.version & kMinor) == (version & kMinor)) last = s.version;
  }
  return last != 0 && version > last;
}

namespace {

std::string words(uint64_t version) {
  const uint64_t dot = version >> 8 & 0xFF;
  return fmt::format("{}.{}{}", version >> 24, version >> 16 & 0xFF,
                     dot == 0 ? "" : fmt::format(".{}", dot));
}

}  // namespace

std::string specification_text(uint64_t version) {
  return fmt::format("{} (0x{:08X})", words(version), version);
}

std::string known_specifications() {
  std::string out;
  for (size_t i = 0; i < std::size(kSpecifications); ++i)
    out += (i == 0                               ? ""
            : i + 1 < std::size(kSpecifications) ? ", "
                                                 : " or ") +
           words(kSpecifications[i].version);
  return out;
}

}  // namespace attest
