// PEM's markers in text: which of them stand before a credential, and which are only spoken of. A
// document, a program and a library's strings have the words "-----BEGIN CERTIFICATE-----", too; a
// credential's base64 does not follow there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "verifier/pki/key.h"

namespace attest {

// What its label says to be of another trade says nothing of a device, whole or damaged.
bool is_label_of_another_trade(std::string_view label);

enum class PemBody : uint8_t {
  none,       // prose, a placeholder, a program: no credential
  shortened,  // a credential's, and who pasted it left a part out ("...")
  credential  // base64 of one, be it cut or damaged
};
// What the text behind a BEGIN marker, or before an END marker, is. Lines may stand in string
// literals, comments and quotations.
PemBody pem_body(std::string_view text);

// A block wherever it stands: at the start of a line, in the middle of one, in one line with blanks
// or escapes for its line ends, behind the prefixes of a log or the signs of a comment.
struct PemSpan {
  size_t begin = 0, end = 0;  // its markers included
  std::string label;
  std::string headers;  // lines of an encrypted one, each with its end
  Bytes der;            // empty where it cannot be decoded
  std::string problem;  // and why
  PemBody body = PemBody::credential;
  bool closed = true;           // its END marker is there
  std::string as_file() const;  // the block as it stands in a file of its own
};
std::vector<PemSpan> pem_anywhere(std::string_view all);

// Where an END marker stands at the start of a line, without a BEGIN marker of its own, and behind
// a credential's base64.
std::vector<size_t> pem_ends_alone(std::string_view all);

// Markers that stand in lines of their own and have nothing between them, or before their END line:
// beside a block that is whole they are what is left of another one. Both markers of a block with
// nothing between them lack nothing: a template that nobody filled.
struct LoneMarker {
  size_t at = 0;
  bool empty_block = false;
};
inline constexpr const char* kLoneMarker =
    "a PEM marker and no credential, beside one that is whole";
inline constexpr const char* kEmptyBlock =
    "a PEM block with nothing in it, beside one that is whole";
std::vector<LoneMarker> pem_markers_alone(std::string_view all);

// A file that is nothing but one marker, whole or cut: what stood behind or before it is lost.
bool is_lone_marker(std::string_view all);

// The blocks of a text, and only those problems that a credential has. Of the others: how many
// there are, and how many are of a credential that was shortened.
struct PemEvidence {
  PemFile file;
  size_t mentions = 0, shortened = 0;
  size_t parameters = 0;  // blocks of EC PARAMETERS, which are no evidence
  bool any() const { return !file.blocks.empty() || !file.problems.empty(); }
};
PemEvidence pem_evidence(View input);

}  // namespace attest
