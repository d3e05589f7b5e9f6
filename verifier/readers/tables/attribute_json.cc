// What a controller keeps of a node: JSON with its attributes by path, endpoint/cluster/attribute
// in decimal, as the diagnostics of Home Assistant and the store of its Matter server have them.
// Those of Basic Information and the profiles of attestation (clusters 40 and 62 of endpoint 0)
// are what the device answered.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "verifier/base/characters.h"
#include "verifier/base/json.h"
#include "verifier/readers/factory_item.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/tables/device_json.h"
#include "verifier/readers/tables/json_head.h"
#include "verifier/readers/text/beside.h"
#include "verifier/readers/text/log_values.h"
#include "verifier/readers/unreadable.h"

namespace attest {
namespace {

// Endpoint 0: Basic Information, Operational Credentials.
constexpr std::pair<std::string_view, uint64_t> kClusters[] = {
    {"0/40/", log::kBasicInformation}, {"0/62/", log::kOperationalCredentials}};
constexpr size_t kMost = 64u << 20;
constexpr std::string_view kRedacted = "**REDACTED**";

std::optional<log::AttributePath> attribute_of(std::string_view key) {
  for (const auto& [prefix, cluster] : kClusters) {
    if (!key.starts_with(prefix)) continue;
    key.remove_prefix(prefix.size());
    log::AttributePath path{.cluster = cluster, .attribute = 0};
    const auto [end, failed] = std::from_chars(key.data(), key.data() + key.size(), path.attribute);
    if (failed != std::errc() || end != key.data() + key.size()) return std::nullopt;
    const bool known = log::device_attribute(path) != nullptr || log::is_attribute_structure(path);
    return known ? std::optional(path) : std::nullopt;
  }
  return std::nullopt;
}

// The objects whose keys are such paths, a node each.
void collect(const Json& json, std::vector<const Json*>& nodes) {
  if (const auto* members = json.object()) {
    if (std::any_of(members->begin(), members->end(),
                    [](const auto& member) { return attribute_of(member.first).has_value(); })) {
      nodes.push_back(&json);
      return;
    }
    for (const auto& member : *members) collect(member.second, nodes);
  }
  if (const auto* elements = json.array()) {
    for (const Json& element : *elements) collect(element, nodes);
  }
}

// A key as a node's attributes have it, of whichever endpoint and cluster: "0/29/3".
bool has_path_key(std::string_view all) {
  for (size_t at = 0; (at = all.find("\":", at)) != std::string_view::npos; ++at) {
    size_t slashes = 0, begin = at;
    while (begin > 0 && (is_digit(all[begin - 1]) || all[begin - 1] == '/'))
      slashes += all[--begin] == '/' ? 1 : 0;
    if (slashes == 2 && begin > 0 && all[begin - 1] == '"' && is_digit(all[begin])) return true;
  }
  return false;
}

// Of a file that breaks off before the node's attributes: whose it is.
bool is_of_matter(const Json& json) {
  const Json* manifest = json.find("integration_manifest");
  const Json* domain = manifest == nullptr ? nullptr : manifest->find("domain");
  return json.find("home_assistant") != nullptr && domain != nullptr &&
         domain->string() != nullptr && *domain->string() == "matter";
}

bool recognises(const Source& s) {
  const std::string_view all = text(s.bytes);
  const bool basic =
      std::any_of(std::begin(kClusters), std::end(kClusters), [&](const auto& cluster) {
        return all.find("\"" + std::string(cluster.first)) != std::string_view::npos;
      });
  constexpr size_t kMostWithoutIt = 4u << 20;
  if (!basic && (s.bytes.size() > kMostWithoutIt ||
                 (all.find("\"attributes\"") == std::string_view::npos &&
                  all.find("\"home_assistant\"") == std::string_view::npos)))
    return false;
  const auto head = json_head(s.bytes, kMost);
  if (!head) return false;
  std::vector<const Json*> nodes;
  collect(head->json, nodes);
  return !nodes.empty() ||
         (head->broken && (basic || is_of_matter(head->json) || has_path_key(all)));
}

void say(const log::DeviceAttribute& attribute, const Json& value, const Place& place,
         Reading& reading) {
  if (value.is_null()) return;
  if (attribute.is_number()) {
    const auto number = value.boolean() && attribute.form == log::DeviceAttribute::Form::flag
                            ? Result<uint64_t>(uint64_t{*value.boolean()})
                            : json_number(value);
    if (!number || *number > widest(attribute.fact)) {
      say_unreadable(reading.device, attribute.fact, place, attribute.name,
                     number ? fmt::format("expected at most {}, found {}", widest(attribute.fact),
                                          found_number(*number))
                            : number.error().what);
      return;
    }
    reading.holds(attribute.cluster == log::kBasicInformation ? "basic-information"
                                                              : "attestation-profile");
    reading.device.say(attribute.fact, *number, place);
    return;
  }
  const std::string* words = value.string();
  if (words == nullptr) {
    say_unreadable(reading.device, attribute.fact, place, attribute.name,
                   fmt::format("expected a string, found {}", value.kind()));
  } else if (*words != kRedacted) {
    reading.holds("basic-information");
    reading.device.say(attribute.fact, *words, place);
  }
}

Result<void> read(const Source& s, Reading& reading) {
  const auto head = json_head(s.bytes, kMost);
  if (!head || head->broken) return tl::unexpected(parse_json(text(s.bytes)).error());
  std::vector<const Json*> nodes;
  collect(head->json, nodes);
  read_beside(s, attribute_json_reader, behind_json(s.bytes, *head), reading);
  if (nodes.size() > 1) {
    reading.not_used.push_back(
        {.path = s.path,
         .why = fmt::format("attributes of {} nodes, and nothing tells which of them the device is",
                            nodes.size())});
    return {};
  }
  for (const auto& [key, value] : *nodes.front()->object()) {
    const auto path = attribute_of(key);
    if (!path) continue;
    if (const log::DeviceAttribute* attribute = log::device_attribute(*path)) {
      say(*attribute, value, {.path = s.path, .offset = {}, .item = key}, reading);
    } else if (const auto* fields = value.object()) {
      for (const auto& [name, member] : *fields) {
        if (const log::DeviceAttribute* field = log::attribute_field(*path, name))
          say(*field, member, {.path = s.path, .offset = {}, .item = key + "/" + name}, reading);
      }
    } else if (!value.is_null()) {
      const log::DeviceAttribute* first = log::attribute_field(*path, "0");
      say_unreadable(reading.device, first->fact, {.path = s.path, .offset = {}, .item = key},
                     "a structure", fmt::format("expected its fields, found {}", value.kind()));
    }
  }
  return {};
}

}  // namespace

const Reader attribute_json_reader{.kind = "commissioner-log",
                                   .expects = "a node's attributes",
                                   .content = Content::json,
                                   .recognises = recognises,
                                   .read = read,
                                   .rest = Rest::values};

}  // namespace attest
