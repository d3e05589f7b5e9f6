// What changed on the ledger, written down: for people, for programs, as an Atom feed.
#pragma once

#include <string>
#include <vector>

#include "dcl/watch.h"

namespace attest {

std::string watch_text(const std::vector<dcl::WatchChange>& changes);
// One object a line: kind, schema, key, height, seen_at, words, before, after.
std::string watch_ndjson(const std::string& chain_id, const std::vector<dcl::WatchChange>& changes);
// The newest of all that was told, newest first (RFC 4287).
std::string watch_atom(const dcl::WatchState& state, Instant now);

}  // namespace attest
