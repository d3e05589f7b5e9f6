// Espressif's partition table, and where it may lie. Layout after ESP-IDF's partition table.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "verifier/base/bytes.h"

namespace attest::esp {

inline constexpr size_t kSector = 0x1000, kTableAt = 0x8000, kTableSize = 0xC00;
inline constexpr uint8_t kApp = 0, kData = 1, kCustomCert = 0x3F, kNvsSubtype = 2,
                         kNvsKeysSubtype = 4;

struct Row {
  uint8_t type = 0, subtype = 0;
  uint32_t offset = 0, size = 0;  // on the device
  std::string label;
};
struct TableProblem {
  size_t offset = 0;
  std::string problem;
};
struct Table {
  size_t at = 0;  // in the image
  std::vector<Row> rows;
  std::vector<TableProblem> problems;
  bool summed = false;  // its MD5 is there and right
};

bool all_ff(View v);

// At its usual place even a damaged table is one; elsewhere only rows that begin properly are.
std::optional<Table> find_table(View image);

// With flash encryption the table is ciphertext, and secure boot moves it: a full area of a table's
// size before erased flash. `surely`: else, at the usual place, whatever follows it.
std::optional<size_t> hidden_table(View image, bool surely);

}  // namespace attest::esp
