// `espefuse dump`: the words of all blocks, as the console has them, as lines of hex (`--format
// split`, `joint`), as a token with a checksum, and as one file of bytes.
//
// But for the token a dump does not name its chip, and chips keep the same fuse in different
// places: where the lines around it do not name the chip either, the dump is read as of each chip
// of its form (Claim::read_as), and what the rest of the evidence says of the chip decides
// (settle_fuse_dumps).

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "verifier/base/characters.h"
#include "verifier/base/checksum.h"
#include "verifier/readers/espressif/efuse_places.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/posture/tool_text.h"
#include "verifier/readers/posture/untold.h"

namespace attest::efuse {
namespace {

uint16_t chip_named(std::string_view name) {
  for (const auto& [chip, known] : kChips) {
    if (name == known) return chip;
  }
  return 0;
}

// The chips whose first block has so many words.
uint16_t chips_of_form(size_t words) {
  return words == 7 ? kEsp32 : words == 2 ? kC2 : words == 6 ? kWide : 0;
}
// --- forms ---

std::optional<uint32_t> hex_word(std::string_view s) {
  if (s.size() != 8) return std::nullopt;
  const auto bytes = from_hex(s);
  return bytes ? std::optional(be32(*bytes, 0)) : std::nullopt;
}

// "BLOCK_KEY0      (BLOCK4          ) [4 ] dump: 00000000 ..."
struct BlockLine {
  size_t block = 0;
  Words words;
  bool whole = true;  // nothing but words stands there
};
std::optional<BlockLine> block_line(std::string_view line) {
  constexpr std::string_view kMark = "] dump:";
  const size_t mark = line.find(kMark), open = line.rfind('[', mark);
  if (mark == std::string_view::npos || open == std::string_view::npos) return std::nullopt;
  const auto block = tool::number(line.substr(open + 1, mark - open - 1));
  if (!block || *block >= kMostBlocks) return std::nullopt;
  BlockLine out{.block = static_cast<size_t>(*block), .words = {}};
  std::string_view rest = tool::trimmed(line.substr(mark + kMark.size()));
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(' '), rest.size());
    const auto word = hex_word(rest.substr(0, end));
    constexpr size_t kMostWords = 16;
    out.whole = out.whole && word && out.words.size() < kMostWords;
    if (!out.whole) break;
    out.words.push_back(*word);
    rest = tool::trimmed(rest.substr(end));
  }
  return out;
}

// A block as bytes: words with the low byte first.
Words words_from(View bytes) {
  Words out;
  for (size_t at = 0; at + 4 <= bytes.size(); at += 4) out.push_back(le32(bytes, at));
  return out;
}

// A line of nothing but hex, as long as some chip's block.
std::optional<Words> hex_line(std::string_view line) {
  line = tool::trimmed(line);
  if (line.size() < 16 || line.size() > 64 || line.size() % 8 != 0) return std::nullopt;
  const auto bytes = from_hex(line);
  return bytes ? std::optional(words_from(*bytes)) : std::nullopt;
}

// "ESP32-C3" in a line in which a tool names the chip that it is connected to, or the user does.
std::optional<std::string> chip_in(std::string_view line) {
  line = tool::trimmed(line);
  constexpr std::string_view kBefore[] = {"Detecting chip type", "Connected to ESP", "Chip is ESP",
                                          "Chip type:", "Loading eFuses for"};
  const bool names = std::any_of(std::begin(kBefore), std::end(kBefore),
                                 [&](std::string_view words) { return line.starts_with(words); });
  const bool asks = line.find("espefuse") != std::string_view::npos &&
                    (line.find("--chip") != std::string_view::npos ||
                     line.find(" -c ") != std::string_view::npos);
  if (!names && !asks) return std::nullopt;
  std::string out;
  for (size_t at = 0; at + 5 <= line.size(); ++at) {
    if (!tool::same_word(line.substr(at, 5), "esp32")) continue;
    out = "esp32";
    size_t end = at + 5;
    if (end < line.size() && line[end] == '-') ++end;
    for (; end < line.size() && (is_digit(line[end]) || is_letter(line[end])); ++end)
      out += to_lower(line[end]);
    break;
  }
  return out.empty() ? std::nullopt : std::optional(out);
}

// base64url without padding.
std::optional<Bytes> from_base64_url(std::string_view letters) {
  std::string plain = base64_of_url(letters).value_or(std::string(letters));
  while (plain.size() % 4 > 1) plain += '=';
  auto bytes = from_base64(plain);
  return bytes ? std::optional(std::move(*bytes)) : std::nullopt;
}

// "EFSR:esp32c3:000:<block>:...:<errors>:<checksum>", an empty block being zeros.
constexpr std::string_view kToken = "EFSR:esp32";
constexpr size_t kMostToken = 4096;
bool is_token(std::string_view line) {
  return tool::trimmed(line).starts_with(kToken);
}

