#include "verifier/matter/known_credentials.h"

#include <array>

namespace attest {
namespace {

constexpr uint8_t nibble(char c) {
  return static_cast<uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10);
}

// Hex text of exactly N bytes, at compile time.
template <size_t N>
consteval std::array<uint8_t, N> bytes_of(const char (&digits)[2 * N + 1]) {
  std::array<uint8_t, N> out{};
  for (size_t i = 0; i < N; ++i)
    out[i] = static_cast<uint8_t>(nibble(digits[2 * i]) << 4 | nibble(digits[2 * i + 1]));
  return out;
}
consteval KeyId skid(const char (&digits)[41]) {
  return bytes_of<20>(digits);
}
// A point in two halves, so that lines stay readable.
consteval Point point(const char (&x)[65], const char (&y)[65]) {
  Point out{0x04};
  const auto left = bytes_of<32>(x), right = bytes_of<32>(y);
  for (size_t i = 0; i < 32; ++i) {
    out[1 + i] = left[i];
    out[33 + i] = right[i];
  }
  return out;
}

constexpr TestPaa kTestPaas[] = {
    {.key = {.name = "Matter Test PAA (0xFFF1)",
             .subject_key_id = skid("6afd22771f511fecbf1641976710dcdc31a1717e"),
             .public_key =
                 point("b6cb6372887f2928f5bac81aa9d93ae2431cada9d79e242f65177ef9ced932a2",
                       "8ecd03baaf6a8fca184a1a503542960d453f303f1f19421d751e8f8f1a9a9b75"),
             .not_before = {1624890223},
             .not_after = {253402300799}},
     .common_name = "Matter Test PAA",
     .vid = 0xFFF1},
    {.key = {.name = "Matter Test PAA (no vendor)",
             .subject_key_id = skid("785ce705b86b8f4e6fc793aa60cb43ea696882d5"),
             .public_key =
                 point("10ef02a81a87b68121fba8d31978f807a317e50aa8a828446828914b933de8ed",
                       "d4a5c39c9ff71a4ce3647fd7f62653b7d2495fcba4c0f47f876880039e07204a"),
             .not_before = {1624890223},
             .not_after = {253402300799}},
     .common_name = "Matter Test PAA",
     .vid = 0},
};

constexpr KnownKey kCsaSigners[] = {
    {.name = "CSA Signing Key 001",
     .subject_key_id = skid("fe343f959947763b61ee4539131338494fe67d8e"),
     .public_key = point("cdeee93e44f8b72be3d1a9c07e21968b9afff3b403f05e1669d7b1e5caee6fc7",
                         "714b42e7e23695e92cd7635473a280ae688f37bb9489e11629b9b94ff7b09929"),
     .not_before = {1664825335},
     .not_after = {3241625335}},
    {.name = "CSA Signing Key 002",
     .subject_key_id = skid("dd04db585b214c1c581587e6568df487b6ddc701"),
     .public_key = point("031937e8f94251045df27457bb46253ee3754e8c12ae28557d8027b9d4c356d9",
                         "1b408cff32275017b25f8c8ba20516d5c83af2b724128013dfcc8f95d200a90b"),
     .not_before = {1664825806},
     .not_after = {3241625806}},
    {.name = "CSA Signing Key 003",
     .subject_key_id = skid("471035e7c04eaaa8be7c4d4c13e3e4c20995a84b"),
     .public_key = point("9f575cd5fdb7521f10a4df31f073912b614728f2d37f5b6b96bc2cbf7c0b1196",
                         "90577d555d21a09660a8b082a339ea530f7a812d8693b56fd764185fabcd32f5"),
     .not_before = {1664826061},
     .not_after = {3241626061}},
    {.name = "CSA Signing Key 004",
     .subject_key_id = skid("f68603a3692e981072419ea1e1ab3854bd7795d3"),
     .public_key = point("7cfc8d8810a89cf4fa191778f2afec78f8517a97a3e57fc213bad888e3611e74",
                         "ffb684bdeba8a68b25234a5c358f373bab9b6d304e1306dd7620a528d1161c0b"),
     .not_before = {1664826201},
     .not_after = {3241626201}},
    {.name = "CSA Signing Key 005",
     .subject_key_id = skid("637f2634ad62eafe6af662efb96f6fd2fcbffc2f"),
     .public_key = point("438a52c662a2a6d72647f95eb753136ee4ae0fdb3aa9c16931426b3d0867f910",
                         "3ae7d7a1b887e9f813a6f26f76bbcda93593787c12778ca8f2975dc45a2042f9"),
     .not_before = {1664826435},
     .not_after = {3241626435}},
};

constexpr KnownKey kCsaCa = {
    .name = "Matter Certification and Testing CA",
    .subject_key_id = skid("97e469d0c50414c26fc701f77e947739098df6a5"),
    .public_key = point("384a3ac3aa5dbecb720fe6211d3cad48626ff711a0a4929fadd860f8e277ffc0",
                        "de1f3eb6337a34847b5a3a056ea8710e9377eeedee251703fdd9350125cb8e48"),
    .not_before = {1657222084},
    .not_after = {4810822084}};

constexpr KnownKey kTestSigner = {
    .name = "Matter Test CD Signing Authority",
    .subject_key_id = skid("62fa823359acfaa9963e1cfa140addf504f37160"),
    .public_key = point("3c398922452b55caf389c25bd1bca4656952ccb90e8869249ad8474653014cbf",
                        "95d687965e036b521c51037e6b8cedefca1eb44046694fa08882eed6519decba"),
    .not_before = {1624890223},
    .not_after = {253402300799}};

struct KnownId {
  KeyId id;
  const char* name;
};
constexpr KnownId kDevelopmentPaas[] = {
    {skid("6afd22771f511fecbf1641976710dcdc31a1717e"), "the SDK's test PAA for vendor 0xFFF1"},
    {skid("785ce705b86b8f4e6fc793aa60cb43ea696882d5"), "the SDK's test PAA without a vendor"},
    {skid("fa92cf095efa42e11430651632fefe1b2c77a7c8"), "the SDK's development PAA"},
    {skid("9bb299bba6497db5a04e1e18c7c20eaec54c42e9"), "an SDK test PAA for vendor 0xFFF2"},
    {skid("7f1daaf24498b986680ea08fc18921e848489d17"), "an SDK test PAA for vendor 0xFFF2"},
};
constexpr KnownId kDevelopmentPais[] = {
    {skid("63540e47f64b1c38d13884a462d16c195d8ffb3c"),
     "the SDK's development PAI for vendor 0xFFF1"},
    {skid("ab5fa33b39ff28d7380abb5607378ff0ef7b8bd6"),
     "the SDK's development PAI for vendor 0xFFF2"},
    {skid("349742e6157f7fd0149c5532b69b7e2c88e4a76b"),
     "the SDK's development PAI for vendor 0xFFF3"},
};

const char* name_in(std::span<const KnownId> list, const KeyId& id) {
  for (const KnownId& known : list) {
    if (known.id == id) return known.name;
  }
  return nullptr;
}

}  // namespace

std::span<const TestPaa> test_paas() {
  return kTestPaas;
}
const TestPaa* test_paa(const KeyId& id) {
  for (const TestPaa& paa : kTestPaas) {
    if (paa.key.subject_key_id == id) return &paa;
  }
  return nullptr;
}
std::span<const KnownKey> csa_cd_signers() {
  return kCsaSigners;
}
const KnownKey& csa_certification_ca() {
  return kCsaCa;
}
const KnownKey& test_cd_signer() {
  return kTestSigner;
}
const char* development_paa_name(const KeyId& id) {
  return name_in(kDevelopmentPaas, id);
}
const char* development_pai_name(const KeyId& id) {
  return name_in(kDevelopmentPais, id);
}

}  // namespace attest
