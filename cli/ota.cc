#include "cli/ota.h"

#include "cli/byte_progress.h"
#include "cli/files.h"
#include "verifier/readers/formats.h"

namespace attest::cli {

OtaDigestTypes digests_for(Ledger* ledger) {
  return [ledger](const OtaHeader& h) -> std::vector<uint32_t> {
    if (ledger == nullptr) return {};
    const auto fact = ledger->version(h.vendor_id, h.product_id, h.software_version);
    const auto* entry = std::get_if<Found<ModelVersion>>(&fact);
    return entry == nullptr ? std::vector<uint32_t>{} : std::vector{entry->value.ota_checksum_type};
  };
}

Result<void> read_ota_image(const std::string& path, Reading& reading) {
  ByteProgress progress("reading " + path);
  OtaScan scan(reading.ota_digests);
  uint64_t done = 0;
  const auto streamed = stream_file(path, [&](View piece, uint64_t size) {
    scan.update(piece);
    progress.show(done += piece.size(), size);
  });
  if (!streamed) return streamed;
  OtaImage image = scan.finish();
  reading.files.push_back({.path = path, .kind = image.header ? kOtaImageKind : "raw", .sha256 = image.sha256, .size = image.size, .holds = {"ota-image"}});
  reading.ota_images.push_back({.place = {.path = path, .offset = {}, .item = {}}, .image = std::move(image)});
  return {};
}

}  // namespace attest::cli
