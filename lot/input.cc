#include "lot/input.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>

#include "lot/sample.h"
#include "verifier/base/contains.h"
#include "verifier/base/json.h"
#include "verifier/crypto/siphash.h"
#include "verifier/readers/tables/device_json.h"

namespace attest {
namespace {

constexpr size_t kMostBatchBytes = 1u << 20;
constexpr size_t kReadBytes = 128u << 10;
constexpr size_t kChunkBytes = 2 * kReadBytes;

// Of every line, and seldom needed: without a format, which would take a hundredth of judging an
// alike record.
std::string line_name(const std::string& of, uint64_t number) {
  return (of.empty() ? "line " : of + " line ") + std::to_string(number);
}

// A line without its end, or nothing where it is empty. `size`: also of what of it was not kept.
// `held`: what it is a part of.
std::optional<LotItem> line_item(std::string_view line, size_t size, const std::string& of,
                                 uint64_t number, bool digest, std::shared_ptr<const void> held) {
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
    --size;
  }
  LotItem::Line out;
  if (size > kMostLineBytes) {
    out.problem =
        fmt::format("expected a line of at most {} bytes, found {}", kMostLineBytes, size);
  } else if (line.find_first_not_of(" \t") == std::string_view::npos) {
    return std::nullopt;
  } else {
    out.text = line;
    out.held = std::move(held);
  }
  return LotItem{.name = line_name(of, number),
                 .input = digest ? siphash(SipKey{}, view(line)) : 0,
                 .what = std::move(out)};
}

bool has_credentials(const Json& record) {
  return record.find("dac") != nullptr || record.find("pai") != nullptr ||
         record.find("cd") != nullptr;
}

// One record and nothing else, mostly written over many lines.
bool is_one_record(View bytes) {
  const std::string_view all = text(bytes);
  const size_t from = all.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (from == std::string_view::npos || all[from] != '{' || all.size() > kMostLineBytes)
    return false;
  // (A tree of long outputs of tools is not parsed for this. A key may be written with escapes.)
  const bool may_be = contains(all, "\"dac\"") || contains(all, "\"pai\"") ||
                      contains(all, "\"cd\"") || contains(all, "\\u");
  if (!may_be) return false;
  const auto whole = parse_json(all);
  return whole && whole->is_object() && has_credentials(*whole);
}

// Where lines are read into. They are not copied out: a chunk lives as long as one of its lines,
// whoever judges it, and is then there to be filled again.
class Chunks : public std::enable_shared_from_this<Chunks> {
 public:
  std::shared_ptr<char[]> take() {
    std::unique_ptr<char[]> chunk;
    {
      const std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        chunk = std::move(free_.back());
        free_.pop_back();
      }
    }
    if (!chunk) chunk = std::make_unique_for_overwrite<char[]>(kChunkBytes);
    return {chunk.release(), [chunks = shared_from_this()](char* at) {
              chunks->give_back(std::unique_ptr<char[]>(at));
            }};
  }

 private:
  void give_back(std::unique_ptr<char[]> chunk) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(chunk));
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<char[]>> free_;
};

struct RecordInput {
  ReadSome read;
  std::function<bool()> waiting;  // whether more is there already
  bool may_be_one;                // all of it may be one record
};

// Lines as they arrive. While more is waiting a batch fills up; as soon as nothing is, what is
// there is handed over.
class RecordSource final : public LotSource {
 public:
  RecordSource(RecordInput input, bool digests, std::string of)
      : input_(std::move(input)), of_(std::move(of)), digests_(digests) {}

  Result<bool> next(LotBatch& batch) override {
    if (std::exchange(input_.may_be_one, false)) {
      if (take_as_one(batch)) return true;
    }
    for (;;) {
      take_lines(batch);
      if (batch.full(kMostItems)) return true;
      if (ended_) {
        take_last(batch);
        return !batch.items.empty();
      }
      if (!batch.items.empty() && !input_.waiting()) return true;
      if (auto done = read_more(); !done) return tl::unexpected(done.error());
    }
  }

 private:
  static constexpr size_t kMostItems = 128;

