// Intel HEX and Motorola S-records: text records with an address and a checksum each. TI-TXT and
// the hex files of Verilog: addresses on lines of their own, and bytes. The images that they
// describe go back to the readers under their device addresses.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/readers/containers/address_map.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/silabs/lock_bits.h"
#include "verifier/readers/vendors/nordic_uicr.h"

namespace attest {
namespace {

constexpr size_t kMostLine = 600;  // 255 data bytes and what stands around them

int nibble(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// The bytes that the digits stand for; false at anything else.
bool decode(View digits, Bytes& out) {
  out.clear();
  if (digits.size() % 2 != 0) return false;
  for (size_t i = 0; i < digits.size(); i += 2) {
    const int high = nibble(digits[i]), low = nibble(digits[i + 1]);
    if (high < 0 || low < 0) return false;
    out.push_back(static_cast<uint8_t>(high << 4 | low));
  }
  return true;
}

uint8_t sum(View v) {
  unsigned total = 0;
  for (const uint8_t b : v) total += b;
  return static_cast<uint8_t>(total);
}

// One line of the text after another, without its end and blanks around it.
class Lines {
 public:
  explicit Lines(View text) : text_(text) {}
  bool next() {
    if (at_ >= text_.size()) return false;
    begin = at_;
    const auto* end =
        static_cast<const uint8_t*>(std::memchr(text_.data() + at_, '\n', text_.size() - at_));
    const size_t stop = end == nullptr ? text_.size() : static_cast<size_t>(end - text_.data());
    line = text_.subspan(begin, stop - begin);
    at_ = stop + 1;
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t'))
      line = line.first(line.size() - 1);
    return true;
  }
  size_t begin = 0;  // of the line, in the text
  View line;

 private:
  View text_;
  size_t at_ = 0;
};

struct Problem {
  std::string what, problem;
};

// What a file of the format ends with, be it the file of another tool.
enum class End : uint8_t { always, not_always };

// A reader of records: what these formats share.
class Records {
 public:
  Records(const Source& source, Reading& reading, const char* format, End end = End::always)
      : source_(source), reading_(reading), format_(format), end_(end) {}
  virtual ~Records() = default;
  Result<void> read();

 protected:
  // Takes one record; nullopt when it is sound.
  virtual std::optional<Problem> take(View line) = 0;
  // Whether a line begins as records do.
  virtual bool is_begun(View line) const = 0;
  AddressMap map_;
  bool ended_ = false;
  bool counted_ = false;  // the last record counts those before it, and rightly: nothing is cut
                          // off, whatever else is missing

 private:
  const Source& source_;
  Reading& reading_;
  const char* format_;
  End end_;
};

// A comment, or what somebody wrote before the records and behind them. (A record of which
// characters were hit has digits, or begins as a record.)
bool is_remark(View line, bool among_records) {
  constexpr std::string_view kSigns = ";#/*";
  if (among_records && kSigns.find(static_cast<char>(line[0])) == std::string_view::npos)
    return false;
  const View rest = line.subspan(1);
  const auto others = static_cast<size_t>(
      std::count_if(rest.begin(), rest.end(), [](uint8_t c) { return nibble(c) < 0; }));
  return others * 4 > rest.size();
}

Result<void> Records::read() {
  size_t begun = 0, broken = 0;
  bool any = false;
  Problem problem;
  // Broken lines in a row are one problem.
  const auto end_run = [&] {
    if (broken == 0) return;
    if (broken > 1) problem.problem += fmt::format(" (and {} more lines)", broken - 1);
    reading_.device.damaged({.path = source_.path, .offset = source_.base + begun, .item = {}},
                            problem.what, problem.problem);
    broken = 0;
  };
  for (Lines lines(source_.bytes); lines.next();) {
    const View line = lines.line;
    if (line.empty() || (!is_begun(line) && is_remark(line, any && !ended_))) continue;
    any = true;
    auto found = ended_ ? std::optional(Problem{fmt::format("{} end", format_),
                                                "records follow the end record"})
                 : line.size() > kMostLine
                     ? std::optional(Problem{fmt::format("{} record", format_),
                                             "the line is longer than any record"})
                     : take(line);
    if (!found) {
      end_run();
      continue;
    }
    if (broken++ == 0) {
      begun = lines.begin;
      problem = std::move(*found);
    }
  }
  end_run();
  const bool whole = ended_ || counted_;
  if (!whole && end_ == End::always)
    reading_.device.note(
        Remark::truncated,
        {.path = source_.path, .offset = source_.base + source_.bytes.size(), .item = {}},
        fmt::format("the {} file has no end record", format_));
  say_uicr(map_, source_.path, reading_);
  say_lock_bits(map_, source_.path, reading_);
  uint64_t between = AddressMap::kMostBetween;
  const auto images = map_.join(
      [&](uint64_t address) {
        reading_.device.damaged(
            {.path = source_.path, .offset = {}, .item = fmt::format("0x{:08x}", address)},
            fmt::format("{} overlap", format_), "two records give different bytes for one address");
      },
      AddressMap::kNear, between);
  for (const AddressMap::Image& image : images) {
    Source inside = image_source(source_.path, image.address, image.bytes);
    // Where nothing says that the file is whole, it may be cut off as any file of bytes.
    inside.sparse = whole || end_ == End::always;
    if (const auto done = read_inside(inside, reading_); !done) return done;
  }
  return {};
}

class IntelHex : public Records {
 public:
  IntelHex(const Source& source, Reading& reading) : Records(source, reading, "intel hex") {}

 private:
  bool is_begun(View line) const override { return line[0] == ':'; }
  // ":" length, address (2), type, data, and a checksum that makes the sum zero.
  std::optional<Problem> take(View line) override {
    if (line[0] != ':' || !decode(line.subspan(1), bytes_) || bytes_.size() < 5 ||
        bytes_.size() != bytes_[0] + 5u)
      return Problem{"intel hex record", "expected ':', a length and as many bytes"};
    if (sum(bytes_) != 0)
      return Problem{"intel hex checksum",
                     fmt::format("expected 0x{:02x}, found 0x{:02x}",
                                 static_cast<uint8_t>(bytes_.back() - sum(bytes_)), bytes_.back())};
    const View data = View(bytes_).subspan(4, bytes_[0]);
    const uint16_t address = be16(bytes_, 1);
    switch (bytes_[3]) {
      case 0:
        add(address, data);
        return std::nullopt;
      case 1:
        ended_ = true;
        return std::nullopt;
      case 2:
      case 4:
        if (data.size() != 2) break;
        segment_ = bytes_[3] == 2;
        base_ = static_cast<uint64_t>(be16(data, 0)) << (segment_ ? 4 : 16);
        return std::nullopt;
      case 3:
      case 5:
        return std::nullopt;  // where execution starts
      default:
        break;
    }
    return Problem{"intel hex record",
                   fmt::format("type {} with {} bytes is none", bytes_[3], data.size())};
  }
  // Offsets wrap within 64 KiB under a segment base, within 4 GiB under a linear one.
  void add(uint16_t address, View data) {
    const size_t before =
        segment_ ? std::min<size_t>(data.size(), 0x10000u - address) : data.size();
    map_.add((base_ + address) & 0xFFFFFFFF, data.first(before));
    map_.add(base_, data.subspan(before));
  }

  Bytes bytes_;
  uint64_t base_ = 0;
  bool segment_ = false;
};

class SRecords : public Records {
 public:
  SRecords(const Source& source, Reading& reading) : Records(source, reading, "s-record") {}

 private:
  bool is_begun(View line) const override {
    const bool typed = line.size() > 1 && line[0] == 'S' && line[1] >= '0' && line[1] <= '9';
    return typed && std::find(line.begin(), line.end(), ' ') == line.end();
  }
  // "S", type, length, address (2, 3 or 4 by type), data, and a checksum that makes the sum FF.
  std::optional<Problem> take(View line) override {
    if (line.size() < 4 || line[0] != 'S' || line[1] < '0' || line[1] > '9' ||
        !decode(line.subspan(2), bytes_) || bytes_.size() < 3 || bytes_.size() != bytes_[0] + 1u)
      return Problem{"s-record record", "expected 'S', a type, a length and as many bytes"};
    if (sum(bytes_) != 0xFF)
      return Problem{
          "s-record checksum",
          fmt::format("expected 0x{:02x}, found 0x{:02x}",
                      static_cast<uint8_t>(bytes_.back() + 0xFF - sum(bytes_)), bytes_.back())};
    const int type = line[1] - '0';
    const size_t width = type == 0 || type == 1 || type == 5 || type == 9 ? 2
                         : type == 2 || type == 6 || type == 8            ? 3
                                                                          : 4;
    if (type == 4 || bytes_.size() < 2 + width)
      return Problem{"s-record record",
                     fmt::format("type S{} with {} bytes is none", type, bytes_.size())};
    uint64_t address = 0;
    for (size_t i = 0; i < width; ++i) address = address << 8 | bytes_[1 + i];
    if (type >= 1 && type <= 3) {
      map_.add(address, View(bytes_).subspan(1 + width, bytes_.size() - 2 - width));
      ++records_;
      counted_ = false;
    } else if (type == 5 || type == 6) {
      if (address != (records_ & (type == 5 ? 0xFFFFu : 0xFFFFFFu)))
        return Problem{"s-record count",
                       fmt::format("expected {} data records, found {}", address, records_)};
      counted_ = records_ > 0;
    } else if (type >= 7) {
      ended_ = true;
    }
    return std::nullopt;
  }

  Bytes bytes_;
  uint64_t records_ = 0;
};

// "@F000" and behind it lines of bytes, "31 40 00 03": TI-TXT, which ends with "q", and what
// objcopy writes for Verilog, which ends as it ends.
constexpr const char* kAddressedBytes = "ti-txt or verilog";
class AddressedBytes : public Records {
 public:
  AddressedBytes(const Source& source, Reading& reading)
      : Records(source, reading, kAddressedBytes, End::not_always) {}
  static std::optional<uint64_t> address_of(View line) {
    constexpr size_t kMostDigits = 8;
    if (line.size() < 2 || line.size() > kMostDigits + 1 || line[0] != '@') return std::nullopt;
    uint64_t out = 0;
    for (const uint8_t c : line.subspan(1)) {
      if (nibble(c) < 0) return std::nullopt;
      out = out << 4 | static_cast<uint64_t>(nibble(c));
    }
    return out;
  }
  static bool bytes_of(View line, Bytes& out) {
    out.clear();
    for (size_t at = 0; at < line.size(); ++at) {
      if (line[at] == ' ') continue;
      const bool two = at + 1 < line.size() && (at + 2 == line.size() || line[at + 2] == ' ');
      if (!two || nibble(line[at]) < 0 || nibble(line[at + 1]) < 0) return false;
      out.push_back(static_cast<uint8_t>(nibble(line[at]) << 4 | nibble(line[at + 1])));
      ++at;
    }
    return !out.empty();
  }

 private:
  bool is_begun(View line) const override { return line[0] == '@'; }
  std::optional<Problem> take(View line) override {
    if (const auto address = address_of(line)) {
      at_ = *address;
    } else if (bytes_of(line, bytes_)) {
      map_.add(at_, bytes_);
      at_ += bytes_.size();
    } else if (line.size() == 1 && (line[0] == 'q' || line[0] == 'Q')) {
      ended_ = true;
    } else {
      return Problem{fmt::format("{} line", kAddressedBytes),
                     "expected '@' and an address, bytes in hex, or 'q'"};
    }
    return std::nullopt;
  }

  Bytes bytes_;
  uint64_t at_ = 0;
};

// A sound record among the first lines, and nothing before it that is no record.
template <class IsRecord>
bool begins_with_records(View v, IsRecord is_record) {
  int seen = 0;
  for (Lines lines(v.first(std::min<size_t>(v.size(), 8 * kMostLine))); seen < 4 && lines.next();) {
    if (lines.line.empty()) continue;
    if (lines.line.size() > kMostLine) return false;
    ++seen;
    if (is_record(lines.line)) return true;
  }
  return false;
}

bool recognises_intel_hex(const Source& s) {
  return begins_with_records(s.bytes, [](View line) {
    Bytes bytes;
    return line[0] == ':' && decode(line.subspan(1), bytes) && bytes.size() >= 5 &&
           bytes.size() == bytes[0] + 5u && sum(bytes) == 0;
  });
}
bool recognises_s_record(const Source& s) {
  return begins_with_records(s.bytes, [](View line) {
    Bytes bytes;
    return line.size() >= 10 && line[0] == 'S' && line[1] >= '0' && line[1] <= '9' &&
           decode(line.subspan(2), bytes) && bytes.size() == bytes[0] + 1u && sum(bytes) == 0xFF;
  });
}

// An address, and bytes on the line behind it.
bool recognises_addressed_bytes(const Source& s) {
  Bytes bytes;
  Lines lines(s.bytes.first(std::min<size_t>(s.bytes.size(), 4 * kMostLine)));
  return lines.next() && AddressedBytes::address_of(lines.line) && lines.next() &&
         AddressedBytes::bytes_of(lines.line, bytes);
}

}  // namespace

const Reader ti_txt_reader{
    .kind = "raw",
    .expects = "TI-TXT",
    .content = Content::text,
    .recognises = recognises_addressed_bytes,
    .read = [](const Source& s, Reading& reading) { return AddressedBytes(s, reading).read(); }};
const Reader intel_hex_reader{
    .kind = "intel-hex",
    .expects = "Intel HEX",
    .content = Content::text,
    .recognises = recognises_intel_hex,
    .read = [](const Source& s, Reading& reading) { return IntelHex(s, reading).read(); }};
const Reader s_record_reader{
    .kind = "s-record",
    .expects = "S-records",
    .content = Content::text,
    .recognises = recognises_s_record,
    .read = [](const Source& s, Reading& reading) { return SRecords(s, reading).read(); }};

}  // namespace attest
