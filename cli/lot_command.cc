#include "cli/lot_command.h"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>

namespace attest::cli {
namespace {

namespace fs = std::filesystem;

// As a shell reads it.
std::string quoted_word(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,+@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// What judges one device as the lot was judged.
std::string verify_command(const LotOptions& o, const CommandLineSecrets& secrets) {
  std::string out = fmt::format("matter-attest verify --network {}", network_of(o.judge));
  if (o.judge.stage == "lab") out += " --stage lab";
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) out += fmt::format(" {} {}", option, quoted_word(value));
  };
  const auto all = [&](const char* option, const std::vector<std::string>& values) {
    for (const std::string& value : values) add(option, value);
  };
  all("--trust-paa", o.judge.trust_paa);
  all("--trust-cd-signer", o.judge.trust_cd_signer);
  all("--revocation-set", o.judge.revocation_sets);
  add("--paa-store", o.judge.paa_store);
  add("--at", o.judge.at);
  add("--ledger", o.judge.ledger.ledger);
  add("--chain-id", o.judge.ledger.chain_id);
  add("--cache-dir", o.judge.ledger.cache_dir);
  if (o.judge.ledger.max_age != LedgerArguments().max_age) add("--max-age", o.judge.ledger.max_age);
  if (o.judge.ledger.offline) out += " --offline";
  if (o.judge.ledger.allow_private_hosts) out += " --allow-private-hosts";
  if (o.judge.show_passcode) out += " --show-passcode";
  all("--unlock", o.judge.unlock);
  all("--fail-on", o.judge.fail_on);
  all("--require", o.judge.require);
  all("--waive", o.judge.waive);
  all("--waivers", o.judge.waivers);
  add("--expect", o.expect);
  return secrets.leave_out(out);
}

// The device's folder in an input: as it is named, or below the input's own folders, as tools
// that make lots put them.
std::string folder_of(const std::string& input, const std::string& name) {
  constexpr size_t kMostLooked = 64;
  std::error_code failed;
  const fs::path inside = fs::path(input) / name;
  if (fs::exists(inside, failed)) return inside.string();
  if (!fs::is_directory(input, failed)) return {};
  size_t looked = 0;
  for (fs::directory_iterator at(input, failed), end; !failed && at != end; at.increment(failed)) {
    if (++looked > kMostLooked) break;
    if (const fs::path below = at->path() / name; fs::exists(below, failed)) return below.string();
  }
  return {};
}

}  // namespace

std::string command_that_shows(const std::string& device, const LotOptions& o,
                               const CommandLineSecrets& secrets, const LentFiles& lent_files) {
  for (const std::string& input : o.inputs) {
    if (input == "-") continue;
    std::string path = folder_of(input, device);
    if (path.empty() && (fs::path(input).filename() == device || fs::path(input).stem() == device))
      path = input;
    if (path.empty()) continue;
    const auto lent = lent_files(input, path);
    if (!lent) return {};
    std::string out = verify_command(o, secrets) + " " + quoted_word(path);
    for (const std::string& file : *lent) out += " " + quoted_word(file);
    return out;
  }
  return {};
}

}  // namespace attest::cli
