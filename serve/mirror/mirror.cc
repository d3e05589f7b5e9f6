#include "serve/mirror/mirror.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <iterator>

#include "serve/mirror/mirror_facts.h"

namespace attest::serve {

using dcl::Schema;

namespace {

// As Go writes JSON: what has a meaning in HTML is escaped. It only stands in strings.
std::string escaped(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '<') {
      out += "\\u003c";
    } else if (c == '>') {
      out += "\\u003e";
    } else if (c == '&') {
      out += "\\u0026";
    } else if (json.substr(i, 3) == "\xE2\x80\xA8" || json.substr(i, 3) == "\xE2\x80\xA9") {
      out += json[i + 2] == '\xA8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      out += c;
    }
  }
  return out;
}

MirrorReply unimplemented() {
  return node_error(kUnimplemented, "Not Implemented");
}

Json zero_part() {
  Json parts, id;
  parts.set("total", 0).set("hash", "");
  id.set("hash", "").set("part_set_header", std::move(parts));
  return id;
}

// What the cache does not have of a block is as empty as a node writes what is not set.
std::string latest_block(const std::string& chain_id, const dcl::ReadAt& when) {
  Json version, header, list{Json::Array{}}, data, evidence, commit, block, body;
  version.set("block", "0").set("app", "0");
  header.set("version", std::move(version)).set("chain_id", chain_id);
  header.set("height", std::to_string(when.height)).set("time", rfc3339(when.block_time));
  header.set("last_block_id", zero_part());
  for (const char* hash :
       {"last_commit_hash", "data_hash", "validators_hash", "next_validators_hash",
        "consensus_hash", "app_hash", "last_results_hash", "evidence_hash", "proposer_address"})
    header.set(hash, "");
  data.set("txs", list);
  evidence.set("evidence", list);
  commit.set("height", "0").set("round", 0).set("block_id", zero_part()).set("signatures", list);
  block.set("header", std::move(header)).set("data", std::move(data));
  block.set("evidence", std::move(evidence)).set("last_commit", std::move(commit));
  body.set("block_id", zero_part()).set("block", std::move(block));
  return dump(body);
}

std::string syncing(const std::string&, const dcl::ReadAt&) {
  return "{\"syncing\":false}";
}

std::string node_info(const std::string& chain_id, const dcl::ReadAt&) {
  Json node, application, body;
  node.set("network", chain_id).set("version", "").set("moniker", "matter-attest mirror");
  application.set("name", "matter-attest").set("app_name", "matter-attest");
  application.set("version", MATTER_ATTEST_VERSION);
  body.set("default_node_info", std::move(node));
  body.set("application_version", std::move(application));
  return dump(body);
}

struct LedgerRoute {
  const char* path;
  MirrorReply (*answer)(MirrorFacts&, const PathValues&);
};

uint16_t u16(const PathValue& value) {
  return static_cast<uint16_t>(value.number);
}
uint32_t u32(const PathValue& value) {
  return static_cast<uint32_t>(value.number);
}
// The key, where these ids can be.
template <class Key>
std::string key_if(std::initializer_list<int64_t> ids, const Key& key) {
  return std::all_of(ids.begin(), ids.end(), is_id) ? key() : std::string();
}

using A = MirrorFacts;
using V = PathValues;
using State = MirrorFacts::State;

