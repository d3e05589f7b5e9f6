// decisions: what was decided about judged devices, from the database that serve keeps.

#include <fmt/format.h>

#include <algorithm>

#include "cli/command_files.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "platform/files.h"
#include "platform/output.h"
#include "serve/decisions/decision_chain.h"
#include "verifier/base/counted.h"

namespace attest::cli {
namespace {

using serve::Decisions;

struct Options {
  std::string database, id, signed_by, head, search, output;
  std::string format;
};
constexpr int kBroken = 1, kUsage = 2;

Result<Decisions> open_database(const Options& options) {
  return Decisions::open(options.database, Decisions::Open::read_only);
}

int verify(const Options& options, const Console& console) {
  serve::ChainOptions chain;
  if (!options.head.empty()) {
    const auto bytes = from_hex(options.head);
    chain.head.emplace();
    if (!bytes || bytes->size() != chain.head->size())
      return print_error(console, fmt::format("--head: expected a SHA-256 digest in hex, found {}",
                                              printable(options.head)));
    std::copy(bytes->begin(), bytes->end(), chain.head->begin());
    // They stand before the first record, and so before any: nothing would be insisted on.
    if (*chain.head == Sha256{})
      return print_error(console, "--head: expected the digest of a record, found zeros");
  }
  if (!options.signed_by.empty()) {
    const auto file = FileBytes::open(options.signed_by);
    if (!file) return print_error(console, "--signed-by: " + file.error().what);
    chain.certificate = std::string(text(file->view()));
  }
  auto decisions = open_database(options);
  if (!decisions) return print_error(console, decisions.error().what);
  const auto answer = serve::check_chain(*decisions, chain);
  if (!answer) return print_error(console, answer.error().what);
  if (!answer->broken.empty()) {
    return show(fmt::format(
                    "{}: {}\n{}\n", printable(options.database), answer->broken,
                    counted(answer->records, "record before it holds", "records before it hold")),
                console) == 0
               ? kBroken
               : kUsage;
  }
  if (answer->records == 0) return show("no decisions yet\n", console);
  std::string signers;
  for (const std::string& one : answer->signers) signers += (signers.empty() ? "" : ", ") + one;
  std::string out = fmt::format("{}, {} to {}\nlast digest {}\n{} signed{}\n",
                                counted(answer->records, "record holds", "records hold"),
                                rfc3339(answer->from), rfc3339(answer->to), hex(answer->last),
                                answer->signed_records, signers.empty() ? "" : " by " + signers);
  if (chain.head) out += counted(answer->behind_head, "record") + " after --head\n";
  return show(out, console);
}

Json listed_json(const serve::ListedDecision& one) {
  auto json = parse_json(serve::canonical(one.decision));
  json->set("digest", hex(one.digest)).set("signed", one.is_signed);
  return *json;
}

int list(const Options& options, const Console& console) {
  auto decisions = open_database(options);
  if (!decisions) return print_error(console, decisions.error().what);
  std::string out;
  uint64_t below = 0;
  while (true) {
    const auto some = decisions->list(options.search, 1000, below);
    if (!some) return print_error(console, some.error().what);
    for (const serve::ListedDecision& one : *some) {
      const serve::Decision& d = one.decision;
      below = d.number;
      if (options.format == "ndjson") {
        out += dump(listed_json(one)) + "\n";
        continue;
      }
      out += fmt::format("{:>5}  {}  {:<7}  {}  {} {} {}  {}{}{}\n", d.number, rfc3339(d.time),
                         d.approved ? "approve" : "reject", d.id, d.device.vid, d.device.pid,
                         printable(d.device.serial_number), printable(d.who),
                         d.reason.empty() ? "" : ": " + printable(d.reason),
                         d.against_verdict()
                             ? fmt::format("  (the report says {})", verdict_name(d.verdict))
                             : "");
    }
    if (some->empty()) break;
  }
  if (out.empty() && options.format != "ndjson") out = "no decisions\n";
  return show(out, console);
}

// One of the things that are kept of a decision.
Result<std::string> part_of(const Options& options, Decisions& decisions) {
  auto found = decisions.find(options.id);
  if (!found) return tl::unexpected(found.error());
  if (!*found)
    return error(
        fmt::format("{}: there is no decision {}", options.database, printable(options.id)));
  if (const auto same = serve::is_as_recorded(**found); !same)
    return within(fmt::format("{}: decision {}", options.database, options.id), same.error());
  if (options.format == "record") return (*found)->line;
  if (options.format == "signature") {
    if ((*found)->signature.empty())
      return error(fmt::format("decision {}: expected a signature, found none", options.id));
    return std::string(text((*found)->signature));
  }
  if (options.format == "json") return (*found)->report;
  if (options.format == "html") return (*found)->page;
  if ((*found)->bundle.empty())
    return error(
        fmt::format("decision {}: expected a bundle, found none: none could be made of "
                    "this device when it was judged",
                    options.id));
  return std::string(text((*found)->bundle));
}

int export_decisions(const Options& options, const Console& console) {
  const bool all = options.id.empty();
  const bool csv = options.format == "csv" || (options.format.empty() && all);
  if (all != csv)
    return print_error(
        console,
        all ? fmt::format("--format {}: expected the ID of a decision, found none", options.format)
            : "--format csv: expected no ID: a table is of all decisions");
  if (!Output::is_stream(options.output) && !options.output.empty() &&
      same_file(options.output, options.database))
    return print_error(console, "-o: expected another file than the database, found the same");
  auto decisions = open_database(options);
  if (!decisions) return print_error(console, decisions.error().what);
  if (!all) {
    const auto part = part_of(options, *decisions);
    if (!part) return print_error(console, part.error().what);
    const auto written = write_output(options.output, *part, console);
    return written ? 0 : print_error(console, written.error().what);
  }
  auto out = Output::open(options.output, console);
  if (!out) return print_error(console, out.error().what);
  const auto done = decisions->export_csv(options.search,
                                          [&](std::string_view line) { return out->write(line); });
  if (!done) return print_error(console, done.error().what);
  const auto closed = out->close();
  return closed ? 0 : print_error(console, closed.error().what);
}

}  // namespace

void add_decisions(Command& root) {
  auto options = std::make_shared<Options>();
  Command& command = root.subcommand(
      "decisions", "who approved or rejected which device: the record that serve keeps, checked");
  command.example("matter-attest decisions list decisions.db --search 0xFFF1");
  Command& check = command.subcommand(
      "verify",
      "whether the record is whole: nothing altered, nothing taken out, signed as it says");
  check.group(Group::input)
      .positional("DB", options->database, "the database of serve --decisions", true);
  add_signed_by(check, "of every record", options->signed_by);
  check.text("--head", "DIGEST", options->head,
             "insist on the record with this digest, as it was noted earlier: without it nobody "
             "can tell that the last records were taken away");
  check.example("matter-attest decisions verify decisions.db")
      .footer(
          "Exit codes: 0 it holds, 1 it does not: the first record is named; 2 usage or no "
          "such database")
      .run(runs(options, verify));

  Command& listing = command.subcommand("list", "the decisions, the newest first");
  listing.group(Group::input)
      .positional("DB", options->database, "the database of serve --decisions", true)
      .text("--search", "WORDS", options->search,
            "those in which all these words occur: an id, a serial number, a name")
      .group(Group::output)
      .choice("--format", {"text", "ndjson"}, options->format, "how it is written (default text)");
  listing.example("matter-attest decisions list decisions.db --search 0xFFF1")
      .run(runs(options, list));

  Command& out = command.subcommand(
      "export", "all decisions as a table, or what is kept of one: bundle, report, record");
  out.group(Group::input)
      .positional("DB", options->database, "the database of serve --decisions", true)
      .positional("ID", options->id, "a decision", false)
      .text("--search", "WORDS", options->search, "of the table: as of list")
      .group(Group::output)
      .choice("--format", {"csv", "bundle", "html", "json", "record", "signature"}, options->format,
              "csv: all decisions, as without ID; of one: its bundle (default), the report as page "
              "or JSON, the record or its signature (CMS)")
      .text("-o,--output", "FILE", options->output, "write it there instead of stdout");
  out.example("matter-attest decisions export decisions.db -o decisions.csv")
      .run(runs(options, export_decisions));
}

}  // namespace attest::cli
