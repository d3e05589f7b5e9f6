// replay: a bundle judged again, offline.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "cli/bundling.h"
#include "cli/cms_signature.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/loudness.h"
#include "cli/options.h"
#include "cli/report_text.h"
#include "cli/report_words.h"

namespace attest::cli {
namespace {

struct ReplayOptions {
  std::string bundle, signed_by, format = "text", output;
  bool all = false, quiet = false, verbose = false;
};

constexpr int kDiffers = 3;

// Who signed, where it can be said; an error when --signed-by names somebody else.
Result<std::string> check_signer(const Bundle& bundle, const std::string& signed_by) {
  const std::string manifest = manifest_text(bundle);
  if (signed_by.empty()) {
    if (bundle.signature.empty()) return "not signed: whoever wrote it, nobody vouches for it";
    const auto signer = signer_of(view(manifest), bundle.signature, {});
    if (!signer) return tl::unexpected(signer.error());
    return fmt::format("signed as {}; whether that is who it should be, --signed-by CERT.pem says", *signer);
  }
  const auto certificate = FileBytes::open(signed_by);
  if (!certificate) return within("--signed-by", certificate.error());
  if (bundle.signature.empty()) return error(fmt::format("expected a bundle signed by the key of {}, found one without a signature", signed_by));
  const auto signer = signer_of(view(manifest), bundle.signature, certificate->view());
  if (!signer) return tl::unexpected(signer.error());
  return fmt::format("signed by {}", *signer);
}

// What the new verdict rests on that was not seen again.
std::vector<std::string> taken_on_trust(const Replayed& r) {
  std::vector<std::string> out;
  const auto& statements = r.the_case.device.statements;
  if (std::any_of(statements.begin(), statements.end(), [](const Statement& s) { return is_secret(s.fact) && s.fact != FactId::blob; }))
    out.emplace_back("private key left out: that it was there, and which public key it has, is as the bundle says");
  if (!r.the_case.answers.empty()) {
    std::string ids;
    for (const KeptAnswer& a : r.the_case.answers) ids += (ids.empty() ? "" : ", ") + a.id;
    out.push_back(fmt::format("answered when the bundle was made, from values that it leaves out: {}", ids));
  }
  return out;
}

int replay(const ReplayOptions& options) {
  const Loudness loudness(options.quiet, options.verbose);
  const auto file = options.bundle == "-" ? FileBytes::standard_input() : FileBytes::open(options.bundle);
  if (!file) return complain(file.error().what);
  const auto again = replayed(file->view());
  if (!again) {
    const auto at = again.error().offset;
    return complain(fmt::format("{}: {}{}", options.bundle, again.error().what, at ? fmt::format(" (at byte 0x{:x})", *at) : ""));
  }
  const auto signer = check_signer(again->bundle, options.signed_by);
  if (!signer) return complain(fmt::format("{}: {}", options.bundle, signer.error().what));
  loudness.note(*signer);
  for (const std::string& line : taken_on_trust(*again)) loudness.note(line);

  const bool to_terminal = options.output.empty();
  const std::string text = options.format == "json" ? again->now_report
                                                    : report_text(again->evidence, again->report, {.colour = to_terminal && wants_colour(STDOUT_FILENO), .width = to_terminal ? terminal_width() : 80, .all_checks = options.all});
  if (const auto written = write_output(options.output, text); !written) return complain(written.error().what);
  if (again->same()) {
    loudness.note("the report is the same as in the bundle, byte for byte");
    return exit_code(again->report.verdict);
  }
  const auto lines = differences(*again);
  const bool other_version = again->bundle.tool_version != MATTER_ATTEST_VERSION;
  complain(fmt::format("the report is not the one in the bundle{}:", other_version ? fmt::format(", which version {} wrote; this is {}", printable(again->bundle.tool_version), MATTER_ATTEST_VERSION) : ""));
  for (const std::string& line : lines) complain("  " + line);
  return kDiffers;
}

}  // namespace

void add_replay(Command& root) {
  static ReplayOptions options;
  Command& command = root.subcommand("replay", "judge a bundle again, offline, and compare with the report in it");
  command.positional("BUNDLE", options.bundle, "a file that verify --bundle wrote; - is stdin", true)
      .text("--signed-by", "CERT.pem", options.signed_by, "insist on a signature by the key of this certificate")
      .choice("--format", {"text", "json"}, options.format, "how the report is written (default text)")
      .text("-o,--output", "FILE", options.output, "write the report there instead of stdout")
      .flag("--all", options.all, "show the checks that passed, too");
  add_loudness(command, options.quiet, options.verbose);
  command.footer("Exit codes: 0 approve, 1 reject, 3 undecided, or the report is not the one in the bundle; 2 altered, not\nsigned as asked, or no bundle").run([] { return replay(options); });
}

}  // namespace attest::cli
