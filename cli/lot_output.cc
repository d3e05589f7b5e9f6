#include "cli/lot_output.h"

#include <fmt/format.h>

#include <ostream>
#include <utility>

#include "report/lot_report_text.h"

namespace attest::cli {
PartMark part_mark(const SipKey& key, std::span<const ManifestRows> given) {
  PartMark out{.key = fmt::format("{:016x}", siphash(key, view("matter-attest lot"))),
               .manifests = {}};
  for (const ManifestRows& manifest : given)
    out.manifests += fmt::format("{:016x}", manifest.digest());
  return out;
}

Result<LotOutput> LotOutput::open(const std::string& path, const ReportForm& form, LineForm line,
                                  const Verbosity& verbosity) {
  auto output = Output::open(path, verbosity.console());
  if (!output) return tl::unexpected(output.error());
  LotOutput out(std::move(*output), form, line, verbosity);
  if (auto done = out.write(form.heading); !done) return tl::unexpected(done.error());
  return out;
}

std::string LotOutput::render(const DeviceLine& line) const {
  return form_->of_line == nullptr ? std::string() : form_->of_line(line, line_);
}

tl::expected<void, Error> LotOutput::conclude(const LotReport& report,
                                              const std::optional<PartMark>& part) {
  const Console& console = loudness_.console();
  const bool shown = output_.is_console();
  std::string text = form_->of_lot(report, {.colour = shown && console.colours_out(),
                                            .width = shown ? console.columns() : Console::kColumns,
                                            .all_checks = false});
  if (part && form_->joins) {
    Json lot = lot_report_json(report);
    lot.set("part_key", part->key).set("part_manifests", part->manifests);
    text = dump(Json(Json::Object{}).set("lot", std::move(lot))) + "\n";
  }
  // A table has no room for what is wrong between its rows.
  if (form_->tells_beside && !loudness_.quiet())
    console.err << lot_report_text(report, {.colour = console.colours_err(),
                                            .width = console.columns(),
                                            .all_checks = false})
                << std::flush;
  if (auto done = write(text); !done) return done;
  return output_.close();
}

}  // namespace attest::cli