const std::vector<LedgerRoute>& model_routes() {
  static const std::vector<LedgerRoute> routes = {
      {"/dcl/vendorinfo/vendors", [](A& a, const V&) { return a.list(Schema::vendor); }},
      {"/dcl/vendorinfo/vendors/{#vendorID}",
       [](A& a, const V& v) {
         return a.one(Schema::vendor,
                      key_if({v[0].number}, [&] { return dcl::vendor_key(u16(v[0])); }));
       }},
      {"/dcl/model/models", [](A& a, const V&) { return a.list(Schema::model); }},
      {"/dcl/model/models/{#vid}", [](A& a, const V& v) { return a.products(v); }},
      {"/dcl/model/models/{#vid}/{#pid}",
       [](A& a, const V& v) {
         return a.one(Schema::model, key_if({v[0].number, v[1].number},
                                            [&] { return dcl::model_key(u16(v[0]), u16(v[1])); }));
       }},
      {"/dcl/model/versions/{#vid}/{#pid}",
       [](A& a, const V& v) {
         return a.one(Schema::versions, key_if({v[0].number, v[1].number}, [&] {
                        return dcl::model_key(u16(v[0]), u16(v[1]));
                      }));
       }},
      {"/dcl/model/versions/{#vid}/{#pid}/{#softwareVersion}",
       [](A& a, const V& v) {
         return a.one(Schema::version, key_if({v[0].number, v[1].number}, [&] {
                        return dcl::version_key(u16(v[0]), u16(v[1]), u32(v[2]));
                      }));
       }},
      {"/dcl/compliance/compliance-info",
       [](A& a, const V&) { return a.list(Schema::compliance); }},
      {"/dcl/compliance/compliance-info/{#vid}/{#pid}/{#softwareVersion}/{certificationType}",
       [](A& a, const V& v) {
         return a.one(Schema::compliance, key_if({v[0].number, v[1].number}, [&] {
                        return dcl::compliance_key(u16(v[0]), u16(v[1]), u32(v[2]), v[3].text);
                      }));
       }},
      {"/dcl/compliance/device-software-compliance",
       [](A& a, const V&) { return a.list(Schema::coverage); }},
      {"/dcl/compliance/device-software-compliance/{cDCertificateId}",
       [](A& a, const V& v) { return a.one(Schema::coverage, v[0].text); }},
      {"/dcl/compliance/certified-models",
       [](A& a, const V&) { return a.states(State::certified, "certifiedModel"); }},
      {"/dcl/compliance/provisional-models",
       [](A& a, const V&) { return a.states(State::provisional, "provisionalModel"); }},
      {"/dcl/compliance/revoked-models",
       [](A& a, const V&) { return a.states(State::revoked, "revokedModel"); }},
      {"/dcl/compliance/certified-models/{#vid}/{#pid}/{#softwareVersion}/{certificationType}",
       [](A& a, const V& v) { return a.state_of(v, State::certified, "certifiedModel"); }},
      {"/dcl/compliance/provisional-models/{#vid}/{#pid}/{#softwareVersion}/{certificationType}",
       [](A& a, const V& v) { return a.state_of(v, State::provisional, "provisionalModel"); }},
      {"/dcl/compliance/revoked-models/{#vid}/{#pid}/{#softwareVersion}/{certificationType}",
       [](A& a, const V& v) { return a.state_of(v, State::revoked, "revokedModel"); }},
  };
  return routes;
}

const std::vector<LedgerRoute>& other_routes() {
  static const std::vector<LedgerRoute> routes = {
      {"/dcl/pki/root-certificates",
       [](A& a, const V&) { return a.roots(Schema::certificate, "approvedRootCertificates"); }},
      {"/dcl/pki/revoked-root-certificates",
       [](A& a, const V&) { return a.roots(Schema::revoked, "revokedRootCertificates"); }},
      {"/dcl/pki/certificates", [](A& a, const V&) { return a.certificates(); }},
      {"/dcl/pki/all-certificates", [](A& a, const V&) { return a.all_certificates(); }},
      {"/dcl/pki/certificates/{subject}",
       [](A& a, const V& v) { return a.certificates_of_subject(v); }},
      {"/dcl/pki/certificates/{subject}/{subjectKeyId}",
       [](A& a, const V& v) { return a.certificate(Schema::certificate, v); }},
      {"/dcl/pki/revoked-certificates", [](A& a, const V&) { return a.list(Schema::revoked); }},
      {"/dcl/pki/revoked-certificates/{subject}/{subjectKeyId}",
       [](A& a, const V& v) { return a.certificate(Schema::revoked, v); }},
      {"/dcl/pki/revocation-points",
       [](A& a, const V&) { return a.list(Schema::revocation_point); }},
      {"/dcl/pki/revocation-points/{issuerSubjectKeyID}",
       [](A& a, const V& v) { return a.points_of(v); }},
      {"/dcl/pki/revocation-points/{issuerSubjectKeyID}/{#vid}/{label}",
       [](A& a, const V& v) { return a.point(v); }},
      {"/cosmos/base/tendermint/v1beta1/node_info",
       [](A& a, const V&) { return a.about_node(node_info); }},
      {"/cosmos/base/tendermint/v1beta1/syncing",
       [](A& a, const V&) { return a.about_node(syncing); }},
      {"/cosmos/base/tendermint/v1beta1/blocks/latest",
       [](A& a, const V&) { return a.about_node(latest_block); }},
  };
  return routes;
}

// What a node tells and no cache has.
constexpr std::string_view kNeverHeld[] = {"/dcl/pki/all-certificates",
                                           "/dcl/pki/proposed-certificates",
                                           "/dcl/pki/rejected-certificates",
                                           "/dcl/pki/proposed-revocation-certificates",
                                           "/dcl/pki/child-certificates",
                                           "/dcl/pki/all-noc-certificates",
                                           "/dcl/pki/noc-vid-certificates",
                                           "/dcl/pki/noc-root-certificates",
                                           "/dcl/pki/noc-vid-root-certificates",
                                           "/dcl/pki/noc-ica-certificates",
                                           "/dcl/pki/noc-vid-ica-certificates",
                                           "/dcl/pki/revoked-noc-root-certificates",
                                           "/dcl/pki/revoked-noc-ica-certificates",
                                           "/dcl/auth/accounts",
                                           "/dcl/auth/proposed-accounts",
                                           "/dcl/auth/proposed-revocation-accounts",
                                           "/dcl/auth/rejected-accounts",
                                           "/dcl/auth/revoked-accounts",
                                           "/dcl/validator/nodes",
                                           "/dcl/validator/last-powers",
                                           "/dcl/validator/disabled-nodes",
                                           "/dcl/validator/proposed-disable-nodes",
                                           "/dcl/validator/rejected-disable-nodes",
                                           "/dcl/dclupgrade/approved-upgrades",
                                           "/dcl/dclupgrade/proposed-upgrades",
                                           "/dcl/dclupgrade/rejected-upgrades"};

