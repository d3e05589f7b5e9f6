// Credentials that stand somewhere in a text: pasted into source code, in a comment, under a key
// that nobody knows, behind what a log says. One way to find them, and one list of what they are.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "verifier/base/json.h"
#include "verifier/readers/reader.h"
#include "verifier/readers/text/pasted_bytes.h"

namespace attest {

struct Loose {
  const Reader* reader = nullptr;  // null: it cannot be read, and `problem` says why
  bool block = false;              // of PEM: its name is the label
  PastedBytes pasted;              // what the reader takes, its name and its place in the text
  std::string problem = {};
  bool unused = false;  // `problem` says why it counts for nothing: no damage
};
struct LooseText {
  std::vector<Loose> found;
  bool whole = true;  // all of the text was searched
};

enum class Search : uint8_t {
  names,  // of source code, where bare bytes count that are called as ours are
  text,
  table,  // where a cell that is a value was read already
  log     // where letters behind one another are words, and no value
};
LooseText loose_in_text(std::string_view all, Search search);
// The same of one value: a cell, a string of JSON. It may be the credential itself, damaged or not;
// `deep`: or a text with one in it.
std::vector<Loose> loose_in_value(std::string_view value, bool deep);

// Of bytes that nobody says to be a value: whole, damaged, or a text with one in it.
std::vector<Loose> loose_in_bytes(View bytes);

// The reader of bytes that are a value of their own, damaged or not; null: no credential.
const Reader* reader_of_value(View bytes);

// Says what was found; `role`: that its place states (role_names.h).
void read_loose(const Source& s, const Loose& found, const Place& place, Reading& reading,
                std::optional<FactId> role = {});
void note_unsearched(const std::string& path, Reading& reading);

// How much a reading held before a reader came.
struct Before {
  size_t statements = 0, integrity = 0;
  static Before of(const Reading& reading) {
    return {reading.device.statements.size(), reading.device.integrity.size()};
  }
};
// Behind a reader that takes what it knows of a text: what else stands there. What the reader said
// since `before` is known, and so is what it found damaged.
void read_loose_credentials(const Source& s, const Reader& by, Before before, Reading& reading);
// Of a text that its reader has cut out of the source, blanks in the place of what it read.
void read_loose_text(const Source& s, std::string_view all, Before before, Reading& reading);
// Of JSON that was parsed already, but for the `others` at its top. `ours`: it is of our trade, and
// no name in it is another's.
void read_loose_json(const Json& json, const std::string& path,
                     std::span<const std::string_view> others, Before before, Reading& reading,
                     bool ours = false);

// For both halves of this, finding and reading.
// Its own length says that a part was left out by who pasted it: not there, and no damage. Nobody
// has to say so where it is the head of something and no more: `xxd dac.der | head`.
bool is_left_out(const PastedBytes& pasted);
// Bytes that began as a list, a key or a request, and not as what logs print of every device.
bool is_damaged_list_or_key(View bytes);
// Blanks in the place of all but line ends.
void blank(std::string& text, size_t begin, size_t end);
// A log may begin within what its first lines show, where a program began a new file or a poster
// left out the rest. What is left of such a value lacks its head, and is no damage: blanks.
void forget_cut_head(std::string& text);

// END lines that belong to no BEGIN line: what stood between is lost.
size_t lone_pem_ends(std::string_view all);

}  // namespace attest
