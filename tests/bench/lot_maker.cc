// Writes a lot of forged devices as the records of `lot --stream`, one line a device: what
// benchmarks and tests of whole lots read. All are of one PAI and one declaration; each has a DAC
// of its own. Usage: lot_maker COUNT [--response]
//
// --response: each device answers an attestation request, so its record has elements, signature,
// nonce and challenge.

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/bench/lot_plan.h"

using namespace attest;

int main(int argc, char** argv) {
  const bool response = argc == 3 && std::strcmp(argv[2], "--response") == 0;
  const long count = argc == 2 || response ? std::atol(argv[1]) : 0;
  if (count <= 0) return std::fprintf(stderr, "usage: lot_maker COUNT [--response]\n"), 2;
  forge::DevicePlan plan = bench::lot_plan();
  const forge::Device first = forge::make(plan);
  const std::string pai = base64(first.pai), cd = base64(first.cd);
  for (long i = 0; i < count; ++i) {
    const std::string name = fmt::format("lot {}", i);
    const Bytes dac = forge::numbered_dac(plan, name, static_cast<uint64_t>(i));
    std::string line = fmt::format(
        R"({{"id":"{}","vendor_id":"0xFFF1","product_id":"0x8000","software_version":1,"serial_number":"L{:08}","dac":"{}","pai":"{}","cd":"{}")",
        i, i, base64(dac), pai, cd);
    if (response) {
      forge::Device device = first;
      device.dac_key = plan.dac_key;
      const Sha256 nonce = sha256(view(name));
      device.nonce.assign(nonce.begin(), nonce.end());
      device.present();
      line += fmt::format(
          R"(,"attestation":{{"elements":"{}","signature":"{}","nonce":"{}","challenge":"{}"}})",
          hex(device.elements), hex(device.signature), hex(device.nonce), hex(device.challenge));
    }
    std::puts((line + "}").c_str());
  }
}
