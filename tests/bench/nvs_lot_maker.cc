// Writes a lot of forged devices as Espressif factory partitions, one file a device, as its
// manufacturing tool leaves them: what the benchmark of dumps reads. Usage: nvs_lot_maker COUNT
// FOLDER

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "fixtures/forge/case.h"
#include "tests/support/dump_builders.h"
#include "verifier/matter/spake2p.h"

using namespace attest;

namespace {

Bytes partition(const forge::Device& first, const forge::KeyPair& key, View dac, long number) {
  constexpr uint8_t kSpace = 1, kU32 = 0x04;
  constexpr uint32_t kIterations = 10000;
  const Sha256 salt = sha256(view(fmt::format("salt {}", number)));
  const auto passcode = static_cast<uint32_t>(30'000'000 + number * 7'919 % 60'000'000);
  const Bytes verifier = spake2p_verifier(passcode, salt, kIterations).value();
  test::NvsBuilder nvs;
  nvs.space(kSpace, "chip-factory");
  nvs.number(kSpace, kU32, "discriminator", 1 + static_cast<uint64_t>(number) * 31 % 3800);
  nvs.number(kSpace, kU32, "iteration-count", kIterations);
  nvs.string(kSpace, "salt", base64(salt));
  nvs.string(kSpace, "verifier", base64(verifier));
  nvs.number(kSpace, kU32, "vendor-id", 0xFFF1);
  nvs.number(kSpace, kU32, "product-id", 0x8000);
  nvs.string(kSpace, "serial-num", fmt::format("N{:08}", number));
  nvs.blob(kSpace, "dac-cert", dac);
  nvs.blob(kSpace, "dac-key", key.scalar);
  nvs.blob(kSpace, "dac-pub-key", key.point);
  nvs.page();
  nvs.blob(kSpace, "pai-cert", first.pai);
  nvs.blob(kSpace, "cert-dclrn", first.cd);
  return nvs.build(6);
}

}  // namespace

int main(int argc, char** argv) {
  const long count = argc == 3 ? std::atol(argv[1]) : 0;
  if (count <= 0) return std::fprintf(stderr, "usage: nvs_lot_maker COUNT FOLDER\n"), 2;
  forge::DevicePlan plan = forge::good_plan("nvs lot");
  const forge::Device first = forge::make(plan);
  for (long i = 0; i < count; ++i) {
    const Bytes dac =
        forge::numbered_dac(plan, fmt::format("nvs lot {}", i), static_cast<uint64_t>(i));
    const Bytes image = partition(first, plan.dac_key, dac, i);
    std::ofstream(std::filesystem::path(argv[2]) / fmt::format("N{:08}-partition.bin", i),
                  std::ios::binary)
        .write(reinterpret_cast<const char*>(image.data()),
               static_cast<std::streamsize>(image.size()));
  }
}
