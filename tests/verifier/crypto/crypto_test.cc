#include "verifier/crypto/crypto.h"

#include <algorithm>
#include <thread>

#include "tests/support/der_writer.h"
#include "tests/support/folder.h"

using namespace attest;
using namespace attest::test;

namespace {

const char* const kOrder =
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";  // SEC 2, secp256r1

bool verifies(const SignatureJob& job) {
  uint8_t answer = 2;
  openssl_engine().verify({&job, 1}, {&answer, 1});
  REQUIRE(answer < 2);
  return answer == 1;
}

SignatureJob signed_job(uint8_t seed) {
  SignatureJob job;
  job.key = *public_key_of(scalar(seed));
  job.digest = sha256(Bytes{seed, 1});
  job.signature = *sign_p256(scalar(seed), job.digest);
  return job;
}

void put(SignatureJob& job, size_t at, const Bytes& number) {
  std::copy(number.begin(), number.end(), job.signature.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace

TEST_CASE("crypto: digests") {
  // FIPS 180-4 and FIPS 202 example messages.
  CHECK(hex(sha256(view("abc"))) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(sha256({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256(view("a"), view("bc")) == sha256(view("abc")));
  CHECK(hex(md5(view("abc"))) == "900150983cd24fb0d6963f7d28e17f72");  // RFC 1321 A.5
  const struct {
    uint32_t type;
    size_t size;
    const char* begins;
  } rows[] = {{1, 32, "ba7816bf"},  {7, 48, "cb00753f"},    {8, 64, "ddaf35a1"},
              {10, 32, "3a985da7"}, {11, 48, "ec01498288"}, {12, 64, "b751850b"}};
  for (const auto& row : rows) {
    CAPTURE(row.type);
    auto hash = Hash::of_type(row.type);
    REQUIRE(hash);
    hash->update(view("a"));
    hash->update({});
    hash->update(view("bc"));
    const Bytes digest = hash->finish();
    CHECK(digest.size() == row.size);
    CHECK(hex(digest).starts_with(row.begins));
  }
  CHECK(Hash::of_type(9).error().what == "digest type: expected 1, 7, 8, 10, 11 or 12, found 9");
}

TEST_CASE("crypto: hmac and pbkdf2") {
  // RFC 4231 test case 2, and its test case 6 (a key longer than a block).
  CHECK(hex(hmac_sha256(view("Jefe"), view("what do ya want for nothing?"))) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hex(hmac_sha256(Bytes(131, 0xAA),
                        view("Test Using Larger Than Block-Size Key - Hash Key First"))) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  // RFC 7914 section 11.
  const Pbkdf2 derived(view("passwd"), view("salt"), 1);
  CHECK(hex(derived.block(1)) ==
        "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
  CHECK(hex(derived.block(2)) ==
        "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783");
  CHECK(hex(Pbkdf2(view("Password"), view("NaCl"), 80000).block(1))
            .starts_with("4ddcd8f60b98be21830cee5ef22701f9"));
}

TEST_CASE("crypto: points and scalars of P-256") {
  const Bytes order = raw(kOrder), one = join({Bytes(31, 0), {1}});
  Bytes last = order;
  --last[31];
  const Bytes generator = to_bytes(*public_key_of(one));
  CHECK(hex(generator).starts_with(
      "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"));  // SEC 2
  const Bytes mirrored = to_bytes(*public_key_of(last));                       // -G: the same x
  CHECK(equal(View(mirrored).first(33), View(generator).first(33)));
  CHECK(mirrored != generator);
  for (const Bytes& bad :
       {Bytes(32, 0), order, Bytes(32, 0xFF), Bytes(31, 1), Bytes(33, 1), Bytes{}})
    CHECK_FALSE(public_key_of(bad));

  CHECK(on_curve(generator));
  Bytes off = generator, hybrid = generator, infinity(65, 0), big(65, 0xFF);
  off[64] ^= 1;
  hybrid[0] = static_cast<uint8_t>(6 + generator[64] % 2);
  infinity[0] = big[0] = 4;
  const Bytes compressed(generator.begin(), generator.begin() + 33);
  for (const Bytes& bad : {off, hybrid, infinity, big, compressed, Bytes{0}, Bytes{}})
    CHECK_FALSE(on_curve(bad));

  CHECK(hex(scalar_mod_order({})) == std::string(64, '0'));
  CHECK(scalar_mod_order(order) == Bytes(32, 0));
  CHECK(scalar_mod_order(last) == last);
  CHECK(scalar_mod_order(join({order, Bytes(32, 0)})) == Bytes(32, 0));
  CHECK(scalar_mod_order(join({Bytes(40, 0), {7}})) == join({Bytes(31, 0), {7}}));
  // 2^256 mod n = 2^256 - n.
  CHECK(hex(scalar_mod_order(join({{1}, Bytes(32, 0)}))) ==
        "00000000ffffffff00000000000000004319055258e8617b0c46353d039cdaaf");
}

TEST_CASE("crypto: a signature verifies under its key and digest only") {
  const SignatureJob good = signed_job(1);
  CHECK(verifies(good));
  for (size_t i = 0; i < 64; ++i) {
    SignatureJob bad = good;
    bad.signature[i] ^= 0x10;
    CHECK_FALSE(verifies(bad));
  }
  SignatureJob other = good;
  other.key = signed_job(2).key;
  CHECK_FALSE(verifies(other));
  other = good;
  other.digest[31] ^= 1;
  CHECK_FALSE(verifies(other));
  CHECK(verifies(good));
}

TEST_CASE("crypto: keys in turn, more than are kept, and what is none between them") {
  std::vector<SignatureJob> jobs;
  for (uint8_t seed = 1; seed <= 20; ++seed) jobs.push_back(signed_job(seed));
  SignatureJob off = jobs[0];
  off.key[64] ^= 1;
  SignatureJob hybrid = jobs[0];
  hybrid.key[0] = static_cast<uint8_t>(6 + hybrid.key[64] % 2);
  for (size_t round = 0; round < 3; ++round) {
    for (size_t i = 0; i < jobs.size(); ++i) {
      CAPTURE(i);
      CHECK(verifies(jobs[i]));
      CHECK(verifies(jobs[i / 4]));
      for (const SignatureJob& none : {off, hybrid}) {
        CHECK_FALSE(verifies(none));
        CHECK_FALSE(on_curve(none.key));
      }
      // Of the key before, and of one that differs from it in a bit.
      SignatureJob other = jobs[i];
      other.key = jobs[(i + 1) % jobs.size()].key;
      CHECK_FALSE(verifies(other));
      other.key = jobs[i].key;
      CHECK(verifies(other));
      other.key[64] ^= 1;
      CHECK_FALSE(verifies(other));
      CHECK_FALSE(on_curve(other.key));
      CHECK(on_curve(jobs[i].key));
    }
  }
}

TEST_CASE("crypto: numbers out of range and points off the curve are false, never an accident") {
  const Bytes order = raw(kOrder), zero(32, 0), all(32, 0xFF), one = join({Bytes(31, 0), {1}});
  Bytes last = order;
  --last[31];
  const SignatureJob good = signed_job(1);
  for (const Bytes& number : {zero, order, all, one, last}) {
    for (const size_t at : {0u, 32u}) {
      SignatureJob bad = good;
      put(bad, at, number);
      CHECK_FALSE(verifies(bad));
      put(bad, 32 - at, number);
      CHECK_FALSE(verifies(bad));
    }
  }
  for (const uint8_t first : Bytes{0, 2, 3, 5, 6, 7, 0xFF}) {
    SignatureJob bad = good;
    bad.key[0] = first;
    CHECK_FALSE(verifies(bad));
  }
  SignatureJob bad = good;
  bad.key[64] ^= 1;
  CHECK_FALSE(verifies(bad));
  std::fill(bad.key.begin() + 1, bad.key.end(), uint8_t{0});
  CHECK_FALSE(verifies(bad));
  std::fill(bad.key.begin() + 1, bad.key.end(), uint8_t{0xFF});
  CHECK_FALSE(verifies(bad));
  // u1 G + u2 Q = infinity: digest e with Q = -(e/r) G. With Q = G and r = n - e that is so for
  // every s.
  SignatureJob infinite = good;
  infinite.key = *public_key_of(one);
  infinite.digest = {};
  infinite.digest[31] = 1;
  put(infinite, 0, last);
  put(infinite, 32, one);
  CHECK_FALSE(verifies(infinite));
  CHECK(verifies(good));
  CHECK(sign_p256(zero, good.digest).error().what ==
        "p-256 private key: expected 32 bytes between 1 and n - 1");
  CHECK_FALSE(sign_p256(order, good.digest));
}

TEST_CASE("crypto: a batch is answered in order, from any thread") {
  std::vector<SignatureJob> jobs;
  for (uint8_t i = 0; i < 24; ++i) {
    jobs.push_back(signed_job(i));
    if (i % 3 == 0) jobs.back().signature[5] ^= 1;
  }
  std::vector<std::vector<uint8_t>> answers(4, std::vector<uint8_t>(jobs.size(), 2));
  std::vector<std::thread> threads;
  for (auto& mine : answers) threads.emplace_back([&] { openssl_engine().verify(jobs, mine); });
  for (auto& thread : threads) thread.join();
  for (const auto& mine : answers) {
    for (size_t i = 0; i < jobs.size(); ++i) CHECK(mine[i] == (i % 3 == 0 ? 0 : 1));
  }
  openssl_engine().verify({}, {});
}

TEST_CASE("crypto: ciphers") {
  // NIST SP 800-38A F.1.1, F.1.5 and F.2.1, F.2.5: first block.
  const Bytes plain = raw("6bc1bee22e409f96e93d7e117393172a"),
              key128 = raw("2b7e151628aed2a6abf7158809cf4f3c");
  const Bytes key256 = raw("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"),
              iv = raw("000102030405060708090a0b0c0d0e0f");
  CHECK(aes_ecb_decrypt(key128, raw("3ad77bb40d7a3660a89ecaf32466ef97")) == plain);
  CHECK(aes_ecb_decrypt(key256, raw("f3eed1bdb5d2a03c064b5a7e3db181f8")) == plain);
  CHECK(aes_cbc_decrypt(key128, iv, raw("7649abac8119b246cee98e9b12e9197d")) == plain);
  CHECK(aes_cbc_decrypt(key256, iv, raw("f58c4c04d6e5f1ba779eabfb5f7bfbd6")) == plain);
  CHECK(aes_ecb_decrypt(key128, {}).value().empty());
  CHECK(aes_cbc_decrypt(raw("8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b"), iv,
                        raw("4f021db243bc633d7178183a9fa071e8")) == plain);
  // IEEE 1619 vector 10: first block, and the tweak goes on with the next.
  const Bytes xts_key =
      raw("2718281828459045235360287471352662497757247093699959574966967627 "
          "3141592653589793238462643383279502884197169399375105820974944592");
  const Bytes tweak = join({{0xFF}, Bytes(15, 0)}), block = raw("1c3b3a102f770386e4836c99e370cf9b");
  CHECK(hex(*aes256_xts_decrypt(xts_key, tweak, block)) == "000102030405060708090a0b0c0d0e0f");
  CHECK(hex(*aes256_xts_decrypt(xts_key, tweak,
                                join({block, raw("ea00803f5e482357a4ae12d414a3e63b")}))) ==
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  CHECK(aes256_xts_decrypt(xts_key, tweak, Bytes(33, 1))->size() == 33);
  CHECK(aes256_xts_decrypt(Bytes(64, 7), tweak,
                           block));  // equal halves are a poor key, and still a key

  const auto words = [](const Result<Bytes>& result) {
    return result ? "ok" : result.error().what;
  };
  CHECK(words(aes_ecb_decrypt(Bytes(15), plain)) ==
        "aes-ecb: expected a key of 16, 24 or 32 bytes, found 15");
  CHECK(words(aes_ecb_decrypt(key128, Bytes(17))) ==
        "aes-ecb: expected whole blocks of 16 bytes, found 17 bytes");
  CHECK(words(aes_cbc_decrypt(Bytes(64), iv, plain)) ==
        "aes-cbc: expected a key of 16, 24 or 32 bytes, found 64");
  CHECK(words(aes_cbc_decrypt(key128, Bytes(12), plain)) ==
        "aes-cbc: expected an initialisation vector of 16 bytes, found 12");
  CHECK(words(aes_cbc_decrypt(key128, iv, Bytes(1))) ==
        "aes-cbc: expected whole blocks of 16 bytes, found 1 bytes");
  CHECK(words(aes256_xts_decrypt(Bytes(32), tweak, plain)) ==
        "aes-xts: expected a key of 64 bytes, found 32");
  CHECK(words(aes256_xts_decrypt(Bytes(64), Bytes(8), plain)) ==
        "aes-xts: expected a tweak of 16 bytes, found 8");
  CHECK(words(aes256_xts_decrypt(Bytes(64), tweak, Bytes(15))) ==
        "aes-xts: expected at least 16 bytes, found 15");
}

// The same tests in a process whose OPENSSL_CONF would take every algorithm away (or load a module
// that is not there) from whoever uses OpenSSL's default context.
TEST_CASE("a host's openssl.cnf changes no answer") {
  const Folder folder;
  const std::string conf =
      folder.write("openssl.cnf",
                   "openssl_conf = all\nconfig_diagnostics = 1\n[all]\nalg_section = "
                   "algorithms\nproviders = some\nengines = "
                   "engines\n"
                   "[algorithms]\ndefault_properties = fips=yes\n[some]\nbase = "
                   "base_section\nabsent = base_section\n"
                   "[base_section]\nactivate = 1\n[engines]\nnone = "
                   "engine_section\n[engine_section]\ndynamic_path = "
                   "/nonexistent.so\ninit = 1\n");
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string command =
      "OPENSSL_CONF='" + conf + "' '" + self + "' -tc='crypto:*' --no-colors 2>&1";
  // Some were run, and all of them passed.
  const std::string passed = " | grep -q 'test cases: *\\([1-9][0-9]*\\) *| *\\1 passed'";
  CHECK(std::system((command + passed).c_str()) == 0);
}
