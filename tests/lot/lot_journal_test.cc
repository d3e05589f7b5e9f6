// A journal gives back what was written into it, or nothing: whatever byte of it is changed.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "lot/journal.h"
#include "tests/support/folder.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest::test;

namespace {

struct File {
  Folder folder;
  std::string path = folder / "journal";
  void write(const std::string& content) const { folder.write("journal", content); }
};

JournalHead head() {
  JournalHead out;
  for (size_t i = 0; i < out.key.size(); ++i) out.key[i] = static_cast<uint8_t>(i * 7);
  out.at = Instant{1'780'000'000};
  out.options = 0x0123456789ABCDEF;
  return out;
}

std::vector<std::string> records() {
  std::vector<std::string> out;
  for (const Verdict verdict : {Verdict::reject, Verdict::approve, Verdict::undecided}) {
    DeviceLine line;
    line.result.name = "d" + std::to_string(out.size());
    line.result.verdict = verdict;
    if (verdict == Verdict::reject) line.result.failed = {"dac.signature-verifies"};
    line.input = out.size();
    out.push_back(write_line(line, LineForm::part));
  }
  return out;
}

// What a journal hands over; nullopt where it is refused.
std::optional<std::vector<std::string>> read_back(const File& file) {
  auto journal = LotJournal::open(file.path, head());
  if (!journal || journal->head().options != head().options) return std::nullopt;
  std::vector<std::string> out;
  const auto done = journal->replay(
      [&](const DeviceLine& line) { out.push_back(write_line(line, LineForm::part)); });
  if (!done) return std::nullopt;
  return out;
}

std::string written(const File& file) {
  std::filesystem::remove(file.path);
  auto journal = LotJournal::open(file.path, head());
  REQUIRE(journal.has_value());
  REQUIRE(journal->append(records()).has_value());
  const Bytes bytes = slurp(file.path);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("a journal of a lot: no byte of it can be another unseen") {
  const File file;
  const std::string whole = written(file);
  REQUIRE(read_back(file) == records());
  const auto all = records();
  size_t refused = 0;
  for (size_t i = 0; i < whole.size(); ++i) {
    // One bit a byte, another one each time.
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ (1 << i % 8));
    file.write(changed);
    const auto found = read_back(file);
    CAPTURE(i);
    if (!found) {
      ++refused;
      continue;
    }
    // A line's end that is gone cuts the journal there, as a lost machine does. The instant and
    // a head without records are the caller's to compare.
    CHECK(found->size() < all.size());
    CHECK(std::equal(found->begin(), found->end(), all.begin()));
  }
  CHECK(whole.size() > 500);
  CHECK(refused > whole.size() / 2);
}

TEST_CASE("a journal of a lot: gone on with, it is the one that was never cut") {
  const File file;
  const std::string whole = written(file);
  for (size_t cut = whole.find('\n') + 1; cut <= whole.size(); cut += 37) {
    file.write(whole.substr(0, cut));
    auto journal = LotJournal::open(file.path, head());
    REQUIRE(journal.has_value());
    size_t done = 0;
    REQUIRE(journal->replay([&](const DeviceLine&) { ++done; }).has_value());
    auto rest = records();
    rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(done));
    REQUIRE(journal->append(rest).has_value());
    const Bytes bytes = slurp(file.path);
    CHECK(std::string(bytes.begin(), bytes.end()) == whole);
  }
}
