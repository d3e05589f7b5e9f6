#include "dcl/watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dcl/network.h"
#include "verifier/crypto/crypto.h"

namespace attest::dcl {
namespace {

constexpr const char* kSchemaName = "matter-attest/watch/1";
using Kind = WatchChange::Kind;

// What is watched. Coverage is the ledger's own index of compliance, and says nothing of its own.
bool watched(Schema schema) {
  return schema != Schema::coverage && schema != Schema::version && schema != Schema::versions;
}

std::optional<uint64_t> number_in(const Json& object, const char* name) {
  const Json* value = object.find(name);
  return value == nullptr ? std::nullopt : value->natural();
}

std::string text_in(const Json& object, const char* name) {
  const Json* value = object.find(name);
  const std::string* s = value == nullptr ? nullptr : value->string();
  return s == nullptr ? std::string() : *s;
}

// Whether a record is this vendor's.
bool concerns(Schema schema, const std::string& key, const Json& object, uint16_t vid) {
  switch (schema) {
    case Schema::vendor:
    case Schema::model:
    case Schema::version:
    case Schema::versions:
    case Schema::compliance:
      return key.starts_with(vendor_key(vid));
    case Schema::certificate:
    case Schema::revoked: {
      const auto entry = certificate_entry(object);
      if (entry && std::any_of(entry->certificates.begin(), entry->certificates.end(),
                               [&](const EntryCertificate& c) {
                                 return c.certificate.vid == vid || c.named_vid == vid;
                               }))
        return true;
      const Json* certs = object.find("certs");
      return certs != nullptr && certs->array() != nullptr &&
             std::any_of(certs->array()->begin(), certs->array()->end(),
                         [&](const Json& c) { return number_in(c, "vid") == vid; });
    }
    case Schema::revocation_point:
      return number_in(object, "vid") == vid;
    case Schema::coverage:
      break;
  }
  return false;
}

// "0xFFF1/0x8000 version 2" of "FFF1/8000/00000002/matter".
std::string key_text(Schema schema, const std::string& key) {
  if (schema == Schema::vendor) return "0x" + key;
  if (key.size() >= kModelKeySize &&
      (schema == Schema::model || schema == Schema::version || schema == Schema::compliance)) {
    std::string out = fmt::format("0x{}/0x{}", key.substr(0, 4), key.substr(5, 4));
    if (key.size() >= kModelKeySize + 9)
      out += fmt::format(" version {}",
                         std::strtoul(key.substr(kModelKeySize + 1, 8).c_str(), nullptr, 16));
    if (key.size() > kModelKeySize + 10) out += " " + key.substr(kModelKeySize + 10);
    return out;
  }
  return key.substr(0, key.find('/'));
}

std::string certificate_name(const Json& object) {
  const Json* certs = object.find("certs");
  if (certs == nullptr || certs->array() == nullptr || certs->array()->empty()) return {};
  return text_in(certs->array()->front(), "subjectAsText");
}

std::string about(Schema schema, const Json& object) {
  switch (schema) {
    case Schema::vendor:
      return text_in(object, "vendorName");
    case Schema::model:
      return text_in(object, "productName");
    case Schema::version:
      return text_in(object, "softwareVersionString");
    case Schema::compliance: {
      constexpr const char* kWords[] = {"none", "provisional", "certified", "revoked"};
      const auto status = number_in(object, "softwareVersionCertificationStatus").value_or(0);
      return status < std::size(kWords) ? kWords[status] : std::to_string(status);
    }
    case Schema::certificate:
    case Schema::revoked:
      return certificate_name(object);
    case Schema::revocation_point:
      return shown_url(text_in(object, "dataURL"));
    case Schema::versions:
    case Schema::coverage:
      break;
  }
  return {};
}

// "reason: "" -> "withdrawn"", the few fields that differ.
std::string fields_text(const Json& before, const Json& after) {
  constexpr size_t kMost = 6, kLongest = 60;
  std::string out;
  size_t count = 0;
  if (after.object() == nullptr || before.object() == nullptr) return out;
  const auto add = [&](const std::string& name, const Json* was, const Json* is) {
    if (++count > kMost) return;
    const auto shown = [](const Json* value) {
      return value == nullptr ? std::string("none") : dump(*value).substr(0, kLongest);
    };
    out += fmt::format("{}{} {} -> {}", out.empty() ? "" : "; ", name, shown(was), shown(is));
  };
  for (const auto& [name, value] : *after.object()) {
    const Json* was = before.find(name);
    if (was == nullptr || *was != value) add(name, was, &value);
  }
  for (const auto& [name, value] : *before.object()) {
    if (after.find(name) == nullptr) add(name, &value, nullptr);
  }
  if (count > kMost) out += fmt::format("; and {} more", count - kMost);
  return out;
}

std::string words_of(const WatchChange& c) {
  const char* noun = c.schema == Schema::certificate ? "approved certificate"
                     : c.schema == Schema::revoked   ? "revoked certificate"
                                                     : info(c.schema).noun;
  std::string out = fmt::format("{} {} {}", noun, key_text(c.schema, c.key), change_name(c.kind));
  const std::string more = about(c.schema, c.after.is_null() ? c.before : c.after);
  if (!more.empty()) out += fmt::format(" ({})", more);
  if (c.kind == Kind::changed) out += ": " + fields_text(c.before, c.after);
  return printable(out);
}

WatchChange change(Schema schema, const std::string& key, Json before, Json after) {
  WatchChange out;
  out.kind = before.is_null() ? Kind::added : after.is_null() ? Kind::removed : Kind::changed;
  out.schema = schema;
  out.key = key;
  out.before = std::move(before);
  out.after = std::move(after);
  out.words = words_of(out);
  return out;
}

// Two sorted maps side by side.
template <class Map, class Told>
void compare(const Map& before, const Map& after, const Told& told) {
  auto left = before.begin(), right = after.begin();
  while (left != before.end() || right != after.end()) {
    const bool only_left =
        right == after.end() || (left != before.end() && left->first < right->first);
    const bool only_right =
        left == before.end() || (right != after.end() && right->first < left->first);
    if (only_left) told(left->first, left->second, Json());
    if (only_right) told(right->first, Json(), right->second);
    if (!only_left && !only_right && left->second != right->second)
      told(left->first, left->second, right->second);
    if (!only_right) ++left;
    if (!only_left) ++right;
  }
}

std::vector<WatchChange> differences(const Seen& before, const Seen& after) {
  std::vector<WatchChange> out;
  const auto has = [](const Seen& seen, Schema schema) {
    return std::find(seen.whole.begin(), seen.whole.end(), schema) != seen.whole.end();
  };
  compare(before.records, after.records, [&](const auto& key, const Json& was, const Json& is) {
    const auto& [schema, name] = key;
    if (has(before, schema) && has(after, schema)) out.push_back(change(schema, name, was, is));
  });
  const std::map<uint32_t, Json> none;
  for (const auto& of : after.versions) {
    const auto& model = of.first;
    const auto known = before.versions.find(model);
    const bool is_new =
        has(before, Schema::model) && !before.records.contains({Schema::model, model});
    if (known == before.versions.end() && !is_new) continue;
    compare(
        known == before.versions.end() ? none : known->second, of.second,
        [&](uint32_t number, const Json& was, const Json& is) {
          out.push_back(change(Schema::version, fmt::format("{}/{:08X}", model, number), was, is));
        });
  }
  return out;
}

// What this look could not see is still as it was: a later one compares with that.
void keep_unseen(const Seen& before, Seen& now) {
  for (const auto& [model, versions] : before.versions) {
    if (!now.versions.contains(model) && now.records.contains({Schema::model, model}))
      now.versions[model] = versions;
  }
  for (const Schema schema : before.whole) {
    if (std::find(now.whole.begin(), now.whole.end(), schema) != now.whole.end()) continue;
    now.whole.push_back(schema);
    for (const auto& [key, object] : before.records) {
      if (key.first == schema) now.records[key] = object;
    }
  }
}

std::vector<WatchChange> about_to_expire(std::map<std::string, Instant>& told,
                                         const std::vector<WatchedList>& lists, Instant at) {
  std::vector<WatchChange> out;
  for (const WatchedList& list : lists) {
    if (list.next_update.seconds - at.seconds > kExpiresSoon) {
      told.erase(list.key);
      continue;
    }
    const auto known = told.find(list.key);
    if (known != told.end() && known->second == list.next_update) continue;
    told[list.key] = list.next_update;
    WatchChange one;
    one.kind = Kind::expiring;
    one.schema = Schema::revocation_point;
    one.key = list.key;
    one.words = printable(fmt::format(
        "revocation list {} {}: the next is due {}", shown_url(list.url),
        list.next_update < at ? "has expired" : "is about to expire", rfc3339(list.next_update)));
    out.push_back(std::move(one));
  }
  return out;
}

// --- the state as a text ---

Json change_json(const WatchChange& c) {
  Json out;
  return out.set("kind", change_name(c.kind))
      .set("schema", info(c.schema).name)
      .set("key", c.key)
      .set("before", c.before)
      .set("after", c.after)
      .set("words", c.words)
      .set("since", c.since)
      .set("height", c.height)
      .set("seen_at", rfc3339(c.seen_at));
}

Json seen_json(const Seen& seen) {
  Json out, whole{Json::Array{}}, records{Json::Array{}}, versions{Json::Object{}};
  for (const Schema schema : seen.whole) whole.push(info(schema).name);
  for (const auto& [key, object] : seen.records) {
    Json one;
    records.push(
        one.set("schema", info(key.first).name).set("key", key.second).set("object", object));
  }
  for (const auto& [model, all] : seen.versions) {
    Json numbers{Json::Object{}};
    for (const auto& [number, object] : all) numbers.set(std::to_string(number), object);
    versions.set(model, std::move(numbers));
  }
  return out.set("chain_id", seen.chain_id)
      .set("height", seen.height)
      .set("time", rfc3339(seen.time))
      .set("whole", std::move(whole))
      .set("records", std::move(records))
      .set("versions", std::move(versions));
}

// Reads what was written; the first thing that is not as it was written is the answer's error.
class Reader {
 public:
  std::string problem;

