// Two engines, one verdict: whatever signature, key and digest, crypto_mb answers as OpenSSL does.
// Runs where the library is (make crypto_mb fetches it) and the processor has AVX-512 IFMA;
// elsewhere it says skipped.

#include "engines/crypto_mb.h"

#include <algorithm>
#include <random>

#include "fixtures/forge/signer.h"
#include "platform/files.h"
#include "tests/support/judged.h"
#include "tests/support/support.h"
#include "verifier/batch/batch.h"

using namespace attest;
using namespace attest::test;
namespace fs = std::filesystem;

namespace {

SignatureEngine* fast_engine() {
  static const auto loaded = [] {
    const char* fetched = "build/crypto_mb/lib/libcrypto_mb.so";
    return load_crypto_mb(fs::exists(fetched) ? fetched : "");
  }();
  if (!loaded) MESSAGE("skipped: " << loaded.error().what);
  return loaded ? loaded->get() : nullptr;
}

using Number = std::array<uint8_t, 32>;
Number number(const char* hex_digits) {
  Number out{};
  std::ranges::copy(*from_hex(hex_digits), out.begin());
  return out;
}

// What r, s and coordinates are tried as: zero, one, the order and the prime and their neighbours,
// the largest.
std::vector<Number> edges() {
  std::vector<Number> out = {
      Number{}, number("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"),
      number("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF")};
  for (const size_t of : {1u, 2u}) {
    Number less = out[of], more = out[of];
    --less[31];
    for (size_t i = 32; i-- > 0 && ++more[i] == 0;) {
    }
    out.push_back(less);
    out.push_back(more);
  }
  Number one{}, largest;
  one[31] = 1;
  largest.fill(0xFF);
  out.push_back(one);
  out.push_back(largest);
  return out;
}

std::vector<uint8_t> answers_of(SignatureEngine& engine, std::span<const SignatureJob> jobs) {
  std::vector<uint8_t> out(jobs.size(), 7);
  engine.verify(jobs, out);
  return out;
}

// Right ones, and each of them spoilt in some way.
class Signatures {
 public:
  Signatures() {
    for (size_t i = 0; i < 200; ++i) {
      const forge::KeyPair key = forge::key_named("engine " + std::to_string(i));
      const std::string message = "message " + std::to_string(i);
      good_.push_back({.key = key.point,
                       .digest = sha256(view(message)),
                       .signature = forge::sign(key, view(message))});
    }
  }
  SignatureJob next() {
    SignatureJob job = good_[random_() % good_.size()];
    const auto bit = [&](auto& bytes) {
      bytes[random_() % bytes.size()] ^= static_cast<uint8_t>(1u << random_() % 8);
    };
    const auto part = [&](auto& bytes, size_t at) {
      std::ranges::copy(edges_[random_() % edges_.size()],
                        bytes.begin() + static_cast<std::ptrdiff_t>(at));
    };
    switch (random_() % 12) {
      case 0:
        bit(job.digest);
        break;
      case 1:
        bit(job.signature);
        break;
      case 2:
        bit(job.key);
        break;
      case 3:
        part(job.signature, 0);
        break;
      case 4:
        part(job.signature, 32);
        break;
      case 5:
        part(job.signature, 0), part(job.signature, 32);
        break;
      case 6:
        part(job.key, 1);
        break;
      case 7:
        part(job.key, 1), part(job.key, 33);
        break;
      case 8:
        job.key = good_[random_() % good_.size()].key;
        break;
      case 9:
        std::ranges::generate(job.signature, [&] { return static_cast<uint8_t>(random_()); });
        break;
      default:
        break;
    }
    return job;
  }

 private:
  std::vector<SignatureJob> good_;
  std::vector<Number> edges_ = edges();
  std::mt19937 random_{20261121};
};

}  // namespace

