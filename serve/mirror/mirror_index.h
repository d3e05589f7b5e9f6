// MirrorIndex: in which order a node lists the records of one schema, and under which keys. Made of
// a cache's list once, and good for as long as that list is the cache's.
#pragma once

#include <array>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "dcl/cache.h"

namespace attest::serve {

struct MirrorEntry {
  std::string store_key;  // behind the store's prefix: what next_key is made of
  std::string cache_key;
  bool is_root = false;            // of certificates: the entry holds a root
  uint8_t status = 0;              // of compliance: 1 provisional, 2 certified, 3 revoked
  bool had_another_state = false;  // the same: its history is not empty
};

struct MirrorIndex {
  dcl::CachedList of;
  std::vector<MirrorEntry> entries;  // in the order of their store keys

  // The first at or behind this key.
  size_t from(std::string_view store_key) const;
  const MirrorEntry* find(std::string_view store_key) const;
};
using MirrorIndexPtr = std::shared_ptr<const MirrorIndex>;

// The indexes of a cache, each made when it is asked for and the list is another than it was.
class MirrorIndexes {
 public:
  Result<MirrorIndexPtr> of(dcl::Cache& cache, const dcl::CachedList& list);

 private:
  std::mutex mutex_;
  std::array<MirrorIndexPtr, std::size(dcl::kSchemas)> kept_;
};

// Parts of store keys: big endian, each followed by '/'.
std::string store_u32(uint32_t value);
std::string store_vid8(uint32_t vid);  // four bytes more, of zeros
// The text of a member; empty where it is none.
std::string text_of(const Json& object, const char* name);
uint64_t number_of(const Json& object, const char* name);

}  // namespace attest::serve