  const Json& member(const Json& object, const char* name) {
    static const Json nothing;
    const Json* found = object.find(name);
    if (found == nullptr) bad(name, "a member");
    return found == nullptr ? nothing : *found;
  }
  std::string text(const Json& object, const char* name) {
    const std::string* s = member(object, name).string();
    if (s == nullptr) bad(name, "a text");
    return s == nullptr ? std::string() : *s;
  }
  int64_t number(const Json& object, const char* name) {
    const auto value = member(object, name).integer();
    if (!value) bad(name, "a number");
    return value.value_or(0);
  }
  Instant instant(const std::string& s) {
    const auto value = parse_rfc3339(s);
    if (!value) bad("time", "an instant");
    return value.value_or(Instant{});
  }
  const Json::Array& array(const Json& object, const char* name) {
    static const Json::Array nothing;
    const auto* found = member(object, name).array();
    if (found == nullptr) bad(name, "an array");
    return found == nullptr ? nothing : *found;
  }
  const Json::Object& members(const Json& object, const char* name) {
    static const Json::Object nothing;
    const auto* found = member(object, name).object();
    if (found == nullptr) bad(name, "an object");
    return found == nullptr ? nothing : *found;
  }
  Schema schema(const std::string& name) {
    const auto found = schema_named(name);
    if (!found) bad("schema", "a schema of the ledger");
    return found.value_or(Schema::vendor);
  }
  void bad(const std::string& name, const char* expected) {
    if (problem.empty()) problem = fmt::format("{}: expected {}, found another", name, expected);
  }
};

WatchChange change_of(Reader& read, const Json& json) {
  WatchChange out;
  const std::string kind = read.text(json, "kind");
  bool known = false;
  for (const Kind one : {Kind::added, Kind::changed, Kind::removed, Kind::expiring}) {
    if (kind != change_name(one)) continue;
    out.kind = one;
    known = true;
  }
  if (!known) read.bad("kind", "a kind of change");
  out.schema = read.schema(read.text(json, "schema"));
  out.key = read.text(json, "key");
  out.before = read.member(json, "before");
  out.after = read.member(json, "after");
  out.words = read.text(json, "words");
  out.since = read.number(json, "since");
  out.height = read.number(json, "height");
  out.seen_at = read.instant(read.text(json, "seen_at"));
  return out;
}

Seen seen_from(Reader& read, const Json& json) {
  Seen out;
  out.chain_id = read.text(json, "chain_id");
  out.height = read.number(json, "height");
  out.time = read.instant(read.text(json, "time"));
  for (const Json& name : read.array(json, "whole"))
    out.whole.push_back(read.schema(name.string() == nullptr ? "" : *name.string()));
  for (const Json& one : read.array(json, "records"))
    out.records[{read.schema(read.text(one, "schema")), read.text(one, "key")}] =
        read.member(one, "object");
  for (const auto& [model, numbers] : read.members(json, "versions")) {
    auto& all = out.versions[model];
    if (numbers.object() == nullptr) read.bad("versions", "an object");
    if (numbers.object() == nullptr) continue;
    for (const auto& [number, object] : *numbers.object())
      all[static_cast<uint32_t>(std::strtoul(number.c_str(), nullptr, 10))] = object;
  }
  return out;
}

}  // namespace

const char* change_name(WatchChange::Kind kind) {
  constexpr const char* kNames[] = {"added", "changed", "removed", "expiring"};
  return kNames[static_cast<size_t>(kind)];
}

std::string WatchChange::id(const std::string& chain_id) const {
  const std::string all =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", chain_id, change_name(kind), info(schema).name,
                  key, since, dump(before), dump(after), kind == Kind::expiring ? words : "");
  return hex(sha256(view(all)));
}

