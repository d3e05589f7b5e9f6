// MirrorFacts: what a cache knows, as a node's answers. One request, with the cache at one state.
#pragma once

#include <functional>

#include "serve/mirror/mirror_index.h"
#include "serve/mirror/mirror_request.h"

namespace attest::serve {

bool is_id(int64_t number);  // of a vendor or product, by its range

class MirrorFacts {
 public:
  MirrorFacts(MirrorIndexes& indexes, dcl::Cache& cache, const MirrorRequest& request,
              const std::string& chain_id, const std::string& sync_command)
      : indexes_(indexes),
        cache_(cache),
        request_(request),
        chain_id_(chain_id),
        sync_command_(sync_command) {}

  MirrorReply list(dcl::Schema schema);
  // By a key of the cache; empty: no such key can be.
  MirrorReply one(dcl::Schema schema, const std::string& key);
  MirrorReply products(const PathValues& v);
  // The three lists of models that follow from what a compliance entry says.
  enum class State : uint8_t { provisional = 1, certified = 2, revoked = 3 };
  MirrorReply states(State state, const char* member);
  MirrorReply state_of(const PathValues& v, State state, const char* member);
  MirrorReply certificates();  // of one key id, where the query names it
  MirrorReply all_certificates();
  MirrorReply certificates_of_subject(const PathValues& v);
  MirrorReply certificate(dcl::Schema schema, const PathValues& v);
  MirrorReply roots(dcl::Schema schema, const char* member);  // identifiers
  MirrorReply points_of(const PathValues& v);
  MirrorReply point(const PathValues& v);
  // Of the height of the newest list: what this mirror says of itself.
  MirrorReply about_node(std::string (*write)(const std::string& chain_id, const dcl::ReadAt&));

  // Whether a fact of this height may be told to who asks about another; what to say if not.
  std::optional<MirrorReply> refused_height(const MirrorReply& reply);
  std::string source();
  MirrorReply not_held(std::string_view what) const;
  static MirrorReply never_held(std::string_view what);  // whatever is synced
  static MirrorReply without_cache(std::string_view why);
  static MirrorReply unreadable(const Error& failure);

 private:
  using Write = std::function<Result<std::string>(const MirrorEntry&)>;
  Result<std::optional<dcl::ReadAt>> newest();
  tl::expected<MirrorIndexPtr, MirrorReply> index_of(dcl::Schema schema);
  static MirrorReply found(const char* member, const std::string& json, const dcl::ReadAt& when);
  MirrorReply certificates_of_key(const std::string& key_id, const char* member);
  Result<Json> object(dcl::Schema schema, const MirrorEntry& entry);
  Result<std::string> object_text(dcl::Schema schema, const MirrorEntry& entry);
  MirrorReply by_store_key(dcl::Schema schema, const std::string& store_key);
  // A page of these, as the ledger's SDK pages.
  MirrorReply page(const char* member, const std::vector<const MirrorEntry*>& hits,
                   const Paging& paging, const dcl::ReadAt& when, const Write& write) const;

  MirrorIndexes& indexes_;
  dcl::Cache& cache_;
  const MirrorRequest& request_;
  const std::string &chain_id_, &sync_command_;
};

}  // namespace attest::serve
