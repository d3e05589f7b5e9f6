// The dcl sub-command's place in the command line: an action a sub-command of its own. What they do
// is in dcl.cc and dcl_show.cc.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.h"
#include "cli/dcl.h"
#include "cli/options.h"
#include "report/schemas.h"

namespace attest::cli {
namespace {

struct Options {
  DclArguments dcl;
  std::string versions;
  bool schema = false;  // audit
};

using Operands = std::vector<Command::Operand>;
enum class Asks : uint8_t { node, ledger, cache };  // what an action looks at
struct Action {
  const char* name;
  const char* help;
  Operands operands;
  Asks asks;
  std::vector<std::string> formats;
  std::vector<const char*> examples;
};

const std::vector<Action>& actions() {
  const std::vector<std::string> facts = {"text", "json"};
  const std::vector<std::string> certificates = {"text", "json", "pem", "der"};
  constexpr Command::Operand kVid{"VID", "a vendor id: 0xFFF1, 65521 or FFF1", true};
  constexpr Command::Operand kPid{"PID", "a product id: 0x8000 or 32768", true};
  const auto maybe = [](Command::Operand one) {
    one.required = false;
    return one;
  };
  constexpr Command::Operand kSkid{"SKID", "a subject key id: 20 bytes in hex", false};
  constexpr Command::Operand kFile{"FILE", "a snapshot; - is stdout, where one is written", true};
  static const std::vector<Action> all = {
      {"sync",
       "read the ledger's lists into the cache, and the revocation lists that it names",
       {},
       Asks::node,
       facts,
       {"matter-attest dcl sync --network test",
        "matter-attest dcl sync --vid 0x1234 --pid 0x8000"}},
      {"status",
       "what is cached of each network: of which height, how old",
       {},
       Asks::cache,
       facts,
       {"matter-attest dcl status"}},
      {"vendor",
       "a vendor, or all",
       {maybe(kVid)},
       Asks::ledger,
       facts,
       {"matter-attest dcl vendor 0xFFF1"}},
      {"model",
       "a product, all of a vendor, or all",
       {maybe(kVid), maybe(kPid)},
       Asks::ledger,
       facts,
       {"matter-attest dcl model 0x1234 0x8000"}},
      {"version",
       "a software version of a product, or which there are",
       {kVid, kPid, {"SV", "a software version", false}},
       Asks::ledger,
       facts,
       {"matter-attest dcl version 0x1234 0x8000 1"}},
      {"compliance",
       "whether a software version is certified",
       {kVid,
        kPid,
        {"SV", "a software version", true},
        {"TYPE", "matter (as without it), zigbee or aliro", false}},
       Asks::ledger,
       facts,
       {"matter-attest dcl compliance 0x1234 0x8000 1"}},
      {"paa",
       "an approved PAA, or all",
       {kSkid},
       Asks::ledger,
       certificates,
       {"matter-attest dcl paa --format pem"}},
      {"cd-signer",
       "a signer of certification declarations, or all",
       {kSkid},
       Asks::ledger,
       certificates,
       {"matter-attest dcl cd-signer"}},
      {"revocation",
       "the revocation points of an issuer, or all",
       {kSkid},
       Asks::ledger,
       {"text", "json", "chip"},
       {"matter-attest dcl revocation", "matter-attest dcl revocation --format chip -o set.json"}},
      {"audit",
       "the health of a vendor's products: entries, certification, images, terms, addresses, "
       "certificates, revocation lists",
       {kVid, maybe(kPid)},
       Asks::ledger,
       {"text", "json", "html"},
       {"matter-attest dcl audit 0x1234", "matter-attest dcl audit 0x1234 0x8000 --fetch"}},
      {"watch",
       "what changed on the ledger since the last time (exit code 4), for a cron job",
       {},
       Asks::cache,
       {"text", "ndjson"},
       {"matter-attest dcl watch --vid 0x1234 --atom feed.xml"}},
      {"export",
       "write what is cached: a snapshot for --ledger, or trust stores as the Matter SDK loads "
       "them",
       {{"FILE", "a snapshot (- is stdout); with --format chip a folder", true}},
       Asks::cache,
       {"snapshot", "chip"},
       {"matter-attest dcl export facts.json", "matter-attest dcl export --format chip stores"}},
      {"import",
       "read a snapshot into the cache",
       {kFile},
       Asks::cache,
       facts,
       {"matter-attest dcl import facts.json"}},
      {"diff",
       "what differs between two snapshots or cached networks",
       {{"A", "a snapshot, or the name of a cached network", true}, {"B", "another one", true}},
       Asks::cache,
       facts,
       {"matter-attest dcl diff facts.json main"}},
  };
  return all;
}

// Of some action each.
std::vector<std::string> all_formats() {
  std::vector<std::string> out;
  for (const Action& action : actions()) {
    for (const std::string& format : action.formats) {
      if (std::find(out.begin(), out.end(), format) == out.end()) out.push_back(format);
    }
  }
  return out;
}

// "FFF1/8000", as the tool itself writes it.
void split_key(std::vector<std::string>& operands) {
  if (operands.empty()) return;
  const std::string key = operands.front();
  const auto is_hex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
  };
  if (key.size() != 9 || key[4] != '/' || !std::all_of(key.begin(), key.begin() + 4, is_hex) ||
      !std::all_of(key.begin() + 5, key.end(), is_hex))
    return;
  operands.front() = "0x" + key.substr(0, 4);
  operands.insert(operands.begin() + 1, "0x" + key.substr(5));
}

int run_action(const Options& options, const std::string& action, const Console& console) {
  if (options.schema) return show(std::string(audit_schema()), console);
  DclArguments arguments = options.dcl;
  arguments.action = action;
  if (action == "model" || action == "version" || action == "compliance" || action == "audit")
    split_key(arguments.operands);
  arguments.all_versions = options.versions == "all";
  arguments.both = arguments.ledger.network.empty() && arguments.ledger.chain_id.empty();
  if (arguments.ledger.network.empty()) arguments.ledger.network = "main";
  return run_dcl(arguments, console);
}

void add_shared(Command& command, DclArguments& dcl, Asks asks) {
  command.group(Group::ledger)
      .choice("--network", {"main", "test"}, dcl.ledger.network,
              asks == Asks::cache ? "which ledger" : "which ledger (default main)");
  if (asks == Asks::cache) return add_cache_options(command, dcl.ledger);
  add_ledger_options(command, dcl.ledger);
}

void add_sync_options(Command& command, Options& options) {
  command.group(Group::input)
      .text("--from", "URL", options.dcl.from,
            "the node to read from; it is kept for this cache, and every later command asks it "
            "too, until another --from")
      .text("--vid", "VID", options.dcl.vid, "this vendor's software versions too")
      .text("--pid", "PID", options.dcl.pid, "with --vid, those of this product only")
      .choice("--versions", {"all"}, options.versions, "every software version too");
}

void add_audit_options(Command& command, Options& options) {
  DclArguments& dcl = options.dcl;
  command.group(Group::decide)
      .flag("--fetch", dcl.fetch,
            "fetch images and terms and compare them, and see whether addresses answer (never "
            "private hosts)")
      .flag("--fast-track", dcl.fast_track,
            "policy: one certified version of a product is enough for its others to be a warning")
      .text("--at", "TIME", dcl.at, "judge as of this instant instead of now")
      .group(Group::output)
      .text("-o,--output", "FILE", dcl.output, "write the report there instead of stdout")
      .flag("--all", dcl.all, "show what passed, too")
      .flag("--schema", options.schema, "print the JSON Schema of --format json, and no more");
}

void add_watch_options(Command& command, DclArguments& dcl) {
  command.group(Group::input)
      .text("--vid", "VID", dcl.vid, "only what is this vendor's, its software versions too")
      .text("--since", "HEIGHT", dcl.since,
            "what was told after this height, instead of since the last time")
      .group(Group::output)
      .text("--atom", "FILE", dcl.atom, "an Atom feed of the latest changes, too");
}

}  // namespace

