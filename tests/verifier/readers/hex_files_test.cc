#include <fmt/format.h>

#include "tests/support/dump_builders.h"
#include "tests/support/support.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/reader.h"

using namespace attest;
using namespace attest::test;

namespace {

Reading read_text(const std::string& text) {
  Reading reading;
  const auto done = read_evidence({.path = "part.hex", .bytes = view(text)}, reading);
  CHECK_MESSAGE(done.has_value(), (done ? "" : done.error().what));
  return reading;
}

// A TI image: its pointers are right only under its own addresses.
constexpr uint64_t kBase = 0x4FF80;  // crosses a border of 64 KiB
Bytes image() {
  Bytes b = ti_image(0x40, ti_items());
  for (size_t i = 0; i < 17; ++i) put_le(b, 0x40 + i * 8 + 4, le32(b, 0x40 + i * 8 + 4) + kBase, 4);
  return b;
}

void put_be_or_le(Bytes& b, size_t at, uint64_t value, size_t bytes, bool big) {
  for (size_t i = 0; i < bytes; ++i)
    b[at + i] = static_cast<uint8_t>(value >> 8 * (big ? bytes - 1 - i : i));
}
// An ELF file of one loaded segment.
Bytes elf(bool wide, bool big, View segment, uint64_t address) {
  const size_t header = wide ? 64 : 52, entry = wide ? 56 : 32;
  Bytes b(header + entry, 0);
  write(b, 0,
        Bytes{0x7F, 'E', 'L', 'F', static_cast<uint8_t>(wide ? 2 : 1),
              static_cast<uint8_t>(big ? 2 : 1), 1});
  const auto put = [&](size_t at, uint64_t value, size_t bytes) {
    put_be_or_le(b, at, value, bytes, big);
  };
  put(wide ? 32 : 28, header, wide ? 8 : 4);
  put(wide ? 54 : 42, entry, 2);
  put(wide ? 56 : 44, 1, 2);
  put(header, 1, 4);
  put(header + (wide ? 8 : 4), b.size(), wide ? 8 : 4);
  put(header + (wide ? 16 : 8), address, wide ? 8 : 4);
  put(header + (wide ? 32 : 16), segment.size(), wide ? 8 : 4);
  add(b, segment);
  return b;
}

}  // namespace

TEST_CASE("hex files: images keep their device addresses") {
  const struct {
    const char* kind;
    std::string text;
  } rows[] = {{"intel-hex", intel_hex(kBase, image())}, {"s-record", s_records(kBase, image())}};
  for (const auto& row : rows) {
    CAPTURE(std::string(row.kind));
    const Reading r = read_text(row.text);
    REQUIRE(r.files.size() == 2);
    CHECK(r.files[0].kind == row.kind);
    CHECK(r.files[1].path == "part.hex!0x0004ff80");
    CHECK(r.files[1].kind == "ti-factory-data");
    CHECK(r.device.integrity.empty());
    CHECK(*r.device.string(FactId::serial_number) == "TI-SYN");
    CHECK(r.device.first(FactId::serial_number)->place.offset == kBase + 0x40 + 17 * 8);
  }
}

TEST_CASE(
    "hex files: broken records are problems at their place in the text, and the others are read") {
  const std::string hex = intel_hex(kBase, image()), srec = s_records(kBase, image());
  const size_t line = hex.find(':', 40), srec_line = srec.find('S', 10);
  const struct {
    const char* name;
    std::string text;
    const char* what;
    const char* words;
    std::optional<size_t> offset;
  } rows[] = {
      {"checksum",
       [&] {
         auto t = hex;
         t[line + 12] = t[line + 12] == '5' ? '6' : '5';
         return t;
       }(),
       "intel hex checksum", "expected 0x", line},
      {"no digits",
       [&] {
         auto t = hex;
         t[line + 12] = 'Z';
         return t;
       }(),
       "intel hex record", "expected ':'", line},
      {"a line cut",
       [&] {
         auto t = hex;
         t.erase(line + 12, 4);
         return t;
       }(),
       "intel hex record", "as many bytes", line},
      {"two lines in a row",
       [&] {
         auto t = hex;
         const size_t next = t.find(':', line + 1);
         t[line + 12] = t[next + 12] = 'Z';
         return t;
       }(),
       "intel hex record", "(and 1 more lines)", line},
      {"an unknown type", ":00000009F7\n" + hex, "intel hex record", "type 9", 0},
      {"records behind the end", hex + ":0100000055AA\n", "intel hex end", "follow the end record",
       hex.size()},
      {"overlap",
       ":0400000001020304F2\n:040000000102030"
       "5F1\n" +
           hex,
       "intel hex overlap", "different bytes", std::nullopt},
      {"checksum of an S-record",
       [&] {
         auto t = srec;
         t[srec_line + 14] = t[srec_line + 14] == '5' ? '6' : '5';
         return t;
       }(),
       "s-record checksum", "expected 0x", srec_line},
      {"a count that is wrong",
       [&] {
         auto t = srec;
         t.insert(t.find("S7"), "S5030001FB\n");
         return t;
       }(),
       "s-record count", "expected 1 data records", srec.find("S7")},
      {"type S4",
       [&] {
         auto t = srec;
         t.insert(0, "S5030000FC\nS4030000FC\n");
         return t;
       }(),
       "s-record record", "type S4", 11},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.name));
    const Reading r = read_text(row.text);
    REQUIRE(r.device.integrity.size() == 1);
    const IntegrityProblem& p = r.device.integrity[0];
    CHECK(p.what == std::string(row.what));
    CHECK_MESSAGE(p.problem.find(row.words) != std::string::npos, p.problem);
    if (row.offset) CHECK(p.place.offset == row.offset);
    CHECK(r.device.first(FactId::passcode) != nullptr);
  }
}

