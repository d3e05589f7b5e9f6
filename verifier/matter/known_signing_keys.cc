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
};

}  // namespace

const char* published_signing_key(std::string_view key_hash) {
  for (const Published& known : kPublished) {
    if (known.hash == key_hash) return known.name;
  }
  return nullptr;
}

}  // namespace attest
