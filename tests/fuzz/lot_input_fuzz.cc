// Property: the lines of a stream are its text cut at line ends, whatever the pieces it comes in
// and whatever batches are still held; empty lines are none; and a break comes behind the lines
// before it.
#include <algorithm>
#include <deque>
#include <vector>

#include "lot/input.h"
#include "tests/fuzz/property.h"

using namespace attest;
using attest::test::must;

namespace {

struct Line {
  size_t number;
  std::string text;
};

// As the source is asked to do it, in the plainest way.
std::vector<Line> lines_of(std::string_view all) {
  std::vector<Line> out;
  for (size_t number = 1; !all.empty(); ++number) {
    std::string_view line = all.substr(0, all.find('\n'));
    all.remove_prefix(std::min(line.size() + 1, all.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.find_first_not_of(" \t") != std::string_view::npos)
      out.push_back({number, std::string(line)});
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  const size_t piece = 1 + data[0], held = data[1] % 8;
  const bool breaks = (data[2] & 1) != 0;
  // Repeated until it fills a few chunks.
  std::string all;
  const std::string_view one(reinterpret_cast<const char*>(data + 3), size - 3);
  for (int i = 0; i < 1 << (data[2] >> 1 & 7) && all.size() < 700'000; ++i) all += one;
  size_t at = 0;
  const auto source = record_source(
      [&](std::span<uint8_t> to) -> Result<size_t> {
        if (breaks && at == all.size()) return error("it broke");
        const size_t n = std::min({to.size(), all.size() - at, piece * piece});
        std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(at), n, to.begin());
        at += n;
        return n;
      },
      true, "stream");
  std::deque<LotBatch> batches;
  std::vector<Line> found;
  const auto take = [&] {
    for (const LotItem& item : batches.front().items) {
      const auto& line = std::get<LotItem::Line>(item.what);
      must(line.problem.empty(), "no line is too long");
      found.push_back(
          {item.name == "stream" ? 0 : std::stoul(item.name.substr(12)), std::string(line.text)});
    }
    batches.pop_front();
  };
  for (bool more = true; more;) {
    LotBatch batch;
    const auto got = source->next(batch);
    more = got && *got;
    must(got || breaks, "only what breaks is an error");
    batches.push_back(std::move(batch));
    while (batches.size() > (more ? held : 0)) take();
  }
  if (found.size() == 1 && found[0].number == 0) {  // one record over many lines
    must(found[0].text == all, "one record is the whole text");
    return 0;
  }
  std::vector<Line> expected = lines_of(all);
  if (breaks && !all.empty() && all.back() != '\n' && !expected.empty() &&
      found.size() + 1 == expected.size())
    expected.pop_back();  // not known to be whole
  must(found.size() == expected.size(), "as many lines as there are");
  for (size_t i = 0; i < found.size(); ++i)
    must(found[i].number == expected[i].number && found[i].text == expected[i].text,
         "each line as it was written");
  return 0;
}
