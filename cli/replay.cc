// replay: a bundle judged again, offline.

#include <fmt/format.h>

#include <algorithm>

#include "bundle/bundle_writer.h"
#include "cli/commands.h"
#include "cli/engine_option.h"
#include "cli/options.h"
#include "cli/report_output.h"
#include "platform/files.h"
#include "platform/revocation_sets.h"
#include "platform/verbosity.h"
#include "report/wording.h"

namespace attest::cli {
namespace {

struct ReplayOptions {
  ReportOutput output;
  std::string bundle, signed_by;
  std::vector<std::string> revocation_sets;
  EngineOption engine{.libraries = {}, .of_one = true};
  bool quiet = false, verbose = false;
};

constexpr int kDiffers = 3;

// What the new verdict rests on that was not seen again.
std::vector<std::string> taken_on_trust(const Replayed& r) {
  std::vector<std::string> out;
  const auto& statements = r.inputs.device.statements;
  if (std::any_of(statements.begin(), statements.end(),
                  [](const Statement& s) { return is_secret(s.fact) && s.fact != FactId::blob; }))
    out.emplace_back(
        "private key left out: that it was there, and which public key it has, is as the bundle "
        "says");
  if (!r.inputs.answers.empty()) {
    std::string ids;
    for (const KeptAnswer& a : r.inputs.answers) ids += (ids.empty() ? "" : ", ") + a.id;
    out.push_back(
        fmt::format("answered when the bundle was made, from values that it leaves out: {}", ids));
  }
  return out;
}

int replay(const ReplayOptions& options, const Console& console) {
  const Verbosity verbosity(console, options.quiet, options.verbose);
  CommandFiles files(console);
  files.add({options.bundle, options.signed_by})
      .add(options.revocation_sets)
      .add(options.engine.libraries);
  const auto targets = targets_of(options.output, files, options.quiet);
  if (!targets) return print_error(console, targets.error().what);
  const auto file =
      options.bundle == "-" ? FileBytes::standard_input(console) : FileBytes::open(options.bundle);
  if (!file) return print_error(console, file.error().what);
  Reading sets;
  if (const auto done = read_revocation_sets(options.revocation_sets, sets); !done)
    return print_error(console, done.error().what);
  const auto engine = engine_from(options.engine);
  if (!engine) return print_error(console, engine.error().what);
  const auto again = replay(file->view(), **engine, sets);
  if (!again) {
    const auto at = again.error().offset;
    return print_error(console, fmt::format("{}: {}{}", options.bundle, again.error().what,
                                            at ? fmt::format(" (at byte 0x{:x})", *at) : ""));
  }
  const auto signer = check_signer(again->bundle, options.signed_by);
  if (!signer)
    return print_error(console, fmt::format("{}: {}", options.bundle, signer.error().what));
  verbosity.note(*signer);
  for (const std::string& line : taken_on_trust(*again)) verbosity.note(line);

  if (const auto written = write_reports(*targets, options.output.all, false, again->evidence,
                                         again->report, verbosity);
      !written)
    return print_error(console, written.error().what);
  if (!options.revocation_sets.empty()) {
    verbosity.note(
        "judged with revocation sets that the bundle does not have: its report is not compared");
    return exit_code(again->report.verdict);
  }
  if (again->same()) {
    verbosity.note("the report is the same as in the bundle, byte for byte");
    return exit_code(again->report.verdict);
  }
  const auto lines = differences(*again);
  const bool other_version = again->bundle.tool_version != MATTER_ATTEST_VERSION;
  print_error(console,
              fmt::format("the report is not the one in the bundle{}:",
                          other_version ? fmt::format(", which version {} wrote; this is {}",
                                                      printable(again->bundle.tool_version),
                                                      MATTER_ATTEST_VERSION)
                                        : ""));
  for (const std::string& line : lines) print_error(console, "  " + line);
  return kDiffers;
}

}  // namespace

void add_replay(Command& root) {
  auto options = std::make_shared<ReplayOptions>();
  Command& command =
      root.subcommand("replay", "judge a bundle again, offline, and compare with the report in it");
  command.group(Group::input)
      .positional("BUNDLE", options->bundle, "a file that verify --bundle wrote; - is stdin", true);
  add_signed_by(command, "of it", options->signed_by);
  command.list("--revocation-set", "FILE", options->revocation_sets,
               "judge with this revocation set, too, and compare no report: what was approved may "
               "have been revoked since; repeatable");
  add_engine_option(command, options->engine);
  add_report_output(command, options->output);
  add_verbosity(command, options->quiet, options->verbose, Says::verdict);
  command.example("matter-attest replay sample.bundle")
      .footer(
          "Exit codes: 0 approve, 1 reject, 3 undecided, or the report is not the one in the "
          "bundle; 2 altered, not signed as asked, or no bundle")
      .run(runs(options, replay));
}

}  // namespace attest::cli