Seen seen_of(const Snapshot& snapshot, std::optional<uint16_t> vid) {
  Seen out;
  out.chain_id = snapshot.chain_id;
  out.height = snapshot.height;
  out.time = snapshot.time;
  std::map<std::string, Json> lists, entries;  // of software versions, by their keys
  const auto take = [&](Schema schema, const std::string& key, const Json& object) {
    if (vid && !concerns(schema, key, object, *vid)) return;
    if (schema == Schema::versions) lists[key] = object;
    if (schema == Schema::version) entries[key] = object;
    if (watched(schema)) out.records[{schema, key}] = object;
  };
  for (const ListUpdate& list : snapshot.lists) {
    if (watched(list.list.schema)) out.whole.push_back(list.list.schema);
    for (const Record& record : list.list.records)
      take(list.list.schema, record.key, record.object);
  }
  for (const SingleUpdate& single : snapshot.singles) {
    if (!watched(single.schema)) take(single.schema, single.record.key, single.record.object);
  }
  for (const auto& [model, object] : lists) {
    std::map<uint32_t, Json> all;
    bool known = true;
    const auto numbers = object.is_null() ? Result<std::vector<uint32_t>>(std::vector<uint32_t>())
                                          : versions_of(object);
    for (const uint32_t number : numbers.value_or(std::vector<uint32_t>())) {
      const auto entry = entries.find(fmt::format("{}/{:08X}", model, number));
      known = known && entry != entries.end() && !entry->second.is_null();
      if (known) all[number] = entry->second;
    }
    if (known && numbers) out.versions[model] = std::move(all);
  }
  return out;
}

