// ML-DSA by each engine that is here: whether they agree, and how many verifications a second each
// makes beside `openssl speed`, in one run. Signatures are made by OpenSSL, which has ML-DSA from
// 3.5 on (a bare Debian 13); without it this says skipped.
// Usage: ml_dsa_bench [--signatures N] [--engine-library LIBIPPCP]

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "tests/bench/ml_dsa_engines.h"

using namespace attest;
using namespace attest::bench;

namespace {

struct Set {
  MlDsa set;
  const char* name;
};
struct Counts {
  size_t verified = 0, refused = 0, unsupported = 0, wrong = 0;
};

// Half of the signatures as they were made, half with one bit of key, message or signature turned.
int agree(const Set& set, const std::vector<Engine>& engines, size_t signatures) {
  constexpr size_t kKeys = 64;
  std::mt19937_64 random(20261130);
  std::vector<Pair> pairs;
  for (size_t i = 0; i < kKeys; ++i) pairs.emplace_back(set.name);
  std::vector<Counts> counts(engines.size());
  size_t disagree = 0;
  for (size_t i = 0; i < signatures; ++i) {
    const Pair& pair = pairs[i % kKeys];
    Bytes message(64 + random() % 900);
    for (uint8_t& byte : message) byte = static_cast<uint8_t>(random());
    Bytes signature = pair.sign(message), key = pair.public_key();
    const bool altered = i % 2 == 1;
    if (altered) {
      Bytes& whole = random() % 4 == 0 ? message : random() % 8 == 0 ? key : signature;
      whole[random() % whole.size()] ^= static_cast<uint8_t>(1U << random() % 8);
    }
    const MlDsaJob job{.set = set.set, .key = key, .message = message, .signature = signature};
    Checked first = Checked::unsupported;
    for (size_t e = 0; e < engines.size(); ++e) {
      const Checked answer = engines[e].engine->verify_ml_dsa(job);
      Counts& c = counts[e];
      ++(answer == Checked::verified  ? c.verified
         : answer == Checked::refused ? c.refused
                                      : c.unsupported);
      c.wrong += answer != (altered ? Checked::refused : Checked::verified);
      if (e == 0) first = answer;
      disagree += e > 0 && answer != first;
    }
  }
  size_t wrong = 0;
  for (size_t e = 0; e < engines.size(); ++e) {
    const Counts& c = counts[e];
    std::printf("%s, %zu signatures, %s: %zu verified, %zu refused, %zu not answered, %zu wrong\n",
                set.name, signatures, engines[e].name.c_str(), c.verified, c.refused, c.unsupported,
                c.wrong);
    wrong += c.wrong;
  }
  std::printf("%s: the engines disagree in %zu\n", set.name, disagree);
  return wrong + disagree == 0 ? 0 : 1;
}

void rates(const Set& set, const std::vector<Engine>& engines) {
  const Pair pair(set.name);
  const Bytes message(512, 0x5a), signature = pair.sign(message);
  const MlDsaJob job{
      .set = set.set, .key = pair.public_key(), .message = message, .signature = signature};
  const double bound = openssl_speed(set.name);
  for (const Engine& engine : engines) {
    size_t done = 0;
    const double begin = cpu_seconds();
    while (cpu_seconds() - begin < 3) {
      for (int i = 0; i < 50; ++i) done += engine.engine->verify_ml_dsa(job) == Checked::verified;
    }
    const double rate = static_cast<double>(done) / (cpu_seconds() - begin);
    std::printf("%s, %s: %.0f a second, openssl speed %.0f, ratio %.2f\n", set.name,
                engine.name.c_str(), rate, bound, bound > 0 ? rate / bound : 0);
  }
}

}  // namespace

int main(int argc, char** argv) {
  size_t signatures = 2000;
  std::string library;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--signatures") == 0)
      signatures = std::strtoul(argv[i + 1], nullptr, 10);
    if (std::strcmp(argv[i], "--engine-library") == 0) library = argv[i + 1];
  }
  if (!Pair("ML-DSA-44")) return std::puts(kNoSignatures), 0;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // 100,000 take minutes
  const auto engines = engines_here(library);
  int failed = 0;
  for (const Set& set : {Set{MlDsa::set_44, "ML-DSA-44"}, Set{MlDsa::set_65, "ML-DSA-65"}}) {
    failed |= agree(set, engines, signatures);
    rates(set, engines);
  }
  return failed;
}
