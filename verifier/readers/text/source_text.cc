// Credentials that somebody pasted: source code, a debugger's memory, a hex dump, a note with hex
// behind a name. Each value is read as what it is; the name it has there becomes its place.

#include <algorithm>
#include <optional>

#include "verifier/base/json.h"
#include "verifier/readers/credentials/behind.h"
#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/credentials/damaged.h"
#include "verifier/readers/credentials/loose_credentials.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/text/pasted_bytes.h"
#include "verifier/readers/text/plain_text.h"

namespace attest {
namespace {

// JSON of a program that nobody knows is read value by value, its arrays and names as well.
// Nullopt: it is none, or holds no credential.
std::optional<Json> json_of(const Source& s) {
  const std::string_view all = text(s.bytes);
  const size_t from = all.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos || (all[from] != '{' && all[from] != '[')) return std::nullopt;
  auto json = parse_json(all);
  if (!json) return std::nullopt;
  Reading scratch;
  read_loose_json(*json, s.path, {}, {}, scratch);
  const Device& d = scratch.device;
  if (d.statements.empty() && d.remarks.empty() && d.integrity.empty()) return std::nullopt;
  return std::move(*json);
}

bool recognises(const Source& s) {
  if (!is_plain_text(s.bytes)) return false;
  if (json_of(s)) return true;
  const LooseText loose = loose_in_text(text(s.bytes), Search::names);
  return (!loose.whole && s.member) ||
         std::any_of(loose.found.begin(), loose.found.end(),
                     [](const Loose& f) { return f.reader != &blob_reader; });
}

Result<void> read(const Source& s, Reading& reading) {
  const LooseText loose = loose_in_text(text(s.bytes), Search::names);
  if (!loose.whole) note_unsearched(s.path, reading);
  const auto json = json_of(s);
  if (json) read_loose_json(*json, s.path, {}, Before::of(reading), reading);
  for (const Loose& f : loose.found) {
    if (json && f.reader != &blob_reader) continue;  // read already
    read_loose(s, f, {.path = s.path, .offset = s.base + f.pasted.offset, .item = f.pasted.name},
               reading);
  }
  return {};
}

}  // namespace

const Reader source_text_reader{.kind = "source-text",
                                .expects = "source text or a dump with a credential in it",
                                .recognises = recognises,
                                .read = read};

}  // namespace attest