TEST_CASE("crypto_mb answers as OpenSSL does, edge cases included") {
  SignatureEngine* fast = fast_engine();
  if (fast == nullptr) return;
  const char* asked = std::getenv("MATTER_ATTEST_SIGNATURES");  // 1000000 for the long run
  const size_t count = asked == nullptr ? 8'000 : std::strtoul(asked, nullptr, 10);
  Signatures signatures;
  size_t differences = 0, accepted = 0;
  for (size_t done = 0; done < count;) {
    std::vector<SignatureJob> jobs;
    for (size_t size = 1 + done % 61; jobs.size() < size; ++done) jobs.push_back(signatures.next());
    const auto a = answers_of(*fast, jobs), b = answers_of(openssl_engine(), jobs);
    for (size_t i = 0; i < jobs.size(); ++i) {
      accepted += b[i];
      if (a[i] == b[i]) continue;
      ++differences;
      FAIL_CHECK("crypto_mb says " << int(a[i]) << ", OpenSSL " << int(b[i]) << ": key "
                                   << hex(jobs[i].key) << " digest " << hex(jobs[i].digest)
                                   << " signature " << hex(jobs[i].signature));
    }
  }
  MESSAGE(count << " signatures, " << accepted << " right, " << differences
                << " answered otherwise");
  CHECK(accepted > count / 10);
  CHECK(accepted < count / 2);
}

TEST_CASE(
    "every number that is an edge, as r and s and as coordinates, is refused by both engines "
    "alike") {
  SignatureEngine* fast = fast_engine();
  if (fast == nullptr) return;
  const forge::KeyPair key = forge::key_named("engine edge");
  const SignatureJob good{.key = key.point,
                          .digest = sha256(view("edge")),
                          .signature = forge::sign(key, view("edge"))};
  std::vector<SignatureJob> jobs;
  for (const Number& a : edges()) {
    for (const Number& b : edges()) {
      SignatureJob of_signature = good, of_key = good;
      std::ranges::copy(a, of_signature.signature.begin());
      std::ranges::copy(b, of_signature.signature.begin() + 32);
      std::ranges::copy(a, of_key.key.begin() + 1);
      std::ranges::copy(b, of_key.key.begin() + 33);
      jobs.insert(jobs.end(), {of_signature, of_key});
    }
  }
  for (const uint8_t form : std::array<uint8_t, 5>{0x00, 0x02, 0x03, 0x06, 0x07}) {
    jobs.push_back(good);
    jobs.back().key[0] = form;
  }
  CHECK(answers_of(*fast, jobs) == answers_of(openssl_engine(), jobs));
  CHECK(std::ranges::count(answers_of(*fast, jobs), 1) == 0);
  CHECK(answers_of(*fast, {&good, 1}) == std::vector<uint8_t>{1});
  CHECK(answers_of(*fast, {}).empty());
}

TEST_CASE("every forged device, vector and capture has the same answers from both engines") {
  SignatureEngine* fast = fast_engine();
  if (fast == nullptr) return;
  std::vector<SignatureJob> jobs;
  const auto add = [&](Evidence e) {
    e.answers = {};
    for (const SignatureRequest& request : signature_requests(e)) {
      if (const auto* job = std::get_if<SignatureJob>(&request.job)) jobs.push_back(*job);
    }
  };
  const TrustStore trust = TrustStore::builtin(true);
  const auto gather_again = [&](Reading reading) {
    const Policy policy{.network = Network::test,
                        .at = *parse_rfc3339("2026-06-01T00:00:00Z"),
                        .required = {},
                        .show_passcode = false};
    return gather(std::move(reading), policy, trust, nullptr, openssl_engine());
  };
  for (const std::string& name : fixture_names()) add(std::move(judge_fixture(name).evidence));
  for (const char* part : {"captures", "matter-sdk"}) {
    if (!have_shared(part)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(shared() / part)) {
      if (!entry.is_directory()) continue;
      Reading reading;
      (void)read_paths({entry.path().string()}, reading);
      add(gather_again(std::move(reading)));
    }
  }
  MESSAGE(jobs.size() << " signatures");
  CHECK(jobs.size() > 500);
  CHECK(answers_of(*fast, jobs) == answers_of(openssl_engine(), jobs));
}

TEST_CASE("a library that is not there or not the right one is named") {
  const auto absent = load_crypto_mb("/nowhere/libcrypto_mb.so");
  REQUIRE(!absent);
  CHECK(absent.error().what ==
        "crypto_mb cannot be loaded: /nowhere/libcrypto_mb.so: cannot open shared object file: No "
        "such file or directory");
  const auto other = load_crypto_mb("libm.so.6");
  REQUIRE(!other);
  CHECK(
      other.error().what ==
      "crypto_mb: expected the function mbx_nistp256_ecdsa_verify_mb8 in the library, found none");
}
