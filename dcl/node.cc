#include "dcl/node.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_set>

namespace attest::dcl {
namespace {

constexpr unsigned kPageLimit = 1000;          // asked for; a node may send fewer
constexpr size_t kMaxPages = 40;               // of one list, and one more for each
constexpr size_t kRecordsOfPage = 20;          // records: a node may send few, but not few for ever
constexpr size_t kMaxRecords = 2'000'000;      // of one list
constexpr size_t kMaxBytes = size_t{1} << 30;  // of all lists, or of all single records
constexpr size_t kMaxListMiB = 64;             // of the answers that make up one list
constexpr size_t kInFlight = 64;               // single reads handed to the transport at once
// A newest block older than this is no newest block. A ledger without transactions makes a block
// every 600 s, whose time is that of the block before: 1,210 s on main-net, and a margin.
constexpr int64_t kBehindSeconds = 45 * 60;
constexpr size_t kDepth = 32;             // of a JSON answer; the ledger's own go to 7
constexpr size_t kRootsTag = ~size_t{0};  // the list of approved roots among the lists

constexpr const char* kHeightHeader = "grpc-metadata-x-cosmos-block-height";
// Of the mirror of a cache (serve/mirror/mirror.h).
constexpr const char* kSyncedHeader = "x-matter-attest-synced-at";
constexpr const char* kNodeInfo = "/cosmos/base/tendermint/v1beta1/node_info";
constexpr const char* kSyncing = "/cosmos/base/tendermint/v1beta1/syncing";
constexpr const char* kLatest = "/cosmos/base/tendermint/v1beta1/blocks/latest";

std::optional<int64_t> decimal(std::string_view text) {
  int64_t value = 0;
  const auto got = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || got.ec != std::errc() || got.ptr != text.data() + text.size())
    return std::nullopt;
  return value;
}

std::string_view text_at(const Json& json, std::initializer_list<std::string_view> path) {
  const Json* at = &json;
  for (const std::string_view step : path) {
    at = at->find(step);
    if (at == nullptr) return {};
  }
  return at->string() == nullptr ? std::string_view() : std::string_view(*at->string());
}

bool is_html(std::string_view body) {
  const size_t at = body.find_first_not_of(" \t\r\n");
  return at != std::string_view::npos && body[at] == '<';
}

// Base64 in a query: '+' would be read as a blank there.
std::string query_base64(std::string_view key) {
  std::string out;
  for (const char c : key)
    out += c == '+' ? "%2B" : c == '/' ? "%2F" : c == '=' ? "%3D" : std::string(1, c);
  return out;
}

std::string shortened(std::string_view text) {
  return printable(text.size() <= 200 ? text : std::string(text.substr(0, 197)) + "...");
}

std::string time_between(int64_t seconds) {
  if (seconds < 7200) return fmt::format("{} minutes", seconds / 60);
  if (seconds < 172'800) return fmt::format("{} hours", seconds / 3600);
  return fmt::format("{} days", seconds / 86'400);
}

}  // namespace

Request Node::ask(const std::string& path, size_t tag) const {
  Request request{.url = network_.url + path, .headers = {}, .tag = tag};
  if (state_.height > 0)
    request.headers.emplace_back("x-cosmos-block-height", std::to_string(state_.height));
  return request;
}

namespace {

// What a machine before the node, or the node itself, says when it has too much to do. Its body is
// that machine's affair: often HTML.
std::string overload(const Response& response) {
  const char* what = response.status == 429   ? "refuses to be asked so often (429)"
                     : response.status == 502 ? "is out of order or overloaded (502)"
                     : response.status == 503 ? "is overloaded or in maintenance (503)"
                     : response.status == 504 ? "is overloaded: nothing came in time (504)"
                                              : "";
  if (*what == '\0') return {};
  const std::string* after = response.header("retry-after");
  return fmt::format("{}{}: try again later, or name another node with dcl sync --from URL", what,
                     after == nullptr ? "" : ", retry after " + shortened(*after));
}

}  // namespace

// The failures that dcl nodes and the machines before them are known to answer with, each named.
Error Node::not_an_answer(const Response& response) {
  const auto say = [&](std::string what) {
    return Error{.what = fmt::format("node {}: {}", network_.url, what), .offset = {}};
  };
  const auto json = parse_json(response.body, {.bytes = response.body.size() + 1, .depth = kDepth});
  const std::string overloaded = overload(response);
  if (!json || json->find("code") == nullptr) {
    if (!overloaded.empty()) return say(overloaded);
    if (is_html(response.body)) {
      return say(
          fmt::format("answered {} with HTML, expected a ledger's JSON (a proxy or a login page "
                      "between here and the node?)",
                      response.status));
    }
    return say(fmt::format("answered {} without a ledger's error, {} bytes", response.status,
                           response.body.size()));
  }
  const int64_t code = json->find("code")->integer().value_or(-1);
  const std::string_view message = text_at(*json, {"message"});
  if (response.status == 503 && code == 14)
    return say("is starting: its REST interface is up, its ledger is not yet (503, code 14)");
  if (message.find("wait for first block") != std::string_view::npos)
    return say("is at height 0: it has no block yet");
  if (!overloaded.empty()) return say(fmt::format("{} ({})", overloaded, shortened(message)));
  if (message.find("height") != std::string_view::npos && state_.height > 0) {
    lost_height_ = true;
    return say(fmt::format("cannot answer at height {} (behind, or the height is pruned): {}",
                           state_.height, shortened(message)));
  }
  return say(fmt::format("answered {}, code {}: {}", response.status, code, shortened(message)));
}

Result<void> Node::check_height(const Response& response) const {
  const std::string* header = response.header(kHeightHeader);
  if (header == nullptr) {
    if (!state_.sends_height) return {};
    return error(fmt::format(
        "node {}: an answer {} without the block height that its others carry: not the node's own",
        network_.url, response.status));
  }
  const auto height = decimal(*header);
  if (height == state_.height) return {};
  return error(fmt::format("node {}: asked at height {}, answered from height {}", network_.url,
                           state_.height, shortened(*header)));
}

Result<std::optional<Json>> Node::read(const Request& request, const Result<Response>& response) {
  ++requests_;
  if (!response) {
    lost_contact_ = true;
    return within("node", response.error());
  }
  bytes_ += response->body.size();
  if (bytes_ - bytes_before_ > kMaxBytes)
    return error(fmt::format("node {}: more than {} bytes in one go", network_.url, kMaxBytes));
  const std::string path = request.url.substr(network_.url.size());
  if (response->status == 404) {
    // Absent, or somebody else's 404? Only the ledger writes this body.
    const auto json = parse_json(response->body, {.bytes = 4096, .depth = 8});
    const Json* code = json ? json->find("code") : nullptr;
    if (code == nullptr || code->integer() != 5) return tl::unexpected(not_an_answer(*response));
    if (const auto height = check_height(*response); !height) return tl::unexpected(height.error());
    return std::nullopt;
  }
  if (response->status != 200) return tl::unexpected(not_an_answer(*response));
  auto json = parse_json(response->body, {.bytes = response->body.size() + 1, .depth = kDepth});
  if (!json) {
    if (is_html(response->body)) return tl::unexpected(not_an_answer(*response));
    return error(fmt::format("node {}: {}: {}", network_.url, shortened(path), json.error().what));
  }
  if (state_.height > 0) {
    if (const auto height = check_height(*response); !height) return tl::unexpected(height.error());
  }
  return std::optional<Json>(std::move(*json));
}

Result<NodeState> Node::begin_anew() {
  state_ = {};
  lost_height_ = false;
  return begin();
}

Result<NodeState> Node::begin() {
  if (state_.height > 0) return state_;
  state_ = {};
  constexpr const char* kPaths[] = {kNodeInfo, kSyncing, kLatest};
  std::optional<Json> bodies[3];
  std::optional<Error> failures[3];
  int64_t newest_state = 0;  // by the height header: a block may be stored before its state is
  int64_t server_time = 0;
  std::vector<Request> requests;
  for (size_t i = 0; i < 3; ++i) requests.push_back(ask(kPaths[i], i));
  transport_.get(std::move(requests), [&](const Request& request, Result<Response> response) {
    if (response) {
      if (const std::string* header = response->header(kHeightHeader); header != nullptr) {
        state_.sends_height = true;
        if (request.tag == 2) newest_state = decimal(*header).value_or(0);
      }
      if (const std::string* header = response->header("x-server-time"); header != nullptr)
        server_time = decimal(*header).value_or(0);
      // Facts are as old as they were where the mirror has them from.
      if (const std::string* header = response->header(kSyncedHeader); header != nullptr) {
        const auto at = parse_rfc3339(*header);
        if (at && *at < now_) state_.read_at = *at;
      }
    }
    auto json = read(request, response);
    if (!json) failures[request.tag] = json.error();
    if (json && !*json)
      failures[request.tag] = Error{.what = fmt::format("node {}: has no {}: not a ledger node",
                                                        network_.url, kPaths[request.tag]),
                                    .offset = {}};
    if (json && *json) bodies[request.tag] = std::move(**json);
    return std::vector<Request>();
  });
  for (const auto& failure : failures) {
    if (failure) return tl::unexpected(*failure);
  }
  const Json &node_info = *bodies[0], &syncing = *bodies[1], &latest = *bodies[2];
  const std::string_view chain = text_at(node_info, {"default_node_info", "network"});
  const std::string_view block_chain = text_at(latest, {"block", "header", "chain_id"});
  for (const std::string_view found : {chain, block_chain}) {
    if (found == network_.chain_id) continue;
    return error(fmt::format("node {}: expected a node of {}, found one of {}", network_.url,
                             network_.chain_id, found.empty() ? "no chain" : shortened(found)));
  }
  const auto height = decimal(text_at(latest, {"block", "header", "height"}));
  const auto time = parse_rfc3339(text_at(latest, {"block", "header", "time"}));
  const Json* catching_up = syncing.find("syncing");
  if (!height || *height < 1 || !time || catching_up == nullptr || !catching_up->boolean()) {
    return error(fmt::format(
        "node {}: its newest block or its state of synchronisation is not readable", network_.url));
  }
  if (*catching_up->boolean()) {
    return error(
        fmt::format("node {}: is behind: still catching up at height {}, its newest block is of {}",
                    network_.url, *height, rfc3339(*time)));
  }
  if (server_time != 0 && server_time - time->seconds > kBehindSeconds) {
    return error(fmt::format(
        "node {}: is behind: its newest block (height {}, {}) is {} older than its own clock",
        network_.url, *height, rfc3339(*time), time_between(server_time - time->seconds)));
  }
  if (now_.seconds - time->seconds > kBehindSeconds) {
    state_.notes.push_back(
        fmt::format("the newest block of {} is of {}, {} before this machine's clock", network_.url,
                    rfc3339(*time), time_between(now_.seconds - time->seconds)));
  }
  state_.chain_id = network_.chain_id;
  state_.height = newest_state > 0 ? std::min(*height, newest_state) : *height;
  state_.block_time = *time;
  state_.version = std::string(text_at(node_info, {"application_version", "version"}));
  return state_;
}

// One list on its way.
struct Node::ListWalk {
  Schema schema;
  RecordList list;
  std::unordered_set<std::string> record_keys;
  std::unordered_set<std::string> page_keys;
  size_t bytes = 0;

  std::string path(const std::string& page_key) const {
    std::string out = fmt::format("{}?pagination.limit={}", info(schema).list_path, kPageLimit);
    if (!page_key.empty()) out += "&pagination.key=" + query_base64(page_key);
    return out;
  }
  // Takes a page in; the next page's key, empty at the end.
  Result<std::string> add(const Json& body, size_t size) {
    bytes += size;
    if (bytes > kMaxListMiB << 20)
      return error(fmt::format("{}: more than {} MiB in {} pages: expected a list that ends",
                               info(schema).title, kMaxListMiB, page_keys.size() + 1));
    auto page = read_page(schema, body);
    if (!page) return tl::unexpected(page.error());
    for (Record& record : page->records) {
      if (!record_keys.insert(record.key).second) {
        return error(fmt::format("{}: {} is listed twice: the pages repeat", info(schema).title,
                                 printable(record.key)));
      }
      list.records.push_back(std::move(record));
    }
    if (!page->next_key) return std::string();
    if (page->records.empty())
      return error(
          fmt::format("{}: a page without records says that there are more", info(schema).title));
    if (!page_keys.insert(*page->next_key).second)
      return error(fmt::format("{}: the pages repeat without end", info(schema).title));
    if (list.records.size() > kMaxRecords)
      return error(fmt::format("{}: more than {} records", info(schema).title, kMaxRecords));
    if (page_keys.size() > kMaxPages + list.records.size() / kRecordsOfPage) {
      return error(fmt::format("{}: {} pages brought {} records, and there are still more",
                               info(schema).title, page_keys.size(), list.records.size()));
    }
    return *page->next_key;
  }
};

namespace {

bool lists_root(const Json& entry) {
  const Json* certs = entry.find("certs");
  if (certs == nullptr || certs->array() == nullptr) return false;
  return std::any_of(certs->array()->begin(), certs->array()->end(), [](const Json& c) {
    const Json* root = c.find("isRoot");
    return root != nullptr && root->boolean() == true;
  });
}

// approvedRootCertificates and the roots among the approved certificates are two statements of one
// fact.
Result<void> roots_agree(const Json& body, const RecordList& certificates) {
  const Json* wrapper = body.find("approvedRootCertificates");
  const Json* certs = wrapper == nullptr ? nullptr : wrapper->find("certs");
  if (certs == nullptr || certs->array() == nullptr)
    return error("expected a list \"approvedRootCertificates\"");
  std::unordered_set<std::string> named;
  for (const Json& id : *certs->array()) {
    const auto key = certificate_key(id);
    if (!key) return within("approvedRootCertificates", key.error());
    named.insert(*key);
  }
  size_t roots = 0;
  for (const Record& record : certificates.records) {
    if (!lists_root(record.object)) continue;
    ++roots;
    if (!named.contains(record.key))
      return error(
          fmt::format("certificate {} is called a root, but is not among the approved roots",
                      printable(record.key)));
  }
  if (roots != named.size())
    return error(fmt::format("{} approved roots are named, {} are among the certificates",
                             named.size(), roots));
  return {};
}

}  // namespace

Result<std::vector<RecordList>> Node::lists(std::span<const Schema> schemas,
                                            const OnProgress& progress) {
  bytes_before_ = bytes_;
  std::vector<ListWalk> walks;
  std::vector<Request> first;
  std::optional<Json> roots;
  for (const Schema schema : schemas) {
    if (info(schema).list_path == nullptr) continue;
    walks.push_back({.schema = schema,
                     .list = {.schema = schema, .records = {}},
                     .record_keys = {},
                     .page_keys = {},
                     .bytes = 0});
    first.push_back(ask(walks.back().path(""), walks.size() - 1));
    if (schema == Schema::certificate)
      first.push_back(ask("/dcl/pki/root-certificates", kRootsTag));
  }
  std::optional<Error> failure;
  const auto fail = [&](const Error& e) {
    if (!failure) failure = e;
    return std::vector<Request>();
  };
  transport_.get(std::move(first), [&](const Request& request, Result<Response> response) {
    auto json = read(request, response);
    if (!json) return fail(json.error());
    const char* title =
        request.tag == kRootsTag ? "approved roots" : info(walks[request.tag].schema).title;
    if (!*json)
      return fail(
          {.what = fmt::format("node {}: says that there is no list of {}", network_.url, title),
           .offset = {}});
    if (request.tag == kRootsTag) {
      roots = std::move(**json);
      return std::vector<Request>();
    }
    ListWalk& walk = walks[request.tag];
    const auto next = walk.add(**json, response->body.size());
    if (!next) {
      lost_contact_ = true;  // it would send another list without an end as well
      return fail(
          {.what = fmt::format("node {}: {}", network_.url, next.error().what), .offset = {}});
    }
    if (progress) {
      progress({.schema = walk.schema,
                .records = walk.list.records.size(),
                .expected = 0,
                .done = next->empty(),
                .requests = requests_,
                .bytes = bytes_});
    }
    if (next->empty() || failure) return std::vector<Request>();
    return std::vector<Request>{ask(walk.path(*next), request.tag)};
  });
  if (failure) return tl::unexpected(*failure);
  std::vector<RecordList> out;
  for (ListWalk& walk : walks) {
    std::sort(walk.list.records.begin(), walk.list.records.end(),
              [](const Record& a, const Record& b) { return a.key < b.key; });
    if (walk.schema == Schema::certificate) {
      const auto agree = roots_agree(*roots, walk.list);
      if (!agree) return error(fmt::format("node {}: {}", network_.url, agree.error().what));
    }
    out.push_back(std::move(walk.list));
  }
  return out;
}

Result<std::vector<std::optional<Record>>> Node::records(Schema schema,
                                                         std::span<const std::string> keys,
                                                         const OnProgress& progress) {
  bytes_before_ = bytes_;
  std::vector<std::optional<Record>> out(keys.size());
  std::optional<Error> failure;
  size_t asked = 0, answered = 0;
  const auto next = [&]() -> std::vector<Request> {
    if (failure || asked == keys.size()) return {};
    const auto path = one_path(schema, keys[asked]);
    if (!path) {
      failure = Error{.what = fmt::format("{} {}: cannot be asked for by a path", info(schema).name,
                                          printable(keys[asked])),
                      .offset = {}};
      return {};
    }
    return {ask(*path, asked++)};
  };
  std::vector<Request> first;
  while (first.size() < kInFlight) {
    auto more = next();
    if (more.empty()) break;
    first.push_back(std::move(more.front()));
  }
  transport_.get(std::move(first), [&](const Request& request, Result<Response> response) {
    auto json = read(request, response);
    ++answered;
    if (json && *json) {
      auto record = read_one(schema, keys[request.tag], **json);
      if (record) out[request.tag] = std::move(*record);
      if (!record && !failure)
        failure = Error{.what = fmt::format("node {}: {}", network_.url, record.error().what),
                        .offset = {}};
    }
    if (!json && !failure) failure = json.error();
    if (progress && !failure) {
      progress({.schema = schema,
                .records = answered,
                .expected = keys.size(),
                .done = answered == keys.size(),
                .requests = requests_,
                .bytes = bytes_});
    }
    return next();
  });
  if (failure) return tl::unexpected(*failure);
  return out;
}

}  // namespace attest::dcl
