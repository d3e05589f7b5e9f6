// Where a lot's lines and its report go: each device as it is done, for formats that have a line a
// device, and the report at the end. The file, or stdout.
#pragma once

#include <cstdio>

#include "lot/device_line.h"
#include "lot/manifest_rows.h"

namespace attest::cli {

inline const std::vector<std::string>& lot_formats() {
  static const std::vector<std::string> formats = {"text",  "ndjson", "csv", "json",
                                                   "junit", "sarif",  "html"};
  return formats;
}
bool lists_devices(
    const std::string& format);  // formats whose report shows each device (LotReport::results)

bool shows_summaries(const std::string& format);  // DeviceResult::summary

// What parts must have in common to be joined: the key of --part, without telling it, and the
// manifests.
struct PartMark {
  std::string key, manifests;
};
PartMark part_mark(const SipKey& key, std::span<const ManifestRows> given);

class LotOutput {
 public:
  // `path` empty: stdout. An error names the path.
  static Result<LotOutput> open(const std::string& path, const std::string& format, LineForm form);

  std::string render(const DeviceLine& line) const;  // nothing for formats without a line a device
  tl::expected<void, Error> write(std::string_view text);
  tl::expected<void, Error> flush();
  // `part`: of a part, for who joins it with others.
  tl::expected<void, Error> conclude(const LotReport& report, const std::optional<PartMark>& part);

  LotOutput(LotOutput&& other) noexcept;
  LotOutput& operator=(LotOutput&&) = delete;
  ~LotOutput();

 private:
  LotOutput() = default;
  tl::expected<void, Error> failed() const;
  std::string path_, format_;
  LineForm form_ = LineForm::result;
  std::FILE* file_ = stdout;
};

}  // namespace attest::cli
