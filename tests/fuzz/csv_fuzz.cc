// A table written back with every field quoted reads as the same table.
#include <cstdlib>

#include "verifier/base/csv.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto table = attest::parse_csv(attest::text({data, size}));
  if (!table) return 0;
  std::string again;
  for (const auto& record : *table) {
    for (size_t i = 0; i < record.size(); ++i) {
      if (i != 0) again += ',';
      again += '"';
      for (const char c : record[i]) again += c == '"' ? std::string("\"\"") : std::string(1, c);
      again += '"';
    }
    again += '\n';
  }
  // A first line of one field tells no separator, and a quoted empty field alone is an empty line.
  const auto back = attest::parse_csv(again);
  if (!back || (back->size() == table->size() && table->size() != 0 && table->front().size() > 1 &&
                *back != *table))
    std::abort();
  return 0;
}
