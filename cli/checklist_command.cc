// The checklist sub-command: its options, and the evidence made of them.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "cli/command_files.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "platform/files.h"
#include "platform/output.h"
#include "platform/revocation_sets.h"
#include "platform/verbosity.h"
#include "report/checklist.h"
#include "verifier/verify.h"

namespace attest::cli {
namespace {

struct ChecklistOptions {
  JudgeOptions judge;
  std::string vid, pid, sv, cd, pai, cpms, format = "text", output;
  bool quiet = false, verbose = false;
};

// A file that must be what its option says: another one is a slip, not evidence.
template <class Fits>
Result<void> read_as(const char* option, const std::string& path, const char* what,
                     Reading& reading, const Verbosity& verbosity, Fits&& fits) {
  if (path.empty()) return {};
  Reading own;
  if (const auto errors = read_paths({path}, own, verbosity); !errors.empty())
    return error(fmt::format("{}: {}", option, errors.front()));
  if (!fits(own))
    return error(fmt::format("{}: {}: expected {}, found a file of kind {}", option, path, what,
                             own.files.front().kind));
  const auto append = [](auto& to, auto& from) {
    std::move(from.begin(), from.end(), std::back_inserter(to));
  };
  append(reading.device.statements, own.device.statements);
  append(reading.device.integrity, own.device.integrity);
  append(reading.device.remarks, own.device.remarks);
  append(reading.files, own.files);
  return {};
}

bool says_only(const Reading& reading, std::initializer_list<FactId> facts) {
  const auto& all = reading.device.statements;
  return !all.empty() && std::all_of(all.begin(), all.end(), [&](const Statement& s) {
    return std::find(facts.begin(), facts.end(), s.fact) != facts.end();
  });
}

// What the command line says of the product: it is asked of the ledger, and compared with
// everything handed over.
Result<Device> product_from(const ChecklistOptions& options) {
  Device out;
  const struct {
    const char* option;
    const std::string& given;
    uint32_t most;
    FactId fact;
  } rows[] = {{"--vid", options.vid, 0xFFFF, FactId::vendor_id},
              {"--pid", options.pid, 0xFFFF, FactId::product_id},
              {"--sv", options.sv, 0xFFFFFFFF, FactId::software_version}};
  for (const auto& row : rows) {
    if (row.given.empty() && row.fact == FactId::software_version) continue;
    if (row.given.empty()) return error(fmt::format("{} is needed", row.option));
    const auto number = number_of(row.option, row.given, row.most);
    if (!number) return tl::unexpected(number.error());
    out.say(row.fact, *number, {.path = row.option, .offset = {}, .item = {}});
  }
  return out;
}

int run(const ChecklistOptions& options, const Console& console) {
  const Verbosity verbosity(console, options.quiet, options.verbose);
  CommandFiles files(console);
  files.judging(options.judge, console).add({options.cd, options.pai, options.cpms});
  if (const auto can = may_write({options.output}, files); !can)
    return print_error(console, can.error().what);
  const auto product = product_from(options);
  if (!product) return print_error(console, product.error().what);
  const auto policy = policy_from(options.judge, console);
  if (!policy) return print_error(console, policy.error().what);
  Reading reading;
  const auto trust = trust_from(options.judge, policy->network, &reading.not_used);
  if (!trust) return print_error(console, trust.error().what);
  const auto ledger = ledger_from(options.judge, verbosity);
  if (!ledger) return print_error(console, ledger.error().what);

  for (const NotUsed& one : reading.not_used)
    verbosity.note(fmt::format("not used: {}: {}", printable(one.path), one.why));
  reading.device = *product;
  const auto cd = read_as("--cd", options.cd, "a certification declaration", reading, verbosity,
                          [](const Reading& r) { return says_only(r, {FactId::cd}); });
  const auto pai =
      read_as("--pai", options.pai, "a certificate", reading, verbosity, [](Reading& r) {
        for (Statement& s : r.device.statements)
          s.fact = s.fact == FactId::certificate ? FactId::pai : s.fact;
        return says_only(r, {FactId::pai});
      });
  const auto cpms = read_as("--cpms", options.cpms, "a cpms.json", reading, verbosity,
                            [](const Reading& r) { return r.files.front().kind == "cpms-json"; });
  const auto sets = read_revocation_sets(options.judge.revocation_sets, reading);
  if (!sets) return print_error(console, sets.error().what);
  for (const auto* done : {&cd, &pai, &cpms}) {
    if (!*done) return print_error(console, done->error().what);
  }
  const auto [evidence, report] = attest::verify({.reading = std::move(reading),
                                                  .policy = *policy,
                                                  .trust = *trust,
                                                  .engine = openssl_engine(),
                                                  .ledger = ledger->get(),
                                                  .ordered = *product});
  if (*ledger) {
    for (const std::string& note : (*ledger)->notes()) verbosity.note(note);
  }
  const auto steps = checklist(report, {.software_version = !options.sv.empty(),
                                        .cd = !options.cd.empty(),
                                        .pai = !options.pai.empty(),
                                        .cpms = !options.cpms.empty()});
  const std::string text =
      options.format == "json"
          ? dump_pretty(checklist_json(evidence, steps))
          : checklist_text(evidence, steps,
                           options.output.empty() ? console.columns() : Console::kColumns);
  if (const auto written = write_output(options.output, text, console); !written)
    return print_error(console, written.error().what);
  return checklist_exit_code(steps);
}

}  // namespace

void add_checklist(Command& root) {
  auto options = std::make_shared<ChecklistOptions>();
  Command& command =
      root.subcommand("checklist", "judge what can be judged before parts exist, step by step");
  command.group(Group::input)
      .text("--vid", "ID", options->vid, "the product's vendor id")
      .text("--pid", "ID", options->pid, "its product id")
      .text("--sv", "NUMBER", options->sv, "its software version")
      .text("--cd", "FILE", options->cd, "its certification declaration")
      .text("--pai", "FILE", options->pai, "the PAI that is to issue its DACs")
      .text("--cpms", "FILE", options->cpms, "the order of its parts, a cpms.json");
  add_judge_options(command, options->judge);
  command.group(Group::output)
      .choice("--format", {"text", "json"}, options->format,
              "how the list is written (default text)")
      .text("-o,--output", "FILE", options->output,
            output_help("write the list there instead of stdout"));
  add_verbosity(command, options->quiet, options->verbose);
  command.example("matter-attest checklist --vid 0x1234 --pid 0x8000 --sv 1 --cd cd.der")
      .footer(
          "Exit codes: 0 every step is done, 1 one failed, 3 something is lacking, 2 usage or "
          "unreadable file")
      .run(runs(options, run));
}

}  // namespace attest::cli
