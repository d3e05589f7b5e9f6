#include "verifier/pki/openssh_key.h"

#include <algorithm>

namespace attest {
namespace {

constexpr std::string_view kMagic("openssh-key-v1\0", 15);
constexpr std::string_view kP256 = "ecdsa-sha2-nistp256";

// Strings with their length before them, and numbers of 32 bits.
class Fields {
 public:
  explicit Fields(View bytes) : rest_(bytes) {}

  std::optional<uint32_t> number() {
    if (rest_.size() < 4) return std::nullopt;
    uint32_t out = 0;
    for (size_t i = 0; i < 4; ++i) out = out << 8 | rest_[i];
    rest_ = rest_.subspan(4);
    return out;
  }
  std::optional<View> string() {
    const auto size = number();
    if (!size || rest_.size() < *size) return std::nullopt;
    const View out = rest_.first(*size);
    rest_ = rest_.subspan(*size);
    return out;
  }
  View rest() const { return rest_; }

 private:
  View rest_;
};

// What stands behind the last field fills a block: 1, 2, 3, ...
bool is_fill(View bytes) {
  constexpr size_t kMostFill = 255;
  if (bytes.size() > kMostFill) return false;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != i + 1) return false;
  }
  return true;
}

}  // namespace

Result<OpensshKey> parse_openssh_key(View block) {
  constexpr size_t kScalar = 32, kPoint = 65;
  if (block.size() < kMagic.size() || text(block.first(kMagic.size())) != kMagic)
    return error("expected openssh-key-v1");
  Fields outer(block.subspan(kMagic.size()));
  const auto cipher = outer.string(), kdf = outer.string(), kdf_options = outer.string();
  const auto count = outer.number();
  const auto public_key = outer.string(), sealed = outer.string();
  if (!cipher || !kdf || !kdf_options || count != 1u || !public_key || !sealed)
    return error("expected one whole OpenSSH key");
  const auto kind = Fields(*public_key).string();
  if (!kind) return error("expected the kind of an OpenSSH key");
  OpensshKey out{
      .kind = std::string(text(*kind)), .encrypted = text(*cipher) != "none", .p256 = {}};
  if (out.encrypted || out.kind != kP256) return out;

  Fields inner(*sealed);
  const auto check = inner.number(), again = inner.number();
  const auto inner_kind = inner.string(), curve = inner.string(), point = inner.string();
  auto scalar = inner.string();
  const auto comment = inner.string();
  if (!check || check != again || !inner_kind || text(*inner_kind) != kP256 || !curve ||
      text(*curve) != "nistp256" || !point || point->size() != kPoint || !scalar || !comment ||
      !is_fill(inner.rest()))
    return error("expected an OpenSSH key on P-256 whose fields are whole");
  // (A number without leading zeros, but for one that keeps it positive.)
  if (scalar->size() == kScalar + 1 && (*scalar)[0] == 0) scalar = scalar->subspan(1);
  if (scalar->empty() || scalar->size() > kScalar) return error("expected a scalar of 32 bytes");
  Bytes padded(kScalar - scalar->size(), 0);
  padded.insert(padded.end(), scalar->begin(), scalar->end());
  auto key = raw_private_key(padded);
  if (!key) return tl::unexpected(key.error());
  Point stated{};
  std::copy(point->begin(), point->end(), stated.begin());
  key->stated_public = stated;
  out.p256 = std::move(*key);
  return out;
}

}  // namespace attest