  bool take_as_one(LotBatch& batch) {
    while (!ended_ && filled_ <= kMostLineBytes) {
      if (!read_more()) return false;  // told behind the lines that could be read
    }
    if (!ended_ || !is_one_record(view(filled()))) return false;
    batch.items.push_back({.name = of_.empty() ? line_name(of_, 1) : of_,
                           .input = siphash(SipKey{}, view(filled())),
                           .what = LotItem::Line{.text = filled(), .problem = {}, .held = chunk_}});
    at_ = searched_ = filled_;
    return true;
  }

  Result<void> read_more() {
    make_room();
    const auto n = input_.read({reinterpret_cast<uint8_t*>(chunk_.get()) + filled_, kReadBytes});
    if (!n) return tl::unexpected(n.error());
    filled_ += *n;
    ended_ = *n == 0;
    return {};
  }

  // What has begun and not ended goes on in another chunk.
  void make_room() {
    if (size_ - filled_ >= kReadBytes) return;
    const std::string_view begun = filled().substr(at_);
    const size_t needed = begun.size() + kReadBytes;
    size_ = needed <= kChunkBytes ? kChunkBytes
                                  : 2 * needed;  // a long line is not copied at every read
    auto next =
        needed <= kChunkBytes ? chunks_->take() : std::make_shared_for_overwrite<char[]>(size_);
    std::copy(begun.begin(), begun.end(), next.get());
    chunk_ = std::move(next);
    filled_ -= at_;
    searched_ -= at_;
    at_ = 0;
  }

  std::string_view filled() const { return {chunk_.get(), filled_}; }

  void take_lines(LotBatch& batch) {
    while (!batch.full(kMostItems)) {
      const size_t end = filled().find('\n', searched_);
      if (end == std::string_view::npos) {
        searched_ = filled_;
        // What is too long is not kept; its verdict comes when it ends.
        if (filled_ - at_ > kMostLineBytes) {
          dropped_ += filled_ - at_;
          at_ = searched_;
        }
        return;
      }
      add(filled().substr(at_, end - at_), batch);
      at_ = searched_ = end + 1;
    }
  }
  void take_last(LotBatch& batch) {
    if (at_ < filled_ || dropped_ > 0) add(filled().substr(at_), batch);
    at_ = searched_ = filled_;
  }

  void add(std::string_view line, LotBatch& batch) {
    const size_t size = line.size() + std::exchange(dropped_, 0);
    auto item = line_item(line, size, of_, ++number_, digests_, chunk_);
    if (!item) return;
    batch.bytes += std::get<LotItem::Line>(item->what).text.size();
    if (batch.items.empty()) batch.items.reserve(kMostItems);
    batch.items.push_back(std::move(*item));
  }

  RecordInput input_;
  const std::string of_;
  std::shared_ptr<Chunks> chunks_ = std::make_shared<Chunks>();
  std::shared_ptr<char[]>
      chunk_;  // filled so far, taken up to `at_`, searched for line ends up to `searched_`
  const bool digests_;
  size_t size_ = 0, filled_ = 0, at_ = 0, searched_ = 0, dropped_ = 0;
  uint64_t number_ = 0;
  bool ended_ = false;
};

// A descriptor that can be read from as soon as somebody else asks to stop.
class Stopped {
 public:
  explicit Stopped(std::stop_token stop)
      : fd_(stop.stop_possible() ? ::eventfd(0, EFD_CLOEXEC) : -1), asked_(std::move(stop), [this] {
          const uint64_t one = 1;
          if (fd_ >= 0) static_cast<void>(!::write(fd_, &one, sizeof one));
        }) {}
  ~Stopped() {
    if (fd_ >= 0) ::close(fd_);
  }
  Stopped(const Stopped&) = delete;
  Stopped& operator=(const Stopped&) = delete;
  // Waits until there is something to be read; false: it is asked to stop.
  bool wait_for(int input) const {
    if (fd_ < 0) return true;
    pollfd both[] = {{.fd = input, .events = POLLIN, .revents = 0},
                     {.fd = fd_, .events = POLLIN, .revents = 0}};
    while (::poll(both, 2, -1) < 0) {
      if (errno != EINTR) return true;  // reading says what is wrong
    }
    return both[1].revents == 0;
  }

