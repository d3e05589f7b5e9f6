// Where a lot's lines and its report go: each device as it is done, for formats that have a line a
// device, and the report at the end. The file, or stdout.
#pragma once

#include <span>
#include <string>
#include <utility>

#include "lot/device_line.h"
#include "lot/manifest_rows.h"
#include "platform/output.h"
#include "platform/verbosity.h"
#include "report/forms.h"

namespace attest::cli {

// What parts must have in common to be joined: the key of --part, without telling it, and the
// manifests.
struct PartMark {
  std::string key, manifests;
};
PartMark part_mark(const SipKey& key, std::span<const ManifestRows> given);

class LotOutput {
 public:
  // `path` empty: stdout. An error names the path.
  static Result<LotOutput> open(const std::string& path, const ReportForm& form, LineForm line,
                                const Verbosity& verbosity);

  std::string render(const DeviceLine& line) const;  // nothing for formats without a line a device
  tl::expected<void, Error> write(std::string_view text) { return output_.write(text); }
  tl::expected<void, Error> flush() { return output_.flush(); }
  // `part`: of a part, for who joins it with others (a form that joins). Nothing is written after.
  tl::expected<void, Error> conclude(const LotReport& report, const std::optional<PartMark>& part);

 private:
  LotOutput(Output output, const ReportForm& form, LineForm line, const Verbosity& verbosity)
      : output_(std::move(output)), form_(&form), line_(line), loudness_(verbosity) {}
  Output output_;
  const ReportForm* form_;
  LineForm line_;
  Verbosity loudness_;
};

}  // namespace attest::cli
