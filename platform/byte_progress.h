// ByteProgress: a bar on stderr for what takes long by its size. Shown on a terminal only, and only
// once it has taken a while; it wipes itself away at the end.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace attest {

// "512.0 kB", "12.3 MB".
std::string amount_text(uint64_t bytes);

// "fetching image: [#####.....] 12.0 MB of 24.0 MB, 3.0 MB/s, 4 s left". Without `size` no bar and
// no time that is left.
std::string progress_text(const std::string& what, uint64_t done, std::optional<uint64_t> size,
                          double seconds);

class ByteProgress {
 public:
  explicit ByteProgress(std::string what);
  ~ByteProgress();
  ByteProgress(const ByteProgress&) = delete;
  ByteProgress& operator=(const ByteProgress&) = delete;
  void show(uint64_t done, std::optional<uint64_t> size);

 private:
  std::string what_;
  std::chrono::steady_clock::time_point started_, last_;
  bool terminal_, shown_ = false;
};

}  // namespace attest