 private:
  const int fd_;
  std::stop_callback<std::function<void()>> asked_;
};

// A descriptor, opened when it is first read from, and closed at its end: a lot may have more files
// than descriptors.
class Descriptor {
 public:
  Descriptor(int fd, std::string path, std::stop_token stop = {})
      : fd_(fd), path_(std::move(path)), stopped_(std::move(stop)) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  Result<size_t> read(std::span<uint8_t> to) {
    if (fd_ < 0) {
      fd_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
      own_ = true;
    }
    if (fd_ < 0)
      return error(
          fmt::format("{}: expected a readable file, found {}", path_, std::strerror(errno)));
    if (!stopped_.wait_for(fd_)) return error(path_ + ": left before its end");
    ssize_t n = 0;
    do {
      n = ::read(fd_, to.data(), to.size());
    } while (n < 0 && errno == EINTR);
    if (n < 0)
      return error(
          fmt::format("{}: expected lines of NDJSON, found {}", path_, std::strerror(errno)));
    if (n == 0) close();
    return static_cast<size_t>(n);
  }
  bool waiting() const {
    pollfd one{.fd = fd_, .events = POLLIN, .revents = 0};
    return ::poll(&one, 1, 0) > 0;
  }

 private:
  void close() {
    if (own_ && fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  int fd_;
  bool own_ = false;
  std::string path_;
  const Stopped stopped_;
};

class Chain final : public LotSource {
 public:
  explicit Chain(std::vector<std::unique_ptr<LotSource>> sources) : sources_(std::move(sources)) {}
  Result<bool> next(LotBatch& batch) override {
    for (; at_ < sources_.size(); ++at_) {
      auto more = sources_[at_]->next(batch);
      for (LotItem& item : batch.items) item.of = static_cast<uint32_t>(at_);
      if (!more || *more) return more;
      sources_[at_].reset();  // with what it has read: there may be many
    }
    return false;
  }
  std::optional<uint64_t> size() const override {
    uint64_t sum = 0;
    for (const auto& source : sources_) {
      const auto one = source == nullptr ? 0 : source->size();
      if (!one) return std::nullopt;
      sum += *one;
    }
    return sum;
  }

 private:
  std::vector<std::unique_ptr<LotSource>> sources_;
  size_t at_ = 0;
};

class Lending final : public LotSource {
 public:
  Lending(std::unique_ptr<LotSource> source, std::shared_ptr<const LotShared> shared)
      : source_(std::move(source)), shared_(std::move(shared)) {}
  Result<bool> next(LotBatch& batch) override {
    auto more = source_->next(batch);
    for (LotItem& item : batch.items) {
      item.shared = shared_;
      item.input = 31 * item.input + shared_->digest();
    }
    return more;
  }
  std::optional<uint64_t> size() const override { return source_->size(); }

 private:
  std::unique_ptr<LotSource> source_;
  std::shared_ptr<const LotShared> shared_;
};

class Sampled final : public LotSource {
 public:
  Sampled(std::unique_ptr<LotSource> source, uint64_t size, uint64_t seed, uint64_t& lot)
      : source_(std::move(source)), most_(size), seed_(seed), lot_(lot) {}

  Result<bool> next(LotBatch& batch) override {
    if (!drawn_) {
      if (auto done = draw(); !done) return tl::unexpected(done.error());
    }
    while (at_ < chosen_.size() && !batch.full(kMostItems))
      batch.items.push_back(std::move(chosen_[at_++].item));
    return !batch.items.empty();
  }
  std::optional<uint64_t> size() const override {
    const auto all = source_->size();
    return all ? std::optional<uint64_t>(std::min(*all, most_)) : std::nullopt;
  }

 private:
  static constexpr size_t kMostItems = 128;
  struct Chosen {
    uint64_t rank, place;
    LotItem item;
  };
  static bool before(const Chosen& a, const Chosen& b) {
    return a.rank != b.rank ? a.rank < b.rank : a.place < b.place;
  }

  // The devices with the smallest ranks: a heap whose top is the one that has to go next.
  Result<void> draw() {
    LotBatch batch;
    for (;;) {
      batch = {};
      const auto more = source_->next(batch);
      if (!more) return tl::unexpected(more.error());
      if (!*more) break;
      for (LotItem& item : batch.items) {
        const uint64_t place = lot_++;
        Chosen one{.rank = sample_rank(seed_, place), .place = place, .item = std::move(item)};
        if (chosen_.size() == most_) {
          if (most_ == 0 || !before(one, chosen_.front())) continue;
          std::pop_heap(chosen_.begin(), chosen_.end(), before);
          chosen_.pop_back();
        }
        if (auto* line = std::get_if<LotItem::Line>(&one.item.what); line != nullptr && line->held)
          *line = LotItem::Line::copy_of(line->text);
        chosen_.push_back(std::move(one));
        std::push_heap(chosen_.begin(), chosen_.end(), before);
      }
    }
    std::sort(chosen_.begin(), chosen_.end(),
              [](const Chosen& a, const Chosen& b) { return a.place < b.place; });
    drawn_ = true;
    return {};
  }

  std::unique_ptr<LotSource> source_;
  uint64_t most_, seed_;
  uint64_t& lot_;
  std::vector<Chosen> chosen_;
  size_t at_ = 0;
  bool drawn_ = false;
};

}  // namespace

LotItem::Line LotItem::Line::copy_of(std::string_view text) {
  const auto copy = std::make_shared<const std::string>(text);
  return {.text = *copy, .problem = {}, .held = copy};
}

bool LotBatch::full(size_t most_items) const {
  return items.size() >= most_items || bytes >= kMostBatchBytes;
}

std::unique_ptr<LotSource> record_source(int fd, std::string path, bool digests,
                                         std::stop_token stop) {
  const auto from = std::make_shared<Descriptor>(fd, std::move(path), std::move(stop));
  return std::make_unique<RecordSource>(
      RecordInput{.read = [from](std::span<uint8_t> to) { return from->read(to); },
                  .waiting = [from] { return from->waiting(); },
                  .may_be_one = false},
      digests, std::string());
}

std::unique_ptr<LotSource> record_file_source(std::string path, bool digests, std::string of) {
  const auto from = std::make_shared<Descriptor>(-1, std::move(path));
  return record_source([from](std::span<uint8_t> to) { return from->read(to); }, digests,
                       std::move(of));
}

std::unique_ptr<LotSource> record_source(ReadSome read, bool digests, std::string of) {
  return std::make_unique<RecordSource>(
      RecordInput{.read = std::move(read), .waiting = [] { return true; }, .may_be_one = true},
      digests, std::move(of));
}

bool holds_records(View bytes) {
  constexpr size_t kLinesTried = 8;  // the first of them may be broken
  std::string_view rest = text(bytes);
  for (size_t tried = 0; tried < kLinesTried && !rest.empty();) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const size_t from = line.find_first_not_of(" \t\r\xEF\xBB\xBF");
    if (from == std::string_view::npos) continue;
    const bool first = tried++ == 0;
    if (line[from] != '{' || line.size() > kMostLineBytes) continue;
    const auto record = parse_json(line.substr(from));
    if (record && record->is_object() &&
        (has_credentials(*record) || (first && is_device_json(*record))))
      return true;
  }
  return is_one_record(bytes);
}

std::unique_ptr<LotSource> lending(std::unique_ptr<LotSource> source,
                                   std::shared_ptr<const LotShared> shared) {
  return std::make_unique<Lending>(std::move(source), std::move(shared));
}
std::unique_ptr<LotSource> chained(std::vector<std::unique_ptr<LotSource>> sources) {
  return std::make_unique<Chain>(std::move(sources));
}
std::unique_ptr<LotSource> sampled(std::unique_ptr<LotSource> source, uint64_t size, uint64_t seed,
                                   uint64_t& lot) {
  return std::make_unique<Sampled>(std::move(source), size, seed, lot);
}

}  // namespace attest
