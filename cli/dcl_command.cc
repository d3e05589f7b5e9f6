// The dcl sub-command's place in the command line. What it does is in dcl.cc.

#include "cli/commands.h"
#include "cli/dcl.h"
#include "cli/options.h"

namespace attest::cli {
namespace {

struct Options {
  DclArguments dcl;
  std::vector<std::string> words;
  std::string versions;
};

int run(const Options& options, const Console& console) {
  DclArguments arguments = options.dcl;
  if (!options.words.empty()) arguments.action = options.words.front();
  if (options.words.size() > 1)
    arguments.operands.assign(options.words.begin() + 1, options.words.end());
  arguments.all_versions = options.versions == "all";
  return run_dcl(arguments, console);
}

}  // namespace

void add_dcl(Command& root) {
  auto options = std::make_shared<Options>();
  DclArguments& dcl = options->dcl;
  Command& command = root.subcommand("dcl", "the ledger: fetch, look up, compare");
  command.positionals("ACTION", options->words, "what to do, and with what: see below", true)
      .choice("--network", {"main", "test"}, dcl.ledger.network, "which ledger (default main)")
      .text("--ledger", "FILE|URL", dcl.ledger.ledger,
            "ask this snapshot or node instead of the cache")
      .text("--chain-id", "ID", dcl.ledger.chain_id,
            "the chain id to insist on, for a private ledger")
      .text("--cache-dir", "DIR", dcl.ledger.cache_dir,
            "where the caches are (else $MATTER_ATTEST_CACHE, $XDG_CACHE_HOME/matter-attest)")
      .flag("--offline", dcl.ledger.offline, "never touch the network")
      .flag("--allow-private-hosts", dcl.ledger.allow_private_hosts,
            "let addresses on the ledger lead into private networks and to this machine")
      .text("--max-age", "AGE", dcl.ledger.max_age,
            "refresh cached facts older than this (default 24h)")
      .text("--from", "URL", dcl.from,
            "sync: the node to read from; it is kept for this cache, and every later command asks "
            "it too, until another --from")
      .text("--vid", "VID", dcl.vid, "sync: this vendor's software versions too")
      .text("--pid", "PID", dcl.pid, "sync: with --vid, those of this product only")
      .choice("--versions", {"all"}, options->versions, "sync: every software version too")
      .choice("--format", {"text", "json", "pem", "der"}, dcl.format,
              "how facts are written (pem, der: certificates)")
      .footer(
          "Actions:\n"
          "  sync                                  read the ledger's lists into the cache, and the "
          "revocation lists that it names\n"
          "  status                                what is cached, of which height, how old\n"
          "  vendor [VID] · model [VID [PID]] · version VID PID [SV] · compliance VID PID SV "
          "[matter]\n"
          "  paa [SKID] · cd-signer [SKID] · revocation [SKID]\n"
          "  export FILE · import FILE             a snapshot: one file, usable with --ledger\n"
          "  diff A B                              snapshots, or names of cached networks\n\n"
          "Exit codes: 0 done (\"there is none\" included), 2 usage or unreadable file, 3 node "
          "unreachable or not\n"
          "believed, or the fact is unknown")
      .run(runs(options, run));
  add_quiet(command, dcl.quiet);
}

}  // namespace attest::cli
