// dcl watch: what changed on the ledger since the last time, for a cron job and a feed reader.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <ostream>
#include <string>
#include <system_error>
#include <vector>

#include "cli/dcl.h"
#include "cli/options.h"
#include "dcl/watch.h"
#include "platform/files.h"
#include "platform/output.h"
#include "report/watch_report.h"
#include "verifier/base/counted.h"

namespace attest::cli {
namespace {

constexpr int kNothing = 0, kUsage = 2, kUnknown = 3, kSomething = 4;

struct Asked {
  std::optional<uint16_t> vid;
  std::optional<int64_t> since;
};

Result<Asked> asked(const DclArguments& arguments) {
  Asked out;
  if (!arguments.vid.empty()) {
    const auto vid = number_of("--vid", arguments.vid, 0xFFFF);
    if (!vid) return tl::unexpected(vid.error());
    out.vid = static_cast<uint16_t>(*vid);
  }
  if (!arguments.since.empty()) {
    const auto since = number_of("--since", arguments.since, INT64_MAX);
    if (!since) return tl::unexpected(since.error());
    out.since = static_cast<int64_t>(*since);
  }
  if (arguments.atom == "-")
    return error("--atom: expected a file, found - (stdout is for the changes)");
  if (!arguments.atom.empty()) {
    if (const auto can = Output::can_open(arguments.atom); !can)
      return error("--atom: " + can.error().what);
  }
  return out;
}

std::string state_path(const dcl::LedgerOptions& options, const Asked& asked) {
  return options.cache_folder + "/" + options.network.chain_id +
         (asked.vid ? "." + dcl::vendor_key(*asked.vid) : "") + ".watch";
}

// The lists of the ledger's points that are at hand. Nobody is asked.
std::vector<dcl::WatchedList> lists_at_hand(dcl::LedgerOptions options,
                                            std::optional<uint16_t> vid) {
  std::vector<dcl::WatchedList> out;
  options.offline = true;
  options.ledger.clear();
  auto ledger = dcl::CachedLedger::open(std::move(options));
  if (!ledger) return out;
  const auto fact = (*ledger)->records(dcl::Schema::revocation_point);
  const auto* found = std::get_if<Found<std::vector<dcl::CachedRecord>>>(&fact);
  if (found == nullptr) return out;
  for (const dcl::CachedRecord& record : found->value) {
    const auto point = dcl::revocation_point_of(record.object);
    if (!point || (vid && point->vid != *vid)) continue;
    const dcl::ListState state = (*ledger)->list_state(*point);
    if (state.list == nullptr || !state.list->crl().next_update) continue;
    out.push_back({.key = record.key,
                   .url = point->data_url,
                   .vid = point->vid,
                   .next_update = *state.list->crl().next_update});
  }
  return out;
}

// What was seen last. Nullopt: nothing yet. What is damaged is set aside, and `lost` says so; that
// it cannot be opened is an error: it may be whole, and nothing is known of what is new.
Result<std::optional<dcl::WatchState>> remembered(const std::string& path, std::string& lost) {
  const auto fail = [&](const std::string& why) {
    return error(
        fmt::format("{}: what was seen last cannot be read: {}: make it readable, or take "
                    "it away to begin anew",
                    printable(path), why));
  };
  std::error_code failed;
  const auto kind = std::filesystem::symlink_status(path, failed).type();
  if (kind == std::filesystem::file_type::not_found) return std::nullopt;
  if (kind == std::filesystem::file_type::none) return fail(failed.message());
  const auto bytes = FileBytes::open(path);
  if (!bytes) return fail(text_without_path(bytes.error(), path));
  auto state = dcl::read_watch_state(text(bytes->view()));
  if (state) return std::move(*state);
  const std::string aside = path + ".damaged";
  std::filesystem::rename(path, aside, failed);
  if (failed)
    return fail(fmt::format("{}, and it cannot be set aside as {}: {}", state.error().what,
                            printable(aside), failed.message()));
  lost = fmt::format("{}: {}; it is set aside as {}, and what changed since then is not known",
                     printable(path), state.error().what, printable(aside));
  return std::nullopt;
}

}  // namespace

int run_watch(const DclArguments& arguments, const Verbosity& verbosity,
              const dcl::LedgerOptions& options) {
  const Console& console = verbosity.console();
  const auto question = asked(arguments);
  if (!question) return print_error(console, question.error().what, kUsage);
  if (!options.offline) {
    const auto synced = sync_cache(arguments, verbosity, options);
    if (!synced) return print_error(console, synced.error().what, synced.error().exit_code);
  }
  const auto snapshot = cached_snapshot(options.cache_folder, options.network.chain_id);
  if (!snapshot) return print_error(console, snapshot.error().what, kUnknown);
  dcl::Seen now = dcl::seen_of(*snapshot, question->vid);
  if (question->since && *question->since > now.height)
    return print_error(console,
                       fmt::format("--since: expected a height up to {}, which was read last, "
                                   "found {}",
                                   now.height, *question->since),
                       kUsage);
  const std::string path = state_path(options, *question);
  std::string lost;
  auto known = remembered(path, lost);
  if (!known) return print_error(console, known.error().what, kUsage);
  std::optional<dcl::WatchState> state = std::move(*known);
  if (!lost.empty()) console.tell(lost);
  const bool first = !state.has_value();
  if (first) state = dcl::first_look(now);
  const size_t records = now.records.size();
  const auto changes =
      dcl::look_again(*state, std::move(now), lists_at_hand(options, question->vid), options.now);
  if (!changes) return print_error(console, changes.error().what, kUnknown);
  // What is new is told, whatever the height: it counts as told from now on.
  const bool only_new = !question->since || *question->since == state->seen.height;
  const auto shown = only_new ? Result<std::vector<dcl::WatchChange>>(*changes)
                              : dcl::told_since(*state, *question->since);
  if (!shown) return print_error(console, "--since: " + shown.error().what, kUnknown);

  // What was told is remembered last: whoever could not be told is told again.
  if (!arguments.atom.empty()) {
    if (const auto written = replace_file(arguments.atom, watch_atom(*state, options.now));
        !written)
      return print_error(console, "--atom: " + written.error().what, kUsage);
  }
  const std::string text = arguments.format == "ndjson" ? watch_ndjson(state->seen.chain_id, *shown)
                                                        : watch_text(*shown);
  if (const auto written = write_output("", text, console); !written)
    return print_error(console, written.error().what, kUsage);
  if (const auto kept = replace_file(path, dcl::write_watch_state(*state)); !kept)
    return print_error(console, kept.error().what, kUsage);
  if (first)
    verbosity.note(
        fmt::format("the first look, at height {}: {}; what changes from now on "
                    "is told",
                    state->seen.height, counted(records, "entry", "entries")));
  if (!lost.empty()) return kUnknown;
  return shown->empty() ? kNothing : kSomething;
}

}  // namespace attest::cli
