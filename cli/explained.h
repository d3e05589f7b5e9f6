// Explained: what a text that somebody pasted names: results of the SDK's verifier, checks of ours,
// CHIP errors, words of other commissioners. Numbers of a log line that are something else (times,
// processes, ids) are passed over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "audit/rule.h"
#include "lot/rule.h"
#include "report/test_plan.h"
#include "verifier/rules/check.h"

namespace attest::cli {

struct Explained {
  std::string word;   // "604", "0xAC", "PaaNotTrusted"
  std::string name;   // "CertificationDeclarationInvalidVendorId"
  std::string by;     // "attestation result of the Matter SDK"
  std::string means;  // a sentence, lower case
  std::string then;   // what to do or where to look; may be empty
  int sdk = -1;       // the SDK's code, -1 where there is none
  const Check* check = nullptr;
  const LotRule* rule = nullptr;
  const TestCase* test_case = nullptr;
  const PlanStep* step = nullptr;  // of it; null: all of it
  const audit::AuditRule* audit = nullptr;
  // A result, what only points to one, what stands beside it: those before are told first.
  enum class Rank : uint8_t { result, pointer, aside } rank = Rank::result;
};

// Results of the attestation are below it.
inline constexpr int kLastCode = 1000;

// What is read of one line: a log has none that is longer.
inline constexpr size_t kLongestLine = 1 << 20;

// By rank, and in the order in which they stand there, each once; empty where nothing is known.
std::vector<Explained> explained(std::string_view text);

// What an onboarding code is told, in place of a result: it has none in it, and is not repeated.
std::vector<Explained> explained_code(std::string_view text);

// All that it knows by name, for completion and near misses.
std::vector<std::string> explained_words();

}  // namespace attest::cli
