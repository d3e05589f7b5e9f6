// Where a lot's lines and its report go: each device as it is done, for formats that have a line a device, and the report
// at the end. The file, or stdout.
#pragma once

#include <cstdio>

#include "verifier/lot/device_line.h"

namespace attest::cli {

inline const std::vector<std::string>& lot_formats() {
  static const std::vector<std::string> formats = {"text", "ndjson", "csv", "json"};
  return formats;
}
bool lists_devices(const std::string& format);   // formats whose report shows each device (LotReport::results)

class LotOutput {
 public:
  // `path` empty: stdout. An error names the path.
  static Result<LotOutput> open(const std::string& path, const std::string& format, LineForm form);

  std::string render(const DeviceLine& line) const;    // nothing for formats without a line a device
  tl::expected<void, Error> write(std::string_view text);
  tl::expected<void, Error> flush();
  // `key`: a digest of the key of --part; parts with another one cannot be joined with this one.
  tl::expected<void, Error> conclude(const LotReport& report, const std::optional<std::string>& key);

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

// What tells two keys apart without telling the key.
std::string key_digest(const SipKey& key);

}  // namespace attest::cli
