// Options that several commands share, and what is made of them: a policy, trust anchors, secrets.
#pragma once

#include "cli/arguments.h"
#include "platform/ledger_options.h"
#include "platform/roles.h"
#include "verifier/policy.h"
#include "verifier/readers/reader.h"
#include "verifier/trust.h"

namespace attest::cli {

struct JudgeOptions {
  std::string network;  // empty: main, or none at a lab to which no ledger is named
  std::string stage;
  std::vector<std::string> trust_paa, trust_cd_signer, revocation_sets, unlock, require, waive,
      waivers, fail_on;
  std::string at, paa_store;
  bool show_passcode = false;
  LedgerArguments ledger;
};
void add_judge_options(Command& command, JudgeOptions& options);
void add_ledger_options(Command& command, LedgerArguments& options);
void add_cache_options(Command& command, LedgerArguments& options);  // without --ledger

void add_stage(Command& command, JudgeOptions& options);
const char* network_of(const JudgeOptions& options);

// As of `now` when --at is not given.
Result<Policy> policy_from(const JudgeOptions& options, Instant now);
// As of the console's now, with what its environment gave.
Result<Policy> policy_from(const JudgeOptions& options, const Console& console);
std::vector<std::string> check_ids();  // in the order of the report
// `not_used` gets what stands in the files and cannot be trusted.
Result<TrustStore> trust_from(const JudgeOptions& options, Network network,
                              std::vector<NotUsed>* not_used = nullptr);
// Which ledger is asked, and how; nullopt: none.
Result<std::optional<dcl::LedgerOptions>> asked_ledger(const JudgeOptions& options,
                                                       const Verbosity& verbosity);
// The ledger that decides; null for policy none. Nothing is opened before the first question.
Result<std::unique_ptr<dcl::CachedLedger>> ledger_from(const JudgeOptions& options,
                                                       const Verbosity& verbosity);
Result<std::vector<Secret>> secrets_from(const std::vector<std::string>& given,
                                         const Environment& environment,
                                         const std::string& option = "--unlock");

// Of the command line, every one: decimal or 0x, not more than `most`. A leading zero is decimal
// too: nobody means octal. An id (up to 0xFFFF) with a letter in it can only be hex, as the ledger
// writes it: FFF1. An error names the option.
Result<uint64_t> number_of(const char* option, const std::string& given, uint64_t most);

// Tells what ends the command, and gives its exit code: that of usage errors, unless it is another.
int print_error(const Console& console, const std::vector<std::string>& lines);
// --sign-with and --sign-cert; `what`: "the bundle".
void add_signer(Command& command, const char* what, std::string& key, std::string& certificate);
// --signed-by; `of`: "of the bundle".
void add_signed_by(Command& command, const char* of, std::string& into);
// --sign-cert, and no key.
inline constexpr const char* kCertificateAlone =
    "--sign-cert is the certificate of a key: expected --sign-with KEY.pem, too";

int print_error(const Console& console, const std::string& line, int exit_code = 2);
// "EVIDENCE is required (see matter-attest verify --help)", and where that word may have gone.
std::string is_required(const char* what, const char* command, const Console& console);

// --dac, --pai, --cd, --paa: files of which the tester insists that they are that.
void add_roles(Command& command, RoleFiles& roles);
// The files of roles, then the others, among them codes in place of files; one of both there must
// be.
std::vector<std::string> read_all(const RoleFiles& roles, const std::vector<std::string>& evidence,
                                  Reading& reading, const Verbosity& verbosity);

// All that a command has to say, on stdout; its exit code.
int show(const std::string& text, const Console& console);

// --quiet, which means the same of every command that says more than errors; and --verbose. Of one
// that judges the exit code is an answer: its report is left out, too, where nobody asks for a form
// or a file.
enum class Says : uint8_t { output, verdict };
void add_quiet(Command& command, bool& quiet, Says says = Says::output);
void add_verbosity(Command& command, bool& quiet, bool& verbose, Says says = Says::output);

}  // namespace attest::cli
