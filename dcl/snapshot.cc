#include "dcl/snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_set>

#include "dcl/network.h"
#include "verifier/crypto/crypto.h"

namespace attest::dcl {
namespace {

constexpr const char* kSnapshotSchema = "matter-attest/ledger/1";
constexpr const char* kSingle = "single";
constexpr const char* kCrl = "crl";
// A snapshot is a text that people keep and compare; lists beyond this are fetched where they are
// needed.
constexpr size_t kMaxCarried = 4u << 20, kMaxAllCarried = 32u << 20;
constexpr JsonLimits kLimits{.bytes = size_t{1} << 30, .depth = 32};

// One section: its lines and what the manifest says of them.
struct Section {
  std::string name;
  std::vector<std::string> lines;
  ReadAt when;  // of lists
};

std::string hash_of(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  return hex(sha256(view(all)));
}

// Over what says whose facts these are and of when, and over the manifest, which covers the facts.
std::string seal_of(const std::string& chain_id, int64_t height, Instant time,
                    const Json& manifest) {
  const std::string all =
      fmt::format("{}\n{}\n{}\n{}\n", chain_id, height, rfc3339(time), dump(manifest));
  return hex(sha256(view(all)));
}

Json single_json(const SingleUpdate& single) {
  Json out;
  out.set("schema", info(single.schema).name)
      .set("key", single.record.key)
      .set("height", single.record.when.height);
  return out.set("time", rfc3339(single.record.when.block_time))
      .set("object", single.record.object);
}

Json crl_json(const CarriedList& list) {
  Json out;
  out.set("url", list.source.url)
      .set("size", list.source.size)
      .set("digest_type", list.source.digest_type)
      .set("digest", list.source.digest);
  return out.set("der", base64(list.der));
}

std::vector<Section> sections_of(const Snapshot& snapshot) {
  std::vector<Section> out;
  for (const ListUpdate& update : snapshot.lists) {
    Section section{.name = info(update.list.schema).name, .lines = {}, .when = update.when};
    for (const Record& record : update.list.records) section.lines.push_back(dump(record.object));
    out.push_back(std::move(section));
  }
  Section singles{.name = kSingle, .lines = {}, .when = {}};
  for (const SingleUpdate& single : snapshot.singles)
    singles.lines.push_back(dump(single_json(single)));
  out.push_back(std::move(singles));
  if (!snapshot.crls.empty()) {
    Section crls{.name = kCrl, .lines = {}, .when = {}};
    for (const CarriedList& list : snapshot.crls) crls.lines.push_back(dump(crl_json(list)));
    out.push_back(std::move(crls));
  }
  return out;
}

const std::string& text_at(const Json& json, const char* key) {
  static const std::string kNone;
  const Json* member = json.find(key);
  return member == nullptr || member->string() == nullptr ? kNone : *member->string();
}

Result<ReadAt> read_when(const Json& about) {
  const Json* height = about.find("height");
  const auto time = parse_rfc3339(text_at(about, "time"));
  if (height == nullptr || height->integer().value_or(0) < 1 || !time)
    return error("expected a height and a time");
  // When the facts were read is not in the file. They are as old as their block.
  return ReadAt{.height = *height->integer(), .block_time = *time, .read_at = *time};
}

// The section's array, once count and hash are those of the manifest.
Result<const Json::Array*> checked_section(const Json& document, const char* name,
                                           const Json& about) {
  const Json* section = document.find(name);
  if (section == nullptr || section->array() == nullptr)
    return error(fmt::format("{}: in the manifest, but not in the file", name));
  const Json* count = about.find("records");
  if (count == nullptr || count->natural() != section->array()->size()) {
    return error(fmt::format("{}: the manifest says {} records, there are {}", name,
                             count == nullptr ? "no" : dump(*count), section->array()->size()));
  }
  std::vector<std::string> lines;
  for (const Json& object : *section->array()) lines.push_back(dump(object));
  if (hash_of(lines) != text_at(about, "sha256")) {
    return error(fmt::format("{}: the manifest's SHA-256 is {}, its records' is {}", name,
                             printable(text_at(about, "sha256")), hash_of(lines)));
  }
  return section->array();
}

Result<SingleUpdate> read_single(const Json& json) {
  const auto schema = schema_named(text_at(json, "schema"));
  const auto when = read_when(json);
  const Json* object = json.find("object");
  if (!schema || !when || object == nullptr || text_at(json, "key").empty())
    return error("single: expected schema, key, height, time and object");
  SingleUpdate out{.schema = *schema,
                   .record = {.key = text_at(json, "key"), .object = {}, .when = *when}};
  if (object->is_null()) return out;
  auto record = read_record(*schema, *object);
  if (!record) return within("single", record.error());
  if (record->key != out.record.key)
    return error(fmt::format("single: filed under {}, it is {}", printable(out.record.key),
                             printable(record->key)));
  out.record.object = std::move(record->object);
  return out;
}

Result<ListUpdate> read_list(const std::string& name, const Json& about,
                             const Json::Array& section) {
  const auto schema = schema_named(name);
  const auto read_at = read_when(about);
  if (!schema || !read_at)
    return error(fmt::format("manifest: {}: {}", printable(name),
                             schema ? read_at.error().what : "no schema of that name"));
  ListUpdate update{.when = *read_at, .list = {.schema = *schema, .records = {}}};
  for (const Json& object : section) {
    auto record = read_record(*schema, object);
    if (!record) return tl::unexpected(record.error());
    if (!update.list.records.empty() && update.list.records.back().key >= record->key) {
      return error(fmt::format("{}: {} stands after {}: expected key order, each once", name,
                               printable(record->key), printable(update.list.records.back().key)));
    }
    update.list.records.push_back(std::move(*record));
  }
  return update;
}

Result<CarriedList> read_carried(const Json& json) {
  const Json *size = json.find("size"), *type = json.find("digest_type"),
             *digest = json.find("digest");
  auto der = from_base64(text_at(json, "der"));
  if (text_at(json, "url").empty() || size == nullptr || !size->natural() || type == nullptr ||
      type->natural().value_or(UINT64_MAX) > UINT32_MAX || digest == nullptr ||
      !digest->is_string() || !der)
    return error("crl: expected url, size, digest_type, digest and der");
  if (const auto crl = salvage_crl(*der); !crl)
    return within(fmt::format("crl: {}", shown_url(text_at(json, "url"))), crl.error());
  return CarriedList{.source = {.url = text_at(json, "url"),
                                .validators = {},
                                .size = *size->natural(),
                                .digest_type = static_cast<uint32_t>(*type->natural()),
                                .digest = *digest->string()},
                     .der = std::move(*der)};
}

}  // namespace

std::vector<std::string> carry_lists(Snapshot& snapshot, const std::string& folder) {
  std::vector<std::string> notes;
  std::map<std::string, CarriedList> carried;
  size_t all = 0;
  for (const ListUpdate& update : snapshot.lists) {
    for (const Record& record : update.list.schema == Schema::revocation_point
                                    ? std::span<const Record>(update.list.records)
                                    : std::span<const Record>()) {
      const auto point = revocation_point_of(record.object);
      if (!point) {
        notes.push_back(fmt::format("the revocation list of {} {} is not in the snapshot: {}",
                                    info(Schema::revocation_point).noun, printable(record.key),
                                    point.error().what));
        continue;
      }
      if (carried.contains(point->data_url)) continue;
      auto list = kept_list(folder, point->data_url);
      if (!list) continue;
      const size_t size = list->der.size();
      if (size > kMaxCarried || size > kMaxAllCarried - all) {
        notes.push_back(
            fmt::format("the revocation list {} is not in the snapshot: it has {} bytes, expected "
                        "at most {} and {} of all lists together",
                        printable(point->data_url), size, kMaxCarried, kMaxAllCarried));
        continue;
      }
      all += size;
      carried.emplace(point->data_url, std::move(*list));
    }
  }
  for (auto& [url, list] : carried) snapshot.crls.push_back(std::move(list));
  return notes;
}

Result<Snapshot> snapshot_of(Cache& cache) {
  if (const auto begun = cache.begin_view(); !begun) return tl::unexpected(begun.error());
  const auto read = [&]() -> Result<Snapshot> {
    const auto source = cache.source();
    if (!source) return tl::unexpected(source.error());
    if (!*source) return error("the cache is empty: nothing was synced or imported yet");
    Snapshot out{.chain_id = (*source)->chain_id,
                 .height = 0,
                 .time = {},
                 .lists = {},
                 .singles = {},
                 .crls = {}};
    for (const Schema schema : kSchemas) {
      const auto list = cache.list(schema);
      if (!list) return tl::unexpected(list.error());
      auto singles = cache.find_singles(schema);
      if (!singles) return tl::unexpected(singles.error());
      std::unordered_set<std::string> single_keys;
      for (CachedRecord& record : *singles) {
        single_keys.insert(record.key);
        out.singles.push_back({.schema = schema, .record = std::move(record)});
      }
      if (!*list) continue;
      auto records = cache.find_all(schema);
      if (!records) return tl::unexpected(records.error());
      ListUpdate update{.when = (*list)->when, .list = {.schema = schema, .records = {}}};
      for (CachedRecord& record : *records) {
        if (!single_keys.contains(record.key))
          update.list.records.push_back(
              {.key = std::move(record.key), .object = std::move(record.object), .problem = {}});
      }
      if (update.when.height > out.height) {
        out.height = update.when.height;
        out.time = update.when.block_time;
      }
      out.lists.push_back(std::move(update));
    }
    return out;
  };
  auto snapshot = read();
  cache.end_view();
  return snapshot;
}

std::string write_snapshot(const Snapshot& snapshot) {
  const auto sections = sections_of(snapshot);
  Json manifest{Json::Object{}};
  for (const Section& section : sections) {
    Json about;
    if (section.name != kSingle && section.name != kCrl)
      about.set("height", section.when.height).set("time", rfc3339(section.when.block_time));
    about.set("records", static_cast<uint64_t>(section.lines.size()))
        .set("sha256", hash_of(section.lines));
    manifest.set(section.name, std::move(about));
  }
  std::string out = fmt::format(
      "{{\n\"schema\": \"{}\",\n\"chain_id\": {},\n\"height\": {},\n\"time\": \"{}\",\n"
      "\"sha256\": \"{}\",\n\"manifest\": {{",
      kSnapshotSchema, dump(Json(snapshot.chain_id)), snapshot.height, rfc3339(snapshot.time),
      seal_of(snapshot.chain_id, snapshot.height, snapshot.time, manifest));
  const char* before = "\n";
  for (const auto& [name, about] : *manifest.object()) {
    out += fmt::format("{}\"{}\": {}", before, name, dump(about));
    before = ",\n";
  }
  out += "\n}";
  for (const Section& section : sections) {
    out += fmt::format(",\n\"{}\": [", section.name);
    for (size_t i = 0; i < section.lines.size(); ++i) {
      out += i == 0 ? "\n" : ",\n";
      out += section.lines[i];
    }
    out += "\n]";
  }
  return out + "\n}\n";
}

Result<Snapshot> read_snapshot(std::string_view text) {
  const auto document = parse_json(text, kLimits);
  if (!document) return tl::unexpected(document.error());
  if (text_at(*document, "schema") != kSnapshotSchema) {
    return error(fmt::format("expected a ledger snapshot ({}), found {}", kSnapshotSchema,
                             text_at(*document, "schema").empty()
                                 ? "other JSON"
                                 : printable(text_at(*document, "schema"))));
  }
  const auto when = read_when(*document);
  if (!when) return tl::unexpected(when.error());
  Snapshot out{.chain_id = text_at(*document, "chain_id"),
               .height = when->height,
               .time = when->block_time,
               .lists = {},
               .singles = {},
               .crls = {}};
  if (!is_chain_id(out.chain_id))
    return error(
        fmt::format("chain_id: expected a chain id, found \"{}\"", printable(out.chain_id)));
  const Json* manifest = document->find("manifest");
  if (manifest == nullptr || manifest->object() == nullptr) return error("manifest: missing");
  // Without it the same facts could be any ledger's.
  if (document->find("sha256") == nullptr)
    return error(
        "sha256: expected the SHA-256 of chain_id, height, time and manifest, found none: an older "
        "snapshot, export it anew");
  constexpr size_t kOthers = 6;  // schema, chain_id, height, time, sha256, manifest
  if (document->object()->size() != manifest->object()->size() + kOthers)
    return error("the file has sections that its manifest does not name");
  for (const auto& [name, about] : *manifest->object()) {
    const auto section = checked_section(*document, name.c_str(), about);
    if (!section) return tl::unexpected(section.error());
    if (name == kSingle) {
      for (const Json& object : **section) {
        auto single = read_single(object);
        if (!single) return tl::unexpected(single.error());
        out.singles.push_back(std::move(*single));
      }
      continue;
    }
    if (name == kCrl) {
      for (const Json& object : **section) {
        auto list = read_carried(object);
        if (!list) return tl::unexpected(list.error());
        if (!out.crls.empty() && out.crls.back().source.url >= list->source.url)
          return error(
              fmt::format("crl: {} stands after {}: expected the order of the URLs, each once",
                          shown_url(list->source.url), shown_url(out.crls.back().source.url)));
        out.crls.push_back(std::move(*list));
      }
      continue;
    }
    auto update = read_list(name, about, **section);
    if (!update) return tl::unexpected(update.error());
    out.lists.push_back(std::move(*update));
  }
  if (text_at(*document, "sha256") != seal_of(out.chain_id, out.height, out.time, *manifest))
    return error(
        fmt::format("sha256: chain_id \"{}\", height, time and manifest are not those that were "
                    "written: expected {}, found {}",
                    out.chain_id, seal_of(out.chain_id, out.height, out.time, *manifest),
                    printable(text_at(*document, "sha256"))));
  return out;
}

Result<std::vector<SchemaChanges>> load_snapshot(Cache& cache, const Snapshot& snapshot,
                                                 const std::string& name) {
  const CacheSource source{
      .chain_id = snapshot.chain_id, .source = "snapshot " + name, .trust = LedgerTrust::snapshot};
  return cache.replace_all(source, snapshot.lists, snapshot.singles);
}

std::vector<Difference> differences(const Snapshot& a, const Snapshot& b,
                                    std::vector<Schema>& skipped) {
  std::vector<Difference> out;
  for (const Schema schema : kSchemas) {
    const auto of = [&](const Snapshot& snapshot) {
      const auto found = std::find_if(snapshot.lists.begin(), snapshot.lists.end(),
                                      [&](const ListUpdate& l) { return l.list.schema == schema; });
      return found == snapshot.lists.end() ? nullptr : &found->list.records;
    };
    const auto *before = of(a), *after = of(b);
    if (before == nullptr || after == nullptr) {
      if (before != after) skipped.push_back(schema);
      continue;
    }
    auto left = before->begin(), right = after->begin();
    while (left != before->end() || right != after->end()) {
      const bool only_left =
          right == after->end() || (left != before->end() && left->key < right->key);
      const bool only_right =
          left == before->end() || (right != after->end() && right->key < left->key);
      if (only_left) {
        out.push_back({.schema = schema, .key = left->key, .before = left->object, .after = {}});
      } else if (only_right) {
        out.push_back({.schema = schema, .key = right->key, .before = {}, .after = right->object});
      } else if (left->object != right->object) {
        out.push_back(
            {.schema = schema, .key = left->key, .before = left->object, .after = right->object});
      }
      if (!only_right) ++left;
      if (!only_left) ++right;
    }
  }
  return out;
}

}  // namespace attest::dcl
