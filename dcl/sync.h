// Sync: the ledger's lists, from a node into a cache. Everything is read at one height before the
// cache is touched, and written in one transaction. A cache that turns out to be damaged is set
// aside, and the facts go into a new one.
#pragma once

#include "dcl/cache.h"
#include "dcl/node.h"

namespace attest::dcl {

// What a sync reads: every schema that the ledger can list.
inline constexpr Schema kListed[] = {
    Schema::vendor,      Schema::model,   Schema::compliance,      Schema::coverage,
    Schema::certificate, Schema::revoked, Schema::revocation_point};

struct SyncOptions {
  bool versions = false;  // every software version of every model too: two more requests a model
                          // and one a version
  OnProgress progress;
};

struct SyncResult {
  NodeState node;
  std::vector<SchemaChanges> changes;  // one a schema
  size_t requests = 0, bytes = 0;
  std::vector<std::string> notes;  // what a person should know

  bool unchanged() const;
};

// `now` is when the facts are read, by this machine's clock.
Result<SyncResult> sync(Node& node, const std::string& cache_file, Instant now,
                        const SyncOptions& options = {});

// Where facts read from this URL come from and how far they can be trusted: a chain of TLS
// certificates, or nothing.
CacheSource source_of(const Network& network);

}  // namespace attest::dcl