void add_dcl(Command& root) {
  auto options = std::make_shared<Options>();
  DclArguments& dcl = options->dcl;
  dcl.ledger.network.clear();  // told apart from main: status shows both then
  Command& command = root.subcommand("dcl", "the ledger: fetch, look up, compare");
  for (const Action& action : actions()) {
    Command& sub = command.subcommand(action.name, action.help);
    if (!action.operands.empty()) {
      sub.group(Group::input).operands(action.operands, dcl.operands);
      if (action.asks != Asks::cache) sub.offers(Offer::nothing);
    }
    if (action.asks == Asks::node) add_sync_options(sub, *options);
    if (std::string_view(action.name) == "audit") add_audit_options(sub, *options);
    if (std::string_view(action.name) == "watch") add_watch_options(sub, dcl);
    add_shared(sub, dcl, action.asks);
    if (!action.formats.empty())
      sub.group(Group::output)
          .choice("--format", action.formats, dcl.format,
                  "how it is written (default " + action.formats.front() + ")");
    if (std::string_view(action.name) == "revocation")
      sub.group(Group::output)
          .text(
              "-o,--output", "FILE", dcl.output,
              "of --format chip, a revocation set for the SDK made of verified lists: the file it "
              "goes to");
    add_quiet(sub, dcl.quiet);
    for (const char* example : action.examples) sub.example(example);
    sub.run([options, name = std::string(action.name)](const Console& console) {
      return run_action(*options, name, console);
    });
  }
  // Before the action they mean the same.
  add_shared(command, dcl, Asks::ledger);
  command.group(Group::output)
      .text("--format", "FORMAT", dcl.format,
            "how facts are written (pem, der: certificates; chip: a revocation set); each action "
            "has its own")
      .offers(all_formats());
  add_quiet(command, dcl.quiet);
  command.example("matter-attest dcl sync --vid 0x1234 --pid 0x8000")
      .example("matter-attest dcl compliance 0x1234 0x8000 1")
      .footer(
          "Exit codes: 0 done (\"there is none\" included), 2 usage or unreadable file, 3 node "
          "unreachable or not believed, or the fact is unknown. audit: those of verify. watch: 4 "
          "something has changed");
}

}  // namespace attest::cli
