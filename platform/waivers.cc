#include "platform/waivers.h"

#include <fmt/format.h>

#include <algorithm>

#include "platform/files.h"
#include "verifier/base/blank_text.h"
#include "verifier/base/json.h"

namespace attest {
namespace {

constexpr size_t kMostWaivers = 10'000;

Result<Instant> last_instant(const std::string& until) {
  auto at = parse_rfc3339(until);
  if (!at) return at;
  const bool date_alone = until.find_first_of("Tt ") == std::string::npos;
  if (date_alone) at->seconds += 86'399;
  return at;
}

Result<Waiver> one(const Json& json, WaiverTexts texts) {
  if (!json.is_object()) return error(fmt::format("expected an object, found {}", json.kind()));
  Waiver out;
  const std::pair<const char*, std::string*> members[] = {{"id", &out.id},
                                                          {"reason", &out.reason},
                                                          {"who", &out.who},
                                                          {"until", &out.until_text},
                                                          {"device", &out.device}};
  for (const auto& [key, value] : *json.object()) {
    const auto member = std::find_if(std::begin(members), std::end(members),
                                     [&name = key](const auto& m) { return name == m.first; });
    if (member == std::end(members))
      return error(
          fmt::format("expected id, reason, who, until and device, found \"{}\"", printable(key)));
    const bool empty = value.string() != nullptr && value.string()->empty();
    if (value.string() == nullptr || empty)
      return error(
          fmt::format("{}: expected a text, found {}", key, empty ? "an empty one" : value.kind()));
    if (texts == WaiverTexts::given && is_blank_text(*value.string()))
      return error(fmt::format("{}: expected a text, found one of blanks", key));
    *member->second = *value.string();
  }
  for (const auto& [key, value] : members) {
    if (value->empty() && value != &out.device)
      return error(fmt::format("expected id, reason, who and until, found no {}", key));
  }
  const auto until = last_instant(out.until_text);
  if (!until) return within("until", until.error());
  out.until = *until;
  return out;
}

// What is no id by its shape may be anything, and is not put into a report.
bool is_id_shaped(std::string_view id) {
  return id.find('.') != std::string_view::npos && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
         });
}

}  // namespace

Result<Waiver> waiver_from_option(const std::string& given) {
  const size_t equals = given.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == given.size())
    return error(fmt::format("--waive: expected ID=REASON, found \"{}\"", printable(given)));
  if (!is_id_shaped(std::string_view(given).substr(0, equals)))
    return error(
        fmt::format("--waive: expected the id of a check (see matter-attest checks), "
                    "found \"{}\"",
                    printable(given.substr(0, equals))));
  if (is_blank_text(std::string_view(given).substr(equals + 1)))
    return error("--waive: expected ID=REASON, found a reason of blanks");
  return Waiver{.id = given.substr(0, equals),
                .reason = given.substr(equals + 1),
                .who = {},
                .until = {},
                .until_text = {},
                .device = {}};
}

Result<std::vector<Waiver>> waivers_from_text(std::string_view text, WaiverTexts texts) {
  const auto json = parse_json(text, {.bytes = 16u << 20, .depth = 8});
  if (!json) return tl::unexpected(json.error());
  const Json* list = json->find("waivers");
  if (list == nullptr || list->array() == nullptr || json->object()->size() != 1)
    return error("expected {\"waivers\": [...]} and nothing else");
  if (list->array()->size() > kMostWaivers)
    return error(
        fmt::format("expected at most {} waivers, found {}", kMostWaivers, list->array()->size()));
  std::vector<Waiver> out;
  for (const Json& item : *list->array()) {
    auto waiver = one(item, texts);
    if (!waiver) return within(fmt::format("waiver {}", out.size() + 1), waiver.error());
    out.push_back(std::move(*waiver));
  }
  return out;
}

Result<std::vector<Waiver>> waivers_from(const std::vector<std::string>& options,
                                         const std::vector<std::string>& files) {
  std::vector<Waiver> out;
  for (const std::string& given : options) {
    auto waiver = waiver_from_option(given);
    if (!waiver) return tl::unexpected(waiver.error());
    out.push_back(std::move(*waiver));
  }
  for (const std::string& path : files) {
    const auto file = FileBytes::open(path);
    if (!file) return error("--waivers: " + file.error().what);
    auto read = waivers_from_text(text(file->view()));
    if (!read) return within(fmt::format("--waivers: {}", path), read.error());
    out.insert(out.end(), std::make_move_iterator(read->begin()),
               std::make_move_iterator(read->end()));
  }
  return out;
}

}  // namespace attest
