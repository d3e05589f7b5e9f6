// LotJournal: what --resume keeps of a lot: a line that says how it is judged, and the line of each
// device that is done. Who goes on with it reads these again instead of judging; what was cut off
// in the middle is judged once more. Nobody else may read the file: its key opens the digests in
// it.
#pragma once

#include <cstdio>

#include "verifier/lot/device_line.h"
#include "verifier/policy.h"

namespace attest::cli {

struct JournalHead {
  SipKey key{};
  Instant at;
  uint64_t options = 0;  // a digest of everything that a verdict depends on
};

class LotJournal {
 public:
  // Opens or makes the file. `fresh` is what a new one says.
  static Result<LotJournal> open(const std::string& path, const JournalHead& fresh);
  const JournalHead& head() const { return head_; }
  bool resumed() const { return resumed_; }
  // Hands over every device that is done, in order; then the journal can be written on. An error: a
  // line that is none of ours.
  tl::expected<void, Error> replay(const std::function<void(DeviceLine)>& take);
  tl::expected<void, Error> append(std::string_view lines);

  LotJournal(LotJournal&& other) noexcept;
  LotJournal& operator=(LotJournal&&) = delete;
  ~LotJournal();

 private:
  LotJournal() = default;
  tl::expected<void, Error> write_head();
  tl::expected<void, Error> read_head();

  std::string path_;
  std::FILE* file_ = nullptr;
  JournalHead head_;
  bool resumed_ = false;
};

}  // namespace attest::cli
