// Where a lot's lines and its report go: each device as it is done, for forms that have a line a
// device, and the report at the end. Files, or stdout.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cli/report_targets.h"
#include "lot/device_line.h"
#include "lot/manifest_rows.h"
#include "platform/output.h"
#include "platform/verbosity.h"

namespace attest::cli {

// What parts must have in common to be joined: the key of --part, without telling it, and the
// manifests.
struct PartMark {
  std::string key, manifests;
};
PartMark part_mark(const SipKey& key, std::span<const ManifestRows> given);

struct LotLines {
  LineForm form = LineForm::result;  // of ndjson
  // Rows of the first so many tables are told: of a part, those of tables that lie beside its
  // devices mean nothing to the others.
  size_t manifests = SIZE_MAX;
};

// The forms that one lot is written in, --format first where there is one.
class LotOutput {
 public:
  // An error names the path.
  static Result<LotOutput> open(std::vector<ReportTarget> targets, const LotLines& lines,
                                const Verbosity& verbosity);

  // A device in the first form; nothing where that has no line a device. From any thread.
  std::string render(const DeviceLine& line) const;
  // What was rendered, and the device in the other forms.
  Result<void> write(const DeviceLine& line, std::string_view rendered);
  Result<void> flush();
  // `part`: of a part, for who joins it with others (a form that joins). Nothing is written after.
  Result<void> conclude(const LotReport& report, const std::optional<PartMark>& part);

 private:
  struct One {
    ReportTarget target;
    Output output;
  };
  LotOutput(const LotLines& lines, const Verbosity& verbosity)
      : lines_(lines), verbosity_(verbosity) {}
  std::string line_in(const ReportForm& form, const DeviceLine& line) const;
  std::vector<One> all_;  // none: the exit code is all that is wanted
  LotLines lines_;
  Verbosity verbosity_;
};

}  // namespace attest::cli
