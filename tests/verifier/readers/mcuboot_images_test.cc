// MCUboot's images by every scheme that signs them, and what is damaged: told of, and never lost.

#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/readings.h"
#include "tests/support/support.h"
#include "verifier/checks/catalogue.h"
#include "verifier/crypto/crypto.h"
#include "verifier/crypto/firmware_signature.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"
#include "verifier/readers/posture/firmware_images.h"

using namespace attest;
using namespace attest::test;

namespace {

void put(Bytes& b, uint64_t v, size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) b.push_back(static_cast<uint8_t>(v >> 8 * i));
}
void put_tlv(Bytes& b, unsigned type, View value) {
  put(b, type, 2);
  put(b, value.size(), 2);
  b.insert(b.end(), value.begin(), value.end());
}

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* c) const { EVP_PKEY_CTX_free(c); }
  void operator()(EVP_MD_CTX* c) const { EVP_MD_CTX_free(c); }
};
using Pkey = std::unique_ptr<EVP_PKEY, FreeKey>;

enum class Signer : uint8_t { p256, p384, ed25519, pure, rsa };

Pkey new_key(Signer signer) {
  return Pkey(signer == Signer::p256   ? EVP_EC_gen("P-256")
              : signer == Signer::p384 ? EVP_EC_gen("P-384")
              : signer == Signer::rsa  ? EVP_RSA_gen(2048)
                                       : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
}
Bytes public_der(EVP_PKEY* key) {
  uint8_t* out = nullptr;
  const int size = i2d_PUBKEY(key, &out);
  const Bytes der(out, out + size);
  OPENSSL_free(out);
  return der;
}

Bytes sign_digest(EVP_PKEY* key, View digest, bool rsa) {
  const std::unique_ptr<EVP_PKEY_CTX, FreeKey> c(EVP_PKEY_CTX_new(key, nullptr));
  EVP_PKEY_sign_init(c.get());
  if (rsa) {
    EVP_PKEY_CTX_set_rsa_padding(c.get(), RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_signature_md(c.get(), EVP_sha256());
    EVP_PKEY_CTX_set_rsa_mgf1_md(c.get(), EVP_sha256());
    EVP_PKEY_CTX_set_rsa_pss_saltlen(c.get(), 32);
  }
  size_t size = 0;
  EVP_PKEY_sign(c.get(), nullptr, &size, digest.data(), digest.size());
  Bytes out(size);
  EVP_PKEY_sign(c.get(), out.data(), &size, digest.data(), digest.size());
  out.resize(size);
  return out;
}
Bytes sign_message(EVP_PKEY* key, View message) {
  const std::unique_ptr<EVP_MD_CTX, FreeKey> c(EVP_MD_CTX_new());
  EVP_DigestSignInit(c.get(), nullptr, nullptr, nullptr, key);
  Bytes out(64);
  size_t size = out.size();
  EVP_DigestSign(c.get(), out.data(), &size, message.data(), message.size());
  return out;
}

enum class Names : uint8_t { whole_key, hash, nothing };
struct Made {
  Signer signer = Signer::p256;
  unsigned hash = 256;  // of the image, and so of the key
  Names names = Names::whole_key;
  uint32_t counter = 3;
  unsigned type = 0;  // of the signature, in place of its own
  size_t zeros = 0;   // behind it
  size_t body = 1000;
};

Bytes hash_of(unsigned bits, View data) {
  return bits == 384 ? sha384(data) : bits == 512 ? sha512(data) : to_bytes(sha256(data));
}

constexpr size_t kHeader = 0x200, kBody = Made{}.body;

Bytes image(const Made& made, EVP_PKEY* key) {
  Bytes out;
  Bytes kept;
  put(kept, 0x6908, 2);
  put(kept, 12, 2);
  Bytes counter;
  put(counter, made.counter, 4);
  put_tlv(kept, 0x50, counter);
  for (const auto& [value, size] : {std::pair<uint64_t, size_t>{0x96F3B83D, 4},
                                    {0, 4},
                                    {kHeader, 2},
                                    {kept.size(), 2},
                                    {made.body, 4},
                                    {0, 4},
                                    {0x0003'0201, 4},
                                    {7, 4},
                                    {0, 4}})
    put(out, value, size);
  out.resize(kHeader, 0);
  for (size_t i = 0; i < made.body; ++i) out.push_back(static_cast<uint8_t>(i * 31));
  out.insert(out.end(), kept.begin(), kept.end());
  const Bytes covered = out, digest = hash_of(made.hash, covered), der = public_der(key);
  const auto parsed = firmware_key(der);
  REQUIRE(parsed);
  const bool rsa = made.signer == Signer::rsa;
  Bytes tlvs;
  put_tlv(tlvs, made.hash == 384 ? 0x11 : made.hash == 512 ? 0x12 : 0x10, digest);
  if (made.signer == Signer::pure) put_tlv(tlvs, 0x25, Bytes{1});
  const Bytes& named = rsa ? parsed->pkcs1 : parsed->spki;
  if (made.names == Names::whole_key) put_tlv(tlvs, 0x02, named);
  if (made.names == Names::hash) put_tlv(tlvs, 0x01, hash_of(made.hash, named));
  const unsigned own = rsa                           ? 0x20
                       : made.signer == Signer::p256 ? 0x22
                       : made.signer == Signer::p384 ? 0x22
                                                     : 0x24;
  Bytes value = made.signer == Signer::pure      ? sign_message(key, covered)
                : made.signer == Signer::ed25519 ? sign_message(key, digest)
                                                 : sign_digest(key, digest, rsa);
  value.resize(value.size() + made.zeros, 0);
  put_tlv(tlvs, made.type == 0 ? own : made.type, value);
  put(out, 0x6907, 2);
  put(out, tlvs.size() + 4, 2);
  out.insert(out.end(), tlvs.begin(), tlvs.end());
  return out;
}

SignedImage only_image(const Reading& reading) {
  REQUIRE(reading.device.posture.images.size() == 1);
  return reading.device.posture.images.front();
}

// "pass", "unknown: ...": what a check makes of the image under an order of a key.
std::string judged_by(const Bytes& bytes, const std::string& ordered_key, const char* id) {
  Device order;
  for (const auto& [key, value] : {std::pair<std::string, std::string>{"secure_boot", "mcuboot"},
                                   {"signing_keys", ordered_key}})
    order.posture.ordered.push_back(
        {.key = key, .value = value, .place = {.path = "order.json", .offset = {}, .item = key}});
  const Policy policy{.network = Network::none, .at = Instant{1'790'000'000}, .required = {}};
  const Evidence e = gather(read_bytes(bytes), policy, TrustStore::builtin(false), nullptr,
                            openssl_engine(), std::move(order));
  const Report report = attest::judge(e);
  const Finding& f = report.findings[check_index(*find_check(id))];
  return fmt::format("{}: {}", status_name(f.status),
                     f.blocked_by != nullptr ? f.blocked_by->id : f.message.str());
}
bool is(const std::string& found, std::string_view status, std::string_view words = "") {
  return found.starts_with(status) && found.find(words) != std::string::npos;
}

constexpr const char* kKeyIsOrdered = "security.signing-key-is-as-ordered";
constexpr const char* kVerifies = "security.image-signatures-verify";

std::string as_hash(EVP_PKEY* key) {
  return hex(mcuboot_key_hash(*firmware_key(public_der(key))));
}
std::string as_pem(EVP_PKEY* key) {
  const auto parsed = firmware_key(public_der(key));
  const std::string point =
      parsed->kind == FirmwareKey::Kind::p256 ? "|" + hex(parsed->point) : std::string();
  return as_hash(key) + point + "|der:" + hex(parsed->spki);
}

}  // namespace

TEST_CASE("MCUboot: every scheme is checked, with the key that the image brings or names") {
  const struct {
    Signer signer;
    unsigned hash;
    const char* scheme;
  } kRows[] = {{Signer::p256, 256, "ecdsa-p256"}, {Signer::p384, 384, "ecdsa-p384"},
               {Signer::ed25519, 256, "ed25519"}, {Signer::ed25519, 512, "ed25519"},
               {Signer::pure, 512, "ed25519"},    {Signer::rsa, 256, "rsa2048"}};
  for (const auto& row : kRows) {
    CAPTURE(std::string(row.scheme));
    CAPTURE(row.hash);
    const Pkey key = new_key(row.signer), other = new_key(row.signer);
    Made made{.signer = row.signer, .hash = row.hash};
    const Bytes whole = image(made, key.get());
    const SignedImage good = only_image(read_bytes(whole));
    CHECK(good.scheme == row.scheme);
    CHECK(good.signature == ImageSignature::good);
    CHECK(good.keys == std::vector<std::string>{as_hash(key.get())});
    CHECK(good.secure_version == 3);
    CHECK(is(judged_by(whole, as_hash(key.get()), kKeyIsOrdered), "pass"));
    CHECK(is(judged_by(whole, as_hash(other.get()), kKeyIsOrdered), "fail", "not a key"));

    // Its hash alone: the key that lies in the same flash, or in the order.
    made.names = Names::hash;
    Bytes hashed = image(made, key.get());
    CHECK(only_image(read_bytes(hashed)).signature == ImageSignature::unchecked);
    CHECK(is(judged_by(hashed, as_pem(key.get()), kKeyIsOrdered), "pass"));
    CHECK(is(judged_by(hashed, as_pem(key.get()), kVerifies), "pass"));
    CHECK(is(judged_by(hashed, as_pem(other.get()), kKeyIsOrdered), "fail", "not a key"));
    // By another hash than the order's nothing is told apart.
    CHECK(is(judged_by(hashed, as_hash(other.get()), kKeyIsOrdered),
             row.hash == 256 ? "fail" : "unknown",
             row.hash == 256 ? "not a key" : "give it as PEM"));
    CHECK(is(judged_by(hashed, as_hash(key.get()), kKeyIsOrdered), "unknown", "give it as PEM"));
    Bytes beside = hashed;
    beside.resize((beside.size() + 0x1FF) & ~size_t{0xFF}, 0);
    const auto parsed = firmware_key(public_der(key.get()));
    const Bytes& der = row.signer == Signer::rsa ? parsed->pkcs1 : parsed->spki;
    beside.insert(beside.end(), der.begin(), der.end());
    CHECK(only_image(read_bytes(beside)).signature == ImageSignature::good);
    // A counter that is changed is a signature that is broken.
    Bytes changed = hashed;
    changed[kHeader + kBody + 8] ^= 1;
    CHECK(is(judged_by(changed, as_pem(key.get()), kVerifies), "fail", "its hash is wrong"));

    made.names = Names::nothing;
    const Bytes bare = image(made, key.get());
    CHECK(is(judged_by(bare, as_pem(key.get()), kVerifies), "pass"));
  }
}

TEST_CASE("MCUboot: signatures of one size, ones that cannot be checked, and broken ones") {
  const Pkey key = new_key(Signer::p256);
  CHECK(only_image(read_bytes(image({.zeros = 2}, key.get()))).signature == ImageSignature::good);
  Bytes broken = image({.names = Names::hash}, key.get());
  const Bytes good = broken;
  const size_t sequence = kHeader + kBody + 12 + 4 + 36 + 36 + 4;
  REQUIRE(broken[sequence] == 0x30);
  broken[sequence] = 0x31;
  CHECK(only_image(read_bytes(broken)).problem ==
        "its signature is no pair of numbers of its curve");
  // Of a type that is not known: neither unsigned nor wrong.
  const Bytes unknown = image({.type = 0x2A}, key.get());
  CHECK(only_image(read_bytes(unknown)).scheme == "signature type 0x2a");
  CHECK(is(judged_by(unknown, as_pem(key.get()), kVerifies), "unknown",
           "the kind of its signature is not known"));
  CHECK(is(judged_by(unknown, as_pem(key.get()), kKeyIsOrdered), "unknown", "not known"));
  CHECK(is(judged_by(unknown, as_pem(key.get()), "security.images-are-signed"), "pass"));
}

TEST_CASE("MCUboot: an image that is damaged or cut is told of") {
  const Pkey key = new_key(Signer::p256);
  const Bytes good = image({}, key.get());
  CHECK(problems(read_bytes(good)).empty());
  const size_t area = kHeader + kBody, tlvs = area + 12;
  const struct {
    const char* what;
    size_t at;
    uint8_t bit;
    const char* words;
  } kFlips[] = {{"magic", 1, 0x08, "expected its magic 0x96f3b83d"},
                {"size", 12, 0x04, "none that fit"},
                {"larger size", 14, 0x01, "expected 67"},
                {"protected area's magic", area, 0x01, "none that fit"},
                {"protected area's length", area + 2, 0x10, "none that fit"},
                {"magic of the TLVs", tlvs, 0x20, "none that fit"},
                {"length of the TLVs", tlvs + 2, 0x01, "none that fit"},
                {"length of a TLV", tlvs + 6, 0x40, "none that fit"}};
  for (const auto& flip : kFlips) {
    CAPTURE(std::string(flip.what));
    Bytes bytes = good;
    bytes[flip.at] ^= flip.bit;
    for (const size_t before : {size_t{0}, size_t{0xC000}}) {
      Bytes flash(before, 0);
      flash.insert(flash.end(), bytes.begin(), bytes.end());
      const Reading reading = read_bytes(flash);
      CHECK_MESSAGE(has_problem(reading, flip.words), problems(reading));
      CHECK(reading.device.posture.images.empty());
      CHECK(kind(reading) == "firmware-image");
    }
  }
  for (const size_t size : {size_t{0x30}, kHeader, kHeader + 10, area, tlvs, good.size() - 1}) {
    CAPTURE(size);
    const Reading reading = read_bytes(View(good).first(size));
    CHECK(has_problem(reading, "MCUboot image: expected "));
  }
  // The magic's four bytes stand in MCUboot itself.
  Bytes code;
  for (size_t i = 0; i < 0x1000; ++i) code.push_back(static_cast<uint8_t>(i * 197 + i / 7));
  for (size_t i = 0; i < 4; ++i) code[0x300 + i] = good[i];
  CHECK_FALSE(has_problem(read_bytes(code), "MCUboot"));
}

TEST_CASE("MCUboot: a swap leaves sectors of an image, and a second slot of it is judged") {
  const Pkey key = new_key(Signer::p256);
  constexpr size_t kSlot = 0x8000, kLarge = 0x3000;
  const Bytes good = image({.body = kLarge}, key.get());
  const auto flash = [&](View second, size_t size) {
    Bytes out = good;
    out.resize(kSlot, 0xFF);
    out.insert(out.end(), second.begin(), second.end());
    out.resize(size, 0xFF);
    return out;
  };
  CHECK(problems(read_bytes(flash(good, 2 * kSlot))).empty());
  CHECK(read_bytes(flash(good, 2 * kSlot)).device.posture.images.size() == 2);
  Bytes swapped(good.begin(), good.begin() + 0x2000);
  CHECK(problems(read_bytes(flash(swapped, 2 * kSlot))).empty());
  // The last of a file of records, which leave out what is erased.
  const auto of_records = [](const Bytes& content) {
    Reading reading;
    const auto done = read_evidence(
        {.path = "f.hex!0x00000000", .bytes = content, .base = 0, .member = true, .sparse = true},
        reading);
    REQUIRE(done);
    return reading;
  };
  CHECK(problems(of_records(flash(swapped, kSlot + 0x2000))).empty());
  CHECK(has_problem(of_records(flash(View(good).first(0x1800), kSlot + 0x1800)), "MCUboot image"));
  CHECK(has_problem(of_records(flash(View(good).first(good.size() - 4), kSlot + good.size() - 4)),
                    "MCUboot image"));
  swapped.resize(swapped.size() + 0x800, 0x5A);  // another area
  CHECK(problems(read_bytes(flash(swapped, 2 * kSlot))).empty());

  const auto changed = [&](size_t at, uint8_t bit) {
    Bytes out = good;
    out[at] ^= bit;
    return out;
  };
  const size_t area = kHeader + kLarge, tlvs = area + 12;
  const struct {
    const char* what;
    Bytes second;
    size_t size;
  } kRows[] = {{"cut within a sector", to_bytes(View(good).first(0x1800)), 2 * kSlot},
               {"cut within its first", to_bytes(View(good).first(0x300)), 2 * kSlot},
               {"its head alone", to_bytes(View(good).first(0x20)), 2 * kSlot},
               {"cut by the end", to_bytes(View(good).first(0x2000)), kSlot + 0x2000},
               {"protected TLVs", changed(area, 0x01), 2 * kSlot},
               {"TLVs", changed(tlvs, 0x20), 2 * kSlot},
               {"the body and none", to_bytes(View(good).first(tlvs)), 2 * kSlot}};
  for (const auto& row : kRows) {
    CAPTURE(std::string(row.what));
    const Reading reading = read_bytes(flash(row.second, row.size));
    CHECK(has_problem(reading, "0x8000 MCUboot image: expected "));
    CHECK(reading.device.integrity.size() == 1);
    CHECK(reading.device.posture.images.size() == 1);
  }
}

TEST_CASE("MCUboot: the counter of an image whose signature is broken is none") {
  const Pkey key = new_key(Signer::p256);
  Bytes low = image({.counter = 1}, key.get());
  Device order;
  const auto versions = [&](const Bytes& bytes) {
    Device ordered;
    ordered.posture.ordered.push_back({.key = "secure_version",
                                       .value = "3",
                                       .place = {.path = "order.json", .offset = {}, .item = ""}});
    const Policy policy{.network = Network::none, .at = Instant{1'790'000'000}, .required = {}};
    const Evidence e = gather(read_bytes(bytes), policy, TrustStore::builtin(false), nullptr,
                              openssl_engine(), std::move(ordered));
    const Report report = attest::judge(e);
    const Finding& f = report.findings[check_index(*find_check("security.rollback-is-prevented"))];
    return fmt::format("{}: {}", status_name(f.status),
                       f.blocked_by != nullptr ? f.blocked_by->id : f.message.str());
  };
  CHECK(is(versions(low), "fail", "is 1"));
  Bytes broken = image({.counter = 3}, key.get());
  CHECK(is(versions(broken), "pass"));
  broken[kHeader + kBody + 8] ^= 2;
  CHECK(is(versions(broken), "blocked", "security.image-signatures-verify"));
}
