// ELF: the segments of a firmware file, each under the address at which the program sees it. Layout
// after the System V ABI; both word sizes and byte orders.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/readers/containers/address_map.h"
#include "verifier/readers/containers/otherwise.h"
#include "verifier/readers/formats.h"

namespace attest {
namespace {

constexpr size_t kMostHeaders = 1024, kLeastImage = 16;
constexpr uint32_t kLoad = 1, kProgbits = 1;
constexpr uint64_t kAlloc = 2;

struct Part {
  uint64_t address = 0, offset = 0, size = 0;
  uint64_t header = 0;  // where the file says so
};

class Elf {
 public:
  explicit Elf(View v) : v_(v), wide_(v[4] == 2), big_(v[5] == 2) {}
  bool headers_fit() const { return v_.size() >= (wide_ ? 64u : 52u); }
  std::vector<Part> segments(std::vector<Error>& problems) const;
  std::vector<Part> sections(std::vector<Error>& problems) const;

 private:
  uint64_t number(size_t at, size_t bytes) const {
    uint64_t out = 0;
    for (size_t i = 0; i < bytes; ++i)
      out |= static_cast<uint64_t>(v_[at + i]) << 8 * (big_ ? bytes - 1 - i : i);
    return out;
  }
  // Header `i` of a table; nullopt where it is not in the file.
  std::optional<size_t> entry(uint64_t table, uint64_t size, uint64_t i, uint64_t least) const {
    if (size < least || table > v_.size() || (v_.size() - table) / size <= i) return std::nullopt;
    return static_cast<size_t>(table + i * size);
  }
  // The first segment of a program often holds the file's own header: what follows it is handed on.
  // Bytes are handed on once, however many segments name them.
  void keep(std::vector<Part>& parts, Part part, std::vector<Error>& problems) const {
    const uint64_t header = wide_ ? 64 : 52;
    if (part.offset < header) {
      const uint64_t skip = std::min(header - part.offset, part.size);
      part = {.address = part.address + skip,
              .offset = part.offset + skip,
              .size = part.size - skip,
              .header = part.header};
    }
    if (part.size == 0) return;
    if (part.offset > v_.size() || part.size > v_.size() - part.offset) {
      problems.push_back(
          {.what = fmt::format("{} bytes at 0x{:x} are not in the file", part.size, part.offset),
           .offset = part.header});
      return;
    }
    const bool again = std::any_of(parts.begin(), parts.end(), [&](const Part& p) {
      return part.offset < p.offset + p.size && p.offset < part.offset + part.size;
    });
    if (part.size >= kLeastImage && !again) parts.push_back(part);
  }

  View v_;
  bool wide_, big_;
};

std::vector<Part> Elf::segments(std::vector<Error>& problems) const {
  std::vector<Part> parts;
  const uint64_t table = wide_ ? number(32, 8) : number(28, 4), size = number(wide_ ? 54 : 42, 2),
                 count = number(wide_ ? 56 : 44, 2);
  for (uint64_t i = 0; i < count && i < kMostHeaders; ++i) {
    const auto at = entry(table, size, i, wide_ ? 56 : 32);
    if (!at) {
      problems.push_back(
          {.what = "the program headers are not in the file", .offset = wide_ ? 32 : 28});
      break;
    }
    if (number(*at, 4) != kLoad) continue;
    if (wide_)
      keep(parts,
           {.address = number(*at + 16, 8),
            .offset = number(*at + 8, 8),
            .size = number(*at + 32, 8),
            .header = *at},
           problems);
    else
      keep(parts,
           {.address = number(*at + 8, 4),
            .offset = number(*at + 4, 4),
            .size = number(*at + 16, 4),
            .header = *at},
           problems);
  }
  return parts;
}

// Of an object file that was not linked yet.
std::vector<Part> Elf::sections(std::vector<Error>& problems) const {
  std::vector<Part> parts;
  const uint64_t table = wide_ ? number(40, 8) : number(32, 4), size = number(wide_ ? 58 : 46, 2),
                 count = number(wide_ ? 60 : 48, 2);
  for (uint64_t i = 0; i < count && i < kMostHeaders; ++i) {
    const auto at = entry(table, size, i, wide_ ? 64 : 40);
    if (!at) {
      problems.push_back(
          {.what = "the section headers are not in the file", .offset = wide_ ? 40 : 32});
      break;
    }
    const uint64_t flags = wide_ ? number(*at + 8, 8) : number(*at + 8, 4);
    if (number(*at + 4, 4) != kProgbits || (flags & kAlloc) == 0) continue;
    if (wide_)
      keep(parts,
           {.address = number(*at + 16, 8),
            .offset = number(*at + 24, 8),
            .size = number(*at + 32, 8),
            .header = *at},
           problems);
    else
      keep(parts,
           {.address = number(*at + 12, 4),
            .offset = number(*at + 16, 4),
            .size = number(*at + 20, 4),
            .header = *at},
           problems);
  }
  return parts;
}

bool recognises(const Source& s) {
  return s.bytes.size() > 16 && s.bytes[0] == 0x7F && text(s.bytes.subspan(1, 3)) == "ELF" &&
         (s.bytes[4] == 1 || s.bytes[4] == 2) && (s.bytes[5] == 1 || s.bytes[5] == 2);
}

Result<void> read(const Source& s, Reading& reading) {
  const Elf elf(s.bytes);
  if (!elf.headers_fit()) return error("the file ends within its header", s.bytes.size());
  std::vector<Error> problems;
  std::vector<Part> parts = elf.segments(problems);
  if (parts.empty()) parts = elf.sections(problems);
  if (parts.empty() && problems.empty())
    read_otherwise(s, elf_reader, "nothing in it describes a device", reading);
  for (const Error& problem : problems)
    reading.device.damaged(
        {.path = s.path, .offset = s.base + problem.offset.value_or(0), .item = {}}, "elf segment",
        problem.what);
  for (const Part& part : parts) {
    const View bytes =
        s.bytes.subspan(static_cast<size_t>(part.offset), static_cast<size_t>(part.size));
    if (const auto done = read_image(s.path, part.address, bytes, reading); !done) return done;
  }
  return {};
}

}  // namespace

const Reader elf_reader{.kind = "elf",
                        .expects = "an ELF file",
                        .content = Content::bytes,
                        .recognises = recognises,
                        .read = read};

}  // namespace attest