Result<Dump> dump_of_token(std::string_view token, uint64_t offset) {
  token = tool::trimmed(token);
  if (token.size() > kMostToken)
    return error("expected a token of eFuses, found one that is too long");
  std::vector<std::string_view> parts;
  for (size_t at = 0; at <= token.size();) {
    const size_t end = std::min(token.find(':', at), token.size());
    parts.push_back(token.substr(at, end - at));
    at = end + 1;
  }
  constexpr size_t kBefore = 3, kBehind = 2;
  const auto sum = parts.size() > kBefore + kBehind ? from_base64_url(parts.back()) : std::nullopt;
  if (!sum || sum->size() != 4)
    return error("expected a token of eFuses with its checksum, found one that is cut");
  const std::string_view covered = token.substr(0, token.size() - parts.back().size());
  if (const uint32_t is = crc32(view(covered)); is != le32(*sum, 0))
    return error(fmt::format("the token's checksum is wrong: expected 0x{:08x}, found 0x{:08x}",
                             le32(*sum, 0), is));
  Dump out;
  out.offset = offset;
  out.named = std::string(parts[1]);
  out.chips = chip_named(out.named);
  const size_t blocks = parts.size() - kBefore - kBehind;
  if (out.chips == 0 || blocks != blocks_of(out.chips)) return out;  // of a chip that is not known
  for (size_t i = 0; i < blocks; ++i) {
    const size_t size = words_of(out.chips, i);
    const auto bytes = from_base64_url(parts[kBefore + i]);
    if (!bytes || (!bytes->empty() && bytes->size() != size * 4))
      return error(fmt::format("expected {} bytes of block {} in the token", size * 4, i));
    out.blocks[i] = bytes->empty() ? Words(size, 0) : words_from(*bytes);
  }
  return out;
}

// Lines of hex are a dump where they stand as blocks do, one behind the other.
struct HexDump {
  Dump dump;
  size_t lines = 0;
};
std::optional<HexDump> hex_dump_at(const std::vector<tool::Line>& lines, size_t at) {
  const auto first = hex_line(lines[at].text);
  const uint16_t chips = first ? chips_of_form(first->size()) : 0;
  if (chips == 0) return std::nullopt;
  HexDump out;
  out.dump.chips = chips;
  out.dump.offset = lines[at].offset;
  const size_t blocks = blocks_of(chips);
  for (; out.lines < blocks && at + out.lines < lines.size(); ++out.lines) {
    auto words = hex_line(lines[at + out.lines].text);
    // (ESP32's key blocks are shorter in one of its coding schemes.)
    const bool fits = words && (words->size() == words_of(chips, out.lines) ||
                                (chips == kEsp32 && out.lines != 0 && words->size() == 6));
    if (!fits) return std::nullopt;
    out.dump.blocks[out.lines] = std::move(*words);
  }
  return out.lines == blocks ? std::optional(std::move(out)) : std::nullopt;
}

bool has_hex_dump(const std::vector<tool::Line>& lines) {
  for (size_t at = 0; at < lines.size(); ++at) {
    if (hex_dump_at(lines, at)) return true;
  }
  return false;
}
char first_of_text(View bytes) {
  const auto at = std::find_if(bytes.begin(), bytes.end(), [](uint8_t b) { return b > ' '; });
  return at == bytes.end() ? ' ' : static_cast<char>(*at);
}

// --- the file of bytes ---

uint8_t crc8_of_mac(const Words& block0) {
  uint8_t out = 0;
  for (size_t i = 0; i < 6; ++i) {
    // The address's first byte is the highest of the two words.
    const size_t byte = 5 - i;
    out ^= static_cast<uint8_t>(block0[1 + byte / 4] >> 8 * (byte % 4));
    for (int bit = 0; bit < 8; ++bit)
      out = static_cast<uint8_t>((out & 1) != 0 ? out >> 1 ^ 0x8C : out >> 1);
  }
  return out;
}

