#include "engines/crypto_mb.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <utility>

#include "engines/shared_object.h"

namespace attest {
namespace {

constexpr size_t kLanes = 8;

// The library's C interface, as its headers of version 13 declare it. Numbers: messages and
// signatures big endian, the key's coordinates as four little-endian words. Each lane has a nibble
// of the status; 0 is "verifies".
using VerifyEight = uint32_t (*)(const uint8_t* const r[kLanes], const uint8_t* const s[kLanes],
                                 const uint8_t* const digest[kLanes],
                                 const uint64_t* const x[kLanes], const uint64_t* const y[kLanes],
                                 const uint64_t* const z[kLanes], uint8_t* scratch);
using GetFeatures = uint64_t (*)();
using IsApplicable = int (*)(uint64_t features);

using Number = std::array<uint8_t, 32>;
// P-256: the field's prime and the group's order (SEC 2, 2.4.2).
constexpr Number kPrime = {0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
                           0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF,
                           0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
constexpr Number kOrder = {0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF,
                           0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17,
                           0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51};
constexpr Number kZero{};

bool below(const uint8_t* number, const Number& bound) {
  return std::memcmp(number, bound.data(), bound.size()) < 0;
}
bool in_group(const uint8_t* number) {
  return below(number, kOrder) && std::memcmp(number, kZero.data(), kZero.size()) != 0;
}

// Whether the numbers are in range is compared here, whatever the library compares.
bool in_range(const SignatureJob& job) {
  return job.key[0] == 0x04 && below(job.key.data() + 1, kPrime) &&
         below(job.key.data() + 33, kPrime) && in_group(job.signature.data()) &&
         in_group(job.signature.data() + 32);
}

struct Coordinate {
  uint64_t words[4];
};
Coordinate coordinate(const uint8_t* big_endian) {
  Coordinate out{};
  for (size_t w = 0; w < 4; ++w) {
    uint64_t word = 0;
    for (size_t b = 0; b < 8; ++b) word = word << 8 | big_endian[8 * (3 - w) + b];
    out.words[w] = word;
  }
  return out;
}

// Fewer than this in a last group are quicker one by one.
constexpr size_t kWorthwhile = 3;
constexpr uint64_t kOneIn = 512;  // of the accepted, checked again

class CryptoMb final : public SignatureEngine {
 public:
  explicit CryptoMb(VerifyEight verify_eight) : verify_eight_(verify_eight) {}
  const char* name() const override { return "crypto_mb"; }

  void verify(std::span<const SignatureJob> jobs, std::span<uint8_t> answers) override {
    std::fill(answers.begin(), answers.end(), uint8_t{0});
    std::array<size_t, kLanes> lane{};
    size_t filled = 0;
    for (size_t i = 0; i < jobs.size() && i < answers.size(); ++i) {
      if (!in_range(jobs[i]) || wrong_.load(std::memory_order_relaxed)) {
        decide(jobs, answers, i);
        continue;
      }
      lane[filled++] = i;
      if (filled == kLanes) {
        eight(jobs, answers, {lane.data(), filled});
        filled = 0;
      }
    }
    if (filled >= kWorthwhile) {
      eight(jobs, answers, {lane.data(), filled});
    } else {
      for (size_t l = 0; l < filled; ++l) decide(jobs, answers, lane[l]);
    }
  }

 private:
  void eight(std::span<const SignatureJob> jobs, std::span<uint8_t> answers,
             std::span<const size_t> lanes) {
    const uint8_t *r[kLanes] = {}, *s[kLanes] = {}, *digest[kLanes] = {};
    const uint64_t *x[kLanes] = {}, *y[kLanes] = {};
    Coordinate xs[kLanes], ys[kLanes];
    for (size_t l = 0; l < kLanes; ++l) {
      const SignatureJob& job =
          jobs[lanes[l < lanes.size() ? l : 0]];  // what is left over repeats the first
      r[l] = job.signature.data();
      s[l] = job.signature.data() + 32;
      digest[l] = job.digest.data();
      xs[l] = coordinate(job.key.data() + 1);
      ys[l] = coordinate(job.key.data() + 33);
      x[l] = xs[l].words;
      y[l] = ys[l].words;
    }
    const uint32_t status = verify_eight_(r, s, digest, x, y, nullptr, nullptr);
    for (size_t l = 0; l < lanes.size(); ++l) {
      const size_t i = lanes[l];
      const bool accepted = (status >> (4 * l) & 0xF) == 0;
      if (accepted && accepted_.fetch_add(1, std::memory_order_relaxed) % kOneIn != 0) {
        answers[i] = 1;
      } else {
        decide(jobs, answers, i);
        if (accepted && answers[i] == 0) wrong_ = true;
      }
    }
  }

  void decide(std::span<const SignatureJob> jobs, std::span<uint8_t> answers, size_t i) {
    openssl_engine().verify(jobs.subspan(i, 1), answers.subspan(i, 1));
  }

  VerifyEight verify_eight_;
  std::atomic<uint64_t> accepted_ = 0;
  std::atomic<bool> wrong_ = false;  // it accepted what OpenSSL refused: never asked again
};

// The signature of "sample" in RFC 6979 A.2.5 (P-256, SHA-256).
SignatureJob known_signature() {
  constexpr const char* kKey =
      "0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB67903FE1008B8BC99A41AE9E956"
      "28BC64F2F1B20C2D7E9F5177A3C294D4462299";
  constexpr const char* kSignature =
      "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716F7CB1C942D657C41D436C7A1B6E2"
      "9F65F3E900DBB9AFF4064DC4AB2F843ACDA8";
  SignatureJob job{.key = {}, .digest = sha256(view("sample")), .signature = {}};
  std::ranges::copy(*from_hex(kKey), job.key.begin());
  std::ranges::copy(*from_hex(kSignature), job.signature.begin());
  return job;
}

// Right in every lane, and wrong in every lane.
bool answers_rightly(VerifyEight verify_eight) {
  const SignatureJob good = known_signature();
  SignatureJob bad = good;
  bad.digest[0] ^= 1;
  for (const uint32_t wrong : {0x00u, 0xFFu, 0x55u, 0xAAu}) {
    const uint8_t *r[kLanes], *s[kLanes], *digest[kLanes];
    const uint64_t *x[kLanes], *y[kLanes];
    const Coordinate cx = coordinate(good.key.data() + 1), cy = coordinate(good.key.data() + 33);
    for (size_t l = 0; l < kLanes; ++l) {
      r[l] = good.signature.data();
      s[l] = good.signature.data() + 32;
      digest[l] = ((wrong >> l & 1) != 0 ? bad : good).digest.data();
      x[l] = cx.words;
      y[l] = cy.words;
    }
    const uint32_t status = verify_eight(r, s, digest, x, y, nullptr, nullptr);
    for (size_t l = 0; l < kLanes; ++l) {
      if (((status >> (4 * l) & 0xF) == 0) != ((wrong >> l & 1) == 0)) return false;
    }
  }
  return true;
}

// The compiler's run-time libraries that it needs lie beside it where a package of their own brings
// them, and the loader does not look there. Those that cannot be loaded are missed by what follows.
void load_neighbours(const std::filesystem::path& library) {
  for (const char* name : {"libintlc.so.5", "libirng.so", "libimf.so", "libsvml.so"}) {
    std::error_code failed;
    const auto neighbour = library.parent_path() / name;
    if (std::filesystem::exists(neighbour, failed))
      static_cast<void>(open_shared_object(neighbour, RTLD_NOW | RTLD_GLOBAL));
  }
}

}  // namespace

Result<std::unique_ptr<SignatureEngine>> load_crypto_mb(const std::string& library) {
  std::vector<std::string> names;
  if (!library.empty()) {
    names = {library};
  } else {
    if (MATTER_ATTEST_CRYPTO_MB[0] != '\0') names.emplace_back(MATTER_ATTEST_CRYPTO_MB);
    names.insert(names.end(), {"libcrypto_mb.so.13", "libcrypto_mb.so.12", "libcrypto_mb.so.11",
                               "libcrypto_mb.so"});
  }
  void* module = nullptr;
  std::string why;
  for (const std::string& name : names) {
    if (name.find('/') != std::string::npos) load_neighbours(name);
    auto opened = open_shared_object(name, RTLD_NOW | RTLD_LOCAL);
    if (opened) {
      module = *opened;
      break;
    }
    if (why.empty()) why = std::move(opened.error().what);
  }
  if (module == nullptr) return error(fmt::format("crypto_mb cannot be loaded: {}", why));
  const auto features = reinterpret_cast<GetFeatures>(dlsym(module, "mbx_get_cpu_features"));
  const auto applicable =
      reinterpret_cast<IsApplicable>(dlsym(module, "mbx_is_crypto_mb_applicable"));
  const auto verify_eight =
      reinterpret_cast<VerifyEight>(dlsym(module, "mbx_nistp256_ecdsa_verify_mb8"));
  if (features == nullptr || applicable == nullptr || verify_eight == nullptr)
    return error(
        "crypto_mb: expected the function mbx_nistp256_ecdsa_verify_mb8 in the library, found "
        "none");
  if (applicable(features()) == 0)
    return error("crypto_mb: expected a processor with AVX-512 IFMA, found one without");
  if (!answers_rightly(verify_eight))
    return error("crypto_mb: expected right answers to a known signature, found wrong ones");
  return std::make_unique<CryptoMb>(verify_eight);  // the module stays loaded
}

}  // namespace attest
