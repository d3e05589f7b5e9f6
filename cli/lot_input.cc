#include "cli/lot_input.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "verifier/json.h"
#include "verifier/lot/sample.h"
#include "verifier/readers/device_json.h"
#include "verifier/siphash.h"

namespace attest::cli {
namespace {

constexpr size_t kMostBatchBytes = 1u << 20;
constexpr size_t kReadBytes = 256u << 10;

// Lines as they arrive. While more is waiting a batch fills up; as soon as nothing is, what is there is handed over.
class RecordSource final : public LotSource {
 public:
  RecordSource(int fd, std::string path, bool digests) : fd_(fd), path_(std::move(path)), digests_(digests) {}
  ~RecordSource() override {
    if (fd_ != STDIN_FILENO) ::close(fd_);
  }

  Result<bool> next(LotBatch& batch) override {
    for (;;) {
      take_lines(batch);
      if (batch.full(kMostItems)) return true;
      if (ended_) {
        take_last(batch);
        return !batch.items.empty();
      }
      if (!batch.items.empty() && !waiting()) return true;
      if (auto done = read_more(); !done) return tl::unexpected(done.error());
    }
  }

 private:
  static constexpr size_t kMostItems = 256;

  bool waiting() const {
    pollfd one{.fd = fd_, .events = POLLIN, .revents = 0};
    return ::poll(&one, 1, 0) > 0;
  }

  tl::expected<void, Error> read_more() {
    buffer_.erase(0, at_);
    searched_ -= at_;
    at_ = 0;
    ssize_t n = 0;
    do {
      n = ::read(fd_, piece_.data(), piece_.size());
    } while (n < 0 && errno == EINTR);
    if (n > 0) buffer_.append(piece_.data(), static_cast<size_t>(n));
    if (n < 0) return error(fmt::format("{}: expected lines of NDJSON, found {}", path_, std::strerror(errno)));
    ended_ = n == 0;
    return {};
  }

  void take_lines(LotBatch& batch) {
    while (!batch.full(kMostItems)) {
      const size_t end = buffer_.find('\n', searched_);
      if (end == std::string::npos) {
        searched_ = buffer_.size();
        // What is too long is not kept; its verdict comes when it ends.
        if (buffer_.size() - at_ > kMostLineBytes) {
          dropped_ += buffer_.size() - at_;
          at_ = searched_;
        }
        return;
      }
      add(std::string_view(buffer_).substr(at_, end - at_), batch);
      at_ = searched_ = end + 1;
    }
  }
  void take_last(LotBatch& batch) {
    if (at_ < buffer_.size() || dropped_ > 0) add(std::string_view(buffer_).substr(at_), batch);
    at_ = searched_ = buffer_.size();
  }

  void add(std::string_view line, LotBatch& batch) {
    ++number_;
    const size_t size = line.size() + std::exchange(dropped_, 0);
    if (line.ends_with('\r')) line.remove_suffix(1);
    LotItem::Line out;
    if (size > kMostLineBytes) {
      out.problem = fmt::format("expected a line of at most {} bytes, found {}", kMostLineBytes, size);
    } else if (line.find_first_not_of(" \t") == std::string_view::npos) {
      return;
    } else {
      out.text = line;
    }
    batch.bytes += out.text.size();
    if (batch.items.empty()) batch.items.reserve(kMostItems);
    batch.items.push_back({.name = "line " + std::to_string(number_), .input = digests_ ? siphash(SipKey{}, view(line)) : 0, .what = std::move(out)});
  }

  int fd_;
  std::string path_, buffer_;
  std::vector<char> piece_ = std::vector<char>(kReadBytes);
  const bool digests_;
  size_t at_ = 0, searched_ = 0, dropped_ = 0;
  uint64_t number_ = 0;
  bool ended_ = false;
};

class Chain final : public LotSource {
 public:
  explicit Chain(std::vector<std::unique_ptr<LotSource>> sources) : sources_(std::move(sources)) {}
  Result<bool> next(LotBatch& batch) override {
    for (; at_ < sources_.size(); ++at_) {
      auto more = sources_[at_]->next(batch);
      if (!more || *more) return more;
    }
    return false;
  }
  std::optional<uint64_t> size() const override {
    uint64_t sum = 0;
    for (const auto& source : sources_) {
      const auto one = source->size();
      if (!one) return std::nullopt;
      sum += *one;
    }
    return sum;
  }

 private:
  std::vector<std::unique_ptr<LotSource>> sources_;
  size_t at_ = 0;
};

class Sampled final : public LotSource {
 public:
  Sampled(std::unique_ptr<LotSource> source, uint64_t size, uint64_t seed, uint64_t& lot) : source_(std::move(source)), most_(size), seed_(seed), lot_(lot) {}

  Result<bool> next(LotBatch& batch) override {
    if (!drawn_) {
      if (auto done = draw(); !done) return tl::unexpected(done.error());
    }
    while (at_ < chosen_.size() && !batch.full(kMostItems)) batch.items.push_back(std::move(chosen_[at_++].item));
    return !batch.items.empty();
  }
  std::optional<uint64_t> size() const override {
    const auto all = source_->size();
    return all ? std::optional<uint64_t>(std::min(*all, most_)) : std::nullopt;
  }

 private:
  static constexpr size_t kMostItems = 64;
  struct Chosen {
    uint64_t rank, place;
    LotItem item;
  };
  static bool before(const Chosen& a, const Chosen& b) { return a.rank != b.rank ? a.rank < b.rank : a.place < b.place; }

  // The devices with the smallest ranks: a heap whose top is the one that has to go next.
  tl::expected<void, Error> draw() {
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
        chosen_.push_back(std::move(one));
        std::push_heap(chosen_.begin(), chosen_.end(), before);
      }
    }
    std::sort(chosen_.begin(), chosen_.end(), [](const Chosen& a, const Chosen& b) { return a.place < b.place; });
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

bool LotBatch::full(size_t most_items) const { return items.size() >= most_items || bytes >= kMostBatchBytes; }

std::unique_ptr<LotSource> record_source(int fd, std::string path, bool digests) { return std::make_unique<RecordSource>(fd, std::move(path), digests); }

Result<std::unique_ptr<LotSource>> record_file_source(const std::string& path, bool digests) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return error(fmt::format("{}: expected a readable file, found {}", path, std::strerror(errno)));
  return record_source(fd, path, digests);
}

bool holds_records(View bytes) {
  const std::string_view all = text(bytes);
  const size_t from = all.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (from == std::string_view::npos || all[from] != '{') return false;
  const std::string_view line = all.substr(from, std::min(all.find('\n', from), all.size()) - from);
  if (line.size() > kMostLineBytes) return false;
  const auto first = parse_json(line);
  if (!first || !first->is_object()) return false;
  const bool credentials = first->find("dac") != nullptr || first->find("pai") != nullptr || first->find("cd") != nullptr;
  return credentials || is_device_json(*first);
}

std::unique_ptr<LotSource> chained(std::vector<std::unique_ptr<LotSource>> sources) { return std::make_unique<Chain>(std::move(sources)); }
std::unique_ptr<LotSource> sampled(std::unique_ptr<LotSource> source, uint64_t size, uint64_t seed, uint64_t& lot) {
  return std::make_unique<Sampled>(std::move(source), size, seed, lot);
}

}  // namespace attest::cli
