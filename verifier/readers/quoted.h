// What of handed-over text may be quoted: a name of JSON, a column's heading, a label of PEM, a
// line of a log. What stands at a secret's place is a secret wherever else it stands, so whatever
// is quoted goes through here; readers need not think of it.
#pragma once

#include <string>
#include <string_view>

#include "verifier/readers/reader.h"

namespace attest {

inline constexpr const char* kMasked = "(masked)";

// Handed-over text without what may be a key in it (PEM of a private key; 24 bytes or more in hex,
// separated or not, or in base64) or an onboarding code.
std::string quotable(std::string_view text);
// The name of the nth member of an archive: without what may be a key. Members may be called by
// their digest, a serial number or a date; two that are masked have two names.
std::string quotable_path(std::string_view path, size_t nth);
// A message that quotes such text: without what may be a key. Digests that it compares stay.
std::string without_keys(std::string_view message);

// A text that a device states, to be shown: printable, and without what may be a key.
std::string shown_text(std::string_view text);
// What a bundle keeps of it: as long, shown the same, and the nth of the keys that it stands for.
std::string stand_in_text(std::string_view text, size_t number);

// How much a reading held before something was read.
struct QuotedBefore {
  size_t statements = 0, remarks = 0, integrity = 0, not_used = 0, locked = 0, ota_images = 0,
         claims = 0, images = 0;
  static QuotedBefore of(const Reading& reading);
};
// Masks what was added since: names of places, messages, reasons. Values stay what they are. What
// lies in front of an item is the path of the file, which was named by who handed it over.
void mask_quoted(const std::string& path, const QuotedBefore& before, Reading& reading);

}  // namespace attest
