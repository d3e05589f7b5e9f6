// lot: many devices, a verdict each, and what is wrong between them.

#include "cli/commands.h"
#include "cli/lot_output.h"
#include "cli/lot_run.h"

namespace attest::cli {

void add_lot_options(Command& command, LotOptions& options) {
  add_judge_options(command, options.judge);
  add_stage(command, options.judge);
  command.group(Group::lot)
      .list("--manifest", "FILE", options.manifests,
            "the factory's table of the devices (CSV, TSV), repeatable")
      .list("--column", "NAME=HEADER", options.columns,
            "which column of the manifest is what: serial=SN,mac=\"WLAN MAC\"")
      .group(Group::ordered)
      .text("--expect", "FILE", options.expect,
            "what was ordered, for every device: a cpms.json or the keys of device.json")
      .group(Group::lot)
      .flag("--stream", options.stream,
            "a worker: one record in, one line out, in order, never held back")
      .needs_form("ndjson")
      .group(Group::output)
      .flag("--full", options.full, "with each device's whole report (ndjson)")
      .needs_form("ndjson")
      .choice("--format", lot_forms(), options.format,
              "how the result is written (default text; ndjson with --stream)")
      .text("-o,--output", "FILE", options.output, output_help("write there instead of stdout"))
      .list("--report", "FORM=FILE", options.reports,
            "one more form of the same run, as in html=lot.html; repeatable")
      .colour()
      .group(Group::lot)
      .number("--jobs", "N", options.jobs, {},
              "how many judge at a time (default: one a processor)")
      .number("--sample", "N", options.sample, {.least = 1},
              "judge so many devices, drawn at random")
      .number("--seed", "S", options.seed, {},
              "of the drawing: the same seed draws the same devices (default 1)")
      .text("--resume", "FILE", options.resume,
            "keep a journal there, or go on with the lot that it is of")
      .text("--part", "SECRET", options.part,
            "judge a part, to be joined by lot merge: the same secret for all parts (file, hex:, "
            "pass:, env:)")
      .needs_form("ndjson");
  command.group(Group::input)
      .text("--pai", "FILE", options.roles.pai,
            "the file that holds the PAI of all devices that bring none of their own")
      .text("--cd", "FILE", options.roles.cd, "the same of their certification declaration");
  command.group(Group::output)
      .flag("--schema", options.schema,
            "print the JSON Schema of --format json and ndjson, and no more");
  add_engine_option(command, options.engine);
  add_verbosity(command, options.quiet, options.verbose, Says::verdict);
  command.group(Group::input)
      .positionals("INPUT", options.inputs,
                   "folders with a device a subfolder or file, archives, NDJSON (- is stdin)",
                   false);
}

void add_lot(Command& root) {
  auto options = std::make_shared<LotOptions>();
  Command& command =
      root.subcommand("lot", "judge many devices, and what repeats or is missing between them");
  add_lot_options(command, *options);
  command.example("matter-attest lot --network test --manifest order.csv dumps/")
      .example("matter-attest lot --stream < devices.ndjson")
      .footer(
          "Exit codes: the worst verdict: 0 approve, 1 reject, 3 undecided; 2 usage or unreadable "
          "input")
      .run(runs(options, run_lot));
  auto merging = std::make_shared<MergeOptions>();
  Command& merge = command.subcommand(
      "merge", "join the parts of a lot: what was found in each, and between them");
  merge.group(Group::lot)
      .list("--manifest", "FILE", merging->manifests,
            "the factory's table of all the devices, repeatable")
      .list("--column", "NAME=HEADER", merging->columns, "which column of the manifest is what")
      .group(Group::output)
      .choice("--format", lot_forms(), merging->format, "how the result is written (default text)")
      .text("-o,--output", "FILE", merging->output, output_help("write there instead of stdout"))
      .list("--report", "FORM=FILE", merging->reports,
            "one more form of the same run, as in html=lot.html; repeatable")
      .colour()
      .group(Group::input)
      .positionals("FILE", merging->parts, "what lot --part wrote of each part; - is stdin", true)
      .example("matter-attest lot merge --manifest order.csv part-1.ndjson part-2.ndjson")
      .run(runs(merging, run_merge));
  add_quiet(merge, merging->quiet, Says::verdict);
}

}  // namespace attest::cli
