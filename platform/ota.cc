#include "platform/ota.h"

#include <fmt/format.h>

#include "dcl/network.h"
#include "dcl/resumable_download.h"
#include "platform/files.h"
#include "platform/progress.h"
#include "verifier/gather/gather.h"
#include "verifier/readers/formats.h"

namespace attest {
namespace {

// The entry that names the image, or what becomes of the fetching without one.
std::variant<ModelVersion, OtaFetch> entry_of_device(const Evidence& e) {
  using enum OtaFetch::Outcome;
  const LedgerFacts& f = *e.facts;
  if (!f.vid || !f.pid || !f.software_version)
    return OtaFetch{.outcome = failed,
                    .why =
                        "which image to fetch is not known: vendor id, product id and software "
                        "version of the device are not all in the evidence"};
  const std::string which = fmt::format("software version {} of product {} of vendor {}",
                                        *f.software_version, hex_id(*f.pid), hex_id(*f.vid));
  if (const auto* unknown = std::get_if<Unknown>(&f.version))
    return OtaFetch{
        .outcome = failed,
        .why = fmt::format("which image belongs to {} is not known: {}", which, unknown->why)};
  const auto* found = std::get_if<Found<ModelVersion>>(&f.version);
  if (found == nullptr)
    return OtaFetch{.outcome = nothing,
                    .why = fmt::format("{} is not on the ledger, which so names no image", which)};
  if (found->value.ota_url.empty())
    return OtaFetch{.outcome = nothing,
                    .why = fmt::format("the ledger's entry of {} names no image", which)};
  return found->value;
}

// A file tells by its first bytes whether it is an image. One that is none is a finding, with its
// digest; a large one is not read to its end for that.
constexpr uint64_t kMostOther = 64u << 20;

Result<void> may_be_image(const std::string& path) {
  uint64_t size = 0;
  const auto head = file_head(path, 4, size);
  if (!head) return tl::unexpected(head.error());
  if (looks_like_ota_image(*head) || size <= kMostOther) return {};
  return error(
      fmt::format("{}: expected a Matter software image, which begins with 1EF1EE1B, "
                  "found {} bytes that begin with {}",
                  path, size, hex(*head)));
}

// An image as it lies in a file.
Result<OtaImage> scan_file(const std::string& path, const OtaDigestTypes& types,
                           const std::string& shown, const Verbosity& verbosity) {
  Progress progress(verbosity);
  OtaScan scan(types);
  uint64_t done = 0;
  const auto streamed = stream_file(path, [&](View piece, uint64_t size) {
    scan.update(piece);
    progress.show({.what = "reading " + shown, .done = done += piece.size(), .of = size});
  });
  if (!streamed) return tl::unexpected(streamed.error());
  return scan.finish();
}

EvidenceFile listed(const std::string& path, const OtaImage& image) {
  const bool is_image = image.header.has_value();
  return {.path = path,
          .kind = is_image ? kOtaImageKind : "raw",
          .sha256 = image.sha256,
          .size = image.size,
          .holds = is_image ? std::vector<std::string>{"ota-image"} : std::vector<std::string>{}};
}

Result<dcl::ResumableDownload> download(const ModelVersion& entry, const dcl::MakeDownloader& make,
                                        const OtaFetchOptions& options,
                                        const Verbosity& verbosity) {
  std::unique_ptr<dcl::Downloader> downloader;
  if (!options.offline) {
    auto made = make();
    if (!made) return tl::unexpected(made.error());
    downloader = std::move(*made);
  }
  // More than the ledger announces is a fault that one byte shows.
  dcl::KeepOptions keep{.folder = options.folder, .limits = options.limits};
  if (entry.ota_file_size != 0) keep.enough = entry.ota_file_size;
  Progress progress(verbosity);
  const std::string what = "fetching " + dcl::shown_url(entry.ota_url);
  return dcl::ResumableDownload::get(downloader.get(), entry.ota_url, keep,
                                     [&](uint64_t at_hand, std::optional<uint64_t> size) {
                                       progress.show({.what = what, .done = at_hand, .of = size});
                                     });
}

}  // namespace

OtaDigestTypes digests_for(Ledger* ledger) {
  return [ledger](const OtaHeader& h) -> std::vector<uint32_t> {
    if (ledger == nullptr) return {};
    const auto fact = ledger->version(h.vendor_id, h.product_id, h.software_version);
    const auto* entry = std::get_if<Found<ModelVersion>>(&fact);
    return entry == nullptr ? std::vector<uint32_t>{} : std::vector{entry->value.ota_checksum_type};
  };
}

Result<void> read_ota_image(const std::string& path, Reading& reading, const Verbosity& verbosity) {
  if (const auto may = may_be_image(path); !may) return tl::unexpected(may.error());
  auto image = scan_file(path, reading.ota_digests, path, verbosity);
  if (!image) return tl::unexpected(image.error());
  reading.files.push_back(listed(path, *image));
  reading.ota_images.push_back(
      {.place = {.path = path, .offset = {}, .item = {}}, .image = std::move(*image)});
  return {};
}

void fetch_ota_image(Evidence& e, Ledger& ledger, const dcl::MakeDownloader& make,
                     const OtaFetchOptions& options, const Verbosity& verbosity) {
  auto found = entry_of_device(e);
  if (auto* without = std::get_if<OtaFetch>(&found)) {
    e.ota_fetch = std::move(*without);
    return;
  }
  const ModelVersion& entry = std::get<ModelVersion>(found);
  const auto kept = download(entry, make, options, verbosity);
  const std::string url = dcl::shown_url(entry.ota_url);
  auto image = kept ? scan_file(kept->path(), digests_for(&ledger), url, verbosity)
                    : Result<OtaImage>(tl::unexpected(kept.error()));
  if (!image) {
    e.ota_fetch =
        OtaFetch{.outcome = OtaFetch::Outcome::failed,
                 .why = fmt::format("the image of software version {} could not be fetched: {}",
                                    entry.software_version, image.error().what)};
    return;
  }
  e.ota_fetch = OtaFetch{.outcome = OtaFetch::Outcome::fetched, .why = {}};
  e.files.push_back(listed(url, *image));
  gather_ota_image(e,
                   {.place = {.path = url, .offset = {}, .item = {}},
                    .image = std::move(*image),
                    .fetched_from = entry,
                    .cut = kept->more()},
                   ledger);
}

}  // namespace attest
