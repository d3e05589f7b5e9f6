// LotLines: the lines of a lot while it is judged, for who follows it from an address of its own.
// The library for HTTP cannot send them along with the request that brings the records: an answer
// that is queued before a request ended is refused, or ends the reading of it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "serve/http/front.h"
#include "serve/judge/wire.h"

namespace attest::serve {

class LotLines {
 public:
  // Of a file that a judge writes to. An error: it cannot be had a second time.
  static Result<std::shared_ptr<LotLines>> of(int file);
  void grown();
  // There are no more. Where it did not end well, a line says so in place of the lot's own. The
  // first end counts.
  void end(const Answer& answer);

  // As of Growing.
  std::optional<size_t> read(uint64_t offset, std::span<char> into) const;
  // `wake` is called whenever there is more. Nullopt: as many follow as may.
  std::optional<uint64_t> follow(std::function<void()> wake);
  void leave(uint64_t follower);

 private:
  static constexpr size_t kMostFollowers = 8;
  explicit LotLines(Handle file) : file_(std::move(file)) {}
  void wake_all();
  const Handle file_;
  mutable std::mutex mutex_;
  bool over_ = false;
  std::string last_;
  uint64_t next_ = 0;
  std::map<uint64_t, std::function<void()>> followers_;
};

// One who follows, as an answer.
class LotFollower final : public Growing {
 public:
  // Null: as many follow as may.
  static std::shared_ptr<LotFollower> of(std::shared_ptr<LotLines> lines,
                                         std::function<void()> wake);
  ~LotFollower() override { lines_->leave(number_); }
  std::optional<size_t> read(uint64_t offset, std::span<char> into) override {
    return lines_->read(offset, into);
  }

 private:
  LotFollower(std::shared_ptr<LotLines> lines, uint64_t number)
      : lines_(std::move(lines)), number_(number) {}
  std::shared_ptr<LotLines> lines_;
  uint64_t number_;
};

// The lots that are judged now under a name that whoever sends one gave it. Only the same user
// finds it.
class NamedLots {
 public:
  static bool is_name(std::string_view text);  // 16 to 64 letters, digits, '-' and '_'
  // False: a lot of this name is judged already.
  bool add(const std::string& name, const std::string& user, std::shared_ptr<LotLines> lines);
  void remove(const std::string& name);
  std::shared_ptr<LotLines> find(const std::string& name, const std::string& user) const;

 private:
  struct One {
    std::string user;
    std::shared_ptr<LotLines> lines;
  };
  mutable std::mutex mutex_;
  std::map<std::string, One> all_;
};

}  // namespace attest::serve
