#include "verifier/readers/silabs/silabs_nvm3.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>

namespace attest {
namespace {

constexpr uint32_t kMagic = 0xB29A0001, kErasedWord = 0xFFFFFFFF;
constexpr size_t kGrid = 512, kPageHeader = 20;
constexpr uint32_t kCountMask = (1u << 27) - 1, kLengthMask = (1u << 26) - 1;

enum Type : uint32_t {
  kLarge = 0,
  kLargeCounter = 1,
  kSmallCounter = 2,
  kDeleted = 3,
  kFirstSmall = 7
};
enum Fragment : uint32_t { kWhole = 0, kFirst = 1, kNext = 2, kLast = 3 };

uint32_t zeros(uint32_t word, uint32_t mask) {
  return static_cast<uint32_t>(std::popcount(~word & mask));
}
// A Berger code counts the zeros: bits that only fall (as flash bits do) never give another valid
// word.
bool berger(uint32_t word) {
  return word >> 27 == zeros(word, kCountMask);
}
bool all_ff(View v) {
  return std::all_of(v.begin(), v.end(), [](uint8_t b) { return b == 0xFF; });
}

struct Page {
  size_t at = 0, size = 0;
  uint32_t erase_count = 0;
  uint32_t state = 0;
  bool encrypted = false;
};

struct Header {
  bool sound = false;
  uint32_t key = 0, type = 0, fragment = kWhole;
  size_t header = 4, length = 0;  // bytes
  size_t size() const { return header + (length + 3) / 4 * 4; }
};

// What the header's fields say, right or not; `sound` is its Berger code and a length that fits
// `room`.
Header header_at(View page, size_t at) {
  const uint32_t word = le32(page, at);
  Header h{.sound = false,
           .key = word >> 7 & 0xFFFFF,
           .type = word & 0x7F,
           .fragment = kWhole,
           .header = 4,
           .length = 0};
  const size_t room = page.size() - at;
  if (h.type == kLarge || h.type == kLargeCounter) {
    h.header = 8;
    if (room < 8) return h;
    const uint32_t second = le32(page, at + 4);
    h.fragment = word >> 27 & 3;
    h.length = second & kLengthMask;
    h.sound =
        word >> 29 == 7 && second >> 26 == zeros(word, 0xFFFFFFFF) + zeros(second, kLengthMask);
  } else {
    h.length = h.type >= kFirstSmall ? h.type - kFirstSmall : h.type == kSmallCounter ? 4 : 0;
    h.sound =
        berger(word) && (h.type >= kFirstSmall || h.type == kSmallCounter || h.type == kDeleted);
  }
  if (h.size() > room) h.sound = false;
  return h;
}

class Store {
 public:
  Store(View image, Nvm3& out) : image_(image), out_(out) {}
  void run();

 private:
  void damaged(size_t at, std::string item, const char* what, std::string problem) {
    out_.problems.push_back({.place = {.path = {}, .offset = at, .item = std::move(item)},
                             .what = what,
                             .problem = std::move(problem)});
  }
  void find_pages();
  void judge_gaps();
  void walk(const Page& page);
  static size_t resume(View page, size_t used, size_t at, const Header& broken);
  void take(const Header& h, View data, size_t at);