namespace {

std::string addressed_bytes(uint64_t address, View bytes, bool verilog = false) {
  std::string out = fmt::format("@{:04X}\r\n", address);
  for (size_t i = 0; i < bytes.size(); ++i)
    out += fmt::format("{:02X}{}", bytes[i], i % 16 == 15 ? "\r\n" : " ");
  return out + (verilog ? "\r\n" : "\r\nq\r\n");
}

}  // namespace

TEST_CASE("hex files: TI-TXT and Verilog's, at their addresses") {
  for (const bool verilog : {false, true}) {
    const Reading r = read_text(addressed_bytes(kBase, image(), verilog));
    REQUIRE(r.files.size() == 2);
    CHECK(r.files[0].kind == "raw");
    CHECK(r.files[1].path == "part.hex!0x0004ff80");
    CHECK(r.device.integrity.empty());
    CHECK_FALSE(r.device.noted(Remark::truncated));
    CHECK(*r.device.string(FactId::serial_number) == "TI-SYN");
  }
  std::string wrong = addressed_bytes(kBase, image());
  const size_t line = wrong.find('\n', wrong.find('\n') + 1) + 1;
  wrong.replace(wrong.find(' ', line), 1, "z");
  const Reading r = read_text(wrong);
  REQUIRE(r.device.integrity.size() == 1);
  CHECK(r.device.integrity[0].what == "ti-txt or verilog line");
  CHECK(r.device.integrity[0].place.offset == line);
  for (const char* other :
       {"@0000\n", "@xyz\nFF\n", "@123456789\nFF\n", "@home\nAA BB\n", "@12\nmany words\n"})
    CHECK_FALSE(ti_txt_reader.recognises({.path = "note.txt", .bytes = view(other)}));
}

TEST_CASE("hex files: without an end record the file is cut") {
  const std::string hex = intel_hex(kBase, image());
  const Reading r = read_text(hex.substr(0, hex.rfind(':')));
  CHECK(r.device.noted(Remark::truncated));
  CHECK(r.device.first(FactId::passcode) != nullptr);

  // A right count at the end of S-records shows the same as an end record.
  std::string srec = s_records(kBase, image());
  srec.erase(srec.rfind("S7"));
  CHECK(read_text(srec).device.noted(Remark::truncated));
  size_t records = 0;
  for (size_t at = 0; (at = srec.find("S3", at)) != std::string::npos; ++at)
    records += at == 0 || srec[at - 1] == '\n';
  CHECK(records < 0x10000);
  const unsigned low = records & 0xFF, high = records >> 8 & 0xFF;
  const std::string count =
      fmt::format("S503{:02X}{:02X}{:02X}\n", high, low, ~(3 + high + low) & 0xFF);
  CHECK_FALSE(read_text(srec + count).device.noted(Remark::truncated));
  CHECK(read_text(srec + count).device.integrity.empty());
  CHECK(read_text(srec + count + srec.substr(srec.rfind("S3"))).device.noted(Remark::truncated));
}

TEST_CASE("hex files: pieces near each other are one image, far ones are several") {
  const std::string near = intel_hex(kBase, image());
  std::string far = intel_hex(0x10000000, Bytes(64, 0x5A));
  far.erase(far.rfind(':'));
  CHECK(read_text(far + near).files.size() == 3);
  std::string close = intel_hex(0x10000, Bytes(64, 0x5A));
  close.erase(close.rfind(':'));
  const Reading r = read_text(close + near);
  REQUIRE(r.files.size() == 2);
  CHECK(r.files[1].size == kBase + image().size() - 0x10000);
  CHECK(r.device.first(FactId::passcode) != nullptr);
}

