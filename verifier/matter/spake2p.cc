#include "verifier/matter/spake2p.h"

#include <fmt/format.h>

#include "verifier/crypto.h"

namespace attest {
namespace {

constexpr size_t kScalarBytes = 32;
// Core 3.10: w0s and w1s are longer than the group's order by 8 bytes, so that reducing them leaves no bias.
constexpr size_t kWideScalarBytes = 40;

}  // namespace

Result<Bytes> spake2p_verifier(uint32_t passcode, View salt, uint32_t iterations) {
  if (salt.size() < kMinSalt || salt.size() > kMaxSalt) {
    return error(fmt::format("salt: expected {} to {} bytes, found {}", kMinSalt, kMaxSalt, salt.size()));
  }
  if (iterations < kMinPbkdfIterations || iterations > kMaxPbkdfIterations) {
    return error(fmt::format("iterations: expected {} to {}, found {}", kMinPbkdfIterations, kMaxPbkdfIterations, iterations));
  }
  // The password is the passcode as four bytes, least significant first.
  std::array<uint8_t, 4> password{};
  for (size_t i = 0; i < password.size(); ++i) password[i] = static_cast<uint8_t>(passcode >> (8 * i));
  const Bytes ws = pbkdf2_hmac_sha256(password, salt, iterations, 2 * kWideScalarBytes);
  const Bytes w0 = scalar_mod_order(View(ws).first(kWideScalarBytes));
  const Bytes w1 = scalar_mod_order(View(ws).last(kWideScalarBytes));
  const auto l = public_key_of(w1);
  if (!l) return error("w1: expected a scalar from 1 to n - 1, found 0");
  Bytes verifier = w0;
  verifier.insert(verifier.end(), l->begin(), l->end());
  return verifier;
}

std::optional<std::string> judge_verifier(View verifier) {
  if (verifier.size() != kVerifierBytes) {
    return fmt::format("verifier: expected {} bytes, found {}", kVerifierBytes, verifier.size());
  }
  const View w0 = verifier.first(kScalarBytes);
  if (!equal(scalar_mod_order(w0), w0)) return "w0: expected a scalar below the order of P-256, found a larger one";
  if (!on_curve(verifier.subspan(kScalarBytes))) return "L: expected an uncompressed point on P-256, found none";
  return std::nullopt;
}

}  // namespace attest