std::optional<Dump> dump_of_bytes(View bytes) {
  constexpr std::pair<size_t, uint16_t> kSizes[] = {{336, kWide}, {124, kEsp32}, {84, kC2}};
  const auto* form = std::find_if(std::begin(kSizes), std::end(kSizes),
                                  [&](const auto& one) { return one.first == bytes.size(); });
  if (form == std::end(kSizes)) return std::nullopt;
  Dump out;
  out.chips = form->second;
  for (size_t block = 0, at = 0; block < blocks_of(out.chips); ++block) {
    const size_t size = words_of(out.chips, block) * 4;
    out.blocks[block] = words_from(bytes.subspan(at, size));
    at += size;
  }
  // Bytes have no magic: there is an address of one station, what is read-protected is zeros, and
  // what nobody burns is, too.
  const size_t block = out.chips == kEsp32 ? 0
                       : out.chips == kC2  ? 2
                                           : 1,
               at = out.chips == kEsp32 ? 1 : 0;
  const uint32_t high = out.word(block, at + 1) & 0xFFFF, low = out.word(block, at);
  if ((high | low) == 0 || (high >> 8 & 1) != 0 || low == 0xFFFFFFFF) return std::nullopt;
  const auto is_zero = [](const Words& words) {
    return std::all_of(words.begin(), words.end(), [](uint32_t w) { return w == 0; });
  };
  if (out.chips == kEsp32)
    return crc8_of_mac(out.blocks[0]) == (out.word(0, 2) >> 16 & 0xFF) ? std::optional(out)
                                                                       : std::nullopt;
  const uint32_t covered = out.word(0, 1) & 0x7F;
  if (out.chips == kC2) {
    const Words& key = out.blocks[3];
    const bool hidden = ((covered & 1) == 0 || is_zero(Words(key.begin(), key.begin() + 4))) &&
                        ((covered & 2) == 0 || is_zero(Words(key.begin() + 4, key.end())));
    return hidden && out.word(0, 0) <= 0xFF && out.word(0, 1) <= 0x1FFFFFFF ? std::optional(out)
                                                                            : std::nullopt;
  }
  for (size_t i = 0; i < kKeys; ++i) {
    if ((covered >> i & 1) != 0 && !is_zero(out.blocks[4 + i])) return std::nullopt;
  }
  return is_zero(out.blocks[kMostBlocks - 1]) ? std::optional(out) : std::nullopt;
}

// --- what a file has of them ---

void say(const Dump& dump, const Source& source, const std::string& item, Reading& reading) {
  std::vector<Chip> chips;
  for (const auto& [chip, name] : kChips) {
    if ((dump.chips & chip) != 0) chips.push_back(chip);
  }
  const auto nothing_placed = [&](const std::string& why, const char* read_as) {
    for (const Trait trait : {Trait::secure_boot, Trait::flash_encryption, Trait::debug}) {
      reading.device.posture
          .say(trait, Holds::unclear, kUntold, why, tool::place(source, dump.offset, item))
          .read_as = read_as;
    }
  };
  const auto not_known = [](const std::string& chip) {
    return fmt::format("the fuses of {} are not known here: hand over espefuse summary", chip);
  };
  if (chips.empty())
    return nothing_placed(not_known(dump.named.empty() ? "that chip" : printable(dump.named)), "");
  if (!dump.has(0, words_of(dump.chips, 0)))
    return nothing_placed("its first block, which has the switches, is not whole", "");
  if (chips.size() == 1) return say_posture(fuses_of(dump, chips.front()), source, item, reading);
  for (const Chip chip : chips) {
    Summary summary = fuses_of(dump, chip);
    summary.may_be_of_another = true;
    say_posture(summary, source, item, reading);
  }
  // Where nothing is burned, nothing is of any of them.
  const Words& switches = dump.blocks[0];
  if (std::any_of(switches.begin(), switches.end(), [](uint32_t word) { return word != 0; }))
    nothing_placed(not_known("the chip that the rest of the evidence names"), kAnotherChip);
}

class Dumps {
 public:
  Dumps(const Source& source, tool::Rest& rest, Reading& reading)
      : source_(source), rest_(rest), reading_(reading), lines_(tool::lines(source.bytes)) {}
  void read() {
    for (size_t at = 0; at < lines_.size() && !full_;) at += take(at);
    finish();
    for (size_t i = 0; i < all_.size(); ++i)
      say(all_[i], source_, all_.size() == 1 ? "dump" : fmt::format("dump {}", i + 1), reading_);
    if (full_) tool::note_more(source_, reading_);
  }

 private:
  // How many lines were looked at.
  size_t take(size_t at) {
    const tool::Line& line = lines_[at];
    if (const auto chip = chip_in(line.text)) {
      named_ = *chip;
      rest_.take(line);
      return 1;
    }
    if (const auto block = block_line(line.text)) {
      take_block(*block, line);
      rest_.take(line);
      return 1;
    }
    if (is_token(line.text)) {
      rest_.take(line);
      auto dump = dump_of_token(line.text, line.offset);
      if (dump)
        add(std::move(*dump));
      else
        damaged(line.offset, dump.error().what);
      return 1;
    }
    if (auto found = hex_dump_at(lines_, at)) {
      for (size_t i = 0; i < found->lines; ++i) rest_.take(lines_[at + i]);
      narrow(found->dump);
      add(std::move(found->dump));
      return found->lines;
    }
    const std::string_view text = tool::trimmed(line.text);
    if (text.starts_with("=== Run \"dump\"")) rest_.take(line);
    return 1;
  }