  View image_;
  Nvm3& out_;
  std::vector<Page> pages_;
  struct Pending {
    Bytes data;
    size_t offset = 0;
  };
  std::map<uint32_t, Nvm3Object> objects_;
  std::map<uint32_t, Pending> pending_;
};

void Store::find_pages() {
  std::map<size_t, size_t> sizes;
  for (size_t at = 0; at + kPageHeader <= image_.size();) {
    if (le32(image_, at) != kMagic) {
      at += kGrid;
      continue;
    }
    const uint32_t count = le32(image_, at + 4), inverted = le32(image_, at + 8),
                   last = le32(image_, at + 16);
    const bool first_right = berger(count), second_right = berger(inverted);
    if (!first_right && !second_right) {
      damaged(at, "page", "nvm3 page header",
              "both erase counters have a wrong Berger code: nothing in the page is believed");
      at += kGrid;
      continue;
    }
    const bool agree = (count & kCountMask) == (~inverted & kCountMask);
    if (!first_right || !second_right || !agree)
      damaged(at, "page", "nvm3 page header",
              !agree && first_right && second_right ? "the two erase counters differ"
                                                    : "one erase counter has a wrong Berger code");
    Page page{.at = at,
              .size = kGrid << (last >> 13 & 7),
              .erase_count = first_right ? count & kCountMask : ~inverted & kCountMask,
              .state = le32(image_, at + 12),
              .encrypted = (last >> 16) != 0xFFFF};
    ++sizes[page.size];
    pages_.push_back(page);
    at += kGrid;
  }
  if (pages_.empty()) return;
  // Nothing guards the size within one header: what most pages say holds.
  const size_t size =
      std::max_element(sizes.begin(), sizes.end(), [](const auto& a, const auto& b) {
        return a.second < b.second;
      })->first;
  // Within a page, what looks like a header is data.
  size_t end = 0;
  std::erase_if(pages_, [&](const Page& page) {
    if (page.at < end) return true;
    end = page.at + size;
    return false;
  });
  for (Page& page : pages_) {
    if (page.size == size) continue;
    damaged(
        page.at, "page", "nvm3 page header",
        fmt::format("expected a page of {} bytes as the others are, found {}", size, page.size));
    page.size = size;
  }
  out_.page_size = size;
  out_.begin = pages_.front().at;
  out_.end = std::min(pages_.back().at + size, image_.size());
  out_.truncated = pages_.back().at + size > image_.size();
}

// Between two pages of one region, and beside it, stands another page: one without its magic is
// damaged.
void Store::judge_gaps() {
  const size_t size = out_.page_size;
  const auto judge = [&](size_t at, bool surely) {
    if (at + kPageHeader > image_.size() || all_ff(image_.subspan(at, kPageHeader))) return;
    if (surely || (berger(le32(image_, at + 4)) && berger(le32(image_, at + 8)) &&
                   (le32(image_, at + 4) & kCountMask) == (~le32(image_, at + 8) & kCountMask)))
      damaged(at, "page", "nvm3 page header",
              fmt::format("expected 0x{:08x}, found 0x{:08x}", kMagic, le32(image_, at)));
  };
  if (pages_.front().at >= size) judge(pages_.front().at - size, false);
  for (size_t i = 1; i < pages_.size(); ++i) {
    const size_t from = pages_[i - 1].at + size, to = pages_[i].at;
    if (to < from || to - from > 4 * size || (to - from) % size != 0) continue;
    for (size_t at = from; at < to; at += size) {
      if (le32(image_, at) != kMagic) judge(at, true);
    }
  }
  judge(pages_.back().at + size, false);
}

// Where to go on behind a broken header: where its own length leads, if a header (or the end)
// stands there; else at the next place from which three headers in a row, or all to the end, are
// sound. Behind `used` the page is erased.
size_t Store::resume(View page, size_t used, size_t at, const Header& broken) {
  const auto good = [&](size_t next) {
    return next + 4 > page.size() || le32(page, next) == kErasedWord || header_at(page, next).sound;
  };
  if (broken.size() <= page.size() - at && good(at + broken.size())) return at + broken.size();
  for (size_t next = at + 4; next + 4 <= page.size(); next += 4) {
    size_t cursor = next;
    int steps = 0;
    while (steps < 3 && cursor + 4 <= page.size() && le32(page, cursor) != kErasedWord) {
      const Header h = header_at(page, cursor);
      if (!h.sound) break;
      cursor += h.size();
      ++steps;
    }
    const bool ended = cursor + 4 > page.size() || le32(page, cursor) == kErasedWord;
    if (steps == 3 || (steps > 0 && ended)) return next;
    if (steps == 0 && ended && next >= used) return next;
  }
  return page.size();
}

void Store::take(const Header& h, View data, size_t at) {
  switch (h.type) {
    case kDeleted:
      objects_.erase(h.key);
      pending_.erase(h.key);
      return;
    case kSmallCounter:
    case kLargeCounter:
      return;  // not used for factory data
    default:
      break;
  }
  const std::string item = fmt::format("key 0x{:05X}", h.key);
  if (h.type == kLarge && h.fragment != kWhole) {
    if (h.fragment == kFirst) {
      pending_[h.key] = {.data = to_bytes(data), .offset = at};
      return;
    }
    const auto begun = pending_.find(h.key);
    if (begun == pending_.end()) {
      damaged(at, item, "nvm3 fragment", "a later fragment without the first");
      objects_.erase(h.key);
      return;
    }
    begun->second.data.insert(begun->second.data.end(), data.begin(), data.end());
    if (h.fragment == kLast) {
      objects_[h.key] = {
          .key = h.key, .data = std::move(begun->second.data), .offset = begun->second.offset};
      pending_.erase(begun);
    }
    return;
  }
  pending_.erase(h.key);
  objects_[h.key] = {.key = h.key, .data = to_bytes(data), .offset = at};
}

void Store::walk(const Page& page) {
  const View bytes = image_.subspan(page.at, std::min(page.size, image_.size() - page.at));
  size_t used = bytes.size();
  while (used != 0 && bytes[used - 1] == 0xFF) --used;
  for (size_t at = kPageHeader; at + 4 <= bytes.size();) {
    if (le32(bytes, at) == kErasedWord) {
      if (at < used) {
        damaged(page.at + at, "", "nvm3 object header",
                "the header is erased, and yet data follow");
        Header erased;
        erased.length = bytes.size();  // leads nowhere
        at = resume(bytes, used, at, erased);
        continue;
      }
      return;
    }
    const Header h = header_at(bytes, at);
    if (h.sound) {
      take(h, bytes.subspan(at + h.header, h.length), page.at + at);
      at += h.size();
      continue;
    }
    damaged(page.at + at, fmt::format("key 0x{:05X}", h.key), "nvm3 object header",
            "the Berger code or the length is wrong: the object is not believed");
    at = resume(bytes, used, at, h);
  }
}

void Store::run() {
  find_pages();
  if (pages_.empty()) return;
  judge_gaps();
  // The page written last has the highest erase count, and of equal ones stands last: the ring runs
  // upwards.
  std::sort(pages_.begin(), pages_.end(), [](const Page& a, const Page& b) {
    return std::pair(a.erase_count, a.at) < std::pair(b.erase_count, b.at);
  });
  for (const Page& page : pages_) {
    const uint32_t pending = page.state & 0xFFFF;
    if (page.state >> 16 != 0xFFFF) {
      damaged(page.at, "page", "nvm3 page state",
              fmt::format("the page is marked bad (0x{:08x})", page.state));
      continue;
    }
    if (pending == 0xA5A5) continue;  // its objects were copied to a newer page
    if (pending != 0xFFFF)
      damaged(page.at, "page", "nvm3 page state",
              fmt::format("expected good or erase pending, found 0x{:08x}", page.state));
    if (page.encrypted)
      out_.encrypted = true;
    else
      walk(page);
  }
  for (const auto& [key, begun] : pending_) {
    damaged(begun.offset, fmt::format("key 0x{:05X}", key), "nvm3 fragment",
            "the last fragment is missing");
    objects_.erase(key);
  }
  for (auto& [key, object] : objects_) out_.objects.push_back(std::move(object));
}

}  // namespace

const Nvm3Object* Nvm3::find(uint32_t key) const {
  const auto at = std::find_if(objects.begin(), objects.end(),
                               [&](const Nvm3Object& o) { return o.key == key; });
  return at == objects.end() ? nullptr : &*at;
}

bool has_nvm3(View image) {
  for (size_t at = 0; at + kPageHeader <= image.size(); at += kGrid) {
    if (le32(image, at) == kMagic && (berger(le32(image, at + 4)) || berger(le32(image, at + 8))))
      return true;
  }
  return false;
}

Nvm3 parse_nvm3(View image) {
  Nvm3 out;
  Store(image, out).run();
  return out;
}

}  // namespace attest
