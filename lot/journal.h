// LotJournal: what --resume keeps of a lot: a line that says how it is judged, and the line of each
// device that is done, each with a digest of itself and of all before it. Who goes on with it reads
// these again instead of judging; what was cut off in the middle is judged once more, and a line
// that was changed, left out or moved is an error. Nobody else may read or write the file: its key
// opens the digests in it, and makes new ones.
#pragma once

#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lot/device_line.h"
#include "verifier/policy.h"

namespace attest {

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
  Result<void> replay(const std::function<void(DeviceLine)>& take);
  Result<void> append(const std::vector<std::string>& records);  // of write_line()

  LotJournal(LotJournal&& other) noexcept;
  LotJournal& operator=(LotJournal&&) = delete;
  ~LotJournal();

 private:
  LotJournal() = default;
  Result<void> write_head();
  Result<void> read_head();
  Result<void> write(std::string_view lines);
  std::string linked(std::string_view record);
  std::optional<std::string> unlinked(const std::string& line);
  uint64_t next_link(std::string_view record) const;

  std::string path_;
  std::FILE* file_ = nullptr;
  JournalHead head_;
  uint64_t link_ = 0;  // of the last line that was read or written
  bool resumed_ = false;
};

}  // namespace attest
