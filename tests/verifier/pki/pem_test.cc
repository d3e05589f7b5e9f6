#include "tests/support/der_writer.h"
#include "verifier/pki/key.h"

using namespace attest;
using namespace attest::test;

namespace {

PemFile read(std::string_view s) {
  return parse_pem(view(s));
}

const Bytes kBody(70, 0x5A);

}  // namespace

TEST_CASE("pem: written blocks come back") {
  CHECK(to_pem("X", raw("0102")) == "-----BEGIN X-----\nAQI=\n-----END X-----\n");
  for (size_t n = 1; n < 200; n += 13) {
    const Bytes body(n, 0x33);
    const std::string pem = to_pem("SOME THING", body);
    const PemFile file = read(pem);
    REQUIRE(file.blocks.size() == 1);
    CHECK(file.problems.empty());
    CHECK(file.blocks[0].label == "SOME THING");
    CHECK(file.blocks[0].der == body);
    CHECK(looks_like_pem(view(pem)));
  }
}

TEST_CASE("pem: as people hold it") {
  const std::string plain = to_pem("CERTIFICATE", kBody);
  std::string crlf, cr;
  for (const char c : plain) {
    crlf += c == '\n' ? "\r\n" : std::string(1, c);
    cr += c == '\n' ? '\r' : c;
  }
  const std::string unended = plain.substr(0, plain.size() - 1);
  const struct {
    std::string text;
    size_t offset;
  } rows[] = {
      {plain, 0},
      {unended, 0},
      {unended + '\0', 0},
      {plain + '\0', 0},
      {crlf, 0},
      {cr, 0},
      {"\xEF\xBB\xBF" + plain, 0},
      {"subject=CN = x: y\n\n" + plain + "trailing words\n", 19},
      {"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + plain,
       75},
      {"-----BEGIN CERTIFICATE-----\nComment: a\n b\nOther: c\n\n" + plain.substr(28), 0},
      {"  -----BEGIN CERTIFICATE-----  \n\t" + plain.substr(28), 0},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const PemFile file = read(row.text);
    CHECK(file.problems.empty());
    REQUIRE(file.blocks.size() == 1);
    CHECK(file.blocks[0].der == kBody);
    CHECK(file.blocks[0].offset == row.offset);
    CHECK_FALSE(file.blocks[0].encrypted);
    CHECK(looks_like_pem(view(row.text)));
  }
  const PemFile locked = read(
      "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: "
      "AES-128-CBC,00\n\nAQI=\n-----END EC PRIVATE "
      "KEY-----\n");
  REQUIRE(locked.blocks.size() == 1);
  CHECK(locked.blocks[0].encrypted);
  CHECK(hex(locked.blocks[0].der) == "0102");
}

TEST_CASE("pem: a block that cannot be read is named, the others are kept") {
  const std::string good = to_pem("GOOD", kBody);
  const struct {
    std::string block;
    const char* words;
    size_t offset;  // in the block
  } rows[] = {
      {"-----BEGIN A-----\nAQ*=\n-----END A-----\n",
       "pem: A: base64: expected A-Z a-z 0-9 + / =, found byte 0x2a", 20},
      {"-----BEGIN A-----\nAQI\n-----END A-----\n", "pem: A: base64: length is no multiple of four",
       22},
      {"-----BEGIN A-----\n-----END A-----\n", "pem: A: nothing stands between BEGIN and END", 18},
      {"-----BEGIN A-----\nAQI=\n-----END B-----\n",
       "pem: A: expected its END line, found the one of B", 23},
      {"-----BEGIN A-----\nAQI=\n", "pem: A: another BEGIN line comes before the END line", 23},
      {"-----BEGIN A-----\nKey: value\nAQI=\n-----END A-----\n",
       "pem: A: nothing stands between BEGIN and END", 34},
  };
  for (const auto& row : rows) {
    CAPTURE(row.block);
    const PemFile file = read(good + row.block + good);
    CHECK(file.blocks.size() == 2);
    REQUIRE(file.problems.size() == 1);
    CHECK(file.problems[0] == Error{row.words, good.size() + row.offset});
  }
  const PemFile open = read(good + "-----BEGIN A\x1b-----\nAQI=\n");
  CHECK(open.blocks.size() == 1);
  REQUIRE(open.problems.size() == 1);
  CHECK(open.problems[0] == Error{"pem: A\\x1B: the END line is missing", good.size()});
}

TEST_CASE("pem: not everything with dashes is PEM") {
  for (const std::string_view text :
       {"", "-----BEGIN X", "x -----BEGIN X-----\n", "-----BEGIN-----\n", "-----END X-----\n",
        "-----BEGIN ----\n"}) {
    CAPTURE(text);
    CHECK_FALSE(looks_like_pem(view(text)));
    CHECK(read(text).blocks.empty());
    CHECK(read(text).problems.empty());
  }
}
