// Sync: the ledger's lists, from a node into a cache. Everything is read at one height before the
// cache is touched, and written in one transaction. A node that forgets the height on the way is
// begun anew. A cache that turns out to be damaged is set aside, and the facts go into a new one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dcl/cache.h"
#include "dcl/node.h"

namespace attest::dcl {

// What a sync reads: every schema that the ledger can list.
inline constexpr Schema kListed[] = {
    Schema::vendor,      Schema::model,   Schema::compliance,      Schema::coverage,
    Schema::certificate, Schema::revoked, Schema::revocation_point};

// Software versions have no list on the ledger: one request a model says which there are, one more
// a version what it is.

// A product, or all of a vendor's.
struct Product {
  uint16_t vid = 0;
  std::optional<uint16_t> pid = {};
};

struct SyncOptions {
  bool versions = false;               // of every model
  std::vector<Product> products = {};  // the versions of these too
  bool remember_node = false;          // whoever asks this ledger's cache later asks this node
  OnProgress progress = {};
};

struct SyncResult {
  NodeState node;
  std::vector<SchemaChanges> changes;  // one a schema
  size_t versions = 0;                 // of the products that were named
  size_t requests = 0, bytes = 0;
  std::vector<std::string> notes;  // what a person should know

  bool unchanged() const;
};

// `now` is when the facts are read, by this machine's clock.
Result<SyncResult> sync(Node& node, const std::string& cache_file, Instant now,
                        const SyncOptions& options = {});

// The command that reads a network's lists, or a product's versions too, into the cache.
std::string sync_command(const Network& network, const std::optional<Product>& product = {});

// Where facts read from this URL come from and how far they can be trusted: a chain of TLS
// certificates, or nothing.
CacheSource source_of(const Network& network);

}  // namespace attest::dcl