  void take_block(const BlockLine& block, const tool::Line& line) {
    // The first block begins a dump, and so does one that was there before.
    if (open_ && (block.block == 0 || !open_->blocks[block.block].empty())) finish();
    if (!open_) {
      open_.emplace();
      open_->offset = line.offset;
      words_in_first_ = 0;
    }
    if (block.block == 0) {
      words_in_first_ = block.whole ? block.words.size() : 0;
      open_->chips = block.whole ? chips_of_form(block.words.size()) : 0;
      if (open_->chips != 0) narrow(*open_);
    }
    const uint16_t form = open_->chips;
    if (is_foreign()) return;
    const size_t wanted = form == 0 ? 0 : words_of(form, block.block);
    const bool fits = block.words.size() == wanted ||
                      (form == kEsp32 && block.block != 0 && block.words.size() == 6);
    if (!block.whole || !fits)
      damaged(line.offset,
              fmt::format("block {}: expected {} words of 8 hex digits, found {}{}", block.block,
                          wanted == 0 ? "2, 6 or 7" : std::to_string(wanted), block.words.size(),
                          block.whole ? "" : " and something else"));
    else
      open_->blocks[block.block] = block.words;
  }

  // Of a chip that is not known: named, or with a first block that is longer than any. Nothing of
  // it can be placed, and nothing is damaged.
  bool is_foreign() const {
    constexpr size_t kLongest = 7;
    return (!named_.empty() && chip_named(named_) == 0) || words_in_first_ > kLongest;
  }

  void finish() {
    if (!open_) return;
    const size_t blocks = open_->chips == 0 ? 0 : blocks_of(open_->chips);
    for (size_t i = 0; i < blocks; ++i) {
      if (!open_->blocks[i].empty()) continue;
      damaged(open_->offset, fmt::format("expected {} blocks, block {} is not there", blocks, i));
      break;
    }
    add(std::move(*open_));
    open_.reset();
  }

  // The chip that was named, where a dump of this form may be of it.
  void narrow(Dump& dump) const {
    dump.named = named_;
    if (named_.empty()) return;
    const uint16_t chip = chip_named(named_);
    dump.chips = chip == 0 ? 0 : (dump.chips & chip) != 0 ? chip : dump.chips;
  }
  void add(Dump dump) {
    full_ = full_ || all_.size() >= tool::kMostOutputs;
    if (!full_) all_.push_back(std::move(dump));
  }
  void damaged(uint64_t offset, std::string problem) {
    reading_.device.damaged(tool::place(source_, offset, ""), "eFuse dump", std::move(problem));
  }

  const Source& source_;
  tool::Rest& rest_;
  Reading& reading_;
  const std::vector<tool::Line> lines_;
  std::optional<Dump> open_;
  std::vector<Dump> all_;
  std::string named_;
  size_t words_in_first_ = 0;
  bool full_ = false;
};

}  // namespace

bool has_dump(const Source& s) {
  if (tool::is_output(s, {"] dump:", kToken}) && tool::any_line(s, [](std::string_view line) {
        const auto block = block_line(line);
        return is_token(line) || (block && block->block == 0 && !block->words.empty());
      }))
    return true;
  // Lines of hex behind the tool's own line, or by themselves.
  if (tool::is_output(s, {"=== Run \"dump\""})) return has_hex_dump(tool::lines(s.bytes));
  constexpr size_t kLeast = 140, kMost = 2048;  // of the lines of one part
  if (s.bytes.size() < kLeast || s.bytes.size() > kMost || !is_hex_digit(first_of_text(s.bytes)))
    return false;
  const auto lines = tool::lines(s.bytes);
  return has_hex_dump(lines) && std::all_of(lines.begin(), lines.end(), [](const tool::Line& line) {
           return line.text.empty() || hex_line(line.text);
         });
}

void read_dumps(const Source& source, tool::Rest& rest, Reading& reading) {
  Dumps(source, rest, reading).read();
}

}  // namespace attest::efuse

namespace attest {

// The file that `dump --format joint` writes.
const Reader esp_efuse_bytes_reader{
    .kind = "esp-efuse",
    .expects = "Espressif eFuses as espefuse writes them",
    .content = Content::bytes,
    .recognises = [](const Source& s) { return efuse::dump_of_bytes(s.bytes).has_value(); },
    .read = [](const Source& s, Reading& reading) -> Result<void> {
      reading.holds("posture");
      if (const auto dump = efuse::dump_of_bytes(s.bytes)) efuse::say(*dump, s, "dump", reading);
      return {};
    }};

}  // namespace attest
