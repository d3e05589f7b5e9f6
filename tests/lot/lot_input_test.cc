// Lines of NDJSON as a lot takes them from a descriptor: whole, in order, and theirs for as long as
// somebody holds them.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <random>
#include <thread>

#include "lot/input.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest;

namespace {

// Many short lines, some that do not fit what is read at once, some near the longest and one beyond
// it.
std::vector<std::string> lines() {
  std::vector<std::string> out;
  std::mt19937 random(11);
  for (size_t i = 0; i < 4'000; ++i) {
    size_t size = 1 + random() % 3'000;
    if (i % 400 == 7) size = 100'000 + random() % 500'000;
    if (i == 1'000 || i == 1'001) size = kMostLineBytes;
    if (i == 2'000) size = kMostLineBytes + 1;
    out.emplace_back(size, static_cast<char>('a' + i % 26));
    out.back().replace(0, std::min(size, std::to_string(i).size()),
                       std::to_string(i).substr(0, size));
  }
  return out;
}

struct Pipe {
  int ends[2] = {-1, -1};
  std::thread writer;
  explicit Pipe(const std::vector<std::string>& lines) {
    REQUIRE(::pipe(ends) == 0);
    writer = std::thread([this, &lines] {
      for (const std::string& line : lines) {
        const std::string whole = line + "\n";
        for (size_t at = 0; at < whole.size();) {
          const ssize_t n = ::write(ends[1], whole.data() + at, whole.size() - at);
          if (n <= 0) break;
          at += static_cast<size_t>(n);
        }
      }
      ::close(ends[1]);
    });
  }
  ~Pipe() { writer.join(); }
};

size_t check(const LotBatch& batch, const std::vector<std::string>& expected, size_t from) {
  for (const LotItem& item : batch.items) {
    const auto& line = std::get<LotItem::Line>(item.what);
    const std::string& was = expected[from];
    ++from;
    CHECK(item.name == "line " + std::to_string(from));
    if (was.size() > kMostLineBytes) {
      CHECK(line.problem == "expected a line of at most 1048576 bytes, found 1048577");
    } else {
      CHECK(line.problem.empty());
      CHECK_MESSAGE(line.text == was, "line " << from << " is not what was written");
    }
  }
  return from;
}

}  // namespace

TEST_CASE(
    "lot input: lines stay as they were while others are read, however many batches are held") {
  const std::vector<std::string> expected = lines();
  for (const size_t held : {1u, 2u, 6u}) {
    CAPTURE(held);
    const Pipe pipe(expected);
    const auto source = record_source(pipe.ends[0], "pipe", false);
    std::deque<LotBatch> batches;
    size_t checked = 0;
    for (;;) {
      LotBatch batch;
      const auto more = source->next(batch);
      REQUIRE(more);
      if (*more) batches.push_back(std::move(batch));
      while (batches.size() > (*more ? held - 1 : 0)) {
        checked = check(batches.front(), expected, checked);
        batches.pop_front();
      }
      if (!*more) break;
    }
    CHECK(checked == expected.size());
  }
}

TEST_CASE("lot input: a sample holds its own lines, and not what they were read with") {
  const std::vector<std::string> expected = lines();
  const Pipe pipe(expected);
  uint64_t all = 0;
  const auto source = sampled(record_source(pipe.ends[0], "pipe", false), 50, 3, all);
  size_t seen = 0;
  for (;;) {
    LotBatch batch;
    const auto more = source->next(batch);
    REQUIRE(more);
    if (!*more) break;
    for (const LotItem& item : batch.items) {
      const auto& line = std::get<LotItem::Line>(item.what);
      CHECK(line.text == expected[std::stoul(item.name.substr(5)) - 1]);
      CHECK(line.held.use_count() == 1);
      ++seen;
    }
  }
  CHECK(seen == 50);
  CHECK(all == expected.size());
}