bool is_below(std::string_view path, std::string_view folder) {
  return path == folder || (path.starts_with(folder) && path[folder.size()] == '/');
}

constexpr size_t kMostIdle = 8;

uint64_t inode_of(const std::string& path) {
  struct stat about = {};
  return ::stat(path.c_str(), &about) == 0 ? static_cast<uint64_t>(about.st_ino) : 0;
}

}  // namespace

Result<Mirror::OpenCache> Mirror::take(std::string& set_aside) {
  const uint64_t inode = inode_of(cache_file_);
  {
    const std::lock_guard lock(mutex_);
    while (!idle_.empty()) {
      OpenCache one = std::move(idle_.back());
      idle_.pop_back();
      if (inode != 0 && one.inode == inode) return one;
    }
  }
  auto cache = dcl::Cache::open(cache_file_, dcl::Cache::Open::existing, set_aside);
  if (!cache) return tl::unexpected(cache.error());
  if (*cache) return OpenCache{.cache = std::move(**cache), .inode = inode};
  auto nothing = dcl::Cache::in_memory();  // never synced: it knows of nothing
  if (!nothing) return tl::unexpected(nothing.error());
  return OpenCache{.cache = std::move(*nothing), .inode = 0};
}

void Mirror::give_back(OpenCache cache) {
  if (cache.inode == 0 || cache.cache.damaged()) return;
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kMostIdle) idle_.push_back(std::move(cache));
}

MirrorAnswer Mirror::answer(const MirrorRequest& request) {
  const auto sent = [](MirrorReply reply) {
    MirrorAnswer out{.status = reply.status,
                     .body = escaped(reply.body),
                     .headers = {},
                     .problem = std::move(reply.problem)};
    out.headers.emplace_back("Content-Type", "application/json");
    return out;
  };
  if (request.method != "GET" || !request.path.starts_with('/')) {
    MirrorAnswer out = sent(unimplemented());
    if (request.method == "HEAD") out.body.clear();
    return out;
  }
  MirrorReply (*chosen)(MirrorFacts&, const PathValues&) = nullptr;
  PathValues values;
  for (const auto* routes : {&model_routes(), &other_routes()}) {
    for (const LedgerRoute& route : *routes) {
      if (chosen != nullptr) break;
      auto matched = values_of(route.path, request.path);
      if (!matched) continue;
      if (!*matched) return sent(std::move(matched->error()));
      chosen = route.answer;
      values = std::move(**matched);
    }
  }
  const bool never = std::any_of(std::begin(kNeverHeld), std::end(kNeverHeld),
                                 [&](std::string_view one) { return is_below(request.path, one); });
  if (chosen == nullptr && !never) return sent(unimplemented());
  if (!no_cache_.empty()) return sent(MirrorFacts::without_cache(no_cache_));
  std::string set_aside;
  auto taken = take(set_aside);
  if (!taken) return sent(MirrorFacts::unreadable(taken.error()));
  dcl::Cache& open = taken->cache;
  if (const auto begun = open.begin_view(); !begun)
    return sent(MirrorFacts::unreadable(begun.error()));
  MirrorFacts asking(indexes_, open, request, chain_id_, sync_command_);
  const auto source = open.source();
  if (!source) return sent(MirrorFacts::unreadable(source.error()));
  MirrorReply reply =
      *source && (*source)->chain_id != chain_id_
          ? asking.not_held(fmt::format("{}: it has {}", chain_id_, printable((*source)->chain_id)))
      : chosen == nullptr ? MirrorFacts::never_held("this")
                          : chosen(asking, values);
  if (auto refused = asking.refused_height(reply)) reply = std::move(*refused);
  const auto when = reply.when;
  MirrorAnswer out = sent(std::move(reply));
  if (!set_aside.empty()) out.problem = set_aside;
  const std::string from = asking.source();
  open.end_view();
  give_back(std::move(*taken));
  if (!when) return out;
  out.headers.emplace_back("Grpc-Metadata-Content-Type", "application/grpc+cosmos-sdk-grpc-codec");
  out.headers.emplace_back(kMirrorHeight, std::to_string(when->height));
  out.headers.emplace_back(kMirrorSynced, rfc3339(when->read_at));
  if (!from.empty()) out.headers.emplace_back(kMirrorSource, from);
  return out;
}

}  // namespace attest::serve
