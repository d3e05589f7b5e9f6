// A manifest: a table is opened exactly when its header names devices; then every row can be asked
// for, and a device that says what a sound row says finds a row that says the same and contradicts
// it in nothing.
#include <algorithm>
#include <cstdlib>

#include "lot/manifest_rows.h"
#include "verifier/gather/gather.h"

using namespace attest;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view table = text({data, size});
  const auto header = read_manifest_header(table);
  const auto rows = ManifestRows::open("m.csv", table, {});
  if (rows.has_value() != (header && header->names_devices())) std::abort();
  if (!rows) return 0;
  for (uint32_t i = 0; i < std::min<uint64_t>(rows->size(), 4); ++i) {
    const ManifestRow row = rows->row(i);
    if (row.number < i + 2) std::abort();
    const std::string& serial = row.of(ManifestColumn::serial_number);
    if (serial.empty()) continue;
    Reading reading;
    reading.device.say(FactId::serial_number, serial, {.path = "part", .offset = {}, .item = {}});
    const auto found = rows->row_of("", reading.device);
    if (!found || rows->row(*found).of(ManifestColumn::serial_number) != serial) std::abort();
    const Evidence evidence =
        gather(std::move(reading),
               Policy{.network = Network::none, .at = {}, .required = {}, .show_passcode = false},
               TrustStore{}, nullptr, openssl_engine());
    if (!rows->contradictions(*found, evidence).empty()) std::abort();
  }
  return 0;
}
