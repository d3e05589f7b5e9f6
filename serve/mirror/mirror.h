// Mirror: the ledger's REST paths answered from a cache, in the shapes of a node, so that whatever
// reads a node reads this where there is no other: our own --ledger URL, chip-tool, matter.js.
//
// It answers what the cache knows and nothing else. What a sync read whole is there or is "not
// found"; what was never read is 503, never "not found". An answer's height is that at which the
// fact was read; a question pinned to another height is refused, for nobody here knows.
//
// No X-Server-Time: it would say that the node is at work now, and that its newest block is old.
// The time of the sync stands in a header of ours.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "serve/mirror/mirror_index.h"
#include "serve/mirror/mirror_request.h"

namespace attest::serve {

struct MirrorAnswer {
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string problem = {};  // for the log: names files, and so is nobody else's
};

inline constexpr const char* kMirrorHeight = "Grpc-Metadata-X-Cosmos-Block-Height";
inline constexpr const char* kMirrorSynced = "X-Matter-Attest-Synced-At";
inline constexpr const char* kMirrorSource = "X-Matter-Attest-Source";

class Mirror {
 public:
  // `sync_command`: what would read more into this cache, for who is told that it does not know.
  Mirror(std::string cache_file, std::string chain_id, std::string sync_command)
      : cache_file_(std::move(cache_file)),
        chain_id_(std::move(chain_id)),
        sync_command_(std::move(sync_command)) {}
  // A server without a cache knows nothing, and says why: "not found" would be about the ledger.
  struct NoCache {
    std::string why;
  };
  explicit Mirror(NoCache none) : no_cache_(std::move(none.why)) {}
  MirrorAnswer answer(const MirrorRequest& request);

 private:
  // A connection to the cache, and the file that it is to: a sync may put another in its place.
  struct OpenCache {
    dcl::Cache cache;
    uint64_t inode = 0;
  };
  Result<OpenCache> take(std::string& set_aside);
  void give_back(OpenCache cache);

  const std::string cache_file_, chain_id_, sync_command_;
  const std::string no_cache_;  // why there is none; empty: there is, or may be
  MirrorIndexes indexes_;
  std::mutex mutex_;
  std::vector<OpenCache> idle_;
};

}  // namespace attest::serve
