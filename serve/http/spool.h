// Spool: a body while it comes in, or an answer until it went out. Small ones stay in memory,
// larger ones lie in a file without a name, which is gone with its last user, however this process
// ends. What all of them hold together is bounded.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "verifier/base/bytes.h"
#include "verifier/base/result.h"

namespace attest::serve {

// What all spools share.
struct SpoolRoom {
  std::string folder;                 // where files without a name may be made
  uint64_t most = uint64_t{8} << 30;  // bytes on the disk together
  std::atomic<uint64_t> used = 0;
};

class Spool {
 public:
  static constexpr size_t kInMemory = 128u << 10;
  explicit Spool(std::shared_ptr<SpoolRoom> room) : room_(std::move(room)) {}
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  // An error: the disk is full, or the room of all is.
  Result<void> add(View piece);
  // From now on in a file; what is written to its descriptor by others counts when it is asked for.
  Result<void> to_file();
  uint64_t size() const;
  int fd() const { return fd_; }  // -1: in memory
  // All of it, as long as this lives and nothing is added.
  Result<View> view();
  // The descriptor is the taker's, to be closed by it.
  int release();

 private:
  std::shared_ptr<SpoolRoom> room_;
  Bytes memory_;
  uint64_t size_ = 0, counted_ = 0;
  int fd_ = -1;
  void* mapped_ = nullptr;
  size_t mapped_size_ = 0;
};

}  // namespace attest::serve
