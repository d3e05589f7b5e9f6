#include "platform/ledger_options.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <memory>
#include <utility>

#include "dcl/transport_curl.h"
#include "platform/waiting.h"

namespace attest {

Result<int64_t> parse_age(const std::string& text) {
  int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto got = std::from_chars(text.data(), end, number);
  const std::string_view unit(got.ptr, static_cast<size_t>(end - got.ptr));
  const int64_t seconds = unit.empty() || unit == "s" ? 1
                          : unit == "m"               ? 60
                          : unit == "h"               ? 3600
                          : unit == "d"               ? 86'400
                                                      : 0;
  constexpr int64_t kMost = 100 * 365 * 86'400LL;
  if (got.ec != std::errc() || number < 0 || seconds == 0 || number > kMost / seconds) {
    return error(fmt::format("--max-age: expected an age such as 90s, 30m, 24h or 7d, found \"{}\"",
                             printable(text)));
  }
  return number * seconds;
}

Result<std::string> cache_folder(const std::string& cache_dir, const Environment& environment) {
  if (!cache_dir.empty()) return cache_dir;
  const auto value = [&](const char* name) { return environment(name).value_or(""); };
  if (const auto xdg = value("XDG_CACHE_HOME"); !xdg.empty()) return xdg + "/matter-attest";
  if (const auto home = value("HOME"); !home.empty()) return home + "/.cache/matter-attest";
  return error(
      "no place for the cache: expected --cache-dir, $MATTER_ATTEST_CACHE, $XDG_CACHE_HOME or "
      "$HOME, found none of them");
}

// A node that takes longer is waited for with a word.
constexpr std::chrono::milliseconds kSilence{3'000};
// And what many addresses are asked for says so often where it is.
constexpr std::chrono::milliseconds kFetching{5'000};

dcl::MakeTransport transport_from(const Verbosity& verbosity, const dcl::Budget& budget) {
  if (verbosity.console().transport) return verbosity.console().transport;
  return [verbosity, budget]() -> Result<std::unique_ptr<dcl::Transport>> {
    const dcl::Say say = [verbosity](const std::string& line) { verbosity.note(line); };
    auto curl = dcl::make_curl_transport(
        {.budget = budget,
         .say = say,
         .ca_file = verbosity.console().environment("SSL_CERT_FILE").value_or("")});
    if (!curl) return curl;
    return saying_what_it_waits_for(std::move(*curl), say, kSilence);
  };
}

Result<std::unique_ptr<dcl::Downloader>> downloader_from(const LedgerArguments& arguments,
                                                         const Console& console,
                                                         std::shared_ptr<dcl::SilentHosts> silent) {
  if (console.downloader) return console.downloader();
  return dcl::make_downloader({.allow_private_hosts = arguments.allow_private_hosts,
                               .ca_file = console.environment("SSL_CERT_FILE").value_or(""),
                               .silent = std::move(silent)});
}

dcl::MakeDownloader patient_downloader(const LedgerArguments& arguments,
                                       const Verbosity& verbosity) {
  auto fetching = std::make_shared<Fetching>(
      [verbosity](const std::string& line) { verbosity.note(line); }, kFetching);
  return [=]() -> Result<std::unique_ptr<dcl::Downloader>> {
    auto made = downloader_from(arguments, verbosity.console(), fetching->silent());
    if (!made) return made;
    return saying_what_it_fetches(std::move(*made), fetching);
  };
}

Result<dcl::LedgerOptions> ledger_options(const LedgerArguments& arguments,
                                          const Verbosity& verbosity) {
  const Console& console = verbosity.console();
  auto network = dcl::network_by_name(arguments.network);
  if (!network) return tl::unexpected(network.error());
  if (!arguments.chain_id.empty()) {
    if (!dcl::is_chain_id(arguments.chain_id))
      return error(
          fmt::format("--chain-id: expected letters, digits, '.', '-' and '_', found \"{}\"",
                      printable(arguments.chain_id)));
    network->chain_id = arguments.chain_id;
  }
  const auto age = parse_age(arguments.max_age);
  if (!age) return tl::unexpected(age.error());
  // A snapshot or a node needs no cache, so it needs no place for one.
  const auto folder = cache_folder(arguments.cache_dir, console.environment);
  if (!folder && arguments.ledger.empty()) return tl::unexpected(folder.error());
  return dcl::LedgerOptions{
      .network = std::move(*network),
      .cache_folder = folder.value_or(""),
      .ledger = arguments.ledger,
      .offline = arguments.offline,
      .max_age = *age,
      .now = console.now,
      .engine = openssl_engine(),
      .transport = transport_from(verbosity, kLookUp),
      .progress = {},
      .downloader = [arguments, &console] { return downloader_from(arguments, console); },
      .say = [verbosity](const std::string& line) { verbosity.note(line); }};
}

}  // namespace attest
