#include "verifier/matter/spake2p.h"

#include <algorithm>

#include "tests/support/support.h"

using namespace attest;

namespace {

Bytes counting(size_t n) {
  Bytes out(n);
  for (size_t i = 0; i < n; ++i) out[i] = static_cast<uint8_t>(i);
  return out;
}

}  // namespace

TEST_CASE("verifiers of known passcodes") {
  const Bytes text_salt = to_bytes(view("SPAKE2P Key Salt"));
  const struct {
    uint32_t passcode;
    Bytes salt;
    uint32_t iterations;
    std::string verifier;
  } rows[] = {
      {20202021, text_salt, 1000,
       "b96170aae803346884724fe9a3b287c30330c2a660375d17bb205a8cf1aecb350457f8ab79ee253ab6a8e46bb09"
       "e543ae422736de501e3d"
       "b"
       "37d441fe344920d09548e4c18240630c4ff4913c53513839b7c07fcc0627a1b8573a149fcd1fa466cf"},
      {20202021, text_salt, 10000,
       "738d2ee7ea38e28308e0c6346a38171104f30973726feaca53002d5d6380923804ac12783f88f62615b24f3e510"
       "9958f0329822c8595737"
       "3"
       "a95b3e43304b5d72effb4d80f141ebb56d0925293abe8c663711c2caaaaccb360d4c2e5c07fbe30821"},
      {12349876, counting(32), 100000,
       "4f2fd35fa7023fc651924ac7e3f63c3598b16bdb6be8717ea8f763b3550f43ba0481a77b54adc2efe30b7e13711"
       "3adb46a8ab23d66a57ca"
       "c"
       "00ae400e34adc1719f5d4fbc5ea1cb20349f569d22ec215e9d6d171789eb80b3b458a203106bf5a2f2"},
      {99999998, counting(16), 1000,
       "918102e1900ceb3064d9d82e9f1f1b6fb80f0742cd785cc31cd1aee374da57ca0479e981c70152f6bdbeb1d3f3a"
       "233d895dbef94630fd14"
       "e"
       "899264cecc81dd158b7ac366604512059e3bb8e6212c4a35211cd3eaa35b045ea9eb547da98b188c7a"},
      {1, counting(16), 2000,
       "22f505db7f8e3fb2a4e540e6236cdf85c7514dcaf7603dd1140b06c30b53b19504f6b504bc128d73907f0ffa294"
       "42521be51002daf75a1c"
       "2"
       "52f87fc86149445426ea9571ac5d6d267ba4a3e607c60c1f787c82b65ec74be4e70a0fc332cbc64605"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.passcode);
    const auto verifier = spake2p_verifier(row.passcode, row.salt, row.iterations);
    REQUIRE(verifier);
    CHECK(hex(*verifier) == row.verifier);
    CHECK(verifier->size() == kVerifierBytes);
    CHECK(judge_verifier(*verifier) == std::nullopt);
    CHECK(is_verifier_of(*verifier, row.passcode, row.salt, row.iterations).value());
  }
  CHECK(base64(*spake2p_verifier(20202021, text_salt, 1000)) ==
        "uWFwqugDNGiEck/po7KHwwMwwqZgN10XuyBajPGuyzUEV/"
        "iree4lOrao5GuwnlQ65CJzbeUB49s31EH+NEkg0JVI5MGCQGMMT/SRPFNRODm3wH/M"
        "BiehuFc6FJ/NH6Rmzw==");
}

TEST_CASE("salts and iterations out of range are refused") {
  const struct {
    size_t salt;
    uint32_t iterations;
    std::string why;
  } rows[] = {
      {15, 1000, "salt: expected 16 to 32 bytes, found 15"},
      {33, 1000, "salt: expected 16 to 32 bytes, found 33"},
      {16, 999, "iterations: expected 1000 to 100000, found 999"},
      {32, 100001, "iterations: expected 1000 to 100000, found 100001"},
  };
  for (const auto& row : rows)
    CHECK(spake2p_verifier(20202021, Bytes(row.salt), row.iterations).error().what == row.why);
}

TEST_CASE("a verifier is of one passcode, salt and count") {
  const Bytes salt = counting(16), good = spake2p_verifier(34567890, salt, 1000).value();
  CHECK(is_verifier_of(good, 34567890, salt, 1000).value());
  CHECK(!is_verifier_of(good, 34567891, salt, 1000).value());
  CHECK(!is_verifier_of(good, 34567890, salt, 1001).value());
  CHECK(!is_verifier_of(good, 34567890, counting(17), 1000).value());
  CHECK(!is_verifier_of(View(good).first(96), 34567890, salt, 1000).value());
  // Every byte counts: those that the first derived block decides, the last eight of w0, and L.
  for (size_t at = 0; at < good.size(); ++at) {
    Bytes altered = good;
    altered[at] ^= 1;
    CAPTURE(at);
    CHECK(!is_verifier_of(altered, 34567890, salt, 1000).value());
  }
  CHECK(is_verifier_of(good, 34567890, counting(15), 1000).error().what ==
        "salt: expected 16 to 32 bytes, found 15");
}

TEST_CASE("a verifier's first derived block is compared across the order, too") {
  // w0 is reduced: over many passcodes both a borrow and none come up.
  for (uint32_t passcode = 1; passcode <= 200; ++passcode) {
    CAPTURE(passcode);
    CHECK(is_verifier_of(spake2p_verifier(passcode, counting(16), 1000).value(), passcode,
                         counting(16), 1000)
              .value());
  }
}

TEST_CASE("the shape of a verifier is judged") {
  const Bytes good = spake2p_verifier(20202021, counting(16), 1000).value();
  // The order of P-256 (SEC 2, 2.4.2): the first w0 that is too large.
  const Bytes order =
      from_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551").value();

  Bytes verifier = good;
  verifier.pop_back();
  CHECK(judge_verifier(verifier) == "verifier: expected 97 bytes, found 96");
  CHECK(judge_verifier({}) == "verifier: expected 97 bytes, found 0");

  verifier = good;
  std::copy(order.begin(), order.end(), verifier.begin());
  CHECK(judge_verifier(verifier) ==
        "w0: expected a scalar below the order of P-256, found a larger one");
  verifier[31] = 0x50;  // the order less one
  CHECK(judge_verifier(verifier) == std::nullopt);

  verifier = good;
  verifier[96] ^= 1;
  CHECK(judge_verifier(verifier) == "L: expected an uncompressed point on P-256, found none");
  verifier = good;
  verifier[32] = 0x02;
  CHECK(judge_verifier(verifier) == "L: expected an uncompressed point on P-256, found none");
}
