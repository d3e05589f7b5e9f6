// The kinds of evidence as people have them: what a file is, where it comes from, how a vendor's
// dump is made. One table for `formats`, docs/formats.md and the manual; a test counts the readers
// against it.
#pragma once

#include <span>
#include <string>

namespace attest::cli {

struct EvidenceKind {
  const char* kind;     // docs/formats.md
  const char* group;    // the heading it stands under
  const char* what;     // what is read
  const char* made_by;  // how one gets it; "" where there is nothing to do
  // The readers' own words (Reader::expects) that it covers, each followed by '|'.
  const char* readers = "";
};
std::span<const EvidenceKind> evidence_kinds();

std::string formats_text(size_t width);
std::string formats_json();
std::string formats_markdown();  // docs/formats.md

}  // namespace attest::cli
