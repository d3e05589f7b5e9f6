#include "cli/lot_output.h"

#include <fmt/format.h>

#include <algorithm>
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

Result<LotOutput> LotOutput::open(std::vector<ReportTarget> targets, const LotLines& lines,
                                  const Verbosity& verbosity) {
  LotOutput out(lines, verbosity);
  for (ReportTarget& target : targets) {
    auto output = Output::open(target.file, verbosity.console());
    if (!output) return tl::unexpected(output.error());
    if (auto done = output->write(target.form->heading); !done) return tl::unexpected(done.error());
    out.all_.push_back({.target = std::move(target), .output = std::move(*output)});
  }
  return out;
}

std::string LotOutput::line_in(const ReportForm& form, const DeviceLine& line) const {
  if (form.of_line == nullptr) return {};
  const auto is_left_out = [&](const auto& row) { return row.first >= lines_.manifests; };
  if (std::none_of(line.rows.begin(), line.rows.end(), is_left_out))
    return form.of_line(line, lines_.form);
  DeviceLine given = line;
  std::erase_if(given.rows, is_left_out);
  return form.of_line(given, lines_.form);
}

std::string LotOutput::render(const DeviceLine& line) const {
  return all_.empty() ? std::string() : line_in(*all_.front().target.form, line);
}

Result<void> LotOutput::write(const DeviceLine& line, std::string_view rendered) {
  for (One& one : all_) {
    const bool first = &one == &all_.front();
    if (auto done =
            first ? one.output.write(rendered) : one.output.write(line_in(*one.target.form, line));
        !done)
      return done;
  }
  return {};
}

Result<void> LotOutput::flush() {
  for (One& one : all_) {
    if (auto done = one.output.flush(); !done) return done;
  }
  return {};
}

Result<void> LotOutput::conclude(const LotReport& report, const std::optional<PartMark>& part) {
  const Console& console = verbosity_.console();
  std::vector<ReportTarget> targets;
  bool told = false;
  for (One& one : all_) {
    const ReportForm& form = *one.target.form;
    const bool shown = one.output.is_console();
    std::string text =
        form.of_lot(report, {.colour = shown && console.colours_out(),
                             .width = shown ? console.columns() : Console::kColumns,
                             .rows = shown && console.out_is_terminal ? console.rows() : 0});
    if (part && form.joins) {
      Json lot = lot_report_json(report);
      lot.set("part_key", part->key).set("part_manifests", part->manifests);
      text = dump(Json(Json::Object{}).set("lot", std::move(lot))) + "\n";
    }
    // A table has no room for what is wrong between its rows.
    if (form.tells_beside && &one == &all_.front() && !verbosity_.quiet()) {
      console.err << lot_report_text(report, {.colour = console.colours_err(),
                                              .width = console.columns(),
                                              .rows = console.err_is_terminal ? console.rows() : 0})
                  << std::flush;
      told = true;
    }
    if (auto done = one.output.write(text); !done) return done;
    if (auto done = one.output.close(); !done) return done;
    targets.push_back(one.target);
  }
  tell_written(targets, told ? "" : lot_verdict_line(report), verbosity_);
  return {};
}

}  // namespace attest::cli
