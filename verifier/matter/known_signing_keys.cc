// After mcu-tools/mcuboot, whose example keys stand in its root folder.

#include "verifier/matter/known_signing_keys.h"

namespace attest {
namespace {

struct Published {
  std::string_view hash;
  const char* name;
};
constexpr Published kPublished[] = {
    {"fc5701dc6135e1323847bdc40f04d2e5bee5833b23c29f93593d00018cfa9994",
     "MCUboot's root-rsa-2048.pem"},
    {"449793fb65cd7698753d5b3f35fab15f1e3a45111ff24e1d46741de5ae12d59e",
     "MCUboot's root-rsa-3072.pem"},
    {"e30466f6b8470c1f29070b17f1e2d3e94d445e3f608087fdc711e4382bb538b6",
     "MCUboot's root-ec-p256.pem"},
    {"6bcd1e16d80e5fe13a5307e6f1de8344c7e50e537d9962ce35ef6db5e642fae8",
     "MCUboot's root-ec-p384.pem"},
    {"c1907fa4eac7fae3840a78902b6f0710b037e9968e5c6274a12a28790c7d4e3c",
     "MCUboot's root-ed25519.pem"},
    {"6754edab1e29affef4a05935adecbeb1a7b8b62397b31e39a61b5bfcaafd63af",
     "MCUboot's root-ed25519-2.pem"},
    {"b1d87d60173352b9a4808979790fc699fb4c4f83b49cf1970edd96ff4adc36a6",
     "MCUboot's root-ed25519-unknown.pem"},
    // By the longer hashes that go with their signatures.
    {"85b7bd5f5dff9a03a99927adaf6ca6febde822c1a480928324a8e60323715c5779461c496a95aee8c4f90b99779f8"
     "48a",
     "MCUboot's root-ec-p384.pem"},
    {"e3e129b49f1218e18e4614acb2523389c75852ebb98b4d2c6171a2fc65706ba3d1ddf85f52e71450c3e572e624695"
     "fafd41ce4d9354d6c2b19f7d6001a6ae8b0",
     "MCUboot's root-ed25519.pem"},
    {"e11ed22583de283392266b917bd82e88486edf47bc58c7ce8e42f9fb90e1daa900e72f172e4bd4fb19fc1870638e3"
     "a89c3f033ef4db6f6235d02ee623b4b2924",
     "MCUboot's root-ed25519-2.pem"},
    {"37491781699741ec96e7faaf03c04e70f135f2f8b1f09d5a2a53667115052331e6a8abd3310476e7fbedf676feb9e"
     "8bcff7ff5366e8470714c0ef4c582941881",
     "MCUboot's root-ed25519-unknown.pem"},
};

}  // namespace

const char* published_signing_key(std::string_view key_hash) {
  for (const Published& known : kPublished) {
    if (known.hash == key_hash) return known.name;
  }
  return nullptr;
}

}  // namespace attest
