#include "lot/device_name.h"

#include "tests/support/support.h"

using namespace attest;

TEST_CASE("names of devices come back as they went, in few bytes") {
  const struct {
    std::string name;
    size_t bytes, after;  // by itself; behind the row above
  } rows[] = {
      {"", 1, 1},
      {"7", 2, 2},
      {"dev-0001", 7, 7},
      {"dev-0002", 7, 3},
      {"dev-0102", 7, 5},
      {"47247dc3-62ac-4cd1-a3b7-beb32673a8b7", 17, 17},
      {"47247dc3-62ac-4cd1-a3b7-beb326730000", 17, 5},
      {"47247DC3-62AC-4CD1-A3B7-BEB32673A8B7", 17, 17},
      {"47247DC3-62ac-4cd1-a3b7", 19, 11},  // (of both cases)
      {"74187500c7ffcf7ea5df0fc0bc054fe6", 17, 17},
      {"74187500C7FFCF7EA5DF0FC0BC054FE6", 17, 17},
      {"0123456789", 6, 6},
      {"012345678", 8, 2},
      {"ABCDEFGHIJKLMNOPQRSTUVWXYZ-_0189", 25, 25},
      {"line 17", 8, 8},
      {"line 17, station 4", 19, 13},
      {"line 17, station 5", 19, 3},
      {"Gerät/0001", 12, 12},
      {std::string(24, '.'), 25, 25},
      {std::string(24, '\xff'), 25, 25},
  };
  std::string alone, after, before;
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const size_t of_alone = alone.size(), of_after = after.size();
    CHECK(pack_name(row.name, {}, alone) == row.name);
    CHECK(pack_name(row.name, before, after) == row.name);
    CHECK(alone.size() - of_alone == row.bytes);
    CHECK(after.size() - of_after == row.after);
    CHECK(shown_name(row.name) == row.name);
    before = row.name;
  }
  size_t at = 0, at_after = 0;
  before.clear();
  for (const auto& row : rows) {
    CHECK(unpack_name(alone, at, {}) == row.name);
    before = unpack_name(after, at_after, before);
    CHECK(before == row.name);
  }
  CHECK(at == alone.size());
  CHECK(at_after == after.size());
}

TEST_CASE("a long name is shortened, and stays apart from its like") {
  const std::string a = "urn:factory:line-7:2026-11-21:0000000001",
                    b = "urn:factory:line-8:2026-11-21:0000000001";
  CHECK(shown_name(a).size() == kMostNameBytes);
  CHECK(shown_name(a).starts_with("urn:f~:0000000001~"));
  CHECK(shown_name(a) != shown_name(b));
  std::string packed;
  CHECK(pack_name(a, {}, packed) == shown_name(a));
  CHECK(packed.size() <= kMostNameBytes + 1);
  size_t at = 0;
  CHECK(unpack_name(packed, at, {}) == shown_name(a));
}
