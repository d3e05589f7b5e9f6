// What is compared, for who reads it: long hex is shortened to where it differs.

#include "report/wording.h"

#include "tests/support/support.h"
#include "verifier/base/counted.h"

using namespace attest;

TEST_CASE("compared: long hex shows its beginning and where the two differ") {
  const std::string key = "04a7833e" + std::string(122, '1');
  std::string later = key;
  later[100] = '2';
  std::string last = key;
  last[129] = '2';
  const auto pair = [](const std::string& a, const std::string& b) {
    const Compared both = compared(a, b);
    return both.expected + " | " + both.found;
  };
  CHECK(pair("public key " + key, "public key 05" + key.substr(2)) ==
        "public key 04a7833e11111111… (65 bytes) | public key 05a7833e11111111… (65 bytes)");
  CHECK(pair(key, later) ==
        "04a7833e…1111111111111111… (65 bytes, other from byte 51 on) | "
        "04a7833e…2111111111111111… (65 bytes, other from byte 51 on)");
  CHECK(pair(key, last) ==
        "04a7833e…11 (65 bytes, other from byte 65 on) | "
        "04a7833e…12 (65 bytes, other from byte 65 on)");
  CHECK(pair(key, "none") == "04a7833e11111111… (65 bytes) | none");
  CHECK(pair(key, key) == "04a7833e11111111… (65 bytes) | 04a7833e11111111… (65 bytes)");
  // A digest is what people compare.
  const std::string digest(64, 'a');
  CHECK(pair("sha256 " + digest, "x") == "sha256 " + digest + " | x");
}

TEST_CASE("counted: one of a kind, or several") {
  CHECK(counted(0, "row") == "0 rows");
  CHECK(counted(1, "row") == "1 row");
  CHECK(counted(2, "entry", "entries") == "2 entries");
  CHECK(none_of_files(1) == "its file is none");
  CHECK(none_of_files(2) == "none of its 2 files is one");
}