TEST_CASE("hex files: little pieces far from one another make no large image") {
  std::string far;
  for (uint64_t i = 0; i < 500; ++i) {
    far += intel_hex(i * 0x1FFF00, Bytes(16, 0x5A));
    far.erase(far.rfind(':'));
  }
  const Reading r = read_text(far + ":00000001FF\n");
  CHECK(r.device.integrity.empty());
  REQUIRE(r.files.size() > 2);
  uint64_t bytes = 0;
  for (size_t i = 1; i < r.files.size(); ++i) bytes += r.files[i].size;
  CHECK(bytes >= 500 * 16);
  CHECK(bytes <= (33u << 20));
}

TEST_CASE("elf: segments under their addresses, both sizes and orders") {
  for (int form = 0; form < 4; ++form) {
    CAPTURE(form);
    const Bytes file = elf((form & 1) != 0, (form & 2) != 0, image(), kBase);
    Reading r;
    REQUIRE(read_evidence({.path = "fw.elf", .bytes = file}, r).has_value());
    REQUIRE(r.files.size() == 2);
    CHECK(r.files[0].kind == "elf");
    CHECK(r.files[1].path == "fw.elf!0x0004ff80");
    CHECK(*r.device.string(FactId::serial_number) == "TI-SYN");
  }
  // A segment that begins with the header of the file itself.
  Bytes whole = elf(false, false, image(), kBase);
  put_le(whole, 52 + 4, 0, 4);
  put_le(whole, 52 + 8, kBase - 84, 4);
  put_le(whole, 52 + 16, whole.size(), 4);
  Reading from_header;
  REQUIRE(read_evidence({.path = "fw.elf", .bytes = whole}, from_header).has_value());
  REQUIRE(from_header.files.size() == 2);
  CHECK(from_header.files[1].path == "fw.elf!0x0004ff60");
  CHECK(*from_header.device.string(FactId::serial_number) == "TI-SYN");
  CHECK(from_header.device.integrity.empty());

  Bytes cut = elf(false, false, image(), kBase);
  cut.resize(cut.size() - 100);
  Reading r;
  REQUIRE(read_evidence({.path = "fw.elf", .bytes = cut}, r).has_value());
  REQUIRE(r.device.integrity.size() == 1);
  CHECK(r.device.integrity[0].what == "elf segment");
  const auto done = read_evidence({.path = "fw.elf", .bytes = View(cut).first(30)}, r);
  REQUIRE(!done.has_value());
  CHECK(done.error().what == "expected an ELF file: the file ends within its header");
}

TEST_CASE("hex files: remarks and what stands around the records are no records") {
  const std::string hex = intel_hex(kBase, image()), srec = s_records(kBase, image());
  const size_t half = hex.find(':', hex.size() / 2);
  for (const std::string& text :
       {"; DAC of unit 1\n" + hex, "# dac_cert\n" + hex, "Here it is:\n" + hex,
        hex + "-- \nyours\n", hex.substr(0, half) + "// the rest\n" + hex.substr(half),
        "Here it is:\n" + srec}) {
    CAPTURE(text.substr(0, 40));
    const Reading r = read_text(text);
    CHECK(r.device.integrity.empty());
    CHECK(*r.device.string(FactId::serial_number) == "TI-SYN");
  }
  // A record that is hit is none of these.
  for (const char with : {';', '#', '/', 'x'}) {
    std::string hit = hex;
    hit[half] = with;
    CHECK(read_text(hit).device.integrity.size() == 1);
  }
  // The first of them, too, however little of it is left.
  for (const std::string& good : {hex, srec}) {
    for (const size_t record : {size_t{0}, size_t{1}, size_t{2}}) {
      size_t begin = 0;
      for (size_t i = 0; i < record; ++i) begin = good.find('\n', begin) + 1;
      for (const size_t kept : {size_t{2}, size_t{6}}) {
        std::string hit = good;
        for (size_t i = begin + kept; hit[i] != '\n' && hit[i] != '\r'; ++i) hit[i] = '~';
        CAPTURE(hit.substr(0, 80));
        const Reading r = read_text(hit);
        REQUIRE(r.device.integrity.size() >= 1);
        CHECK(r.device.integrity[0].what.ends_with(" record"));
        CHECK(r.device.integrity[0].place.offset == begin);
      }
    }
  }
  CHECK(read_text("S3 of the line:\n" + srec).device.integrity.empty());
}
