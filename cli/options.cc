#include "cli/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "cli/environment.h"
#include "cli/nearest.h"
#include "platform/files.h"
#include "platform/output.h"
#include "platform/paa_store.h"
#include "platform/trust_files.h"
#include "platform/waivers.h"
#include "verifier/checks/catalogue.h"
#include "verifier/pki/key.h"
#include "verifier/readers/tables/device_json.h"

namespace attest::cli {
namespace {

// "2026-11-20T22:00:00": which hour that is hangs on the place.
std::string at_hint(const std::string& given) {
  return parse_rfc3339(given + "Z")
             ? fmt::format("; did you mean {0}Z (UTC), or {0}+01:00 (another zone)?",
                           printable(given))
             : "";
}

bool is_variable_name(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

Stage stage_of(const JudgeOptions& options) {
  return options.stage == "lab" ? Stage::lab : Stage::network;
}

}  // namespace

void add_ledger_options(Command& command, LedgerArguments& options) {
  command.group(Group::ledger)
      .text("--ledger", "FILE|URL", options.ledger,
            "facts from this snapshot or node instead of the network's cache (demo: the one built "
            "in)");
  add_cache_options(command, options);
}
void add_cache_options(Command& command, LedgerArguments& options) {
  command.group(Group::ledger)
      .text("--chain-id", "ID", options.chain_id, "the chain id to insist on, for a private ledger")
      .text("--cache-dir", "DIR", options.cache_dir,
            "where the caches are (else $MATTER_ATTEST_CACHE, $XDG_CACHE_HOME/matter-attest)")
      .flag("--offline", options.offline, "never touch the network")
      .flag("--allow-private-hosts", options.allow_private_hosts,
            "let addresses on the ledger lead into private networks and to this machine")
      .text("--max-age", "AGE", options.max_age,
            "refresh cached facts older than this, or warn of them offline (default 24h)");
}

void add_judge_options(Command& command, JudgeOptions& options) {
  command.group(Group::decide)
      .choice("--network", {"main", "test", "none"}, options.network,
              "the ledger whose facts decide, and its policy (default main)")
      .text("--at", "TIME", options.at,
            "judge as of this instant instead of now: 2026-11-20T22:00:00Z, or a day")
      .list("--require", "ID", options.require, "make a check required, repeatable")
      .offers(Offer::check_ids)
      .list("--fail-on", "unknown|warn", options.fail_on,
            "also keep out what leaves a question open (undecided), or any warning (reject); "
            "repeatable")
      .offers(std::vector<std::string>{"unknown", "warn"})
      .list("--waive", "ID=REASON", options.waive,
            "let a check fail, the reason standing in the report; repeatable")
      .offers(Offer::check_ids)
      .list("--waivers", "FILE", options.waivers,
            "waivers with who gave them and until when (JSON), repeatable")
      .group(Group::trust)
      .list("--trust-paa", "PATH", options.trust_paa,
            "a PAA to trust beside the ledger's: file or folder, repeatable")
      .list("--trust-cd-signer", "PATH", options.trust_cd_signer,
            "a CD signer to trust beside the CSA's: file or folder, repeatable")
      .list("--revocation-set", "FILE", options.revocation_sets,
            "a revocation set as the SDK reads it: whom it names is refused, repeatable")
      .text(
          "--paa-store", "DIR", options.paa_store,
          "a folder of PAAs as commissioners are delivered with: older than the DAC is a warning; "
          "nothing in it is trusted")
      .group(Group::input)
      .list("--unlock", "SECRET", options.unlock,
            "opens an encrypted dump or key: a file, hex:..., pass:... or env:NAME, repeatable");
  add_ledger_options(command, options.ledger);
  command.group(Group::output)
      .flag("--show-passcode", options.show_passcode,
            "show passcodes, payloads, salts and verifiers in the report");
}

void add_stage(Command& command, JudgeOptions& options) {
  command.group(Group::decide)
      .choice("--stage", {"network", "lab"}, options.stage,
              "lab: the certification lab's demands instead of the network's; asks no ledger but "
              "one that is named (default network)");
}

const char* network_of(const JudgeOptions& options) {
  if (!options.network.empty()) return options.network.c_str();
  return stage_of(options) == Stage::lab && options.ledger.ledger.empty() ? "none" : "main";
}

Result<Policy> policy_from(const JudgeOptions& options, const Console& console) {
  auto policy = policy_from(options, console.now);
  if (!policy) return policy;
  const bool asks = policy->network != Network::none;
  policy->environment = environment_used(console, asks, asks && options.ledger.ledger.empty());
  return policy;
}

Result<Policy> policy_from(const JudgeOptions& options, Instant now) {
  Policy policy;
  const std::string_view network = network_of(options);
  policy.network = network == "main"   ? Network::main
                   : network == "test" ? Network::test
                                       : Network::none;
  policy.stage = stage_of(options);
  policy.show_passcode = options.show_passcode;
  if (options.at.empty()) {
    policy.at = now;
  } else {
    const auto at = parse_rfc3339(options.at);
    if (!at) return error("--at: " + at.error().what + at_hint(options.at));
    policy.at = *at;
  }
  const auto age = parse_age(options.ledger.max_age);
  if (!age) return tl::unexpected(age.error());
  policy.max_age = *age;
  for (const std::string& id : options.require) {
    if (find_check(id) == nullptr)
      return error(fmt::format(
          "--require: expected the id of a check (see matter-attest checks), found \"{}\"{}",
          printable(id), did_you_mean(id, check_ids())));
    policy.required.push_back(id);
  }
  for (const std::string& on : options.fail_on)
    (on == "warn" ? policy.fail_on_warn : policy.fail_on_unknown) = true;
  if (!options.paa_store.empty()) {
    auto store = paa_store_from(options.paa_store);
    if (!store) return error("--paa-store: " + store.error().what);
    policy.paa_store = std::move(*store);
  }
  auto waivers = waivers_from(options.waive, options.waivers);
  if (!waivers) return tl::unexpected(waivers.error());
  policy.waivers = std::move(*waivers);
  return policy;
}

std::vector<std::string> check_ids() {
  std::vector<std::string> out;
  for (const Check* check : catalogue()) out.emplace_back(check->id);
  return out;
}

Result<TrustStore> trust_from(const JudgeOptions& options, Network network,
                              std::vector<NotUsed>* not_used) {
  TrustStore store = stage_of(options) == Stage::lab
                         ? TrustStore::builtin_at_lab()
                         : TrustStore::builtin(network == Network::test);
  GivenTrust given(store, openssl_engine());
  using Role = GivenAnchor::Role;
  const struct {
    Role role;
    const char* option;
    const std::vector<std::string>& paths;
  } roles[] = {{Role::paa, "--trust-paa", options.trust_paa},
               {Role::cd_signer, "--trust-cd-signer", options.trust_cd_signer}};
  for (const auto& [role, option, paths] : roles) {
    for (const std::string& path : paths) {
      const auto certificates = trusted_certificates(path);
      if (!certificates) return error(fmt::format("{}: {}", option, certificates.error().what));
      if (const auto done = given.add(role, option, *certificates); !done)
        return error(fmt::format("{} {}: {}", option, path, done.error().what));
    }
  }
  if (not_used != nullptr) {
    for (NotUsed& one : given.not_used()) not_used->push_back(std::move(one));
  }
  return store;
}

Result<std::optional<dcl::LedgerOptions>> asked_ledger(const JudgeOptions& options,
                                                       const Verbosity& verbosity) {
  LedgerArguments arguments = options.ledger;
  arguments.network = network_of(options);
  if (arguments.network == "none") return std::nullopt;
  auto given = ledger_options(arguments, verbosity);
  if (!given) return tl::unexpected(given.error());
  return std::optional(std::move(*given));
}

Result<std::unique_ptr<dcl::CachedLedger>> ledger_from(const JudgeOptions& options,
                                                       const Verbosity& verbosity) {
  auto given = asked_ledger(options, verbosity);
  if (!given) return tl::unexpected(given.error());
  if (!*given) return nullptr;
  return dcl::CachedLedger::open(std::move(**given));
}

Result<std::vector<Secret>> secrets_from(const std::vector<std::string>& given,
                                         const Environment& environment,
                                         const std::string& option) {
  std::vector<Secret> out;
  std::error_code unknown;
  for (std::string value : given) {
    if (value.starts_with("env:")) {
      auto found = environment(value.c_str() + 4);
      if (!found)
        return error(
            fmt::format("{}: the environment has no {}", option,
                        is_variable_name(value.substr(4)) ? value.substr(4) : "such variable"));
      value = std::move(*found);
      if (!value.starts_with("hex:") && !value.starts_with("pass:")) value = "pass:" + value;
    }
    if (value.starts_with("hex:")) {
      auto bytes = from_hex_lenient(value.substr(4));
      if (!bytes) return error(option + ": expected hex digits after hex:, found something else");
      out.push_back({.bytes = std::move(*bytes), .passphrase = false, .given = true});
    } else if (value.starts_with("pass:")) {
      out.push_back({.bytes = to_bytes(view(value.substr(5))), .passphrase = true, .given = true});
    } else {
      const auto file = FileBytes::open(value);
      // A name that no file has may be the secret itself.
      if (!file && !std::filesystem::exists(value, unknown))
        return error(option +
                     ": expected a file, hex:..., pass:... or env:NAME, found no file of the name "
                     "that was given (it is not repeated, should it be the secret itself)");
      if (!file) return error(option + ": " + file.error().what);
      out.push_back({.bytes = to_bytes(file->view()), .passphrase = false, .given = true});
    }
  }
  return out;
}

Result<uint64_t> number_of(const char* option, const std::string& given, uint64_t most) {
  const bool has_prefix = given.starts_with("0x") || given.starts_with("0X");
  const bool is_bare = !has_prefix && most == 0xFFFF && given.size() <= 4 &&
                       given.find_first_of("abcdefABCDEF") != std::string::npos;
  uint64_t value = 0;
  const char *begin = given.data() + (has_prefix ? 2 : 0), *end = given.data() + given.size();
  const auto got = std::from_chars(begin, end, value, has_prefix || is_bare ? 16 : 10);
  if (begin != end && got.ec == std::errc() && got.ptr == end && value <= most) return value;
  if (std::string_view(option) == "--passcode")
    return error(
        fmt::format("{}: expected a whole number up to {}, found something else", option, most));
  return error(fmt::format("{}: expected a number up to {} (decimal or 0x…), found \"{}\"", option,
                           most, printable(given)));
}

void add_roles(Command& command, RoleFiles& roles) {
  command.group(Group::input)
      .text("--dac", "FILE", roles.dac,
            "the file that holds the device's DAC: an error where it holds none; where others are "
            "there, too, it is judged, and that there are two is told")
      .text("--pai", "FILE", roles.pai, "the same of its PAI")
      .text("--cd", "FILE", roles.cd, "the same of its certification declaration")
      .text("--paa", "FILE", roles.paa,
            "the same of its PAA: compared with the chain, never trusted (see --trust-paa)");
}

std::vector<std::string> read_all(const RoleFiles& roles, const std::vector<std::string>& evidence,
                                  Reading& reading, const Verbosity& verbosity) {
  if (roles.any()) {
    if (auto errors = read_roles(roles, reading, verbosity); !errors.empty()) return errors;
  }
  return evidence.empty() ? std::vector<std::string>{} : read_paths(evidence, reading, verbosity);
}

void add_signer(Command& command, const char* what, std::string& key, std::string& certificate) {
  command.text("--sign-with", "KEY.pem", key, fmt::format("sign {} with this key", what))
      .text("--sign-cert", "CERT.pem", certificate,
            "the key's certificate, where it is not in the key's file");
}
void add_signed_by(Command& command, const char* of, std::string& into) {
  command.text("--signed-by", "CERT.pem", into,
               fmt::format("insist on a signature {} by the key of this certificate", of));
}

int print_error(const Console& console, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) console.tell(line);
  return 2;
}
int print_error(const Console& console, const std::string& line, int exit_code) {
  console.tell(line);
  return exit_code;
}

std::string is_required(const char* what, const char* command, const Console& console) {
  return fmt::format("{} is required{} (see matter-attest {} --help)", what, console.taken_as_value,
                     command);
}

int show(const std::string& text, const Console& console) {
  const auto written = write_output("", text, console);
  return written ? 0 : print_error(console, written.error().what);
}

void add_quiet(Command& command, bool& quiet, Says says) {
  command.group(Group::output)
      .flag("-q,--quiet", quiet,
            says == Says::output ? "say nothing on stderr but errors"
                                 : "say nothing but errors; a report only where a form or a file "
                                   "is asked for");
}
void add_verbosity(Command& command, bool& quiet, bool& verbose, Says says) {
  add_quiet(command, quiet, says);
  command.group(Group::output)
      .flag("-v,--verbose", verbose, "say on stderr what is read, asked and used");
}

}  // namespace attest::cli
