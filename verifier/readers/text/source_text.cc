// Credentials that somebody pasted: source code, a debugger's memory, a hex dump, a note with hex
// behind a name. Each value is read as what it is; the name it has there becomes its place.

#include <algorithm>

#include "verifier/readers/credentials/behind.h"
#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/credentials/damaged.h"
#include "verifier/readers/credentials/loose_credentials.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/text/pasted_bytes.h"
#include "verifier/readers/text/plain_text.h"

namespace attest {
namespace {

bool recognises(const Source& s) {
  if (!is_plain_text(s.bytes)) return false;
  const LooseText loose = loose_in_text(text(s.bytes), Search::names);
  return (!loose.whole && s.member) ||
         std::any_of(loose.found.begin(), loose.found.end(),
                     [](const Loose& f) { return f.reader != &blob_reader; });
}

Result<void> read(const Source& s, Reading& reading) {
  const LooseText loose = loose_in_text(text(s.bytes), Search::names);
  if (!loose.whole) note_unsearched(s.path, reading);
  for (const Loose& f : loose.found)
    read_loose(s, f, {.path = s.path, .offset = s.base + f.pasted.offset, .item = f.pasted.name},
               reading);
  return {};
}

}  // namespace

const Reader source_text_reader{.kind = "source-text",
                                .expects = "source text or a dump with a credential in it",
                                .recognises = recognises,
                                .read = read};

}  // namespace attest