std::string write_watch_state(const WatchState& state) {
  Json out, told{Json::Array{}}, expiring{Json::Object{}};
  for (const WatchChange& c : state.told) told.push(change_json(c));
  for (const auto& [key, due] : state.expiring) expiring.set(key, rfc3339(due));
  out.set("schema", kSchemaName)
      .set("since", state.since)
      .set("seen", seen_json(state.seen))
      .set("told", std::move(told))
      .set("expiring", std::move(expiring));
  const std::string body = dump(out) + "\n";
  return fmt::format("{}\n{}", hex(sha256(view(body))), body);
}

Result<WatchState> read_watch_state(std::string_view text) {
  constexpr size_t kDigest = 64;
  if (text.size() <= kDigest || text[kDigest] != '\n')
    return error("expected the digest of what was seen, found something else");
  const std::string_view body = text.substr(kDigest + 1);
  if (hex(sha256(view(body))) != text.substr(0, kDigest))
    return error("expected what was written, found that it was changed or cut off");
  const auto json = parse_json(body, {.bytes = size_t{1} << 30, .depth = 64});
  if (!json) return tl::unexpected(json.error());
  Reader read;
  WatchState out;
  if (read.text(*json, "schema") != kSchemaName) read.bad("schema", kSchemaName);
  out.since = read.number(*json, "since");
  out.seen = seen_from(read, read.member(*json, "seen"));
  for (const Json& one : read.array(*json, "told")) out.told.push_back(change_of(read, one));
  for (const auto& [key, due] : read.members(*json, "expiring"))
    out.expiring[key] = read.instant(due.string() == nullptr ? "" : *due.string());
  if (!read.problem.empty()) return error(read.problem);
  return out;
}

WatchState first_look(Seen now) {
  WatchState out;
  out.since = now.height;
  out.seen = std::move(now);
  return out;
}

Result<std::vector<WatchChange>> look_again(WatchState& state, Seen now,
                                            const std::vector<WatchedList>& lists, Instant at) {
  if (state.seen.chain_id != now.chain_id)
    return error(fmt::format("expected the ledger {}, which was seen before, found {}",
                             state.seen.chain_id, now.chain_id));
  if (now.height < state.seen.height)
    return error(fmt::format("expected height {} or later, which was seen before, found {}",
                             state.seen.height, now.height));
  auto changes = differences(state.seen, now);
  for (WatchChange& c : about_to_expire(state.expiring, lists, at)) changes.push_back(std::move(c));
  for (WatchChange& c : changes) {
    c.since = state.seen.height;
    c.height = now.height;
    c.seen_at = at;
    state.told.push_back(c);
  }
  if (state.told.size() > kMostTold) {
    const auto cut = state.told.end() - static_cast<std::ptrdiff_t>(kMostTold);
    state.since = std::max(state.since, (cut - 1)->height);
    state.told.erase(state.told.begin(), cut);
  }
  keep_unseen(state.seen, now);
  state.seen = std::move(now);
  return changes;
}

Result<std::vector<WatchChange>> told_since(const WatchState& state, int64_t height) {
  if (height < state.since)
    return error(fmt::format("what changed is known from height {} on, and asked since {}",
                             state.since, height));
  std::vector<WatchChange> out;
  std::copy_if(state.told.begin(), state.told.end(), std::back_inserter(out),
               [&](const WatchChange& c) { return c.height > height; });
  return out;
}

}  // namespace attest::dcl
