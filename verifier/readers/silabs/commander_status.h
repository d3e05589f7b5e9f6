// What one output of Simplicity Commander states of a part, and what that says of its locks.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/base/characters.h"
#include "verifier/readers/reader.h"

namespace attest::commander {

// The values that one output states, however it is written.
struct Status {
  std::optional<bool> locked, erase, unlock, secure_boot, locked_now, command_key, sign_key,
      tamper_ok, verify_certificate, anti_rollback, page_narrow, page_full;
  std::optional<uint64_t> boot;
  std::optional<std::string> boot_words, serial, unique, engine, part, state, sign_x, sign_y;
  std::vector<std::string> tamper;  // name=value
  bool lock_untold = false;         // its line is there, with no word that tells
  bool refused = false;             // the tool says that the part is locked
  bool failed = false;              // the tool says so, of all that it printed
  bool unreachable = false;         // the tool did not reach the part, for whatever reason
  uint64_t offset = 0;
};

void say_status(const Status& status, const Source& source, Reading& reading);

std::string lower(std::string_view s);
inline bool is_hex_text(std::string_view s, size_t digits) {
  return s.size() == digits && std::all_of(s.begin(), s.end(), is_hex_digit);
}

}  // namespace attest::commander
