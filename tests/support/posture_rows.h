// Rows about security.*: claims of a part's locks, its images and an order on the left, what one
// check makes of them on the right.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/support.h"
#include "verifier/checks/catalogue.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"

namespace attest::test {

struct SaidOf {
  Trait trait;
  Holds holds;
  std::string value;
  std::string detail = "a fuse says so";
};
using Ordered = std::vector<std::pair<std::string, std::string>>;

struct Row {
  const char* id;
  std::vector<SaidOf> said;
  Ordered ordered;
  Status status;
  std::string words;  // in the message
  std::vector<SignedImage> images = {};
  Network network = Network::main;
};

inline const std::string kKey = std::string(64, 'a'), kOther = std::string(64, 'b'),
                         kPair = std::string(128, 'c');

inline SignedImage image(ImageSignature signature, std::vector<std::string> keys = {},
                         std::optional<uint64_t> version = {}) {
  SignedImage out =
      SignedImage::at({.path = "flash.bin", .offset = 0x20000, .item = "ota_0"}, "ota_0");
  out.signature = signature;
  if (signature != ImageSignature::none) out.scheme = "rsa3072";
  if (signature == ImageSignature::bad) out.problem = "its signature does not verify";
  out.keys = std::move(keys);
  out.secure_version = version;
  return out;
}

inline Report judged(const Row& row) {
  Reading reading;
  for (const SaidOf& c : row.said)
    reading.device.posture.say(c.trait, c.holds, c.value, c.detail,
                               {.path = "efuse.json", .offset = {}, .item = {}});
  reading.device.posture.images = row.images;
  Device order;
  for (const auto& [key, value] : row.ordered)
    order.posture.ordered.push_back(
        {.key = key, .value = value, .place = {.path = "order.json", .offset = {}, .item = key}});
  const Policy policy{.network = row.network, .at = Instant{1'790'000'000}, .required = {}};
  const Evidence e =
      gather(std::move(reading), policy, TrustStore::builtin(false), nullptr, openssl_engine(),
             row.ordered.empty() ? std::nullopt : std::optional(std::move(order)));
  return attest::judge(e);
}

inline void check_all(const std::vector<Row>& rows, std::set<std::string>& passed,
                      std::set<std::string>& noticed) {
  for (const Row& row : rows) {
    const Check* check = find_check(row.id);
    REQUIRE_MESSAGE(check != nullptr, row.id);
    const Report report = judged(row);
    const Finding& f = report.findings[check_index(*check)];
    const std::string found =
        fmt::format("{}: {}", status_name(f.status),
                    f.blocked_by != nullptr ? f.blocked_by->id : f.message.str());
    CHECK_MESSAGE((f.status == row.status && found.find(row.words) != std::string::npos),
                  std::string(row.id) << "\n  found    " << found << "\n  expected "
                                      << status_name(row.status) << ": " << row.words);
    if (f.status == Status::pass && f.message.empty()) passed.insert(row.id);
    if (f.status == Status::fail || f.status == Status::warn || f.status == Status::unknown ||
        (check->severity.main == Severity::info && !f.message.empty()))
      noticed.insert(row.id);
  }
}
inline void check_all(const std::vector<Row>& rows) {
  std::set<std::string> passed, noticed;
  check_all(rows, passed, noticed);
}

inline constexpr auto kYes = Holds::yes, kNo = Holds::no, kUnclear = Holds::unclear;
inline constexpr auto kPass = Status::pass, kFail = Status::fail, kWarn = Status::warn,
                      kUnknown = Status::unknown, kSkipped = Status::skipped,
                      kBlocked = Status::blocked;
inline constexpr auto kNone = ImageSignature::none, kGood = ImageSignature::good,
                      kBad = ImageSignature::bad, kUnchecked = ImageSignature::unchecked,
                      kByNoKey = ImageSignature::by_no_key;

}  // namespace attest::test
