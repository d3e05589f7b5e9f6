// The options by which every command that asks the ledger says which one: --network, --ledger,
// --chain-id, --cache-dir,
// --offline, --max-age, --allow-private-hosts. What they mean is worked out here.
#pragma once

#include <memory>
#include <string>

#include "dcl/cached_ledger.h"
#include "dcl/download.h"
#include "platform/verbosity.h"

namespace attest {

struct LedgerArguments {
  std::string network = "main";  // main or test
  std::string ledger;            // snapshot file or URL
  std::string chain_id;
  std::string cache_dir;
  std::string max_age = "24h";
  bool offline = false;
  bool allow_private_hosts = false;  // for addresses that stand on the ledger
};

// "90s", "30m", "24h", "7d"; a bare number is seconds.
Result<int64_t> parse_age(const std::string& text);

// --cache-dir (which $MATTER_ATTEST_CACHE gives where the command line does not),
// $XDG_CACHE_HOME/matter-attest, $HOME/.cache/matter-attest: the first there is and that is not
// empty.
Result<std::string> cache_folder(const std::string& cache_dir, const Environment& environment);

// The console's transport, or libcurl, trusting the authorities that $SSL_CERT_FILE names where it
// is set.
dcl::MakeTransport transport_from(const Verbosity& verbosity, const dcl::Budget& budget);

// What a command may spend that only looks something up: whoever waits for a verdict is told
// sooner than whoever fills the cache.
inline constexpr dcl::Budget kLookUp{.total = std::chrono::milliseconds(45'000),
                                     .patience = std::chrono::milliseconds(20'000)};

// For what vendors' entries on the ledger name: revocation lists, images.
Result<std::unique_ptr<dcl::Downloader>> downloader_from(
    const LedgerArguments& arguments, const Console& console,
    std::shared_ptr<dcl::SilentHosts> silent = {});
// For a command that asks many addresses: all of its downloaders know which hosts gave no answer,
// and what is asked is a note once it has taken a while.
dcl::MakeDownloader patient_downloader(const LedgerArguments& arguments,
                                       const Verbosity& verbosity);

// What is waited for is a note.
Result<dcl::LedgerOptions> ledger_options(const LedgerArguments& arguments,
                                          const Verbosity& verbosity);

}  // namespace attest
