#include "cli/lot_output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "cli/options.h"
#include "platform/open_output.h"
#include "platform/terminal.h"
#include "report/lot_html.h"
#include "report/lot_junit.h"
#include "report/lot_report_text.h"
#include "report/lot_sarif.h"

namespace attest::cli {
namespace {

// Where a spreadsheet begins to calculate: also in the widths of East Asia, and behind blanks.
bool starts_formula(std::string_view s) {
  constexpr std::string_view kBlanks[] = {" ", "\u00A0", "\u3000", "\u2007", "\u202F", "'"};
  constexpr std::string_view kStarts[] = {
      "=",      "+",      "-",      "@",      "|",      "%",      "\uFF1D", "\uFF0B", "\uFF0D",
      "\uFF20", "\u2212", "\uFE66", "\uFE62", "\uFE63", "\uFE6B", "\uFF5C", "\uFF05"};
  const auto next = [&](auto& list) {
    return std::find_if(std::begin(list), std::end(list),
                        [&](std::string_view one) { return s.starts_with(one); });
  };
  for (auto blank = next(kBlanks); blank != std::end(kBlanks); blank = next(kBlanks))
    s.remove_prefix(blank->size());
  return next(kStarts) != std::end(kStarts);
}

// RFC 4180, and no field that a spreadsheet takes for a formula, not even one that separates fields
// by ';'.
std::string csv_field(std::string_view value) {
  const std::string shown = printable(value);
  std::string s = starts_formula(shown) ? "'" : "";
  for (size_t i = 0; i < shown.size(); ++i) {
    s += shown[i];
    if (shown[i] == ';' && starts_formula(std::string_view(shown).substr(i + 1))) s += '\'';
  }
  if (s.find_first_of(",;\"") == std::string::npos) return s;
  std::string out = "\"";
  for (const char c : s) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string joined(const std::vector<std::string>& ids) {
  std::string out;
  for (const std::string& id : ids) out += (out.empty() ? "" : " ") + id;
  return out;
}

std::string csv_line(const DeviceLine& line) {
  const DeviceResult& r = line.result;
  return fmt::format("{},{},{},{},{}\n", csv_field(r.name), verdict_name(r.verdict),
                     csv_field(joined(r.failed)), csv_field(joined(r.open)), csv_field(r.summary));
}

// A row as of a device, with no verdict: the path, and why it counts for nothing.
std::string csv_line(const NotUsed& unused) {
  return fmt::format("{},not_used,,,{}\n", csv_field(unused.path), csv_field(unused.why));
}

}  // namespace

bool lists_devices(const std::string& format) {
  return format == "html" || format == "junit";
}

bool shows_summaries(const std::string& format) {
  return lists_devices(format) || format == "csv";
}

PartMark part_mark(const SipKey& key, std::span<const ManifestRows> given) {
  PartMark out{.key = fmt::format("{:016x}", siphash(key, view("matter-attest lot"))),
               .manifests = {}};
  for (const ManifestRows& manifest : given)
    out.manifests += fmt::format("{:016x}", manifest.digest());
  return out;
}

LotOutput::LotOutput(LotOutput&& other) noexcept
    : path_(std::move(other.path_)),
      format_(std::move(other.format_)),
      form_(other.form_),
      file_(std::exchange(other.file_, stdout)) {}
LotOutput::~LotOutput() {
  if (file_ != stdout) std::fclose(file_);
}

tl::expected<void, Error> LotOutput::failed() const {
  return error(fmt::format("{}: {}", path_.empty() ? "stdout" : path_, std::strerror(errno)));
}

Result<LotOutput> LotOutput::open(const std::string& path, const std::string& format,
                                  LineForm form) {
  LotOutput out;
  out.format_ = format;
  out.form_ = form;
  if (!path.empty() && path != "-") {
    out.path_ = path;
    const auto fd = open_output(path);
    if (!fd) return tl::unexpected(fd.error());
    std::FILE* file = ::fdopen(*fd, "wb");
    if (file == nullptr) return tl::unexpected(out.failed().error());
    out.file_ = file;
  }
  if (format == "csv") {
    if (auto done = out.write("id,verdict,failed,open,summary\n"); !done)
      return tl::unexpected(done.error());
  }
  return out;
}

std::string LotOutput::render(const DeviceLine& line) const {
  if (format_ == "ndjson") return write_line(line, form_);
  return format_ == "csv" ? csv_line(line) : std::string();
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
  std::string text;
  if (format_ == "ndjson") {
    Json lot = lot_report_json(report);
    if (part) lot.set("part_key", part->key).set("part_manifests", part->manifests);
    text = dump(Json(Json::Object{}).set("lot", std::move(lot))) + "\n";
  } else if (format_ == "json") {
    text = dump_pretty(lot_report_json(report));
  } else if (format_ == "html") {
    text = lot_html(report);
  } else if (format_ == "junit") {
    text = lot_junit(report);
  } else if (format_ == "sarif") {
    text = dump_pretty(lot_sarif(report));
  } else if (format_ == "text") {
    const bool terminal = file_ == stdout;
    text = lot_report_text(report, {.colour = terminal && wants_colour(STDOUT_FILENO),
                                    .width = terminal ? terminal_width() : 80,
                                    .all_checks = false});
  } else {
    for (const NotUsed& unused : report.not_used) text += csv_line(unused);
    // A table has no room for what is wrong between its rows.
    std::fputs(lot_report_text(report, {.colour = wants_colour(STDERR_FILENO),
                                        .width = terminal_width(),
                                        .all_checks = false})
                   .c_str(),
               stderr);
  }
  if (auto done = write(text); !done) return done;
  return flush();
}

}  // namespace attest::cli
