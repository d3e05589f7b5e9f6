// Words of commissioners, devices and tools that people paste when attestation fails and that are
// no result of the SDK's verifier: CHIP errors, what SDK 1.0 numbered otherwise, matter.js, Google.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace attest::cli {

// Who says it; the heading of what is explained.
inline constexpr const char* kChipError = "CHIP error";
inline constexpr const char* kStatus = "status of an interaction";

// A number that the SDK prints as hex: "CHIP Error 0x000000AC".
struct KnownNumber {
  uint32_t number;
  const char* name;   // without CHIP_ERROR_, as the words of a log: "InternalError"
  const char* means;  // what it says of an attestation
  const char* what;   // kChipError or kStatus
  int sdk = 0;        // the attestation code that it most often stands for
  // Printed without "0x" by devices, so that it looks like a decimal code.
  bool bare = false;
  bool look_above = false;  // what it follows from was said before, by its code
};
std::span<const KnownNumber> known_numbers();

// A name that another program gives.
struct KnownName {
  const char* name;
  const char* by;
  const char* means;
  int sdk = 0;  // the same as the SDK says it
};
std::span<const KnownName> known_names();

// What a log says in words, lower case, and which number or code that is.
struct KnownPhrase {
  const char* words;
  uint32_t number;  // of known_numbers(), where sdk is 0
  int sdk = 0;
};
std::span<const KnownPhrase> known_phrases();

// What a log or an app says of a commissioning that failed, lower case, where the line has no
// result in it: it stands elsewhere.
struct KnownSaying {
  const char* words;
  const char* name;
  const char* by;
  const char* means;
  const char* then;
  int sdk = 0;
};
std::span<const KnownSaying> known_sayings();

// Whether a line, lower case, tells of another program's numbers: how a process ended, what a web
// server or a radio answered. They are none of Matter's.
bool is_of_other_numbers(std::string_view line);

// Of SDK 1.0, which gave other numbers.
struct OldCode {
  int number;
  const char* name;
  int now;  // the number since
};
std::span<const OldCode> old_codes();

}  // namespace attest::cli
