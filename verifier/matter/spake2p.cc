#include "verifier/matter/spake2p.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/crypto/crypto.h"

namespace attest {
namespace {

constexpr size_t kScalarBytes = 32;
// Core 3.10: w0s and w1s are longer than the group's order by 8 bytes, so that reducing them leaves
// no bias.
constexpr size_t kWideScalarBytes = 40;

// The derivation of a passcode's verifier.
Result<Pbkdf2> derivation(uint32_t passcode, View salt, uint32_t iterations) {
  if (salt.size() < kMinSalt || salt.size() > kMaxSalt) {
    return error(
        fmt::format("salt: expected {} to {} bytes, found {}", kMinSalt, kMaxSalt, salt.size()));
  }
  if (iterations < kMinPbkdfIterations || iterations > kMaxPbkdfIterations) {
    return error(fmt::format("iterations: expected {} to {}, found {}", kMinPbkdfIterations,
                             kMaxPbkdfIterations, iterations));
  }
  // The password is the passcode as four bytes, least significant first.
  std::array<uint8_t, 4> password{};
  for (size_t i = 0; i < password.size(); ++i)
    password[i] = static_cast<uint8_t>(passcode >> (8 * i));
  return Pbkdf2(password, salt, iterations);
}

// `first` is the derivation's first block.
Result<Bytes> verifier_of(const Pbkdf2& derived, const Sha256& first) {
  Bytes ws(first.begin(), first.end());
  for (const uint32_t number : {2U, 3U}) {
    const Sha256 next = derived.block(number);
    ws.insert(ws.end(), next.begin(), next.end());
  }
  const Bytes w0 = scalar_mod_order(View(ws).first(kWideScalarBytes));
  const Bytes w1 = scalar_mod_order(View(ws).subspan(kWideScalarBytes, kWideScalarBytes));
  const auto l = public_key_of(w1);
  if (!l) return error("w1: expected a scalar from 1 to n - 1, found 0");
  Bytes verifier = w0;
  verifier.insert(verifier.end(), l->begin(), l->end());
  return verifier;
}

// w0s is the first derived block and 8 bytes more, below 2^64. So w0 lies less than 2^64 after the
// block * 2^64, mod n.
bool may_start(View w0, const Sha256& block) {
  Bytes wide(block.begin(), block.end());
  wide.resize(kWideScalarBytes);
  const Bytes rest = difference_mod_order(w0, scalar_mod_order(wide));
  return std::all_of(rest.begin(),
                     rest.begin() + kScalarBytes - (kWideScalarBytes - sizeof(Sha256)),
                     [](uint8_t b) { return b == 0; });
}

}  // namespace

Result<Bytes> spake2p_verifier(uint32_t passcode, View salt, uint32_t iterations) {
  const auto derived = derivation(passcode, salt, iterations);
  if (!derived) return tl::unexpected(derived.error());
  return verifier_of(*derived, derived->block(1));
}

Result<bool> is_verifier_of(View verifier, uint32_t passcode, View salt, uint32_t iterations) {
  const auto derived = derivation(passcode, salt, iterations);
  if (!derived) return tl::unexpected(derived.error());
  if (verifier.size() != kVerifierBytes) return false;
  const Sha256 first = derived->block(1);
  if (!may_start(verifier.first(kScalarBytes), first)) return false;
  const auto whole = verifier_of(*derived, first);
  return whole.has_value() && equal(*whole, verifier);
}

std::optional<std::string> judge_verifier(View verifier) {
  if (verifier.size() != kVerifierBytes) {
    return fmt::format("verifier: expected {} bytes, found {}", kVerifierBytes, verifier.size());
  }
  const View w0 = verifier.first(kScalarBytes);
  if (!equal(scalar_mod_order(w0), w0))
    return "w0: expected a scalar below the order of P-256, found a larger one";
  if (!on_curve(verifier.subspan(kScalarBytes)))
    return "L: expected an uncompressed point on P-256, found none";
  return std::nullopt;
}

}  // namespace attest
