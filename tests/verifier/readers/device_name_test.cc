#include "lot/device_name.h"

#include "tests/support/support.h"

using namespace attest;

TEST_CASE("names of devices come back as they went, in few bytes") {
  const struct {
    std::string name;
    size_t bytes;
  } rows[] = {
      {"", 1},
      {"7", 2},
      {"dev-0001", 7},
      {"47247dc3-62ac-4cd1-a3b7-beb32673a8b7", 17},
      {"74187500c7ffcf7ea5df0fc0bc054fe6", 25},  // 32 digits of six bits
      {"ABCDEFGHIJKLMNOPQRSTUVWXYZ-_0189", 25},
      {"line 17", 8},
      {"Gerät/0001", 12},
      {std::string(24, '.'), 25},
      {std::string(24, '\xff'), 25},
  };
  std::string packed;
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const size_t before = packed.size();
    pack_name(row.name, packed);
    CHECK(packed.size() - before == row.bytes);
    CHECK(shown_name(row.name) == row.name);
  }
  size_t at = 0, skipped = 0;
  for (const auto& row : rows) {
    CHECK(unpack_name(packed, at) == row.name);
    skip_name(packed, skipped);
    CHECK(skipped == at);
  }
  CHECK(at == packed.size());
}

TEST_CASE("a long name is shortened, and stays apart from its like") {
  const std::string a = "urn:factory:line-7:2026-11-21:0000000001",
                    b = "urn:factory:line-8:2026-11-21:0000000001";
  CHECK(shown_name(a).size() == kMostNameBytes);
  CHECK(shown_name(a).starts_with("urn:f~"));
  CHECK(shown_name(a).ends_with("~:0000000001"));
  CHECK(shown_name(a) != shown_name(b));
  std::string packed;
  pack_name(a, packed);
  CHECK(packed.size() <= kMostNameBytes + 1);
  size_t at = 0;
  CHECK(unpack_name(packed, at) == shown_name(a));
}
