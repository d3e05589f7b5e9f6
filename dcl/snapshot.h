// Snapshot: a ledger's facts in one text file, for a CI without a network, for keeping and for
// comparing.
//
// A JSON document with one record a line, each the ledger's own object, in key order: grep, diff
// and jq read it. Its manifest gives for each schema how many records it has, at which height they
// were read, and the SHA-256 of their lines (jq -c '.vendor[]' FILE | sha256sum). Nothing in it
// says who wrote it, when, or from which node: the same facts of the same height are the same
// bytes.
//
//   { "schema": "matter-attest/ledger/1", "chain_id": "main-net", "height": 296, "time":
//   "2026-11-20T22:45:49Z", "sha256": of chain id, height, time and manifest,
//     "manifest": { "vendor": {"height", "time", "records", "sha256"}, …, "single": {…} },
//     "vendor": [ … ], …, "single": [ {"schema", "key", "height", "time", "object"} ] }
//
// `single` holds what was asked for one by one (software versions); object is null where the ledger
// had none. `crl`, where there is any, holds the revocation lists that the points name, as they
// were kept: { "url", "size", "digest_type", "digest", "der": base64 }. Their signatures and dates
// are judged when they are used.
#pragma once

#include <string>
#include <vector>

#include "dcl/cache.h"
#include "dcl/revocation_lists.h"

namespace attest::dcl {

struct Snapshot {
  std::string chain_id;
  int64_t height = 0;  // the newest of its lists
  Instant time;        // of that block
  std::vector<ListUpdate> lists;
  std::vector<SingleUpdate> singles;
  std::vector<CarriedList> crls;  // by URL
};

Result<Snapshot> snapshot_of(Cache& cache);
std::string write_snapshot(const Snapshot& snapshot);
// Strict: a schema, count or hash that does not fit, a record out of order or twice are errors.
Result<Snapshot> read_snapshot(std::string_view text);

// Adds the lists that the snapshot's points name and the folder holds; what is too large to be
// carried is named.
std::vector<std::string> carry_lists(Snapshot& snapshot, const std::string& folder);

// `name` is the file's, for provenance.
Result<std::vector<SchemaChanges>> load_snapshot(Cache& cache, const Snapshot& snapshot,
                                                 const std::string& name);

struct Difference {
  Schema schema = Schema::vendor;
  std::string key;
  Json before, after;  // null: not there
};
// By schema and key. Schemas that one side never read whole are left out and named in `skipped`.
std::vector<Difference> differences(const Snapshot& a, const Snapshot& b,
                                    std::vector<Schema>& skipped);

// The small snapshot that is built in, so that a first try needs no network. Empty when this build
// has none.
std::string_view builtin_snapshot();

}  // namespace attest::dcl
