#include "serve/mirror/mirror_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "serve/mirror/gateway_values.h"

namespace attest::serve {

using dcl::Schema;
using State = MirrorFacts::State;

namespace {

constexpr size_t kMostPageBytes = 16u << 20;  // then there is another page

MirrorReply absent(const dcl::ReadAt& when) {
  MirrorReply out = node_error(kNotFound, "not found");
  out.when = when;
  return out;
}

bool ends_with_part(std::string_view store_key, std::string_view part) {
  return store_key.ends_with(fmt::format("/{}/", part));
}

bool is_in(const MirrorEntry& entry, State state) {
  return entry.status == static_cast<uint8_t>(state);
}
// An entry that was in this state once, or was taken out of it, says so with `false`. Only what was
// revoked or provisional from the start is in one list alone.
bool is_told(const MirrorEntry& entry, State state) {
  return is_in(entry, state) || entry.had_another_state || is_in(entry, State::certified);
}

// "FFF1/8000/00000001/matter" as the members of such a list.
std::string state_json(const MirrorEntry& entry, bool value) {
  const auto number = [&](size_t at, size_t digits) {
    uint32_t out = 0;
    const char* from = entry.cache_key.data() + at;
    if (entry.cache_key.size() >= at + digits) std::from_chars(from, from + digits, out, 16);
    return out;
  };
  Json out;
  out.set("vid", number(0, 4)).set("pid", number(5, 4)).set("softwareVersion", number(10, 8));
  out.set("certificationType", entry.cache_key.size() > 19 ? entry.cache_key.substr(19) : "");
  out.set("value", value).set("schemaVersion", 0);
  return dump(out);
}

// The parts of a certificate's store key; a subject may have '/' in it, a key id has none.
struct CertificateName {
  std::string subject, key_id;
};
CertificateName name_of(const MirrorEntry& entry) {
  std::string_view key = entry.store_key;
  if (key.ends_with('/')) key.remove_suffix(1);
  const size_t slash = key.rfind('/');
  if (slash == std::string_view::npos) return {};
  return {.subject = std::string(key.substr(0, slash)),
          .key_id = std::string(key.substr(slash + 1))};
}

}  // namespace

bool is_id(int64_t number) {
  return number >= 0 && number <= 0xFFFF;
}

MirrorReply MirrorFacts::list(Schema schema) {
  const auto paging = paging_of(request_);
  if (!paging) return paging.error();
  const auto index = index_of(schema);
  if (!index) return index.error();
  std::vector<const MirrorEntry*> hits;
  for (const MirrorEntry& entry : (*index)->entries) hits.push_back(&entry);
  return page(dcl::info(schema).list_member, hits, *paging, (*index)->of.when,
              [&](const MirrorEntry& entry) { return object_text(schema, entry); });
}

MirrorReply MirrorFacts::states(State state, const char* member) {
  const auto paging = paging_of(request_);
  if (!paging) return paging.error();
  const auto index = index_of(Schema::compliance);
  if (!index) return index.error();
  std::vector<const MirrorEntry*> hits;
  for (const MirrorEntry& entry : (*index)->entries) {
    if (is_in(entry, state)) hits.push_back(&entry);
  }
  return page(member, hits, *paging, (*index)->of.when, [](const MirrorEntry& entry) {
    return Result<std::string>(state_json(entry, true));
  });
}

MirrorReply MirrorFacts::state_of(const PathValues& v, State state, const char* member) {
  const auto index = index_of(Schema::compliance);
  if (!index) return index.error();
  const dcl::ReadAt when = (*index)->of.when;
  if (!is_id(v[0].number) || !is_id(v[1].number)) return absent(when);
  const auto u32 = [&](size_t i) { return store_u32(static_cast<uint32_t>(v[i].number)); };
  const MirrorEntry* entry = (*index)->find(u32(0) + u32(1) + u32(2) + v[3].text + "/");
  if (entry == nullptr || !is_told(*entry, state)) return absent(when);
  return found(member, state_json(*entry, is_in(*entry, state)), when);
}

MirrorReply MirrorFacts::one(Schema schema, const std::string& key) {
  const auto list = cache_.list(schema);
  if (!list) return unreadable(list.error());
  if (!key.empty()) {
    const auto record = cache_.find(schema, key);
    if (!record) return unreadable(record.error());
    if (*record && (*record)->object.is_null()) return absent((*record)->when);
    if (*record)
      return found(dcl::info(schema).one_member, dump((*record)->object), (*record)->when);
  }
  if (*list) return absent((*list)->when);
  return not_held(key.empty() ? dcl::info(schema).title
                              : fmt::format("{} {}", dcl::info(schema).noun, printable(key)));
}

MirrorReply MirrorFacts::products(const PathValues& v) {
  const auto index = index_of(Schema::model);
  if (!index) return index.error();
  const dcl::ReadAt when = (*index)->of.when;
  if (!is_id(v[0].number)) return absent(when);
  const std::string prefix = store_u32(static_cast<uint32_t>(v[0].number));
  Json products{Json::Array{}};
  for (size_t i = (*index)->from(prefix); i < (*index)->entries.size(); ++i) {
    const MirrorEntry& entry = (*index)->entries[i];
    if (!entry.store_key.starts_with(prefix)) break;
    const auto model = object(Schema::model, entry);
    if (!model) return unreadable(model.error());
    Json product;
    product.set("pid", number_of(*model, "pid")).set("name", text_of(*model, "productName"));
    product.set("partNumber", text_of(*model, "partNumber")).set("schemaVersion", 0);
    products.push(std::move(product));
  }
  if (products.array()->empty()) return absent(when);
  Json out;
  out.set("vid", v[0].number).set("products", std::move(products)).set("schemaVersion", 0);
  return found("vendorProducts", dump(out), when);
}

MirrorReply MirrorFacts::certificates() {
  const auto key_id = asked(request_, {"subjectKeyId"});
  if (!key_id) return key_id.error();
  if (!*key_id || (*key_id)->empty()) return list(Schema::certificate);
  return certificates_of_key(**key_id, "approvedCertificates");
}

// Those of operation are in no cache: what is among the approved ones is here, and nobody knows
// that something is not.
MirrorReply MirrorFacts::all_certificates() {
  const auto key_id = asked(request_, {"subjectKeyId"});
  if (!key_id) return key_id.error();
  if (!*key_id || (*key_id)->empty())
    return never_held("what is among the certificates of operation");
  MirrorReply out = certificates_of_key(**key_id, "certificates");
  if (out.status == 200 && out.body.starts_with("{\"certificates\":[]"))
    return never_held("what is among the certificates of operation");
  return out;
}

MirrorReply MirrorFacts::certificates_of_key(const std::string& key_id, const char* member) {
  const auto paging = paging_of(request_);
  if (!paging) return paging.error();
  const auto index = index_of(Schema::certificate);
  if (!index) return index.error();
  Json certs{Json::Array{}};
  for (const MirrorEntry& entry : (*index)->entries) {
    if (!ends_with_part(entry.store_key, key_id)) continue;
    const auto record = object(Schema::certificate, entry);
    if (!record) return unreadable(record.error());
    const Json* own = record->find("certs");
    if (own == nullptr || own->array() == nullptr) continue;
    for (const Json& cert : *own->array()) certs.push(cert);
  }
  const bool any = !certs.array()->empty();
  Json entries{Json::Array{}};
  if (any) {
    Json entry;
    entry.set("subject", "").set("subjectKeyId", key_id).set("certs", std::move(certs));
    entries.push(std::move(entry.set("schemaVersion", 0)));
  }
  Json pagination, body;
  pagination.set("next_key", Json()).set("total", any ? "1" : "0");
  body.set(member, std::move(entries)).set("pagination", std::move(pagination));
  return {.body = dump(body), .when = (*index)->of.when};
}

MirrorReply MirrorFacts::certificates_of_subject(const PathValues& v) {
  const auto index = index_of(Schema::certificate);
  if (!index) return index.error();
  Json ids{Json::Array{}};
  for (const MirrorEntry& entry : (*index)->entries) {
    const CertificateName name = name_of(entry);
    if (name.subject == v[0].text) ids.push(name.key_id);
  }
  if (ids.array()->empty()) return absent((*index)->of.when);
  Json out;
  out.set("subject", v[0].text).set("subjectKeyIds", std::move(ids)).set("schemaVersion", 0);
  return found("approvedCertificatesBySubject", dump(out), (*index)->of.when);
}

MirrorReply MirrorFacts::certificate(Schema schema, const PathValues& v) {
  return by_store_key(schema, v[0].text + "/" + v[1].text + "/");
}

MirrorReply MirrorFacts::roots(Schema schema, const char* member) {
  const auto index = index_of(schema);
  if (!index) return index.error();
  Json certs{Json::Array{}};
  for (const MirrorEntry& entry : (*index)->entries) {
    if (!entry.is_root) continue;
    const CertificateName name = name_of(entry);
    Json id;
    certs.push(std::move(id.set("subject", name.subject).set("subjectKeyId", name.key_id)));
  }
  Json out;
  out.set("certs", std::move(certs)).set("schemaVersion", 0);
  return found(member, dump(out), (*index)->of.when);
}

MirrorReply MirrorFacts::points_of(const PathValues& v) {
  const auto index = index_of(Schema::revocation_point);
  if (!index) return index.error();
  Json points{Json::Array{}};
  for (const MirrorEntry& entry : (*index)->entries) {
    if (!ends_with_part(entry.store_key, v[0].text)) continue;
    auto point = object(Schema::revocation_point, entry);
    if (!point) return unreadable(point.error());
    points.push(std::move(*point));
  }
  if (points.array()->empty()) return absent((*index)->of.when);
  Json out;
  out.set("issuerSubjectKeyID", v[0].text);
  out.set("points", std::move(points)).set("schemaVersion", 0);
  return found("pkiRevocationDistributionPointsByIssuerSubjectKeyID", dump(out), (*index)->of.when);
}

MirrorReply MirrorFacts::point(const PathValues& v) {
  const std::string vid = store_vid8(static_cast<uint32_t>(v[1].number));
  return by_store_key(Schema::revocation_point, vid + v[2].text + "/" + v[0].text + "/");
}

Result<std::optional<dcl::ReadAt>> MirrorFacts::newest() {
  std::optional<dcl::ReadAt> out;
  for (const Schema schema : dcl::kSchemas) {
    const auto list = cache_.list(schema);
    if (!list) return tl::unexpected(list.error());
    if (*list && (!out || out->height < (*list)->when.height)) out = (*list)->when;
  }
  return out;
}

MirrorReply MirrorFacts::about_node(std::string (*write)(const std::string& chain_id,
                                                         const dcl::ReadAt&)) {
  const auto when = newest();
  if (!when) return unreadable(when.error());
  if (!*when) return not_held("the ledger");
  return {.body = write(chain_id_, **when), .when = **when};
}

std::optional<MirrorReply> MirrorFacts::refused_height(const MirrorReply& reply) {
  if (!request_.height || !reply.when) return std::nullopt;
  const auto wanted = gateway_height(*request_.height);
  if (!wanted)
    return node_error(
        kUnknown,
        fmt::format("codespace sdk code 18: invalid request: Baseapp.RegisterGRPCServer: invalid "
                    "height header \"x-cosmos-block-height\": {}",
                    wanted.error().what));
  if (*wanted < 0)
    return node_error(kUnknown,
                      "codespace sdk code 18: invalid request: cannot query with height < 0; "
                      "please provide a valid height");
  if (*wanted == 0 || *wanted == reply.when->height) return std::nullopt;
  const auto top = newest();
  if (!top) return unreadable(top.error());
  const int64_t height = *top ? (*top)->height : reply.when->height;
  if (*wanted > height)
    return node_error(kUnknown,
                      "codespace sdk code 26: invalid height: cannot query with height in the "
                      "future; please provide a valid height");
  if (*wanted < height)
    return node_error(
        kUnknown,
        fmt::format("codespace sdk code 18: invalid request: failed to load state at height {}; "
                    "version does not exist: this mirror has height {} only",
                    *wanted, height));
  return not_held(
      fmt::format("this as of block {}: it was read as of block {}", *wanted, reply.when->height));
}

std::string MirrorFacts::source() {
  const auto about = cache_.source();
  return about && *about ? printable((*about)->source) : std::string();
}

MirrorReply MirrorFacts::not_held(std::string_view what) const {
  return node_error(kUnavailable, fmt::format("this mirror does not know {}; where it runs: {}",
                                              what, sync_command_));
}

MirrorReply MirrorFacts::never_held(std::string_view what) {
  return node_error(kUnavailable,
                    fmt::format("this mirror does not know {}: no cache holds it", what));
}

MirrorReply MirrorFacts::without_cache(std::string_view why) {
  return node_error(kUnavailable, fmt::format("this mirror knows nothing: {}", printable(why)));
}

MirrorReply MirrorFacts::unreadable(const Error& failure) {
  MirrorReply out = node_error(kUnavailable, "this mirror cannot read its cache");
  out.problem = failure.what;
  return out;
}

tl::expected<MirrorIndexPtr, MirrorReply> MirrorFacts::index_of(Schema schema) {
  const auto list = cache_.list(schema);
  if (!list) return tl::unexpected(unreadable(list.error()));
  if (!*list)
    return tl::unexpected(not_held(fmt::format("the list of {}", dcl::info(schema).title)));
  auto index = indexes_.of(cache_, **list);
  if (!index) return tl::unexpected(unreadable(index.error()));
  return std::move(*index);
}

MirrorReply MirrorFacts::found(const char* member, const std::string& json,
                               const dcl::ReadAt& when) {
  return {.body = fmt::format("{{\"{}\":{}}}", member, json), .when = when};
}

Result<Json> MirrorFacts::object(Schema schema, const MirrorEntry& entry) {
  auto record = cache_.find(schema, entry.cache_key);
  if (!record) return tl::unexpected(record.error());
  if (!*record) return error("a record of the list is not there any more");
  return std::move((*record)->object);
}

Result<std::string> MirrorFacts::object_text(Schema schema, const MirrorEntry& entry) {
  const auto json = object(schema, entry);
  if (!json) return tl::unexpected(json.error());
  return dump(*json);
}

MirrorReply MirrorFacts::by_store_key(Schema schema, const std::string& store_key) {
  const auto index = index_of(schema);
  if (!index) return index.error();
  const MirrorEntry* entry = (*index)->find(store_key);
  if (entry == nullptr) return absent((*index)->of.when);
  const auto text = object_text(schema, *entry);
  if (!text) return unreadable(text.error());
  return found(dcl::info(schema).one_member, *text, (*index)->of.when);
}

MirrorReply MirrorFacts::page(const char* member, const std::vector<const MirrorEntry*>& hits,
                              const Paging& paging, const dcl::ReadAt& when,
                              const Write& write) const {
  const size_t n = hits.size();
  size_t done = 0;  // places passed, counted from the end that it begins at
  if (paging.key) {
    const auto behind = [](const MirrorEntry* e, const std::string& key) {
      return e->store_key < key;
    };
    const auto at = static_cast<size_t>(
        std::lower_bound(hits.begin(), hits.end(), *paging.key, behind) - hits.begin());
    done = !paging.reverse ? at : at < n ? n - 1 - at : 0;
  } else {
    done = static_cast<size_t>(std::min<uint64_t>(paging.offset, n));
  }
  std::string body = fmt::format("{{\"{}\":[", member);
  uint64_t written = 0;
  for (; done < n && written < paging.limit && body.size() < kMostPageBytes; ++done, ++written) {
    const auto text = write(*hits[paging.reverse ? n - 1 - done : done]);
    if (!text) return unreadable(text.error());
    body += (written == 0 ? "" : ",") + *text;
  }
  const MirrorEntry* next = done < n ? hits[paging.reverse ? n - 1 - done : done] : nullptr;
  const std::string key = next == nullptr ? "null" : "\"" + base64(view(next->store_key)) + "\"";
  body += fmt::format("],\"pagination\":{{\"next_key\":{},\"total\":\"{}\"}}}}", key,
                      paging.count && !paging.key ? n : 0);
  return {.body = std::move(body), .when = when};
}

}  // namespace attest::serve
