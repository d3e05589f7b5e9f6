// An ESP32-C3's eFuses as a summary shows them, line by line, and what `security.*` makes of them
// where a released part was ordered.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/readings.h"
#include "tests/support/support.h"
#include "verifier/checks/catalogue.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"

namespace attest::test {

struct Line {
  std::string name, value;
  bool sealed = true;
};
inline const std::string kDigest = [] {
  std::string out = "5a";
  for (int i = 1; i < 32; ++i) out += " 5a";
  return out;
}();
inline const std::string kHidden = [] {
  std::string out = "??";
  for (int i = 1; i < 32; ++i) out += " ??";
  return out;
}();

// A released ESP32-C3.
inline std::vector<Line> released() {
  std::vector<Line> out = {{"ERR_RST_ENABLE", "without check"},
                           {"RD_DIS", "1"},
                           {"DIS_ICACHE", "False"},
                           {"DIS_DIRECT_BOOT", "True"},
                           {"MAC", "60:55:49:00:00:01 (OK)"},
                           {"SOFT_DIS_JTAG", "0"},
                           {"DIS_PAD_JTAG", "True"},
                           {"DIS_USB_JTAG", "True"},
                           {"DIS_DOWNLOAD_ICACHE", "True"},
                           {"DIS_DOWNLOAD_MANUAL_ENCRYPT", "True"},
                           {"SPI_BOOT_CRYPT_CNT", "Enable"},
                           {"SECURE_BOOT_KEY_REVOKE0", "False"},
                           {"SECURE_BOOT_KEY_REVOKE1", "True"},
                           {"SECURE_BOOT_KEY_REVOKE2", "True"},
                           {"SECURE_BOOT_EN", "True"},
                           {"DIS_DOWNLOAD_MODE", "False"},
                           {"ENABLE_SECURITY_DOWNLOAD", "True"},
                           {"SECURE_VERSION", "1"},
                           {"KEY_PURPOSE_0", "XTS_AES_128_KEY"},
                           {"KEY_PURPOSE_1", "SECURE_BOOT_DIGEST0"}};
  for (const char* unused : {"2", "3", "4", "5"})
    out.push_back({std::string("KEY_PURPOSE_") + unused, "USER", false});
  out.push_back({"BLOCK_KEY0", kHidden});
  out.push_back({"BLOCK_KEY1", kDigest});
  return out;
}
inline std::vector<Line> without(std::string_view name, std::vector<Line> lines = released()) {
  std::erase_if(lines, [&](const Line& line) { return line.name == name; });
  return lines;
}

// The field is there, and its value is a word that nobody knows.
inline std::vector<Line> mute(std::string_view name, std::vector<Line> lines = released()) {
  for (Line& line : lines) {
    if (line.name == name) line.value = "what";
  }
  return lines;
}

inline std::string text_of(const std::vector<Line>& lines) {
  std::string out = "espefuse v5.6.0\n=== Run \"summary\" command ===\n";
  for (const Line& line : lines) {
    const char* access = line.value == kHidden ? "-/-" : line.sealed ? "R/-" : "R/W";
    const char* bits = line.value == "Enable" ? " (0b111)"
                       : line.value == "0"    ? " (0b000)"
                       : line.value == "1"    ? " (0b0000001)"
                                              : "";
    out +=
        fmt::format("{} (BLOCK0)   what it is   = {} {}{}\n", line.name, line.value, access, bits);
  }
  return out;
}

// As espefuse writes JSON; `change` has its way with what it says of each.
using Members = std::vector<std::pair<std::string, std::string>>;
template <class Change>
inline std::string json_of(const std::vector<Line>& lines, Change&& change) {
  std::string out = "{\n";
  for (const Line& line : lines) {
    const bool flag = line.value == "True" || line.value == "False", hidden = line.value == kHidden;
    const bool count = line.value == "0" || line.value == "1";
    Members members = {{"readable", hidden ? "false" : "true"},
                       {"writeable", line.sealed ? "false" : "true"},
                       {"value", flag    ? line.value == "True" ? "true" : "false"
                                 : count ? line.value
                                         : fmt::format("\"{}\"", line.value)}};
    if (line.value == "Enable")
      members.insert(members.end(), {{"bit_len", "3"}, {"raw_value", "\"0x7\""}});
    change(line.name, members);
    out += fmt::format("{}\"{}\": {{", out.size() > 2 ? ",\n" : "", line.name);
    for (size_t i = 0; i < members.size(); ++i)
      out += fmt::format("{}\"{}\": {}", i == 0 ? "" : ", ", members[i].first, members[i].second);
    out += "}";
  }
  return out + "\n}\n";
}
// One field, without one of its members.
inline std::string json_without(std::string_view field, std::string_view member) {
  return json_of(released(), [&](const std::string& name, Members& members) {
    if (name == field) std::erase_if(members, [&](const auto& one) { return one.first == member; });
  });
}

inline Reading read_text(std::string_view text, std::string path = "efuse.txt") {
  return read_bytes(view(text), {}, std::move(path));
}
inline Reading read_all(const std::vector<std::string>& texts) {
  Reading out;
  out.codecs = &codecs::direct();
  for (size_t i = 0; i < texts.size(); ++i)
    REQUIRE(read_evidence({.path = fmt::format("{}.txt", i), .bytes = view(texts[i])}, out)
                .has_value());
  return out;
}

// What `security.*` finds where the order wants a released part: "fail id", "unknown id".
inline std::vector<std::string> found(Reading reading) {
  Device order;
  for (const auto& [key, value] :
       {std::pair{"profile", "release"}, {"secure_boot", "v2"}, {"debug", "disabled"}})
    order.posture.ordered.push_back(
        {.key = key, .value = value, .place = {.path = "order.json", .offset = {}, .item = {}}});
  const Policy policy{.network = Network::none, .at = Instant{1'790'000'000}, .required = {}};
  const Evidence e = gather(std::move(reading), policy, TrustStore::builtin(false), nullptr,
                            openssl_engine(), std::move(order));
  std::vector<std::string> out;
  for (const Finding& f : attest::judge(e).findings) {
    const std::string id = f.check->id;
    if (!id.starts_with("security.") || id == "security.release-rule-holds") continue;
    if (f.status == Status::fail || f.status == Status::warn || f.status == Status::unknown)
      out.push_back(fmt::format("{} {}", status_name(f.status), id.substr(9)));
  }
  std::sort(out.begin(), out.end());
  return out;
}
using Answers = std::vector<std::string>;
inline void check_found(const Reading& reading, Answers expected) {
  std::sort(expected.begin(), expected.end());
  const Answers is = found(reading);
  CHECK_MESSAGE(is == expected, fmt::format("{}", fmt::join(is, ", ")));
}

}  // namespace attest::test
