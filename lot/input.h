// What a lot is made of: devices one after the other, from lines of NDJSON, folders or archives. A
// source hands them over in batches and never looks further ahead than one.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <variant>

#include "lot/shared.h"
#include "platform/files.h"

namespace attest {

// A file of a device: on the disk, or a member of an archive already in memory.
struct LotFile {
  std::string path;
  std::optional<Bytes> content;
  std::string problem;  // why there is no content, where it was tried
};

struct LotItem {
  struct Line {
    std::string_view text;
    std::string
        problem;  // why it is not even looked at: too long, or behind the break of an archive
    std::shared_ptr<const void> held;  // what the text is a part of
    static Line copy_of(std::string_view text);
  };
  using Files = std::vector<LotFile>;

  std::string name;  // of a line: what it is called without an id
  // What lies beside it and others, with what the command line names: it takes what it lacks.
  std::shared_ptr<const LotShared> shared = {};
  uint64_t input = 0;  // a digest of where it comes from, of what it says and of what is lent to it
  uint32_t of = 0;     // which of the chained sources it is of
  std::variant<Line, Files> what;
};

struct LotBatch {
  std::vector<LotItem> items;
  size_t bytes = 0;
  bool full(size_t most_items) const;
};

class LotSource {
 public:
  virtual ~LotSource() = default;
  // Fills an empty batch; false when there are no more devices. Returns before the batch is full
  // where going on would mean to wait. An error is about the input as a whole.
  virtual Result<bool> next(LotBatch& batch) = 0;
  // How many devices there will be, where that is known before the first.
  virtual std::optional<uint64_t> size() const { return std::nullopt; }
};

inline constexpr size_t kMostLineBytes = 1u << 20;

// Puts octets there, at most so many: how many, and 0 at the end.
using ReadSome = std::function<Result<size_t>(std::span<uint8_t>)>;

// Lines of NDJSON. Empty lines are none. A line without an id is called `of` "line 3".
// `digests`: each line's digest is wanted (LotItem::input), by who may go on with this lot later.
// From a descriptor that others may write to while it is read; what is there is not held back until
// more comes.
// Who waits for it ends with an error when `stop` says so.
std::unique_ptr<LotSource> record_source(int fd, std::string path, bool digests,
                                         std::stop_token stop = {});
// Of a file that is opened when its turn comes: a lot may have as many of them as devices. All of
// it may be one record.
std::unique_ptr<LotSource> record_file_source(std::string path, bool digests, std::string of = {});
// Of anything else, as a file.
std::unique_ptr<LotSource> record_source(ReadSome read, bool digests, std::string of);
// One of the first lines is a whole JSON object that describes a device, or all of it is one, over
// many lines.
bool holds_records(View bytes);

// All of its devices may take what they lack from `shared`.
std::unique_ptr<LotSource> lending(std::unique_ptr<LotSource> source,
                                   std::shared_ptr<const LotShared> shared);
// One after the other.
std::unique_ptr<LotSource> chained(std::vector<std::unique_ptr<LotSource>> sources);
// The sample of `size` devices (sample.h), in input order. Holds no more than the sample. `lot`
// becomes the number of all.
std::unique_ptr<LotSource> sampled(std::unique_ptr<LotSource> source, uint64_t size, uint64_t seed,
                                   uint64_t& lot);

}  // namespace attest
