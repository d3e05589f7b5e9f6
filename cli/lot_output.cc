#include "cli/lot_output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "cli/options.h"
#include "platform/open_output.h"
#include "platform/terminal.h"
#include "report/lot_report_text.h"

namespace attest::cli {
PartMark part_mark(const SipKey& key, std::span<const ManifestRows> given) {
  PartMark out{.key = fmt::format("{:016x}", siphash(key, view("matter-attest lot"))),
               .manifests = {}};
  for (const ManifestRows& manifest : given)
    out.manifests += fmt::format("{:016x}", manifest.digest());
  return out;
}

LotOutput::LotOutput(LotOutput&& other) noexcept
    : path_(std::move(other.path_)),
      form_(other.form_),
      line_(other.line_),
      file_(std::exchange(other.file_, stdout)) {}
LotOutput::~LotOutput() {
  if (file_ != stdout) std::fclose(file_);
}

tl::expected<void, Error> LotOutput::failed() const {
  return error(fmt::format("{}: {}", path_.empty() ? "stdout" : path_, std::strerror(errno)));
}

Result<LotOutput> LotOutput::open(const std::string& path, const ReportForm& form, LineForm line) {
  LotOutput out;
  out.form_ = &form;
  out.line_ = line;
  if (!path.empty() && path != "-") {
    out.path_ = path;
    const auto fd = open_output(path);
    if (!fd) return tl::unexpected(fd.error());
    std::FILE* file = ::fdopen(*fd, "wb");
    if (file == nullptr) return tl::unexpected(out.failed().error());
    out.file_ = file;
  }
  if (auto done = out.write(form.heading); !done) return tl::unexpected(done.error());
  return out;
}

std::string LotOutput::render(const DeviceLine& line) const {
  return form_->of_line == nullptr ? std::string() : form_->of_line(line, line_);
}

tl::expected<void, Error> LotOutput::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) return failed();
  return {};
}

tl::expected<void, Error> LotOutput::flush() {
  if (std::fflush(file_) != 0) return failed();
  return {};
}

tl::expected<void, Error> LotOutput::conclude(const LotReport& report,
                                              const std::optional<PartMark>& part) {
  const bool terminal = file_ == stdout;
  std::string text = form_->of_lot(report, {.colour = terminal && wants_colour(STDOUT_FILENO),
                                            .width = terminal ? terminal_width() : 80,
                                            .all_checks = false});
  if (part && form_->joins) {
    Json lot = lot_report_json(report);
    lot.set("part_key", part->key).set("part_manifests", part->manifests);
    text = dump(Json(Json::Object{}).set("lot", std::move(lot))) + "\n";
  }
  // A table has no room for what is wrong between its rows.
  if (form_->tells_beside)
    std::fputs(lot_report_text(report, {.colour = wants_colour(STDERR_FILENO),
                                        .width = terminal_width(),
                                        .all_checks = false})
                   .c_str(),
               stderr);
  if (auto done = write(text); !done) return done;
  return flush();
}

}  // namespace attest::cli
