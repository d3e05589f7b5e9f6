#include "verifier/readers/espressif/esp_partition_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "verifier/crypto/crypto.h"

namespace attest::esp {
namespace {

constexpr size_t kRow = 32, kLastTableAt = 0x20000;

std::optional<Row> row_of(View raw) {
  if (raw[0] != 0xAA || raw[1] != 0x50) return std::nullopt;
  Row row{
      .type = raw[2], .subtype = raw[3], .offset = le32(raw, 4), .size = le32(raw, 8), .label = {}};
  for (const uint8_t b : raw.subspan(12, 16)) {
    if (b == 0) break;
    if (b < 0x20 || b > 0x7E) return std::nullopt;
    row.label += static_cast<char>(b);
  }
  if (row.offset % kSector != 0 || row.size == 0 || row.offset > 1u << 30 || row.size > 1u << 30)
    return std::nullopt;
  return row;
}

Table parse_table(View image, size_t at) {
  const View area = image.subspan(at, std::min(kTableSize, image.size() - at));
  Table table{.at = at, .rows = {}, .problems = {}, .summed = false};
  size_t damaged_from = 0, damaged = 0;
  const auto end_damaged = [&] {
    if (damaged == 0) return;
    table.problems.push_back(
        {at + damaged_from, fmt::format("{} of its rows cannot be read", damaged)});
    damaged = 0;
  };
  for (size_t i = 0; i + kRow <= area.size(); i += kRow) {
    const View raw = area.subspan(i, kRow);
    if (raw[0] == 0xEB && raw[1] == 0xEB && all_ff(raw.subspan(2, 14))) {
      end_damaged();
      const Bytes sum = md5(area.first(i));
      if (equal(sum, raw.subspan(16)))
        table.summed = true;
      else
        table.problems.push_back({at + i, fmt::format("its MD5 is wrong: expected {}, found {}",
                                                      hex(raw.subspan(16)), hex(sum))});
      break;
    }
    if (all_ff(raw)) {
      if (all_ff(area.subspan(i))) break;
      end_damaged();
      if (i == 0 || !all_ff(area.subspan(i - kRow, kRow)))
        table.problems.push_back({at + i, "a row is erased, and yet rows follow"});
      continue;
    }
    if (auto row = row_of(raw)) {
      end_damaged();
      table.rows.push_back(std::move(*row));
    } else if (damaged++ == 0) {
      damaged_from = i;
    }
  }
  end_damaged();
  return table;
}

// Every byte value about equally often: ciphertext, where a table should be.
bool looks_random(View v) {
  std::array<unsigned, 256> count{};
  for (const uint8_t b : v) ++count[b];
  return v.size() >= kTableSize && *std::max_element(count.begin(), count.end()) < v.size() / 64;
}

}  // namespace

bool all_ff(View v) {
  return std::all_of(v.begin(), v.end(), [](uint8_t b) { return b == 0xFF; });
}

std::optional<Table> find_table(View image) {
  const auto convincing = [](const Table& t) {
    return !t.rows.empty() && (t.summed || (t.rows.size() >= 2 && t.problems.empty()));
  };
  std::optional<Table> damaged;
  if (image.size() >= kTableAt + kRow) {
    Table usual = parse_table(image, kTableAt);
    if (convincing(usual)) return usual;
    if (!usual.rows.empty()) damaged = std::move(usual);
  }
  for (size_t at = 0; at <= kLastTableAt && at + kRow <= image.size(); at += kSector) {
    if (!row_of(image.subspan(at, kRow))) continue;
    Table table = parse_table(image, at);
    if (convincing(table)) return table;
    if (!damaged && table.rows.size() >= 2) damaged = std::move(table);
  }
  return damaged;
}

std::optional<size_t> hidden_table(View image, bool surely) {
  for (size_t at = kTableAt; at <= kLastTableAt && at + kTableSize <= image.size(); at += kSector) {
    if (!looks_random(image.subspan(at, kTableSize))) continue;
    const size_t behind = at + kTableSize;
    const View rest = image.subspan(behind, std::min(kSector - kTableSize, image.size() - behind));
    if ((!surely && at == kTableAt) || (rest.size() >= 64 && all_ff(rest))) return at;
  }
  return std::nullopt;
}

}  // namespace attest::esp
