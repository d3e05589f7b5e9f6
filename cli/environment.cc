#include "cli/environment.h"

#include <algorithm>
#include <string_view>

#include "cli/option_names.h"

namespace attest::cli {
namespace {

constexpr Variable kVariables[] = {
    {"MATTER_ATTEST_NETWORK", "--network", "main, test or none"},
    {"MATTER_ATTEST_LEDGER", "--ledger", "a snapshot or a node"},
    {"MATTER_ATTEST_CACHE", "--cache-dir",
     "the folder of the caches; without it $XDG_CACHE_HOME/matter-attest, else "
     "$HOME/.cache/matter-attest"},
    {"MATTER_ATTEST_OFFLINE", "--offline", "yes or no (1, 0, true, false, on, off, too)"},
    {"MATTER_ATTEST_CHAIN_ID", "--chain-id", "the chain id of a private ledger"},
    {"MATTER_ATTEST_ENGINE", "--engine", "auto, openssl or crypto_mb"},
    {"MATTER_ATTEST_ENGINE_LIBRARY", "--engine-library",
     "where Intel's libraries are, with a colon between them"},
    {"MATTER_ATTEST_COLOR", "--color", "auto, always or never"},
    {"NO_COLOR", "", "not empty: no colours, unless --color always"},
    {"TERM", "", "dumb: no colours, unless --color always"},
    {"SSL_CERT_FILE", "", "the authorities that a server's certificate is checked against"},
    {"HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY", "", "as libcurl reads them"},
};

}  // namespace

std::span<const Variable> variables() {
  return kVariables;
}

const char* variable_of(const std::string& flags) {
  const std::string name = long_name(flags);
  const auto at = std::find_if(std::begin(kVariables), std::end(kVariables),
                               [&](const Variable& v) { return name == v.option; });
  return at == std::end(kVariables) || name.empty() ? nullptr : at->name;
}

std::vector<std::string> environment_used(const Console& console, bool asks_ledger,
                                          bool asks_cache) {
  constexpr std::string_view kOfLedger[] = {"MATTER_ATTEST_LEDGER", "MATTER_ATTEST_OFFLINE",
                                            "MATTER_ATTEST_CHAIN_ID"};
  std::vector<std::string> out;
  for (const std::string& one : console.taken_from_environment) {
    const std::string_view name = std::string_view(one).substr(0, one.find('='));
    const bool of_ledger =
        std::find(std::begin(kOfLedger), std::end(kOfLedger), name) != std::end(kOfLedger);
    if ((of_ledger && !asks_ledger) || (name == "MATTER_ATTEST_CACHE" && !asks_cache)) continue;
    out.push_back(one);
  }
  return out;
}

}  // namespace attest::cli
