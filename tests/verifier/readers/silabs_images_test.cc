// Silicon Labs' GBL files: signed themselves, and what they write into flash by its own signature.

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/der_writer.h"
#include "tests/support/readings.h"
#include "tests/support/support.h"
#include "verifier/crypto/crypto.h"
#include "verifier/gather/gather.h"
#include "verifier/pki/der.h"

using namespace attest;
using namespace attest::test;

namespace {

constexpr uint64_t kBase = 0x08006000;
constexpr size_t kSize = 0x600, kPropertiesAt = 0x100;

void put32(Bytes& b, uint64_t v) {
  for (size_t i = 0; i < 4; ++i) b.push_back(static_cast<uint8_t>(v >> 8 * i));
}
void set32(Bytes& b, size_t at, uint64_t v) {
  for (size_t i = 0; i < 4; ++i) b[at + i] = static_cast<uint8_t>(v >> 8 * i);
}
void put_tag(Bytes& b, uint32_t tag, View data) {
  put32(b, tag);
  put32(b, data.size());
  b.insert(b.end(), data.begin(), data.end());
}
void add_signature(Bytes& b, View covered) {
  const auto numbers = der::ecdsa_signature(sign(1, covered));
  REQUIRE(numbers);
  b.insert(b.end(), numbers->begin(), numbers->end());
}

// An application that lies at kBase, and its signature behind it.
Bytes application() {
  constexpr uint8_t kMagic[] = {0x13, 0xB7, 0x79, 0xFA, 0xC9, 0x25, 0xDD, 0xB7,
                                0xAD, 0xF3, 0xCF, 0xE0, 0xF1, 0xB6, 0x14, 0xB8};
  Bytes out;
  for (size_t i = 0; i < kSize; ++i) out.push_back(static_cast<uint8_t>(i * 13 + 5));
  set32(out, 0x34, kBase + kPropertiesAt);
  std::copy(std::begin(kMagic), std::end(kMagic), out.begin() + kPropertiesAt);
  for (const auto& [at, value] : {std::pair<size_t, uint64_t>{16, 0x0201},
                                  {20, 1},
                                  {24, kBase + kSize},
                                  {28, 1},
                                  {32, 7},
                                  {36, 0},
                                  {56, 0},
                                  {60, 0}})
    set32(out, kPropertiesAt + at, value);
  add_signature(out, Bytes(out));
  return out;
}

struct Gbl {
  bool is_signed = true, ended = true;
  size_t pieces = 1;  // that the application is written in
};
Bytes gbl(const Gbl& what) {
  Bytes out, header;
  put32(header, 0x03000000);
  put32(header, what.is_signed ? 0x100 : 0);
  put_tag(out, 0x03A617EB, header);
  const Bytes app = application();
  const size_t each = (app.size() / what.pieces + 3) & ~size_t{3};
  for (size_t at = 0; at < app.size(); at += each) {
    Bytes program;
    put32(program, kBase + at);
    const View piece = View(app).subspan(at, std::min(each, app.size() - at));
    program.insert(program.end(), piece.begin(), piece.end());
    put_tag(out, 0xFD0303FD, program);
  }
  if (what.is_signed) {
    Bytes value;
    add_signature(value, Bytes(out));
    put_tag(out, 0xF70A0AF7, value);
  }
  if (what.ended) put_tag(out, 0xFC0404FC, Bytes(4, 0));
  return out;
}

// "GBL file: good", ...: with the key that was ordered.
std::vector<std::string> signatures(const Bytes& bytes) {
  const Bytes key = point(1);
  Device order;
  order.posture.ordered.push_back({.key = "signing_keys",
                                   .value = hex(View(key).subspan(1)),
                                   .place = {.path = "order.json", .offset = {}, .item = ""}});
  const Evidence e = gather(read_bytes(bytes), {}, TrustStore::builtin(false), nullptr,
                            openssl_engine(), std::move(order));
  constexpr const char* kWords[] = {"none", "good", "bad", "by no key", "unchecked"};
  std::vector<std::string> out;
  for (const SignedImage& image : e.device.posture.images)
    out.push_back(image.what + ": " + kWords[static_cast<size_t>(image.signature)] + image.problem);
  return out;
}

}  // namespace

TEST_CASE("GBL: what it writes is judged at the address that it is written to") {
  using Found = std::vector<std::string>;
  const Found good = {"GBL file: good", "application 0x00000007: good"};
  CHECK(signatures(gbl({})) == good);
  CHECK(signatures(gbl({.pieces = 3})) == good);
  CHECK(signatures(gbl({.is_signed = false})) ==
        Found{"GBL file: none", "application 0x00000007: good"});
  Bytes changed = gbl({});
  changed[0x300] ^= 1;
  CHECK(signatures(changed) == Found{"GBL file: by no key", "application 0x00000007: by no key"});
  CHECK(read_bytes(gbl({})).device.posture.images.back().place.path == "dump.bin!0x08006000");
}

TEST_CASE("GBL: one that is cut is told of once, and is not said to be unsigned") {
  const Bytes good = gbl({});
  CHECK(problems(read_bytes(good)).empty());
  CHECK(has_problem(read_bytes(gbl({.ended = false})), "expected its end tag, found none"));
  for (const size_t size : {size_t{40}, size_t{0x200}, good.size() - 60, good.size() - 1}) {
    CAPTURE(size);
    const Reading cut = read_bytes(View(good).first(size));
    CHECK(has_problem(cut, "GBL tag: expected "));
    for (const SignedImage& image : cut.device.posture.images)
      CHECK(image.signature != ImageSignature::none);
  }
}
