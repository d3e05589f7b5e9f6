// What a line of a commissioner's log says. Prefixes differ by program and age:
// "[1780000000.82][4270:4272] CHIP:TOO: ",
// "[1770364786.353] [2443:2465] [DMG] ", "I (3123446) chip[CTL]: ", Python's and Android's dates, a
// tab-separated export of Apple's log. So nothing here counts columns: a line is searched for what
// it must contain.
#pragma once

#include "verifier/base/bytes.h"

namespace attest::log {

// The line without terminal colours and without blanks at its end.
std::string cleaned(std::string_view line);

// Bytes of a hex dump: "0x30, 0x82, 0x1, ". nullopt when the line is something else. `cut` tells
// that the line ended inside a byte because the log's line was full.
struct HexDump {
  Bytes bytes;
  bool cut = false;
};
std::optional<HexDump> hex_dump(std::string_view line);

// "0x0 = [": the field whose dump begins. `rest` is what follows the bracket on the same line.
struct FieldStart {
  uint64_t field = 0;
  std::string_view rest;
};
std::optional<FieldStart> field_start(std::string_view line);
// "] (470 bytes)", "]": the end of a dump and the size it states.
struct FieldEnd {
  std::optional<uint64_t> stated;
};
std::optional<FieldEnd> field_end(std::string_view line);

// The number after "name = " or "name: ", decimal or 0x, with '_' between digits: "Attribute =
// 0x0000_0004,".
std::optional<uint64_t> number_after(std::string_view line, std::string_view name);
// Whether that number may go on behind the end of the line: a line that a log or the end of a file
// cut there. An id in hex has four digits; `line_is_whole`: its end follows in the file.
bool number_is_cut(std::string_view line, std::string_view name, bool line_is_whole);
// The text in quotes after it: Data = "Acme" (4 chars).
std::optional<std::string> quoted_after(std::string_view line, std::string_view name);
// Hex digits after the words, which may be joined by '-', '_' or a blank and be of either case, and
// a ':' or '=': "attestationElements: 1530...", "Attestation challenge = 0x...". At least eight
// bytes.
std::optional<Bytes> hex_after(std::string_view line, std::string_view first_word,
                               std::string_view second_word, size_t from = 0,
                               size_t* found_at = nullptr, size_t least = 16);

// The word stands in the line, whatever the case of its letters; `word` is in small ones.
bool has_word(std::string_view line, std::string_view word);

// The last word of the line when it is base64: a line of a PEM block behind any prefix.
std::optional<std::string_view> base64_word(std::string_view line);

}  // namespace attest::log
